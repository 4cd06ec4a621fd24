/* The pages of a report: their names, the links between them, the template around them. */
#ifndef REPORT_PAGES_H
#define REPORT_PAGES_H

#include "report/report_priv.h"

struct report_pages {
    struct report_page {
        char file[FIGURE_NAME_SIZE];
        char title[4 * STORE_NAME_SIZE + 16];
        struct str content;
        const struct report_series *series; /* of a problem's page, else NULL */
    } * page;
    size_t count;
};

/* The pages that a report has, empty as yet.  ERR_NOMEM. */
int pages_init(struct report_pages *p, const struct report *r, struct err *err);
void pages_release(struct report_pages *p);
/* Every page's content, and the figures. */
int pages_fill(struct report_pages *p, struct report *r, struct err *err);
/* Fills the template in the folder `plots` and writes the pages, index.html last. */
int pages_write(struct report_pages *p, struct report *r, const char *plots, struct err *err);
/* Whether the template can be filled, to be known before anything is drawn. */
int pages_check(const struct report_pages *p, const struct report *r, const char *plots,
                struct err *err);
/* Adds the pages' names, one a line. */
void pages_list(const struct report_pages *p, struct str *names);

#endif
