/* SPDX-License-Identifier: MIT */
/* The line loses requests and replies of the slots' cycles, whole and half: what the server did and nobody
 * heard of is asked again, and answered from memory. Exactly as many answers from memory as replies lost. */
#include "chaos/row.h"

#include <inttypes.h>
#include <stdio.h>

#include "chaos/supply.h"
#include "queue/script.h"

enum { LINE_N_WORKERS = 3, LINE_CHUNK = 40000, LINE_TASKS_PER_CUT = 1000 };

static const char *const line_slots[] = {"--slots", "12", NULL};

/* The chance that a cycle meets it. */
static const struct {
    enum skep_proxy_fault fault;
    double chance;
} line_faults[] = {
    {SKEP_PROXY_LOSE_REPLY, 0.25},  {SKEP_PROXY_HALF_REPLY, 0.15}, {SKEP_PROXY_LOSE_REQUEST, 0.15},
    {SKEP_PROXY_HALF_REQUEST, 0.1}, {SKEP_PROXY_DELAY, 0.1},
};
enum { LINE_N_FAULTS = sizeof line_faults / sizeof line_faults[0] };

/* By what the proxy knows a cycle: the digest that its script has. */
static skep_status line_find_cycle(struct skep_play *play, char *digest, size_t size, struct skep_error *err)
{
    struct skep_cast *cast = &play->cast;
    struct skep_reply *reply;
    const char *text = skep_script_text(SKEP_SCRIPT_CYCLE, skep_conn_server_version(cast->conn));
    skep_status st = skep_cast_ask(cast, &reply, err, "SCRIPT", "LOAD", text, NULL);

    if (st == SKEP_OK) {
        snprintf(digest, size, "%s", reply->bytes);
    }
    return st;
}

static skep_status line_add_rules(struct skep_play *play, struct skep_error *err)
{
    char digest[64];
    skep_status st = line_find_cycle(play, digest, sizeof digest, err);

    for (size_t i = 0; st == SKEP_OK && i < LINE_N_FAULTS; i++) {
        const struct skep_proxy_rule rule = {
            .fault = line_faults[i].fault, .needle = digest, .chance = line_faults[i].chance, .delay_ms = 20};
        st = skep_proxy_add_rule(play->cast.proxy, &rule, err);
    }
    return st;
}

static uint64_t line_count_cuts(struct skep_play *play)
{
    struct skep_proxy_counts counts = skep_proxy_get_counts(play->cast.proxy);
    uint64_t n = 0;

    for (size_t i = 0; i < LINE_N_FAULTS; i++) {
        n += line_faults[i].fault != SKEP_PROXY_DELAY ? counts.faults[line_faults[i].fault] : 0;
    }
    return n;
}

static void line_report(struct skep_play *play)
{
    struct skep_proxy_counts counts = skep_proxy_get_counts(play->cast.proxy);
    int64_t replays = play->books.status.stat.replays;

    for (size_t i = 0; i < LINE_N_FAULTS; i++) {
        skep_report_note(play->report, "%s: %" PRIu64, skep_proxy_fault_words(line_faults[i].fault),
                         counts.faults[line_faults[i].fault]);
    }
    skep_report_check(play->report, replays > 0 && (uint64_t)replays == counts.n_lost_good,
                      "answered from memory %" PRId64 ", lost %" PRIu64, replays, counts.n_lost_good);
}

static skep_status line_perform(struct skep_play *play, struct skep_error *err)
{
    const uint64_t n_cuts = play->is_long ? 10000 : 1000;
    struct skep_supply supply = {.format = "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.001}}",
                                 .chunk = LINE_CHUNK,
                                 .end = n_cuts * LINE_TASKS_PER_CUT};
    skep_status st = skep_play_begin_server(play, NULL, supply.end, err);

    st = st == SKEP_OK ? skep_cast_start_proxy(&play->cast, skep_chance_u64(&play->chance), err) : st;
    st = st == SKEP_OK ? line_add_rules(play, err) : st;
    st = st == SKEP_OK ? skep_cast_start_consumer(&play->cast, err) : st;
    st = st == SKEP_OK ? skep_play_start_workers(play, LINE_N_WORKERS, line_slots, err) : st;
    while (st == SKEP_OK && line_count_cuts(play) < n_cuts &&
           (supply.next == 0 || !skep_play_is_over(play))) {
        st = skep_supply_tick(&supply, play, err);
    }
    if (st == SKEP_OK) {
        skep_report_check(play->report, line_count_cuts(play) >= n_cuts, "%" PRIu64 " cycles lost",
                          line_count_cuts(play));
        skep_proxy_clear_rules(play->cast.proxy);
        st = skep_play_finish(play, err);
    }
    if (st == SKEP_OK) {
        line_report(play);
    }
    return st;
}

const struct skep_row skep_row_line = {
    .name = "line",
    .fault = "requests and replies of cycles lost, whole and half, and delayed",
    .small = "1,000 losses",
    .large = "10,000 losses",
    .holds = "as many cycles answered from memory as replies were lost",
    .perform = line_perform,
};
