/* SPDX-License-Identifier: MIT */
#include "chunk.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "sweep/here.h"

enum {
    CHUNK_MAX_BYTES = 400 << 20,
    CHUNK_KEEP_BYTES = 4 << 20,
    CHUNK_SMALL_BYTES = 64,    /* of a slice */
    CHUNK_TELL_BYTES = 8 << 20 /* of values and results wait for the end of a chunk */
};

void skep_chunk_init(struct skep_chunk *chunk)
{
    chunk->want = 1;
    chunk->hit = chunk->hit_index = -1;
    chunk->boot = skep_here_boot();
    skep_buf_init(&chunk->states, CHUNK_MAX_BYTES);
    skep_buf_init(&chunk->bytes, CHUNK_MAX_BYTES);
    skep_buf_init(&chunk->ack, CHUNK_MAX_BYTES);
    skep_buf_init(&chunk->spent.took, CHUNK_MAX_BYTES);
    for (int k = 0; k < SKEP_SWEEP_MAX_OUTS; k++) {
        skep_buf_init(&chunk->outs[k].crcs, CHUNK_MAX_BYTES);
        skep_buf_init(&chunk->outs[k].values, CHUNK_MAX_BYTES);
        skep_buf_init(&chunk->outs[k].numbers, CHUNK_MAX_BYTES);
    }
}

void skep_chunk_release(struct skep_chunk *chunk)
{
    skep_buf_release(&chunk->states);
    skep_buf_release(&chunk->bytes);
    skep_buf_release(&chunk->ack);
    skep_buf_release(&chunk->spent.took);
    for (int k = 0; k < SKEP_SWEEP_MAX_OUTS; k++) {
        skep_buf_release(&chunk->outs[k].crcs);
        skep_buf_release(&chunk->outs[k].values);
        skep_buf_release(&chunk->outs[k].numbers);
    }
}

static void chunk_empty(struct skep_buf *buf)
{
    if (buf->capacity > CHUNK_KEEP_BYTES) {
        skep_buf_release(buf);
    } else {
        skep_buf_reset(buf);
    }
}

/* Everything is told: the buffers start over. */
static void chunk_start_over(struct skep_chunk *chunk)
{
    assert(chunk->lo == chunk->next && chunk->n_entries == 0);
    chunk->base = chunk->lo;
    chunk->n_done = 0;
    chunk_empty(&chunk->states);
    chunk_empty(&chunk->spent.took);
    chunk_empty(&chunk->bytes);
    for (int k = 0; k < chunk->n_outs; k++) {
        chunk_empty(&chunk->outs[k].crcs);
        chunk_empty(&chunk->outs[k].values);
        chunk_empty(&chunk->outs[k].numbers);
    }
}

void skep_chunk_fill(struct skep_chunk *chunk, const struct skep_range *range, const char *job)
{
    assert(skep_chunk_is_empty(chunk));
    chunk->lo = chunk->sealed = chunk->next = chunk->telling = range->lo;
    chunk->hi = range->hi;
    chunk->hit = chunk->hit_index = -1;
    chunk->n_entries = 0;
    snprintf(chunk->job, sizeof chunk->job, "%s", job);
    chunk_start_over(chunk);
    chunk->n_outs = 0;
}

/* To tell the checksum of a small slice costs about as much as to read it back. */
static unsigned chunk_flags(enum skep_reach reach, int64_t slice_bytes)
{
    static const unsigned flags[] = {
        [SKEP_REACH_TRAVELS] = SKEP_ACK_VALUES, [SKEP_REACH_HERE] = 0, [SKEP_REACH_SYNCED] = SKEP_ACK_SYNCED};

    return reach == SKEP_REACH_HERE && slice_bytes <= CHUNK_SMALL_BYTES ? SKEP_ACK_SUMMED_TOGETHER
                                                                        : flags[reach];
}

void skep_chunk_set_outs(struct skep_chunk *chunk, const struct skep_known_sweep *known)
{
    assert(chunk->next == chunk->lo);
    chunk->n_outs = known->sweep.n_outs;
    for (int k = 0; k < chunk->n_outs; k++) {
        chunk->outs[k].slice_bytes = known->slice_bytes[k];
        chunk->outs[k].ack_flags = chunk_flags(known->outs[k].reach, known->slice_bytes[k]);
    }
}

/* ---- run ---- */

skep_status skep_chunk_reserve(struct skep_chunk *chunk, struct skep_error *err)
{
    bool has_room;

    if (chunk->lo == chunk->next && chunk->states.length > 0) {
        chunk_start_over(chunk);
    }
    has_room = skep_buf_reserve(&chunk->states, 1) != NULL &&
               skep_buf_reserve(&chunk->spent.took, sizeof(float)) != NULL;
    for (int k = 0; k < chunk->n_outs; k++) {
        struct skep_chunk_out *out = &chunk->outs[k];
        has_room = has_room && skep_buf_reserve(&out->crcs, SKEP_CHUNK_CRC_BYTES) != NULL &&
                   skep_buf_reserve(&out->numbers, sizeof(int64_t)) != NULL &&
                   skep_buf_reserve(&out->values, (size_t)out->slice_bytes) != NULL;
        out->crcs.failed = out->numbers.failed = out->values.failed = false; /* later there may be room */
    }
    chunk->states.failed = chunk->spent.took.failed = false;
    return has_room ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "no memory for the slices of its outputs");
}

void *skep_chunk_slice(const struct skep_chunk *chunk, int k)
{
    return chunk->outs[k].values.bytes + chunk->outs[k].values.length;
}

void skep_chunk_add_other(struct skep_chunk *chunk, enum skep_ack_state state, int64_t ran_ns)
{
    struct skep_buf *took = &chunk->spent.took;
    float took_ns = (float)ran_ns;

    chunk->states.bytes[chunk->states.length++] = (char)state;
    memcpy(took->bytes + took->length, &took_ns, sizeof took_ns);
    took->length += sizeof took_ns;
    chunk->next++;
}

void skep_chunk_add_done(struct skep_chunk *chunk, const uint32_t *crcs, const int64_t *numbers,
                         int64_t ran_ns)
{
    for (int k = 0; k < chunk->n_outs; k++) {
        struct skep_chunk_out *out = &chunk->outs[k];
        skep_ack_put_crc((unsigned char *)out->crcs.bytes, (int64_t)chunk->n_done, crcs[k]);
        out->crcs.length += SKEP_CHUNK_CRC_BYTES;
        memcpy(out->numbers.bytes + out->numbers.length, &numbers[k], sizeof numbers[k]);
        out->numbers.length += sizeof numbers[k];
        out->values.length += (size_t)out->slice_bytes;
    }
    chunk->n_done++;
    skep_chunk_add_other(chunk, SKEP_ACK_DONE, ran_ns);
}

void skep_chunk_add_entry(struct skep_chunk *chunk, const struct skep_settled *settled)
{
    assert(chunk->n_entries < SKEP_BATCH_MAX);
    chunk->entries[chunk->n_entries++] = (struct skep_chunk_entry){chunk->next - 1, *settled};
}

size_t skep_chunk_count_bytes(const struct skep_chunk *chunk)
{
    size_t n = chunk->bytes.length;

    for (int k = 0; k < chunk->n_outs; k++) {
        const struct skep_chunk_out *out = &chunk->outs[k];
        n += (out->ack_flags & SKEP_ACK_SUMMED_TOGETHER) != 0 ? 0 : out->crcs.length;
        n += (out->ack_flags & SKEP_ACK_VALUES) != 0 ? out->values.length : 0;
    }
    return n;
}

bool skep_chunk_is_full(const struct skep_chunk *chunk)
{
    size_t n_bytes = chunk->bytes.length;

    for (int k = 0; k < chunk->n_outs; k++) {
        n_bytes += chunk->outs[k].values.length + chunk->outs[k].numbers.length;
    }
    return n_bytes >= CHUNK_TELL_BYTES || chunk->n_entries == SKEP_BATCH_MAX;
}

size_t skep_chunk_count(const struct skep_chunk *chunk, int64_t from, int64_t upto, enum skep_ack_state state)
{
    const char *states = chunk->states.bytes - chunk->base;
    size_t n = 0;

    for (int64_t p = from; p < upto; p++) {
        n += states[p] == (char)state;
    }
    return n;
}

/* ---- sealing ---- */

/* The slices from number FROM on, in runs that lie side by side in the array. */
static skep_status chunk_write(const struct skep_chunk_out *out, const struct skep_array *array, size_t from,
                               size_t upto, struct skep_error *err)
{
    skep_status st = SKEP_OK;
    size_t n;

    for (size_t i = from; st == SKEP_OK && i < upto; i += n) {
        int64_t first, number;
        memcpy(&first, out->numbers.bytes + i * sizeof first, sizeof first);
        for (n = 1; i + n < upto; n++) {
            memcpy(&number, out->numbers.bytes + (i + n) * sizeof number, sizeof number);
            if (number != first + (int64_t)n) {
                break;
            }
        }
        st =
            skep_array_write(array, first, (int64_t)n, out->values.bytes + i * (size_t)out->slice_bytes, err);
    }
    return st;
}

void skep_chunk_seal(struct skep_chunk *chunk, struct skep_known_sweep *known, const struct skep_roots *roots,
                     uint64_t *written_bytes_out)
{
    size_t from = skep_chunk_count(chunk, chunk->base, chunk->sealed, SKEP_ACK_DONE);

    *written_bytes_out = 0;
    for (int k = 0; from < chunk->n_done && k < chunk->n_outs; k++) {
        struct skep_chunk_out *out = &chunk->outs[k];
        struct skep_known_out *reached = &known->outs[k];
        struct skep_error err = {0};
        skep_status st;
        if ((out->ack_flags & SKEP_ACK_VALUES) != 0) {
            continue;
        }
        st = skep_array_check(&reached->array, roots, known->sweep.outs[k].path, &err);
        st = st == SKEP_OK ? chunk_write(out, &reached->array, from, chunk->n_done, &err) : st;
        if (st == SKEP_OK && (out->ack_flags & SKEP_ACK_SYNCED) != 0) {
            st = skep_array_sync(&reached->array, &err);
        }
        if (st != SKEP_OK) {
            skep_log(SKEP_LOG_WARN, "output-travels", "job=%s reason=\"%s\"", chunk->job, err.text);
            out->ack_flags = SKEP_ACK_VALUES; /* all slices since the last tell are at hand */
        } else {
            *written_bytes_out += (chunk->n_done - from) * (size_t)out->slice_bytes;
        }
    }
    chunk->sealed = chunk->next;
}

void skep_chunk_forget_from(struct skep_chunk *chunk, int64_t upto)
{
    if (upto >= chunk->next) {
        return;
    }
    chunk->n_done = skep_chunk_count(chunk, chunk->base, upto, SKEP_ACK_DONE);
    chunk->states.length = (size_t)(upto - chunk->base);
    skep_chunk_spent_forget_from(chunk, upto);
    for (int k = 0; k < chunk->n_outs; k++) {
        struct skep_chunk_out *out = &chunk->outs[k];
        out->crcs.length = chunk->n_done * SKEP_CHUNK_CRC_BYTES;
        out->numbers.length = chunk->n_done * sizeof(int64_t);
        out->values.length = chunk->n_done * (size_t)out->slice_bytes;
    }
    while (chunk->n_entries > 0 && chunk->entries[chunk->n_entries - 1].position >= upto) {
        chunk->n_entries--;
    }
    chunk->next = upto;
    chunk->sealed = chunk->sealed < upto ? chunk->sealed : upto;
    if (chunk->hit >= upto) {
        chunk->hit = chunk->hit_index = -1;
    }
}

void skep_chunk_disown(struct skep_chunk *chunk)
{
    skep_chunk_forget_from(chunk, chunk->sealed);
}
