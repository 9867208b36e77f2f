/* SPDX-License-Identifier: MIT */
/* Why not through npy/cache.h: that refuses a file which is being written to, because a task's value must be
 * that of one moment; who looks at an array while a sweep fills it wants to see how far it is. And it maps:
 * here a file of any size costs one block, holes of a sparse one take no memory anywhere, and a file that
 * shrinks is a short read and no signal. */
#include "producer/tools/array_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "npy/slice.h"
#include "producer/cli/stop.h"

/* ---- reading ---- */

/* Bytes FROM to FROM + N of the file, all of them. */
static skep_status array_read_bytes(int fd, void *out, size_t n, uint64_t from, struct skep_error *err)
{
    char *to = out;

    while (n > 0) {
        ssize_t got = pread(fd, to, n, (off_t)from);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return skep_error_errno(err, SKEP_E_IO, "reading the array");
        }
        if (got == 0) {
            return skep_error_set(err, SKEP_E_INPUT_CHANGED, "the file has become shorter while it was read");
        }
        to += got;
        from += (uint64_t)got;
        n -= (size_t)got;
    }
    return SKEP_OK;
}

static void array_swap(unsigned char *at, size_t n, size_t size)
{
    for (unsigned char *end = at + n; at < end; at += size) {
        for (size_t k = 0; k < size / 2; k++) {
            unsigned char kept = at[k];
            at[k] = at[size - 1 - k];
            at[size - 1 - k] = kept;
        }
    }
}

/* Read what VIEW (no longer than a block) touches, its first element being the AT-th of the file, and put it
 * on the block. */
static skep_status array_read_view(struct skep_array_file *file, struct skep_view *view, int64_t at,
                                   struct skep_error *err)
{
    size_t size = skep_dtype_size(view->dtype);
    uint64_t from, to;
    skep_status st;

    skep_npy_file_span(&file->file, view, at, &from, &to);
    st = array_read_bytes(file->file.fd, file->block, (size_t)(to - from), from, err);
    if (st == SKEP_OK && file->file.header.is_swapped) {
        array_swap(file->block, (size_t)(to - from), size);
    }
    view->data = (const char *)file->block + (file->file.header.data_offset + (uint64_t)at * size - from);
    return st;
}

skep_status skep_array_file_get(struct skep_array_file *file, const int64_t *index,
                                struct skep_view *element_out, struct skep_error *err)
{
    int64_t at = file->at;

    for (int d = 0; d < file->view.ndim; d++) {
        at += index[d] * file->view.strides[d];
    }
    *element_out = (struct skep_view){.dtype = file->view.dtype};
    return array_read_view(file, element_out, at, err);
}

/* ---- blocks ---- */

/* The axes in the order in which they lie in the file, the one with the widest steps first; and how many
 * indices of the axis ORDER[DEPTH] make a block: those before it are walked one by one, those behind it are
 * whole. */
struct array_plan {
    int order[SKEP_MAX_DIMS];
    int depth;
    int64_t count;
};

static uint64_t array_step_bytes(const struct skep_view *view, int axis)
{
    int64_t stride = view->strides[axis];

    return (uint64_t)(stride < 0 ? -stride : stride) * skep_dtype_size(view->dtype);
}

static void array_sort_axes(const struct skep_view *view, int *order)
{
    for (int i = 0; i < view->ndim; i++) {
        int k = i;
        for (; k > 0 && array_step_bytes(view, order[k - 1]) < array_step_bytes(view, i); k--) {
            order[k] = order[k - 1];
        }
        order[k] = i;
    }
}

static struct array_plan array_plan_blocks(const struct skep_view *view)
{
    struct array_plan plan = {.depth = view->ndim, .count = 1};
    uint64_t span = skep_dtype_size(view->dtype); /* of the axes behind it */

    array_sort_axes(view, plan.order);
    while (plan.depth > 0) {
        int axis = plan.order[plan.depth - 1];
        uint64_t step = array_step_bytes(view, axis);
        int64_t length = view->shape[axis];
        uint64_t room = SKEP_ARRAY_BLOCK_BYTES - span;
        if (length > 1 && (step > room || step > span + SKEP_ARRAY_GAP_BYTES)) {
            break;
        }
        plan.depth--;
        plan.count = length;
        if (length > 1 && (uint64_t)(length - 1) > room / step) {
            plan.count = 1 + (int64_t)(room / step);
            break;
        }
        span += length > 1 ? (uint64_t)(length - 1) * step : 0;
    }
    return plan;
}

/* The block at ORIGIN. */
static skep_status array_give_block(struct skep_array_file *file, const struct array_plan *plan,
                                    const int64_t *origin, skep_array_block *each, void *context,
                                    struct skep_error *err)
{
    struct skep_view block = file->view;
    int64_t at = file->at;
    skep_status st;

    for (int i = 0; i < block.ndim; i++) {
        int axis = plan->order[i];
        int64_t left = block.shape[axis] - origin[axis];
        at += origin[axis] * block.strides[axis];
        if (i < plan->depth) {
            block.shape[axis] = 1;
        } else if (i == plan->depth) {
            block.shape[axis] = left < plan->count ? left : plan->count;
        }
    }
    st = array_read_view(file, &block, at, err);
    if (st == SKEP_OK) {
        each(context, &block, origin);
    }
    return st;
}

/* The origin of the next block; false after the last. */
static bool array_step(const struct skep_view *view, const struct array_plan *plan, int64_t *origin)
{
    for (int i = plan->depth < view->ndim ? plan->depth : view->ndim - 1; i >= 0; i--) {
        int axis = plan->order[i];
        origin[axis] += i == plan->depth ? plan->count : 1;
        if (origin[axis] < view->shape[axis]) {
            return true;
        }
        origin[axis] = 0;
    }
    return false;
}

skep_status skep_array_file_walk(struct skep_array_file *file, skep_array_block *each, void *context,
                                 struct skep_error *err)
{
    struct array_plan plan = array_plan_blocks(&file->view);
    int64_t origin[SKEP_MAX_DIMS] = {0};
    skep_status st = SKEP_OK;

    if (skep_view_count(&file->view) == 0) {
        return SKEP_OK;
    }
    do {
        if (skep_stop_is_asked()) {
            return SKEP_STOPPED;
        }
        st = array_give_block(file, &plan, origin, each, context, err);
    } while (st == SKEP_OK && array_step(&file->view, &plan, origin));
    return st;
}

/* ---- opening ---- */

static skep_status array_open_path(const char *path, struct skep_npy_file *file, struct skep_error *err)
{
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO has nobody at its other end */
    if (file->fd < 0) {
        return skep_error_errno(err, errno == ENOENT || errno == ENOTDIR ? SKEP_E_ARRAY_MISSING : SKEP_E_IO,
                                "%s", path);
    }
    if (fstat(file->fd, &file->info) != 0) {
        return skep_error_errno(err, SKEP_E_IO, "%s", path);
    }
    if (!S_ISREG(file->info.st_mode)) {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID, "%s: is no plain file", path);
    }
    return SKEP_OK;
}

static skep_status array_read_header(const char *path, struct skep_array_file *file, struct skep_error *err)
{
    uint64_t size = (uint64_t)file->file.info.st_size;
    size_t n = size < SKEP_NPY_HEADER_READ ? (size_t)size : SKEP_NPY_HEADER_READ;
    skep_status st = array_read_bytes(file->file.fd, file->block, n, 0, err);

    if (st == SKEP_OK) {
        st = skep_npy_header_parse(file->block, n, size, &file->file.header, err);
    }
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%s", path);
    }
    return st;
}

skep_status skep_array_file_open(const char *ref, struct skep_array_file *file_out, struct skep_error *err)
{
    struct skep_slice slice;
    struct skep_view whole;
    char path[PATH_MAX];
    size_t path_n;
    skep_status st = skep_ref_parse(ref, strlen(ref), &path_n, &slice, err);

    *file_out = (struct skep_array_file){.file.fd = -1};
    if (st != SKEP_OK) {
        return st;
    }
    if (snprintf(path, sizeof path, "%.*s", (int)path_n, ref) >= (int)sizeof path) {
        return skep_error_set(err, SKEP_E_USAGE, "the path is too long");
    }
    file_out->block = skep_malloc(SKEP_ARRAY_BLOCK_BYTES);
    st = file_out->block != NULL ? array_open_path(path, &file_out->file, err)
                                 : skep_error_set(err, SKEP_E_NOMEM, "no memory for a block of the array");
    if (st == SKEP_OK) {
        st = array_read_header(path, file_out, err);
    }
    if (st == SKEP_OK) {
        skep_npy_header_view(&file_out->file.header, NULL, &whole);
        st = skep_slice_locate(&slice, &whole, &file_out->view, &file_out->at, err);
    }
    if (st != SKEP_OK) {
        skep_array_file_close(file_out);
    }
    return st;
}

void skep_array_file_close(struct skep_array_file *file)
{
    if (file->block != NULL && file->file.fd >= 0) {
        close(file->file.fd);
    }
    skep_free(file->block);
    *file = (struct skep_array_file){.file.fd = -1};
}

bool skep_array_file_has_changed(const struct skep_array_file *file)
{
    struct stat now;

    return fstat(file->file.fd, &now) != 0 || !skep_npy_file_is(&file->file, &now);
}
