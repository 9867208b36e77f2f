/* SPDX-License-Identifier: MIT */
#include "sweep/verify.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "sweep/crc32c.h"
#include "sweep/disk.h"

enum { VERIFY_BUFFER_BYTES = 1 << 20 };

struct verify {
    const struct skep_sidecar *sidecar;
    const struct skep_array *array;
    const struct skep_out_map *map;
    struct skep_verify_report *report;
    unsigned char *buffer;
};

static void verify_slice(struct verify *verify, int64_t index, uint32_t crc)
{
    struct skep_verify_report *report = verify->report;

    report->n_done++;
    if (crc == skep_sidecar_crc(verify->sidecar, index)) {
        return;
    }
    if (report->n_bad < SKEP_VERIFY_LISTED) {
        report->bad[report->n_bad] = index;
    }
    report->n_bad++;
}

/* A slice that is larger than the buffer. */
static skep_status verify_large(struct verify *verify, int64_t index, struct skep_error *err)
{
    const struct skep_array *array = verify->array;
    int64_t at = array->data_offset + skep_out_map_at(verify->map, index) * array->slice_bytes;
    int64_t left = array->slice_bytes;
    uint32_t crc = 0;

    while (left > 0) {
        size_t n = left < VERIFY_BUFFER_BYTES ? (size_t)left : VERIFY_BUFFER_BYTES;
        skep_status st = skep_disk_read(array->fd, verify->buffer, n, at, err);
        if (st != SKEP_OK) {
            return st;
        }
        crc = skep_crc32c(crc, verify->buffer, n);
        at += (int64_t)n;
        left -= (int64_t)n;
    }
    verify_slice(verify, index, crc);
    return SKEP_OK;
}

/* How many indexes from LO on, below HI, have slices that follow one another and fit into the buffer. */
static int64_t verify_run(const struct verify *verify, int64_t lo, int64_t hi)
{
    int64_t slice = skep_out_map_at(verify->map, lo);
    int64_t n_bytes = verify->array->slice_bytes > 0 ? verify->array->slice_bytes : 1;
    int64_t most = VERIFY_BUFFER_BYTES / n_bytes;
    int64_t n = 1;

    while (n < most && lo + n < hi && skep_out_map_at(verify->map, lo + n) == slice + n) {
        n++;
    }
    return n;
}

static skep_status verify_small(struct verify *verify, int64_t lo, int64_t n, struct skep_error *err)
{
    const size_t n_bytes = (size_t)verify->array->slice_bytes;
    skep_status st = skep_array_read(verify->array, skep_out_map_at(verify->map, lo), n, verify->buffer, err);

    for (int64_t i = 0; st == SKEP_OK && i < n; i++) {
        verify_slice(verify, lo + i, skep_crc32c(0, verify->buffer + (size_t)i * n_bytes, n_bytes));
    }
    return st;
}

/* Indexes LO to HI are done. */
static skep_status verify_stretch(struct verify *verify, int64_t lo, int64_t hi, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    while (lo < hi && st == SKEP_OK) {
        int64_t n = verify_run(verify, lo, hi);
        st = verify->array->slice_bytes > VERIFY_BUFFER_BYTES ? verify_large(verify, lo, err)
                                                              : verify_small(verify, lo, n, err);
        lo += n;
    }
    return st;
}

skep_status skep_verify(const struct skep_sidecar *sidecar, const struct skep_array *array,
                        const struct skep_out_map *map, struct skep_verify_report *report_out,
                        struct skep_error *err)
{
    struct verify verify = {sidecar, array, map, report_out, skep_malloc(VERIFY_BUFFER_BYTES)};
    int64_t n_all = skep_sidecar_facts(sidecar)->n_all;
    skep_status st = SKEP_OK;

    *report_out = (struct skep_verify_report){.n_all = n_all};
    if (verify.buffer == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory to read an array");
    }
    for (int64_t lo = 0; lo < n_all && st == SKEP_OK;) {
        int64_t hi;
        lo = skep_sidecar_next_done(sidecar, lo);
        hi = skep_sidecar_next_hole(sidecar, lo);
        st = verify_stretch(&verify, lo, hi, err);
        lo = hi;
    }
    skep_free(verify.buffer);
    return st;
}

/* The sweep that the sidecar knows, whose output PATH is. */
static skep_status verify_read_sweep(const struct skep_sidecar *sidecar, const char *path,
                                     struct skep_arena *arena, struct skep_sweep *sweep,
                                     struct skep_error *err)
{
    const struct skep_limits limits = {.record_bytes = SKEP_SWEEP_SPEC_BYTES};
    const struct skep_sidecar_facts *facts = skep_sidecar_facts(sidecar);
    skep_status st = skep_sweep_parse(facts->spec, facts->spec_n, &limits, arena, sweep, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (facts->out >= sweep->n_outs || facts->n_all != sweep->n_all) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "%.100s: its sidecar does not fit its own record",
                              path);
    }
    sweep->outs[facts->out].path = path; /* it may have been moved */
    return SKEP_OK;
}

skep_status skep_verify_path(const struct skep_roots *roots, const char *path,
                             struct skep_verify_report *report_out, struct skep_error *err)
{
    struct skep_sidecar *sidecar = NULL;
    struct skep_array array = {.fd = -1};
    struct skep_sweep *sweep;
    struct skep_out_map map;
    struct skep_arena arena;
    int k;
    skep_status st = skep_sidecar_open(roots, path, false, &sidecar, err);

    if (st != SKEP_OK) {
        return st;
    }
    skep_arena_init(&arena, 64 << 20);
    k = skep_sidecar_facts(sidecar)->out;
    sweep = skep_arena_alloc(&arena, sizeof *sweep);
    st = sweep != NULL ? verify_read_sweep(sidecar, path, &arena, sweep, err)
                       : skep_error_set(err, SKEP_E_NOMEM, "no memory for a sweep");
    if (st == SKEP_OK) {
        st = skep_out_map_init(&map, sweep, k, err);
    }
    if (st == SKEP_OK) {
        st = skep_array_open(&array, roots, &sweep->outs[k], false, err);
    }
    if (st == SKEP_OK) {
        st = skep_verify(sidecar, &array, &map, report_out, err);
    }
    skep_array_close(&array);
    skep_arena_release(&arena);
    skep_sidecar_close(sidecar);
    return st;
}
