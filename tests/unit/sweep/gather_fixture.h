/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_GATHER_FIXTURE_H
#define SKEP_TESTS_GATHER_FIXTURE_H

#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "npy/header.h"
#include "output_fixture.h"
#include "sweep/ack.h"
#include "sweep/crc32c.h"
#include "sweep/gather.h"
#include "sweep/order.h"

/* A sweep, its gatherer, and the acks that a worker would send. */

static struct fixture f;
static struct skep_gatherer gatherer;
static bool gatherer_is_open;

static inline int gather_set_up(void **state)
{
    (void)state;
    gatherer_is_open = false;
    fixture_begin(&f);
    return 0;
}

static inline void close_gatherer(void)
{
    if (gatherer_is_open) {
        skep_gatherer_close(&gatherer);
    }
    gatherer_is_open = false;
}

static inline int gather_tear_down(void **state)
{
    (void)state;
    close_gatherer();
    fixture_end(&f);
    return 0;
}

static inline skep_status open_gatherer(void)
{
    skep_status st;

    close_gatherer();
    memset(&f.err, 0, sizeof f.err);
    st = skep_gatherer_open(&gatherer, &f.sweep, f.roots, &f.err);
    gatherer_is_open = st == SKEP_OK;
    return st;
}

static inline void must_open(void)
{
    if (open_gatherer() != SKEP_OK) {
        fail_msg("%s", f.err.text);
    }
}

/* Two outputs: one f8 of which the index is the natural one, one of two i2 the other way round. */
static inline void two_outputs(const char *more)
{
    fixture_sweep(
        &f, 40, 25,
        "{\"path\":\"x.npy\",\"at\":[\"{a}\",\"{b}\"],\"dtype\":\"f8\",\"shape\":[40,25],\"fill\":\"nan\"},"
        "{\"path\":\"y.npy\",\"at\":[\"{b}\",\"39-{a}\"],\"of\":\"[0:2]\",\"dtype\":\"i2\","
        "\"shape\":[25,40,2],\"fill\":\"-1\"}",
        more);
}

/* The bytes of output K at INDEX. */
static inline size_t value_at(int k, int64_t index, void *value_out)
{
    double real = sqrt((double)index);
    int16_t pair[2] = {(int16_t)index, (int16_t)(3 * index)};

    memcpy(value_out, k == 0 ? (void *)&real : (void *)pair, k == 0 ? sizeof real : sizeof pair);
    return k == 0 ? sizeof real : sizeof pair;
}

static inline void write_slice(int k, int64_t index)
{
    struct skep_out_map map;
    struct skep_array array;
    char value[8];

    (void)value_at(k, index, value);
    assert_int_equal(skep_out_map_init(&map, &f.sweep, k, NULL), SKEP_OK);
    assert_int_equal(skep_array_open(&array, f.roots, &f.sweep.outs[k], true, NULL), SKEP_OK);
    assert_int_equal(skep_array_write(&array, skep_out_map_at(&map, index), 1, value, NULL), SKEP_OK);
    skep_array_close(&array);
}

/* An ack of positions LO to HI, with FLAGS for both outputs; where values do not travel, they are written now
 * unless IS_LOST. STATES may be NULL: all done. CHANGE is added to the first output's values. */
struct ack_plan {
    int64_t lo, hi;
    unsigned flags;
    const unsigned char *states;
    const struct skep_here *from;
    bool is_lost;
    double change;
};

static inline void build_ack(const struct ack_plan *plan, struct skep_buf *buf)
{
    enum { MOST = 1000 };
    static unsigned char states[MOST], crcs[2][4 * MOST], values[2][8 * MOST];
    struct skep_ack ack = {.lo = plan->lo, .hi = plan->hi, .worker = "host-a:7", .worker_n = 8};
    int64_t slice_bytes[2] = {0};

    if (plan->from != NULL) {
        skep_here_replace(plan->from);
        ack.boot = skep_here_boot();
        skep_here_replace(&machine_a);
    }
    for (int64_t p = plan->lo; p < plan->hi; p++) {
        int64_t index = skep_order_index(&f.sweep, p);
        states[p - plan->lo] = plan->states != NULL ? plan->states[p - plan->lo] : SKEP_ACK_DONE;
        if (states[p - plan->lo] != SKEP_ACK_DONE) {
            continue;
        }
        for (int k = 0; k < f.sweep.n_outs; k++) {
            char *value = (char *)values[k] + ack.n_done * (k == 0 ? 8 : 4);
            double real;
            slice_bytes[k] = (int64_t)value_at(k, index, value);
            if (k == 0 && plan->change != 0) {
                memcpy(&real, value, 8);
                real += plan->change;
                memcpy(value, &real, 8);
            }
            skep_ack_put_crc(crcs[k], ack.n_done, skep_crc32c(0, value, (size_t)slice_bytes[k]));
            if (!(plan->flags & SKEP_ACK_VALUES) && !plan->is_lost) {
                write_slice(k, index);
            }
        }
        ack.n_done++;
    }
    ack.states = states;
    ack.n_outs = f.sweep.n_outs;
    for (int k = 0; k < ack.n_outs; k++) {
        ack.outs[k] = (struct skep_ack_out){.flags = plan->flags,
                                            .crcs = crcs[k],
                                            .values = plan->flags & SKEP_ACK_VALUES ? values[k] : NULL};
    }
    skep_buf_init(buf, 1 << 20);
    skep_ack_write(buf, &ack, slice_bytes);
    assert_false(skep_buf_failed(buf));
}

static inline skep_status apply(const struct ack_plan *plan)
{
    struct skep_buf buf;
    skep_status st;

    build_ack(plan, &buf);
    memset(&f.err, 0, sizeof f.err);
    st = skep_gatherer_apply(&gatherer, buf.bytes, buf.length, &f.err);
    skep_buf_release(&buf);
    return st;
}

static inline void must_apply(int64_t lo, int64_t hi, unsigned flags)
{
    if (apply(&(struct ack_plan){.lo = lo, .hi = hi, .flags = flags, .from = &machine_a}) != SKEP_OK) {
        fail_msg("%s", f.err.text);
    }
}

/* The file of output K holds the values where IS_THERE says so, else its fill. */
static inline void assert_file(int k, bool (*is_there)(int64_t position))
{
    struct skep_npy_header header;
    size_t n;
    char *bytes = test_read_file(f.folder, f.sweep.outs[k].path, &n);

    assert_int_equal(skep_npy_header_parse(bytes, n, n, &header, NULL), SKEP_OK);
    for (int64_t p = 0; p < f.sweep.n; p++) {
        int64_t index = skep_order_index(&f.sweep, p);
        int64_t a = index / 25;
        int64_t b = index % 25;
        int64_t slice = k == 0 ? 25 * a + b : 40 * b + 39 - a;
        char want[8];
        size_t size = value_at(k, index, want);
        if (!is_there(p)) {
            memcpy(want, k == 0 ? "\0\0\0\0\0\0\xf8\x7f" : "\xff\xff\xff\xff", size);
        }
        assert_memory_equal(bytes + header.data_offset + (size_t)slice * size, want, size);
    }
    free(bytes);
}

static inline bool is_everywhere(int64_t position)
{
    (void)position;
    return true;
}

static inline void assert_hole(int64_t from, int64_t want_lo, int64_t want_hi)
{
    int64_t lo, hi;

    assert_true(skep_gatherer_next_hole(&gatherer, from, &lo, &hi));
    assert_int_equal(lo, want_lo);
    assert_int_equal(hi, want_hi);
}

#endif
