/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "npy/header.h"
#include "run/fault.h"

enum { N_ELEMENTS = 4096, PAGE = 4096 };

/* a.npy holds N_ELEMENTS doubles: 0, 1, 2 ... */
static char *folder;
static struct skep_roots *roots;
static struct skep_npy_cache *cache;
static struct skep_arena arena;
static struct skep_error err;

static void put_array(const char *name)
{
    const int64_t n = N_ELEMENTS;
    char *bytes = malloc(SKEP_NPY_HEADER_MAX + N_ELEMENTS * 8);
    size_t n_header = skep_npy_header_write(SKEP_F8, 1, &n, bytes, SKEP_NPY_HEADER_MAX);

    for (int i = 0; i < N_ELEMENTS; i++) {
        double x = i;
        memcpy(bytes + n_header + 8 * i, &x, 8);
    }
    test_write_file(folder, name, bytes, n_header + N_ELEMENTS * 8);
    free(bytes);
}

static void cut(const char *name, off_t n)
{
    char *path = test_path(folder, name);

    assert_int_equal(truncate(path, n), 0);
    free(path);
}

static int set_up(void **state)
{
    (void)state;
    folder = test_make_folder();
    put_array("a.npy");
    put_array("b.npy");
    err = (struct skep_error){0};
    skep_arena_init(&arena, 1 << 20);
    assert_int_equal(skep_roots_new(&roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, folder, NULL), SKEP_OK);
    assert_int_equal(skep_npy_cache_new(roots, 16, 1 << 20, &cache, NULL), SKEP_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_npy_cache_free(cache);
    skep_roots_free(roots);
    skep_arena_release(&arena);
    test_remove_folder(folder);
    return 0;
}

/* In each test: cmocka puts its own handlers back between fixture and test. */
static void install(void)
{
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
}

static struct skep_view open_array(const char *name)
{
    struct skep_view view = {0};

    assert_int_equal(skep_npy_cache_view(cache, name, strlen(name), &arena, &view, NULL), SKEP_OK);
    return view;
}

/* What a kernel would do: look at every element. */
struct reading {
    struct skep_view view;
    double sum;
};

static skep_status read_all(void *context, struct skep_error *why)
{
    struct reading *reading = context;

    (void)why;
    reading->sum = 0;
    for (int64_t i = 0; i < reading->view.shape[0]; i++) {
        reading->sum += skep_view_get_f8(&reading->view, i);
    }
    return SKEP_OK;
}

/* Nothing happens to one that meets no fault: it computes, and says what it wants to say. */
static void test_fault__leaves_the_others_alone(void **state)
{
    struct reading reading = {.view = open_array("a.npy")};

    (void)state;
    assert_int_equal(skep_fault_call(cache, read_all, &reading, &err), SKEP_OK);
    assert_true(reading.sum == 4095.0 * 4096 / 2);
    assert_string_equal(err.text, "");
}

static skep_status refuse(void *context, struct skep_error *why)
{
    (void)context;
    return skep_error_set(why, SKEP_E_KERNEL, "it says so");
}

static void test_fault__hands_failures_through(void **state)
{
    (void)state;
    assert_int_equal(skep_fault_call(cache, refuse, NULL, &err), SKEP_E_KERNEL);
    assert_string_equal(err.text, "it says so");
}

/* A file that is truncated beneath its reader: the call fails with the name and the byte, the process lives,
 * and the next call is as good as any. */
static void test_fault__a_truncated_file_fails_the_call(void **state)
{
    struct reading first = {.view = open_array("a.npy")};
    struct reading second = {.view = open_array("b.npy")};

    (void)state;
    install();
    for (int i = 0; i < 3; i++) {
        cut("a.npy", PAGE + 8);
        skep_error_clear(&err);
        assert_int_equal(skep_fault_call(cache, read_all, &first, &err), SKEP_E_INPUT_CHANGED);
        assert_string_equal(err.text, "a.npy was truncated while it was mapped: byte 8192 is gone");
        assert_int_equal(skep_fault_call(cache, read_all, &second, NULL), SKEP_OK);
        assert_true(second.sum == 4095.0 * 4096 / 2);
    }
}

/* After it the cache is sound: the file is looked at anew and found short, others are still there. */
static void test_fault__the_cache_is_sound_after_it(void **state)
{
    struct reading first = {.view = open_array("a.npy")};
    struct skep_view view;

    (void)state;
    install();
    cut("a.npy", PAGE);
    assert_int_equal(skep_fault_call(cache, read_all, &first, NULL), SKEP_E_INPUT_CHANGED);
    skep_npy_cache_end_task(cache);
    skep_npy_cache_begin_batch(cache);
    assert_int_equal(skep_npy_cache_view(cache, "a.npy", 5, &arena, &view, NULL), SKEP_E_ARRAY_INVALID);
    assert_int_equal(skep_npy_cache_view(cache, "b.npy", 5, &arena, &view, NULL), SKEP_OK);
}

static skep_status complain_and_read(void *context, struct skep_error *why)
{
    (void)!skep_error_set(why, SKEP_E_KERNEL, "not the cause");
    return read_all(context, why);
}

/* What was said before the fault is not its cause. */
static void test_fault__the_fault_is_the_cause(void **state)
{
    struct reading reading = {.view = open_array("a.npy")};

    (void)state;
    install();
    cut("a.npy", 0);
    assert_int_equal(skep_fault_call(cache, complain_and_read, &reading, &err), SKEP_E_INPUT_CHANGED);
    assert_string_equal(err.text, "a.npy was truncated while it was mapped: byte 128 is gone");
}

/* ---- breaks: faults that are not the kernel's kill the process ---- */

/* How a child ends that does this: 0 to 255, or 128 + a signal. */
static int end_of_child(void (*deed)(void))
{
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        deed();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The first byte of a mapping that has none. */
static volatile const char *map_hole(void)
{
    char *path = test_path(folder, "hole");
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    const char *hole = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);

    free(path);
    close(fd);
    return hole != MAP_FAILED ? hole : NULL;
}

static skep_status read_hole(void *context, struct skep_error *why)
{
    (void)context;
    (void)why;
    return map_hole()[0] == 0 ? SKEP_OK : SKEP_E_KERNEL;
}

static void read_a_strange_mapping(void)
{
    (void)!skep_fault_call(cache, read_hole, NULL, NULL);
}

static void read_outside_of_a_call(void)
{
    struct reading reading = {.view = open_array("a.npy")};

    (void)!skep_fault_call(cache, read_all, &reading, NULL);
    cut("a.npy", PAGE);
    (void)!read_all(&reading, NULL);
}

static void *read_in_thread(void *context)
{
    (void)!read_all(context, NULL);
    return NULL;
}

static skep_status wait_for_thread(void *context, struct skep_error *why)
{
    pthread_t thread;

    (void)why;
    pthread_create(&thread, NULL, read_in_thread, context);
    pthread_join(thread, NULL);
    return SKEP_OK;
}

static void read_in_another_thread(void)
{
    struct reading reading = {.view = open_array("a.npy")};

    cut("a.npy", PAGE);
    (void)!skep_fault_call(cache, wait_for_thread, &reading, NULL);
}

static void test_fault__others_kill_the_process(void **state)
{
    (void)state;
    install();
    assert_int_equal(end_of_child(read_a_strange_mapping), 128 + SIGBUS);
    assert_int_equal(end_of_child(read_outside_of_a_call), 128 + SIGBUS);
    put_array("a.npy");
    assert_int_equal(end_of_child(read_in_another_thread), 128 + SIGBUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fault__leaves_the_others_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fault__hands_failures_through, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fault__a_truncated_file_fails_the_call, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fault__the_cache_is_sound_after_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fault__the_fault_is_the_cause, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fault__others_kill_the_process, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
