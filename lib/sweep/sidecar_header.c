/* SPDX-License-Identifier: MIT */
/* The file PATH.npy.skep. Integers are little endian; every section begins at a multiple of 4096 bytes.
 *
 *     0       header     two of them; the one with the larger sequence that is whole counts
 *     4096    header
 *     8192    spec       JSON of the sweep, written once; its checksum is in the header
 *             done       a bit for each index: its slice and its checksum were written
 *             synced     the same, when all that was written has been synced
 *             checksums  u32 CRC32C of the slice of each index
 *
 *     header: "skepside", u32 version, the fields in the order of header_walk, zeros, u32 CRC32C of the 4092
 *     bytes before it
 *
 * A header is written over the older of the two, and synced: whatever a crash leaves of it, the other one is
 * whole. Done bits tell the truth as long as the page cache lives, that is across every death of a process
 * but not across one of the machine; synced bits tell it always. Which of them to believe follows from the
 * boot id in the header. */
#include "sweep/sidecar_header.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sweep/crc32c.h"
#include "sweep/disk.h"

static const char header_magic[8] = "skepside";

enum { HEADER_VERSION = 1, HEADER_CRC_AT = SKEP_SIDECAR_BLOCK - 4, HEADER_FIELDS_AT = 12 };

/* ---- fields, in both directions ---- */

struct header_cursor {
    unsigned char *at;
    bool reads;
};

static void walk_integer(struct header_cursor *cursor, uint64_t *number, size_t n)
{
    uint64_t got = 0;

    for (size_t i = 0; i < n; i++) {
        if (cursor->reads) {
            got |= (uint64_t)cursor->at[i] << 8 * i;
        } else {
            cursor->at[i] = (unsigned char)(*number >> 8 * i);
        }
    }
    *number = cursor->reads ? got : *number;
    cursor->at += n;
}

static void walk_i64(struct header_cursor *cursor, int64_t *number)
{
    uint64_t bits = (uint64_t)*number;

    walk_integer(cursor, &bits, sizeof bits);
    *number = (int64_t)bits;
}

static void walk_int(struct header_cursor *cursor, int *number)
{
    uint64_t bits = (uint64_t)*number;

    walk_integer(cursor, &bits, 4);
    *number = (int)(uint32_t)bits;
}

static void walk_text(struct header_cursor *cursor, char *text, size_t size)
{
    if (cursor->reads) {
        memcpy(text, cursor->at, size);
        text[size - 1] = '\0';
    } else {
        memcpy(cursor->at, text, size);
    }
    cursor->at += size;
}

static void header_walk(struct header_cursor *cursor, struct skep_sidecar_header *header)
{
    uint64_t spec_crc = header->spec_crc;
    int is_complete = header->is_complete;

    walk_integer(cursor, &header->sequence, 8);
    walk_i64(cursor, &header->n_all);
    walk_i64(cursor, &header->spec_n);
    walk_integer(cursor, &spec_crc, 4);
    walk_int(cursor, &header->out);
    walk_int(cursor, &header->kernel_version);
    walk_int(cursor, &header->pid);
    walk_int(cursor, &is_complete);
    walk_i64(cursor, &header->n_duplicates);
    walk_i64(cursor, &header->n_conflicts);
    walk_text(cursor, header->token, sizeof header->token);
    walk_text(cursor, header->boot_id, sizeof header->boot_id);
    walk_text(cursor, header->host, sizeof header->host);
    walk_text(cursor, header->job, sizeof header->job);
    walk_text(cursor, header->queue, sizeof header->queue);
    header->spec_crc = (uint32_t)spec_crc;
    header->is_complete = is_complete != 0;
}

static uint64_t block_integer(unsigned char *block, size_t at)
{
    struct header_cursor cursor = {block + at, true};
    uint64_t number = 0;

    walk_integer(&cursor, &number, 4);
    return number;
}

/* ---- blocks ---- */

static int64_t whole_blocks(int64_t bytes)
{
    return (bytes + SKEP_SIDECAR_BLOCK - 1) / SKEP_SIDECAR_BLOCK * SKEP_SIDECAR_BLOCK;
}

void skep_sidecar_lay_out(const struct skep_sidecar_header *header, struct skep_sidecar_layout *layout_out)
{
    struct skep_sidecar_layout *layout = layout_out;

    layout->bits_bytes = whole_blocks((header->n_all + 7) / 8);
    layout->spec_at = (int64_t)2 * SKEP_SIDECAR_BLOCK;
    layout->done_at = layout->spec_at + whole_blocks(header->spec_n);
    layout->synced_at = layout->done_at + layout->bits_bytes;
    layout->crcs_at = layout->synced_at + layout->bits_bytes;
    layout->end = layout->crcs_at + whole_blocks(4 * header->n_all);
}

static bool block_is_whole(unsigned char *block)
{
    return memcmp(block, header_magic, sizeof header_magic) == 0 &&
           block_integer(block, HEADER_CRC_AT) == skep_crc32c(0, block, HEADER_CRC_AT);
}

static skep_status header_check(const struct skep_sidecar_header *header, int64_t file_bytes,
                                struct skep_error *err)
{
    struct skep_sidecar_layout layout;

    if (header->n_all < 1 || header->n_all > SKEP_SWEEP_MAX_TASKS || header->spec_n < 0 ||
        header->spec_n > SKEP_SWEEP_SPEC_BYTES || header->out < 0 || header->out >= SKEP_SWEEP_MAX_OUTS) {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID, "damaged: numbers that cannot be");
    }
    skep_sidecar_lay_out(header, &layout);
    if (file_bytes < layout.end) {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID, "cut off: %lld bytes of %lld", (long long)file_bytes,
                              (long long)layout.end);
    }
    return SKEP_OK;
}

skep_status skep_sidecar_read_header(int fd, struct skep_sidecar_header *header_out, struct skep_error *err)
{
    unsigned char blocks[2][SKEP_SIDECAR_BLOCK];
    struct skep_sidecar_header best = {0};
    bool has_one = false;
    struct stat info;
    skep_status st;

    if (fstat(fd, &info) != 0) {
        return skep_error_errno(err, SKEP_E_OUTPUT, "cannot look");
    }
    if (info.st_size < (off_t)sizeof blocks) {
        return skep_error_set(err, SKEP_E_ARRAY_INVALID, "cut off: %lld bytes", (long long)info.st_size);
    }
    st = skep_disk_read(fd, blocks, sizeof blocks, 0, err);
    for (int k = 0; k < 2 && st == SKEP_OK; k++) {
        struct header_cursor cursor = {blocks[k] + HEADER_FIELDS_AT, true};
        struct skep_sidecar_header header = {0};
        if (!block_is_whole(blocks[k])) {
            continue;
        }
        if (block_integer(blocks[k], sizeof header_magic) != HEADER_VERSION) {
            return skep_error_set(err, SKEP_E_ARRAY_INVALID, "written by another version of skep");
        }
        header_walk(&cursor, &header);
        best = !has_one || header.sequence > best.sequence ? header : best;
        has_one = true;
    }
    if (st == SKEP_OK && !has_one) {
        st = skep_error_set(err, SKEP_E_ARRAY_INVALID, "not a sidecar, or damaged");
    }
    if (st == SKEP_OK) {
        st = header_check(&best, info.st_size, err);
    }
    if (st == SKEP_OK) {
        *header_out = best;
    }
    return st;
}

skep_status skep_sidecar_write_header(int fd, struct skep_sidecar_header *header, struct skep_error *err)
{
    unsigned char block[SKEP_SIDECAR_BLOCK] = {0};
    struct header_cursor cursor = {block + sizeof header_magic, false};
    uint64_t number = HEADER_VERSION;
    struct skep_sidecar_header next = *header;
    skep_status st;

    /* After a failure the next try must go over the same block: the other one is the whole one. */
    next.sequence++;
    memcpy(block, header_magic, sizeof header_magic);
    walk_integer(&cursor, &number, 4);
    header_walk(&cursor, &next);
    cursor.at = block + HEADER_CRC_AT;
    number = skep_crc32c(0, block, HEADER_CRC_AT);
    walk_integer(&cursor, &number, 4);
    st = skep_disk_write(fd, block, sizeof block, (int64_t)(next.sequence & 1) * SKEP_SIDECAR_BLOCK, err);
    if (st == SKEP_OK && fdatasync(fd) != 0) {
        st = skep_error_errno(err, SKEP_E_OUTPUT, "cannot sync");
    }
    header->sequence += st == SKEP_OK;
    return st;
}

/* ---- what makers and openers share ---- */

char *skep_sidecar_path(const char *path)
{
    size_t n = strlen(path);
    char *own = skep_malloc(n + sizeof ".skep");

    if (own != NULL) {
        memcpy(own, path, n);
        memcpy(own + n, ".skep", sizeof ".skep");
    }
    return own;
}

void skep_sidecar_copy_text(char *to, size_t size, const char *from)
{
    memset(to, 0, size);
    snprintf(to, size, "%s", from != NULL ? from : "");
}

void skep_sidecar_claim(struct skep_sidecar_header *header)
{
    struct skep_here here;

    skep_here_get(&here);
    skep_sidecar_copy_text(header->boot_id, sizeof header->boot_id, here.boot_id);
    skep_sidecar_copy_text(header->host, sizeof header->host, here.host);
    header->pid = (int)getpid();
}
