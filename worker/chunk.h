/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_CHUNK_H
#define SKEP_WORKER_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "queue/holder.h"
#include "queue/range.h"
#include "account.h"
#include "sweep/ack.h"
#include "sweeps.h"

/* The part of a range job that a slot holds, and what is known of its positions:
 *
 *     lo               sealed                   next                    hi
 *      | sealed, to be told | run, not yet to be believed | runs, then unstarted |
 *
 * A position is sealed when the inputs that it was computed from were found unchanged behind it, and its
 * slices are in the output arrays that this slot can reach. Only sealed ones are told. The server may cut the
 * end off meanwhile (a steal, a stop): what is beyond is forgotten, run or not.
 *
 * While the main thread runs a position without the slot's lock, the pacer may tell what is sealed. So the
 * buffers grow and start over only in skep_chunk_reserve, and what the main thread writes meanwhile lies
 * behind all that is known. */
struct skep_chunk_out {
    int64_t slice_bytes;
    unsigned ack_flags;      /* SKEP_ACK_...: whether values travel is known when they are sealed */
    struct skep_buf crcs;    /* of each done position, in order: u32 as acks have them */
    struct skep_buf values;  /* and its slice */
    struct skep_buf numbers; /* and where that belongs, int64_t */
};

struct skep_chunk_entry {
    int64_t position;
    struct skep_settled settled;
};

/* What its positions have used (account.h). Of each is kept how long it ran; the rest is sums, told with what
 * is sealed. Where the time of a position went is measured of some. */
struct skep_chunk_spent {
    const char *kernel;                  /* NULL: not known */
    struct skep_buf took;                /* float ns of each position from base on; below 0: it has not run */
    int64_t began_ms;                    /* of what is not told yet; monotonic */
    int64_t rows[SKEP_ACCOUNT_JOB_ROWS]; /* not told yet, but for the time of positions */
    int64_t telling[SKEP_ACCOUNT_JOB_ROWS];
    int64_t peak_rss_bytes;
    int64_t sampled_ns,
        sampled_commit_ns; /* of some positions: how long they ran, how long after the kernel */
    size_t n_slow;         /* the slowest first */
    struct skep_spent_slow slow[SKEP_ACCOUNT_SLOWEST];
};

struct skep_chunk {
    char job[SKEP_RANGE_JOB_BYTES];
    int64_t lo, sealed, next, hi;
    int64_t want;           /* so many to ask for of this job next time */
    int64_t hit, hit_index; /* lowest position not told yet whose value is a hit; -1: none */
    const char *worker;     /* borrowed; for acks */
    uint64_t boot;

    int64_t base;           /* the position that states begins with */
    size_t n_done;          /* done positions from base on: so many slices there are */
    struct skep_buf states; /* enum skep_ack_state, a byte each */
    int n_outs;
    struct skep_chunk_out outs[SKEP_SWEEP_MAX_OUTS];

    struct skep_chunk_spent spent;
    struct skep_buf bytes; /* results, lines for another try, dead letters */
    size_t n_entries;      /* in the order of positions */
    struct skep_chunk_entry entries[SKEP_BATCH_MAX];

    /* of the cycle under way */
    int64_t telling; /* upto */
    struct skep_buf ack;
    struct skep_range_verdict verdict;
    struct skep_verdict retries[SKEP_BATCH_MAX], dead[SKEP_BATCH_MAX];
    struct skep_bytes results[SKEP_BATCH_MAX];
};

void skep_chunk_init(struct skep_chunk *chunk);
void skep_chunk_release(struct skep_chunk *chunk);

/* Start over with RANGE of JOB. */
void skep_chunk_fill(struct skep_chunk *chunk, const struct skep_range *range, const char *job);

/* What slices it has, once its sweep is known; before the first position runs. */
void skep_chunk_set_outs(struct skep_chunk *chunk, const struct skep_known_sweep *known);

/* ---- run ---- */

/* Room for what the next position gives.
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_chunk_reserve(struct skep_chunk *chunk, struct skep_error *err);

/* Where the slice of the next position goes, once reserved. */
void *skep_chunk_slice(const struct skep_chunk *chunk, int k);

/* The next position is done: its slices are there, with these checksums and numbers. Or it is not. It ran so
 * long (-1: not at all). */
void skep_chunk_add_done(struct skep_chunk *chunk, const uint32_t *crcs, const int64_t *numbers,
                         int64_t ran_ns);
void skep_chunk_add_other(struct skep_chunk *chunk, enum skep_ack_state state, int64_t ran_ns);

/* What is to be told of the position that was added last; its bytes are in chunk->bytes. There is room. */
void skep_chunk_add_entry(struct skep_chunk *chunk, const struct skep_settled *settled);

/* It should be told before anything else is run: entries or bytes are many. */
bool skep_chunk_is_full(const struct skep_chunk *chunk);

/* So many bytes would be told, about. */
size_t skep_chunk_count_bytes(const struct skep_chunk *chunk);

/* Everything run is to be believed: write what can be written. Outputs that fail meanwhile travel. */
void skep_chunk_seal(struct skep_chunk *chunk, struct skep_known_sweep *known, const struct skep_roots *roots,
                     uint64_t *written_bytes_out);

/* Nothing is that was run since it was sealed: as if it had not been run. */
void skep_chunk_disown(struct skep_chunk *chunk);

/* ---- what is known ---- */

enum { SKEP_CHUNK_CRC_BYTES = 4 };

/* How many of the positions [FROM, UPTO), not before base, are in STATE. */
size_t skep_chunk_count(const struct skep_chunk *chunk, int64_t from, int64_t upto,
                        enum skep_ack_state state);

/* The positions from UPTO on are as if they had not been run. */
void skep_chunk_forget_from(struct skep_chunk *chunk, int64_t upto);

/* ---- what it costs (chunk_spent.c) ---- */

/* Start over, of what is known when its first position runs; NOW_MS: monotonic. */
void skep_chunk_spend_anew(struct skep_chunk *chunk, const char *kernel, int64_t now_ms);

/* POSITION, which was added last, is that of INDEX. */
void skep_chunk_spend_position(struct skep_chunk *chunk, int64_t position, int64_t index, int64_t ran_ns);

/* What the system says was used since the last time. */
void skep_chunk_spend_usage(struct skep_chunk *chunk, const struct skep_usage *usage);

/* Into ACCOUNT: what the positions of the cycle under way have used. After skep_chunk_make_cycle. */
void skep_chunk_account(struct skep_chunk *chunk, struct skep_account *account);

/* The positions from UPTO on are as if they had not been run; what the cycle under way tells is told. */
void skep_chunk_spent_forget_from(struct skep_chunk *chunk, int64_t upto);
void skep_chunk_spent_told(struct skep_chunk *chunk, int64_t now_ms);

/* ---- tell (chunk_tell.c) ---- */

static inline bool skep_chunk_is_empty(const struct skep_chunk *chunk)
{
    return chunk->lo >= chunk->hi;
}

/* The cycle that tells what is sealed and gives back all but the N_KEPT next positions (0: all that is not
 * sealed). Its memory is the chunk's. */
struct skep_cycle skep_chunk_make_cycle(struct skep_chunk *chunk, size_t n_kept);

/* Whether that would tell or give back anything. */
bool skep_chunk_has_news(const struct skep_chunk *chunk, size_t n_kept);

/* It was sent: what it gives back may be somebody else's by now. How many. */
int64_t skep_chunk_gave_back(struct skep_chunk *chunk);

/* It has been applied. */
void skep_chunk_told(struct skep_chunk *chunk);

/* On the server it ends at HI (-1: it is gone). How many are lost to us. */
int64_t skep_chunk_cut(struct skep_chunk *chunk, int64_t hi);

#endif
