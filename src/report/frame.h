/* What stands around the content of every page: template, style and script of the folder of
 * plots, and the texts that fill them. */
#ifndef REPORT_FRAME_H
#define REPORT_FRAME_H

#include "base/err.h"
#include "base/str.h"

struct frame {
    char *path, *page, *style, *script;
};
/* Already HTML, all of it. */
struct frame_texts {
    const char *title, *heading, *kicker, *nav, *main, *footer;
};

/* Release it after errors too. */
int frame_read(struct frame *f, const char *plots, struct err *err);
void frame_release(struct frame *f);
/* Adds the page; ERR_CONFIG for a faulty template. */
int frame_fill(const struct frame *f, const struct frame_texts *texts, struct str *out,
               struct err *err);

/* Makes the report's folder ready: what an earlier report left there is removed, its page
 * first, so that no older page stands beside newer figures.  A folder that holds anything and no
 * report is refused (ERR_CONFIG), unless forced. */
int frame_prepare(const char *directory, bool force, struct err *err);

#endif
