/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_SIDECAR_H
#define SKEP_SWEEP_SIDECAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "npy/roots.h"
#include "sweep/here.h"
#include "sweep/sweep.h"

/* The file PATH.npy.skep beside an output: what the array holds and where it came from. It outlives Redis.
 * sidecar_header.c begins with its format. One gatherer writes it at a time, held by a lock; anybody may
 * read. */

struct skep_sidecar_facts {
    const char *spec; /* JSON of the sweep */
    size_t spec_n;
    const char *job, *queue; /* NUL-terminated; where it was put last */
    int out;                 /* which of the sweep's outputs this is */
    int kernel_version;
    char token[SKEP_SWEEP_TOKEN_BYTES];
    char boot_id[SKEP_BOOT_BYTES]; /* of the machine of its last gatherer: another one means that its page
                                      cache is gone */
    char host[SKEP_HOST_BYTES];
    int pid; /* of its last gatherer, on that host */
    int64_t n_all;
    bool is_complete;                  /* the job was over and everything is on the disk */
    int64_t n_duplicates, n_conflicts; /* indexes that came again with equal, with other bytes */
};

/* What a slot asks before it writes slices by itself: a read of 4 KiB, no lock.
 *
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID   as skep_sidecar_open */
struct skep_sidecar_look {
    char token[SKEP_SWEEP_TOKEN_BYTES];
    bool is_here; /* its gatherer is, or was last, on this machine since its start: what is written here needs
                     no sync to be seen and to last as long as what the gatherer writes */
    bool is_complete;
};
SKEP_MUST_USE skep_status skep_sidecar_look(const struct skep_roots *roots, const char *path,
                                            struct skep_sidecar_look *look_out, struct skep_error *err);

struct skep_sidecar; /* opaque: an open one */

/* Make it; replaces what is there. Everything of FACTS is copied. The same failures as skep_array_make. */
SKEP_MUST_USE skep_status skep_sidecar_make(const struct skep_roots *roots, const char *path,
                                            const struct skep_sidecar_facts *facts, struct skep_error *err);

/* Open the sidecar of the output at PATH (the .npy's); ROOTS must outlive it. WRITES: take the gatherer's
 * lock; then bits that cannot be trusted any more (another boot) are dropped on the way, and boot id and host
 * become ours.
 *
 *   SKEP_E_ARRAY_MISSING   there is none
 *   SKEP_E_ARRAY_INVALID   damaged, or of an unknown version
 *   SKEP_E_CONFLICT        somebody else gathers (WRITES); ERR names the process where the system knows it */
SKEP_MUST_USE skep_status skep_sidecar_open(const struct skep_roots *roots, const char *path, bool writes,
                                            struct skep_sidecar **sidecar_out, struct skep_error *err);
void skep_sidecar_close(struct skep_sidecar *sidecar); /* NULL is fine */

const struct skep_sidecar_facts *skep_sidecar_facts(const struct skep_sidecar *sidecar);

/* The sweep was put again under another job or on another queue; it is (not) complete. SKEP_E_OUTPUT */
SKEP_MUST_USE skep_status skep_sidecar_set_job(struct skep_sidecar *sidecar, const char *job,
                                               const char *queue, struct skep_error *err);
SKEP_MUST_USE skep_status skep_sidecar_set_complete(struct skep_sidecar *sidecar, bool is_complete,
                                                    struct skep_error *err);

bool skep_sidecar_is_done(const struct skep_sidecar *sidecar, int64_t index);
uint32_t skep_sidecar_crc(const struct skep_sidecar *sidecar, int64_t index);
int64_t skep_sidecar_count_done(const struct skep_sidecar *sidecar);

/* The first index at or behind FROM that is not done (n_all: none); the first behind it that is. */
int64_t skep_sidecar_next_hole(const struct skep_sidecar *sidecar, int64_t from);
int64_t skep_sidecar_next_done(const struct skep_sidecar *sidecar, int64_t from);

/* INDEX is done, with this checksum. Done before: SEEN when the checksum is the same, OTHER when it is not
 * (both are counted; the first stays). Marks are collected: they are true for everybody, and outlive a kill,
 * after skep_sidecar_flush. */
enum skep_mark { SKEP_MARK_NEW, SKEP_MARK_SEEN, SKEP_MARK_OTHER };
enum skep_mark skep_sidecar_mark(struct skep_sidecar *sidecar, int64_t index, uint32_t crc);

/* Write down the marks since the last flush; the slices are in the array by now. After SKEP_E_OUTPUT none of
 * these marks counts. */
SKEP_MUST_USE skep_status skep_sidecar_flush(struct skep_sidecar *sidecar, struct skep_error *err);

/* The array has been synced since the last flush: what is done is safe. Writes it down, on the disk.
 *
 *   SKEP_E_OUTPUT   not written, or another file lies at the path by now */
SKEP_MUST_USE skep_status skep_sidecar_sync(struct skep_sidecar *sidecar, struct skep_error *err);
#endif
