#include "config.h"

#include "study/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

int signals_init(struct signals *s)
{
    sigemptyset(&s->blocked);
    sigaddset(&s->blocked, SIGINT);
    sigaddset(&s->blocked, SIGTERM);
    sigaddset(&s->blocked, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &s->blocked, &s->before) != 0)
        return -1;
    s->fd = signalfd(-1, &s->blocked, SFD_NONBLOCK | SFD_CLOEXEC);
    if (s->fd < 0)
        sigprocmask(SIG_SETMASK, &s->before, NULL);
    return s->fd < 0 ? -1 : 0;
}

bool signals_next(struct signals *s)
{
    struct signalfd_siginfo info;
    return read(s->fd, &info, sizeof(info)) == (ssize_t)sizeof(info);
}

void signals_release(struct signals *s)
{
    while (signals_next(s)) /* what is pending must not end the process now */
        continue;
    close(s->fd);
    sigprocmask(SIG_SETMASK, &s->before, NULL);
}
