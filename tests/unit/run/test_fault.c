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
#include <sys/resource.h>
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
static struct skep_fault fault; /* of the last call */

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
    skep_arena_init_guarded(&arena, 1 << 20);
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

/* In each test: cmocka puts its own handlers in between fixture and test. Who handled faults before is who
 * gets those that are not ours: nobody. */
static void install(void)
{
    signal(SIGSEGV, SIG_DFL);
    signal(SIGBUS, SIG_DFL);
    assert_int_equal(skep_fault_install(NULL), SKEP_OK);
}

static struct skep_view open_array(const char *name)
{
    struct skep_view view = {0};

    assert_int_equal(skep_npy_cache_view(cache, name, strlen(name), &arena, &view, NULL), SKEP_OK);
    return view;
}

static skep_status call(skep_fault_body body, void *context, struct skep_error *why)
{
    const struct skep_fault_realm realm = {cache, &arena};

    return skep_fault_call(&realm, body, context, &fault, why);
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
    assert_int_equal(call(read_all, &reading, &err), SKEP_OK);
    assert_true(reading.sum == 4095.0 * 4096 / 2);
    assert_string_equal(err.text, "");
    assert_int_equal(fault.kind, SKEP_FAULT_NONE);
}

static skep_status refuse(void *context, struct skep_error *why)
{
    (void)context;
    return skep_error_set(why, SKEP_E_KERNEL, "it says so");
}

static void test_fault__hands_failures_through(void **state)
{
    (void)state;
    assert_int_equal(call(refuse, NULL, &err), SKEP_E_KERNEL);
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
        assert_int_equal(call(read_all, &first, &err), SKEP_E_INPUT_CHANGED);
        assert_string_equal(err.text, "a.npy: was truncated while it was mapped: byte 8192 is gone");
        assert_int_equal(call(read_all, &second, NULL), SKEP_OK);
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
    assert_int_equal(call(read_all, &first, NULL), SKEP_E_INPUT_CHANGED);
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
    assert_int_equal(call(complain_and_read, &reading, &err), SKEP_E_INPUT_CHANGED);
    assert_string_equal(err.text, "a.npy: was truncated while it was mapped: byte 128 is gone");
}

/* ---- works: kernels that touch what they must not ---- */

/* One touch of an address. */
struct touch {
    volatile char *at;
    bool writes;
};

static skep_status touch_it(void *context, struct skep_error *why)
{
    const struct touch *touch = context;

    (void)why;
    if (touch->writes) {
        *touch->at = 1;
    }
    (void)*touch->at;
    return SKEP_OK;
}

static void touch_and_check(const volatile void *at, bool writes, enum skep_fault_kind kind,
                            const char *words)
{
    struct touch touch = {(volatile char *)(uintptr_t)at, writes};
    skep_status st;

    skep_error_clear(&err);
    st = call(touch_it, &touch, &err);
    assert_string_equal(err.text, words);
    assert_int_equal(st, kind == SKEP_FAULT_NONE ? SKEP_OK : SKEP_E_KERNEL_FINAL);
    assert_int_equal(fault.kind, kind);
    assert_true(kind == SKEP_FAULT_NONE || (fault.address == (const void *)at && fault.is_write == writes));
}

/* A write to an input fails the call, which names file and byte, and changes nothing. */
static void test_fault__a_write_to_an_input_fails_the_call(void **state)
{
    const double *a = open_array("a.npy").data;

    (void)state;
    install();
    for (int i = 0; i < 3; i++) {
        touch_and_check(a + 100, true, SKEP_FAULT_WRITE,
                        "a.npy: the kernel wrote to byte 928 of this input, which is read-only");
        touch_and_check(a + 100, false, SKEP_FAULT_NONE, "");
    }
    assert_true(a[100] == 100);
}

/* Beyond the end of a mapped file there are zeros to the end of the page, then the guard. */
static void test_fault__a_touch_beside_an_input_fails_the_call(void **state)
{
    const char *bytes = (const char *)open_array("a.npy").data - 128;

    (void)state;
    install();
    assert_int_equal(bytes[32896], 0);
    touch_and_check(bytes + 32896, true, SKEP_FAULT_BESIDE,
                    "a.npy: the kernel wrote byte 32896, beyond the end at 32896");
    touch_and_check(bytes + 36864, false, SKEP_FAULT_BESIDE,
                    "a.npy: the kernel read byte 36864, beyond the end at 32896");
    touch_and_check(bytes + 36864 + 500000, true, SKEP_FAULT_BESIDE,
                    "a.npy: the kernel wrote byte 536864, beyond the end at 32896");
    touch_and_check(bytes - 8, false, SKEP_FAULT_BESIDE,
                    "a.npy: the kernel read 8 bytes before the start of the file");
}

/* Of a small file it is the first byte beyond the end that faults. */
static void test_fault__a_small_input_ends_where_it_ends(void **state)
{
    char bytes[SKEP_NPY_HEADER_MAX + 24] = {0};
    size_t n = skep_npy_header_write(SKEP_F8, 1, (const int64_t[]){3}, bytes, sizeof bytes);
    const double *x;

    (void)state;
    test_write_file(folder, "small.npy", bytes, n + 24);
    x = open_array("small.npy").data;
    install();
    touch_and_check(x + 2, false, SKEP_FAULT_NONE, "");
    touch_and_check(x + 2, true, SKEP_FAULT_WRITE,
                    "small.npy: the kernel wrote to byte 144 of this input, which is read-only");
    touch_and_check(x + 3, false, SKEP_FAULT_BESIDE,
                    "small.npy: the kernel read byte 152, beyond the end at 152");
}

/* Of a huge file there is a window: what lies in the file, but not where the slice reaches, is not there. */
static void test_fault__names_what_a_window_leaves_out(void **state)
{
    const double *x;

    (void)state;
    skep_npy_cache_free(cache);
    assert_int_equal(skep_npy_cache_new(roots, 16, 4 * PAGE, &cache, NULL), SKEP_OK);
    x = open_array("a.npy[1200:1201]").data; /* byte 9728, in the third page */
    install();
    touch_and_check(x, false, SKEP_FAULT_NONE, "");
    touch_and_check((const char *)x + PAGE, false, SKEP_FAULT_BESIDE,
                    "a.npy: the kernel read byte 13824, beyond what its slice reaches");
    touch_and_check((const char *)x - PAGE, false, SKEP_FAULT_BESIDE,
                    "a.npy: the kernel read byte 5632, before what its slice reaches");
}

/* Whoever runs off the scratch memory meets a guard. */
static void test_fault__running_off_the_scratch_fails_the_call(void **state)
{
    char *large = skep_arena_alloc(&arena, 25 * PAGE);

    (void)state;
    install();
    touch_and_check(large + 25 * PAGE - 1, true, SKEP_FAULT_NONE, "");
    touch_and_check(large + 25 * PAGE, true, SKEP_FAULT_SCRATCH,
                    "the kernel wrote 0 bytes beyond the end of its scratch memory");
    touch_and_check(large - 2 * PAGE, false, SKEP_FAULT_SCRATCH,
                    "the kernel read 4096 bytes before the start of its scratch memory");
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
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
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
    (void)!call(read_hole, NULL, NULL);
}

static void read_outside_of_a_call(void)
{
    struct reading reading = {.view = open_array("a.npy")};

    (void)!call(read_all, &reading, NULL);
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
    (void)!call(wait_for_thread, &reading, NULL);
}

static skep_status jump_into_an_input(void *context, struct skep_error *why)
{
    union {
        const void *data;
        void (*code)(void);
    } wild = {.data = ((struct reading *)context)->view.data};

    (void)why;
    wild.code();
    return SKEP_OK;
}

static void run_data_as_code(void)
{
    struct reading reading = {.view = open_array("a.npy")};

    (void)!call(jump_into_an_input, &reading, NULL);
}

static skep_status send_a_signal(void *context, struct skep_error *why)
{
    (void)context;
    (void)why;
    raise(SIGSEGV);
    return SKEP_OK;
}

static void get_a_signal(void)
{
    (void)!call(send_a_signal, NULL, NULL);
}

static void test_fault__others_kill_the_process(void **state)
{
    (void)state;
    install();
    assert_int_equal(end_of_child(run_data_as_code), 128 + SIGSEGV);
    assert_int_equal(end_of_child(get_a_signal), 128 + SIGSEGV);
    assert_int_equal(end_of_child(read_a_strange_mapping), 128 + SIGBUS);
    assert_int_equal(end_of_child(read_outside_of_a_call), 128 + SIGBUS);
    put_array("a.npy");
    assert_int_equal(end_of_child(read_in_another_thread), 128 + SIGBUS);
}

/* ---- breaks: last words ---- */

static struct skep_fault_record *record; /* shared with the child that dies */

static void make_record(void)
{
    record = mmap(NULL, sizeof *record, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(record != MAP_FAILED);
    skep_fault_keep(record);
}

static void drop_record(void)
{
    skep_fault_keep(NULL);
    munmap(record, sizeof *record);
}

static void read_nowhere(void)
{
    struct touch touch = {.at = (volatile char *)(uintptr_t)64};

    (void)!call(touch_it, &touch, NULL);
}

/* A fault that kills leaves its signal and address behind. */
static void test_fault__leaves_a_record(void **state)
{
    (void)state;
    make_record();
    install();
    assert_int_equal(end_of_child(read_nowhere), 128 + SIGSEGV);
    assert_int_equal(record->signal, SIGSEGV);
    assert_int_equal(record->kind, SKEP_FAULT_OTHER);
    assert_int_equal(record->address, 64);
    assert_int_equal(record->byte_offset, -1);
    assert_string_equal(record->path, "");
    drop_record();
}

/* So deep that no stack holds it. Not a tail call: the array is used after it. */
static int dig(int depth)
{
    volatile char hole[1024];

    hole[depth % 1024] = (char)depth;
    return (depth > 0 ? dig(depth - 1) : 0) + hole[depth % 1024];
}

static skep_status overflow(void *context, struct skep_error *why)
{
    (void)why;
    return dig(*(int *)context) != 0 ? SKEP_E_KERNEL : SKEP_OK;
}

static void overflow_the_stack(void)
{
    int depth = 1 << 24;

    (void)!call(overflow, &depth, NULL);
}

/* A stack that is full is named as such: the handler does not need it. */
static void test_fault__knows_a_full_stack(void **state)
{
    (void)state;
    make_record();
    install();
    assert_int_equal(end_of_child(overflow_the_stack), 128 + SIGSEGV);
    assert_int_equal(record->signal, SIGSEGV);
    assert_int_equal(record->kind, SKEP_FAULT_STACK);
    drop_record();
}

int main(void)
{
#define FAULT_TEST(fact) cmocka_unit_test_setup_teardown(test_fault__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        FAULT_TEST(leaves_the_others_alone),
        FAULT_TEST(hands_failures_through),
        FAULT_TEST(a_truncated_file_fails_the_call),
        FAULT_TEST(the_cache_is_sound_after_it),
        FAULT_TEST(the_fault_is_the_cause),
        FAULT_TEST(a_write_to_an_input_fails_the_call),
        FAULT_TEST(a_touch_beside_an_input_fails_the_call),
        FAULT_TEST(a_small_input_ends_where_it_ends),
        FAULT_TEST(names_what_a_window_leaves_out),
        FAULT_TEST(running_off_the_scratch_fails_the_call),
        FAULT_TEST(others_kill_the_process),
        FAULT_TEST(leaves_a_record),
        FAULT_TEST(knows_a_full_stack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
