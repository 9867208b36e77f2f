/* SPDX-License-Identifier: MIT */
/* Where the greatest element of an array is, or of one of its axes.
 *
 * Ties: the first. n = 0: an error. NaN: the first one counts as the greatest, or they are skipped. */
#include "kernel/arrays/extreme.h"

static const struct skep_reduction argmax_plain = {
    .value_dtype = skep_reduce_to_i8,
    .takes_nan = true,
    .state_size = sizeof(struct skep_extreme),
    .init = skep_extreme_init,
    .add = skep_extreme_add_max_plain,
    .finish = skep_extreme_finish_place,
    .seconds = 2e-9,
};

static const struct skep_reduction argmax_fast = {
    .value_dtype = skep_reduce_to_i8,
    .takes_nan = true,
    .state_size = sizeof(struct skep_extreme),
    .init = skep_extreme_init,
    .add = skep_extreme_add_max,
    .finish = skep_extreme_finish_place,
    .seconds = 2.5e-10,
};

SKEP_REDUCE_FUNCTIONS(argmax, &argmax_fast, &argmax_plain)

static const char *const argmax_description[] = {
    "The place of the greatest element, as numpy.argmax has it: counted from 0 in C order through the whole "
    "array, or along the axis. Of equal elements it is the first; -0 and +0 are equal.",
    "A NaN counts as the greatest element, so that the place is that of the first NaN; with nan \"skip\" "
    "they are left out, and where all elements are NaN that is an error, as in numpy.nanargmax.",
    "An array without elements, or an axis of length 0, has none: that is an error (cause bad-args), as in "
    "NumPy.",
    "Method: that of max.",
    NULL,
};

const struct skep_kernel skep_kernel_argmax = {
    .name = "argmax",
    .version = 1,
    .summary = "Where the greatest element is, in an array or along an axis",
    .description = argmax_description,
    .args = skep_reduce_args_nan,
    .value_text = "i8 number, or i8 array without the axis",
    .performance = "As argmin.",
    .example = "{\"kernel\":\"argmax\",\"args\":{\"x\":[[3,1,2],[6,5,4]],\"axis\":1}}",
    .run = argmax_run,
    .reference = argmax_reference,
    .cost = argmax_cost,
    .value = argmax_value,
};
