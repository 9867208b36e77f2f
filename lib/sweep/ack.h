/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_ACK_H
#define SKEP_SWEEP_ACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "sweep/sweep.h"

/* What a slot reports of the positions that it has finished: for each output of the sweep the checksum of
 * each slice, and the slices themselves where it could not write them. A blob of bytes in a Redis list;
 * little endian; read with every bound checked, for whoever can write to a queue can write this.
 *
 *   "skepack1"  u64 lo  u64 hi  u64 boot  u8 n_outs  u8 n_worker_bytes  worker
 *   one status byte for each position: 0 done, 1 skipped by the filter, 2 not here (failed, tried again);
 *   with "skepack2" instead there are none, and all are done
 *   for each output: u8 flags (1 values travel, 2 written and on the disk, 4 one checksum for all), then a
 * u32 for each position that is done, in order, or with flag 4 one u32, the CRC32C of these; then, where
 * values travel, the bytes of the slices of these positions in the same order
 *
 * Small slices that a slot wrote by itself come with one checksum for all: the gatherer sums what it finds in
 * the array, slice by slice, and holds it against that one. So a million of them are an ack of some 60 bytes,
 * and Redis need not hold more. */
enum skep_ack_state { SKEP_ACK_DONE, SKEP_ACK_SKIPPED, SKEP_ACK_ABSENT };
enum { SKEP_ACK_VALUES = 1, SKEP_ACK_SYNCED = 2, SKEP_ACK_SUMMED_TOGETHER = 4 };

/* Of one ack: so that one of a few bytes does not claim the work of a year. */
enum { SKEP_ACK_MAX_POSITIONS = 1 << 26 };

struct skep_ack_out {
    unsigned flags;
    const unsigned char *crcs;   /* u32 little endian, n_done of them; skep_ack_crc reads one. NULL when read
                                    SUMMED_TOGETHER */
    const unsigned char *values; /* n_done slices, or NULL */
    uint32_t together;           /* the CRC32C of crcs, where these are NULL */
};

struct skep_ack {
    int64_t lo, hi;
    uint64_t boot;      /* skep_here_boot() of the slot: slices that it wrote and did not sync are in the page
                           cache of that machine. 0: not known; they are read back then before they count */
    const char *worker; /* at most 255 bytes of it travel */
    size_t worker_n;
    const unsigned char *states; /* hi - lo of them; NULL: all are done. skep_ack_state reads one */
    int64_t n_done;
    int n_outs;
    struct skep_ack_out outs[SKEP_SWEEP_MAX_OUTS];
};

/* OUTS[k].crcs and .values are the caller's buffers; SLICE_BYTES of each output. N_DONE must be the number of
 * states that say so. Appends to BUF, which may fail. */
void skep_ack_write(struct skep_buf *buf, const struct skep_ack *ack, const int64_t *slice_bytes);

/* SLICE_BYTES: of each output. Pointers go into BYTES.
 *
 *   SKEP_E_PROTOCOL   not an ack, or not one of this sweep */
SKEP_MUST_USE skep_status skep_ack_read(const void *bytes, size_t n, const struct skep_sweep *sweep,
                                        const int64_t *slice_bytes, struct skep_ack *ack_out,
                                        struct skep_error *err);

static inline enum skep_ack_state skep_ack_state(const struct skep_ack *ack, int64_t position)
{
    return ack->states == NULL ? SKEP_ACK_DONE : (enum skep_ack_state)ack->states[position - ack->lo];
}

uint32_t skep_ack_crc(const struct skep_ack_out *out, int64_t k);
void skep_ack_put_crc(unsigned char *crcs, int64_t k,
                      uint32_t crc); /* the K-th of a buffer for outs[].crcs */

#endif
