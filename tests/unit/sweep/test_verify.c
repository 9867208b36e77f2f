/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output_fixture.h"
#include "support/heap.h"
#include "sweep/crc32c.h"
#include "sweep/verify.h"

static struct fixture f;
static struct skep_verify_report report;

static int set_up(void **state)
{
    (void)state;
    fixture_begin(&f);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

/* Write the slices of indexes LO to HI, less every SKIP-th, each filled with its index, and mark them. */
static void fill(int64_t lo, int64_t hi, int64_t skip)
{
    struct skep_sidecar *sidecar;
    struct skep_array array;
    struct skep_out_map map;
    char *slice;

    assert_int_equal(skep_sidecar_open(f.roots, "x.npy", true, &sidecar, NULL), SKEP_OK);
    assert_int_equal(skep_array_open(&array, f.roots, &f.sweep.outs[0], true, NULL), SKEP_OK);
    assert_int_equal(skep_out_map_init(&map, &f.sweep, 0, NULL), SKEP_OK);
    slice = malloc((size_t)map.slice_bytes);
    for (int64_t i = lo; i < hi; i++) {
        if (i % skip == skip - 1) {
            continue;
        }
        memset(slice, (int)i, (size_t)map.slice_bytes);
        assert_int_equal(skep_array_write(&array, skep_out_map_at(&map, i), 1, slice, NULL), SKEP_OK);
        (void)skep_sidecar_mark(sidecar, i, skep_crc32c(0, slice, (size_t)map.slice_bytes));
    }
    assert_int_equal(skep_sidecar_sync(sidecar, NULL), SKEP_OK);
    free(slice);
    skep_array_close(&array);
    skep_sidecar_close(sidecar);
}

static skep_status verify(void)
{
    memset(&f.err, 0, sizeof f.err);
    return skep_verify_path(f.roots, "x.npy", &report, &f.err);
}

/* An output that is as it should be, in parts and as a whole. */
static void test_verify__counts_what_is_there(void **state)
{
    (void)state;
    fixture_plain(&f, 400, 250);
    fixture_make(&f);
    assert_int_equal(verify(), SKEP_OK);
    assert_int_equal(report.n_all, 100000);
    assert_int_equal(report.n_done, 0);
    fill(500, 90000, 7);
    assert_int_equal(verify(), SKEP_OK);
    assert_int_equal(report.n_done, 89500 - (90000 / 7 - 500 / 7));
    assert_int_equal(report.n_bad, 0);
}

/* Every byte that changed is found, with the index it belongs to, whatever the order of the slices. */
static void test_verify__finds_what_changed(void **state)
{
    static const char *const outs[] = {
        "{\"path\":\"x.npy\",\"at\":[\"{a}\",\"{b}\"],\"dtype\":\"f4\",\"shape\":[30,20,2]}",
        "{\"path\":\"x.npy\",\"at\":[\"{b}\",\"29-{a}\"],\"dtype\":\"f4\",\"shape\":[20,30,2]}",
    };

    (void)state;
    for (int k = 0; k < 2; k++) {
        fixture_sweep(&f, 30, 20, outs[k], "");
        fixture_make(&f);
        fill(0, 600, 601);
        fixture_spoil(&f, "x.npy", 128, 1);
        fixture_spoil(&f, "x.npy", 128 + 8 * 599 + 7, 0x80);
        fixture_spoil(&f, "x.npy", 128 + 8 * 33, 0x80);
        assert_int_equal(verify(), SKEP_OK);
        assert_int_equal(report.n_done, 600);
        assert_int_equal(report.n_bad, 3);
        if (k == 0) {
            assert_int_equal(report.bad[0], 0);
            assert_int_equal(report.bad[1], 33);
            assert_int_equal(report.bad[2], 599);
        } else { /* slice 33 is b = 1, a = 26; the first is a = 29; the last is b = 19, a = 0 */
            assert_int_equal(report.bad[0], 19);
            assert_int_equal(report.bad[1], 26 * 20 + 1);
            assert_int_equal(report.bad[2], 29 * 20);
        }
    }
    for (long i = 0; i < 600; i++) {
        fixture_spoil(&f, "x.npy", 128 + 8 * i, 2);
    }
    assert_int_equal(verify(), SKEP_OK);
    assert_int_equal(report.n_bad, 600);
    assert_int_equal(report.bad[SKEP_VERIFY_LISTED - 1], SKEP_VERIFY_LISTED - 1);
}

/* Slices larger than what is read at once, and of nothing. */
static void test_verify__reads_slices_of_any_size(void **state)
{
    (void)state;
    fixture_sweep(&f, 3, 1, "{\"path\":\"x.npy\",\"at\":[\"{a}\"],\"dtype\":\"u1\",\"shape\":[3,1048577]}",
                  "");
    fixture_make(&f);
    fill(0, 3, 5);
    fixture_spoil(&f, "x.npy", 128 + 2 * 1048577 - 1, 1);
    assert_int_equal(verify(), SKEP_OK);
    assert_int_equal(report.n_done, 3);
    assert_int_equal(report.n_bad, 1);
    assert_int_equal(report.bad[0], 1);
    fixture_sweep(&f, 3, 1, "{\"path\":\"x.npy\",\"at\":[\"{a}\"],\"dtype\":\"u1\",\"shape\":[3,0]}", "");
    fixture_make(&f);
    fill(0, 3, 5);
    assert_int_equal(verify(), SKEP_OK);
    assert_int_equal(report.n_done, 3);
    assert_int_equal(report.n_bad, 0);
}

/* An output that was moved with its sidecar is still itself. */
static void test_verify__follows_a_move(void **state)
{
    char *from = test_path(f.folder, "x.npy");
    char *to = test_path(f.folder, "y.npy");

    (void)state;
    fixture_plain(&f, 4, 5);
    fixture_make(&f);
    fill(0, 20, 3);
    assert_int_equal(rename(from, to), 0);
    free(from);
    free(to);
    from = test_path(f.folder, "x.npy.skep");
    to = test_path(f.folder, "y.npy.skep");
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(skep_verify_path(f.roots, "y.npy", &report, &f.err), SKEP_OK);
    assert_int_equal(report.n_done, 14);
    assert_int_equal(report.n_bad, 0);
    assert_int_equal(verify(), SKEP_E_ARRAY_MISSING);
    free(from);
    free(to);
}

/* Without the array, or with another, or with a record that does not fit, there is nothing to verify. */
static void test_verify__needs_both_files(void **state)
{
    struct skep_sidecar_facts facts;
    char *path = test_path(f.folder, "x.npy");

    (void)state;
    fixture_plain(&f, 4, 5);
    fixture_make(&f);
    assert_int_equal(truncate(path, 200), 0);
    assert_int_equal(verify(), SKEP_E_ARRAY_INVALID);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(verify(), SKEP_E_ARRAY_MISSING);
    fixture_facts(&f, 0, &facts);
    facts.n_all = 21;
    assert_int_equal(skep_sidecar_make(f.roots, "x.npy", &facts, NULL), SKEP_OK);
    assert_int_equal(verify(), SKEP_E_BAD_RECORD);
    facts.spec = "{}";
    facts.spec_n = 2;
    assert_int_equal(skep_sidecar_make(f.roots, "x.npy", &facts, NULL), SKEP_OK);
    assert_int_equal(verify(), SKEP_E_BAD_RECORD);
    free(path);
}

static skep_status verify_once(void *context)
{
    (void)context;
    return verify();
}

/* Without memory it says so. */
static void test_verify__says_when_memory_is_short(void **state)
{
    (void)state;
    fixture_plain(&f, 4, 5);
    fixture_make(&f);
    test_heap_torture(verify_once, NULL);
}

int main(void)
{
#define VERIFY_TEST(fact) cmocka_unit_test_setup_teardown(test_verify__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        VERIFY_TEST(counts_what_is_there),     VERIFY_TEST(finds_what_changed),
        VERIFY_TEST(reads_slices_of_any_size), VERIFY_TEST(follows_a_move),
        VERIFY_TEST(needs_both_files),         VERIFY_TEST(says_when_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
