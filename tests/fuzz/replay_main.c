/* SPDX-License-Identifier: MIT */
/* Replays a fuzz corpus as an ordinary test: every file of the folders named on the command line goes through
 * the target once. A corpus that is not there, or is empty, is a failure: the test would show nothing. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
    static uint8_t bytes[1 << 20];
    FILE *f = fopen(path, "rb");
    size_t n;

    if (f == NULL) {
        perror(path);
        return -1;
    }
    n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    LLVMFuzzerTestOneInput(bytes, n);
    return 0;
}

static int replay_folder(const char *folder)
{
    DIR *d = opendir(folder);
    struct dirent *entry;
    int n = 0;

    if (d == NULL) {
        perror(folder);
        return -1;
    }
    while ((entry = readdir(d)) != NULL) {
        char path[4096];
        if (entry->d_name[0] == '.') {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (replay_file(path) != 0) {
            closedir(d);
            return -1;
        }
        n++;
    }
    closedir(d);
    return n;
}

int main(int argc, char **argv)
{
    int total = 0;

    for (int i = 1; i < argc; i++) {
        int n = replay_folder(argv[i]);
        if (n <= 0) {
            fprintf(stderr, "%s: no corpus to replay\n", argv[i]);
            return EXIT_FAILURE;
        }
        total += n;
    }
    printf("replayed %d inputs\n", total);
    return EXIT_SUCCESS;
}
