/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "npy/header.h"
#include "npy/write.h"

/* The disk, as far as a test wants it to misbehave. The functions below stand before the C library's. */
static struct {
    size_t most; /* bytes that one write takes; 0: all */
    size_t room; /* bytes until the disk is full, when is_finite */
    bool is_finite;
    int n_interrupts; /* so many writes are interrupted first */
    int sync_code;    /* errno of fsync, if not 0 */
    int rename_code;
    int n_syncs;
} disk;

ssize_t write(int fd, const void *bytes, size_t n)
{
    if (disk.n_interrupts > 0) {
        disk.n_interrupts--;
        errno = EINTR;
        return -1;
    }
    if (disk.is_finite && n > 0 && disk.room == 0) {
        errno = ENOSPC;
        return -1;
    }
    n = disk.most > 0 && n > disk.most ? disk.most : n;
    n = disk.is_finite && n > disk.room ? disk.room : n;
    disk.room -= disk.is_finite ? n : 0;
    return syscall(SYS_write, fd, bytes, n);
}

int fsync(int fd)
{
    disk.n_syncs++;
    errno = disk.sync_code;
    return disk.sync_code != 0 ? -1 : (int)syscall(SYS_fsync, fd);
}

int renameat(int old_folder, const char *old, int new_folder, const char *new)
{
    errno = disk.rename_code;
    return disk.rename_code != 0 ? -1 : (int)syscall(SYS_renameat2, old_folder, old, new_folder, new, 0);
}

/* A folder with out/ (the root) and, beside it, secret. */
static char *top;
static char *out;
static struct skep_roots *roots;

static int set_up(void **state)
{
    char *link;

    (void)state;
    memset(&disk, 0, sizeof disk);
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

/* Writes that take a few bytes at a time, or are interrupted, add up to the same file. */
static void test_write__goes_on_after_short_writes(void **state)
{
    static const double data[12] = {-4, -1, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29};
    struct skep_view view;
    char *written, *golden;
    size_t n;

    (void)state;
    skep_view_init(&view, data, SKEP_F8, 2, (const int64_t[]){3, 4});
    assert_int_equal(put("whole.npy", &view, NULL), SKEP_OK);
    golden = test_read_file(out, "whole.npy", &n);
    disk.most = 7;
    disk.n_interrupts = 3;
    assert_int_equal(put("parts.npy", &view, NULL), SKEP_OK);
    written = test_read_file(out, "parts.npy", &n);
    assert_int_equal(n, 128 + 96);
    assert_memory_equal(written, golden, n);
    free(written);
    free(golden);
}

/* A disk that is full after any number of bytes leaves the old file in place and no other behind. */
static void test_write__leaves_nothing_on_a_full_disk(void **state)
{
    static const double data[12] = {0};
    struct skep_view view;
    char *kept;
    size_t n;

    (void)state;
    view_of(&view, data, 1);
    assert_int_equal(put("x.npy", &view, NULL), SKEP_OK);
    view_of(&view, data, 12);
    disk.is_finite = true;
    for (size_t room = 0; room < 128 + 96; room++) {
        struct skep_error err = {0};
        disk.room = room;
        assert_int_equal(put("x.npy", &view, &err), SKEP_E_OUTPUT);
        assert_string_equal(err.text, "x.npy: cannot write: No space left on device");
        assert_int_equal(count_entries(out), 3);
    }
    kept = test_read_file(out, "x.npy", &n);
    assert_int_equal(n, 128 + 8);
    free(kept);
    disk.room = 128 + 96;
    assert_int_equal(put("x.npy", &view, NULL), SKEP_OK);
}

/* With sync the file is on the disk before it has its name, and the name before the call returns. */
static void test_write__syncs_when_asked(void **state)
{
    static const double data[2] = {1, 2};
    struct skep_view view;
    struct skep_error err = {0};

    (void)state;
    view_of(&view, data, 2);
    assert_int_equal(skep_npy_write(roots, "x.npy", 5, &view, false, NULL), SKEP_OK);
    assert_int_equal(disk.n_syncs, 0);
    assert_int_equal(skep_npy_write(roots, "x.npy", 5, &view, true, NULL), SKEP_OK);
    assert_int_equal(disk.n_syncs, 2);
    disk.sync_code = EIO;
    assert_int_equal(skep_npy_write(roots, "y.npy", 5, &view, true, &err), SKEP_E_OUTPUT);
    assert_string_equal(err.text, "y.npy: cannot sync: Input/output error");
    assert_int_equal(count_entries(out), 3);
}

/* A rename that fails takes the temporary file with it. */
static void test_write__leaves_nothing_when_it_cannot_rename(void **state)
{
    static const double data[2] = {1, 2};
    struct skep_view view;

    (void)state;
    view_of(&view, data, 2);
    disk.rename_code = EACCES;
    assert_int_equal(put("x.npy", &view, NULL), SKEP_E_OUTPUT);
    assert_int_equal(count_entries(out), 2);
}

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
        WRITE_TEST(goes_on_after_short_writes),
        WRITE_TEST(leaves_nothing_on_a_full_disk),
        WRITE_TEST(syncs_when_asked),
        WRITE_TEST(leaves_nothing_when_it_cannot_rename),
        WRITE_TEST(leaves_nothing_when_it_cannot_grow),
        WRITE_TEST(says_when_its_folder_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
