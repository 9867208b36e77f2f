/* SPDX-License-Identifier: MIT */
#include "producer/run/gather.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "producer/run/glance.h"
#include "task/result_read.h"

enum { GATHER_ARENA_BYTES = 1024 * 1024 * 1024, GATHER_ARENA_KEEP = 1024 * 1024, GATHER_WORD_BITS = 64 };

bool skep_gather_has(const struct skep_gather *gather, uint64_t index)
{
    return (gather->have[index / GATHER_WORD_BITS] >> (index % GATHER_WORD_BITS) & 1) != 0;
}

bool skep_gather_is_complete(const struct skep_gather *gather)
{
    return gather->tally.n_done == gather->options.n_tasks;
}

skep_status skep_gather_init(struct skep_gather *gather, const struct skep_gather_options *options,
                             struct skep_error *err)
{
    *gather = (struct skep_gather){.options = *options, .order_fd = -1};
    skep_arena_init(&gather->arena, GATHER_ARENA_BYTES);
    skep_journal_cursor_init(&gather->cursor, options->journal);
    gather->have = skep_calloc(options->n_tasks / GATHER_WORD_BITS + 1, sizeof *gather->have);
    if (gather->have == NULL) {
        skep_gather_release(gather);
        return skep_error_set(err, SKEP_E_NOMEM, "no memory to keep book of %" PRIu64 " tasks",
                              options->n_tasks);
    }
    if (options->order_path == NULL) {
        return SKEP_OK;
    }
    gather->order_fd = open(options->order_path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (gather->order_fd < 0) {
        skep_status st = skep_error_errno(err, SKEP_E_IO, "%s", options->order_path);
        skep_gather_release(gather);
        return st;
    }
    return SKEP_OK;
}

void skep_gather_release(struct skep_gather *gather)
{
    if (gather->have != NULL && gather->order_fd >= 0) {
        close(gather->order_fd);
    }
    skep_free(gather->have);
    gather->have = NULL;
    skep_journal_cursor_release(&gather->cursor);
    skep_arena_release(&gather->arena);
}

/* ---- in order ---- */

static skep_status order_put(struct skep_gather *gather, uint64_t index, uint64_t offset,
                             struct skep_error *err)
{
    uint64_t place = offset + 1;

    if (pwrite(gather->order_fd, &place, sizeof place, (off_t)(index * sizeof place)) !=
        (ssize_t)sizeof place) {
        return skep_error_errno(err, SKEP_E_IO, "%s", gather->options.order_path);
    }
    return SKEP_OK;
}

static skep_status order_get(struct skep_gather *gather, uint64_t index, uint64_t *offset_out,
                             struct skep_error *err)
{
    uint64_t place = 0;

    if (pread(gather->order_fd, &place, sizeof place, (off_t)(index * sizeof place)) !=
            (ssize_t)sizeof place ||
        place == 0) {
        return skep_error_set(err, SKEP_E_IO, "%s: the place of a result is lost",
                              gather->options.order_path);
    }
    *offset_out = place - 1;
    return SKEP_OK;
}

/* Print those whose turn has come and that waited in the journal. */
static skep_status order_catch_up(struct skep_gather *gather, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && gather->n_printed < gather->options.n_tasks &&
           skep_gather_has(gather, gather->n_printed)) {
        struct skep_bytes line;
        uint64_t offset = 0;
        st = order_get(gather, gather->n_printed, &offset, err);
        if (st == SKEP_OK) {
            skep_journal_cursor_seek(&gather->cursor, offset);
            st = skep_journal_next(&gather->cursor, &line, err);
        }
        if (st == SKEP_OK) {
            st = skep_run_output_add(gather->options.output, line.bytes, line.n, err);
        }
        gather->n_printed += st == SKEP_OK;
    }
    assert(st != SKEP_EMPTY);
    return st;
}

/* ---- one result ---- */

/* Whether it is a result of a task of ours. */
static bool gather_recognise(const struct skep_gather *gather, const struct skep_bytes *result,
                             struct skep_glance *glance_out)
{
    return skep_glance(result->bytes, result->n, glance_out) && glance_out->has_index &&
           glance_out->index < gather->options.n_tasks;
}

static skep_status gather_count(struct skep_gather *gather, const struct skep_glance *glance,
                                const struct skep_bytes *line, struct skep_error *err)
{
    struct skep_result_summary outcome;
    skep_status st;

    if (glance->is_ok) {
        skep_tally_add_done(&gather->tally);
        return SKEP_OK;
    }
    skep_arena_reset(&gather->arena, GATHER_ARENA_KEEP);
    st = skep_result_read(line->bytes, line->n, &gather->arena, &outcome, NULL);
    if (st == SKEP_E_NOMEM) {
        return skep_error_set(err, st, "no memory to read a result of %zu bytes", line->n);
    }
    skep_tally_add_failed(&gather->tally, glance->index, st == SKEP_OK ? outcome.cause : "unknown",
                          st == SKEP_OK ? outcome.message : "");
    return SKEP_OK;
}

/* A new result of ours, which lies at OFFSET of the journal. */
static skep_status gather_take(struct skep_gather *gather, const struct skep_glance *glance,
                               const struct skep_bytes *line, uint64_t offset, struct skep_error *err)
{
    uint64_t index = glance->index;
    skep_status st = gather_count(gather, glance, line, err);

    if (st != SKEP_OK) {
        return st;
    }
    gather->have[index / GATHER_WORD_BITS] |= (uint64_t)1 << (index % GATHER_WORD_BITS);
    if (gather->order_fd < 0 || index == gather->n_printed) {
        gather->n_printed++;
        return skep_run_output_add(gather->options.output, line->bytes, line->n, err);
    }
    return order_put(gather, index, offset, err);
}

skep_status skep_gather_add(struct skep_gather *gather, const struct skep_bytes *result,
                            struct skep_error *err)
{
    const struct skep_journal *journal = gather->options.journal;
    struct skep_glance glance;
    struct skep_bytes line;
    uint64_t offset;
    skep_status st;

    if (!gather_recognise(gather, result, &glance)) {
        gather->n_strange++;
        return SKEP_OK;
    }
    if (skep_gather_has(gather, glance.index)) {
        gather->n_repeated++;
        return SKEP_OK;
    }
    st = skep_journal_add(gather->options.journal, result->bytes, result->n, &offset, err);
    if (st != SKEP_OK) {
        return st;
    }
    line = (struct skep_bytes){journal->lines.bytes + journal->lines.length - result->n - 1, result->n};
    return gather_take(gather, &glance, &line, offset, err);
}

skep_status skep_gather_flush(struct skep_gather *gather, struct skep_error *err)
{
    skep_status st = skep_journal_write(gather->options.journal, err);

    if (st == SKEP_OK && gather->order_fd >= 0) {
        st = order_catch_up(gather, err);
    }
    return st == SKEP_OK ? skep_run_output_flush(gather->options.output, err) : st;
}

/* ---- what was there before ---- */

static skep_status gather_replay_line(struct skep_gather *gather, const struct skep_bytes *line,
                                      uint64_t offset, struct skep_error *err)
{
    struct skep_glance glance;

    if (!gather_recognise(gather, line, &glance)) {
        return skep_error_set(err, SKEP_E_IO, "%s is damaged at byte %" PRIu64, gather->options.journal->path,
                              offset);
    }
    return skep_gather_has(gather, glance.index) ? SKEP_OK : gather_take(gather, &glance, line, offset, err);
}

skep_status skep_gather_replay(struct skep_gather *gather, struct skep_error *err)
{
    struct skep_journal_cursor cursor;
    skep_status st = SKEP_OK;

    skep_journal_cursor_init(&cursor, gather->options.journal);
    while (st == SKEP_OK) {
        struct skep_bytes line;
        uint64_t offset = cursor.offset;
        st = skep_journal_next(&cursor, &line, err);
        if (st == SKEP_OK) {
            st = gather_replay_line(gather, &line, offset, err);
        }
    }
    skep_journal_cursor_release(&cursor);
    return st == SKEP_EMPTY ? skep_gather_flush(gather, err) : st;
}
