/* SPDX-License-Identifier: MIT */
#include "kernel/box/te_pairs.h"

#include <string.h>

/* The sum of log left over all points, which is the same from column i to j and from j to i. */
struct left_sum {
    skep_log_wide sum;
    bool is_known;
};

/* The sum of log joint over the points where joint is not 0, and the number of the others. */
struct joint_sum {
    skep_log_wide sum;
    int64_t n_zero;
};

struct job {
    struct skep_te_pairs *pairs;
    struct skep_box_work work;
    /* Of the target. */
    int64_t target;
    skep_log_wide target_sum;    /* of log(given / right), over all points */
    double n_in_past, n_in_both; /* neighbours of all points together: in past; in past and next */
    /* For rows, if there may be any. */
    bool has_rows;
    struct skep_box_rows rows;
    uint32_t *joint, *left;       /* [m][n]: counts of all sources */
    struct joint_sum *joint_sums; /* [m]: of all sources */
    struct left_sum *left_sums;   /* [m][m]: of columns i < j */
};

/* ---- what it takes: nanoseconds on a core with AVX-512, measured ---- */

/* Which way is taken makes no difference to the values. */
static const double row_ns = 0.65;    /* a row compared with a point, for each 32 sources */
static const double place_ns = 0.25;  /* a place on past looked at, to list those close in next */
static const double near_ns = 0.5;    /* a point near in time looked at */
static const double sweep2_ns = 25.0; /* a point counted on two axes */
static const double sweep3_ns = 50.0; /* a point counted on three */
static const double band_ns = 0.1;    /* each of its near points */

static double vectors_of(const struct job *job)
{
    return (double)job->rows.stride / 32;
}

static double left_rows_ns(const struct job *job)
{
    const double n_near = 2.0 * (double)job->pairs->gap * (double)job->pairs->n;

    return job->n_in_past * vectors_of(job) * row_ns + n_near * near_ns;
}

static double left_sweep_ns(const struct job *job)
{
    return (double)job->pairs->n * (sweep2_ns + 2.0 * (double)job->pairs->gap * band_ns);
}

/* Whether all sources of the target are counted at once. */
static bool rows_pay(const struct job *job)
{
    const double m = (double)job->pairs->m - 1;
    const double joint = job->n_in_past * place_ns + job->n_in_both * vectors_of(job) * row_ns;
    /* Without near points each point has a joint neighbour, itself, and sums of log left serve two entries.
     */
    const double by_sweeps = (job->pairs->gap == 0 ? 0.5 : 1.0) * m * left_sweep_ns(job);
    const double by_rows = left_rows_ns(job);
    const double singly = m * (double)job->pairs->n * (sweep3_ns + 2.0 * (double)job->pairs->gap * band_ns);

    return joint + (by_sweeps < by_rows ? by_sweeps : by_rows) < singly;
}

/* ---- preparation ---- */

static skep_status column_prepare(struct skep_call *call, struct job *job, struct skep_te_column *column,
                                  struct skep_error *err)
{
    const int64_t n = job->pairs->n;
    const struct skep_box_axis past = column->past, next = column->next;
    skep_status st = skep_box_series_init(call, &job->work, past.values, n + 1, &column->series, err);

    if (st == SKEP_OK) {
        st = skep_box_axis_init(call, &column->series, 0, n, past.radius, past.is_inclusive, &column->past,
                                err);
    }
    if (st == SKEP_OK && skep_box_has_same_width(&past, &next)) {
        skep_box_axis_shift(&column->past, 1, &column->next);
    } else if (st == SKEP_OK) {
        st = skep_box_axis_init(call, &column->series, 1, n, next.radius, next.is_inclusive, &column->next,
                                err);
    }
    return st;
}

static bool may_have_rows(int64_t n, int64_t m)
{
    return n <= SKEP_BOX_ROWS_MAX && m > 1;
}

static skep_status rows_open(struct skep_call *call, struct job *job, struct skep_error *err)
{
    const int64_t m = job->pairs->m, n = job->pairs->n;
    void *joint = NULL, *left = NULL, *joint_sums = NULL, *left_sums = NULL;
    skep_status st = skep_box_rows_init(call, n, m, &job->rows, err);

    for (int64_t s = 0; st == SKEP_OK && s < m; s++) {
        st = skep_box_rows_set(call, &job->rows, s, &job->pairs->columns[s].past);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, m * n, sizeof *job->joint, &joint, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, m * n, sizeof *job->left, &left, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, m, sizeof *job->joint_sums, &joint_sums, err);
    }
    if (st == SKEP_OK) {
        st = skep_call_scratch(call, m * m, sizeof *job->left_sums, &left_sums, err);
    }
    job->joint = joint;
    job->left = left;
    job->joint_sums = joint_sums;
    job->left_sums = left_sums;
    job->has_rows = st == SKEP_OK;
    for (int64_t i = 0; st == SKEP_OK && i < m; i++) {
        memset(job->left_sums + i * m, 0, (size_t)m * sizeof *job->left_sums);
        st = skep_call_is_stopped(call) ? SKEP_STOPPED : SKEP_OK;
    }
    return st;
}

/* ---- a target ---- */

static double total(const uint32_t *counts, int64_t n)
{
    uint64_t sum = 0;

    for (int64_t i = 0; i < n; i++) {
        sum += counts[i];
    }
    return (double)sum;
}

/* The counts of the target without its sources, and the sum of their logarithms. */
static skep_status target_open(struct skep_call *call, struct job *job, int64_t i, struct skep_error *err)
{
    struct skep_te_pairs *pairs = job->pairs;
    const struct skep_te_column *column = &pairs->columns[i];
    const struct skep_box_counts2 counts = {.a = pairs->counts.given, .ab = pairs->counts.right};
    const struct skep_log_fractions fractions = {
        .joint = pairs->counts.given, .left = pairs->counts.right, .n = pairs->n};
    skep_status st =
        skep_box_count2(call, &job->work, &column->past, &column->next, pairs->gap, &counts, err);

    job->target = i;
    if (st == SKEP_OK && job->has_rows) {
        job->n_in_past = total(pairs->counts.given, pairs->n);
        job->n_in_both = total(pairs->counts.right, pairs->n);
    }
    return st == SKEP_OK ? skep_log_sum(call, &pairs->bins, &fractions, &job->target_sum, NULL) : st;
}

static void put_entry(struct job *job, int64_t j, skep_log_wide sum)
{
    struct skep_te_pairs *pairs = job->pairs;

    pairs->value[job->target * pairs->m + j] = skep_log_mean(sum, pairs->n, pairs->is_base_2);
}

/* The entry of source J from its counts JOINT and LEFT, of which there may be zeros. */
static skep_status sum_entry(struct skep_call *call, struct job *job, int64_t j, const uint32_t *joint,
                             const uint32_t *left)
{
    struct skep_te_pairs *pairs = job->pairs;
    struct skep_log_fractions fractions = {.joint = joint, .left = left, .n = pairs->n};
    skep_log_wide sum = 0;
    int64_t n_zero = 0;
    skep_status st = skep_log_sum(call, &pairs->bins, &fractions, &sum, &n_zero);

    sum += job->target_sum;
    if (st == SKEP_OK && n_zero > 0) {
        /* Points that add nothing here are in the sum of the target: take the whole fractions. */
        fractions.given = pairs->counts.given;
        fractions.right = pairs->counts.right;
        st = skep_log_sum(call, &pairs->bins, &fractions, &sum, NULL);
    }
    put_entry(job, j, sum);
    return st;
}

/* ---- the entries of a target, each source by itself ---- */

static skep_status count_singly(struct skep_call *call, struct job *job, struct skep_error *err)
{
    struct skep_te_pairs *pairs = job->pairs;
    const struct skep_te_column *target = &pairs->columns[job->target];
    const struct skep_box_counts3 counts = {.abc = pairs->counts.joint, .ab = pairs->counts.left};
    skep_status st = SKEP_OK;

    for (int64_t j = 0; st == SKEP_OK && j < pairs->m; j++) {
        if (j == job->target) {
            continue;
        }
        st = skep_box_count3(call, &job->work, &target->past, &pairs->columns[j].past, &target->next,
                             pairs->gap, &counts, err);
        if (st == SKEP_OK) {
            st = sum_entry(call, job, j, pairs->counts.joint, pairs->counts.left);
        }
    }
    return st;
}

/* ---- the entries of a target, all sources at once ---- */

static struct left_sum *left_sum_of(const struct job *job, int64_t j)
{
    const int64_t i = job->target, m = job->pairs->m;

    return &job->left_sums[i < j ? i * m + j : j * m + i];
}

/* Whether the counts left of source J are needed: where a joint count is 0, its left count must not be in the
 * sum. */
static bool needs_left(const struct job *job, int64_t j)
{
    return j != job->target && (job->joint_sums[j].n_zero > 0 || !left_sum_of(job, j)->is_known);
}

static skep_status sum_joint(struct skep_call *call, struct job *job)
{
    const int64_t n = job->pairs->n;
    skep_status st = SKEP_OK;

    for (int64_t j = 0; st == SKEP_OK && j < job->pairs->m; j++) {
        const struct skep_log_fractions fractions = {.joint = job->joint + j * n, .n = n};
        struct joint_sum *sum = &job->joint_sums[j];

        st = skep_log_sum(call, &job->pairs->bins, &fractions, &sum->sum, &sum->n_zero);
    }
    return st;
}

/* The entry of source J from its joint counts and, if they are needed, those of LEFT. */
static skep_status rows_entry(struct skep_call *call, struct job *job, int64_t j, const uint32_t *left)
{
    struct left_sum *left_sum = left_sum_of(job, j);
    const struct skep_log_fractions fractions = {.joint = left, .n = job->pairs->n};
    skep_status st = SKEP_OK;

    if (job->joint_sums[j].n_zero > 0) {
        return sum_entry(call, job, j, job->joint + j * job->pairs->n, left);
    }
    if (!left_sum->is_known) {
        st = skep_log_sum(call, &job->pairs->bins, &fractions, &left_sum->sum, NULL);
        left_sum->is_known = st == SKEP_OK;
    }
    put_entry(job, j, job->joint_sums[j].sum - left_sum->sum + job->target_sum);
    return st;
}

static skep_status count_by_rows(struct skep_call *call, struct job *job, struct skep_error *err)
{
    const struct skep_box_rows_code *code = skep_box_rows_code_at(skep_cpu_level());
    struct skep_te_pairs *pairs = job->pairs;
    const struct skep_te_column *target = &pairs->columns[job->target];
    const struct skep_box_counts2 counts = {.ab = pairs->counts.left};
    double n_left = 0;
    bool is_left_by_rows;
    skep_status st = skep_box_rows_aim(call, &job->rows, &target->past, &target->next, pairs->gap);

    if (st == SKEP_OK) {
        st = skep_box_rows_count(call, &job->rows, code->joint, job->joint);
    }
    if (st == SKEP_OK) {
        st = sum_joint(call, job);
    }
    for (int64_t j = 0; st == SKEP_OK && j < pairs->m; j++) {
        n_left += needs_left(job, j);
    }
    is_left_by_rows = left_rows_ns(job) < n_left * left_sweep_ns(job);
    if (st == SKEP_OK && is_left_by_rows) {
        st = skep_box_rows_count(call, &job->rows, code->left, job->left);
    }
    for (int64_t j = 0; st == SKEP_OK && j < pairs->m; j++) {
        if (j != job->target && needs_left(job, j) && !is_left_by_rows) {
            st = skep_box_count2(call, &job->work, &target->past, &pairs->columns[j].past, pairs->gap,
                                 &counts, err);
        }
        if (st == SKEP_OK && j != job->target) {
            st = rows_entry(call, job, j, is_left_by_rows ? job->left + j * pairs->n : pairs->counts.left);
        }
    }
    return st;
}

/* ---- all ---- */

skep_status skep_te_pairs_compute(struct skep_call *call, struct skep_te_pairs *pairs, struct skep_error *err)
{
    struct job job = {.pairs = pairs};
    skep_status st = skep_box_work_init(call, pairs->n + 1, &job.work, err);

    for (int64_t i = 0; st == SKEP_OK && i < pairs->m; i++) {
        st = column_prepare(call, &job, &pairs->columns[i], err);
    }
    if (st == SKEP_OK && may_have_rows(pairs->n, pairs->m)) {
        st = rows_open(call, &job, err);
    }
    for (int64_t i = 0; st == SKEP_OK && i < pairs->m; i++) {
        pairs->value[i * pairs->m + i] = 0.0;
        st = target_open(call, &job, i, err);
        if (st == SKEP_OK) {
            st = job.has_rows && rows_pay(&job) ? count_by_rows(call, &job, err)
                                                : count_singly(call, &job, err);
        }
    }
    return st;
}

struct skep_cost skep_te_pairs_cost(int64_t n, int64_t m, int64_t gap, bool is_one_width)
{
    const double columns = (double)m;
    struct skep_cost cost = {
        .bytes = skep_box_work_bytes(n + 1) +
                 columns * (skep_box_series_bytes(n + 1) + (is_one_width ? 1 : 2) * skep_box_axis_bytes(n)),
        .seconds = columns * skep_box_count_seconds(2, n, gap) +
                   columns * columns * (may_have_rows(n, m) ? 0.3 : 0.6) * skep_box_count_seconds(3, n, gap),
    };

    if (may_have_rows(n, m)) {
        cost.bytes += skep_box_rows_bytes(n, m) + 2.0 * columns * (double)n * (double)sizeof(uint32_t) +
                      columns * (double)sizeof(struct joint_sum) +
                      columns * columns * (double)sizeof(struct left_sum);
    }
    return cost;
}
