/* Reads a file named by its argument, writes another, seeks, lists the folder, cleans up. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list(const char *folder)
{
    char *name[64];
    size_t n = 0;
    DIR *d = opendir(folder);

    for (struct dirent *e; d != NULL && n < 64 && (e = readdir(d)) != NULL;)
        name[n++] = strdup(e->d_name);
    if (d != NULL)
        closedir(d);
    qsort(name, n, sizeof(name[0]), compare);
    for (size_t i = 0; i < n; i++)
        printf("%s ", name[i]);
    printf("\n");
}

int main(int argc, char **argv)
{
    char line[256];
    long lines = 0, bytes = 0;
    struct stat st;

    FILE *in = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (in == NULL) {
        printf("cannot open: %s\n", strerror(errno));
        return 9;
    }
    while (fgets(line, sizeof(line), in) != NULL) {
        lines++;
        bytes += (long)strlen(line);
    }
    printf("%ld lines, %ld bytes, at %ld\n", lines, bytes, ftell(in));
    rewind(in);
    fseek(in, 3, SEEK_CUR);
    printf("%c\n", fgetc(in));
    fclose(in);
    FILE *out = fopen("made.tmp", "w+");
    if (out == NULL)
        return 8;
    for (int i = 0; i < 3000; i++)
        fprintf(out, "%d\n", i * i);
    fseek(out, 100, SEEK_SET);
    fputs("HERE", out);
    fflush(out);
    fstat(fileno(out), &st);
    printf("%ld %o %ld\n", (long)st.st_size, st.st_mode & S_IFMT, (long)st.st_nlink);
    char *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fileno(out), 0);
    if (map == MAP_FAILED)
        return 7;
    printf("%.12s\n", map + 96);
    munmap(map, (size_t)st.st_size);
    fclose(out);
    mkdir("sub", 0755);
    printf("%d\n", rename("made.tmp", "sub/moved.tmp"));
    list(".");
    list("sub");
    printf("%d %d\n", access("sub/moved.tmp", R_OK), access("made.tmp", F_OK));
    printf("%d %s\n", open("missing", O_RDONLY), strerror(errno));
    printf("%d %d\n", unlink("sub/moved.tmp"), rmdir("sub"));
    int copy = dup(1);
    dprintf(copy, "through a copy\n");
    return close(copy);
}
