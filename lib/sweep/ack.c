/* SPDX-License-Identifier: MIT */
#include "sweep/ack.h"

#include <assert.h>
#include <string.h>

#include "sweep/crc32c.h"

static const char ack_magic[8] = "skepack1";
static const char ack_magic_all_done[8] = "skepack2";

enum { ACK_HEAD_BYTES = 8 + 3 * 8 + 2, ACK_CRC_BYTES = 4 };

static void put_le(unsigned char *to, uint64_t number, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = (unsigned char)(number >> 8 * i);
    }
}

static uint64_t get_le(const unsigned char *from, size_t n)
{
    uint64_t number = 0;

    for (size_t i = 0; i < n; i++) {
        number |= (uint64_t)from[i] << 8 * i;
    }
    return number;
}

uint32_t skep_ack_crc(const struct skep_ack_out *out, int64_t k)
{
    return (uint32_t)get_le(out->crcs + ACK_CRC_BYTES * k, ACK_CRC_BYTES);
}

void skep_ack_put_crc(unsigned char *crcs, int64_t k, uint32_t crc)
{
    put_le(crcs + ACK_CRC_BYTES * k, crc, ACK_CRC_BYTES);
}

static uint32_t ack_together(const struct skep_ack_out *out, int64_t n_done)
{
    return out->crcs != NULL ? skep_crc32c(0, out->crcs, (size_t)n_done * ACK_CRC_BYTES) : out->together;
}

void skep_ack_write(struct skep_buf *buf, const struct skep_ack *ack, const int64_t *slice_bytes)
{
    unsigned char head[ACK_HEAD_BYTES];
    size_t worker_n = ack->worker_n < UINT8_MAX ? ack->worker_n : UINT8_MAX;

    assert(ack->n_outs <= SKEP_SWEEP_MAX_OUTS && ack->lo <= ack->hi && ack->n_done <= ack->hi - ack->lo);
    memcpy(head, ack->states != NULL ? ack_magic : ack_magic_all_done, sizeof ack_magic);
    put_le(head + 8, (uint64_t)ack->lo, 8);
    put_le(head + 16, (uint64_t)ack->hi, 8);
    put_le(head + 24, ack->boot, 8);
    head[32] = (unsigned char)ack->n_outs;
    head[33] = (unsigned char)worker_n;
    skep_buf_add(buf, head, sizeof head);
    skep_buf_add(buf, ack->worker, worker_n);
    if (ack->states != NULL) {
        skep_buf_add(buf, ack->states, (size_t)(ack->hi - ack->lo));
    }
    for (int k = 0; k < ack->n_outs; k++) {
        const struct skep_ack_out *out = &ack->outs[k];
        skep_buf_add_char(buf, (char)out->flags);
        if (out->flags & SKEP_ACK_SUMMED_TOGETHER) {
            unsigned char together[ACK_CRC_BYTES];
            skep_ack_put_crc(together, 0, ack_together(out, ack->n_done));
            skep_buf_add(buf, together, sizeof together);
        } else {
            skep_buf_add(buf, out->crcs, (size_t)ack->n_done * ACK_CRC_BYTES);
        }
        if (out->flags & SKEP_ACK_VALUES) {
            skep_buf_add(buf, out->values, (size_t)ack->n_done * (size_t)slice_bytes[k]);
        }
    }
}

/* ---- reading ---- */

struct ack_text {
    const unsigned char *at;
    size_t left;
};

/* The next N bytes, or NULL when there are not so many. */
static const unsigned char *ack_take(struct ack_text *text, uint64_t n)
{
    const unsigned char *from = text->at;

    if (n > text->left) {
        return NULL;
    }
    text->at += n;
    text->left -= (size_t)n;
    return from;
}

static skep_status ack_refuse(struct skep_error *err, const char *why)
{
    return skep_error_set(err, SKEP_E_PROTOCOL, "not an ack of this sweep: %s", why);
}

static bool ack_is_all_done(const void *bytes, size_t n)
{
    return n >= sizeof ack_magic_all_done &&
           memcmp(bytes, ack_magic_all_done, sizeof ack_magic_all_done) == 0;
}

static skep_status ack_read_head(struct ack_text *text, const struct skep_sweep *sweep, struct skep_ack *ack,
                                 struct skep_error *err)
{
    const unsigned char *head = ack_take(text, ACK_HEAD_BYTES);
    uint64_t lo, hi;

    if (head == NULL ||
        (memcmp(head, ack_magic, sizeof ack_magic) != 0 && !ack_is_all_done(head, ACK_HEAD_BYTES))) {
        return ack_refuse(err, "it does not begin as one");
    }
    lo = get_le(head + 8, 8);
    hi = get_le(head + 16, 8);
    if (lo > hi || hi > (uint64_t)sweep->n || hi - lo > SKEP_ACK_MAX_POSITIONS) {
        return ack_refuse(err, "positions that the sweep does not have");
    }
    ack->lo = (int64_t)lo;
    ack->hi = (int64_t)hi;
    ack->boot = get_le(head + 24, 8);
    ack->n_outs = head[32];
    ack->worker_n = head[33];
    ack->worker = (const char *)ack_take(text, ack->worker_n);
    if (ack->worker == NULL || ack->n_outs != sweep->n_outs) {
        return ack_refuse(err, "cut off, or of another number of outputs");
    }
    return SKEP_OK;
}

static skep_status ack_read_states(struct ack_text *text, struct skep_ack *ack, struct skep_error *err)
{
    ack->states = ack_take(text, (uint64_t)(ack->hi - ack->lo));
    if (ack->states == NULL) {
        return ack_refuse(err, "cut off");
    }
    for (int64_t i = 0; i < ack->hi - ack->lo; i++) {
        if (ack->states[i] > SKEP_ACK_ABSENT) {
            return ack_refuse(err, "a state that there is not");
        }
        ack->n_done += ack->states[i] == SKEP_ACK_DONE;
    }
    return SKEP_OK;
}

static skep_status ack_read_out(struct ack_text *text, int64_t n_done, int64_t slice_bytes,
                                struct skep_ack_out *out, struct skep_error *err)
{
    const unsigned char *flags = ack_take(text, 1);
    uint64_t bytes;

    if (flags == NULL || *flags > (SKEP_ACK_SYNCED | SKEP_ACK_SUMMED_TOGETHER) ||
        ((*flags & SKEP_ACK_VALUES) != 0 && *flags != SKEP_ACK_VALUES)) {
        return ack_refuse(err, "flags that there are not");
    }
    out->flags = *flags;
    out->crcs = ack_take(text, out->flags & SKEP_ACK_SUMMED_TOGETHER ? ACK_CRC_BYTES
                                                                     : (uint64_t)n_done * ACK_CRC_BYTES);
    if (out->crcs == NULL || __builtin_mul_overflow((uint64_t)n_done, (uint64_t)slice_bytes, &bytes)) {
        return ack_refuse(err, "cut off");
    }
    if (out->flags & SKEP_ACK_SUMMED_TOGETHER) {
        out->together = skep_ack_crc(out, 0);
        out->crcs = NULL;
    }
    if (out->flags & SKEP_ACK_VALUES) {
        out->values = ack_take(text, bytes);
        if (out->values == NULL) {
            return ack_refuse(err, "cut off");
        }
    }
    return SKEP_OK;
}

skep_status skep_ack_read(const void *bytes, size_t n, const struct skep_sweep *sweep,
                          const int64_t *slice_bytes, struct skep_ack *ack_out, struct skep_error *err)
{
    struct ack_text text = {bytes, n};
    struct skep_ack ack = {0};
    skep_status st = ack_read_head(&text, sweep, &ack, err);

    if (st == SKEP_OK && ack_is_all_done(bytes, n)) {
        ack.n_done = ack.hi - ack.lo;
    } else if (st == SKEP_OK) {
        st = ack_read_states(&text, &ack, err);
    }
    for (int k = 0; st == SKEP_OK && k < ack.n_outs; k++) {
        st = ack_read_out(&text, ack.n_done, slice_bytes[k], &ack.outs[k], err);
    }
    if (st == SKEP_OK && text.left > 0) {
        st = ack_refuse(err, "bytes behind it");
    }
    if (st == SKEP_OK) {
        *ack_out = ack;
    }
    return st;
}
