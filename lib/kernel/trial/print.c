/* SPDX-License-Identifier: MIT */
#include "kernel/trial/print.h"

#include <stdio.h>

void skep_print_args(const struct skep_arg *args)
{
    FILE *const streams[] = {stdout, stderr};

    for (int i = 0; i < 2; i++) {
        if (args[i].is_given && args[i].json.length > 0) {
            (void)fwrite(args[i].json.text, 1, args[i].json.length, streams[i]);
            (void)fflush(streams[i]);
        }
    }
}
