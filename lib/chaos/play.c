/* SPDX-License-Identifier: MIT */
#include "chaos/play.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "chaos/row.h"

enum {
    PLAY_TICK_MS = 4,
    PLAY_SAMPLE_MS = 20,
    PLAY_EMPTY_MS = 3000, /* nothing in the queue for so long: what is not seen yet is lost */
    PLAY_STILL_MS = 60000,
    PLAY_STILL_LONG_MS = 300000
};

/* ---- the beginning ---- */

skep_status skep_play_begin_server(struct skep_play *play, const char *const *server_args, uint64_t n_tasks,
                                   struct skep_error *err)
{
    skep_status st = skep_ledger_init(&play->ledger, n_tasks, err);

    return st == SKEP_OK ? skep_cast_start_server(&play->cast, server_args, err) : st;
}

skep_status skep_play_begin(struct skep_play *play, const char *const *server_args, uint64_t n_tasks,
                            struct skep_error *err)
{
    skep_status st = skep_play_begin_server(play, server_args, n_tasks, err);

    return st == SKEP_OK ? skep_cast_start_consumer(&play->cast, err) : st;
}

skep_status skep_play_start_workers(struct skep_play *play, size_t n, const char *const *args,
                                    struct skep_error *err)
{
    skep_status st = SKEP_OK;

    for (size_t i = 0; st == SKEP_OK && i < n; i++) {
        st = skep_cast_start_worker(&play->cast, i, args, NULL, err);
    }
    return st;
}

/* The push of the tasks FIRST and on, whose file is there. */
static skep_status play_start_push(struct skep_play *play, uint64_t first, uint64_t n, struct skep_error *err)
{
    snprintf(play->push_name, sizeof play->push_name, "tasks-%" PRIu64 ".jsonl", first);
    play->empty_ms = 0;
    play->push_first = first;
    play->push_n = n;
    return skep_cast_start_producer(&play->cast, play->push_name, play->push_name, err);
}

skep_status skep_play_push(struct skep_play *play, const char *format, uint64_t first, uint64_t n,
                           struct skep_error *err)
{
    char name[sizeof play->push_name];
    skep_status st;

    snprintf(name, sizeof name, "tasks-%" PRIu64 ".jsonl", first);
    st = skep_cast_write_tasks(&play->cast, name, format, first, n, err);
    if (st == SKEP_OK) {
        skep_ledger_attempt(&play->ledger, first, n);
        st = play_start_push(play, first, n, err);
    }
    return st;
}

skep_status skep_play_push_again(struct skep_play *play, uint64_t first, uint64_t n, struct skep_error *err)
{
    skep_status st;

    skep_actor_end(&play->cast.producer, SIGTERM, SKEP_CAST_END_MS);
    skep_actor_end(&play->cast.consumer, SIGTERM, SKEP_CAST_END_MS);
    st = skep_cast_start_consumer(&play->cast, err);
    return st == SKEP_OK ? play_start_push(play, first, n, err) : st;
}

bool skep_play_is_pushing(const struct skep_play *play)
{
    return play->push_n > 0;
}

/* ---- ticks ---- */

static bool play_is_empty(const struct skep_play *play)
{
    return !skep_play_is_pushing(play) && play->books.has_status && skep_books_open(&play->books) == 0 &&
           play->books.status.n_results == 0;
}

/* When it became empty; 0: it is not. */
static void play_look_for_end(struct skep_play *play)
{
    if (!play_is_empty(play)) {
        play->empty_ms = 0;
    } else if (play->empty_ms == 0) {
        play->empty_ms = skep_monotonic_ms();
    }
}

static void play_see(void *context, const char *line, size_t n)
{
    struct skep_play *play = context;
    int64_t number = skep_ledger_see(&play->ledger, line, n);

    if (play->on_result != NULL) {
        play->on_result(play, number, line, n);
    }
}

/* A push that has ended is acknowledged, or goes on. */
static skep_status play_keep_pushing(struct skep_play *play, struct skep_error *err)
{
    if (!skep_play_is_pushing(play) || !skep_actor_is_over(&play->cast.producer)) {
        return SKEP_OK;
    }
    if (skep_actor_has_succeeded(&play->cast.producer)) {
        skep_ledger_acknowledge(&play->ledger, play->push_first, play->push_n);
        play->push_n = 0;
        return SKEP_OK;
    }
    play->n_push_restarts++;
    return skep_cast_start_producer(&play->cast, play->push_name, play->push_name, err);
}

skep_status skep_play_tick(struct skep_play *play, struct skep_error *err)
{
    int64_t now_ms = skep_monotonic_ms();
    skep_status st;

    if (play->options->should_stop != NULL && play->options->should_stop()) {
        return SKEP_STOPPED;
    }
    if (!play->is_blind && now_ms - play->sampled_ms >= PLAY_SAMPLE_MS) {
        (void)skep_books_sample(&play->books, play->cast.conn, &play->cast.keys);
        play->sampled_ms = skep_monotonic_ms();
    }
    (void)skep_tail_read(&play->tail, play->cast.results_path, play_see, play);
    if (play->ledger.n_seen != play->n_progressed) {
        play->n_progressed = play->ledger.n_seen;
        play->progressed_ms = now_ms;
    }
    st = play_keep_pushing(play, err);
    play_look_for_end(play);
    skep_sleep_ms(PLAY_TICK_MS);
    return st;
}

skep_status skep_play_tick_for(struct skep_play *play, int64_t ms, struct skep_error *err)
{
    int64_t until_ms = skep_monotonic_ms() + ms;
    skep_status st;

    do {
        st = skep_play_tick(play, err);
    } while (st == SKEP_OK && skep_monotonic_ms() < until_ms);
    return st;
}

/* ---- the end ---- */

static bool play_stands_still(const struct skep_play *play)
{
    int64_t usual_ms = play->is_long ? PLAY_STILL_LONG_MS : PLAY_STILL_MS;
    int64_t most_ms = play->options->give_up_ms > 0 ? play->options->give_up_ms : usual_ms;

    return play->has_failed || skep_monotonic_ms() - play->progressed_ms > most_ms;
}

bool skep_play_is_over(const struct skep_play *play)
{
    int64_t empty_ms = play->empty_ms > 0 ? skep_monotonic_ms() - play->empty_ms : -1;

    return (empty_ms >= 0 && play->ledger.n_seen >= play->ledger.n_acknowledged) ||
           empty_ms > PLAY_EMPTY_MS || play_stands_still(play);
}

skep_status skep_play_until_seen(struct skep_play *play, uint64_t n, struct skep_error *err)
{
    skep_status st = skep_play_tick(play, err);

    while (st == SKEP_OK && play->ledger.n_seen < n && !skep_play_is_over(play)) {
        st = skep_play_tick(play, err);
    }
    return st;
}

/* Results that were confirmed are in the file; what the file says after a few more ticks is all there is. */
static skep_status play_drain(struct skep_play *play, struct skep_error *err)
{
    int n_empty = 0;
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && n_empty < 3 && !play_stands_still(play)) {
        uint64_t n_samples = play->books.n_samples;
        st = skep_play_tick(play, err);
        if (play->books.n_samples > n_samples) {
            n_empty = play_is_empty(play) ? n_empty + 1 : 0;
        }
    }
    return st;
}

/* A file that was cut may have shown lines that are gone, or twice: what counts is what it holds now. */
static void play_read_again(struct skep_play *play)
{
    skep_tail_release(&play->tail);
    skep_tail_init(&play->tail);
    skep_ledger_forget_seen(&play->ledger);
    while (skep_tail_read(&play->tail, play->cast.results_path, play_see, play) > 0) {
        ;
    }
}

static void play_report(struct skep_play *play)
{
    struct skep_report *report = play->report;
    const struct skep_ledger *ledger = &play->ledger;
    struct skep_ledger_sums sums = skep_ledger_sum(ledger);

    skep_report_note(report, "attempted %" PRIu64, sums.n_attempted);
    skep_report_note(report, "acknowledged %" PRIu64, sums.n_acknowledged);
    skep_report_note(report, "seen %" PRIu64, sums.n_seen);
    if (play->may_lose > 0) {
        skep_report_note(report, "may lose %" PRId64, play->may_lose);
    }
    skep_report_most(report, "lost", (int64_t)sums.n_lost, play->may_lose);
    skep_report_most(report, "duplicated", (int64_t)ledger->n_duplicated, play->may_repeat);
    skep_report_most(report, "unexpected", (int64_t)ledger->n_unexpected, 0);
    skep_report_note(report, "recovered %" PRIu64, sums.n_recovered);
    skep_report_check(report, play->books.n_wrong == 0 && play->books.n_samples > 0,
                      "audit 0 at %" PRIu64 " of %" PRIu64 " looks",
                      play->books.n_samples - play->books.n_wrong, play->books.n_samples);
    if (play->books.n_wrong > 0) {
        skep_report_note(report, "first difference %" PRId64, play->books.worst);
    }
    if (ledger->n_unexpected > 0 || (int64_t)ledger->n_duplicated > play->may_repeat) {
        skep_report_note(report, "first wrong result: %.100s", ledger->first_wrong);
    }
}

skep_status skep_play_finish(struct skep_play *play, struct skep_error *err)
{
    skep_status st = skep_play_until_seen(play, UINT64_MAX, err);

    st = st == SKEP_OK ? play_drain(play, err) : st;
    if (st == SKEP_OK) {
        skep_actor_end(&play->cast.consumer, SIGTERM, SKEP_CAST_END_MS);
        if (play->tail.was_cut) {
            play_read_again(play);
        }
        st = skep_play_tick(play, err);
    }
    if (st == SKEP_OK) {
        play_report(play);
    }
    return st;
}

int64_t skep_play_limit_ms(const struct skep_play *play, int64_t limit_ms)
{
    return play->is_long ? limit_ms : 3 * limit_ms;
}

/* ---- one row ---- */

skep_status skep_play_perform(const struct skep_row *row, const struct skep_play_options *options,
                              struct skep_report *report_out, struct skep_error *err)
{
    struct skep_play play = {.options = options,
                             .is_long = options->is_long,
                             .chance.state = options->seed,
                             .report = report_out,
                             .progressed_ms = skep_monotonic_ms()};
    int64_t since_ms = skep_monotonic_ms();
    struct skep_error why = {0};
    bool keeps_folder;
    skep_status st;

    *report_out = (struct skep_report){.seed = options->seed, .is_long = options->is_long};
    skep_tail_init(&play.tail);
    st = skep_cast_init(&play.cast, &options->cast, &why);
    st = st == SKEP_OK ? row->perform(&play, &why) : st;
    if (st != SKEP_OK && st != SKEP_STOPPED) {
        skep_report_check(report_out, false, "could not go on: %.120s", skep_error_text(&why, st));
    }
    report_out->seconds = (double)(skep_monotonic_ms() - since_ms) / 1000;
    keeps_folder = options->keeps_folder || (st != SKEP_STOPPED && !skep_report_has_passed(report_out));
    if (keeps_folder && play.cast.folder[0] != '\0') {
        skep_report_note(report_out, "kept in %.120s", play.cast.folder);
    }
    skep_cast_release(&play.cast, keeps_folder);
    skep_tail_release(&play.tail);
    skep_books_release(&play.books);
    skep_ledger_release(&play.ledger);
    return st == SKEP_STOPPED ? skep_error_set(err, st, "stopped") : SKEP_OK;
}
