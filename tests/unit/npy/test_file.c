/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/until.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pages.h"
#include "npy/file.h"
#include "npy/slice.h"

enum { N_BIG = 100000 }; /* elements of the array that does not fit into a page */

static char *folder;
static struct skep_roots *roots;

/* big.npy: arange(N_BIG) as u4; golden files are under @golden. */
static int set_up(void **state)
{
    static char bytes[SKEP_NPY_HEADER_MAX + N_BIG * 4];
    size_t n = skep_npy_header_write(SKEP_U4, 1, (const int64_t[]){N_BIG}, bytes, sizeof bytes);

    (void)state;
    for (uint32_t i = 0; i < N_BIG; i++) {
        memcpy(bytes + n + 4 * i, &i, 4);
    }
    folder = test_make_folder();
    test_write_file(folder, "big.npy", bytes, n + N_BIG * 4);
    test_write_file(folder, "short.npy", bytes, n + N_BIG * 4 - 1);
    test_write_file(folder, "text.npy", "1 2 3\n4 5 6\n", 12);
    assert_int_equal(skep_roots_new(&roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, folder, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, "golden=" SKEP_TESTS_DIR "/golden/npy", NULL), SKEP_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_roots_free(roots);
    test_remove_folder(folder);
    return 0;
}

static void open_file(const char *path, struct skep_npy_file *file)
{
    struct skep_error err = {0};

    if (skep_npy_file_open(roots, path, strlen(path), file, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
}

/* ---- works ---- */

/* A window holds the bytes that were asked for, starts at a page and ends at the file's end at the latest. */
static void test_file__window_covers_what_is_asked(void **state)
{
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    struct skep_npy_file file;

    (void)state;
    open_file("big.npy", &file);
    for (uint64_t from = 0; from < (uint64_t)file.info.st_size; from += 9973) {
        for (uint64_t n = 1; from + n <= (uint64_t)file.info.st_size; n = 7 * n + 1) {
            struct skep_npy_window window;
            assert_int_equal(skep_npy_window_open(&file, from, from + n, 0, &window, NULL), SKEP_OK);
            assert_true(window.from <= from && window.from + window.bytes >= from + n);
            assert_int_equal(window.from % page, 0);
            assert_true(from - window.from < page);
            assert_true(window.from + window.bytes - (from + n) < page);
            assert_true(window.from + window.bytes <= (uint64_t)file.info.st_size);
            skep_npy_window_close(&window);
            assert_null(window.base);
        }
    }
    skep_npy_file_close(&file);
}

/* With a chunk size, neighbours get the same window. */
static void test_file__window_grows_to_chunks(void **state)
{
    struct skep_npy_file file;
    struct skep_npy_window window;

    (void)state;
    open_file("big.npy", &file);
    assert_int_equal(skep_npy_window_open(&file, 140000, 140001, 65536 + 17, &window, NULL), SKEP_OK);
    assert_int_equal(window.from, 131072);
    assert_int_equal(window.bytes, 65536);
    skep_npy_window_close(&window);
    assert_int_equal(skep_npy_window_open(&file, 131071, 131073, 65536, &window, NULL), SKEP_OK);
    assert_int_equal(window.from, 65536);
    assert_int_equal(window.bytes, 131072);
    skep_npy_window_close(&window);
    skep_npy_file_close(&file);
}

/* The span of a slice is from the first byte of its lowest element to the last of its highest. */
static void test_file__span_is_what_a_slice_touches(void **state)
{
    static const struct {
        const char *items;
        uint64_t first, last; /* elements */
    } cases[] = {{"[7]", 7, 7},          {"[10:20]", 10, 19},  {"[10:20:4]", 10, 18},
                 {"[20:10:-3]", 11, 20}, {"[::-1]", 0, 99999}, {"[...]", 0, 99999}};
    struct skep_npy_file file;
    struct skep_view whole;

    (void)state;
    open_file("big.npy", &file);
    skep_npy_header_view(&file.header, NULL, &whole);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct skep_slice slice;
        struct skep_view view;
        size_t path_n;
        int64_t at;
        uint64_t from, to;
        assert_int_equal(skep_ref_parse(cases[i].items, strlen(cases[i].items), &path_n, &slice, NULL),
                         SKEP_OK);
        assert_int_equal(skep_slice_locate(&slice, &whole, &view, &at, NULL), SKEP_OK);
        skep_npy_file_span(&file, &view, at, &from, &to);
        assert_int_equal(from, file.header.data_offset + 4 * cases[i].first);
        assert_int_equal(to, file.header.data_offset + 4 * cases[i].last + 4);
    }
    skep_npy_file_close(&file);
}

/* An array without elements still has a byte to map: its file may end with the header. */
static void test_file__span_of_nothing_is_a_byte_of_the_header(void **state)
{
    struct skep_npy_file file;
    struct skep_view whole;
    struct skep_npy_window window;
    uint64_t from, to;

    (void)state;
    open_file("@golden/empty.npy", &file);
    skep_npy_header_view(&file.header, NULL, &whole);
    skep_npy_file_span(&file, &whole, 0, &from, &to);
    assert_int_equal(from, 127);
    assert_int_equal(to, 128);
    assert_int_equal(skep_npy_window_open(&file, from, to, 0, &window, NULL), SKEP_OK);
    skep_npy_window_close(&window);
    skep_npy_file_close(&file);
}

/* Only what is in the machine's order and aligned is used in place. */
static void test_file__knows_what_must_be_copied(void **state)
{
    static const struct {
        const char *path;
        bool is_plain_on_little;
        bool is_plain_on_big;
    } cases[] = {{"@golden/f8-little.npy", true, false},
                 {"@golden/f8-big.npy", false, true},
                 {"@golden/fortran.npy", true, false},
                 {"@golden/b1.npy", true, true},
                 {"@golden/unaligned.npy", false, false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct skep_npy_file file;
        open_file(cases[i].path, &file);
        assert_int_equal(skep_npy_file_is_plain(&file), __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
                                                            ? cases[i].is_plain_on_little
                                                            : cases[i].is_plain_on_big);
        skep_npy_file_close(&file);
    }
}

/* The same file is recognised; one that grew, was touched, or has another inode is not. */
static void test_file__recognises_itself(void **state)
{
    static const struct timespec times[2] = {{1000000000, 5}, {1000000000, 5}};
    static const struct timespec later[2] = {{1000000000, 6}, {1000000000, 6}};
    char *path = test_path(folder, "big.npy");
    char *other = test_path(folder, "other.npy");
    struct skep_npy_file file;
    struct stat info;

    (void)state;
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    open_file("big.npy", &file);
    assert_true(skep_npy_file_is(&file, &file.info));
    assert_int_equal(stat(path, &info), 0);
    assert_true(skep_npy_file_is(&file, &info));
    assert_int_equal(utimensat(AT_FDCWD, path, later, 0), 0);
    assert_int_equal(stat(path, &info), 0);
    assert_false(skep_npy_file_is(&file, &info));
    assert_int_equal(truncate(path, file.info.st_size - 1), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_int_equal(stat(path, &info), 0);
    assert_false(skep_npy_file_is(&file, &info));
    assert_int_equal(truncate(path, file.info.st_size), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    assert_int_equal(stat(path, &info), 0);
    assert_true(skep_npy_file_is(&file, &info));
    test_write_file(folder, "other.npy", "", 0);
    assert_int_equal(truncate(other, file.info.st_size), 0);
    assert_int_equal(utimensat(AT_FDCWD, other, times, 0), 0);
    assert_int_equal(stat(other, &info), 0);
    assert_false(skep_npy_file_is(&file, &info));
    skep_npy_file_close(&file);
    free(path);
    free(other);
}

/* A file is settled when no write can be under way, or still come, that its stamp does not show. */
static void test_file__knows_when_a_file_is_settled(void **state)
{
    enum { S = 1000000000, BASE = 1700000000 }; /* a second, and when all this is */
    static const struct {
        int64_t stamp_ns, size, now_ns;
        bool is_settled;
    } cases[] = {
        /* the stamp of the present tick, and of the last one */
        {5000000, 100, 5000000, false},
        {5000000, 100, 9000000, true},
        /* a write of a large file may take its time, up to a second */
        {5000000, 100000000, 9000000, false},
        {5000000, 100000000, 105000001, true},
        {5000000, INT64_C(1) << 40, 5000000 + INT64_C(1) * S, false},
        {5000000, INT64_C(1) << 40, 5000001 + INT64_C(1) * S, true},
        /* whole seconds: perhaps the file system has no finer ones */
        {0, 100, INT64_C(1) * S, false},
        {0, 100, INT64_C(2) * S + 101, true},
        /* the future: near, another machine's clock; far, set by hand */
        {INT64_C(1) * S + 1, 100, 0, false},
        {INT64_C(3) * S, 100, 0, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stat info = {.st_size = cases[i].size,
                            .st_mtim = {BASE + cases[i].stamp_ns / S, cases[i].stamp_ns % S}};
        if (skep_npy_info_is_settled(&info, (int64_t)BASE * S + cases[i].now_ns) != cases[i].is_settled) {
            fail_msg("case %zu", i);
        }
    }
}

/* Whether this process has PATH open. */
static bool is_open(void *path)
{
    struct stat wanted, info;

    for (int fd = 0; fd < 64; fd++) {
        if (stat(path, &wanted) == 0 && fstat(fd, &info) == 0 && info.st_ino == wanted.st_ino &&
            info.st_dev == wanted.st_dev) {
            return true;
        }
    }
    return false;
}

static void *write_when_open(void *path)
{
    char bytes[SKEP_NPY_HEADER_MAX + 24] = {0};
    size_t n = skep_npy_header_write(SKEP_F8, 1, (const int64_t[]){3}, bytes, sizeof bytes);
    int fd;

    if (test_until(is_open, path, 10000)) {
        fd = open(path, O_WRONLY | O_CLOEXEC);
        (void)!write(fd, bytes, n + 24);
        close(fd);
    }
    return NULL;
}

/* A file that is empty because somebody is about to write it is not refused at once. */
static void test_file__waits_for_a_file_in_the_making(void **state)
{
    bool is_understood = false;

    (void)state;
    for (int i = 0; i < 20 && !is_understood; i++) { /* the writer may be too late on a slow machine */
        struct skep_npy_file file;
        pthread_t thread;
        char name[16], *path;
        snprintf(name, sizeof name, "%d.npy", i);
        path = test_path(folder, name);
        test_write_file(folder, name, "", 0);
        assert_int_equal(pthread_create(&thread, NULL, write_when_open, path), 0);
        is_understood = skep_npy_file_open(roots, name, strlen(name), &file, NULL) == SKEP_OK;
        assert_int_equal(pthread_join(thread, NULL), 0);
        skep_npy_file_close(&file);
        free(path);
    }
    assert_true(is_understood);
}

/* How a child ends that touches ADDRESS: 0, or the signal. */
static int signal_of_touching(const volatile char *address, bool writes)
{
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGSEGV, SIG_DFL);
        if (writes) {
            *(volatile char *)(uintptr_t)address = 1;
        }
        (void)*address;
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* An input cannot be written to, whether it is mapped or read, and there is a wide guard before and behind
 * it.
 */
static void check_guards(const struct skep_npy_window *window)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    const char *first = (const char *)((uintptr_t)window->base & ~(page - 1));
    const char *end = (const char *)(((uintptr_t)window->base + window->bytes + page - 1) & ~(page - 1));

    assert_memory_equal(window->base, "\x93NUMPY", 6);
    assert_int_equal(signal_of_touching(window->base, false), 0);
    assert_int_equal(signal_of_touching(window->base + window->bytes - 1, false), 0);
    assert_int_equal(signal_of_touching(window->base, true), SIGSEGV);
    assert_int_equal(signal_of_touching(first - SKEP_GUARD_BYTES, false), SIGSEGV);
    assert_int_equal(signal_of_touching(end, false), SIGSEGV);
    assert_int_equal(signal_of_touching(end + SKEP_GUARD_BYTES - 1, false), SIGSEGV);
}

static void test_file__windows_stand_between_guards(void **state)
{
    struct skep_npy_shelf shelf;
    struct skep_npy_file file;
    struct skep_npy_window window;

    (void)state;
    open_file("big.npy", &file);
    assert_int_equal(skep_npy_window_open(&file, 0, (uint64_t)file.info.st_size, 0, &window, NULL), SKEP_OK);
    check_guards(&window);
    skep_npy_window_close(&window);
    skep_npy_file_close(&file);
    assert_int_equal(skep_npy_shelf_init(&shelf, 3, NULL), SKEP_OK);
    open_file("@golden/f8-little.npy", &file);
    assert_int_equal(skep_npy_window_read(&file, &shelf, &window, NULL), SKEP_OK);
    check_guards(&window);
    skep_npy_window_close(&window);
    skep_npy_file_close(&file);
    skep_npy_shelf_release(&shelf);
}

/* Of a small file the guard begins right behind the array, which is aligned whatever follows it in the file.
 */
static void test_file__a_small_array_ends_at_its_guard(void **state)
{
    char bytes[SKEP_NPY_HEADER_MAX + 100];
    size_t n = skep_npy_header_write(SKEP_F8, 1, (const int64_t[]){3}, bytes, sizeof bytes);
    struct skep_npy_shelf shelf;

    (void)state;
    assert_int_equal(skep_npy_shelf_init(&shelf, 2, NULL), SKEP_OK);
    for (size_t extra = 0; extra < 20; extra++) {
        struct skep_npy_file file;
        struct skep_npy_window window;
        memset(bytes + n, (int)extra, 100);
        test_write_file(folder, "small.npy", bytes, n + 3 * 8 + extra);
        open_file("small.npy", &file);
        assert_int_equal(skep_npy_window_read(&file, &shelf, &window, NULL), SKEP_OK);
        assert_int_equal(window.bytes, n + 3 * 8);
        assert_memory_equal(window.base, bytes, n + 3 * 8);
        assert_int_equal((uintptr_t)(window.base + n) % 8, 0);
        assert_int_equal(signal_of_touching(window.base + window.bytes, false), SIGSEGV);
        skep_npy_window_close(&window);
        skep_npy_file_close(&file);
    }
    skep_npy_shelf_release(&shelf);
}

/* ---- refuses ---- */

/* A file that is no .npy, or is cut, is refused with its path, and nothing stays open. */
static void test_file__refuses_what_is_no_array(void **state)
{
    static const struct {
        const char *path;
        skep_status status;
        const char *words;
    } cases[] = {
        {"text.npy", SKEP_E_ARRAY_INVALID, "text.npy: not a .npy file"},
        {"short.npy", SKEP_E_ARRAY_INVALID, "short.npy: truncated: shape (100000,) of u4 needs 400000"},
        {"@golden/refused-object.npy", SKEP_E_ARRAY_INVALID, "refused-object.npy: dtype '|O'"},
        {"none.npy", SKEP_E_ARRAY_MISSING, "none.npy: no such file below"},
        {"../none.npy", SKEP_E_ARRAY_INVALID, "leaves its root"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct skep_npy_file file;
        struct skep_error err = {0};
        assert_int_equal(skep_npy_file_open(roots, cases[i].path, strlen(cases[i].path), &file, &err),
                         cases[i].status);
        assert_non_null(strstr(err.text, cases[i].words));
        assert_int_equal(file.fd, -1);
    }
}

/* ---- breaks ---- */

/* A small file that shrinks while it is read is a changed one. */
static void test_file__says_when_a_small_one_shrinks(void **state)
{
    struct skep_npy_file file;
    struct skep_npy_shelf shelf;
    struct skep_npy_window window = {0};
    struct skep_error err = {0};
    char *path = test_path(folder, "small.npy");
    char bytes[SKEP_NPY_HEADER_MAX + 24] = {0};
    size_t n = skep_npy_header_write(SKEP_F8, 1, (const int64_t[]){3}, bytes, sizeof bytes);

    (void)state;
    test_write_file(folder, "small.npy", bytes, n + 24);
    open_file("small.npy", &file);
    assert_int_equal(truncate(path, (off_t)n + 16), 0);
    assert_int_equal(skep_npy_shelf_init(&shelf, 1, NULL), SKEP_OK);
    assert_int_equal(skep_npy_window_read(&file, &shelf, &window, &err), SKEP_E_INPUT_CHANGED);
    assert_string_equal(err.text, "was truncated while it was read: byte 144 is gone");
    assert_null(window.base);
    assert_int_equal(shelf.n_free, 1);
    skep_npy_shelf_release(&shelf);
    skep_npy_file_close(&file);
    free(path);
}

/* What cannot be mapped is an error, not a window. */
static void test_file__says_when_it_cannot_be_mapped(void **state)
{
    struct skep_npy_file file;
    struct skep_npy_window window = {0};
    struct skep_error err = {0};
    int fd;

    (void)state;
    open_file("big.npy", &file);
    fd = file.fd;
    file.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    assert_int_equal(skep_npy_window_open(&file, 0, 1, 0, &window, &err), SKEP_E_IO);
    assert_non_null(strstr(err.text, "cannot map"));
    assert_null(window.base);
    close(file.fd);
    file.fd = fd;
    skep_error_clear(&err);
    file.info.st_size = INT64_MAX; /* more than there are addresses */
    assert_int_equal(skep_npy_window_open(&file, 0, INT64_MAX, 0, &window, &err), SKEP_E_NOMEM);
    skep_npy_file_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_file__window_covers_what_is_asked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__window_grows_to_chunks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__span_is_what_a_slice_touches, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__span_of_nothing_is_a_byte_of_the_header, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_file__knows_what_must_be_copied, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__recognises_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__knows_when_a_file_is_settled, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__waits_for_a_file_in_the_making, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__windows_stand_between_guards, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__a_small_array_ends_at_its_guard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__refuses_what_is_no_array, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__says_when_a_small_one_shrinks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file__says_when_it_cannot_be_mapped, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
