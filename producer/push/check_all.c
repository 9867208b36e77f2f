/* SPDX-License-Identifier: MIT */
/* Nothing is pushed before every line has been checked, so a long file is checked by all cores: lines are
 * read in batches, a batch is cut into one part per thread, and what the parts found is told in the order of
 * the lines. */
#include "producer/push/check_all.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "producer/cli/stop.h"
#include "producer/cli/command.h"

enum {
    CHECK_TOLD_LINES = 20,
    CHECK_MAX_THREADS = 16,
    CHECK_BATCH_LINES = 16 * 1024,
    CHECK_BATCH_BYTES = 8 * 1024 * 1024,
    CHECK_PART_LINES = 512 /* fewer are not worth a thread */
};

struct check_found {
    size_t at; /* in the batch */
    struct skep_error err;
};

struct check_part {
    struct skep_check *check;
    const struct skep_line *lines;
    size_t first, end;
    uint64_t n_bad;
    struct check_found found[CHECK_TOLD_LINES]; /* the first of them */
    skep_status status;                         /* a line could not be checked */
    struct skep_error err;
};

struct check_all {
    struct skep_check checks[CHECK_MAX_THREADS - 1]; /* of the other threads */
    size_t n_threads;
    struct skep_buf text; /* of the batch */
    size_t *offsets;
    struct skep_line *lines;
    size_t n_lines;
    struct check_part parts[CHECK_MAX_THREADS];
};

static size_t check_count_cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

    return n < 1 ? 1 : n > CHECK_MAX_THREADS ? CHECK_MAX_THREADS : (size_t)n;
}

static void check_all_release(struct check_all *all)
{
    for (size_t i = 0; i + 1 < all->n_threads; i++) {
        skep_check_release(&all->checks[i]);
    }
    skep_buf_release(&all->text);
    skep_free(all->offsets);
    skep_free(all->lines);
    skep_free(all);
}

static struct check_all *check_all_new(const struct skep_check *check)
{
    struct check_all *all = skep_calloc(1, sizeof *all);

    if (all == NULL) {
        return NULL;
    }
    all->n_threads = check_count_cores();
    for (size_t i = 0; i + 1 < all->n_threads; i++) {
        skep_check_init(&all->checks[i], &check->limits);
        all->checks[i].allows_unknown_kernels = check->allows_unknown_kernels;
        all->checks[i].job = check->job;
        all->checks[i].needs_job = check->needs_job;
    }
    skep_buf_init(&all->text, 4 * (size_t)CHECK_BATCH_BYTES + 2 * check->limits.record_bytes);
    all->offsets = skep_calloc(CHECK_BATCH_LINES, sizeof *all->offsets);
    all->lines = skep_calloc(CHECK_BATCH_LINES, sizeof *all->lines);
    if (all->offsets == NULL || all->lines == NULL) {
        check_all_release(all);
        return NULL;
    }
    return all;
}

/* Copy the next lines. SKEP_EMPTY: these are the last ones. */
static skep_status check_read(struct check_all *all, struct skep_source *source, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    skep_buf_reset(&all->text);
    all->n_lines = 0;
    while (st == SKEP_OK && all->n_lines < CHECK_BATCH_LINES && all->text.length < CHECK_BATCH_BYTES) {
        struct skep_line *line = &all->lines[all->n_lines];
        st = skep_source_next(source, line, err);
        if (st == SKEP_OK) {
            all->offsets[all->n_lines++] = all->text.length;
            if (!line->is_too_long) {
                skep_buf_add(&all->text, line->bytes.bytes, line->bytes.n);
            }
        }
    }
    if (skep_buf_failed(&all->text)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory to check the lines");
    }
    for (size_t i = 0; i < all->n_lines; i++) {
        if (!all->lines[i].is_too_long) { /* one alone leaves no text at all */
            all->lines[i].bytes.bytes = all->text.bytes + all->offsets[i];
        }
    }
    return st;
}

static void *check_run_part(void *argument)
{
    struct check_part *part = argument;

    for (size_t i = part->first; i < part->end; i++) {
        struct skep_error wrong = {0};
        skep_status st = skep_check_line(part->check, &part->lines[i], NULL, &wrong);
        if (st == SKEP_OK) {
            continue;
        }
        if (!skep_check_is_lines_fault(st)) {
            part->status = st;
            (void)skep_error_set(&part->err, st, "%s:%" PRIu64 ": %s", part->lines[i].file,
                                 part->lines[i].number, skep_error_text(&wrong, st));
            return NULL;
        }
        if (part->n_bad < CHECK_TOLD_LINES) {
            (void)skep_error_set(&wrong, st, "%s", skep_error_text(&wrong, st));
            part->found[part->n_bad] = (struct check_found){i, wrong};
        }
        part->n_bad++;
    }
    return NULL;
}

/* Check the batch. A thread that cannot be started leaves its part to this one. */
static void check_run(struct check_all *all, struct skep_check *own)
{
    size_t n = all->n_lines / CHECK_PART_LINES + 1;
    pthread_t threads[CHECK_MAX_THREADS];
    bool is_started[CHECK_MAX_THREADS] = {false};

    n = n < all->n_threads ? n : all->n_threads;
    for (size_t i = 0; i < CHECK_MAX_THREADS; i++) {
        struct check_part *part = &all->parts[i];
        part->check = i == 0 ? own : &all->checks[i - 1];
        part->lines = all->lines;
        part->first = i < n ? all->n_lines * i / n : all->n_lines;
        part->end = i < n ? all->n_lines * (i + 1) / n : all->n_lines;
        part->n_bad = 0;
        part->status = SKEP_OK;
        skep_error_clear(&part->err);
        is_started[i] = i > 0 && i < n && pthread_create(&threads[i], NULL, check_run_part, part) == 0;
    }
    check_run_part(&all->parts[0]);
    for (size_t i = 1; i < n; i++) {
        if (is_started[i]) {
            pthread_join(threads[i], NULL);
        } else {
            check_run_part(&all->parts[i]);
        }
    }
}

/* Tell what was found, in the order of the lines. */
static skep_status check_report(const struct check_all *all, struct skep_check_report *report,
                                struct skep_error *err)
{
    report->n_lines += all->n_lines;
    for (size_t i = 0; i < all->n_threads; i++) {
        const struct check_part *part = &all->parts[i];
        uint64_t n_known = part->n_bad < CHECK_TOLD_LINES ? part->n_bad : CHECK_TOLD_LINES;
        for (uint64_t k = 0; k < n_known && report->n_bad + k < CHECK_TOLD_LINES; k++) {
            const struct skep_line *line = &all->lines[part->found[k].at];
            skep_say("%s:%" PRIu64 ": %s", line->file, line->number, part->found[k].err.text);
        }
        report->n_bad += part->n_bad;
        if (part->status != SKEP_OK) {
            return skep_error_set(err, part->status, "%s", part->err.text);
        }
    }
    return SKEP_OK;
}

skep_status skep_check_source(struct skep_check *check, struct skep_source *source,
                              struct skep_check_report *report_out, struct skep_error *err)
{
    struct check_all *all = check_all_new(check);
    bool is_last = false;
    skep_status st = SKEP_OK;

    *report_out = (struct skep_check_report){0};
    if (all == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory to check the lines");
    }
    while (st == SKEP_OK && !is_last) {
        st = check_read(all, source, err);
        is_last = st == SKEP_EMPTY;
        if (st == SKEP_OK || is_last) {
            check_run(all, check);
            st = check_report(all, report_out, err);
        }
        if (skep_stop_is_asked()) {
            st = SKEP_STOPPED;
        }
    }
    check_all_release(all);
    if (report_out->n_bad > CHECK_TOLD_LINES) {
        skep_say("... and %" PRIu64 " more bad lines", report_out->n_bad - CHECK_TOLD_LINES);
    }
    return st;
}
