/* SPDX-License-Identifier: MIT */
/* Candidates are collected until there are 2 k of them; then the k smallest stay, and the largest of these is
 * the new limit. Of n values in random order k (1 + ln(n / k)) or so come below the limit of their time, so
 * nearly all are done with after one comparison. A value that is among the candidates already is found in the
 * table, so many equal ones cost no more. */
#include "kernel/sketches/kmv_set.h"

#include <assert.h>
#include <string.h>

enum { SHRINK_POLL_EVERY = 256 };

static int64_t kmv_table_length(int64_t k)
{
    return INT64_C(1) << (64 - __builtin_clzll((uint64_t)(4 * k - 1)));
}

double skep_kmv_set_bytes(int64_t k)
{
    return 8.0 * (double)(4 * k + kmv_table_length(k));
}

skep_status skep_kmv_set_init(struct skep_call *call, struct skep_kmv_set *set, int64_t k,
                              struct skep_error *err)
{
    int64_t length = kmv_table_length(k);
    void *room;
    skep_status st = skep_call_scratch(call, 4 * k + length, sizeof(uint64_t), &room, err);

    if (st != SKEP_OK) {
        return st;
    }
    *set = (struct skep_kmv_set){
        .call = call,
        .k = k,
        .limit = SKEP_KMV_NOTHING,
        .candidates = room,
        .spare = (uint64_t *)room + 2 * k,
        .table = (uint64_t *)room + 4 * k,
        .mask = (uint64_t)length - 1,
    };
    memset(set->table, 0xff, (size_t)length * sizeof *set->table);
    return SKEP_OK;
}

/* Ascending order: eight passes, each a stable distribution by one byte. The result is in VALUES. */
static void kmv_sort(uint64_t *values, uint64_t *spare, int64_t n)
{
    for (int shift = 0; shift < 64; shift += 8) {
        int64_t starts[256] = {0};
        int64_t start = 0;
        uint64_t *from = shift % 16 == 0 ? values : spare;
        uint64_t *to = shift % 16 == 0 ? spare : values;

        for (int64_t i = 0; i < n; i++) {
            starts[from[i] >> shift & 0xff]++;
        }
        for (int byte = 0; byte < 256; byte++) {
            int64_t count = starts[byte];
            starts[byte] = start;
            start += count;
        }
        for (int64_t i = 0; i < n; i++) {
            to[starts[from[i] >> shift & 0xff]++] = from[i];
        }
    }
}

/* The place of VALUE in the table, or the empty one where it belongs. */
static uint64_t *kmv_find(const struct skep_kmv_set *set, uint64_t value)
{
    uint64_t at = value & set->mask;

    while (set->table[at] != UINT64_MAX && set->table[at] != value) {
        at = (at + 1) & set->mask;
    }
    return &set->table[at];
}

static void kmv_shrink(struct skep_kmv_set *set)
{
    kmv_sort(set->candidates, set->spare, set->n);
    set->n = set->k;
    set->limit = set->candidates[set->k - 1];
    memset(set->table, 0xff, (size_t)(set->mask + 1) * sizeof *set->table);
    for (int64_t i = 0; i < set->n; i++) {
        /* States may hold numbers that are no hashes and agree in their lowest bits. Whoever feeds the set
         * sees stop, too; until then the table only finds fewer of the candidates. */
        if (i % SHRINK_POLL_EVERY == 0 && skep_call_is_stopped(set->call)) {
            return;
        }
        *kmv_find(set, set->candidates[i]) = set->candidates[i];
    }
}

void skep_kmv_set_add_new(struct skep_kmv_set *set, uint64_t value)
{
    uint64_t *place = kmv_find(set, value);

    if (*place == value) {
        return;
    }
    *place = value;
    set->candidates[set->n++] = value;
    if (set->n == 2 * set->k) {
        kmv_shrink(set);
    }
}

int64_t skep_kmv_set_take(struct skep_kmv_set *set, uint64_t *out)
{
    int64_t n = set->n < set->k ? set->n : set->k;

    kmv_sort(set->candidates, set->spare, set->n);
    memcpy(out, set->candidates, (size_t)n * sizeof *out);
    return n;
}

int64_t skep_kmv_sift_plain(const uint64_t *hashes, int64_t n, uint64_t limit, uint64_t *out)
{
    int64_t n_out = 0;

    for (int64_t i = 0; i < n; i++) {
        uint64_t value = skep_kmv_value(hashes[i]);
        out[n_out] = value;
        n_out += value < limit;
    }
    return n_out;
}

skep_kmv_sift skep_kmv_sift_at(enum skep_cpu_level level)
{
#if defined(__x86_64__)
    if (level == SKEP_CPU_AVX512) {
        return skep_kmv_sift_avx512;
    }
#endif
    (void)level;
    return skep_kmv_sift_plain;
}
