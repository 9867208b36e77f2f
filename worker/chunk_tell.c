/* SPDX-License-Identifier: MIT */
/* What is told of a chunk. */
#include <string.h>

#include "base/clock.h"
#include "chunk.h"

static void chunk_make_ack(struct skep_chunk *chunk, int64_t upto)
{
    size_t from = skep_chunk_count(chunk, chunk->base, chunk->lo, SKEP_ACK_DONE);
    int64_t slice_bytes[SKEP_SWEEP_MAX_OUTS] = {0};
    struct skep_ack ack = {
        .lo = chunk->lo,
        .hi = upto,
        .boot = chunk->boot,
        .worker = chunk->worker,
        .worker_n = strlen(chunk->worker),
        .n_done = (int64_t)skep_chunk_count(chunk, chunk->lo, upto, SKEP_ACK_DONE),
        .n_outs = chunk->n_outs,
    };

    if (ack.n_done < upto - chunk->lo) {
        ack.states = (const unsigned char *)chunk->states.bytes + (chunk->lo - chunk->base);
    }
    skep_buf_reset(&chunk->ack);
    for (int k = 0; k < chunk->n_outs; k++) {
        const struct skep_chunk_out *out = &chunk->outs[k];
        slice_bytes[k] = out->slice_bytes;
        ack.outs[k].flags = out->ack_flags;
        ack.outs[k].crcs = (const unsigned char *)out->crcs.bytes + from * SKEP_CHUNK_CRC_BYTES;
        ack.outs[k].values = (out->ack_flags & SKEP_ACK_VALUES) != 0
                                 ? (const unsigned char *)out->values.bytes + from * (size_t)out->slice_bytes
                                 : NULL;
    }
    if (chunk->n_outs > 0 && ack.hi > ack.lo) {
        skep_ack_write(&chunk->ack, &ack, slice_bytes);
    }
}

static void chunk_add_entries(struct skep_chunk *chunk, int64_t upto)
{
    struct skep_range_verdict *v = &chunk->verdict;

    for (size_t i = 0; i < chunk->n_entries && chunk->entries[i].position < upto; i++) {
        struct skep_verdict one = skep_settled_verdict(&chunk->entries[i].settled, &chunk->bytes);
        switch (one.kind) {
        case SKEP_DONE:
            chunk->results[v->n_results++] = one.result;
            break;
        case SKEP_RETRY:
            chunk->retries[v->n_retries++] = one;
            break;
        default:
            chunk->dead[v->n_dead++] = one;
        }
    }
}

struct skep_cycle skep_chunk_make_cycle(struct skep_chunk *chunk, size_t n_kept)
{
    int64_t upto = chunk->sealed;
    int64_t back = n_kept == 0 ? upto : chunk->next + (int64_t)n_kept;
    struct skep_range_verdict *v = &chunk->verdict;

    if (skep_chunk_is_empty(chunk)) {
        v->back = -1;
        chunk->telling = chunk->lo;
        return (struct skep_cycle){0};
    }
    *v = (struct skep_range_verdict){
        .upto = upto,
        .back = back < chunk->hi ? back : -1,
        .retries = chunk->retries,
        .dead = chunk->dead,
        .results = chunk->results,
        .hit = -1,
        .hit_index = -1,
    };
    chunk_add_entries(chunk, upto);
    v->n_failed = (int64_t)v->n_dead;
    v->n_done = upto - chunk->lo - v->n_failed - (int64_t)v->n_retries;
    if (chunk->hit >= 0 && chunk->hit < upto) {
        v->hit = chunk->hit;
        v->hit_index = chunk->hit_index;
    }
    chunk_make_ack(chunk, upto);
    v->ack = (struct skep_bytes){chunk->ack.bytes, chunk->ack.length};
    chunk->telling = upto;
    return (struct skep_cycle){.range = v};
}

bool skep_chunk_has_news(const struct skep_chunk *chunk, size_t n_kept)
{
    int64_t back = n_kept == 0 ? chunk->sealed : chunk->next + (int64_t)n_kept;

    return chunk->lo < chunk->sealed || (!skep_chunk_is_empty(chunk) && back < chunk->hi);
}

int64_t skep_chunk_gave_back(struct skep_chunk *chunk)
{
    int64_t back = chunk->verdict.back;
    int64_t n = back >= 0 && back < chunk->hi ? chunk->hi - back : 0;

    chunk->hi -= n;
    return n;
}

void skep_chunk_told(struct skep_chunk *chunk)
{
    size_t n = 0;

    while (n < chunk->n_entries && chunk->entries[n].position < chunk->telling) {
        n++;
    }
    memmove(chunk->entries, chunk->entries + n, (chunk->n_entries - n) * sizeof chunk->entries[0]);
    chunk->n_entries -= n;
    chunk->lo = chunk->telling;
    skep_chunk_spent_told(chunk, skep_monotonic_ms());
    if (chunk->hit >= 0 && chunk->hit < chunk->lo) {
        chunk->hit = chunk->hit_index = -1;
    }
}

int64_t skep_chunk_cut(struct skep_chunk *chunk, int64_t hi)
{
    int64_t kept = hi < chunk->lo ? chunk->lo : hi;
    int64_t n = chunk->hi - kept;

    if (n <= 0) {
        return 0;
    }
    chunk->hi = kept;
    skep_chunk_forget_from(chunk, kept);
    return n;
}
