/* SPDX-License-Identifier: MIT */
#include "unit/npy/cache_fixture.h"
#include "support/heap.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* The lowest free descriptor: the same before and after means that none was left open. */
static int lowest_free_fd(void)
{
    int fd = open("/", O_PATH | O_CLOEXEC);

    close(fd);
    return fd;
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
        CACHE_TEST(refuses_bad_references),
        CACHE_TEST(refuses_a_copy_that_is_too_large),
        CACHE_TEST(survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
