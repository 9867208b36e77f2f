/* SPDX-License-Identifier: MIT */
/* One task in a hundred kills, blocks or confuses whoever takes it. They come to the head of the queue while
 * the good ones run, so that the storm lasts from the beginning to the end. */
#include "chaos/row.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "chaos/poison.h"
#include "task/header.h"

enum {
    POISON_N_WORKERS = 2,
    POISON_N_SLOTS = 4,
    POISON_BUF_BYTES = 2 * SKEP_POISON_LARGE_BYTES,
    POISON_LETTERS = 4,    /* read at once: some are large */
    POISON_LOOP_MS = 3000, /* an endless loop has its slot: half a second of its own, two until SIGKILL */
    POISON_ARENA_BYTES = 1024 * 1024
};

static const char *const poison_args[] = {"--slots", "4", "--memory", "64M", "--task-memory", "256M", NULL};

struct poison_storm {
    uint64_t n_clean; /* the first tasks, run without poison beside them, to compare with */
    uint64_t n_good, n_poison, n_given;
    uint64_t n_loops;            /* of the poisonous ones */
    uint64_t first;              /* number of the first poisonous one */
    uint64_t n_letters, n_wrong; /* dead letters seen; those with another cause or other bytes */
    uint64_t n_bad_good;         /* good tasks that failed */
    int64_t clean_ms;            /* that the clean ones took */
    int64_t began_ms, good_ms;   /* when all good ones were done */
    char first_wrong[120];
    struct skep_buf bytes;
    struct skep_arena arena;
};

static void poison_look(struct skep_play *play, int64_t number, const char *line, size_t n)
{
    static const char good[] = "\"ok\":true";
    struct poison_storm *storm = play->row_state;
    bool is_poison = number >= (int64_t)storm->first;

    storm->n_bad_good += number >= 0 && !is_poison && memmem(line, n, good, sizeof good - 1) == NULL;
}

/* Give the next one to the head of the queue, as a plain client would. */
static skep_status poison_give(struct skep_play *play, struct poison_storm *storm, struct skep_error *err)
{
    struct skep_conn *conn = play->cast.conn;
    uint64_t number = storm->first + storm->n_given;
    struct skep_reply *reply;
    skep_status st;

    skep_buf_reset(&storm->bytes);
    skep_poison_write(&storm->bytes, number);
    skep_ledger_attempt(&play->ledger, number, 1);
    skep_conn_begin(conn, 3);
    skep_conn_arg_text(conn, "LPUSH");
    skep_conn_arg_text(conn, play->cast.keys.queue);
    skep_conn_arg(conn, storm->bytes.bytes, storm->bytes.length);
    st = skep_conn_call(conn, -1, &reply, err);
    if (st == SKEP_OK) {
        skep_ledger_acknowledge(&play->ledger, number, 1);
        storm->n_given++;
        storm->n_loops += strcmp(skep_poison_name(number), "loop") == 0;
    }
    return st;
}

/* Does LETTER say what became of its poison, and keep its bytes? */
static void poison_check_letter(struct poison_storm *storm, const struct skep_bytes *letter)
{
    struct skep_header header = {0};
    const char *body = letter->bytes;
    size_t n_body = letter->n;
    uint64_t number = UINT64_MAX;
    bool is_right = false;

    storm->n_letters++;
    skep_arena_reset(&storm->arena, POISON_ARENA_BYTES);
    if (skep_header_parse(letter->bytes, letter->n, &storm->arena, &header, &body, &n_body, NULL) ==
            SKEP_OK &&
        header.has_index && header.index >= storm->first && header.cause != NULL) {
        number = header.index;
        skep_buf_reset(&storm->bytes);
        skep_poison_write(&storm->bytes, number);
        is_right = strcmp(header.cause, skep_poison_cause(number)) == 0 && n_body == storm->bytes.length &&
                   memcmp(body, storm->bytes.bytes, n_body) == 0;
    }
    storm->n_wrong += !is_right;
    if (!is_right && storm->first_wrong[0] == '\0') {
        snprintf(storm->first_wrong, sizeof storm->first_wrong, "%s: cause %s instead of %s, %zu bytes",
                 number != UINT64_MAX ? skep_poison_name(number) : "a stranger",
                 header.cause != NULL ? header.cause : "none",
                 number != UINT64_MAX ? skep_poison_cause(number) : "none", n_body);
    }
}

static skep_status poison_check_letters(struct skep_play *play, struct poison_storm *storm,
                                        struct skep_error *err)
{
    struct skep_bytes letters[POISON_LETTERS];
    skep_status st = SKEP_OK;
    size_t n = 1;

    for (int64_t at = 0; st == SKEP_OK && n > 0; at += (int64_t)n) {
        n = 0;
        st = skep_dead_read(play->cast.conn, &play->cast.keys, at, POISON_LETTERS, letters, &n, err);
        for (size_t i = 0; st == SKEP_OK && i < n; i++) {
            poison_check_letter(storm, &letters[i]);
        }
    }
    return st;
}

/* The good ones: small ones, so that there are many; in the long form, where the throughput is judged, of the
 * size that it is judged for. */
static const char *poison_good(const struct skep_play *play)
{
    return play->is_long ? "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.02}}"
                         : "{\"id\":\"%s\",\"kernel\":\"sleep\",\"args\":{\"s\":0.002}}";
}

/* The good ones without poison, for comparison. */
static skep_status poison_run_clean(struct skep_play *play, struct poison_storm *storm,
                                    struct skep_error *err)
{
    int64_t began_ms = skep_monotonic_ms();
    skep_status st = SKEP_OK;

    if (storm->n_clean > 0) {
        st = skep_play_push(play, poison_good(play), 0, storm->n_clean, err);
        st = st == SKEP_OK ? skep_play_until_seen(play, storm->n_clean, err) : st;
        storm->clean_ms = skep_monotonic_ms() - began_ms;
    }
    return st;
}

static skep_status poison_run(struct skep_play *play, struct poison_storm *storm, struct skep_error *err)
{
    uint64_t n_all = storm->first + storm->n_poison;
    skep_status st = skep_play_push(play, poison_good(play), storm->n_clean, storm->n_good, err);

    storm->began_ms = skep_monotonic_ms();
    while (st == SKEP_OK && play->ledger.n_seen < n_all && !skep_play_is_over(play)) {
        uint64_t n_done = play->ledger.n_good - storm->n_clean;
        uint64_t due = storm->n_poison * (n_done + 100) / (storm->n_good * 9 / 10);
        st = skep_play_tick(play, err);
        while (st == SKEP_OK && storm->n_given < due && storm->n_given < storm->n_poison) {
            st = poison_give(play, storm, err);
        }
        if (storm->good_ms == 0 && play->ledger.n_good >= storm->n_clean + storm->n_good) {
            storm->good_ms = skep_monotonic_ms();
        }
    }
    return st;
}

/* As fast as without poison, but for the time in which loops have their slots. Judged where it was measured.
 */
static void poison_report_speed(struct skep_play *play, const struct poison_storm *storm)
{
    const double seconds = (double)(storm->good_ms - storm->began_ms) / 1000;
    const double burnt =
        (double)(storm->n_loops * POISON_LOOP_MS) / 1000 / (POISON_N_WORKERS * POISON_N_SLOTS);

    if (storm->n_clean == 0) {
        skep_report_note(play->report, "good ones done in %.1f s, of which loops had %.1f s", seconds, burnt);
    } else {
        double ratio = (double)storm->clean_ms / 1000 / (seconds - burnt);
        double lost_s =
            (seconds - burnt - (double)storm->clean_ms / 1000) * POISON_N_WORKERS * POISON_N_SLOTS;
        skep_report_note(play->report, "a crash costs its slot %.0f ms",
                         lost_s * 1000 / (double)play->books.status.stat.crashes);
        skep_report_check(play->report, ratio >= 0.9,
                          "good ones done in %.1f s, of which loops had %.1f s; without poison in %.1f s: "
                          "throughput %.2f (limit 0.9)",
                          seconds, burnt, (double)storm->clean_ms / 1000, ratio);
    }
}

static void poison_report(struct skep_play *play, struct poison_storm *storm)
{
    skep_report_check(play->report, storm->n_given == storm->n_poison, "%" PRIu64 " poisonous of %zu kinds",
                      storm->n_given, skep_poison_n_kinds());
    skep_report_most(play->report, "good ones that failed", (int64_t)storm->n_bad_good, 0);
    skep_report_check(play->report, storm->n_letters == storm->n_poison, "dead letters %" PRIu64,
                      storm->n_letters);
    skep_report_most(play->report, "with another cause or other bytes", (int64_t)storm->n_wrong, 0);
    if (storm->first_wrong[0] != '\0') {
        skep_report_note(play->report, "first: %s", storm->first_wrong);
    }
    poison_report_speed(play, storm);
}

static skep_status poison_perform(struct skep_play *play, struct skep_error *err)
{
    struct poison_storm storm = {.n_good = play->is_long ? 30000 : 12600};
    skep_status st;

    storm.n_clean = play->is_long ? storm.n_good : 0;
    storm.n_poison = storm.n_good / 90 + 1;
    storm.first = storm.n_clean + storm.n_good;
    skep_buf_init(&storm.bytes, POISON_BUF_BYTES);
    skep_arena_init(&storm.arena, POISON_ARENA_BYTES);
    play->row_state = &storm;
    play->on_result = poison_look;
    st = skep_play_begin(play, NULL, storm.first + storm.n_poison, err);
    st = st == SKEP_OK ? skep_play_start_workers(play, POISON_N_WORKERS, poison_args, err) : st;
    st = st == SKEP_OK ? poison_run_clean(play, &storm, err) : st;
    st = st == SKEP_OK ? poison_run(play, &storm, err) : st;
    st = st == SKEP_OK ? skep_play_finish(play, err) : st;
    st = st == SKEP_OK ? poison_check_letters(play, &storm, err) : st;
    if (st == SKEP_OK) {
        poison_report(play, &storm);
    }
    skep_buf_release(&storm.bytes);
    skep_arena_release(&storm.arena);
    return st;
}

const struct skep_row skep_row_poison = {
    .name = "poison",
    .fault = "poison in 1 % of the tasks: crashes, endless loops, memory hogs, records that are none",
    .small = "12,600 good ones of 2 ms",
    .large = "30,000 good ones of 20 ms",
    .holds = "good ones all done; every poisonous one buried with the right cause and its bytes",
    .perform = poison_perform,
};
