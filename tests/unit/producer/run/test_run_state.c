/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "producer/run/run_state.h"

struct fixture {
    char *folder; /* the working folder, meanwhile */
    struct skep_run_state state;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = test_make_folder(), .state.lock_fd = -1};
    *state = &fixture;
    return chdir(fixture.folder);
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_run_state_close(&f->state);
    if (chdir("/") != 0) {
        return -1;
    }
    test_remove_folder(f->folder);
    return 0;
}

static void put(const char *folder, const char *name, const char *text)
{
    test_write_file(folder, name, text, strlen(text));
}

/* ---- works ---- */

/* A name says which file it is for, by its base name and its place; it is fit for a queue. */
static void test_run_state__names_a_run(void **state)
{
    struct fixture *f = *state;
    char name[SKEP_RUN_NAME_BYTES], same[SKEP_RUN_NAME_BYTES], other[SKEP_RUN_NAME_BYTES];

    put(f->folder, "my tasks.v2.jsonl", "");
    put(f->folder, ".hidden", "");
    put(f->folder, "a-name-that-is-longer-than-a-name-of-a-folder-should-be.jsonl", "");
    assert_int_equal(mkdir("sub", 0700), 0);
    put("sub", "my tasks.v2.jsonl", "");
    assert_int_equal(skep_run_name("my tasks.v2.jsonl", name, &f->err), SKEP_OK);
    assert_memory_equal(name, "run-my_tasks.v2-", 16);
    assert_int_equal(strlen(name), 24);
    assert_int_equal(skep_run_name("sub/../my tasks.v2.jsonl", same, &f->err), SKEP_OK);
    assert_string_equal(name, same);
    assert_int_equal(skep_run_name("sub/my tasks.v2.jsonl", other, &f->err), SKEP_OK);
    assert_memory_equal(other, name, 16);
    assert_string_not_equal(name, other);
    assert_int_equal(skep_run_name(".hidden", name, &f->err), SKEP_OK);
    assert_memory_equal(name, "run-.hidden-", 12);
    assert_int_equal(
        skep_run_name("a-name-that-is-longer-than-a-name-of-a-folder-should-be.jsonl", name, &f->err),
        SKEP_OK);
    assert_int_equal(strlen(name), 4 + 24 + 9);
    assert_int_equal(skep_run_name("-", name, &f->err), SKEP_OK);
    assert_string_equal(name, "run-stdin");
}

/* A held folder is gone when it is closed without a plan, and so is the folder of all. */
static void test_run_state__leaves_nothing(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(skep_run_state_open(&f->state, ".skep/run-a", &f->err), SKEP_OK);
    assert_int_equal(access(".skep/run-a/lock", F_OK), 0);
    put(f->state.folder, "journal.jsonl", "x\ny\n");
    put(f->state.folder, "worker.log", "x");
    assert_int_equal(mkdir(".skep/run-a/redis", 0700), 0);
    assert_int_equal(mkdir(".skep/run-a/redis/appendonlydir", 0700), 0);
    put(".skep/run-a/redis/appendonlydir", "x", "x");
    assert_int_equal(skep_run_state_count(".skep/run-a"), 2);
    skep_run_state_clear(&f->state);
    skep_run_state_close(&f->state);
    assert_int_equal(access(".skep", F_OK), -1);
}

/* With a plan it stays, and is taken up again; what somebody else put there is not removed. */
static void test_run_state__stays_with_a_plan(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(skep_run_state_open(&f->state, "mine", &f->err), SKEP_OK);
    put(f->state.folder, "plan", "x");
    put(f->state.folder, "notes", "x");
    skep_run_state_close(&f->state);
    assert_int_equal(skep_run_state_open(&f->state, "mine", &f->err), SKEP_OK);
    skep_run_state_clear(&f->state);
    skep_run_state_close(&f->state);
    assert_int_equal(access("mine/plan", F_OK), -1);
    assert_int_equal(access("mine/lock", F_OK), -1);
    assert_int_equal(access("mine/notes", F_OK), 0);
}

static void see(const struct skep_run_sight *sight, void *context)
{
    char *text = context;
    size_t n = strlen(text);

    snprintf(text + n, 256 - n, "%s %s %d;", sight->folder, sight->pid != 0 ? "runs" : "waits",
             (int)sight->n_done);
}

/* Runs are listed with their results, those that run and those that wait. */
static void test_run_state__lists_runs(void **state)
{
    struct fixture *f = *state;
    char text[256] = "";

    skep_run_states_list(see, text);
    assert_string_equal(text, "");
    assert_int_equal(skep_run_state_open(&f->state, ".skep/run-a", &f->err), SKEP_OK);
    assert_int_equal(mkdir(".skep/no-plan", 0700), 0);
    put(f->state.folder, "plan", "x");
    put(f->state.folder, "journal.jsonl", "x\ny\nz");
    skep_run_states_list(see, text);
    assert_string_equal(text, ".skep/run-a runs 2;");
    skep_run_state_close(&f->state);
    text[0] = '\0';
    skep_run_states_list(see, text);
    assert_string_equal(text, ".skep/run-a waits 2;");
}

/* ---- refuses ---- */

/* A folder that is held, by whom is said. */
static void test_run_state__refuses_a_held_folder(void **state)
{
    struct fixture *f = *state;
    struct skep_run_state second;
    char words[64];

    assert_int_equal(skep_run_state_open(&f->state, ".skep/run-a", &f->err), SKEP_OK);
    assert_int_equal(skep_run_state_open(&second, ".skep/run-a", &f->err), SKEP_E_CONFLICT);
    snprintf(words, sizeof words, "it is being run by process %d (state folder ", (int)getpid());
    assert_memory_equal(f->err.text, words, strlen(words));
    skep_run_state_close(&second);
    skep_error_clear(&f->err);
    assert_int_equal(skep_run_state_open(&second, ".skep/run-b", &f->err), SKEP_OK);
    skep_run_state_close(&second);
    assert_int_equal(access(".skep/run-b", F_OK), -1);
    assert_int_equal(access(".skep/run-a", F_OK), 0);
}

/* Places that are no folder of a run, and cannot become one. */
static void test_run_state__refuses_other_places(void **state)
{
    struct fixture *f = *state;
    char *long_path = malloc(5000);

    assert_non_null(long_path);
    memset(long_path, 'x', 4999);
    long_path[4999] = '\0';
    put(f->folder, "file", "x");
    assert_int_equal(skep_run_state_open(&f->state, "file", &f->err), SKEP_E_USAGE);
    skep_error_clear(&f->err);
    assert_int_equal(skep_run_state_open(&f->state, ".", &f->err), SKEP_E_USAGE);
    assert_non_null(strstr(f->err.text, "holds other files"));
    skep_error_clear(&f->err);
    assert_int_equal(skep_run_state_open(&f->state, "none/state", &f->err), SKEP_E_USAGE);
    assert_non_null(strstr(f->err.text, "No such file"));
    skep_error_clear(&f->err);
    assert_int_equal(skep_run_state_open(&f->state, long_path, &f->err), SKEP_E_USAGE);
    assert_non_null(strstr(f->err.text, "too long"));
    free(long_path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run_state__names_a_run),           TEST(test_run_state__leaves_nothing),
        TEST(test_run_state__stays_with_a_plan),     TEST(test_run_state__lists_runs),
        TEST(test_run_state__refuses_a_held_folder), TEST(test_run_state__refuses_other_places),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
