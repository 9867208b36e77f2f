/* SPDX-License-Identifier: MIT */
#include "producer/cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "producer/cli/words.h"

enum {
    PROGRESS_TERMINAL_MS = 200,
    PROGRESS_PLAIN_MS = 5000,
    PROGRESS_RATE_AFTER_MS = 500,
    PROGRESS_MARK_MS = 10000, /* between two marks */
    PROGRESS_ENOUGH = 10      /* fewer tell of chance */
};

void skep_progress_init(struct skep_progress *progress, const char *verb, uint64_t n_total, bool is_quiet)
{
    int64_t now = skep_monotonic_ms();
    struct skep_terminal terminal;

    skep_terminal_look(STDERR_FILENO, &terminal);
    *progress = (struct skep_progress){
        .verb = verb,
        .n_total = n_total,
        .is_quiet = is_quiet,
        .is_terminal = terminal.is_terminal,
        .started_ms = now,
        .shown_ms = now,
    };
}

static double progress_per_s(uint64_t from, uint64_t to, int64_t ms)
{
    return to > from && ms > 0 ? (double)(to - from) * 1000 / (double)ms : 0;
}

/* 0: not known. */
static double progress_rate(const struct skep_progress *progress, int64_t now_ms)
{
    const struct skep_progress_mark *mark = &progress->marks[0];

    if (now_ms - progress->started_ms < PROGRESS_RATE_AFTER_MS) {
        return 0;
    }
    if (progress->n_marks == 2 && progress->n_done >= mark->n_done + PROGRESS_ENOUGH) {
        return progress_per_s(mark->n_done, progress->n_done, now_ms - mark->at_ms);
    }
    return progress_per_s(progress->n_at_start, progress->n_done, now_ms - progress->started_ms);
}

static void progress_mark(struct skep_progress *progress, int64_t now_ms)
{
    const struct skep_progress_mark mark = {now_ms, progress->n_done};

    if (progress->n_marks > 0 && now_ms - progress->marks[progress->n_marks - 1].at_ms < PROGRESS_MARK_MS) {
        return;
    }
    if (progress->n_marks == 2) {
        progress->marks[0] = progress->marks[1];
        progress->n_marks--;
    }
    progress->marks[progress->n_marks++] = mark;
}

static size_t progress_add_rate(const struct skep_progress *progress, int64_t now_ms, char *text, size_t size)
{
    double rate = progress_rate(progress, now_ms);
    char number[SKEP_WORDS_BYTES], duration[SKEP_WORDS_BYTES];
    int n;

    if (!(rate > 0)) {
        return 0;
    }
    if (rate >= 100) {
        n = snprintf(text, size, ", %s/s", skep_words_number((int64_t)rate, number));
    } else {
        n = snprintf(text, size, ", %.3g/s", rate);
    }
    if (progress->n_total > progress->n_done) {
        n += snprintf(text + n, size - (size_t)n, ", %s left",
                      skep_words_duration((double)(progress->n_total - progress->n_done) / rate, duration));
    }
    return (size_t)n;
}

const char *skep_progress_format(const struct skep_progress *progress, int64_t now_ms,
                                 char text[SKEP_PROGRESS_BYTES])
{
    char done[SKEP_WORDS_BYTES], total[SKEP_WORDS_BYTES], failed[SKEP_WORDS_BYTES];
    size_t n = (size_t)snprintf(text, SKEP_PROGRESS_BYTES, "%s %s", progress->verb,
                                skep_words_number((int64_t)progress->n_done, done));

    if (progress->n_total > 0) {
        n += (size_t)snprintf(text + n, SKEP_PROGRESS_BYTES - n, " of %s (%d %%)",
                              skep_words_number((int64_t)progress->n_total, total),
                              (int)(100 * (double)progress->n_done / (double)progress->n_total));
    }
    if (progress->n_failed > 0) {
        n += (size_t)snprintf(text + n, SKEP_PROGRESS_BYTES - n, ", %s failed",
                              skep_words_number((int64_t)progress->n_failed, failed));
    }
    n += progress_add_rate(progress, now_ms, text + n, SKEP_PROGRESS_BYTES - n);
    if (progress->note != NULL) {
        snprintf(text + n, SKEP_PROGRESS_BYTES - n, ": %.100s", progress->note);
    }
    return text;
}

/* The line and what ends it leave in one write, so that lines of several processes do not mix. */
static void progress_show(struct skep_progress *progress, int64_t now_ms)
{
    char text[SKEP_PROGRESS_LINE_BYTES], line[SKEP_PROGRESS_LINE_BYTES + 16];
    struct skep_terminal terminal;
    int n;

    if (progress->is_terminal) {
        skep_terminal_look(STDERR_FILENO, &terminal); /* its size may be another one now */
        n = snprintf(line, sizeof line, "\r%s\033[K", skep_progress_draw(progress, now_ms, &terminal, text));
    } else {
        n = snprintf(line, sizeof line, "%s\n", skep_progress_format(progress, now_ms, text));
    }
    (void)!write(STDERR_FILENO, line, (size_t)n);
    progress->has_line = progress->is_terminal;
    progress->shown_ms = now_ms;
}

static void progress_show_when_due(struct skep_progress *progress)
{
    int64_t now = skep_monotonic_ms();
    int64_t interval = progress->is_terminal ? PROGRESS_TERMINAL_MS : PROGRESS_PLAIN_MS;

    if (!progress->is_quiet && now - progress->shown_ms >= interval) {
        progress_show(progress, now);
    }
}

void skep_progress_update(struct skep_progress *progress, uint64_t done, uint64_t failed)
{
    progress->n_done = done;
    progress->n_failed = failed;
    progress_mark(progress, skep_monotonic_ms());
    progress_show_when_due(progress);
}

void skep_progress_note(struct skep_progress *progress, const char *note)
{
    bool is_news = note != NULL && (progress->note == NULL || strcmp(progress->note, note) != 0);

    progress->note = note;
    if (is_news && !progress->is_quiet) {
        progress_show(progress, skep_monotonic_ms());
    } else {
        progress_show_when_due(progress);
    }
}

void skep_progress_clear(struct skep_progress *progress)
{
    if (progress->has_line) {
        (void)!write(STDERR_FILENO, "\r\033[K", 4);
        progress->has_line = false;
    }
}
