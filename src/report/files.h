/* What a report wrote into its folder, so that the next one can remove it. */
#ifndef REPORT_FILES_H
#define REPORT_FILES_H

#include "base/err.h"
#include "base/str.h"

/* Removes the files that DIRECTORY/files.txt names and that a report may have made: pages,
 * tables, figures; nothing else, whatever stands there.  The scripts in plots/ stay, for the
 * user may draw with them.  No such list is no error. */
int files_remove(const char *directory, struct err *err);
/* Whether a report may be written there: into no folder, an empty one, or one that has the list of
 * an earlier report; ERR_CONFIG otherwise, with one of the files. */
int files_check_folder(const char *directory, struct err *err);
/* Makes the folder a report's before anything is written: a list with the first page alone. */
int files_mark(const char *directory, struct err *err);
/* Writes the list: one name a line, relative to the folder. */
int files_write(const char *directory, const struct str *names, struct err *err);

#endif
