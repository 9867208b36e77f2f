/* SPDX-License-Identifier: MIT */
#include "npy/file.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

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

static skep_status file_read_header(struct skep_npy_file *file, struct skep_error *err)
{
    char bytes[SKEP_NPY_HEADER_READ];
    ssize_t n;

    if (fstat(file->fd, &file->info) != 0) {
        return skep_error_errno(err, SKEP_E_IO, "fstat");
    }
    n = file_read_start(file->fd, bytes, sizeof bytes);
    if (n < 0) {
        return skep_error_errno(err, SKEP_E_IO, "cannot read the header");
    }
    return skep_npy_header_parse(bytes, (size_t)n, (uint64_t)file->info.st_size, &file->header, err);
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
    st = file_read_header(file_out, err);
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
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t size = (uint64_t)file->info.st_size;
    uint64_t unit = chunk_bytes > page ? round_down(chunk_bytes, page) : page;
    void *base;

    from = round_down(from, unit);
    to = round_down(to - 1, unit) + unit;
    to = to < size ? to : size;
    base = mmap(NULL, (size_t)(to - from), PROT_READ, MAP_SHARED, file->fd, (off_t)from);
    if (base == MAP_FAILED) {
        return skep_error_errno(err, errno == ENOMEM ? SKEP_E_NOMEM : SKEP_E_IO, "cannot map %llu bytes",
                                (unsigned long long)(to - from));
    }
    *window_out = (struct skep_npy_window){base, (size_t)(to - from), from};
    return SKEP_OK;
}

void skep_npy_window_close(struct skep_npy_window *window)
{
    if (window->base != NULL) {
        munmap((void *)(uintptr_t)window->base, window->bytes);
        *window = (struct skep_npy_window){0};
    }
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
