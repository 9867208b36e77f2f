/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "producer/run/run_plan.h"

struct fixture {
    char *folder, *path;
    struct skep_arena arena;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture = (struct fixture){.folder = test_make_folder()};
    fixture.path = test_path(fixture.folder, "plan");
    skep_arena_init(&fixture.arena, 64 << 20);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_arena_release(&f->arena);
    free(f->path);
    test_remove_folder(f->folder);
    return 0;
}

static skep_status read_text(struct fixture *f, const char *text, struct skep_run_plan *plan)
{
    test_write_file(f->folder, "plan", text, strlen(text));
    skep_error_clear(&f->err);
    return skep_run_plan_read(plan, f->path, &f->arena, &f->err);
}

/* ---- works ---- */

/* Every field comes back, whatever its text holds. */
static void test_run_plan__comes_back(void **state)
{
    static const struct skep_run_plan plan = {
        .tasks = "/a b/100%/new\nline\x7f=\xc3\xa4.jsonl",
        .n_bytes = 12345678901,
        .digest = UINT64_MAX,
        .n_tasks = 7,
        .queue = "run-1",
        .server = "redis://host:6379/2",
        .socket_folder = "/tmp/skep-1",
        .is_ordered = true,
        .results = "/out",
        .array = "/a.npy",
        .shape = "2,3",
        .slots = "4",
        .data = {2, {"/one,two", "b= /three "}},
        .output = {1, {"o=/four"}},
        .record_bytes = 65536,
        .memory_bytes = 1,
    };
    struct fixture *f = *state;
    struct skep_run_plan got;

    assert_int_equal(skep_run_plan_write(&plan, f->path, &f->err), SKEP_OK);
    assert_int_equal(skep_run_plan_read(&got, f->path, &f->arena, &f->err), SKEP_OK);
    assert_string_equal(got.tasks, plan.tasks);
    assert_int_equal(got.n_bytes, plan.n_bytes);
    assert_true(got.digest == plan.digest);
    assert_int_equal(got.n_tasks, plan.n_tasks);
    assert_string_equal(got.queue, plan.queue);
    assert_string_equal(got.server, plan.server);
    assert_string_equal(got.socket_folder, plan.socket_folder);
    assert_true(got.is_ordered);
    assert_string_equal(got.results, plan.results);
    assert_string_equal(got.array, plan.array);
    assert_string_equal(got.shape, plan.shape);
    assert_string_equal(got.slots, plan.slots);
    assert_int_equal(got.data.n, 2);
    assert_string_equal(got.data.items[0], plan.data.items[0]);
    assert_string_equal(got.data.items[1], plan.data.items[1]);
    assert_int_equal(got.output.n, 1);
    assert_int_equal(got.record_bytes, plan.record_bytes);
    assert_int_equal(got.memory_bytes, plan.memory_bytes);
}

/* What is absent stays so, and what a newer skep has written besides is skipped. */
static void test_run_plan__skips_what_it_does_not_know(void **state)
{
    struct fixture *f = *state;
    struct skep_run_plan got;

    assert_int_equal(read_text(f, "tasks=-\nnew=1\nqueue=run\ncount=3\nend=1\n", &got), SKEP_OK);
    assert_string_equal(got.tasks, "-");
    assert_null(got.server);
    assert_null(got.results);
    assert_false(got.is_ordered);
    assert_int_equal(got.data.n, 0);
}

/* ---- refuses ---- */

/* No file is no plan; a file that was cut or damaged is said to be so. */
static void test_run_plan__refuses_what_is_damaged(void **state)
{
    static const char whole[] = "tasks=/t%0A\nqueue=run\ncount=3\nordered=1\nend=1\n";
    static const char *const damaged[] = {"tasks=-\nqueue=run\ncount=x\nend=1\n",
                                          "tasks=-\nqueue=run\ncount=3\nordered=2\nend=1\n",
                                          "tasks=%0\nqueue=run\ncount=3\nend=1\n",
                                          "tasks=%zz\nqueue=run\ncount=3\nend=1\n",
                                          "tasks\nqueue=run\ncount=3\nend=1\n",
                                          "queue=run\ncount=3\nend=1\n",
                                          "tasks=-\ncount=3\nend=1\n",
                                          "tasks=-\nqueue=run\ncount=0\nend=1\n"};
    struct fixture *f = *state;
    struct skep_run_plan got;

    assert_int_equal(skep_run_plan_read(&got, f->path, &f->arena, &f->err), SKEP_EMPTY);
    assert_int_equal(read_text(f, whole, &got), SKEP_OK);
    for (size_t n = 0; n < sizeof whole - 1; n++) {
        char text[sizeof whole];
        memcpy(text, whole, n);
        text[n] = '\0';
        if (read_text(f, text, &got) != SKEP_E_IO) {
            fail_msg("the first %zu bytes were taken for a whole plan", n);
        }
    }
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        if (read_text(f, damaged[i], &got) != SKEP_E_IO) {
            fail_msg("taken: %s", damaged[i]);
        }
    }
    assert_non_null(strstr(f->err.text, "plan cannot be read: it is damaged"));
}

/* Where it cannot be written, the old one stays. */
static void test_run_plan__refuses_a_bad_place(void **state)
{
    static const struct skep_run_plan plan = {.tasks = "-", .queue = "run", .n_tasks = 1};
    struct fixture *f = *state;
    struct skep_run_plan got;
    char *in_the_way = test_path(f->folder, "plan.new");

    assert_int_equal(read_text(f, "tasks=/old\nqueue=run\ncount=3\nend=1\n", &got), SKEP_OK);
    assert_int_equal(mkdir(in_the_way, 0700), 0);
    assert_int_equal(skep_run_plan_write(&plan, f->path, &f->err), SKEP_E_IO);
    assert_int_equal(skep_run_plan_read(&got, f->path, &f->arena, &f->err), SKEP_OK);
    assert_string_equal(got.tasks, "/old");
    free(in_the_way);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run_plan__comes_back),
        TEST(test_run_plan__skips_what_it_does_not_know),
        TEST(test_run_plan__refuses_what_is_damaged),
        TEST(test_run_plan__refuses_a_bad_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
