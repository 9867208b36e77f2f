/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "npy/header.h"
#include "npy/write.h"

/* A folder with out/ (the root) and, beside it, secret. */
static char *top;
static char *out;
static struct skep_roots *roots;

static int set_up(void **state)
{
    char *link;

    (void)state;
    top = test_make_folder();
    out = test_path(top, "out");
    assert_int_equal(mkdir(out, 0777), 0);
    test_write_file(top, "secret", "s", 1);
    link = test_path(out, "leave");
    assert_int_equal(symlink("..", link), 0);
    free(link);
    link = test_path(out, "secret.npy");
    assert_int_equal(symlink("../secret", link), 0);
    free(link);
    assert_int_equal(skep_roots_new(&roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, out, NULL), SKEP_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_roots_free(roots);
    free(out);
    test_remove_folder(top);
    return 0;
}

static skep_status put(const char *path, const struct skep_view *view, struct skep_error *err)
{
    return skep_npy_write(roots, path, strlen(path), view, false, err);
}

static void view_of(struct skep_view *view, const double *data, int64_t n)
{
    skep_view_init(view, data, SKEP_F8, 1, &n);
}

/* Entries of a folder, without . and .. */
static int count_entries(const char *folder)
{
    DIR *d = opendir(folder);
    int n = 0;

    assert_non_null(d);
    while (readdir(d) != NULL) {
        n++;
    }
    closedir(d);
    return n - 2;
}

/* ---- works ---- */

/* What is written is what NumPy would write, byte for byte behind the header. */
static void test_write__writes_what_numpy_reads(void **state)
{
    static const double data[12] = {-4, -1, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29};
    struct skep_view view;
    size_t n, n_golden;
    char *written, *golden;

    (void)state;
    skep_view_init(&view, data, SKEP_F8, 2, (const int64_t[]){3, 4});
    assert_int_equal(put("x.npy", &view, NULL), SKEP_OK);
    written = test_read_file(out, "x.npy", &n);
    golden =
        test_read_file(SKEP_TESTS_DIR "/golden/npy",
                       __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? "f8-little.npy" : "f8-big.npy", &n_golden);
    assert_int_equal(n, n_golden);
    assert_memory_equal(written, golden, n);
    assert_int_equal(count_entries(out), 3);
    free(written);
    free(golden);
}

/* Every shape can be written: no dimensions, no elements. */
static void test_write__writes_zero_d_and_empty(void **state)
{
    static const float data[1] = {2.5f};
    struct skep_view view;
    struct skep_npy_header header;
    char *bytes;
    size_t n;

    (void)state;
    skep_view_init(&view, data, SKEP_F4, 0, NULL);
    assert_int_equal(put("zero.npy", &view, NULL), SKEP_OK);
    bytes = test_read_file(out, "zero.npy", &n);
    assert_int_equal(skep_npy_header_parse(bytes, n, n, &header, NULL), SKEP_OK);
    assert_int_equal(header.ndim, 0);
    assert_memory_equal(bytes + header.data_offset, data, 4);
    free(bytes);
    skep_view_init(&view, data, SKEP_F4, 2, (const int64_t[]){5, 0});
    assert_int_equal(put("empty.npy", &view, NULL), SKEP_OK);
    bytes = test_read_file(out, "empty.npy", &n);
    assert_int_equal(skep_npy_header_parse(bytes, n, n, &header, NULL), SKEP_OK);
    assert_int_equal(header.shape[0], 5);
    assert_int_equal(n, header.data_offset);
    free(bytes);
}

/* Folders are made on the way, with sync and without. */
static void test_write__makes_folders(void **state)
{
    static const double data[2] = {1, 2};
    struct skep_view view;
    char *folder = test_path(out, "a/b");

    (void)state;
    view_of(&view, data, 2);
    assert_int_equal(skep_npy_write(roots, "a/b/x.npy", 9, &view, true, NULL), SKEP_OK);
    assert_int_equal(skep_npy_write(roots, "a/b/y.npy", 9, &view, false, NULL), SKEP_OK);
    assert_int_equal(count_entries(folder), 2);
    free(folder);
}

/* A file that is there is replaced at once: whoever has it open keeps the old one. */
static void test_write__replaces(void **state)
{
    static const double data[2] = {1, 2};
    struct skep_view view;
    char *path = test_path(out, "x.npy");
    struct stat info;
    int fd;

    (void)state;
    view_of(&view, data, 2);
    assert_int_equal(put("x.npy", &view, NULL), SKEP_OK);
    fd = open(path, O_RDONLY);
    view_of(&view, data, 1);
    assert_int_equal(put("x.npy", &view, NULL), SKEP_OK);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_size, 128 + 16);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_size, 128 + 8);
    close(fd);
    free(path);
}

/* A link in the place of the output is replaced, and what it points to is not touched. */
static void test_write__replaces_a_link_itself(void **state)
{
    static const double data[2] = {1, 2};
    struct skep_view view;
    char *path = test_path(out, "secret.npy");
    char *secret;
    struct stat info;

    (void)state;
    view_of(&view, data, 2);
    assert_int_equal(put("secret.npy", &view, NULL), SKEP_OK);
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISREG(info.st_mode));
    secret = test_read_file(top, "secret", NULL);
    assert_string_equal(secret, "s");
    free(secret);
    free(path);
}

/* A path of the user's own may lie anywhere and be called anything. */
static void test_write__writes_to_the_users_own_path(void **state)
{
    static const double data[2] = {1, 2};
    struct skep_view view;
    char *path = test_path(top, "result");
    char *bytes;
    size_t n;

    (void)state;
    view_of(&view, data, 2);
    assert_int_equal(skep_npy_write_path(path, &view, NULL), SKEP_OK);
    bytes = test_read_file(top, "result", &n);
    assert_int_equal(n, 128 + 16);
    free(bytes);
    free(path);
    assert_int_equal(chdir(top), 0);
    assert_int_equal(skep_npy_write_path("here.npy", &view, NULL), SKEP_OK);
    assert_int_equal(chdir("/"), 0);
    free(test_read_file(top, "here.npy", &n));
}

/* ---- refuses ---- */

/* What leaves the root, or is not called .npy, is the task's mistake. */
static void test_write__refuses_paths_that_leave(void **state)
{
    static const char *const paths[] = {"../x.npy",
                                        "/x.npy",
                                        "leave/x.npy",
                                        "leave/a/x.npy",
                                        "a/../../x.npy",
                                        "@none/x.npy",
                                        "@x.npy",
                                        "",
                                        "x",
                                        "x.npz",
                                        "sub/..",
                                        "..",
                                        "npy",
                                        "leave/out/x.npy"};
    static const double data[2] = {1, 2};
    struct skep_view view;

    (void)state;
    view_of(&view, data, 2);
    for (int way = 0; way < 2; way++) {
        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
            struct skep_error err = {0};
            if (put(paths[i], &view, &err) != SKEP_E_BAD_ARGS) {
                fail_msg("'%s': %s", paths[i], err.text);
            }
        }
        assert_int_equal(count_entries(top), 2);
        skep_roots_use_walk(roots);
    }
}

/* A NUL byte does not hide a path's end. */
static void test_write__refuses_a_nul_byte(void **state)
{
    static const double data[2] = {1, 2};
    struct skep_view view;

    (void)state;
    view_of(&view, data, 2);
    assert_int_equal(skep_npy_write(roots, "x\0.npy", 6, &view, false, NULL), SKEP_E_BAD_ARGS);
    assert_int_equal(count_entries(out), 2);
}

/* A folder or a FIFO in the way is left where it is. */
static void test_write__leaves_what_is_no_file(void **state)
{
    static const double data[2] = {1, 2};
    struct skep_view view;
    struct skep_error err = {0};
    char *folder = test_path(out, "folder.npy");
    char *fifo = test_path(out, "fifo.npy");
    struct stat info;

    (void)state;
    view_of(&view, data, 2);
    assert_int_equal(mkdir(folder, 0777), 0);
    assert_int_equal(mkfifo(fifo, 0666), 0);
    assert_int_equal(put("folder.npy", &view, &err), SKEP_E_OUTPUT);
    assert_string_equal(err.text, "folder.npy: what is there is not a plain file");
    assert_int_equal(put("fifo.npy", &view, NULL), SKEP_E_OUTPUT);
    assert_int_equal(skep_npy_write_path(fifo, &view, NULL), SKEP_E_OUTPUT);
    assert_int_equal(lstat(fifo, &info), 0);
    assert_true(S_ISFIFO(info.st_mode));
    assert_int_equal(count_entries(out), 4);
    free(folder);
    free(fifo);
}

/* The user's own folder is not made for him. */
static void test_write__refuses_a_missing_folder_of_the_users(void **state)
{
    static const double data[2] = {1, 2};
    struct skep_view view;
    struct skep_error err = {0};

    (void)state;
    view_of(&view, data, 2);
    assert_int_equal(skep_npy_write_path("/none/of/this/x.npy", &view, &err), SKEP_E_OUTPUT);
    assert_string_equal(err.text, "/none/of/this/x.npy: its folder: No such file or directory");
    assert_int_equal(skep_npy_write_path("", &view, NULL), SKEP_E_OUTPUT);
    assert_int_equal(skep_npy_write_path("/tmp/", &view, NULL), SKEP_E_OUTPUT);
    assert_int_equal(skep_npy_write_path("/tmp", &view, NULL), SKEP_E_OUTPUT);
}

/* ---- breaks ---- */

/* A file that can grow no further, at whatever byte, leaves the old one in place and no other behind. */
static void test_write__leaves_nothing_when_it_cannot_grow(void **state)
{
    static double data[1000];
    static const rlim_t limits[] = {0, 1, 127, 128, 129, 4096, 8127};
    struct rlimit old;
    struct skep_view view;
    char *kept;
    size_t n;

    (void)state;
    view_of(&view, data, 1);
    assert_int_equal(put("x.npy", &view, NULL), SKEP_OK);
    view_of(&view, data, 1000);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        struct rlimit limit = {limits[i], old.rlim_max};
        struct skep_error err = {0};
        skep_status st;
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
        st = put("x.npy", &view, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
        assert_int_equal(st, SKEP_E_OUTPUT);
        assert_string_equal(err.text, "x.npy: cannot write: File too large");
        assert_int_equal(count_entries(out), 3);
    }
    signal(SIGXFSZ, SIG_DFL);
    kept = test_read_file(out, "x.npy", &n);
    assert_int_equal(n, 128 + 8);
    free(kept);
}

/* So does a folder that was removed under it. */
static void test_write__says_when_its_folder_is_gone(void **state)
{
    static const double data[2] = {1, 2};
    struct skep_roots *gone;
    struct skep_view view;
    struct skep_error err = {0};
    char *folder = test_path(top, "gone");

    (void)state;
    view_of(&view, data, 2);
    assert_int_equal(mkdir(folder, 0777), 0);
    assert_int_equal(skep_roots_new(&gone, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(gone, folder, NULL), SKEP_OK);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(skep_npy_write(gone, "x.npy", 5, &view, false, &err), SKEP_E_OUTPUT);
    assert_string_equal(err.text, "x.npy: cannot make a file: No such file or directory");
    assert_int_equal(skep_npy_write(gone, "a/x.npy", 7, &view, false, NULL), SKEP_E_OUTPUT);
    skep_roots_free(gone);
    free(folder);
}

int main(void)
{
#define WRITE_TEST(fact) cmocka_unit_test_setup_teardown(test_write__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WRITE_TEST(writes_what_numpy_reads),
        WRITE_TEST(writes_zero_d_and_empty),
        WRITE_TEST(makes_folders),
        WRITE_TEST(replaces),
        WRITE_TEST(replaces_a_link_itself),
        WRITE_TEST(writes_to_the_users_own_path),
        WRITE_TEST(refuses_paths_that_leave),
        WRITE_TEST(refuses_a_nul_byte),
        WRITE_TEST(leaves_what_is_no_file),
        WRITE_TEST(refuses_a_missing_folder_of_the_users),
        WRITE_TEST(leaves_nothing_when_it_cannot_grow),
        WRITE_TEST(says_when_its_folder_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
