/* SPDX-License-Identifier: MIT */
#include "npy/file.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/pages.h"

enum {
    FILE_SETTLE_MS = 3000, /* the longest wait for a file to be settled */
    FILE_FRESH_MS = 200    /* a verdict on it has to wait so long after its last change */
};

/* ---- when a file is its own ---- */

static const int64_t second_ns = 1000000000;

static int64_t file_stamp_ns(const struct stat *info)
{
    return (int64_t)info->st_mtim.tv_sec * second_ns + info->st_mtim.tv_nsec;
}

bool skep_npy_info_is_settled(const struct stat *info, int64_t now_ns)
{
    int64_t stamp_ns = file_stamp_ns(info);
    int64_t write_ns = info->st_size < second_ns ? (int64_t)info->st_size : second_ns;
    int64_t tick_ns = info->st_mtim.tv_nsec == 0 ? 2 * second_ns : 0; /* FAT has the coarsest */

    return now_ns > stamp_ns + write_ns + tick_ns || now_ns < stamp_ns - 2 * second_ns;
}

/* Look at the file until it is settled. */
static skep_status file_settle(int fd, int64_t until_ms, struct stat *info_out, struct skep_error *err)
{
    for (;;) {
        int64_t now_ns = skep_stamp_ns();
        if (fstat(fd, info_out) != 0) {
            return skep_error_errno(err, SKEP_E_IO, "fstat");
        }
        if (skep_npy_info_is_settled(info_out, now_ns)) {
            return SKEP_OK;
        }
        if (skep_monotonic_ms() >= until_ms) {
            return skep_error_set(err, SKEP_E_INPUT_CHANGED, "somebody keeps writing to it");
        }
        skep_sleep_ms(1);
    }
}

/* Whether somebody may be in the middle of writing it: what it is now need not be what it is to be. */
static bool file_is_fresh(const struct stat *info)
{
    int64_t age_ns = skep_stamp_ns() - file_stamp_ns(info);

    return age_ns >= 0 && age_ns < FILE_FRESH_MS * second_ns / 1000;
}

/* ---- opening ---- */

/* Read until N bytes are there or the file ends. Returns how many, or -1. */
static ssize_t file_read_start(int fd, char *bytes, size_t n)
{
    size_t got = 0;

    while (got < n) {
        ssize_t k = pread(fd, bytes + got, n - got, (off_t)got);
        if (k < 0 && errno != EINTR) {
            return -1;
        }
        if (k == 0) {
            break;
        }
        got += k > 0 ? (size_t)k : 0;
    }
    return (ssize_t)got;
}

static skep_status file_read_header(struct skep_npy_file *file, int64_t until_ms, struct skep_error *err)
{
    char bytes[SKEP_NPY_HEADER_READ];
    ssize_t n;
    skep_status st = file_settle(file->fd, until_ms, &file->info, err);

    if (st != SKEP_OK) {
        return st;
    }
    n = file_read_start(file->fd, bytes, sizeof bytes);
    if (n < 0) {
        return skep_error_errno(err, SKEP_E_IO, "cannot read the header");
    }
    return skep_npy_header_parse(bytes, (size_t)n, (uint64_t)file->info.st_size, &file->header, err);
}

/* Again and again while it makes no sense and may be in the making. */
static skep_status file_understand(struct skep_npy_file *file, struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + FILE_SETTLE_MS;
    struct skep_error why;
    skep_status st;

    for (;;) {
        skep_error_clear(&why);
        st = file_read_header(file, until_ms, &why);
        if (st != SKEP_E_ARRAY_INVALID || !file_is_fresh(&file->info) || skep_monotonic_ms() >= until_ms) {
            break;
        }
        skep_sleep_ms(5);
    }
    return st == SKEP_OK ? SKEP_OK : skep_error_set(err, st, "%s", why.text);
}

skep_status skep_npy_file_open(const struct skep_roots *roots, const char *path, size_t n,
                               struct skep_npy_file *file_out, struct skep_error *err)
{
    skep_status st;

    *file_out = (struct skep_npy_file){.fd = -1};
    st = skep_roots_open(roots, path, n, &file_out->fd, err);
    if (st != SKEP_OK) {
        return st;
    }
    st = file_understand(file_out, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.*s", n < 100 ? (int)n : 100, path);
        skep_npy_file_close(file_out);
    }
    return st;
}

void skep_npy_file_close(struct skep_npy_file *file)
{
    if (file->fd >= 0) {
        close(file->fd);
        file->fd = -1;
    }
}

bool skep_npy_file_is(const struct skep_npy_file *file, const struct stat *info)
{
    return file->info.st_ino == info->st_ino && file->info.st_dev == info->st_dev &&
           file->info.st_size == info->st_size && file->info.st_mtim.tv_sec == info->st_mtim.tv_sec &&
           file->info.st_mtim.tv_nsec == info->st_mtim.tv_nsec;
}

bool skep_npy_file_is_untouched(const struct skep_npy_file *file, const struct stat *info)
{
    return skep_npy_file_is(file, info) && file->info.st_ctim.tv_sec == info->st_ctim.tv_sec &&
           file->info.st_ctim.tv_nsec == info->st_ctim.tv_nsec;
}

bool skep_npy_file_is_plain(const struct skep_npy_file *file)
{
    return !file->header.is_swapped && file->header.data_offset % skep_dtype_size(file->header.dtype) == 0;
}

/* ---- windows ---- */

static uint64_t round_down(uint64_t at, uint64_t unit)
{
    return at - at % unit;
}

skep_status skep_npy_window_open(const struct skep_npy_file *file, uint64_t from, uint64_t to,
                                 uint64_t chunk_bytes, struct skep_npy_window *window_out,
                                 struct skep_error *err)
{
    uint64_t page = skep_page_bytes();
    uint64_t size = (uint64_t)file->info.st_size;
    uint64_t unit = chunk_bytes > page ? round_down(chunk_bytes, page) : page;
    size_t bytes;
    void *room;

    from = round_down(from, unit);
    to = round_down(to - 1, unit) + unit;
    bytes = (size_t)((to < size ? to : size) - from);
    room = skep_pages_reserve(bytes);
    if (room == NULL || mmap(room, bytes, PROT_READ, MAP_SHARED | MAP_FIXED, file->fd, (off_t)from) != room) {
        int reason = errno;
        skep_pages_free(room, bytes);
        errno = reason;
        return skep_error_errno(err, reason == ENOMEM ? SKEP_E_NOMEM : SKEP_E_IO, "cannot map %zu bytes",
                                bytes);
    }
    *window_out = (struct skep_npy_window){.base = room, .bytes = bytes, .from = from};
    return SKEP_OK;
}

skep_status skep_npy_window_read(const struct skep_npy_file *file, struct skep_npy_shelf *shelf,
                                 struct skep_npy_window *window_out, struct skep_error *err)
{
    size_t bytes = file->header.data_offset + file->header.data_bytes;
    char *desk;
    const char *base = skep_npy_shelf_take(shelf, bytes, &desk);
    ssize_t n;

    if (base == NULL) {
        return SKEP_EMPTY;
    }
    n = file_read_start(file->fd, desk, bytes);
    if (n == (ssize_t)bytes) {
        *window_out = (struct skep_npy_window){.base = base, .bytes = bytes, .shelf = shelf};
        return SKEP_OK;
    }
    skep_npy_shelf_give(shelf, base);
    return n < 0 ? skep_error_errno(err, SKEP_E_IO, "cannot read it")
                 : skep_error_set(err, SKEP_E_INPUT_CHANGED,
                                  "was truncated while it was read: byte %zd is gone", n);
}

void skep_npy_window_close(struct skep_npy_window *window)
{
    if (window->shelf != NULL) {
        skep_npy_shelf_give(window->shelf, window->base);
    } else {
        skep_pages_free((void *)(uintptr_t)window->base, window->bytes);
    }
    *window = (struct skep_npy_window){0};
}

bool skep_npy_window_has(const struct skep_npy_window *window, const void *address, int64_t *offset_out)
{
    uintptr_t page = skep_page_bytes();
    uintptr_t base = (uintptr_t)window->base;
    uintptr_t from = base & ~(page - 1);
    uintptr_t to = (base + window->bytes + page - 1) & ~(page - 1);
    uintptr_t at = (uintptr_t)address;

    if (window->base == NULL || at < from - SKEP_GUARD_BYTES || at >= to + SKEP_GUARD_BYTES) {
        return false;
    }
    *offset_out = (int64_t)window->from + (int64_t)(at - base);
    return true;
}

void skep_npy_file_span(const struct skep_npy_file *file, const struct skep_view *view, int64_t at,
                        uint64_t *from_out, uint64_t *to_out)
{
    uint64_t size = skep_dtype_size(view->dtype);
    int64_t first = at;
    int64_t last = at;

    if (skep_view_count(view) == 0) {
        /* The array may end where the file ends: the byte before is always there, in the header. */
        *from_out = file->header.data_offset - 1;
        *to_out = file->header.data_offset;
        return;
    }
    for (int i = 0; i < view->ndim; i++) {
        int64_t reach = (view->shape[i] - 1) * view->strides[i];
        *(reach < 0 ? &first : &last) += reach;
    }
    *from_out = file->header.data_offset + (uint64_t)first * size;
    *to_out = file->header.data_offset + (uint64_t)(last + 1) * size;
}

/* ---- elements ---- */

static void swap_elements(void *elements, size_t n, size_t size)
{
    unsigned char *at = elements;

    for (size_t i = 0; i < n; i++, at += size) {
        for (size_t k = 0; k < size / 2; k++) {
            unsigned char kept = at[k];
            at[k] = at[size - 1 - k];
            at[size - 1 - k] = kept;
        }
    }
}

void skep_npy_file_copy(const struct skep_npy_file *file, const struct skep_view *view, void *out)
{
    skep_view_copy(view, out);
    if (file->header.is_swapped) {
        swap_elements(out, (size_t)skep_view_count(view), skep_dtype_size(view->dtype));
    }
}
