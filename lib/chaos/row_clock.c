/* SPDX-License-Identifier: MIT */
/* Half of the workers live a day ahead, the other half a day behind. Leases are nobody's clock, and what is
 * due is due by the server's: nobody is declared dead, nothing runs too early, and nothing waits for a day.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "chaos/programs.h"
#include "chaos/row.h"
#include "task/timestamp.h"

#define CLOCK_LIBRARY "libskep-clock.so"

enum {
    CLOCK_N_WORKERS = 4,
    CLOCK_N_OF_KIND = 200,
    CLOCK_LATER_MS = 4000,
    CLOCK_LATE_MS = 3000,
    CLOCK_HOUR_MS = 3600000
};

/* The kinds of tasks, CLOCK_N_OF_KIND each, in the order of their numbers. */
enum clock_kind { CLOCK_RETRY, CLOCK_LATER, CLOCK_FRESH, CLOCK_STALE, CLOCK_SHORT, CLOCK_N_KINDS };

struct clock_state {
    int64_t later_ms, began_ms;     /* wall */
    int64_t earliest_ms, latest_ms; /* of the later ones, after they were due */
    int64_t retried_ms;             /* the last of those that fail at first, after the beginning */
    uint64_t n_ok[CLOCK_N_KINDS], n_expired;
    uint64_t n_ahead, n_behind; /* results whose times are half a day off and more */
};

/* When the worker says that it began, for it to be seen that its clock is wrong. */
static void clock_look_at_times(struct clock_state *state, const char *line, size_t n)
{
    static const char mark[] = "\"started\":\"";
    const char *at = memmem(line, n, mark, sizeof mark - 1);
    int64_t started_ms, off_ms = 0;

    if (at != NULL) {
        size_t left = n - (size_t)(at - line) - (sizeof mark - 1);
        size_t length = SKEP_TIMESTAMP_BYTES - 1;
        if (left >= length && skep_timestamp_parse(at + sizeof mark - 1, length, &started_ms)) {
            off_ms = started_ms - skep_wall_ms();
        }
    }
    state->n_ahead += off_ms > 12 * CLOCK_HOUR_MS;
    state->n_behind += off_ms < -12 * CLOCK_HOUR_MS;
}

static void clock_look(struct skep_play *play, int64_t number, const char *line, size_t n)
{
    static const char ok[] = "\"ok\":true", expired[] = "\"cause\":\"expired\"";
    struct clock_state *state = play->row_state;
    int64_t kind = number >= 0 ? number / CLOCK_N_OF_KIND : CLOCK_SHORT;
    int64_t late_ms = skep_wall_ms() - state->later_ms;

    clock_look_at_times(state, line, n);
    kind = kind < CLOCK_N_KINDS ? kind : CLOCK_SHORT;
    state->n_ok[kind] += memmem(line, n, ok, sizeof ok - 1) != NULL;
    state->n_expired += kind == CLOCK_STALE && memmem(line, n, expired, sizeof expired - 1) != NULL;
    if (kind == CLOCK_LATER) {
        state->earliest_ms = late_ms < state->earliest_ms ? late_ms : state->earliest_ms;
        state->latest_ms = late_ms > state->latest_ms ? late_ms : state->latest_ms;
    } else if (kind == CLOCK_RETRY) {
        state->retried_ms = skep_wall_ms() - state->began_ms;
    }
}

/* Push tasks of one kind, and wait until they are in. FORMAT has a place for the id. */
static skep_status clock_push(struct skep_play *play, enum clock_kind kind, uint64_t n, const char *format,
                              struct skep_error *err)
{
    skep_status st = skep_play_push(play, format, (uint64_t)kind * CLOCK_N_OF_KIND, n, err);

    while (st == SKEP_OK && skep_play_is_pushing(play)) {
        st = skep_play_tick(play, err);
    }
    return st;
}

/* The same with a time: "not_before" or "expires". */
static skep_status clock_push_at(struct skep_play *play, enum clock_kind kind, const char *field,
                                 int64_t at_ms, struct skep_error *err)
{
    char format[160], at[SKEP_TIMESTAMP_BYTES];

    skep_timestamp_format(at_ms, at);
    snprintf(format, sizeof format, "{\"id\":\"%%s\",\"kernel\":\"echo\",\"%s\":\"%s\"}", field, at);
    return clock_push(play, kind, CLOCK_N_OF_KIND, format, err);
}

static skep_status clock_start_workers(struct skep_play *play, struct skep_error *err)
{
    static const char *const slots[] = {"--slots", "2", NULL};
    static const char *const shifts[] = {"CLOCK_SHIFT_S=86400", "CLOCK_SHIFT_S=-86400"};
    char library[PATH_MAX], preload[PATH_MAX + 16];
    skep_status st = skep_programs_find(play->options->cast.programs, CLOCK_LIBRARY, library, err);

    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", library);
    for (size_t i = 0; st == SKEP_OK && i < CLOCK_N_WORKERS; i++) {
        const char *const env[] = {preload, shifts[i % 2], NULL};
        st = skep_cast_start_worker(&play->cast, i, slots, env, err);
    }
    return st;
}

static void clock_report(struct skep_play *play, const struct clock_state *state)
{
    const struct skep_stat *stat = &play->books.status.stat;
    int64_t limit_ms = skep_play_limit_ms(play, CLOCK_LATE_MS);

    skep_report_check(play->report, state->n_ahead > 0 && state->n_behind > 0,
                      "%" PRIu64 " results from tomorrow, %" PRIu64 " from yesterday", state->n_ahead,
                      state->n_behind);
    skep_report_most(play->report, "declared dead", stat->reaped, 0);
    skep_report_most(play->report, "crashes", stat->crashes, 0);
    skep_report_check(play->report,
                      state->n_ok[CLOCK_LATER] == CLOCK_N_OF_KIND && state->earliest_ms >= 0 &&
                          state->latest_ms <= limit_ms,
                      "run %" PRId64 " to %" PRId64 " ms after not_before (limit 0 to %" PRId64 ")",
                      state->earliest_ms, state->latest_ms, limit_ms);
    skep_report_check(play->report,
                      state->n_ok[CLOCK_RETRY] == CLOCK_N_OF_KIND &&
                          state->retried_ms <= CLOCK_LATER_MS + limit_ms,
                      "tried again within %" PRId64 " ms", state->retried_ms);
    skep_report_check(play->report, state->n_ok[CLOCK_FRESH] == CLOCK_N_OF_KIND,
                      "an hour before expires, run %" PRIu64 " of %d", state->n_ok[CLOCK_FRESH],
                      CLOCK_N_OF_KIND);
    skep_report_check(play->report, state->n_expired == CLOCK_N_OF_KIND,
                      "an hour after expires, not run %" PRIu64 " of %d", state->n_expired, CLOCK_N_OF_KIND);
}

static skep_status clock_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_short = play->is_long ? 100000 : 15000;
    char library[PATH_MAX];
    struct clock_state state = {.began_ms = skep_wall_ms(), .earliest_ms = INT64_MAX, .latest_ms = INT64_MIN};
    skep_status st;

    if (skep_programs_find(play->options->cast.programs, CLOCK_LIBRARY, library, NULL) != SKEP_OK) {
        skep_report_leave_out(play->report, "there is no " CLOCK_LIBRARY " beside skep; the build makes it");
        return SKEP_OK;
    }
    play->row_state = &state;
    play->on_result = clock_look;
    st = skep_play_begin(play, NULL, CLOCK_SHORT * CLOCK_N_OF_KIND + n_short, err);
    st = st == SKEP_OK ? clock_start_workers(play, err) : st;
    state.later_ms = skep_wall_ms() + CLOCK_LATER_MS;
    st = st == SKEP_OK ? clock_push_at(play, CLOCK_LATER, "not_before", state.later_ms, err) : st;
    st =
        st == SKEP_OK ? clock_push_at(play, CLOCK_FRESH, "expires", skep_wall_ms() + CLOCK_HOUR_MS, err) : st;
    st =
        st == SKEP_OK ? clock_push_at(play, CLOCK_STALE, "expires", skep_wall_ms() - CLOCK_HOUR_MS, err) : st;
    st = st == SKEP_OK ? clock_push(play, CLOCK_RETRY, CLOCK_N_OF_KIND,
                                    "{\"id\":\"%s\",\"kernel\":\"fail\",\"args\":{\"times\":2},"
                                    "\"backoff_s\":0.5}",
                                    err)
                       : st;
    st = st == SKEP_OK ? clock_push(play, CLOCK_SHORT, n_short,
                                    "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.004}}", err)
                       : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    if (st == SKEP_OK) {
        clock_report(play, &state);
    }
    return st;
}

const struct skep_row skep_row_clock = {
    .name = "clock",
    .fault = "clocks of half the workers a day ahead, of the others a day behind",
    .small = "15,000 tasks",
    .large = "100,000 tasks",
    .holds = "nobody is declared dead; delays and expiries are right",
    .perform = clock_perform,
};
