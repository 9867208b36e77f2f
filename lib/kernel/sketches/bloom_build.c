/* SPDX-License-Identifier: MIT */
/* A set of numbers as a filter: B. H. Bloom, "Space/time trade-offs in hash coding with allowable errors"
 * (1970), with a row of bits for each hash function, so that the shape of a filter says all about it.
 *
 * Shapes: x of any rank; state (hashes, bytes of a row). n = 0: all bits 0. NaN: one value. Bits are set and
 * never cleared, so neither order nor grouping plays a part, and the bits of a whole are those of any of its
 * parts. */
#include "kernel/kernel.h"

#include <inttypes.h>
#include <string.h>

#include "kernel/math/elementary.h"
#include "kernel/sketches/bloom.h"
#include "kernel/sketches/feed.h"
#include "kernel/sketches/states.h"

enum { ARG_X, ARG_BITS, ARG_HASHES, ARG_MERGE, ARG_VALUE };
enum { VALUE_ESTIMATE, VALUE_STATE };

enum { BLOOM_COUNT_PIECE = 1 << 16 }; /* bytes whose bits are counted between two looks at stop */

static const char *const value_choices[] = {"estimate", "state", NULL};

static const struct skep_arg_spec bloom_build_args[] = {
    SKEP_SKETCH_ARG_X,
    {.name = "bits",
     .kind = SKEP_ARG_I64,
     .least = 1,
     .most = 0x1p46,
     .unit = "bits",
     .help = "Size of the filter, rounded up so that each row is whole bytes; needed unless there are states "
             "to merge."},
    {.name = "hashes",
     .kind = SKEP_ARG_I64,
     .default_text = "7",
     .least = 1,
     .most = SKEP_BLOOM_MOST_ROWS,
     .help = "Hash functions, a row of bits each; absent with merge: as many as the states have."},
    SKEP_SKETCH_ARG_MERGE,
    {.name = "value",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "state",
     .choices = value_choices,
     .help = "Give the filter, or how many distinct numbers are in it."},
    {0},
};

static skep_status bloom_take(void *context, const uint64_t *hashes, int64_t n)
{
    const struct skep_bloom *bloom = context;
    uint64_t seconds[SKEP_FEED_BLOCK];

    skep_hash_at(skep_cpu_level())->u8(hashes, n, seconds);
    for (int row = 0; row < bloom->n_rows; row++) {
        uint8_t *bits = bloom->rows + row * bloom->row_bytes;
        for (int64_t i = 0; i < n; i++) {
            int64_t bit = skep_bloom_bit(bloom, hashes[i], seconds[i] | 1, row);
            bits[bit >> 3] |= (uint8_t)(1 << (bit & 7));
        }
    }
    return SKEP_OK;
}

static skep_status bloom_take_plainly(void *context, const uint64_t *hashes, int64_t n)
{
    const struct skep_bloom *bloom = context;

    for (int64_t i = 0; i < n; i++) {
        for (int row = 0; row < bloom->n_rows; row++) {
            int64_t bit = skep_bloom_bit(bloom, hashes[i], skep_bloom_second(hashes[i]), row);
            bloom->rows[row * bloom->row_bytes + bit / 8] |= (uint8_t)(1 << bit % 8);
        }
    }
    return SKEP_OK;
}

static skep_status bloom_take_state(void *context, int64_t at, const int64_t *elements, int64_t n,
                                    struct skep_error *err)
{
    uint8_t *bytes = ((struct skep_bloom *)context)->rows + at;

    (void)err;
    for (int64_t i = 0; i < n; i++) {
        bytes[i] |= (uint8_t)elements[i];
    }
    return SKEP_OK;
}

/* ---- the call ---- */

static skep_status bloom_check_states(const struct skep_call *call, const struct skep_states *states,
                                      const struct skep_bloom *wanted, struct skep_error *err)
{
    const struct skep_arg *args = call->args;
    const int64_t *shape = states->shape;

    if (shape[0] < 1 || shape[0] > SKEP_BLOOM_MOST_ROWS || shape[1] < 1 ||
        shape[1] > INT64_MAX / (8 * SKEP_BLOOM_MOST_ROWS)) { /* an array without filters */
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "a filter has 1 to %d rows of a byte at least, those of merge have (%" PRId64
                              ", %" PRId64 ")",
                              SKEP_BLOOM_MOST_ROWS, shape[0], shape[1]);
    }
    if (args[ARG_HASHES].is_given && wanted->n_rows != shape[0]) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "hashes is %d, and the filters of merge were made with %" PRId64,
                              wanted->n_rows, shape[0]);
    }
    if (args[ARG_BITS].is_given && (args[ARG_BITS].i64 - 1) / (8 * shape[0]) + 1 != shape[1]) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "bits is %" PRId64 ", and the filters of merge have %" PRId64,
                              args[ARG_BITS].i64, 8 * shape[0] * shape[1]);
    }
    return SKEP_OK;
}

/* Rows and their bytes: as asked for, or as the states have them. */
static skep_status bloom_open(const struct skep_call *call, struct skep_states *states,
                              struct skep_bloom *bloom, struct skep_error *err)
{
    const struct skep_arg *args = call->args;
    skep_status st = skep_states_init(states, &args[ARG_X], &args[ARG_MERGE], 2, err);

    *bloom = (struct skep_bloom){.n_rows = (int)args[ARG_HASHES].i64, .row_bytes = 1};
    states->most = 255;
    if (st == SKEP_OK && states->n_arrays > 0) {
        st = bloom_check_states(call, states, bloom, err);
        bloom->n_rows = (int)states->shape[0];
        bloom->row_bytes = states->shape[1];
    } else if (st == SKEP_OK && !args[ARG_BITS].is_given) {
        st = skep_error_set(err, SKEP_E_BAD_ARGS, "give bits, the size of the filter");
    } else if (st == SKEP_OK) {
        bloom->row_bytes = (args[ARG_BITS].i64 - 1) / (8 * bloom->n_rows) + 1;
    }
    return st;
}

/* Each row of w bits in which a share f is set tells of -w ln(1 - f) numbers. */
static skep_status bloom_estimate(const struct skep_call *call, const struct skep_bloom *bloom,
                                  struct skep_value *value_out, struct skep_error *err)
{
    int64_t n_bytes = bloom->n_rows * bloom->row_bytes;
    int64_t n_set = 0;

    for (int64_t i = 0; i < n_bytes; i++) {
        if (i % BLOOM_COUNT_PIECE == 0 && skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        n_set += __builtin_popcount(bloom->rows[i]);
    }
    if (n_set == 8 * n_bytes) {
        return skep_error_set(
            err, SKEP_E_NUMERIC,
            "the filter is full: it says yes to every number, and how many are in it cannot be told");
    }
    *value_out = (struct skep_value){
        .kind = SKEP_VALUE_F64,
        .f64 = 0.0 - (double)(8 * bloom->row_bytes) * skep_ln(1.0 - (double)n_set / (double)(8 * n_bytes)),
    };
    return SKEP_OK;
}

static skep_status bloom_clear(const struct skep_call *call, struct skep_bloom *bloom)
{
    int64_t n_bytes = bloom->n_rows * bloom->row_bytes;

    for (int64_t i = 0; i < n_bytes; i += 64 * BLOOM_COUNT_PIECE) {
        int64_t n = n_bytes - i < 64 * BLOOM_COUNT_PIECE ? n_bytes - i : 64 * BLOOM_COUNT_PIECE;
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        memset(bloom->rows + i, 0, (size_t)n);
    }
    return SKEP_OK;
}

static skep_status bloom_compute(struct skep_call *call, bool is_plain, struct skep_value *value_out,
                                 struct skep_error *err)
{
    struct skep_states states;
    struct skep_bloom bloom;
    void *room;
    skep_status st = bloom_open(call, &states, &bloom, err);

    if (st != SKEP_OK) {
        return st;
    }
    st = skep_call_output(call, SKEP_U1, 2, (const int64_t[]){bloom.n_rows, bloom.row_bytes}, &room,
                          value_out, err);
    if (st != SKEP_OK) {
        return st;
    }
    bloom.rows = room;
    st = bloom_clear(call, &bloom);
    if (st == SKEP_OK) {
        st = skep_states_read(call, &states, bloom_take_state, &bloom, err);
    }
    if (st == SKEP_OK) {
        st = skep_feed_arg(call, &call->args[ARG_X], is_plain, is_plain ? bloom_take_plainly : bloom_take,
                           &bloom);
    }
    if (st == SKEP_OK && call->args[ARG_VALUE].choice == VALUE_ESTIMATE) {
        st = bloom_estimate(call, &bloom, value_out, err);
    }
    return st;
}

static skep_status bloom_build_fast(struct skep_call *call, struct skep_value *value_out,
                                    struct skep_error *err)
{
    return bloom_compute(call, false, value_out, err);
}

static skep_status bloom_build_plain(struct skep_call *call, struct skep_value *value_out,
                                     struct skep_error *err)
{
    return bloom_compute(call, true, value_out, err);
}

static void bloom_build_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    struct skep_states states;
    struct skep_bloom bloom;
    double n = skep_sketch_count(&call->args[ARG_X]);
    skep_status st = bloom_open(call, &states, &bloom, NULL); /* what is wrong is said by the run */
    double n_bytes = (double)bloom.n_rows * (double)bloom.row_bytes;

    (void)st;
    /* A bit costs the more the fewer of the caches hold the row. */
    *cost_out = (struct skep_cost){
        .bytes = n_bytes,
        .seconds =
            n * (2e-9 + bloom.n_rows * (n_bytes < 2e6 ? 1.3e-9 : 4e-9)) * (call->is_reference ? 2 : 1) +
            n_bytes * 3e-10,
    };
}

static skep_status bloom_build_value(const struct skep_call *call, struct skep_view *value_out)
{
    struct skep_states states;
    struct skep_bloom bloom;
    int64_t shape[2];

    if (bloom_open(call, &states, &bloom, NULL) != SKEP_OK) {
        return SKEP_EMPTY;
    }
    shape[0] = bloom.n_rows;
    shape[1] = bloom.row_bytes;
    return call->args[ARG_VALUE].choice == VALUE_ESTIMATE ? skep_value_number(SKEP_F8, value_out)
                                                          : skep_value_array(SKEP_U1, 2, shape, value_out);
}

static const char *const bloom_build_description[] = {
    "A set of numbers as a Bloom filter (B. H. Bloom, 1970), for `bloom_query`: a number that was put in is "
    "always "
    "found, one that was not is found with the probability below. Each of the hash functions has a row of w "
    "bits of its "
    "own, bits / hashes rounded up to whole bytes, so that the shape of the filter says all about it.",
    "Row i gets the bit at place ((h + i s) mod 2^64) w / 2^64, rounded down, where h is the hash of "
    "kernel/sketches/hash.h and s the mixed h with its last bit set (A. Kirsch, M. Mitzenmacher, \"Less "
    "hashing, same "
    "performance: building a better Bloom filter\", 2006); bit j of a row is bit j % 8 of its byte j / 8, "
    "counted from "
    "the lowest.",
    "The filter does not depend on the order of the numbers or on how often each comes, and merging the "
    "filters of "
    "parts gives the filter of the whole to the bit.",
    "Accuracy: with n distinct numbers in it, another one is found with probability (1 - (1 - "
    "1/w)^n)^hashes. The best "
    "number of hashes is 0.69 bits / n: with 10 bits a number and 7 hashes 0.8%, with 20 bits and 14 hashes "
    "0.007%.",
    "With value \"estimate\" the number of distinct numbers, -w ln(1 - f), where f is the share of bits that "
    "are set; "
    "its standard error is sqrt(w (e^t - t - 1) / hashes), t = n / w. A filter in which every bit is set is "
    "an error "
    "(numeric) then.",
    "Numbers that are equal are one, whatever their dtype: 7, 7.0 and an i1 of 7; true is 1, -0.0 is 0, and "
    "every NaN "
    "is one number.",
    NULL,
};

const struct skep_kernel skep_kernel_bloom_build = {
    .name = "bloom_build",
    .version = 1,
    .summary = "A set of numbers as a Bloom filter",
    .description = bloom_build_description,
    .args = bloom_build_args,
    .value_text = "u1[hashes, bytes of a row]: the filter; with value \"estimate\" the number of distinct "
                  "numbers in it",
    .performance = "One pass over x, a bit for each hash function; the filter is all the memory. 10^6 i8 "
                   "into 10^7 bits with 7 hashes "
                   "take 11 ms on one core of an Intel Xeon (Sapphire Rapids class, AVX-512), a number 11 "
                   "ns; where the filter is beyond "
                   "the second-level cache 30 ns.",
    .example = "{\"kernel\":\"bloom_build\",\"args\":{\"x\":[2,3,5,7,11,13],\"bits\":64,\"hashes\":4}}",
    .run = bloom_build_fast,
    .reference = bloom_build_plain,
    .cost = bloom_build_cost,
    .value = bloom_build_value,
};
