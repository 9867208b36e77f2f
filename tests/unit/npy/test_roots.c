/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "npy/roots.h"

/* A folder with data/ (the default root), more/ (@more) and, beside them, a file that is nobody's business.
 */
static char *top;
static struct skep_roots *roots;

static void in_top(void (*act)(const char *path, const void *how), const char *name, const void *how)
{
    char *path = test_path(top, name);

    act(path, how);
    free(path);
}

static void do_mkdir(const char *path, const void *how)
{
    (void)how;
    assert_int_equal(mkdir(path, 0777), 0);
}

static void do_symlink(const char *path, const void *target)
{
    assert_int_equal(symlink(target, path), 0);
}

static void do_mkfifo(const char *path, const void *how)
{
    (void)how;
    assert_int_equal(mkfifo(path, 0666), 0);
}

static void do_socket(const char *path, const void *how)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)how;
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd);
}

static void do_add(const char *path, const void *name)
{
    char spec[512];

    snprintf(spec, sizeof spec, "%s%s", (const char *)name, path);
    assert_int_equal(skep_roots_add(roots, spec, NULL), SKEP_OK);
}

static int set_up(void **state)
{
    (void)state;
    top = test_make_folder();
    in_top(do_mkdir, "data", NULL);
    in_top(do_mkdir, "data/sub", NULL);
    in_top(do_mkdir, "more", NULL);
    test_write_file(top, "secret", "s", 1);
    test_write_file(top, "data/a", "a", 1);
    test_write_file(top, "data/@odd", "o", 1);
    test_write_file(top, "more/m", "m", 1);
    in_top(do_symlink, "data/out", "../secret");
    in_top(do_symlink, "data/leave", "..");
    in_top(do_symlink, "data/loop", "loop");
    in_top(do_symlink, "data/etc", "/etc");
    in_top(do_mkfifo, "data/fifo", NULL);
    in_top(do_socket, "data/socket", NULL);
    assert_int_equal(skep_roots_new(&roots, NULL), SKEP_OK);
    in_top(do_add, "data", "");
    in_top(do_add, "more", "more=");
    assert_int_equal(skep_roots_add(roots, "dev=/dev", NULL), SKEP_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_roots_free(roots);
    test_remove_folder(top);
    return 0;
}

static bool exists(const char *name)
{
    char *path = test_path(top, name);
    bool is_there = access(path, F_OK) == 0;

    free(path);
    return is_there;
}

/* The first byte of the file that PATH opens; '\0' when it does not open. */
static char read_first(const char *path)
{
    char content = '\0';
    int fd;

    if (skep_roots_open(roots, path, strlen(path), &fd, NULL) != SKEP_OK) {
        assert_int_equal(fd, -1);
        return '\0';
    }
    assert_int_equal(read(fd, &content, 1), 1);
    close(fd);
    return content;
}

/* PATH, of N bytes, is refused with STATUS and words that hold WORDS, however paths are resolved. */
static void assert_refused(const char *path, size_t n, skep_status status, const char *words)
{
    struct skep_error err = {0};
    int fd = 7;

    if (skep_roots_open(roots, path, n, &fd, &err) != status || strstr(err.text, words) == NULL) {
        fail_msg("'%s': %s, '%s'", path, skep_status_word(err.status), err.text);
    }
    assert_int_equal(fd, -1);
}

/* ---- works ---- */

/* A path is under the default root, or under the one it names. */
static void test_roots__finds_files_below_each_root(void **state)
{
    (void)state;
    assert_int_equal(read_first("a"), 'a');
    assert_int_equal(read_first("./sub/../a"), 'a');
    assert_int_equal(read_first("@more/m"), 'm');
    assert_int_equal(read_first("m"), '\0');
    assert_int_equal(read_first("@more/a"), '\0');
    assert_int_equal(read_first("./@odd"), 'o');
}

/* A root that is added again takes the place of the first. */
static void test_roots__later_one_replaces(void **state)
{
    (void)state;
    in_top(do_add, "data", "more=");
    in_top(do_add, "more", "");
    assert_int_equal(read_first("@more/a"), 'a');
    assert_int_equal(read_first("m"), 'm');
}

/* A folder whose name has a '=' is no named root when a '/' stands before it. */
static void test_roots__folder_may_have_an_equals_sign(void **state)
{
    (void)state;
    in_top(do_mkdir, "x=y", NULL);
    test_write_file(top, "x=y/e", "e", 1);
    in_top(do_add, "x=y", "");
    assert_int_equal(read_first("e"), 'e');
    in_top(do_add, "x=y", "eq=");
    assert_int_equal(read_first("@eq/e"), 'e');
}

/* Folders below the root are opened, and made when they are missing. */
static void test_roots__makes_missing_folders(void **state)
{
    static const char *const paths[] = {
        "x.npy", "sub/x.npy", "new/x.npy", "new/a/b//c/x.npy", "@more/n/x.npy", "sub/../second/x.npy"};
    static const char *const folders[] = {"data",           "data/sub", "data/new",
                                          "data/new/a/b/c", "more/n",   "data/second"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char name[SKEP_ROOTS_NAME_BYTES];
        struct skep_error err = {0};
        struct stat made, there;
        char *folder = test_path(top, folders[i]);
        int fd;
        if (skep_roots_open_folder(roots, paths[i], strlen(paths[i]), &fd, name, &err) != SKEP_OK) {
            fail_msg("%s", err.text);
        }
        assert_string_equal(name, "x.npy");
        assert_int_equal(fstat(fd, &made), 0);
        assert_int_equal(stat(folder, &there), 0);
        assert_int_equal(made.st_ino, there.st_ino);
        close(fd);
        free(folder);
    }
}

/* skep_roots_stat sees what lies at a path now. */
static void test_roots__stat_looks_at_the_path(void **state)
{
    struct stat info;

    (void)state;
    assert_true(skep_roots_stat(roots, "a", 1, &info));
    assert_int_equal(info.st_size, 1);
    assert_true(skep_roots_stat(roots, "@more/m", 7, &info));
    assert_false(skep_roots_stat(roots, "none", 4, &info));
    assert_false(skep_roots_stat(roots, "@none/a", 7, &info));
}

/* ---- refuses ---- */

static void check_refusals(void)
{
    static const struct {
        const char *path;
        skep_status status;
        const char *words;
    } cases[] = {
        {"../secret", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"sub/../../secret", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"@more/..", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"@more/../secret", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"@more/../more/m", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"@more//etc/passwd", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"/etc/passwd", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"out", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"leave/secret", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"etc/passwd", SKEP_E_ARRAY_INVALID, "leaves its root"},
        {"loop", SKEP_E_ARRAY_INVALID, "symbolic links"},
        {"sub", SKEP_E_ARRAY_INVALID, "is a directory"},
        {"@more", SKEP_E_ARRAY_INVALID, "is a directory"},
        {".", SKEP_E_ARRAY_INVALID, "is a directory"},
        {"fifo", SKEP_E_ARRAY_INVALID, "not a plain file"},
        {"socket", SKEP_E_ARRAY_INVALID, "not a plain file"},
        {"@dev/null", SKEP_E_ARRAY_INVALID, "not a plain file"},
        {"none", SKEP_E_ARRAY_MISSING, "none: no such file below /"},
        {"none/a", SKEP_E_ARRAY_MISSING, "no such file"},
        {"a/b", SKEP_E_ARRAY_MISSING, "no such file"},
        {"@none/a", SKEP_E_ARRAY_MISSING, "no data root of this name"},
        {"@/a", SKEP_E_ARRAY_MISSING, "no data root of this name"},
        {"@", SKEP_E_ARRAY_MISSING, "no data root of this name"},
        {"", SKEP_E_ARRAY_INVALID, "0 bytes"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused(cases[i].path, strlen(cases[i].path), cases[i].status, cases[i].words);
    }
}

/* What leaves its root, is no plain file or is not there is refused, and a FIFO does not block. */
static void test_roots__refuses_what_is_no_file_below(void **state)
{
    (void)state;
    alarm(20); /* an open that blocks on the FIFO would otherwise block the test */
    check_refusals();
    skep_roots_use_walk(roots);
    check_refusals();
    alarm(0);
}

/* A NUL byte does not cut the path short, and no path is too long to be refused. */
static void test_roots__refuses_odd_bytes_and_lengths(void **state)
{
    static char path[10000];

    (void)state;
    assert_refused("a\0b", 3, SKEP_E_ARRAY_INVALID, "NUL");
    memset(path, 'x', sizeof path);
    assert_refused(path, sizeof path, SKEP_E_ARRAY_INVALID, "too long");
    path[300] = '\0';
    assert_refused(path, 300, SKEP_E_ARRAY_MISSING, "no such file");
}

/* Without any root nothing can be read, and the message says why. */
static void test_roots__refuses_without_a_root(void **state)
{
    struct skep_roots *none;
    struct skep_error err = {0};
    int fd;

    (void)state;
    assert_int_equal(skep_roots_new(&none, NULL), SKEP_OK);
    assert_int_equal(skep_roots_open(none, "a", 1, &fd, &err), SKEP_E_ARRAY_MISSING);
    assert_string_equal(err.text, "a: there is no data root");
    skep_roots_free(none);
}

/* Bad names, and folders that are not there or are files, are no roots. */
static void test_roots__refuses_bad_specs(void **state)
{
    static const char *const specs[] = {
        "=/tmp",
        "a b=/tmp",
        "a.b=/tmp",
        "\xc3\xa4=/tmp",
        "a=/none/of/this",
        "/none/of/this",
        "a=",
        "",
        "a=/etc/passwd",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=/tmp"};

    (void)state;
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        struct skep_error err = {0};
        assert_int_equal(skep_roots_add(roots, specs[i], &err), SKEP_E_USAGE);
        assert_non_null(strstr(err.text, "data root '"));
    }
    assert_int_equal(read_first("a"), 'a');
}

/* No folder is made outside, and a path that names no file is refused. */
static void test_roots__makes_nothing_outside(void **state)
{
    static const char *const paths[] = {
        "../x/a.npy",   "/x/a.npy", "leave/x/a.npy", "etc/x/a.npy", "sub/../../x/a.npy",
        "@more/../x/a", "",         "sub/",          "sub/..",      ".",
        "@more",        "@none/a",  "new/../../x/a"};

    (void)state;
    for (int way = 0; way < 2; way++) {
        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
            char name[SKEP_ROOTS_NAME_BYTES];
            struct skep_error err = {0};
            int fd;
            if (skep_roots_open_folder(roots, paths[i], strlen(paths[i]), &fd, name, &err) !=
                SKEP_E_BAD_ARGS) {
                fail_msg("'%s': %s", paths[i], err.text);
            }
            assert_int_equal(fd, -1);
        }
        assert_false(exists("x"));
        skep_roots_use_walk(roots);
    }
}

/* A file where a folder should be is an error of the output, not of the task's arguments. */
static void test_roots__says_when_a_folder_cannot_be(void **state)
{
    char name[SKEP_ROOTS_NAME_BYTES];
    struct skep_error err = {0};
    int fd;

    (void)state;
    assert_int_equal(skep_roots_open_folder(roots, "a/x.npy", 7, &fd, name, &err), SKEP_E_OUTPUT);
    assert_non_null(strstr(err.text, "Not a directory"));
}

/* ---- breaks ---- */

static skep_status make_and_add(void *context)
{
    struct skep_roots *made = NULL;
    skep_status st = skep_roots_new(&made, NULL);

    (void)context;
    if (st == SKEP_OK) {
        st = skep_roots_add(made, "/tmp", NULL);
    }
    if (st == SKEP_OK) {
        st = skep_roots_add(made, "other=/tmp", NULL);
    }
    if (st == SKEP_OK) {
        st = skep_roots_add(made, "/", NULL);
    }
    skep_roots_free(made);
    return st;
}

/* Without memory no root is half there and no descriptor stays open. */
static void test_roots__survives_a_failing_heap(void **state)
{
    int before = dup(0);
    int after;

    (void)state;
    close(before);
    test_heap_torture(make_and_add, NULL);
    after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_roots__finds_files_below_each_root, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roots__later_one_replaces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roots__folder_may_have_an_equals_sign, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roots__makes_missing_folders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roots__stat_looks_at_the_path, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roots__refuses_what_is_no_file_below, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roots__refuses_odd_bytes_and_lengths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roots__refuses_without_a_root, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roots__refuses_bad_specs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roots__makes_nothing_outside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_roots__says_when_a_folder_cannot_be, set_up, tear_down),
        cmocka_unit_test(test_roots__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
