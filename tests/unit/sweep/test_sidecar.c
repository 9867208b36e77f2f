/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lossy_disk.h"
#include "output_fixture.h"
#include "support/heap.h"
#include "sweep/crc32c.h"

enum { N = 100000 }; /* tasks: three blocks of bits and a piece */

static struct fixture f;
static struct skep_sidecar *sidecar;

static int set_up(void **state)
{
    (void)state;
    disk_begin();
    disk.stays_full = true;
    sidecar = NULL;
    fixture_begin(&f);
    fixture_plain(&f, 400, 250);
    fixture_make(&f);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_sidecar_close(sidecar);
    fixture_end(&f);
    return 0;
}

static skep_status open_sidecar(bool writes)
{
    skep_sidecar_close(sidecar);
    memset(&f.err, 0, sizeof f.err);
    return skep_sidecar_open(f.roots, "x.npy", writes, &sidecar, &f.err);
}

static void must_open(bool writes)
{
    if (open_sidecar(writes) != SKEP_OK) {
        fail_msg("%s", f.err.text);
    }
}

static uint32_t crc_of(int64_t index)
{
    return (uint32_t)index * 2654435761u + 17;
}

static void mark(int64_t lo, int64_t hi)
{
    for (int64_t i = lo; i < hi; i++) {
        assert_int_equal(skep_sidecar_mark(sidecar, i, crc_of(i)), SKEP_MARK_NEW);
    }
}

/* Exactly the indexes in [LO, HI) are done. */
static void assert_done(int64_t lo, int64_t hi)
{
    assert_int_equal(skep_sidecar_count_done(sidecar), hi - lo);
    if (lo == hi) {
        assert_int_equal(skep_sidecar_next_done(sidecar, 0), N);
        return;
    }
    assert_int_equal(skep_sidecar_next_done(sidecar, 0), lo);
    assert_int_equal(skep_sidecar_next_hole(sidecar, lo), hi);
    for (int64_t i = lo; i < hi; i += 1 + (hi - lo) / 1000) {
        assert_true(skep_sidecar_is_done(sidecar, i));
        assert_int_equal(skep_sidecar_crc(sidecar, i), crc_of(i));
    }
}

/* ---- works ---- */

/* What was said when it was made is said when it is opened. */
static void test_sidecar__knows_where_it_comes_from(void **state)
{
    const struct skep_sidecar_facts *facts;
    struct skep_sidecar_look look;

    (void)state;
    must_open(false);
    facts = skep_sidecar_facts(sidecar);
    assert_int_equal(facts->spec_n, strlen(f.spec));
    assert_memory_equal(facts->spec, f.spec, facts->spec_n);
    assert_string_equal(facts->job, "night-7");
    assert_string_equal(facts->queue, "q");
    assert_string_equal(facts->token, f.sweep.token);
    assert_string_equal(facts->boot_id, machine_a.boot_id);
    assert_string_equal(facts->host, "host-a");
    assert_int_equal(facts->pid, getpid());
    assert_int_equal(facts->kernel_version, 3);
    assert_int_equal(facts->n_all, N);
    assert_false(facts->is_complete);
    assert_done(0, 0);
    assert_int_equal(skep_sidecar_look(f.roots, "x.npy", &look, NULL), SKEP_OK);
    assert_string_equal(look.token, f.sweep.token);
    assert_true(look.is_here);
    assert_false(look.is_complete);
    skep_here_replace(&machine_b);
    assert_int_equal(skep_sidecar_look(f.roots, "x.npy", &look, NULL), SKEP_OK);
    assert_false(look.is_here);
}

/* Where the kernel does not tell its boot, no machine is like it. */
static void test_sidecar__trusts_no_unknown_machine(void **state)
{
    static const struct skep_here nowhere = {"", "somewhere"};
    struct skep_sidecar_look look;

    (void)state;
    skep_here_replace(&nowhere);
    fixture_make(&f);
    assert_int_equal(skep_sidecar_look(f.roots, "x.npy", &look, NULL), SKEP_OK);
    assert_false(look.is_here);
    must_open(true);
    mark(0, 10);
    assert_int_equal(skep_sidecar_flush(sidecar, NULL), SKEP_OK);
    must_open(true);
    assert_done(0, 0);
    assert_int_equal(skep_here_boot(), 0);
    skep_here_replace(NULL);
    assert_int_not_equal(skep_here_boot(), 0); /* this machine's own */
}

/* Job, queue and whether it is complete can change, for everybody who opens it later. */
static void test_sidecar__is_told_of_changes(void **state)
{
    (void)state;
    must_open(true);
    assert_int_equal(skep_sidecar_set_job(sidecar, "night-8", "other", &f.err), SKEP_OK);
    assert_string_equal(skep_sidecar_facts(sidecar)->job, "night-8");
    assert_int_equal(skep_sidecar_set_complete(sidecar, true, &f.err), SKEP_OK);
    must_open(false);
    assert_string_equal(skep_sidecar_facts(sidecar)->job, "night-8");
    assert_string_equal(skep_sidecar_facts(sidecar)->queue, "other");
    assert_true(skep_sidecar_facts(sidecar)->is_complete);
    must_open(true);
    assert_int_equal(skep_sidecar_set_complete(sidecar, false, &f.err), SKEP_OK);
    must_open(false);
    assert_false(skep_sidecar_facts(sidecar)->is_complete);
}

/* Marks are there after a flush, in whatever order they came; the second of an index is compared. */
static void test_sidecar__keeps_marks(void **state)
{
    (void)state;
    must_open(true);
    mark(500, 40000);
    mark(40000, 90000);
    for (int64_t i = 499; i >= 100; i--) {
        mark(i, i + 1);
    }
    assert_done(100, 90000);
    assert_int_equal(skep_sidecar_mark(sidecar, 89999, crc_of(89999)), SKEP_MARK_SEEN);
    assert_int_equal(skep_sidecar_mark(sidecar, 89999, 5), SKEP_MARK_OTHER);
    assert_int_equal(skep_sidecar_mark(sidecar, 100, crc_of(100)), SKEP_MARK_SEEN);
    assert_int_equal(skep_sidecar_flush(sidecar, &f.err), SKEP_OK);
    assert_int_equal(skep_sidecar_sync(sidecar, &f.err), SKEP_OK);
    must_open(true);
    assert_done(100, 90000);
    assert_int_equal(skep_sidecar_facts(sidecar)->n_duplicates, 2);
    assert_int_equal(skep_sidecar_facts(sidecar)->n_conflicts, 1);
    mark(N - 1, N);
    mark(0, 100);
    assert_int_equal(skep_sidecar_flush(sidecar, &f.err), SKEP_OK);
    must_open(false);
    assert_int_equal(skep_sidecar_next_hole(sidecar, 0), 90000);
    assert_int_equal(skep_sidecar_next_done(sidecar, 90000), N - 1);
    assert_int_equal(skep_sidecar_next_hole(sidecar, N - 1), N);
}

/* A few writes, and no sync, for marks that follow one another; a sync without news does nothing. */
static void test_sidecar__writes_little(void **state)
{
    (void)state;
    must_open(true);
    disk_begin();
    mark(0, 1000);
    assert_int_equal(skep_sidecar_flush(sidecar, &f.err), SKEP_OK);
    assert_int_equal(disk.n_writes, 2);
    assert_int_equal(disk.n_syncs, 0);
    assert_int_equal(skep_sidecar_sync(sidecar, &f.err), SKEP_OK);
    assert_int_equal(disk.n_writes, 3);
    assert_int_equal(disk.n_syncs, 2);
    assert_int_equal(skep_sidecar_flush(sidecar, &f.err), SKEP_OK);
    assert_int_equal(skep_sidecar_sync(sidecar, &f.err), SKEP_OK);
    assert_int_equal(disk.n_writes, 3);
    assert_int_equal(disk.n_syncs, 2);
}

/* Killed before a flush, a process leaves what was flushed. */
static void test_sidecar__survives_a_kill(void **state)
{
    pid_t child;
    int status;

    (void)state;
    child = fork();
    if (child == 0) {
        must_open(true);
        mark(0, 3000);
        if (skep_sidecar_flush(sidecar, NULL) == SKEP_OK) {
            mark(3000, 9000);
            raise(SIGKILL);
        }
        _exit(1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    must_open(true);
    assert_done(0, 3000);
}

/* After a power cut only what was synced is believed, by who reads and by who writes, and for good. */
static void test_sidecar__forgets_what_a_power_cut_took(void **state)
{
    (void)state;
    must_open(true);
    mark(0, 3000);
    assert_int_equal(skep_sidecar_sync(sidecar, &f.err), SKEP_OK);
    mark(3000, 70000);
    assert_int_equal(skep_sidecar_flush(sidecar, &f.err), SKEP_OK);
    skep_here_replace(&machine_a_again);
    must_open(false);
    assert_done(0, 3000);
    assert_string_equal(skep_sidecar_facts(sidecar)->boot_id, machine_a.boot_id);
    must_open(true);
    assert_done(0, 3000);
    assert_string_equal(skep_sidecar_facts(sidecar)->boot_id, machine_a_again.boot_id);
    must_open(true);
    assert_done(0, 3000);
    mark(3000, 3005);
    assert_int_equal(skep_sidecar_flush(sidecar, &f.err), SKEP_OK);
    must_open(false);
    assert_done(0, 3005);
    skep_here_replace(&machine_b);
    must_open(true);
    assert_done(0, 3000);
}

/* What one gatherer left unsynced the next one syncs. */
static void test_sidecar__syncs_what_another_left(void **state)
{
    (void)state;
    must_open(true);
    mark(0, 3000);
    assert_int_equal(skep_sidecar_flush(sidecar, &f.err), SKEP_OK);
    must_open(true);
    assert_int_equal(skep_sidecar_sync(sidecar, &f.err), SKEP_OK);
    skep_here_replace(&machine_b);
    must_open(true);
    assert_done(0, 3000);
}

/* ---- refuses ---- */

/* Only one process gathers; the other one learns who does, and can read all the same. */
static void test_sidecar__has_one_writer(void **state)
{
    struct skep_sidecar *second = NULL;
    pid_t child;
    int status;
    char want[100];

    (void)state;
    must_open(true);
    assert_int_equal(skep_sidecar_open(f.roots, "x.npy", true, &second, &f.err), SKEP_E_CONFLICT);
    assert_null(second);
    snprintf(want, sizeof want, "x.npy.skep: process %d on host-a gathers it already", (int)getpid());
    assert_string_equal(f.err.text, want);
    child = fork();
    if (child == 0) {
        skep_status writer = skep_sidecar_open(f.roots, "x.npy", true, &second, NULL);
        skep_status reader = skep_sidecar_open(f.roots, "x.npy", false, &second, NULL);
        _exit(writer == SKEP_E_CONFLICT && reader == SKEP_OK ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    skep_sidecar_close(sidecar);
    sidecar = NULL;
    assert_int_equal(skep_sidecar_open(f.roots, "x.npy", true, &second, NULL), SKEP_OK);
    skep_sidecar_close(second);
}

/* None, or something else. */
static void test_sidecar__is_missed(void **state)
{
    struct skep_sidecar_look look;

    (void)state;
    assert_int_equal(skep_sidecar_open(f.roots, "y.npy", true, &sidecar, &f.err), SKEP_E_ARRAY_MISSING);
    assert_int_equal(skep_sidecar_open(f.roots, "y.npy", false, &sidecar, &f.err), SKEP_E_ARRAY_MISSING);
    assert_int_equal(skep_sidecar_look(f.roots, "y.npy", &look, &f.err), SKEP_E_ARRAY_MISSING);
    test_write_file(f.folder, "y.npy.skep", "short", 5);
    assert_int_equal(skep_sidecar_open(f.roots, "y.npy", true, &sidecar, NULL), SKEP_E_ARRAY_INVALID);
    assert_int_equal(skep_sidecar_look(f.roots, "y.npy", &look, NULL), SKEP_E_ARRAY_INVALID);
    assert_null(sidecar);
}

/* Torn in the middle of a header, the older one is used; with both torn it is damaged. */
static void test_sidecar__survives_a_torn_header(void **state)
{
    (void)state;
    must_open(true); /* now both headers are in use */
    assert_int_equal(skep_sidecar_set_job(sidecar, "night-8", "q", NULL), SKEP_OK);
    assert_int_equal(skep_sidecar_set_job(sidecar, "night-9", "q", NULL), SKEP_OK);
    skep_sidecar_close(sidecar);
    sidecar = NULL;
    fixture_spoil(&f, "x.npy.skep", 300, 0x10);
    must_open(false);
    assert_string_equal(skep_sidecar_facts(sidecar)->job, "night-8");
    fixture_spoil(&f, "x.npy.skep", 300, 0x10);
    fixture_spoil(&f, "x.npy.skep", 4096 + 4095, 0x10);
    must_open(true);
    assert_string_equal(skep_sidecar_facts(sidecar)->job, "night-9");
    must_open(true); /* the torn one has been written over */
    fixture_spoil(&f, "x.npy.skep", 20, 0x10);
    must_open(false);
    fixture_spoil(&f, "x.npy.skep", 4096 + 20, 0x10);
    assert_int_equal(open_sidecar(true), SKEP_E_ARRAY_INVALID);
    assert_string_equal(f.err.text, "x.npy.skep: not a sidecar, or damaged");
}

/* A header that cannot be written is tried again over the same block, never over the one that is whole. */
static void test_sidecar__keeps_a_whole_header(void **state)
{
    (void)state;
    must_open(true);
    disk.fail_write = disk.n_writes + 1;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(skep_sidecar_set_job(sidecar, "never", "q", NULL), SKEP_E_OUTPUT);
    }
    disk.fail_write = 0;
    disk.fail_sync = 1;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(skep_sidecar_set_job(sidecar, "perhaps", "q", NULL), SKEP_E_OUTPUT);
    }
    skep_sidecar_close(sidecar);
    sidecar = NULL;
    /* One of the blocks was written and not synced: without it the other one still is whole. */
    fixture_spoil(&f, "x.npy.skep", 4096 + 300, 0x10);
    must_open(false);
    assert_string_equal(skep_sidecar_facts(sidecar)->job, "night-7");
}

/* Cut off or damaged where it matters it is refused. */
static void test_sidecar__refuses_a_damaged_one(void **state)
{
    char *path = test_path(f.folder, "x.npy.skep");
    long size = fixture_size(&f, "x.npy.skep");

    (void)state;
    assert_int_equal(truncate(path, size - 1), 0);
    assert_int_equal(open_sidecar(true), SKEP_E_ARRAY_INVALID);
    assert_non_null(strstr(f.err.text, "cut off"));
    assert_int_equal(truncate(path, size), 0);
    must_open(true);
    skep_sidecar_close(sidecar);
    sidecar = NULL;
    fixture_spoil(&f, "x.npy.skep", 8192 + 20, 0x10);
    assert_int_equal(open_sidecar(false), SKEP_E_ARRAY_INVALID);
    assert_non_null(strstr(f.err.text, "damaged: the record of its sweep"));
    free(path);
}

/* A version that is not ours is said to be one. */
static void test_sidecar__refuses_another_version(void **state)
{
    size_t n;
    char *bytes = test_read_file(f.folder, "x.npy.skep", &n);
    uint32_t crc;

    (void)state;
    bytes[4096 + 8] = 2; /* the first header that is written is the second block */
    crc = skep_crc32c(0, bytes + 4096, 4092);
    for (int i = 0; i < 4; i++) {
        bytes[8188 + i] = (char)(crc >> 8 * i & 0xff);
    }
    test_write_file(f.folder, "x.npy.skep", bytes, n);
    assert_int_equal(open_sidecar(false), SKEP_E_ARRAY_INVALID);
    assert_string_equal(f.err.text, "x.npy.skep: written by another version of skep");
    free(bytes);
}

/* Deleted, replaced or cut off while it is open, it says so at the next sync. */
static void test_sidecar__notices_when_it_is_gone(void **state)
{
    struct skep_sidecar_facts facts;
    char *path = test_path(f.folder, "x.npy.skep");
    long size = fixture_size(&f, "x.npy.skep");

    (void)state;
    must_open(true);
    assert_int_equal(truncate(path, size - 4096), 0);
    assert_int_equal(skep_sidecar_sync(sidecar, &f.err), SKEP_E_OUTPUT);
    assert_non_null(strstr(f.err.text, "x.npy.skep: cut off"));
    fixture_facts(&f, 0, &facts);
    memset(&f.err, 0, sizeof f.err);
    assert_int_equal(skep_sidecar_make(f.roots, "x.npy", &facts, &f.err), SKEP_OK);
    assert_int_equal(skep_sidecar_sync(sidecar, &f.err), SKEP_E_OUTPUT);
    assert_non_null(strstr(f.err.text, "replaced"));
    memset(&f.err, 0, sizeof f.err);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(skep_sidecar_sync(sidecar, &f.err), SKEP_E_OUTPUT);
    assert_non_null(strstr(f.err.text, "deleted"));
    free(path);
}

/* ---- breaks ---- */

/* Whichever write of a flush fails, afterwards only what was flushed is done, and it can be done again. */
static void test_sidecar__takes_back_what_it_could_not_write(void **state)
{
    int n_failed = 0;

    (void)state;
    for (int n = 1;; n++) {
        skep_status st;
        fixture_make(&f);
        must_open(true);
        mark(0, 50);
        assert_int_equal(skep_sidecar_flush(sidecar, NULL), SKEP_OK);
        disk.fail_write = disk.n_writes + n;
        mark(50, 5000);
        st = skep_sidecar_flush(sidecar, &f.err);
        disk.fail_write = 0;
        if (st == SKEP_OK) {
            break;
        }
        assert_int_equal(st, SKEP_E_OUTPUT);
        assert_non_null(strstr(f.err.text, "No space left"));
        memset(&f.err, 0, sizeof f.err);
        n_failed++;
        assert_done(0, 50);
        mark(50, 5000);
        assert_int_equal(skep_sidecar_flush(sidecar, &f.err), SKEP_OK);
        must_open(false);
        assert_done(0, 5000);
    }
    assert_int_equal(n_failed, 6); /* five windows of checksums, a block of bits */
}

/* Once a sync failed nothing becomes safe any more. */
static void test_sidecar__believes_no_sync_after_a_failed_one(void **state)
{
    (void)state;
    must_open(true);
    mark(0, 50);
    disk.fail_sync = 1;
    assert_int_equal(skep_sidecar_sync(sidecar, &f.err), SKEP_E_OUTPUT);
    disk.fail_sync = 0;
    assert_int_equal(skep_sidecar_sync(sidecar, &f.err), SKEP_E_OUTPUT);
    skep_here_replace(&machine_b);
    must_open(false);
    assert_done(0, 0);
}

static skep_status make_and_open(void *context)
{
    struct skep_sidecar *made = NULL;
    struct skep_sidecar_facts facts;
    struct skep_sidecar_look look;
    skep_status st;

    (void)context;
    fixture_facts(&f, 0, &facts);
    st = skep_sidecar_make(f.roots, "x.npy", &facts, NULL);
    if (st == SKEP_OK) {
        st = skep_sidecar_look(f.roots, "x.npy", &look, NULL);
    }
    if (st == SKEP_OK) {
        st = skep_sidecar_open(f.roots, "x.npy", true, &made, NULL);
    }
    skep_sidecar_close(made);
    return st;
}

/* Without memory it is neither made nor opened, and nothing leaks. */
static void test_sidecar__says_when_memory_is_short(void **state)
{
    (void)state;
    test_heap_torture(make_and_open, NULL);
}

int main(void)
{
#define SIDECAR_TEST(fact) cmocka_unit_test_setup_teardown(test_sidecar__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        SIDECAR_TEST(knows_where_it_comes_from),
        SIDECAR_TEST(trusts_no_unknown_machine),
        SIDECAR_TEST(is_told_of_changes),
        SIDECAR_TEST(keeps_marks),
        SIDECAR_TEST(writes_little),
        SIDECAR_TEST(survives_a_kill),
        SIDECAR_TEST(forgets_what_a_power_cut_took),
        SIDECAR_TEST(syncs_what_another_left),
        SIDECAR_TEST(has_one_writer),
        SIDECAR_TEST(is_missed),
        SIDECAR_TEST(survives_a_torn_header),
        SIDECAR_TEST(keeps_a_whole_header),
        SIDECAR_TEST(refuses_a_damaged_one),
        SIDECAR_TEST(refuses_another_version),
        SIDECAR_TEST(notices_when_it_is_gone),
        SIDECAR_TEST(takes_back_what_it_could_not_write),
        SIDECAR_TEST(believes_no_sync_after_a_failed_one),
        SIDECAR_TEST(says_when_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
