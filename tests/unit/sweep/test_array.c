/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "npy/header.h"
#include "output_fixture.h"
#include "support/heap.h"

/* The disk, as far as a test wants it to misbehave. The functions below stand before the C library's. */
static struct {
    bool is_finite;
    int64_t room;       /* bytes until it is full, when is_finite */
    bool is_small;      /* says that there is no room */
    bool has_no_blocks; /* cannot reserve */
    bool has_no_rename; /* cannot rename without replacing */
    int sync_code;      /* errno of fsync */
    int n_interrupts, n_syncs, n_writes;
} disk;

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    disk.n_writes++;
    if (disk.n_interrupts > 0) {
        disk.n_interrupts--;
        errno = EINTR;
        return -1;
    }
    if (disk.is_finite && disk.room <= 0) {
        errno = ENOSPC;
        return -1;
    }
    n = disk.is_finite && (int64_t)n > disk.room ? (size_t)disk.room : n;
    disk.room -= disk.is_finite ? (int64_t)n : 0;
    return syscall(SYS_pwrite64, fd, bytes, n, at);
}

int fallocate(int fd, int mode, off_t at, off_t n)
{
    if (disk.has_no_blocks) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return (int)syscall(SYS_fallocate, fd, mode, at, n);
}

int fstatvfs(int fd, struct statvfs *info)
{
    (void)fd;
    *info = (struct statvfs){.f_frsize = 4096, .f_bavail = disk.is_small ? 2 : UINT64_C(1) << 40};
    return 0;
}

int fsync(int fd)
{
    disk.n_syncs++;
    errno = disk.sync_code;
    return disk.sync_code != 0 ? -1 : (int)syscall(SYS_fsync, fd);
}

int renameat2(int old_folder, const char *old, int new_folder, const char *new, unsigned flags)
{
    if (disk.has_no_rename) {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_renameat2, old_folder, old, new_folder, new, flags);
}

static struct fixture f;
static struct skep_sweep_out out;

static int set_up(void **state)
{
    (void)state;
    memset(&disk, 0, sizeof disk);
    fixture_begin(&f);
    out = (struct skep_sweep_out){
        .path = "x.npy", .n_at = 2, .dtype = SKEP_F8, .ndim = 3, .shape = {5, 4, 3}, .fill = "nan"};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_end(&f);
    return 0;
}

static skep_status make(bool replaces)
{
    memset(&f.err, 0, sizeof f.err);
    return skep_array_make(f.roots, &out, replaces, &f.err);
}

/* Entries of the folder. */
static int count_files(void)
{
    DIR *d = opendir(f.folder);
    int n = 0;

    assert_non_null(d);
    while (readdir(d) != NULL) {
        n++;
    }
    closedir(d);
    return n - 2;
}

static void assert_filled_with(const void *element, size_t size)
{
    struct skep_npy_header header;
    size_t n;
    char *bytes = test_read_file(f.folder, "x.npy", &n);

    assert_int_equal(skep_npy_header_parse(bytes, n, n, &header, NULL), SKEP_OK);
    assert_int_equal(header.dtype, out.dtype);
    assert_int_equal(header.ndim, out.ndim);
    assert_int_equal(header.data_bytes, n - header.data_offset);
    for (size_t at = header.data_offset; at < n; at += size) {
        assert_memory_equal(bytes + at, element, size);
    }
    free(bytes);
}

/* ---- works ---- */

/* A new output is a whole .npy file of NaN, and is on the disk. */
static void test_array__is_whole_from_the_start(void **state)
{
    const uint64_t nan_bits = UINT64_C(0x7ff8000000000000);

    (void)state;
    assert_int_equal(make(false), SKEP_OK);
    assert_filled_with(&nan_bits, 8);
    assert_int_equal(fixture_size(&f, "x.npy"), 128 + 5 * 4 * 3 * 8);
    assert_int_equal(disk.n_syncs, 2); /* the file, the folder */
    assert_int_equal(count_files(), 1);
}

/* Zeros are not written where blocks can be reserved, and written where not. */
static void test_array__fills_with_zeros(void **state)
{
    const int32_t zero = 0;

    (void)state;
    out.dtype = SKEP_I4;
    out.fill = NULL;
    out.shape[0] = 100000;
    assert_int_equal(make(false), SKEP_OK);
    assert_int_equal(disk.n_writes, 1);
    assert_filled_with(&zero, 4);
    disk.has_no_blocks = true;
    assert_int_equal(make(true), SKEP_OK);
    assert_in_range(disk.n_writes, 3, 100);
    assert_filled_with(&zero, 4);
}

/* Files larger than the buffer, other numbers, no axes, no elements. */
static void test_array__has_any_shape(void **state)
{
    const int16_t seven = -7;
    const uint64_t nan_bits = UINT64_C(0x7ff8000000000000);

    (void)state;
    out.dtype = SKEP_I2;
    out.fill = "-7";
    out.shape[2] = 100003;
    assert_int_equal(make(false), SKEP_OK);
    assert_filled_with(&seven, 2);
    out = (struct skep_sweep_out){.path = "x.npy", .dtype = SKEP_F8};
    assert_int_equal(make(true), SKEP_OK);
    assert_filled_with(&nan_bits, 8);
    assert_int_equal(fixture_size(&f, "x.npy"), 128 + 8);
    out = (struct skep_sweep_out){.path = "x.npy", .n_at = 1, .ndim = 2, .shape = {3, 0}, .dtype = SKEP_F8};
    assert_int_equal(make(true), SKEP_OK);
    assert_filled_with(&nan_bits, 8);
}

/* Slices of whole blocks begin at blocks, behind a header that NumPy reads. */
static void test_array__aligns_slices_of_whole_blocks(void **state)
{
    const uint64_t nan_bits = UINT64_C(0x7ff8000000000000);
    struct skep_array array;

    (void)state;
    out = (struct skep_sweep_out){
        .path = "x.npy", .n_at = 1, .ndim = 3, .shape = {3, 2, 512}, .dtype = SKEP_F8};
    assert_int_equal(make(false), SKEP_OK);
    assert_filled_with(&nan_bits, 8);
    assert_int_equal(fixture_size(&f, "x.npy"), 4096 + 3 * 8192);
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, NULL), SKEP_OK);
    assert_int_equal(array.data_offset, 4096);
    skep_array_close(&array);
}

/* Folders are made on the way; nothing is left beside it where renaming takes two steps. */
static void test_array__makes_its_folders(void **state)
{
    (void)state;
    out.path = "runs/night/x.npy";
    assert_int_equal(make(false), SKEP_OK);
    assert_true(fixture_size(&f, "runs/night/x.npy") > 0);
    disk.has_no_rename = true;
    out.path = "y.npy";
    assert_int_equal(make(false), SKEP_OK);
    assert_int_equal(count_files(), 2);
    disk.has_no_rename = true;
    out.path = "y.npy";
    assert_int_equal(make(true), SKEP_OK);
}

/* Slices are written and read where they belong; what is around them stays. */
static void test_array__writes_slices(void **state)
{
    static const double slices[2][3] = {{1, 2, 3}, {4, 5, 6}};
    struct skep_array array;
    double got[3][3];

    (void)state;
    assert_int_equal(make(false), SKEP_OK);
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, &f.err), SKEP_OK);
    assert_int_equal(array.n_slices, 20);
    assert_int_equal(array.slice_bytes, 24);
    disk.n_interrupts = 2;
    assert_int_equal(skep_array_write(&array, 18, 2, slices, &f.err), SKEP_OK);
    assert_int_equal(skep_array_sync(&array, &f.err), SKEP_OK);
    assert_int_equal(skep_array_read(&array, 17, 3, got, &f.err), SKEP_OK);
    assert_true(got[0][2] != got[0][2]);
    assert_memory_equal(got[1], slices, sizeof slices);
    assert_int_equal(fixture_size(&f, "x.npy"), 128 + 480);
    assert_int_equal(skep_array_check(&array, f.roots, "x.npy", &f.err), SKEP_OK);
    skep_array_close(&array);
    assert_int_equal(array.fd, -1);
    skep_array_close(&array);
}

/* ---- refuses ---- */

/* What is there stays, unless it is to be replaced. */
static void test_array__does_not_replace_unasked(void **state)
{
    size_t n;
    char *bytes;

    (void)state;
    test_write_file(f.folder, "x.npy", "mine", 4);
    assert_int_equal(make(false), SKEP_E_CONFLICT);
    assert_string_equal(f.err.text, "x.npy: exists already");
    bytes = test_read_file(f.folder, "x.npy", &n);
    assert_int_equal(n, 4);
    free(bytes);
    assert_int_equal(make(true), SKEP_OK);
    assert_int_equal(count_files(), 1);
}

/* A link that leads nowhere is something, too; replaced, it is the link that goes. */
static void test_array__follows_no_link(void **state)
{
    char *link = test_path(f.folder, "x.npy");
    struct skep_array array;
    struct stat info;

    (void)state;
    assert_int_equal(symlink("elsewhere.npy", link), 0);
    assert_int_equal(make(false), SKEP_E_CONFLICT);
    disk.has_no_rename = true;
    assert_int_equal(make(false), SKEP_E_CONFLICT);
    assert_int_equal(make(true), SKEP_OK);
    assert_int_equal(lstat(link, &info), 0);
    assert_true(S_ISREG(info.st_mode));
    assert_int_equal(count_files(), 1);
    out.path = "l.npy";
    free(link);
    link = test_path(f.folder, "l.npy");
    assert_int_equal(symlink("x.npy", link), 0);
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, NULL), SKEP_E_ARRAY_INVALID);
    free(link);
}

/* Paths that leave the root, or are no array's. */
static void test_array__refuses_a_bad_path(void **state)
{
    static const char *const paths[] = {"../x.npy", "/tmp/x.npy", "x.dat", ".npy", "@nowhere/x.npy"};

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        out.path = paths[i];
        assert_int_equal(make(false), SKEP_E_BAD_ARGS);
    }
    out.path = "x.npy";
    out.fill = "often";
    assert_int_equal(make(false), SKEP_E_BAD_ARGS);
    out.fill = NULL;
    out.shape[0] = out.shape[1] = INT64_C(1) << 40;
    assert_int_equal(make(false), SKEP_E_BAD_ARGS);
    out.shape[1] = 1 << 19;
    assert_int_equal(make(false), SKEP_E_BAD_ARGS);
    assert_int_equal(count_files(), 0);
}

/* A disk that is too small is refused before anything is written, with both numbers. */
static void test_array__asks_for_room_first(void **state)
{
    (void)state;
    disk.is_small = true;
    out.shape[0] = 1000;
    assert_int_equal(make(false), SKEP_E_OUTPUT);
    assert_string_equal(f.err.text, "x.npy: the disk is too small: 96128 bytes wanted, 8192 free");
    assert_int_equal(disk.n_writes, 0);
    assert_int_equal(count_files(), 0);
}

/* Something else under the name of the output is told apart, with both shapes. */
static void test_array__opens_only_its_own(void **state)
{
    struct skep_array array;

    (void)state;
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, &f.err), SKEP_E_ARRAY_MISSING);
    assert_int_equal(array.fd, -1);
    assert_int_equal(make(false), SKEP_OK);
    out.shape[1] = 6;
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, &f.err), SKEP_E_ARRAY_INVALID);
    assert_string_equal(f.err.text, "x.npy: holds f8 (5, 4, 3), the sweep writes f8 (5, 6, 3)");
    out.shape[1] = 4;
    out.dtype = SKEP_I8;
    assert_int_equal(skep_array_open(&array, f.roots, &out, false, NULL), SKEP_E_ARRAY_INVALID);
    out.dtype = SKEP_F8;
    assert_int_equal(skep_array_open(&array, f.roots, &out, false, NULL), SKEP_OK);
    skep_array_close(&array);
    test_write_file(f.folder, "x.npy", "no array", 8);
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, NULL), SKEP_E_ARRAY_INVALID);
    test_write_file(f.folder, "x.npy", "", 0);
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, NULL), SKEP_E_ARRAY_INVALID);
    out.path = "no/such/x.npy";
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, NULL), SKEP_E_ARRAY_MISSING);
    assert_int_equal(count_files(), 1); /* the folder was not made */
}

/* A file of Fortran order or another byte order has the right shape and is not written to. */
static void test_array__knows_other_orders(void **state)
{
    struct skep_array array;
    size_t n;
    char *bytes, *at;

    (void)state;
    assert_int_equal(make(false), SKEP_OK);
    bytes = test_read_file(f.folder, "x.npy", &n);
    at = strstr(bytes + 10, "'fortran_order': False");
    assert_non_null(at);
    memcpy(at, "'fortran_order': True ", 22);
    test_write_file(f.folder, "x.npy", bytes, n);
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, &f.err), SKEP_E_ARRAY_INVALID);
    assert_non_null(strstr(f.err.text, "in another order"));
    free(bytes);
}

/* An output that is deleted, replaced or cut off while it fills is noticed. */
static void test_array__notices_when_it_is_gone(void **state)
{
    char *path = test_path(f.folder, "x.npy");
    struct skep_array array;

    (void)state;
    assert_int_equal(make(false), SKEP_OK);
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, NULL), SKEP_OK);
    assert_int_equal(truncate(path, 300), 0);
    assert_int_equal(skep_array_check(&array, f.roots, "x.npy", &f.err), SKEP_E_OUTPUT);
    assert_string_equal(f.err.text, "x.npy: cut off while it filled");
    memset(&f.err, 0, sizeof f.err);
    assert_int_equal(make(true), SKEP_OK);
    assert_int_equal(skep_array_check(&array, f.roots, "x.npy", &f.err), SKEP_E_OUTPUT);
    assert_string_equal(f.err.text, "x.npy: replaced while it filled");
    memset(&f.err, 0, sizeof f.err);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(skep_array_check(&array, f.roots, "x.npy", &f.err), SKEP_E_OUTPUT);
    assert_string_equal(f.err.text, "x.npy: deleted while it filled");
    skep_array_close(&array);
    free(path);
}

/* ---- breaks ---- */

/* Wherever the disk fills up, nothing is left. */
static void test_array__leaves_nothing_on_a_full_disk(void **state)
{
    skep_status st = SKEP_E_OUTPUT;

    (void)state;
    out.shape[2] = 100003;
    disk.is_finite = true;
    for (int64_t room = 0; st != SKEP_OK; room = room * 3 + 50) {
        disk.room = room;
        st = make(false);
        assert_int_equal(count_files(), st == SKEP_OK);
        assert_true(st == SKEP_OK || st == SKEP_E_OUTPUT);
    }
}

/* A process that may not write so much is told so by the system, before the first byte. */
static void test_array__reports_a_file_size_limit(void **state)
{
    struct rlimit old, limit;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    limit = (struct rlimit){.rlim_cur = 65536, .rlim_max = old.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    out.shape[0] = 10000;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(make(false), SKEP_E_OUTPUT);
    disk.has_no_blocks = true;
    assert_int_equal(make(false), SKEP_E_OUTPUT);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_DFL);
    assert_non_null(strstr(f.err.text, "File too large"));
    assert_int_equal(count_files(), 0);
}

/* What could not be synced does not get its name. */
static void test_array__is_not_there_before_it_is_safe(void **state)
{
    (void)state;
    disk.sync_code = EIO;
    assert_int_equal(make(false), SKEP_E_OUTPUT);
    assert_int_equal(count_files(), 0);
}

static skep_status make_again(void *context)
{
    (void)context;
    return make(true);
}

/* Without memory for the fill nothing is left. */
static void test_array__says_when_memory_is_short(void **state)
{
    (void)state;
    test_heap_torture(make_again, NULL);
    assert_int_equal(count_files(), 1);
}

/* A write that cannot be made names its reason. */
static void test_array__says_why_it_cannot_write(void **state)
{
    static const double slice[3] = {1, 2, 3};
    struct skep_array array;
    double got[3];
    char *path = test_path(f.folder, "x.npy");

    (void)state;
    assert_int_equal(make(false), SKEP_OK);
    assert_int_equal(skep_array_open(&array, f.roots, &out, true, NULL), SKEP_OK);
    disk.is_finite = true;
    disk.room = 10;
    assert_int_equal(skep_array_write(&array, 0, 1, slice, &f.err), SKEP_E_OUTPUT);
    assert_non_null(strstr(f.err.text, "No space left"));
    assert_int_equal(truncate(path, 200), 0);
    memset(&f.err, 0, sizeof f.err);
    assert_int_equal(skep_array_read(&array, 10, 1, got, &f.err), SKEP_E_OUTPUT);
    assert_non_null(strstr(f.err.text, "cut off"));
    skep_array_close(&array);
    free(path);
}

int main(void)
{
#define ARRAY_TEST(fact) cmocka_unit_test_setup_teardown(test_array__##fact, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        ARRAY_TEST(is_whole_from_the_start),
        ARRAY_TEST(fills_with_zeros),
        ARRAY_TEST(has_any_shape),
        ARRAY_TEST(aligns_slices_of_whole_blocks),
        ARRAY_TEST(makes_its_folders),
        ARRAY_TEST(writes_slices),
        ARRAY_TEST(does_not_replace_unasked),
        ARRAY_TEST(follows_no_link),
        ARRAY_TEST(refuses_a_bad_path),
        ARRAY_TEST(asks_for_room_first),
        ARRAY_TEST(opens_only_its_own),
        ARRAY_TEST(knows_other_orders),
        ARRAY_TEST(notices_when_it_is_gone),
        ARRAY_TEST(leaves_nothing_on_a_full_disk),
        ARRAY_TEST(reports_a_file_size_limit),
        ARRAY_TEST(is_not_there_before_it_is_safe),
        ARRAY_TEST(says_when_memory_is_short),
        ARRAY_TEST(says_why_it_cannot_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
