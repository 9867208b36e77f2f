/* SPDX-License-Identifier: MIT */
#include "kernel/box/options.h"

enum { EDGE_STRICT, EDGE_INCLUSIVE };
enum { BASE_E, BASE_2 };
enum { NEXT_OWN, NEXT_PAST };

const char *const skep_box_edges[] = {"strict", "inclusive", NULL};
const char *const skep_box_bases[] = {"e", "2", NULL};
const char *const skep_box_next_widths[] = {"own", "past", NULL};

struct skep_box_options skep_box_options_read(const struct skep_arg *options, bool has_next_width)
{
    return (struct skep_box_options){
        .r = options[SKEP_BOX_R].f64,
        .exclude = options[SKEP_BOX_EXCLUDE].i64,
        .is_inclusive = options[SKEP_BOX_EDGE].choice == EDGE_INCLUSIVE,
        .is_normalised = options[SKEP_BOX_NORMALISE].boolean,
        .is_base_2 = options[SKEP_BOX_BASE].choice == BASE_2,
        .is_next_as_past = has_next_width && options[SKEP_BOX_NEXT_WIDTH].choice == NEXT_PAST,
    };
}
