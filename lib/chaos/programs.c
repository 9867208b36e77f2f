/* SPDX-License-Identifier: MIT */
#include "chaos/programs.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The path is from the root on: whoever starts it may be in another folder. */
static bool programs_is_there(const char *folder, size_t n, const char *name, char path_out[PATH_MAX])
{
    char path[PATH_MAX];

    return (size_t)snprintf(path, sizeof path, "%.*s/%s", (int)n, folder, name) < sizeof path &&
           access(path, X_OK) == 0 && realpath(path, path_out) != NULL;
}

skep_status skep_programs_find_in_path(const char *name, char path_out[PATH_MAX], struct skep_error *err)
{
    const char *folders = getenv("PATH");

    while (folders != NULL && *folders != '\0') {
        size_t n = strcspn(folders, ":");
        if (n > 0 && programs_is_there(folders, n, name, path_out)) {
            return SKEP_OK;
        }
        folders += n + (folders[n] == ':');
    }
    return skep_error_set(err, SKEP_E_UNREACHABLE, "there is no %s in PATH", name);
}

skep_status skep_programs_find(const char *folder, const char *name, char path_out[PATH_MAX],
                               struct skep_error *err)
{
    char self[PATH_MAX] = "";
    ssize_t n;

    if (folder != NULL) {
        return programs_is_there(folder, strlen(folder), name, path_out)
                   ? SKEP_OK
                   : skep_error_set(err, SKEP_E_UNREACHABLE, "there is no %s in %.160s", name, folder);
    }
    n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n > 0 && programs_is_there(self, (size_t)(strrchr(self, '/') - self), name, path_out)) {
        return SKEP_OK;
    }
    return skep_programs_find_in_path(name, path_out, err);
}
