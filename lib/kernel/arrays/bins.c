/* SPDX-License-Identifier: MIT */
#include "kernel/arrays/bins.h"

#include <math.h>
#include <string.h>

/* ---- making them ---- */

static int bins_tables(int64_t n)
{
    return n <= SKEP_BINS_MAX_TABLED ? SKEP_BINS_TABLES : 1;
}

int64_t skep_bins_count_size(int64_t n)
{
    return (n + 1) * bins_tables(n);
}

static void bins_start(struct skep_bins *bins, int64_t *counts)
{
    bins->n_tables = bins_tables(bins->n);
    bins->counts = counts;
    memset(counts, 0, (size_t)skep_bins_count_size(bins->n) * sizeof *counts);
    bins->is_strict = true;
    for (int64_t i = 0; i < bins->n; i++) {
        bins->is_strict &= bins->edges[i] < bins->edges[i + 1];
    }
}

bool skep_bins_init_grid(struct skep_bins *bins, double first, double last, int32_t n, double *edges,
                         int64_t *counts)
{
    double width = last - first;
    double step = width / n;

    *bins = (struct skep_bins){.edges = edges, .n = n, .is_grid = true};
    bins->grid = (struct skep_grid){first, last, step, n / width, n};
    if (!(width < HUGE_VAL) || !(bins->grid.norm < HUGE_VAL)) {
        return false;
    }
    for (int64_t i = 0; i < n; i++) {
        /* A step that underflows: numpy.linspace then divides first. */
        edges[i] = (step == 0.0 ? (double)i / n * width : (double)i * step) + first;
    }
    edges[n] = last;
    bins_start(bins, counts);
    bins->is_strict &= step != 0.0;
    return true;
}

void skep_bins_init_edges(struct skep_bins *bins, const double *edges, int32_t n, int64_t *counts)
{
    *bins = (struct skep_bins){.edges = edges, .n = n};
    bins_start(bins, counts);
}

/* ---- counting ---- */

/* As numpy.histogram has it for bins of one width. */
static int32_t grid_find(const struct skep_bins *bins, double x)
{
    const struct skep_grid *grid = &bins->grid;
    int32_t i;

    if (!(x >= grid->first && x <= grid->last)) {
        return bins->n;
    }
    i = (int32_t)((x - grid->first) * grid->norm);
    if (i >= bins->n) {
        i = bins->n - 1;
    }
    if (x < bins->edges[i]) {
        i--;
    }
    if (i != bins->n - 1 && x >= bins->edges[i + 1]) {
        i++;
    }
    return i;
}

static int32_t edges_find(const struct skep_bins *bins, double x)
{
    int32_t i = 0;

    if (!(x >= bins->edges[0] && x <= bins->edges[bins->n])) {
        return bins->n;
    }
    while (i < bins->n - 1 && x >= bins->edges[i + 1]) {
        i++;
    }
    return i;
}

void skep_bins_add_plain(struct skep_bins *bins, const double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        bins->counts[bins->is_grid ? grid_find(bins, x[i]) : edges_find(bins, x[i])]++;
    }
}

enum { BINS_ABREAST = 8 };

/* The last inner edge that is not above X, for several elements in step, without branches: which half it is
 * in cannot be predicted. */
static void edges_find_abreast(const struct skep_bins *bins, const double *x, int32_t *bins_out)
{
    const double *edges = bins->edges;
    int32_t at[BINS_ABREAST] = {0};

    for (int32_t left = bins->n; left > 1;) { /* the edge is among LEFT from AT on */
        int32_t half = left / 2;
        for (int k = 0; k < BINS_ABREAST; k++) {
            at[k] += edges[at[k] + half] <= x[k] ? half : 0;
        }
        left -= half;
    }
    for (int k = 0; k < BINS_ABREAST; k++) {
        bins_out[k] = x[k] >= edges[0] && x[k] <= edges[bins->n] ? at[k] : bins->n;
    }
}

static void bins_find(const struct skep_bins *bins, const struct skep_spans *spans, const double *x,
                      int64_t n, int32_t *bins_out)
{
    int64_t i = 0;

    if (bins->is_grid && bins->is_strict) {
        spans->find_bins(&bins->grid, x, n, bins_out);
        return;
    }
    for (; !bins->is_grid && i + BINS_ABREAST <= n; i += BINS_ABREAST) {
        edges_find_abreast(bins, x + i, bins_out + i);
    }
    for (; i < n; i++) {
        bins_out[i] = bins->is_grid ? grid_find(bins, x[i]) : edges_find(bins, x[i]);
    }
}

void skep_bins_add(struct skep_bins *bins, const struct skep_spans *spans, const double *x, int64_t n)
{
    int32_t found[SKEP_SPAN];
    int64_t i = 0;

    bins_find(bins, spans, x, n, found);
    if (bins->n_tables == SKEP_BINS_TABLES) {
        int64_t *a = bins->counts;
        int64_t *b = a + bins->n + 1;
        int64_t *c = b + bins->n + 1;
        int64_t *d = c + bins->n + 1;
        for (; i + SKEP_BINS_TABLES <= n; i += SKEP_BINS_TABLES) {
            a[found[i]]++;
            b[found[i + 1]]++;
            c[found[i + 2]]++;
            d[found[i + 3]]++;
        }
    }
    for (; i < n; i++) {
        bins->counts[found[i]]++;
    }
}

int64_t skep_bins_read(const struct skep_bins *bins, int32_t i)
{
    int64_t count = 0;

    for (int k = 0; k < bins->n_tables; k++) {
        count += bins->counts[(int64_t)k * (bins->n + 1) + i];
    }
    return count;
}
