/* SPDX-License-Identifier: MIT */
#include "support/files.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void need(int condition, const char *what)
{
    if (!condition) {
        perror(what);
        abort();
    }
}

char *test_make_folder(void)
{
    char *folder = strdup("/tmp/skep-test-XXXXXX");

    need(folder != NULL && mkdtemp(folder) != NULL, "mkdtemp");
    return folder;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

void test_remove_folder(char *folder)
{
    need(nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) == 0, folder);
    free(folder);
}

char *test_path(const char *folder, const char *name)
{
    char *path;

    need(asprintf(&path, "%s/%s", folder, name) > 0, "asprintf");
    return path;
}

void test_write_file(const char *folder, const char *name, const void *bytes, size_t n)
{
    char *path = test_path(folder, name);
    FILE *f = fopen(path, "wb");

    need(f != NULL, path);
    need(n == 0 || fwrite(bytes, 1, n, f) == n, path); /* of nothing, BYTES may be NULL */
    need(fclose(f) == 0, path);
    free(path);
}

char *test_read_file(const char *folder, const char *name, size_t *n_out)
{
    char *path = test_path(folder, name);
    FILE *f = fopen(path, "rb");
    char *bytes = NULL;
    size_t n = 0;

    need(f != NULL, path);
    for (;;) {
        size_t got;
        bytes = realloc(bytes, n + 65537);
        need(bytes != NULL, path);
        got = fread(bytes + n, 1, 65536, f);
        n += got;
        if (got == 0) {
            break;
        }
    }
    bytes[n] = '\0';
    fclose(f);
    free(path);
    if (n_out != NULL) {
        *n_out = n;
    }
    return bytes;
}
