/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_MARKS_H
#define SKEP_SWEEP_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "sweep/sidecar_header.h"

/* Which indexes are done, and the checksums of their slices: the three sections of a sidecar that grow. Bits
 * are held in memory, a bit for each index; checksums are in the file. */
struct skep_marks {
    int fd; /* borrowed */
    int64_t n_all;
    struct skep_sidecar_layout layout;
    unsigned char *done;
    int64_t n_done;
    unsigned char *is_stale; /* of each block of bits: MARKS_... (marks.c) */
    int64_t n_blocks;
    struct skep_marks_window *window; /* some checksums, to be written or as read */
    bool is_broken;                   /* memory and file may differ: nothing more is taken */
};

/* Read the bits, those that are synced only when IS_SYNCED_ONLY.
 *
 *   SKEP_E_OUTPUT   the file cannot be read
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_marks_load(struct skep_marks *marks, int fd,
                                          const struct skep_sidecar_header *header, bool is_synced_only,
                                          struct skep_error *err);
void skep_marks_release(struct skep_marks *marks); /* zeroed is fine */

/* The checksum of an index that is done; 0 when the file cannot be read. */
uint32_t skep_marks_crc(const struct skep_marks *marks, int64_t index);

/* An index that is not done is. It counts when skep_marks_flush has written it down. */
void skep_marks_add(struct skep_marks *marks, int64_t index, uint32_t crc);

/* Write checksums, then bits. After SKEP_E_OUTPUT what was added since the last flush is not done. */
SKEP_MUST_USE skep_status skep_marks_flush(struct skep_marks *marks, struct skep_error *err);

/* All done bits become synced bits, on the disk; all of them were flushed, and the slices synced. Does
 * nothing when nothing was added since the last time.  SKEP_E_OUTPUT */
SKEP_MUST_USE skep_status skep_marks_sync(struct skep_marks *marks, struct skep_error *err);

/* Write all the bits down as done, as if they had been added: after a load of synced ones. */
SKEP_MUST_USE skep_status skep_marks_rewrite(struct skep_marks *marks, struct skep_error *err);

#endif
