/* SPDX-License-Identifier: MIT */
/* What a kill leaves must be true, so within the file checksums go before the bits that speak of them, and
 * what a power cut leaves, too, so synced bits go into the file after everything else is on the disk.
 *
 * Bits are written in blocks of 4 KiB (32,768 indexes), those that changed. Checksums are collected as long
 * as index follows index, as they do but for a random order, and written a stretch at a time. */
#include "sweep/marks.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sweep/bits.h"
#include "sweep/disk.h"

enum {
    MARKS_UNWRITTEN = 1, /* the done block in the file is older */
    MARKS_UNSYNCED = 2,  /* the synced block is */
    MARKS_CRC_BYTES = 4,
    MARKS_WINDOW = 1024, /* checksums */
    MARKS_BLOCK_BITS = 8 * SKEP_SIDECAR_BLOCK
};

struct skep_marks_window {
    int64_t first, n; /* indexes */
    bool is_unwritten;
    skep_status failed; /* of a write since the last flush */
    struct skep_error err;
    unsigned char crcs[MARKS_WINDOW * MARKS_CRC_BYTES];
};

/* ---- loading ---- */

static skep_status marks_read_bits(struct skep_marks *marks, int64_t at, struct skep_error *err)
{
    skep_status st = skep_disk_read(marks->fd, marks->done, (size_t)marks->layout.bits_bytes, at, err);

    if (st == SKEP_OK) {
        marks->n_done = skep_bits_count(marks->done, marks->n_all);
    }
    return st;
}

skep_status skep_marks_load(struct skep_marks *marks, int fd, const struct skep_sidecar_header *header,
                            bool is_synced_only, struct skep_error *err)
{
    skep_status st;

    *marks = (struct skep_marks){.fd = fd, .n_all = header->n_all};
    skep_sidecar_lay_out(header, &marks->layout);
    marks->n_blocks = marks->layout.bits_bytes / SKEP_SIDECAR_BLOCK;
    marks->done = skep_malloc((size_t)marks->layout.bits_bytes);
    marks->is_stale = skep_calloc((size_t)marks->n_blocks, 1);
    marks->window = skep_calloc(1, sizeof *marks->window);
    st = marks->done != NULL && marks->is_stale != NULL && marks->window != NULL
             ? SKEP_OK
             : skep_error_set(err, SKEP_E_NOMEM, "no memory for a bit for each of %lld tasks",
                              (long long)header->n_all);
    if (st == SKEP_OK) {
        st = marks_read_bits(marks, is_synced_only ? marks->layout.synced_at : marks->layout.done_at, err);
    }
    if (st != SKEP_OK) {
        skep_marks_release(marks);
        return st;
    }
    /* Which of them the last gatherer had synced is not looked up: once more does no harm. */
    memset(marks->is_stale, is_synced_only || marks->n_done == 0 ? 0 : MARKS_UNSYNCED,
           (size_t)marks->n_blocks);
    return SKEP_OK;
}

void skep_marks_release(struct skep_marks *marks)
{
    skep_free(marks->done);
    skep_free(marks->is_stale);
    skep_free(marks->window);
    *marks = (struct skep_marks){.fd = -1};
}

/* ---- checksums ---- */

static int64_t crc_at(const struct skep_marks *marks, int64_t index)
{
    return marks->layout.crcs_at + index * MARKS_CRC_BYTES;
}

static uint32_t window_get(const struct skep_marks_window *window, int64_t index)
{
    const unsigned char *p = window->crcs + (index - window->first) * MARKS_CRC_BYTES;

    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void window_put(struct skep_marks_window *window, int64_t index, uint32_t crc)
{
    unsigned char *p = window->crcs + (index - window->first) * MARKS_CRC_BYTES;

    for (int i = 0; i < MARKS_CRC_BYTES; i++) {
        p[i] = (unsigned char)(crc >> 8 * i);
    }
}

/* The window is empty after it, and a failure is kept for the flush. */
static void marks_write_window(const struct skep_marks *marks)
{
    struct skep_marks_window *window = marks->window;

    if (window->is_unwritten && window->failed == SKEP_OK) {
        window->failed = skep_disk_write(marks->fd, window->crcs, (size_t)window->n * MARKS_CRC_BYTES,
                                         crc_at(marks, window->first), &window->err);
    }
    window->is_unwritten = false;
    window->n = 0;
}

uint32_t skep_marks_crc(const struct skep_marks *marks, int64_t index)
{
    struct skep_marks_window *window = marks->window;

    if (index < window->first || index >= window->first + window->n) {
        int64_t n = marks->n_all - index < MARKS_WINDOW ? marks->n_all - index : MARKS_WINDOW;
        marks_write_window(marks);
        if (skep_disk_read(marks->fd, window->crcs, (size_t)n * MARKS_CRC_BYTES, crc_at(marks, index),
                           NULL) != SKEP_OK) {
            return 0;
        }
        window->first = index;
        window->n = n;
    }
    return window_get(window, index);
}

/* ---- bits ---- */

void skep_marks_add(struct skep_marks *marks, int64_t index, uint32_t crc)
{
    struct skep_marks_window *window = marks->window;

    assert(index >= 0 && index < marks->n_all && !skep_bits_get(marks->done, index));
    if (!window->is_unwritten || index != window->first + window->n || window->n == MARKS_WINDOW) {
        marks_write_window(marks);
        window->first = index;
        window->is_unwritten = true;
    }
    window->n++;
    window_put(window, index, crc);
    skep_bits_set(marks->done, index);
    marks->is_stale[index / MARKS_BLOCK_BITS] = MARKS_UNWRITTEN | MARKS_UNSYNCED;
    marks->n_done++;
}

/* Write the blocks that are stale in this way to the section at AT, neighbours at once. */
static skep_status marks_write_blocks(struct skep_marks *marks, unsigned char stale, int64_t at,
                                      struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (int64_t k = 0; k < marks->n_blocks && st == SKEP_OK; k++) {
        int64_t end = k;
        while (end < marks->n_blocks && (marks->is_stale[end] & stale) != 0) {
            marks->is_stale[end++] &= (unsigned char)~stale;
        }
        if (end > k) {
            st = skep_disk_write(marks->fd, marks->done + k * SKEP_SIDECAR_BLOCK,
                                 (size_t)((end - k) * SKEP_SIDECAR_BLOCK), at + k * SKEP_SIDECAR_BLOCK, err);
            k = end;
        }
    }
    return st;
}

/* After a failure the file knows what is true. */
static void marks_recover(struct skep_marks *marks)
{
    marks->window->n = 0;
    marks->window->is_unwritten = false;
    marks->is_broken = marks->is_broken || marks_read_bits(marks, marks->layout.done_at, NULL) != SKEP_OK;
    memset(marks->is_stale, MARKS_UNSYNCED, (size_t)marks->n_blocks);
}

static skep_status marks_check(const struct skep_marks *marks, struct skep_error *err)
{
    return marks->is_broken ? skep_error_set(err, SKEP_E_OUTPUT, "it could not be written or synced before")
                            : SKEP_OK;
}

skep_status skep_marks_flush(struct skep_marks *marks, struct skep_error *err)
{
    struct skep_marks_window *window = marks->window;
    skep_status st = marks_check(marks, err);

    if (st != SKEP_OK) {
        return st;
    }
    marks_write_window(marks);
    st = window->failed;
    if (st != SKEP_OK) {
        skep_error_set(err, st, "%s", window->err.text);
        window->failed = SKEP_OK;
        skep_error_clear(&window->err);
    } else {
        st = marks_write_blocks(marks, MARKS_UNWRITTEN, marks->layout.done_at, err);
    }
    if (st != SKEP_OK) {
        marks_recover(marks);
    }
    return st;
}

static skep_status marks_to_disk(struct skep_marks *marks, struct skep_error *err)
{
    if (fdatasync(marks->fd) == 0) {
        return SKEP_OK;
    }
    /* What could not be written is forgotten by the system, and a second sync would claim success. */
    marks->is_broken = true;
    return skep_error_errno(err, SKEP_E_OUTPUT, "cannot sync");
}

skep_status skep_marks_sync(struct skep_marks *marks, struct skep_error *err)
{
    skep_status st = marks_check(marks, err);

    if (st != SKEP_OK || memchr(marks->is_stale, MARKS_UNSYNCED, (size_t)marks->n_blocks) == NULL) {
        return st;
    }
    st = marks_to_disk(marks, err);
    if (st == SKEP_OK) {
        st = marks_write_blocks(marks, MARKS_UNSYNCED, marks->layout.synced_at, err);
        if (st != SKEP_OK) {
            memset(marks->is_stale, MARKS_UNSYNCED, (size_t)marks->n_blocks);
        }
    }
    return st == SKEP_OK ? marks_to_disk(marks, err) : st;
}

skep_status skep_marks_rewrite(struct skep_marks *marks, struct skep_error *err)
{
    memset(marks->is_stale, MARKS_UNWRITTEN, (size_t)marks->n_blocks);
    return marks_write_blocks(marks, MARKS_UNWRITTEN, marks->layout.done_at, err);
}
