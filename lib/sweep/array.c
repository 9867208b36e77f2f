/* SPDX-License-Identifier: MIT */
#include "sweep/array.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "npy/header.h"
#include "sweep/disk.h"
#include "sweep/draft.h"
#include "sweep/fill.h"

enum { ARRAY_PIECE_BYTES = 1 << 20, ARRAY_BLOCK_BYTES = 4096 };

/* ---- making ---- */

/* The bytes of the elements of OUT, or -1 where no file holds them. */
static int64_t array_bytes(const struct skep_sweep_out *out)
{
    int64_t bytes = skep_shape_count(out->ndim, out->shape);

    if (bytes < 0 || __builtin_mul_overflow(bytes, (int64_t)skep_dtype_size(out->dtype), &bytes) ||
        bytes > INT64_MAX - ARRAY_BLOCK_BYTES) {
        return -1;
    }
    return bytes;
}

/* BYTES of FILL behind the header. */
static skep_status array_write_fill(int fd, int64_t at, int64_t bytes, const struct skep_fill *fill,
                                    struct skep_error *err)
{
    size_t piece_n = bytes < ARRAY_PIECE_BYTES ? (size_t)bytes : ARRAY_PIECE_BYTES;
    char *piece = skep_malloc(piece_n);
    skep_status st = SKEP_OK;

    if (piece == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a fill");
    }
    skep_fill_put(fill, piece, piece_n);
    for (int64_t done = 0; done < bytes && st == SKEP_OK; done += (int64_t)piece_n) {
        size_t n = bytes - done < (int64_t)piece_n ? (size_t)(bytes - done) : piece_n;
        st = skep_disk_write(fd, piece, n, at + done, err);
    }
    skep_free(piece);
    return st;
}

/* The header, longer than it must be where slices are whole blocks: then they begin at blocks of the file,
 * and hosts that share a file system can each write its own without touching a block of another's. (NumPy
 * reads headers of up to 10,000 bytes.) */
static size_t array_write_header(const struct skep_sweep_out *out, char header[ARRAY_BLOCK_BYTES])
{
    int64_t slice_bytes = skep_shape_count(out->ndim - out->n_at, out->shape + out->n_at) *
                          (int64_t)skep_dtype_size(out->dtype);
    size_t n = skep_npy_header_write(out->dtype, out->ndim, out->shape, header, ARRAY_BLOCK_BYTES);

    if (slice_bytes == 0 || slice_bytes % ARRAY_BLOCK_BYTES != 0) {
        return n;
    }
    memset(header + n - 1, ' ', ARRAY_BLOCK_BYTES - n);
    header[ARRAY_BLOCK_BYTES - 1] = '\n';
    header[8] = (char)((ARRAY_BLOCK_BYTES - 10) & 0xff);
    header[9] = (char)((ARRAY_BLOCK_BYTES - 10) >> 8);
    return ARRAY_BLOCK_BYTES;
}

/* The whole file. Reserved blocks read as zeros: if that is the fill, nothing has to be written. */
static skep_status array_write_all(int fd, const struct skep_sweep_out *out, int64_t bytes,
                                   const struct skep_fill *fill, struct skep_error *err)
{
    static const unsigned char zeros[SKEP_FILL_BYTES];
    char header[ARRAY_BLOCK_BYTES];
    size_t n = array_write_header(out, header);
    bool is_zero = memcmp(fill->bytes, zeros, sizeof zeros) == 0;
    skep_status st = skep_disk_check_room(fd, (int64_t)n + bytes, err);
    skep_status reserved;

    if (st != SKEP_OK) {
        return st;
    }
    reserved = skep_disk_reserve(fd, (int64_t)n + bytes, err);
    if (reserved != SKEP_OK && reserved != SKEP_EMPTY) {
        return reserved;
    }
    st = skep_disk_write(fd, header, n, 0, err);
    if (st == SKEP_OK && bytes > 0 && (reserved == SKEP_EMPTY || !is_zero)) {
        st = array_write_fill(fd, (int64_t)n, bytes, fill, err);
    }
    return st;
}

static bool array_path_is_npy(const char *path)
{
    size_t n = strlen(path);

    return n > 4 && strcmp(path + n - 4, ".npy") == 0;
}

skep_status skep_array_make(const struct skep_roots *roots, const struct skep_sweep_out *out, bool replaces,
                            struct skep_error *err)
{
    struct skep_draft draft = {.fd = -1};
    struct skep_fill fill;
    struct stat info;
    int64_t bytes = array_bytes(out);
    skep_status st = skep_fill_parse(&fill, out->fill, out->dtype, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (bytes < 0 || !array_path_is_npy(out->path)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: %s", out->path,
                              bytes < 0 ? "no file holds so many bytes" : "an output must end in .npy");
    }
    if (!replaces && skep_roots_stat(roots, out->path, strlen(out->path), &info)) {
        return skep_error_set(err, SKEP_E_CONFLICT, "%.100s: exists already", out->path);
    }
    st = skep_draft_open(&draft, roots, out->path, err);
    if (st != SKEP_OK) {
        return st;
    }
    st = array_write_all(draft.fd, out, bytes, &fill, err);
    if (st == SKEP_OK) {
        st = skep_draft_publish(&draft, replaces, err);
    }
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", out->path);
    }
    skep_draft_close(&draft);
    return st;
}

/* ---- using ---- */

static skep_status array_check_header(struct skep_array *array, const struct skep_sweep_out *out,
                                      uint64_t file_bytes, struct skep_error *err)
{
    char bytes[SKEP_NPY_HEADER_READ];
    char got[64], want[64];
    struct skep_npy_header header;
    size_t n = file_bytes < sizeof bytes ? (size_t)file_bytes : sizeof bytes;
    skep_status st = skep_disk_read(array->fd, bytes, n, 0, err);

    if (st == SKEP_OK) {
        st = skep_npy_header_parse(bytes, n, file_bytes, &header, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    if (header.dtype != out->dtype || header.ndim != out->ndim || header.is_swapped || header.is_fortran ||
        memcmp(header.shape, out->shape, (size_t)out->ndim * sizeof out->shape[0]) != 0) {
        skep_shape_format(header.ndim, header.shape, got, sizeof got);
        skep_shape_format(out->ndim, out->shape, want, sizeof want);
        return skep_error_set(err, SKEP_E_ARRAY_INVALID, "holds %s %s%s, the sweep writes %s %s",
                              skep_dtype_name(header.dtype), got,
                              header.is_swapped || header.is_fortran ? " in another order" : "",
                              skep_dtype_name(out->dtype), want);
    }
    array->data_offset = (int64_t)header.data_offset;
    return SKEP_OK;
}

skep_status skep_array_open(struct skep_array *array, const struct skep_roots *roots,
                            const struct skep_sweep_out *out, bool writes, struct skep_error *err)
{
    struct stat info;
    skep_status st;

    *array = (struct skep_array){.fd = -1};
    st = writes ? skep_draft_reopen(roots, out->path, &array->fd, err)
                : skep_roots_open(roots, out->path, strlen(out->path), &array->fd, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (fstat(array->fd, &info) != 0) {
        st = skep_error_errno(err, SKEP_E_OUTPUT, "cannot look");
    } else {
        st = array_check_header(array, out, (uint64_t)info.st_size, err);
    }
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", out->path);
        skep_array_close(array);
        return st;
    }
    array->dev = info.st_dev;
    array->ino = info.st_ino;
    array->n_slices = skep_shape_count(out->n_at, out->shape);
    array->slice_bytes = skep_shape_count(out->ndim - out->n_at, out->shape + out->n_at) *
                         (int64_t)skep_dtype_size(out->dtype);
    return SKEP_OK;
}

void skep_array_close(struct skep_array *array)
{
    if (array->fd >= 0) {
        close(array->fd);
    }
    array->fd = -1;
}

skep_status skep_array_check(const struct skep_array *array, const struct skep_roots *roots, const char *path,
                             struct skep_error *err)
{
    struct stat info;

    if (!skep_roots_stat(roots, path, strlen(path), &info)) {
        return skep_error_set(err, SKEP_E_OUTPUT, "%.100s: deleted while it filled", path);
    }
    if (info.st_dev != array->dev || info.st_ino != array->ino) {
        return skep_error_set(err, SKEP_E_OUTPUT, "%.100s: replaced while it filled", path);
    }
    if (info.st_size < array->data_offset + array->n_slices * array->slice_bytes) {
        return skep_error_set(err, SKEP_E_OUTPUT, "%.100s: cut off while it filled", path);
    }
    return SKEP_OK;
}

skep_status skep_array_write(const struct skep_array *array, int64_t slice, int64_t n, const void *bytes,
                             struct skep_error *err)
{
    assert(slice >= 0 && n >= 0 && n <= array->n_slices - slice);
    return skep_disk_write(array->fd, bytes, (size_t)(n * array->slice_bytes),
                           array->data_offset + slice * array->slice_bytes, err);
}

skep_status skep_array_read(const struct skep_array *array, int64_t slice, int64_t n, void *bytes_out,
                            struct skep_error *err)
{
    assert(slice >= 0 && n >= 0 && n <= array->n_slices - slice);
    return skep_disk_read(array->fd, bytes_out, (size_t)(n * array->slice_bytes),
                          array->data_offset + slice * array->slice_bytes, err);
}

skep_status skep_array_sync(const struct skep_array *array, struct skep_error *err)
{
    return fdatasync(array->fd) == 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_OUTPUT, "cannot sync");
}
