/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "npy/cache.h"
#include "npy/header.h"

enum { MAX_MAPPINGS = 4, ARENA_BYTES = 1 << 16, MAX_BYTES = 1 << 20 };

/* a.npy, b.npy ... e.npy hold 100 doubles each: 1000, 1001 ... in a.npy, 2000 ... in b.npy and so on. NumPy's
 * files are under @golden. */
static char *folder;
static struct skep_roots *roots;
static struct skep_npy_cache *cache;
static struct skep_arena arena;

static void put_array(const char *name, double first, int64_t n)
{
    char *bytes = malloc(SKEP_NPY_HEADER_MAX + (size_t)n * 8);
    size_t n_header = skep_npy_header_write(SKEP_F8, 1, &n, bytes, SKEP_NPY_HEADER_MAX);

    for (int64_t i = 0; i < n; i++) {
        double x = first + (double)i;
        memcpy(bytes + n_header + 8 * i, &x, 8);
    }
    test_write_file(folder, name, bytes, n_header + (size_t)n * 8);
    free(bytes);
}

/* Another time than any file has had so far: a rewrite within one tick of the clock would not show otherwise.
 */
static void set_new_time(const char *name)
{
    static time_t seconds = 1000000000;
    struct timespec times[2] = {{seconds, 0}, {seconds, 0}};
    char *path = test_path(folder, name);

    seconds++;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    free(path);
}

static void replace_array(const char *name, double first, int64_t n)
{
    char *from = test_path(folder, "new.tmp");
    char *to = test_path(folder, name);

    put_array("new.tmp", first, n);
    assert_int_equal(rename(from, to), 0);
    free(from);
    free(to);
}

static void remake_cache(size_t max_mappings, uint64_t max_bytes)
{
    skep_npy_cache_free(cache);
    assert_int_equal(skep_npy_cache_new(roots, max_mappings, max_bytes, &cache, NULL), SKEP_OK);
}

static int set_up(void **state)
{
    (void)state;
    folder = test_make_folder();
    for (char c = 'a'; c <= 'e'; c++) {
        char name[] = {c, '.', 'n', 'p', 'y', '\0'};
        put_array(name, 1000.0 * (c - 'a' + 1), 100);
    }
    assert_int_equal(skep_roots_new(&roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, folder, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, "golden=" SKEP_TESTS_DIR "/golden/npy", NULL), SKEP_OK);
    cache = NULL;
    remake_cache(MAX_MAPPINGS, MAX_BYTES);
    skep_arena_init(&arena, ARENA_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    skep_npy_cache_free(cache);
    skep_roots_free(roots);
    test_remove_folder(folder);
    return 0;
}

static skep_status get(const char *ref, struct skep_view *view, struct skep_error *err)
{
    return skep_npy_cache_view(cache, ref, strlen(ref), &arena, view, err);
}

static void view(const char *ref, struct skep_view *view_out)
{
    struct skep_error err = {0};

    if (get(ref, view_out, &err) != SKEP_OK) {
        fail_msg("%s: %s", ref, err.text);
    }
}

static double first_of(const char *ref)
{
    struct skep_view v;

    view(ref, &v);
    return skep_view_get_f8(&v, 0);
}

static struct skep_npy_cache_stats stats(void)
{
    struct skep_npy_cache_stats s;

    skep_npy_cache_get_stats(cache, &s);
    return s;
}

/* The lowest free descriptor: the same before and after means that none was left open. */
static int lowest_free_fd(void)
{
    int fd = open("/", O_PATH | O_CLOEXEC);

    close(fd);
    return fd;
}

static void end_task(void)
{
    skep_npy_cache_end_task(cache);
    skep_arena_reset(&arena, 0);
}

/* ---- works ---- */

/* Element I of a golden file (see make-golden). */
static double golden_element(enum skep_dtype dtype, int i)
{
    char kind = skep_dtype_kind(dtype);

    return kind == 'b' ? i % 3 == 0 : 3 * i - (kind == 'u' ? 0 : 4);
}

static void check_golden(const char *ref)
{
    struct skep_view v;
    double elements[12];

    view(ref, &v);
    assert_int_equal(skep_view_count(&v), 12);
    assert_int_equal(v.shape[0], 3);
    assert_int_equal((uintptr_t)v.data % skep_dtype_size(v.dtype), 0);
    skep_view_copy_f8(&v, elements);
    for (int i = 0; i < 12; i++) {
        if (elements[i] != golden_element(v.dtype, i)) {
            fail_msg("%s: element %d is %g", ref, i, elements[i]);
        }
    }
    end_task();
}

/* Every dtype, order, layout and version that NumPy writes gives NumPy's numbers. */
static void test_cache__gives_numpys_numbers(void **state)
{
    static const char *const others[] = {"fortran",   "fortran-big", "version-1",
                                         "version-2", "version-3",   "unaligned"};

    (void)state;
    for (int dtype = SKEP_DTYPE_NONE + 1; dtype < SKEP_DTYPE_COUNT; dtype++) {
        static const char *const orders[] = {"", "-little", "-big"};
        bool is_byte = skep_dtype_size((enum skep_dtype)dtype) == 1;
        for (int order = is_byte ? 0 : 1; order < (is_byte ? 1 : 3); order++) {
            char ref[64];
            snprintf(ref, sizeof ref, "@golden/%s%s.npy", skep_dtype_name((enum skep_dtype)dtype),
                     orders[order]);
            check_golden(ref);
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char ref[64];
        snprintf(ref, sizeof ref, "@golden/%s.npy", others[i]);
        check_golden(ref);
    }
    assert_int_equal(first_of("@golden/zero-d.npy"), 2.5);
}

/* A slice of an array in the machine's order is a window on the file; nothing is copied. */
static void test_cache__maps_without_copying(void **state)
{
    struct skep_view whole, part;
    struct skep_npy_place place;

    (void)state;
    view("a.npy", &whole);
    view("a.npy[90:10:-7]", &part);
    assert_ptr_equal(part.data, (const double *)whole.data + 90);
    assert_int_equal(part.shape[0], 12);
    assert_int_equal(part.strides[0], -7);
    assert_int_equal(stats().copied_bytes, 0);
    assert_true(skep_npy_cache_find_address(cache, part.data, &place));
    assert_string_equal(place.path, "a.npy");
    assert_int_equal(place.byte, 128 + 90 * 8);
    assert_int_equal(place.to, 128 + 100 * 8);
}

/* Of an array that must be copied only the slice is, into memory of the arena. */
static void test_cache__copies_only_the_slice(void **state)
{
    static const char *const refs[] = {"@golden/f8-big.npy[1:,::-2]", "@golden/unaligned.npy[1:,::-2]"};
    static const int elements[] = {7, 5, 11, 9}; /* of rows 1 and 2: columns 3 and 1 */

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct skep_view v;
        struct skep_npy_place place;
        view(refs[i], &v);
        assert_true(skep_view_is_contiguous(&v));
        assert_false(skep_npy_cache_find_address(cache, v.data, &place));
        for (int k = 0; k < 4; k++) {
            assert_int_equal(skep_view_get_f8(&v, k), golden_element(SKEP_F8, elements[k]));
        }
        assert_int_equal(stats().copied_bytes, (i + 1) * 4 * 8);
    }
    view("@golden/f8-big.npy[1:1]", &(struct skep_view){0});
    assert_int_equal(stats().copied_bytes, 2 * 4 * 8);
}

/* An array without elements has a view too, in a file that ends with its header. */
static void test_cache__gives_empty_views(void **state)
{
    static const char *const refs[] = {"@golden/empty.npy", "@golden/empty-2d.npy", "a.npy[5:5]",
                                       "a.npy[200:]"};

    (void)state;
    for (int is_huge = 0; is_huge < 2; is_huge++) {
        for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++) {
            struct skep_view v;
            view(refs[i], &v);
            assert_int_equal(skep_view_count(&v), 0);
            assert_non_null(v.data);
        }
        end_task();
        remake_cache(MAX_MAPPINGS, 64);
    }
}

/* One file is opened once and mapped once, whatever slices are asked for in how many batches. */
static void test_cache__opens_once(void **state)
{
    (void)state;
    for (int batch = 0; batch < 3; batch++) {
        skep_npy_cache_begin_batch(cache);
        for (int task = 0; task < 100; task++) {
            char ref[32];
            snprintf(ref, sizeof ref, "a.npy[%d:]", task);
            assert_int_equal(first_of(ref), 1000 + task);
            assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
            end_task();
        }
    }
    assert_int_equal(stats().views, 300);
    assert_int_equal(stats().opens, 1);
    assert_int_equal(stats().maps, 1);
}

/* From here on any system call but the exit (and what the address sanitizer does before it) ends the process.
 */
static void forbid_system_calls(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sigaltstack, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        _exit(2);
    }
}

/* A path that was looked at in this batch costs no system call, whatever the slice. */
static void test_cache__hot_path_makes_no_system_call(void **state)
{
    int status = -1;
    pid_t pid = fork();

    (void)state;
    assert_true(pid >= 0);
    if (pid == 0) {
        struct skep_view v;
        bool is_good = get("a.npy", &v, NULL) == SKEP_OK;
        forbid_system_calls();
        is_good = is_good && get("a.npy[7::2]", &v, NULL) == SKEP_OK && skep_view_get_f8(&v, 0) == 1007;
        skep_npy_cache_end_task(cache);
        is_good = is_good && get("a.npy[-1]", &v, NULL) == SKEP_OK && skep_view_get_f8(&v, 0) == 1099;
        _exit(is_good ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* ---- works: files that change ---- */

/* A file that is replaced by rename is the old one to the end of the batch and the new one after, and a task
 * that holds the old one is right to do so. */
static void test_cache__sees_a_replaced_file_in_the_next_batch(void **state)
{
    struct skep_view old;

    (void)state;
    view("a.npy", &old);
    replace_array("a.npy", 7000, 50);
    assert_int_equal(first_of("a.npy"), 1000);
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
    assert_int_equal(skep_view_get_f8(&old, 99), 1099);
    end_task();
    assert_int_equal(first_of("a.npy"), 1000);
    end_task();
    skep_npy_cache_begin_batch(cache);
    assert_int_equal(first_of("a.npy"), 7000);
    assert_int_equal(stats().mappings, 1); /* the old one does not linger */
}

/* Even when a batch begins within a task, what was lent stays. */
static void test_cache__keeps_what_is_lent_when_the_path_changes(void **state)
{
    struct skep_view old;

    (void)state;
    view("a.npy", &old);
    replace_array("a.npy", 7000, 50);
    skep_npy_cache_begin_batch(cache);
    assert_int_equal(first_of("a.npy"), 7000);
    assert_int_equal(skep_view_get_f8(&old, 99), 1099);
    assert_int_equal(stats().mappings, 2);
    end_task();
    assert_int_equal(stats().mappings, 1);
    assert_int_equal(first_of("a.npy"), 7000);
}

/* A file that is rewritten in place under a task is noticed at its end, and read anew by the next. */
static void test_cache__notices_a_file_that_changes_in_use(void **state)
{
    struct skep_error err = {0};

    (void)state;
    assert_int_equal(first_of("b.npy"), 2000);
    assert_int_equal(first_of("a.npy"), 1000);
    put_array("b.npy", 8000, 60);
    set_new_time("b.npy");
    assert_int_equal(skep_npy_cache_check(cache, &err), SKEP_E_INPUT_CHANGED);
    assert_string_equal(err.text, "b.npy: changed while it was in use");
    end_task();
    assert_int_equal(first_of("b.npy[-1]"), 8059);
    assert_int_equal(first_of("a.npy"), 1000);
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
    assert_int_equal(stats().opens, 3);
}

/* A change of nothing but the time counts: the content may have changed with it. */
static void test_cache__notices_a_touched_file(void **state)
{
    (void)state;
    assert_int_equal(first_of("a.npy"), 1000);
    end_task();
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
    assert_int_equal(first_of("a.npy"), 1000);
    set_new_time("a.npy");
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_E_INPUT_CHANGED);
    end_task();
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
}

/* Write X over element I of NAME. */
static void overwrite(const char *name, int i, double x)
{
    char *path = test_path(folder, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    assert_int_equal(pwrite(fd, &x, 8, 128 + 8 * i), 8);
    close(fd);
    free(path);
}

/* A file that was written a moment ago is opened when the clock that stamps it has moved on: a second write,
 * as soon after as can be, does not have the stamp of the first. */
static void test_cache__notices_a_write_right_after_the_open(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        overwrite("a.npy", 0, i);
        assert_int_equal(first_of("a.npy"), i);
        overwrite("a.npy", 1, -i);
        assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_E_INPUT_CHANGED);
        end_task();
    }
}

/* Who sets the time back to what it was deceives the task that runs, but not the next batch. */
static void test_cache__reads_anew_what_was_set_back(void **state)
{
    static const struct timespec times[2] = {{1000000000, 5}, {1000000000, 5}};
    char *path = test_path(folder, "a.npy");

    (void)state;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_int_equal(first_of("a.npy"), 1000);
    end_task();
    overwrite("a.npy", 0, 7);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    skep_npy_cache_begin_batch(cache);
    assert_int_equal(first_of("a.npy"), 7);
    free(path);
}

/* A file that is gone is missing from the next batch on. */
static void test_cache__misses_a_removed_file(void **state)
{
    struct skep_view v;
    char *path = test_path(folder, "a.npy");

    (void)state;
    assert_int_equal(first_of("a.npy"), 1000);
    end_task();
    assert_int_equal(unlink(path), 0);
    free(path);
    skep_npy_cache_begin_batch(cache);
    assert_int_equal(get("a.npy", &v, NULL), SKEP_E_ARRAY_MISSING);
    assert_int_equal(stats().mappings, 0);
}

/* ---- works: room ---- */

/* The least recently used mapping makes room for a new one. */
static void test_cache__evicts_the_least_recently_used(void **state)
{
    static const char *const refs[] = {"a.npy", "b.npy", "c.npy", "d.npy"};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        first_of(refs[i]);
        end_task();
    }
    assert_int_equal(stats().mappings, MAX_MAPPINGS);
    assert_int_equal(first_of("a.npy"), 1000);
    end_task();
    assert_int_equal(first_of("e.npy"), 5000); /* b goes */
    end_task();
    assert_int_equal(stats().evictions, 1);
    assert_int_equal(stats().mappings, MAX_MAPPINGS);
    assert_int_equal(first_of("a.npy"), 1000);
    assert_int_equal(stats().opens, 5);
    assert_int_equal(first_of("b.npy"), 2000);
    assert_int_equal(stats().opens, 6);
}

/* The budget of bytes is kept, too. */
static void test_cache__keeps_within_its_bytes(void **state)
{
    static const char *const refs[] = {"a.npy", "b.npy", "c.npy", "d.npy", "e.npy"};

    (void)state;
    remake_cache(100, 2000); /* room for two of 928 bytes */
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < 5; i++) {
            assert_int_equal(first_of(refs[i]), 1000 * (i + 1));
            end_task();
            assert_true(stats().mapped_bytes <= 2000);
        }
    }
    assert_int_equal(stats().mappings, 2);
    assert_int_equal(stats().evictions, 13);
}

/* What one task needs is mapped together, over the budget, and goes when the task ends. */
static void test_cache__never_evicts_what_is_lent(void **state)
{
    static const char *const refs[] = {"a.npy", "b.npy", "c.npy", "d.npy"};
    struct skep_view views[4];
    struct skep_view v;
    struct skep_error err = {0};

    (void)state;
    remake_cache(MAX_MAPPINGS, 1000);
    for (size_t i = 0; i < 4; i++) {
        view(refs[i], &views[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(skep_view_get_f8(&views[i], 99), 1000 * (i + 1) + 99);
    }
    assert_int_equal(get("e.npy", &v, &err), SKEP_E_LIMIT);
    assert_string_equal(err.text, "e.npy: the task refers to more than 4 arrays");
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
    end_task();
    assert_int_equal(stats().mappings, 1);
    assert_int_equal(first_of("e.npy"), 5000);
}

/* A sparse file of 16 GiB with element I at its place for a few I. */
static void make_huge(const int64_t *at, size_t n)
{
    const int64_t count = INT64_C(1) << 31;
    char header[SKEP_NPY_HEADER_MAX];
    size_t n_header = skep_npy_header_write(SKEP_F8, 1, &count, header, sizeof header);
    char *path = test_path(folder, "huge.npy");
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, (off_t)n_header + count * 8), 0);
    assert_int_equal(pwrite(fd, header, n_header, 0), n_header);
    for (size_t i = 0; i < n; i++) {
        double x = (double)at[i];
        assert_int_equal(pwrite(fd, &x, 8, (off_t)n_header + at[i] * 8), 8);
    }
    close(fd);
    free(path);
    set_new_time("huge.npy"); /* nobody waits for a file so large to be settled */
}

/* Of a file over the budget only windows around the slices are mapped. */
static void test_cache__maps_windows_of_huge_files(void **state)
{
    static const int64_t at[] = {1, 5000, 123456789, 2147483647};
    struct skep_view v;

    (void)state;
    make_huge(at, 4);
    for (size_t i = 0; i < 4; i++) {
        char ref[64];
        snprintf(ref, sizeof ref, "huge.npy[%lld]", (long long)at[i]);
        assert_int_equal(first_of(ref), at[i]);
        snprintf(ref, sizeof ref, "huge.npy[%lld::-1000]", (long long)at[i]);
        if (at[i] < 100000) {
            assert_int_equal(first_of(ref), at[i]);
        }
        end_task();
        assert_true(stats().mapped_bytes <= MAX_BYTES);
    }
    assert_int_equal(stats().opens, 1);
    assert_int_equal(stats().maps, 3); /* the first two elements share a window */
    view("huge.npy[1]", &v);
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
}

/* A sweep over neighbouring slices of a huge file meets the same window many times. */
static void test_cache__neighbours_share_a_window(void **state)
{
    (void)state;
    make_huge(NULL, 0);
    for (int task = 0; task < 1000; task++) { /* 8 MB in all, chunks of 256 KB, windows of one or two */
        struct skep_view v;
        char ref[64];
        snprintf(ref, sizeof ref, "huge.npy[%d:%d]", task * 1000, task * 1000 + 1000);
        view(ref, &v);
        assert_int_equal(v.shape[0], 1000);
        end_task();
        assert_true(stats().mapped_bytes <= MAX_BYTES);
    }
    assert_int_equal(stats().opens, 1);
    assert_true(stats().maps < 80);
}

/* With room for a single mapping, one window of a huge file makes room for the next. */
static void test_cache__moves_its_only_window(void **state)
{
    static const int64_t at[] = {1, 1000000000};

    (void)state;
    remake_cache(1, MAX_BYTES);
    make_huge(at, 2);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(first_of(i % 2 == 0 ? "huge.npy[1]" : "huge.npy[1000000000]"), at[i % 2]);
        assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
        end_task();
    }
    assert_int_equal(stats().opens, 1);
    assert_int_equal(stats().maps, 4);
}

/* A slice whose reach is the whole huge file is mapped for its task, and no longer. */
static void test_cache__maps_more_than_its_budget_for_one_task(void **state)
{
    static const int64_t at[] = {1000000000};
    struct skep_view v;

    (void)state;
    make_huge(at, 1);
    view("huge.npy[::1000000000]", &v);
    assert_int_equal(v.shape[0], 3);
    assert_int_equal(skep_view_get_f8(&v, v.strides[0]), 1000000000);
    assert_true(stats().mapped_bytes > 8 * UINT64_C(2000000000));
    end_task();
    assert_int_equal(stats().mapped_bytes, 0);
}

/* ---- refuses ---- */

/* Each kind of bad reference has its status and words, and leaves the cache as it was. */
static void test_cache__refuses_bad_references(void **state)
{
    static const struct {
        const char *ref;
        skep_status status;
        const char *words;
    } cases[] = {
        {"", SKEP_E_ARRAY_INVALID, "0 bytes"},
        {"[0]", SKEP_E_ARRAY_INVALID, "0 bytes"},
        {"none.npy", SKEP_E_ARRAY_MISSING, "none.npy: no such file below /"},
        {"@none/a.npy", SKEP_E_ARRAY_MISSING, "no data root of this name"},
        {"../a.npy", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"/etc/passwd", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"@golden/..", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {".", SKEP_E_ARRAY_INVALID, "is a directory"},
        {"@golden/refused-object.npy", SKEP_E_ARRAY_INVALID, "Python objects"},
        {"@golden/make-golden", SKEP_E_ARRAY_INVALID, "not a .npy file"},
        {"a.npy[", SKEP_E_BAD_ARGS, "column 6"},
        {"a.npy[x]", SKEP_E_BAD_ARGS, "column 7"},
        {"a.npy[100]", SKEP_E_BAD_ARGS, "a.npy: index 100 is out of bounds for axis 0 with length 100"},
        {"a.npy[0,0]", SKEP_E_BAD_ARGS, "a.npy: 2 indices for an array of 1 dimensions"},
        {"b.npy[100]", SKEP_E_BAD_ARGS, "b.npy: index 100"},
    };

    int free_fd;

    (void)state;
    assert_int_equal(first_of("a.npy"), 1000);
    free_fd = lowest_free_fd();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct skep_view v;
        struct skep_error err = {0};
        if (get(cases[i].ref, &v, &err) != cases[i].status || strstr(err.text, cases[i].words) == NULL) {
            fail_msg("'%s': %s, '%s'", cases[i].ref, skep_status_word(err.status), err.text);
        }
    }
    assert_int_equal(lowest_free_fd(), free_fd);
    assert_int_equal(stats().mappings, 1);
    assert_int_equal(first_of("a.npy"), 1000);
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_OK);
}

/* A copy that the arena may never hold is final; trying again would not help. */
static void test_cache__refuses_a_copy_that_is_too_large(void **state)
{
    struct skep_arena small;
    struct skep_view v;
    struct skep_error err = {0};
    const char *ref = "@golden/f8-big.npy";

    (void)state;
    skep_arena_init(&small, 95);
    assert_int_equal(skep_npy_cache_view(cache, ref, strlen(ref), &small, &v, &err), SKEP_E_LIMIT);
    assert_non_null(strstr(err.text, "copy of 96 bytes"));
    assert_int_equal(skep_npy_cache_view(cache, "@golden/f8-big.npy[0]", 21, &small, &v, NULL), SKEP_OK);
    skep_arena_release(&small);
}

/* ---- breaks ---- */

static sigjmp_buf after_signal;
static const void *signal_address;

static void jump_out(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    signal_address = info->si_addr;
    siglongjmp(after_signal, 1);
}

/* Read the last element of REF; false when that raises SIGBUS. */
static bool read_last(const char *ref)
{
    struct sigaction action = {.sa_sigaction = jump_out, .sa_flags = SA_SIGINFO};
    struct sigaction old;
    volatile bool is_read = false;

    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &old);
    if (sigsetjmp(after_signal, 1) == 0) {
        struct skep_view v;
        view(ref, &v);
        (void)*(const volatile double *)((const double *)v.data + v.shape[0] - 1);
        is_read = true;
    }
    sigaction(SIGBUS, &old, NULL);
    return is_read;
}

/* A file that is truncated under a mapping raises a signal that names it, and the cache goes on. */
static void test_cache__survives_a_truncated_file(void **state)
{
    char *path = test_path(folder, "long.npy");
    struct skep_npy_place place;
    struct skep_view v;
    struct skep_error err = {0};

    (void)state;
    put_array("long.npy", 0, 10000);
    assert_true(read_last("long.npy"));
    end_task();
    assert_int_equal(truncate(path, 4096), 0);
    assert_false(read_last("long.npy"));
    assert_true(skep_npy_cache_find_address(cache, signal_address, &place));
    assert_string_equal(place.path, "long.npy");
    assert_int_equal(place.byte, 128 + 9999 * 8);
    assert_int_equal(skep_npy_cache_check(cache, &err), SKEP_E_INPUT_CHANGED);
    end_task();
    skep_error_clear(&err);
    assert_int_equal(get("long.npy", &v, &err), SKEP_E_ARRAY_INVALID);
    assert_non_null(strstr(err.text, "long.npy: truncated"));
    assert_int_equal(first_of("a.npy"), 1000);
    free(path);
}

/* The signal may come while the cache itself copies; it has nothing half done then. */
static void test_cache__survives_a_signal_in_its_copy(void **state)
{
    static char bytes[SKEP_NPY_HEADER_MAX + 80000];
    size_t n = skep_npy_header_write(SKEP_F8, 1, (const int64_t[]){10000}, bytes, sizeof bytes);
    char *path = test_path(folder, "swapped.npy");
    char *order = strpbrk(bytes + 10, "<>");

    (void)state;
    *order = *order == '<' ? '>' : '<';
    test_write_file(folder, "swapped.npy", bytes, n + 80000);
    skep_arena_release(&arena);
    skep_arena_init(&arena, 1 << 20);
    assert_true(read_last("swapped.npy"));
    end_task();
    assert_int_equal(truncate(path, 4096), 0);
    assert_false(read_last("swapped.npy"));
    assert_int_equal(skep_npy_cache_check(cache, NULL), SKEP_E_INPUT_CHANGED);
    end_task();
    assert_int_equal(stats().mappings, 0);
    assert_int_equal(first_of("a.npy"), 1000);
    free(path);
}

static skep_status use_cache(void *context)
{
    static const char *const refs[] = {"a.npy[3]", "@golden/f8-big.npy", "b.npy", "a.npy"};
    struct skep_npy_cache *made = NULL;
    struct skep_arena memory;
    skep_status st = skep_npy_cache_new(roots, 2, MAX_BYTES, &made, NULL);

    (void)context;
    skep_arena_init(&memory, ARENA_BYTES);
    for (size_t i = 0; i < sizeof refs / sizeof refs[0] && st == SKEP_OK; i++) {
        struct skep_view v;
        st = skep_npy_cache_view(made, refs[i], strlen(refs[i]), &memory, &v, NULL);
        if (st == SKEP_OK) {
            st = skep_npy_cache_check(made, NULL);
        }
        skep_npy_cache_end_task(made);
    }
    skep_npy_cache_free(made);
    skep_arena_release(&memory);
    return st;
}

/* Without memory no view is given, and no descriptor and no block is left. */
static void test_cache__survives_a_failing_heap(void **state)
{
    int free_fd = lowest_free_fd();

    (void)state;
    test_heap_torture(use_cache, NULL);
    assert_int_equal(lowest_free_fd(), free_fd);
}

int main(void)
{
#define CACHE_TEST(fact) cmocka_unit_test_setup_teardown(test_cache__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CACHE_TEST(gives_numpys_numbers),
        CACHE_TEST(maps_without_copying),
        CACHE_TEST(copies_only_the_slice),
        CACHE_TEST(gives_empty_views),
        CACHE_TEST(opens_once),
        CACHE_TEST(hot_path_makes_no_system_call),
        CACHE_TEST(sees_a_replaced_file_in_the_next_batch),
        CACHE_TEST(keeps_what_is_lent_when_the_path_changes),
        CACHE_TEST(notices_a_file_that_changes_in_use),
        CACHE_TEST(notices_a_touched_file),
        CACHE_TEST(notices_a_write_right_after_the_open),
        CACHE_TEST(reads_anew_what_was_set_back),
        CACHE_TEST(misses_a_removed_file),
        CACHE_TEST(evicts_the_least_recently_used),
        CACHE_TEST(keeps_within_its_bytes),
        CACHE_TEST(never_evicts_what_is_lent),
        CACHE_TEST(maps_windows_of_huge_files),
        CACHE_TEST(neighbours_share_a_window),
        CACHE_TEST(moves_its_only_window),
        CACHE_TEST(maps_more_than_its_budget_for_one_task),
        CACHE_TEST(refuses_bad_references),
        CACHE_TEST(refuses_a_copy_that_is_too_large),
        CACHE_TEST(survives_a_truncated_file),
        CACHE_TEST(survives_a_signal_in_its_copy),
        CACHE_TEST(survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
