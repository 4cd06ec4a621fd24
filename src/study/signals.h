/* SIGINT, SIGTERM and SIGHUP as something to poll: no handlers, no globals. */
#ifndef STUDY_SIGNALS_H
#define STUDY_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct signals {
    int fd;                   /* readable when one has come */
    sigset_t blocked, before; /* before: what children get back */
};

int signals_init(struct signals *s); /* 0, or -1 with errno */
void signals_release(struct signals *s);
/* Takes one that has come; false: none has. */
bool signals_next(struct signals *s);

#endif
