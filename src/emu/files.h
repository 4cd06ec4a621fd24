/* The guest's file descriptors, and the one folder that it may open files in.
 *
 * Descriptors 0 to 2 are the guest's standard streams.  Whatever the host has behind them,
 * the guest sees pipes, so that it buffers and counts the same everywhere, unless it is let
 * see terminals.  Other descriptors come from files_open.  A guest's number is never the
 * host's.
 *
 * The folder is also the guest's working directory.  Names are resolved inside of it: a
 * name, link or ".." that leads out of it is refused by the kernel (openat2 with
 * RESOLVE_BENEATH) or, where there is no openat2, by a walk that follows no links at all.
 * An absolute name is taken when it begins with the folder's own.  Only regular files and
 * folders can be opened, and none of procfs, which has doors to this process.
 *
 * Functions return 0 or a descriptor, or a negative errno value. */
#ifndef EMU_FILES_H
#define EMU_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/err.h"

enum { FILES_MAX = 256, FILES_PATH_MAX = 4096 };

enum files_kind { FILES_CLOSED, FILES_STREAM, FILES_FILE };

struct files_entry {
    enum files_kind kind;
    int host; /* of a stream: -1 reads as empty and discards */
    bool readable, writable, close_on_exec;
};

struct files {
    struct files_entry entry[FILES_MAX];
    int root;        /* -1: no files */
    char *root_path; /* resolved, without a slash at its end; "/" is "" */
    bool read_only;  /* see files_make_read_only */
    bool walks;      /* no openat2 */
    bool terminal;   /* the guest may see that a stream is a terminal */
    unsigned mask;   /* of permissions of new files */
};

/* Where the guest's streams go (-1: nowhere) and which folder it may open, NULL for none.
 * ERR_CONFIG when that is no folder.  Release in any case. */
int files_init(struct files *f, int in_fd, int out_fd, int err_fd, const char *folder,
               struct err *err);
void files_release(struct files *f);
/* From here on nothing in the folder may be changed, it is the guest's "/", and what stat tells
 * is the same on every host but for the numbers of inodes. */
void files_make_read_only(struct files *f);

/* NULL where the guest has no such descriptor. */
struct files_entry *files_find(struct files *f, uint64_t fd);

/* Names of the working directory are relative to `dirfd` FILES_CWD. */
enum { FILES_CWD = -100 };

/* `flags` are the guest's (arch/arm64/include/uapi/asm/fcntl.h). */
int files_open(struct files *f, int dirfd, const char *path, unsigned flags, unsigned mode);
int files_close(struct files *f, uint64_t fd);
/* The lowest free descriptor from `least` on, or the exact one (which is closed first). */
int files_dup(struct files *f, uint64_t fd, uint64_t least, bool exact, bool close_on_exec);

/* By name; `follow` is for a link that the whole name leads to. */
int files_stat_name(struct files *f, int dirfd, const char *path, bool follow,
                    struct stat *out);
int files_access(struct files *f, int dirfd, const char *path, int mode, bool follow);
ssize_t files_readlink(struct files *f, int dirfd, const char *path, char *text, size_t size);
int files_unlink(struct files *f, int dirfd, const char *path, bool folder);
int files_mkdir(struct files *f, int dirfd, const char *path, unsigned mode);
int files_rename(struct files *f, int old_dirfd, const char *old_path, int new_dirfd,
                 const char *new_path);
/* By descriptor; streams are pipes. */
int files_stat(struct files *f, uint64_t fd, struct stat *out);
bool files_is_terminal(const struct files *f, const struct files_entry *e);

#endif
