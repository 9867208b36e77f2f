/* SPDX-License-Identifier: MIT */
/* The plain level: two doubles at a time in what every compiler of this dialect makes of vectors, for any
 * architecture. */
#include "kernel/arrays/span.h"

#define TARGET
#define LANES 2
#define SPANS skep_spans_plain

typedef double lanes_f8 __attribute__((vector_size(16)));
typedef int64_t lanes_i8 __attribute__((vector_size(16)));

static inline lanes_f8 lanes_choose(lanes_i8 mask, lanes_f8 a, lanes_f8 b)
{
    return (lanes_f8)((mask & (lanes_i8)a) | (~mask & (lanes_i8)b));
}

#define v_min(a, b)    lanes_choose((a) < (b), a, b)
#define v_max(a, b)    lanes_choose((a) > (b), a, b)
#define v_magnitude(x) ((v_f8)((lanes_i8)(x)&INT64_MAX))
#define v_top(a, b)    v_max(v_magnitude(b), a)

/* Both halves of X have 26 bits, so that their products are exact (T. J. Dekker, "A floating-point technique
 * for extending the available precision", 1971). Not a number where X is near the end of the range. */
static inline lanes_f8 lanes_split(lanes_f8 x, lanes_f8 *lower_out)
{
    lanes_f8 large = x * 134217729.0; /* 2^27 + 1 */
    lanes_f8 upper = large - (large - x);

    *lower_out = x - upper;
    return upper;
}

static inline lanes_f8 v_product(lanes_f8 x, lanes_f8 y, lanes_f8 *lost_out)
{
    lanes_f8 product = x * y;
    lanes_f8 x_lower, y_lower;
    lanes_f8 x_upper = lanes_split(x, &x_lower);
    lanes_f8 y_upper = lanes_split(y, &y_lower);

    *lost_out = x_lower * y_lower - (((product - x_upper * y_upper) - x_lower * y_upper) - x_upper * y_lower);
    return product;
}

typedef lanes_i8 v_flags;
#define v_no_flags()            ((lanes_i8){0})
#define v_note_nan(flags, x, y) ((flags) | ((x) != (x)) | ((y) != (y)))
#define v_any(flags)            (((flags)[0] | (flags)[1]) != 0)
#define v_any_equal(a, b)       v_any((a) == (b))

typedef lanes_i8 v_tally; /* a comparison that holds is -1 */
#define v_no_tally()             ((lanes_i8){0})
#define v_count_nan(tally, x)    ((tally) - ((x) != (x)))
#define v_count_finite(tally, x) ((tally) - (v_magnitude(x) < (v_f8){HUGE_VAL, HUGE_VAL}))
#define v_tallied(tally)         ((tally)[0] + (tally)[1])

#define v_where_less(a, b, yes, no)           lanes_choose((a) < (b), yes, no)
#define v_where_within(low, x, high, yes, no) lanes_choose(((x) >= (low)) & ((x) <= (high)), yes, no)

#include "kernel/arrays/span_lanes.inc"

const struct skep_spans *skep_spans_at(enum skep_cpu_level level)
{
    switch (level) {
#if defined(__x86_64__)
    case SKEP_CPU_AVX2:
        return &skep_spans_avx2;
    case SKEP_CPU_AVX512:
        return &skep_spans_avx512;
#endif
    default:
        return &skep_spans_plain;
    }
}
