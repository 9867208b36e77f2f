/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gather_fixture.h"
#include "lossy_disk.h"
#include "sweep/verify.h"

static bool is_nowhere(int64_t position)
{
    (void)position;
    return false;
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

int main(void)
{
#define GATHER_TEST(fact)                                                                                    \
    cmocka_unit_test_setup_teardown(test_gather__##fact, gather_set_up, gather_tear_down)
    const struct CMUnitTest tests[] = {
        GATHER_TEST(fills_the_outputs),          GATHER_TEST(writes_stretches),
        GATHER_TEST(knows_three_states),         GATHER_TEST(compares_what_comes_twice),
        GATHER_TEST(leaves_what_is_there),       GATHER_TEST(looks_for_holes_among_what_is_taken),
        GATHER_TEST(sees_a_hole_in_any_output),  GATHER_TEST(drops_what_is_no_ack),
        GATHER_TEST(leaves_the_files_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
