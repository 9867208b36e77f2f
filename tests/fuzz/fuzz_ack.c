/* SPDX-License-Identifier: MIT */
/* An ack, whatever it is, is refused or lies within its bytes; what is taken is written back as it came. The
 * first byte of the input picks the sizes of the slices. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sweep/ack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int condition)
{
    if (!condition) {
        abort();
    }
}

static void need_inside(const void *from, uint64_t n, const uint8_t *data, size_t size)
{
    const uint8_t *p = from;

    need(p >= data && p <= data + size && n <= (size_t)(data + size - p));
}

static void check(const struct skep_ack *ack, const struct skep_sweep *sweep, const int64_t *slice_bytes,
                  const uint8_t *data, size_t size)
{
    struct skep_buf buf;
    int64_t n_done = 0;

    need(ack->lo >= 0 && ack->lo <= ack->hi && ack->hi <= sweep->n && ack->n_outs == sweep->n_outs);
    need_inside(ack->worker, ack->worker_n, data, size);
    if (ack->states != NULL) {
        need_inside(ack->states, (uint64_t)(ack->hi - ack->lo), data, size);
    }
    for (int64_t p = ack->lo; p < ack->hi; p++) {
        enum skep_ack_state state = skep_ack_state(ack, p);
        need(state == SKEP_ACK_DONE || state == SKEP_ACK_SKIPPED || state == SKEP_ACK_ABSENT);
        n_done += state == SKEP_ACK_DONE;
    }
    need(n_done == ack->n_done);
    for (int k = 0; k < ack->n_outs; k++) {
        if (ack->outs[k].crcs != NULL) {
            need_inside(ack->outs[k].crcs, 4 * (uint64_t)n_done, data, size);
        }
        if (ack->outs[k].values != NULL) {
            need_inside(ack->outs[k].values, (uint64_t)n_done * (uint64_t)slice_bytes[k], data, size);
        }
    }
    skep_buf_init(&buf, size + 1);
    skep_ack_write(&buf, ack, slice_bytes);
    need(!skep_buf_failed(&buf) && buf.length == size && memcmp(buf.bytes, data, size) == 0);
    skep_buf_release(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t sizes[][2] = {{8, 4}, {0, 1}, {24, 24}, {INT64_MAX, 8}};
    struct skep_sweep sweep = {.n_all = 5000, .n = 4096};
    struct skep_error err = {0};
    struct skep_ack ack;
    const int64_t *slice_bytes;

    if (size == 0) {
        return 0;
    }
    slice_bytes = sizes[data[0] & 3];
    sweep.n_outs = data[0] >> 2 & 1 ? 2 : 1;
    if (skep_ack_read(data + 1, size - 1, &sweep, slice_bytes, &ack, &err) == SKEP_OK) {
        check(&ack, &sweep, slice_bytes, data + 1, size - 1);
    } else {
        need(err.status == SKEP_E_PROTOCOL && err.text[0] != '\0');
    }
    return 0;
}
