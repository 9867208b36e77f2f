/* SPDX-License-Identifier: MIT */
/* Where the least element of an array is, or of one of its axes.
 *
 * Ties: the first. n = 0: an error. NaN: the first one counts as the least, or they are skipped. */
#include "kernel/arrays/extreme.h"

static const struct skep_reduction argmin_plain = {
    .value_dtype = skep_reduce_to_i8,
    .takes_nan = true,
    .state_size = sizeof(struct skep_extreme),
    .init = skep_extreme_init,
    .add = skep_extreme_add_min_plain,
    .finish = skep_extreme_finish_place,
    .seconds = 2e-9,
};

static const struct skep_reduction argmin_fast = {
    .value_dtype = skep_reduce_to_i8,
    .takes_nan = true,
    .state_size = sizeof(struct skep_extreme),
    .init = skep_extreme_init,
    .add = skep_extreme_add_min,
    .finish = skep_extreme_finish_place,
    .seconds = 2.5e-10,
};

SKEP_REDUCE_FUNCTIONS(argmin, &argmin_fast, &argmin_plain)

static const char *const argmin_description[] = {
    "The place of the least element, as numpy.argmin has it: counted from 0 in C order through the whole "
    "array, or along the axis. Of equal elements it is the first; -0 and +0 are equal.",
    "A NaN counts as the least element, so that the place is that of the first NaN; with nan \"skip\" they "
    "are left out, and where all elements are NaN that is an error, as in numpy.nanargmin.",
    "An array without elements, or an axis of length 0, has none: that is an error (cause bad-args), as in "
    "NumPy.",
    "Method: that of min.",
    NULL,
};

const struct skep_kernel skep_kernel_argmin = {
    .name = "argmin",
    .version = 1,
    .summary = "Where the least element is, in an array or along an axis",
    .description = argmin_description,
    .args = skep_reduce_args_nan,
    .value_text = "i8 number, or i8 array without the axis",
    .performance = "Time O(n), one pass. One core of an Intel Xeon (Sapphire Rapids class, AVX-512), NumPy "
                   "1.24 beside it: 10^6 elements of f8 0.27 ms (0.28). 37 KiB beside the value, and up to "
                   "700 KiB along an axis that is not the last.",
    .example = "{\"kernel\":\"argmin\",\"args\":{\"x\":[[3,1,2],[6,5,4]],\"axis\":1}}",
    .run = argmin_run,
    .reference = argmin_reference,
    .cost = argmin_cost,
    .value = argmin_value,
};
