/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gather_fixture.h"
#include "lossy_disk.h"
#include "support/heap.h"
#include "sweep/verify.h"

/* What goes wrong while a sweep is gathered: other processes and people, the disk, the heap, the power. */

static int set_up(void **state)
{
    disk_begin();
    return gather_set_up(state);
}

/* Two processes do not gather the same sweep; when the first one dies the second one can. */
static void test_gather_breaks__is_alone(void **state)
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
static void test_gather_breaks__notices_when_an_output_is_gone(void **state)
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

/* Whichever write fails, the ack can be applied again, and then all of it is there once. */
static void test_gather_breaks__can_be_told_again(void **state)
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
static void test_gather_breaks__believes_no_sync_after_a_failed_one(void **state)
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
static void test_gather_breaks__says_when_memory_is_short(void **state)
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
static void test_gather_breaks__survives_power_cuts(void **state)
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
#define BREAKS_TEST(fact)                                                                                    \
    cmocka_unit_test_setup_teardown(test_gather_breaks__##fact, set_up, gather_tear_down)
    const struct CMUnitTest tests[] = {
        BREAKS_TEST(is_alone),
        BREAKS_TEST(notices_when_an_output_is_gone),
        BREAKS_TEST(can_be_told_again),
        BREAKS_TEST(believes_no_sync_after_a_failed_one),
        BREAKS_TEST(says_when_memory_is_short),
        BREAKS_TEST(survives_power_cuts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
