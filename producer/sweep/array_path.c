/* SPDX-License-Identifier: MIT */
#include "producer/sweep/array_path.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

skep_status skep_array_path_add(struct skep_roots *roots, const char *root, const char *given,
                                const char **name_out, struct skep_error *err)
{
    size_t n_folder = strcspn(given, "["); /* a slash in a slice is none of a folder */
    char spec[PATH_MAX];

    while (n_folder > 0 && given[n_folder - 1] != '/') {
        n_folder--;
    }
    *name_out = given + n_folder;
    /* With a slash in front no part of the folder is taken for the name of a root. */
    if (snprintf(spec, sizeof spec, "%s%s%s%.*s", root, root[0] != '\0' ? "=" : "",
                 given[0] == '/' ? "" : "./", (int)n_folder, given) >= (int)sizeof spec) {
        return skep_error_set(err, SKEP_E_USAGE, "the path is too long");
    }
    return skep_roots_add(roots, spec, err);
}

skep_status skep_array_path_open(const char *given, struct skep_roots **roots_out, const char **name_out,
                                 struct skep_error *err)
{
    skep_status st = skep_roots_new(roots_out, err);

    if (st == SKEP_OK) {
        st = skep_array_path_add(*roots_out, "", given, name_out, err);
    }
    if (st != SKEP_OK) {
        skep_roots_free(*roots_out);
        *roots_out = NULL;
    }
    return st;
}
