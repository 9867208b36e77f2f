/* SPDX-License-Identifier: MIT */
#include "npy/shelf.h"

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/pages.h"

/* From one cell to the next: the guards of two of them are not shared, so that an address in one tells whose
 * it is. */
static size_t shelf_stride(const struct skep_npy_shelf *shelf)
{
    return shelf->place_bytes + 2 * SKEP_GUARD_BYTES;
}

static char *shelf_cell(const struct skep_npy_shelf *shelf, size_t i)
{
    return shelf->cells + i * shelf_stride(shelf);
}

/* Cells begin with a place: the guard before the first is that of the reserve. */
static size_t shelf_cells_bytes(const struct skep_npy_shelf *shelf)
{
    return shelf->n_places * shelf_stride(shelf);
}

/* The memory at AT, in place of what is reserved there. */
static bool shelf_map(const struct skep_npy_shelf *shelf, char *at, size_t bytes, int protection, size_t from)
{
    return at != NULL &&
           mmap(at, bytes, protection, MAP_SHARED | MAP_FIXED, shelf->fd, (off_t)from) == (void *)at;
}

static bool shelf_open(struct skep_npy_shelf *shelf)
{
    size_t bytes = shelf->n_places * shelf->place_bytes;

    shelf->fd = memfd_create("skep-small", MFD_CLOEXEC);
    if (shelf->fd < 0 || ftruncate(shelf->fd, (off_t)bytes) != 0) {
        return false;
    }
    shelf->desk = skep_pages_reserve(bytes);
    shelf->cells = skep_pages_reserve(shelf_cells_bytes(shelf));
    return shelf->cells != NULL && shelf_map(shelf, shelf->desk, bytes, PROT_READ | PROT_WRITE, 0);
}

skep_status skep_npy_shelf_init(struct skep_npy_shelf *shelf, size_t n_places, struct skep_error *err)
{
    *shelf = (struct skep_npy_shelf){
        .fd = -1, .place_bytes = skep_pages_round(SKEP_NPY_SMALL_BYTES), .n_places = n_places};
    shelf->free = skep_calloc(n_places, sizeof *shelf->free);
    if (shelf->free == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %zu small files", n_places);
    }
    if (!shelf_open(shelf)) {
        skep_npy_shelf_release(shelf);
        return SKEP_OK;
    }
    while (shelf->n_free < n_places) { /* the lowest on top */
        shelf->free[shelf->n_free] = (uint32_t)(n_places - 1 - shelf->n_free);
        shelf->n_free++;
    }
    return SKEP_OK;
}

void skep_npy_shelf_release(struct skep_npy_shelf *shelf)
{
    if (shelf->free != NULL && shelf->fd >= 0) {
        skep_pages_free(shelf->desk, shelf->n_places * shelf->place_bytes);
        skep_pages_free(shelf->cells, shelf_cells_bytes(shelf));
        close(shelf->fd);
    }
    skep_free(shelf->free);
    *shelf = (struct skep_npy_shelf){.fd = -1};
}

const char *skep_npy_shelf_take(struct skep_npy_shelf *shelf, size_t bytes, char **desk_out)
{
    size_t i;

    if (shelf->n_free == 0) {
        return NULL;
    }
    assert(bytes > 0 && bytes <= shelf->place_bytes);
    i = shelf->free[shelf->n_free - 1];
    if (i >= shelf->n_mapped) { /* they come in order the first time */
        if (!shelf_map(shelf, shelf_cell(shelf, i), shelf->place_bytes, PROT_READ, i * shelf->place_bytes)) {
            return NULL;
        }
        shelf->n_mapped = i + 1;
    }
    shelf->n_free--;
    *desk_out = shelf->desk + (i + 1) * shelf->place_bytes - bytes;
    return shelf_cell(shelf, i) + shelf->place_bytes - bytes;
}

void skep_npy_shelf_give(struct skep_npy_shelf *shelf, const char *bytes)
{
    size_t i = (size_t)(bytes - shelf->cells) / shelf_stride(shelf);

    assert(bytes >= shelf->cells && i < shelf->n_places && shelf->n_free < shelf->n_places);
    shelf->free[shelf->n_free++] = (uint32_t)i;
}
