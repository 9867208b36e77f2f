/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "npy/header.h"
#include "output_fixture.h"
#include "support/heap.h"
#include "sweep/ack.h"
#include "sweep/crc32c.h"
#include "sweep/gather.h"
#include "sweep/order.h"
#include "sweep/verify.h"

/* ---- a disk that loses what was not synced ---- */

/* What a write replaced, so that it can be undone. The functions below stand before the C library's. */
struct lost_write {
    int fd;
    off_t at;
    size_t n;
    char *old;
};

enum { MAX_LOST = 4096 };

static struct {
    struct lost_write lost[MAX_LOST]; /* writes since the last sync, of all files */
    int n_lost;
    bool records;
    int n_writes, fail_write; /* the so-manyth fails */
    int n_syncs, fail_sync;   /* the so-manyth and all behind it fail */
} disk;

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    disk.n_writes++;
    if (disk.n_writes == disk.fail_write) {
        errno = ENOSPC;
        return -1;
    }
    if (disk.records && n > 0) {
        struct lost_write *lost = &disk.lost[disk.n_lost++];
        assert_true(disk.n_lost < MAX_LOST);
        *lost = (struct lost_write){dup(fd), at, n, malloc(n)};
        assert_int_equal(pread(fd, lost->old, n, at), n);
    }
    return syscall(SYS_pwrite64, fd, bytes, n, at);
}

/* The writes to the file of FD are safe. */
int fdatasync(int fd)
{
    struct stat ours, other;
    int n = 0;

    disk.n_syncs++;
    if (disk.fail_sync > 0 && disk.n_syncs >= disk.fail_sync) {
        errno = EIO;
        return -1;
    }
    assert_int_equal(fstat(fd, &ours), 0);
    for (int i = 0; i < disk.n_lost; i++) {
        assert_int_equal(fstat(disk.lost[i].fd, &other), 0);
        if (other.st_ino == ours.st_ino) {
            free(disk.lost[i].old);
            close(disk.lost[i].fd);
        } else {
            disk.lost[n++] = disk.lost[i];
        }
    }
    disk.n_lost = n;
    return 0;
}

/* Of files that are made; the test machine is not going to fail. */
int fsync(int fd)
{
    (void)fd;
    return 0;
}

/* A power cut: of what was not synced some sectors are lost, by chance. */
static void disk_cut(uint32_t *chance)
{
    for (int i = disk.n_lost - 1; i >= 0; i--) {
        struct lost_write *lost = &disk.lost[i];
        for (size_t at = 0; at < lost->n;) {
            size_t n = 512 - (size_t)(lost->at + (off_t)at) % 512;
            n = n < lost->n - at ? n : lost->n - at;
            *chance = *chance * 1664525 + 1013904223;
            if (*chance >> 31) {
                assert_int_equal(syscall(SYS_pwrite64, lost->fd, lost->old + at, n, lost->at + (off_t)at), n);
            }
            at += n;
        }
        free(lost->old);
        close(lost->fd);
    }
    disk.n_lost = 0;
    disk.records = false;
}

/* ---- a sweep and its acks ---- */

static struct fixture f;
static struct skep_gatherer gatherer;
static bool is_open;

static int set_up(void **state)
{
    (void)state;
    memset(&disk, 0, sizeof disk);
    is_open = false;
    fixture_begin(&f);
    return 0;
}

static void close_gatherer(void)
{
    if (is_open) {
        skep_gatherer_close(&gatherer);
    }
    is_open = false;
}

static int tear_down(void **state)
{
    (void)state;
    close_gatherer();
    fixture_end(&f);
    return 0;
}

static skep_status open_gatherer(void)
{
    skep_status st;

    close_gatherer();
    memset(&f.err, 0, sizeof f.err);
    st = skep_gatherer_open(&gatherer, &f.sweep, f.roots, &f.err);
    is_open = st == SKEP_OK;
    return st;
}

static void must_open(void)
{
    if (open_gatherer() != SKEP_OK) {
        fail_msg("%s", f.err.text);
    }
}

/* Two outputs: one f8 of which the index is the natural one, one of two i2 the other way round. */
static void two_outputs(const char *more)
{
    fixture_sweep(
        &f, 40, 25,
        "{\"path\":\"x.npy\",\"at\":[\"{a}\",\"{b}\"],\"dtype\":\"f8\",\"shape\":[40,25],\"fill\":\"nan\"},"
        "{\"path\":\"y.npy\",\"at\":[\"{b}\",\"39-{a}\"],\"of\":\"[0:2]\",\"dtype\":\"i2\","
        "\"shape\":[25,40,2],\"fill\":\"-1\"}",
        more);
}

/* The bytes of output K at INDEX. */
static size_t value_at(int k, int64_t index, void *value_out)
{
    double real = sqrt((double)index);
    int16_t pair[2] = {(int16_t)index, (int16_t)(3 * index)};

    memcpy(value_out, k == 0 ? (void *)&real : (void *)pair, k == 0 ? sizeof real : sizeof pair);
    return k == 0 ? sizeof real : sizeof pair;
}

static void write_slice(int k, int64_t index)
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

/* An ack of positions LO to HI. WAY: flags of both outputs; where values do not travel, they are written now
 * unless IS_LOST. STATES may be NULL: all done. CHANGE is added to the first output's values. */
struct ack_plan {
    int64_t lo, hi;
    unsigned flags;
    const unsigned char *states;
    const struct skep_here *from;
    bool is_lost;
    double change;
};

static void build_ack(const struct ack_plan *plan, struct skep_buf *buf)
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

static skep_status apply(const struct ack_plan *plan)
{
    struct skep_buf buf;
    skep_status st;

    build_ack(plan, &buf);
    memset(&f.err, 0, sizeof f.err);
    st = skep_gatherer_apply(&gatherer, buf.bytes, buf.length, &f.err);
    skep_buf_release(&buf);
    return st;
}

static void must_apply(int64_t lo, int64_t hi, unsigned flags)
{
    if (apply(&(struct ack_plan){.lo = lo, .hi = hi, .flags = flags, .from = &machine_a}) != SKEP_OK) {
        fail_msg("%s", f.err.text);
    }
}

/* The file of output K holds the values where STATE of the position says so, else its fill. */
static void assert_file(int k, bool (*is_there)(int64_t position))
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

static bool is_everywhere(int64_t position)
{
    (void)position;
    return true;
}

static bool is_nowhere(int64_t position)
{
    (void)position;
    return false;
}

static void assert_hole(int64_t from, int64_t want_lo, int64_t want_hi)
{
    int64_t lo, hi;

    assert_true(skep_gatherer_next_hole(&gatherer, from, &lo, &hi));
    assert_int_equal(lo, want_lo);
    assert_int_equal(hi, want_hi);
}

static void assert_no_hole(int64_t from)
{
    int64_t lo, hi;

    assert_false(skep_gatherer_next_hole(&gatherer, from, &lo, &hi));
}

/* ---- works ---- */

/* Values that travelled end where they belong, in every order of tasks and of acks. */
static void test_gather__fills_the_outputs(void **state)
{
    static const char *const orders[] = {"", ",\"order\":\"random\",\"seed\":\"9\""};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        two_outputs(orders[i]);
        fixture_make(&f);
        must_open();
        assert_hole(0, 0, 1000);
        must_apply(300, 1000, SKEP_ACK_VALUES);
        must_apply(0, 17, SKEP_ACK_VALUES);
        assert_hole(0, 17, 300);
        assert_hole(20, 20, 300);
        must_apply(17, 300, SKEP_ACK_VALUES);
        assert_no_hole(0);
        assert_int_equal(skep_gatherer_count_done(&gatherer), 1000);
        assert_file(0, is_everywhere);
        assert_file(1, is_everywhere);
        assert_int_equal(skep_gatherer_sync(&gatherer, &f.err), SKEP_OK);
        assert_int_equal(gatherer.n_duplicates + gatherer.n_conflicts + gatherer.n_lost, 0);
    }
}

/* Slices that follow one another leave in one write. */
static void test_gather__writes_stretches(void **state)
{
    (void)state;
    fixture_plain(&f, 40, 25);
    fixture_make(&f);
    must_open();
    disk.n_writes = 0;
    must_apply(0, 500, SKEP_ACK_VALUES);
    assert_int_equal(disk.n_writes, 3); /* values, checksums, bits */
}

/* Of what was written directly only the checksums come; it is believed from this machine, and when synced. */
static void test_gather__believes_this_machine(void **state)
{
    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    must_apply(0, 400, 0);
    assert_int_equal(
        apply(&(struct ack_plan){
            .lo = 400, .hi = 1000, .flags = SKEP_ACK_SYNCED, .from = &machine_b, .is_lost = true}),
        SKEP_OK);
    assert_int_equal(skep_gatherer_count_done(&gatherer), 1000);
    assert_int_equal(gatherer.n_lost, 0);
}

/* With one checksum for all, slices are summed from the array, wherever they were written, and that one must
 * come of it; a stretch in which a byte differs is a hole, and on this machine an alarm. */
static void test_gather__sums_what_is_summed_together(void **state)
{
    static const struct skep_here *const from[] = {&machine_a, &machine_b, NULL};

    (void)state;
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        struct ack_plan plan = {.lo = 0, .hi = 600, .flags = SKEP_ACK_SUMMED_TOGETHER, .from = from[i]};
        two_outputs(i == 1 ? ",\"order\":\"random\",\"seed\":\"4\"" : "");
        fixture_make(&f);
        must_open();
        assert_int_equal(apply(&plan), SKEP_OK);
        assert_int_equal(skep_gatherer_count_done(&gatherer), 600);
        for (int64_t p = 0; p < 600; p++) {
            int64_t index = skep_order_index(&f.sweep, p);
            for (int k = 0; k < 2; k++) {
                char value[8];
                size_t n = value_at(k, index, value);
                assert_int_equal(skep_sidecar_crc(gatherer.sidecars[k], index), skep_crc32c(0, value, n));
            }
        }
        assert_int_equal(apply(&plan), SKEP_OK);
        assert_int_equal(gatherer.n_duplicates, 1200);
        plan.lo = 600;
        plan.hi = 610;
        plan.change = 0.5; /* the checksum of the first output is of other bytes than those that are there */
        assert_int_equal(apply(&plan), SKEP_OK);
        assert_int_equal(gatherer.n_conflicts, i == 0 ? 10 : 0);
        assert_int_equal(gatherer.n_lost, i == 0 ? 0 : 10);
        assert_string_equal(i == 0 ? gatherer.conflict : gatherer.lost,
                            "x.npy, tasks 600 to 609: not all that host-a:7 wrote is there");
        assert_int_equal(skep_gatherer_count_done(&gatherer), 600);
        assert_int_equal(skep_sidecar_count_done(gatherer.sidecars[1]), 610);
    }
}

/* Skipped and absent ones between them change nothing. */
static void test_gather__sums_only_what_is_done(void **state)
{
    unsigned char states[300];

    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    for (int i = 0; i < 300; i++) {
        states[i] = (unsigned char)(i % 3);
    }
    assert_int_equal(
        apply(&(struct ack_plan){.lo = 0, .hi = 300, .flags = SKEP_ACK_SUMMED_TOGETHER, .states = states}),
        SKEP_OK);
    assert_int_equal(skep_gatherer_count_done(&gatherer), 200);
    assert_int_equal(skep_sidecar_crc(gatherer.sidecars[0], 1), skep_crc32c(0, "\0\0\0\0\0\0\xf8\x7f", 8));
    assert_int_equal(gatherer.n_lost + gatherer.n_conflicts, 0);
}

/* Where it might be lost, it is read back: what is there is done, what is not is a hole with a name. */
static void test_gather__reads_back_what_may_be_lost(void **state)
{
    static const struct skep_here *const from[] = {&machine_b, &machine_a_again, NULL};

    (void)state;
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        two_outputs("");
        fixture_make(&f);
        must_open();
        assert_int_equal(apply(&(struct ack_plan){.lo = 0, .hi = 30, .from = from[i]}), SKEP_OK);
        assert_int_equal(apply(&(struct ack_plan){.lo = 30, .hi = 50, .from = from[i], .is_lost = true}),
                         SKEP_OK);
        assert_int_equal(skep_gatherer_count_done(&gatherer), 30);
        assert_hole(0, 30, 1000);
        assert_int_equal(gatherer.n_lost, 40);
        assert_string_equal(gatherer.lost, "y.npy, index 49: what host-a:7 wrote is not there");
    }
}

/* Where the machine does not know itself, nothing is believed unread. */
static void test_gather__believes_no_unknown_machine(void **state)
{
    static const struct skep_here nowhere = {"", "somewhere"};

    (void)state;
    two_outputs("");
    skep_here_replace(&nowhere);
    fixture_make(&f);
    must_open();
    assert_int_equal(apply(&(struct ack_plan){.lo = 0, .hi = 20, .is_lost = true}), SKEP_OK);
    assert_int_equal(skep_gatherer_count_done(&gatherer), 0);
    assert_int_equal(apply(&(struct ack_plan){.lo = 0, .hi = 20}), SKEP_OK);
    assert_int_equal(skep_gatherer_count_done(&gatherer), 20);
}

/* Acks that are all there is of their slices must wait for a sync; those of this machine's own need not. */
static void test_gather__says_which_acks_must_wait(void **state)
{
    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    must_apply(0, 10, 0);
    assert_false(gatherer.needs_sync);
    must_apply(10, 20, SKEP_ACK_VALUES);
    assert_true(gatherer.needs_sync);
    assert_int_equal(gatherer.value_bytes, 10 * (8 + 4));
    must_apply(20, 30, 0);
    assert_true(gatherer.needs_sync);
    assert_int_equal(skep_gatherer_sync(&gatherer, NULL), SKEP_OK);
    assert_false(gatherer.needs_sync);
    assert_int_equal(gatherer.value_bytes, 0);
    assert_int_equal(
        apply(&(struct ack_plan){.lo = 30, .hi = 40, .flags = SKEP_ACK_SYNCED, .from = &machine_b}), SKEP_OK);
    assert_true(gatherer.needs_sync);
    assert_int_equal(skep_gatherer_sync(&gatherer, NULL), SKEP_OK);
    assert_int_equal(apply(&(struct ack_plan){.lo = 40, .hi = 50}), SKEP_OK);
    assert_true(gatherer.needs_sync);
}

/* Skipped indexes are done with what the fill is; absent ones are holes. */
static void test_gather__knows_three_states(void **state)
{
    unsigned char states[1000];
    struct skep_verify_report report;

    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    for (int i = 0; i < 1000; i++) {
        states[i] = (unsigned char)(i % 3);
    }
    assert_int_equal(
        apply(&(struct ack_plan){.lo = 0, .hi = 1000, .flags = SKEP_ACK_VALUES, .states = states}), SKEP_OK);
    assert_int_equal(skep_gatherer_count_done(&gatherer), 667);
    assert_hole(0, 2, 3);
    assert_hole(3, 5, 6);
    assert_int_equal(skep_sidecar_crc(gatherer.sidecars[0], 1), skep_crc32c(0, "\0\0\0\0\0\0\xf8\x7f", 8));
    assert_int_equal(skep_sidecar_crc(gatherer.sidecars[1], 1), skep_crc32c(0, "\xff\xff\xff\xff", 4));
    for (int k = 0; k < 2; k++) {
        assert_int_equal(
            skep_verify(gatherer.sidecars[k], &gatherer.arrays[k], &gatherer.maps[k], &report, NULL),
            SKEP_OK);
        assert_int_equal(report.n_done, 667);
        assert_int_equal(report.n_bad, 0);
    }
}

/* What comes again with the same bytes is counted; with others it is an alarm, and the first stays. */
static void test_gather__compares_what_comes_twice(void **state)
{
    (void)state;
    fixture_plain(&f, 40, 25);
    fixture_make(&f);
    must_open();
    must_apply(0, 1000, SKEP_ACK_VALUES);
    must_apply(100, 300, SKEP_ACK_VALUES);
    assert_int_equal(gatherer.n_duplicates, 200);
    assert_int_equal(gatherer.n_conflicts, 0);
    assert_int_equal(apply(&(struct ack_plan){.lo = 7, .hi = 9, .flags = SKEP_ACK_VALUES, .change = 0.5}),
                     SKEP_OK);
    assert_int_equal(gatherer.n_conflicts, 2);
    assert_non_null(strstr(gatherer.conflict, "x.npy, index 8: computed twice with different bytes, "));
    assert_non_null(strstr(gatherer.conflict, "by host-a:7"));
    assert_file(0, is_everywhere);
    assert_int_equal(skep_gatherer_sync(&gatherer, NULL), SKEP_OK);
    close_gatherer();
    must_open();
    assert_int_equal(skep_sidecar_facts(gatherer.sidecars[0])->n_duplicates, 200);
    assert_int_equal(skep_sidecar_facts(gatherer.sidecars[0])->n_conflicts, 2);
}

/* What is there is not written again, and what is not goes where it belongs, also where slices that follow
 * one another have one between them in the ack that is there. */
static void test_gather__leaves_what_is_there(void **state)
{
    unsigned char states[1000];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        states[i] = i % 2 ? SKEP_ACK_ABSENT : SKEP_ACK_DONE;
    }
    for (int seed = 0; seed < 20; seed++) {
        char more[60];
        snprintf(more, sizeof more, ",\"order\":\"random\",\"seed\":\"%d\"", seed);
        two_outputs(more);
        fixture_make(&f);
        must_open();
        assert_int_equal(
            apply(&(struct ack_plan){.lo = 0, .hi = 1000, .flags = SKEP_ACK_VALUES, .states = states}),
            SKEP_OK);
        must_apply(0, 1000, SKEP_ACK_VALUES);
        assert_int_equal(gatherer.n_duplicates, 1000);
        assert_file(0, is_everywhere);
        assert_file(1, is_everywhere);
    }
}

/* With --take only the positions of the sweep are holes. */
static void test_gather__looks_for_holes_among_what_is_taken(void **state)
{
    static const char *const more[] = {",\"take\":300", ",\"take\":300,\"order\":\"random\",\"seed\":\"5\""};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        two_outputs(more[i]);
        assert_int_equal(f.sweep.n, 300);
        fixture_make(&f);
        must_open();
        assert_hole(0, 0, 300);
        must_apply(0, 299, SKEP_ACK_VALUES);
        assert_hole(0, 299, 300);
        must_apply(299, 300, SKEP_ACK_VALUES);
        assert_no_hole(0);
        assert_int_equal(skep_gatherer_count_done(&gatherer), 300);
    }
}

/* Outputs of one sweep may differ, after a kill between the two: a hole in one of them is a hole. */
static void test_gather__sees_a_hole_in_any_output(void **state)
{
    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    for (int64_t i = 0; i < 1000; i++) {
        if (i % 2 == 0) {
            (void)skep_sidecar_mark(gatherer.sidecars[0], i, 1);
        }
        if (i % 3 != 2 || i > 900) {
            (void)skep_sidecar_mark(gatherer.sidecars[1], i, 1);
        }
    }
    assert_int_equal(skep_gatherer_count_done(&gatherer), 350); /* even, and not 2 of 3 up to 900 */
    assert_hole(0, 1, 4);                                       /* 1 and 3 in the first, 2 in the second */
    assert_hole(4, 5, 6);
    assert_hole(998, 999, 1000);
    assert_no_hole(1000);
}

/* ---- refuses ---- */

/* What is no ack changes nothing: noise, values that do not fit, another sweep's. */
static void test_gather__drops_what_is_no_ack(void **state)
{
    struct skep_buf buf;

    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    assert_int_equal(skep_gatherer_apply(&gatherer, "", 0, NULL), SKEP_E_PROTOCOL);
    assert_int_equal(skep_gatherer_apply(&gatherer, "skepack1 and more", 17, NULL), SKEP_E_PROTOCOL);
    build_ack(&(struct ack_plan){.lo = 10, .hi = 20, .flags = SKEP_ACK_VALUES}, &buf);
    buf.bytes[buf.length - 1] ^= 1;
    assert_int_equal(skep_gatherer_apply(&gatherer, buf.bytes, buf.length, &f.err), SKEP_E_PROTOCOL);
    skep_buf_release(&buf);
    assert_int_equal(skep_gatherer_count_done(&gatherer), 0);
    assert_file(0, is_nowhere);
    assert_file(1, is_nowhere);
}

/* The files of another job, or of another output, are left alone. */
static void test_gather__leaves_the_files_of_others(void **state)
{
    struct skep_sidecar_facts facts;
    size_t n, n_after;
    char *before, *after;

    (void)state;
    two_outputs("");
    assert_int_equal(open_gatherer(), SKEP_E_ARRAY_MISSING);
    fixture_make(&f);
    fixture_facts(&f, 1, &facts);
    facts.token[0] = 'f';
    assert_int_equal(skep_sidecar_make(f.roots, "y.npy", &facts, NULL), SKEP_OK);
    before = test_read_file(f.folder, "x.npy.skep", &n);
    skep_here_replace(&machine_b);
    assert_int_equal(open_gatherer(), SKEP_E_CONFLICT);
    assert_string_equal(f.err.text, "y.npy: its sidecar is of another job");
    after = test_read_file(f.folder, "x.npy.skep", &n_after);
    assert_int_equal(n, n_after);
    assert_memory_equal(before, after, n);
    free(before);
    free(after);
    fixture_facts(&f, 0, &facts);
    assert_int_equal(skep_sidecar_make(f.roots, "y.npy", &facts, NULL), SKEP_OK);
    assert_int_equal(open_gatherer(), SKEP_E_CONFLICT);
    facts.out = 1;
    facts.n_all = 999;
    assert_int_equal(skep_sidecar_make(f.roots, "y.npy", &facts, NULL), SKEP_OK);
    assert_int_equal(open_gatherer(), SKEP_E_CONFLICT);
}

/* Two processes do not gather the same sweep; when the first one dies the second one can. */
static void test_gather__is_alone(void **state)
{
    int pipe_fds[2];
    pid_t child;
    int status;
    char byte;

    (void)state;
    two_outputs("");
    fixture_make(&f);
    assert_int_equal(pipe(pipe_fds), 0);
    child = fork();
    if (child == 0) {
        must_open();
        must_apply(0, 50, SKEP_ACK_VALUES);
        (void)!write(pipe_fds[1], "x", 1);
        pause();
    }
    assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
    assert_int_equal(open_gatherer(), SKEP_E_CONFLICT);
    assert_non_null(strstr(f.err.text, "gathers it already"));
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    must_open();
    assert_hole(0, 50, 1000);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

/* An output that is deleted or replaced while it fills is said to be at the next sync. */
static void test_gather__notices_when_an_output_is_gone(void **state)
{
    char *path = test_path(f.folder, "y.npy");

    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    must_apply(0, 50, SKEP_ACK_VALUES);
    assert_int_equal(skep_array_make(f.roots, &f.sweep.outs[1], true, NULL), SKEP_OK);
    assert_int_equal(skep_gatherer_sync(&gatherer, &f.err), SKEP_E_OUTPUT);
    assert_string_equal(f.err.text, "y.npy: replaced while it filled");
    memset(&f.err, 0, sizeof f.err);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(skep_gatherer_sync(&gatherer, &f.err), SKEP_E_OUTPUT);
    assert_string_equal(f.err.text, "y.npy: deleted while it filled");
    assert_int_equal(open_gatherer(), SKEP_E_ARRAY_MISSING);
    free(path);
}

/* ---- breaks ---- */

/* Whichever write fails, the ack can be applied again, and then all of it is there once. */
static void test_gather__can_be_told_again(void **state)
{
    const struct ack_plan plan = {.lo = 0, .hi = 1000, .flags = SKEP_ACK_VALUES};
    int n_failed = 0;

    (void)state;
    for (int n = 1;; n++) {
        skep_status st;
        two_outputs("");
        fixture_make(&f);
        must_open();
        disk.fail_write = disk.n_writes + n;
        st = apply(&plan);
        disk.fail_write = 0;
        if (st == SKEP_OK) {
            break;
        }
        assert_int_equal(st, SKEP_E_OUTPUT);
        assert_non_null(strstr(f.err.text, ".npy"));
        n_failed++;
        assert_int_equal(apply(&plan), SKEP_OK);
        assert_int_equal(skep_gatherer_count_done(&gatherer), 1000);
        assert_int_equal(gatherer.n_conflicts, 0);
        close_gatherer();
        must_open();
        assert_int_equal(skep_gatherer_count_done(&gatherer), 1000);
        if (n % 50 == 1) {
            assert_file(0, is_everywhere);
            assert_file(1, is_everywhere);
        }
    }
    assert_in_range(n_failed, 5, 2100);
}

/* After a sync that failed nothing becomes safe. */
static void test_gather__believes_no_sync_after_a_failed_one(void **state)
{
    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    must_apply(0, 50, SKEP_ACK_VALUES);
    disk.fail_sync = 1;
    disk.n_syncs = 0;
    assert_int_equal(skep_gatherer_sync(&gatherer, &f.err), SKEP_E_OUTPUT);
    assert_non_null(strstr(f.err.text, "x.npy: cannot sync"));
    disk.fail_sync = 0;
    assert_int_equal(skep_gatherer_sync(&gatherer, NULL), SKEP_E_OUTPUT);
}

static skep_status gather_once(void *context)
{
    struct skep_gatherer one;
    struct skep_buf *buf = context;
    skep_status st = skep_gatherer_open(&one, &f.sweep, f.roots, NULL);

    if (st != SKEP_OK) {
        return st;
    }
    st = skep_gatherer_apply(&one, buf->bytes, buf->length, NULL);
    skep_gatherer_close(&one);
    return st;
}

/* Without memory nothing is gathered, and nothing leaks. */
static void test_gather__says_when_memory_is_short(void **state)
{
    struct skep_buf buf;

    (void)state;
    two_outputs("");
    fixture_make(&f);
    build_ack(&(struct ack_plan){.lo = 0, .hi = 50, .flags = SKEP_ACK_SUMMED_TOGETHER}, &buf);
    test_heap_torture(gather_once, &buf);
    skep_buf_release(&buf);
}

/* Power cuts at random moments, with sectors of unsynced writes lost at random: what is believed afterwards
 * is there, with its checksum, and all that was synced is believed. */
static void test_gather__survives_power_cuts(void **state)
{
    uint32_t chance = 11;

    (void)state;
    for (int round = 0; round < 200; round++) {
        int64_t n_synced = 0;
        int64_t p = 0;
        int64_t lo, hi;
        int n_steps;
        chance = chance * 1664525 + 1013904223;
        n_steps = 1 + (int)((chance >> 20) % 12);
        two_outputs(round % 2 ? ",\"order\":\"random\",\"seed\":\"9\"" : "");
        fixture_make(&f);
        skep_here_replace(&machine_a);
        must_open();
        disk.records = true;
        for (int i = 0; i < n_steps && p < 1000; i++) {
            int64_t n;
            chance = chance * 1664525 + 1013904223;
            n = 1 + (chance >> 20) % 100;
            n = n < 1000 - p ? n : 1000 - p;
            must_apply(p, p + n, chance >> 29 & 1 ? SKEP_ACK_VALUES : 0);
            p += n;
            if (chance >> 30 == 0) {
                assert_int_equal(skep_gatherer_sync(&gatherer, NULL), SKEP_OK);
                n_synced = p;
            }
        }
        if (chance >> 27 & 1) { /* the power goes within a sync */
            disk.n_syncs = 0;
            disk.fail_sync = 1 + (int)((chance >> 10) % 6);
            if (skep_gatherer_sync(&gatherer, NULL) == SKEP_OK) {
                n_synced = p;
            }
            disk.fail_sync = 0;
        }
        close_gatherer();
        disk_cut(&chance);
        skep_here_replace(&machine_a_again);
        must_open();
        assert_in_range(skep_gatherer_count_done(&gatherer), n_synced, p);
        assert_true(skep_gatherer_next_hole(&gatherer, 0, &lo, &hi) ? lo >= n_synced : p == 1000);
        for (int k = 0; k < 2; k++) {
            struct skep_verify_report report;
            assert_int_equal(
                skep_verify(gatherer.sidecars[k], &gatherer.arrays[k], &gatherer.maps[k], &report, NULL),
                SKEP_OK);
            assert_int_equal(report.n_bad, 0);
            assert_in_range(report.n_done, n_synced, p);
        }
    }
}

int main(void)
{
#define GATHER_TEST(fact) cmocka_unit_test_setup_teardown(test_gather__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        GATHER_TEST(fills_the_outputs),
        GATHER_TEST(writes_stretches),
        GATHER_TEST(believes_this_machine),
        GATHER_TEST(sums_what_is_summed_together),
        GATHER_TEST(sums_only_what_is_done),
        GATHER_TEST(reads_back_what_may_be_lost),
        GATHER_TEST(believes_no_unknown_machine),
        GATHER_TEST(says_which_acks_must_wait),
        GATHER_TEST(knows_three_states),
        GATHER_TEST(compares_what_comes_twice),
        GATHER_TEST(leaves_what_is_there),
        GATHER_TEST(looks_for_holes_among_what_is_taken),
        GATHER_TEST(sees_a_hole_in_any_output),
        GATHER_TEST(drops_what_is_no_ack),
        GATHER_TEST(leaves_the_files_of_others),
        GATHER_TEST(is_alone),
        GATHER_TEST(notices_when_an_output_is_gone),
        GATHER_TEST(can_be_told_again),
        GATHER_TEST(believes_no_sync_after_a_failed_one),
        GATHER_TEST(says_when_memory_is_short),
        GATHER_TEST(survives_power_cuts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
