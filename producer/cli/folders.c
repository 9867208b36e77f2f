/* SPDX-License-Identifier: MIT */
#include "producer/cli/folders.h"

skep_status skep_folders_open(const struct skep_text_list *folders, struct skep_roots **roots_out,
                              struct skep_error *err)
{
    skep_status st = skep_roots_new(roots_out, err);

    for (size_t i = 0; st == SKEP_OK && i < folders->n; i++) {
        st = skep_roots_add(*roots_out, folders->items[i], err);
    }
    return st;
}
