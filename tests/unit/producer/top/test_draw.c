/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <locale.h>

#include "producer/top/draw.h"
#include "top_model.h"

static struct skep_top_model model;
static struct skep_top_state state;
static struct skep_canvas canvas;
static struct skep_buf buf;

/* Queue "eeg" with two slots, three jobs and one that knows better names. */
static struct skep_top_seen *make_eeg(void)
{
    struct skep_top_seen *seen = top_make_seen("eeg");
    struct skep_overview *overview = &seen->overview;
    const struct skep_job jobs[] = {top_job("te_scan", 10000000, 5812345, 3),
                                    top_job("\033[31mred\033[0m", 8, 2, 0),
                                    top_job("日本語の仕事", 100, 0, 100)};

    top_add_slots(seen, 3);
    top_add_jobs(seen, jobs, 3);
    top_tell(seen, 0, "te_box", "te_scan", 5812346, 75.2)->running.until_ms = TOP_SERVER_MS + 24800;
    top_tell(seen, 1, "te_box", "te_scan", 5812999, 0.4)->tasks_per_s = 612;
    overview->slots[1].info.pss_bytes = 48 << 20;
    overview->slots[1].info.tasks = 1234567;
    overview->status.n_waiting = 17;
    overview->status.n_held = 14;
    overview->status.n_dead = 3;
    overview->status.n_results = 1200;
    overview->in_per_s = 0;
    overview->out_per_s = 1180;
    overview->n_left = 4187652;
    overview->eta_s = 3549;
    overview->oldest_ms = 130000;
    overview->cycle_age_ms = 300;
    return seen;
}

static int set_up(void **unused)
{
    static const char *const names[] = {"eeg", "ising", "kuramoto"};
    struct skep_top_seen *ising = top_make_seen("ising");

    (void)unused;
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    skep_buf_init(&buf, 1024 * 1024);
    state = (struct skep_top_state){0};
    top_begin(&model, names, 3);
    top_add_finding(ising, SKEP_FINDING_NO_WORKERS, "3 tasks wait, and nobody works on this queue");
    ising->overview.status.n_waiting = 3;
    ising->overview.n_left = 3;
    ising->overview.eta_s = INFINITY;
    skep_top_queue_see(&model.queues[0], make_eeg());
    model.queues[0].seen->overview.out_per_s = 1180; /* what ten seconds come to is test_model.c's */
    model.queues[0].seen->overview.in_per_s = 0;
    model.queues[0].seen->overview.eta_s = 3549;
    skep_top_queue_see(&model.queues[1], ising);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    skep_top_model_release(&model);
    skep_buf_release(&buf);
    skep_canvas_release(&canvas);
    return 0;
}

static const char *draw(int rows, int columns)
{
    skep_canvas_release(&canvas);
    assert_int_equal(skep_canvas_init(&canvas, rows, columns), SKEP_OK);
    skep_top_draw(&model, &state, TOP_NOW_MS, &canvas);
    skep_buf_reset(&buf);
    skep_canvas_write(&canvas, &buf);
    return buf.bytes;
}

static void expect_line(const char *text, int n, const char *wanted)
{
    char got[1024];

    for (; n > 0; n--) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    snprintf(got, sizeof got, "%.*s", (int)strcspn(text, "\n"), text);
    assert_string_equal(got, wanted);
}

static void expect_words(const char *text, const char *words)
{
    if (strstr(text, words) == NULL) {
        fail_msg("no '%s' in\n%s", words, text);
    }
}

static void expect_none(const char *text, const char *words)
{
    if (strstr(text, words) != NULL) {
        fail_msg("'%s' in\n%s", words, text);
    }
}

/* ---- works ---- */

/* All queues, 80 by 24. */
static void test_draw__queues(void **unused)
{
    (void)unused;
    assert_string_equal(draw(24, 80),
                        " skep top  redis://hive:6379  Redis 7.0.15                             3 queues\n"
                        " queues 2 of 3:  left 4.19M  in/s 0  out/s 1,180  busy 2 of 3  dead 3\n"
                        " ising no-workers: 3 tasks wait, and nobody works on this queue\n"
                        "─ 1 Queues ─ 2 Queue ─ 3 Tasks ─ 4 Workers ─────────────────────────────────────\n"
                        " QUEUE            STATE            LEFT    HELD    DEAD   OUT/s     ETA    BUSY\n"
                        " eeg              running         4.19M      14       3   1,180  59m09s     2/3\n"
                        " ising            no-workers          3       0       0       -   never     0/0\n"
                        " kuramoto         .\n"
                        "\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
                        " eeg: the oldest has waited 2m10s\n"
                        " enter open  tab view  p pause  r resume  R requeue  / filter  ? help  q quit\n");
    assert_string_equal(state.queue, "eeg");
    assert_true(skep_canvas_cell(&canvas, 5, 79)->is_chosen);
    assert_false(skep_canvas_cell(&canvas, 6, 0)->is_chosen);
    assert_int_equal(skep_canvas_cell(&canvas, 6, 18)->style, SKEP_STYLE_BAD);
}

/* One queue: its jobs, with how far they are; names of strangers do nothing. */
static void test_draw__queue(void **unused)
{
    const char *text;

    (void)unused;
    state.view = SKEP_TOP_QUEUE;
    memcpy(state.queue, "eeg", 4);
    top_add_finding(model.queues[0].seen, SKEP_FINDING_HELD_UP, "job te_scan waits for a gatherer");
    text = draw(24, 80);
    expect_line(text, 0, " eeg  redis://hive:6379  Redis 7.0.15                                  3 queues");
    expect_line(text, 1, " left 4.19M  in/s 0  out/s 1,180  busy 2 of 3  dead 3  results 1,200");
    expect_words(text, "\n ETA 59m09s  oldest 2m10s  last cycle 0.3s ");
    expect_words(text, "\n held-up: job te_scan waits for a gatherer; a job's values wait for a gatherer…\n");
    expect_words(text, "\n te_scan           ━━━━━╸────   58%    10.0M       3       -       -  running\n");
    expect_words(text, "\n \\x1b[31mred\\x1b…  ━━╸───────   25%        8       0       -       -  running\n");
    expect_words(text, "\n 日本語の仕事      ━━━━━━━━━━  100%      100     100       -       -  failed\n");
    expect_words(text, "\n te_scan: 5812348 of 10000000 over, 3 failed, 0 cancelled, last put 65s ago\n");
    expect_none(text, "\033");
}

/* What runs, the longest first, with how much of its time it has had. */
static void test_draw__tasks(void **unused)
{
    const char *text;

    (void)unused;
    state.view = SKEP_TOP_TASKS;
    memcpy(state.queue, "eeg", 4);
    text = draw(24, 80);
    expect_line(text, 4, " JOB            TASK        KERNEL        FOR             LIMIT  HOST      SLOT");
    expect_line(text, 5, " te_scan        5812346     te_box        75s  ━━━━━━──   1m40s  hive         0");
    expect_line(text, 6, " te_scan        5812999     te_box       0.4s                 -  hive         1");
    expect_words(text, "\n te_scan 5812346 on hive, pid 100; 7 in hand\n");
}

/* Workers; one has not said anything yet. */
static void test_draw__workers(void **unused)
{
    const char *text;

    (void)unused;
    state.view = SKEP_TOP_WORKERS;
    memcpy(state.queue, "eeg", 4);
    text = draw(24, 80);
    expect_words(text, "\n hive               1  busy         612    1.23M   48.0M    0.4s  te_box te_sc…\n");
    expect_words(text, "\n hive:102:1:a          new ");
}

/* Help instead of the table; a note and a question instead of the keys. */
static void test_draw__words(void **unused)
{
    (void)unused;
    state.mode = SKEP_TOP_HELP;
    expect_words(draw(24, 80), "put its dead letters back into it, with all their tries\n");
    state.mode = SKEP_TOP_NORMAL;
    skep_top_note(&state, false, TOP_NOW_MS - 1000, "queue eeg is paused");
    expect_words(draw(24, 80), "\n queue eeg is paused\n");
    skep_top_note(&state, false, TOP_NOW_MS - 1000 * 1000, "queue eeg is paused");
    expect_words(draw(24, 80), " q quit\n");
    state.mode = SKEP_TOP_ASKED;
    state.asked = SKEP_TOP_REQUEUE;
    expect_words(draw(24, 80), "\n put 3 dead letters back into queue eeg, with all tries? y/n\n");
    state.mode = SKEP_TOP_FILTER;
    snprintf(state.filter, sizeof state.filter, "is");
    expect_words(draw(24, 80), "\n /is_\n");
    expect_none(draw(24, 80), " eeg ");
}

/* Those who only look are not offered what changes something. */
static void test_draw__read_only(void **unused)
{
    (void)unused;
    state.is_read_only = true;
    expect_words(draw(24, 80), "\n enter open  tab view  / filter  ? help  q quit\n");
}

/* ---- refuses ---- */

/* 20 by 5: who it is, a table, and how to get out. */
static void test_draw__small(void **unused)
{
    (void)unused;
    assert_string_equal(draw(5, 20), " skep top  3 queues\n"
                                     " QUEUE         LEFT\n"
                                     " eeg          4.19M\n"
                                     " ising            3\n"
                                     " ? help  q quit\n");
    state.mode = SKEP_TOP_ASKED;
    state.asked = SKEP_TOP_PAUSE;
    expect_line(draw(5, 20), 4, " pause? y/n");
    for (int view = 0; view < SKEP_TOP_VIEWS; view++) {
        state = (struct skep_top_state){.view = (enum skep_top_view)view, .queue = "eeg"};
        expect_words(draw(5, 20), "q quit");
    }
}

/* Every size and every view can be drawn, and the bar is on the screen where there is a row for it. */
static void test_draw__any_size(void **unused)
{
    static const int sizes[] = {1, 2, 3, 4, 5, 6, 8, 11, 13, 14, 17, 20, 39, 40, 60, 79, 81, 200};
    enum { SIZES = sizeof sizes / sizeof sizes[0] };

    (void)unused;
    for (int view = 0; view < SKEP_TOP_VIEWS; view++) {
        for (int mode = 0; mode <= SKEP_TOP_HELP; mode++) {
            state = (struct skep_top_state){
                .view = (enum skep_top_view)view, .mode = (enum skep_top_mode)mode, .queue = "eeg"};
            for (int i = 0; i < SIZES * SIZES; i++) {
                (void)draw(sizes[i / SIZES], sizes[i % SIZES]);
            }
        }
    }
}

/* A server that is gone: it is said, and what was seen stays, faded. */
static void test_draw__server_gone(void **unused)
{
    const char *text;

    (void)unused;
    snprintf(model.trouble, sizeof model.trouble, "redis://hive:6379: connection refused");
    model.trouble_ms = TOP_NOW_MS - 12000;
    text = draw(24, 80);
    expect_words(text, " no answer\n");
    expect_words(text, "\n no answer for 12s: redis://hive:6379: connection refused\n");
    expect_words(text, "\n ising            no-workers ");
    assert_int_equal(skep_canvas_cell(&canvas, 6, 18)->style, SKEP_STYLE_DIM);
    expect_line(draw(5, 20), 0, " skep top no answer");
}

/* Nothing there yet. */
static void test_draw__nothing(void **unused)
{
    (void)unused;
    skep_top_model_release(&model);
    expect_words(draw(24, 80), "reading");
    top_begin(&model, NULL, 0);
    expect_words(draw(24, 80), "\n no queues yet: `skep push -q NAME tasks.jsonl` makes one\n");
    state.view = SKEP_TOP_WORKERS;
    expect_words(draw(24, 80), "\n no workers: ");
}

/* Ten thousand queues: the one under the bar is on the screen. */
static void test_draw__many(void **unused)
{
    static char names[10000][8];
    static const char *list[10000];

    (void)unused;
    for (int i = 0; i < 10000; i++) {
        snprintf(names[i], sizeof names[i], "q%04d", i);
        list[i] = names[i];
    }
    assert_int_equal(skep_top_model_list(&model, list, 10000), SKEP_OK);
    memcpy(state.queue, "q7777", 6);
    expect_words(draw(24, 80), "\n q7777 ");
    expect_words(draw(24, 80), " 10,000 queues\n");
}

/* On paper: all rows, in the width that was asked for. */
static void test_draw__prints(void **unused)
{
    struct skep_buf paper;

    (void)unused;
    skep_buf_init(&paper, 1024 * 1024);
    skep_top_print(&model, &state, TOP_NOW_MS, 120, &paper);
    expect_line(paper.bytes, 3,
                " QUEUE                          STATE            LEFT    HELD  DELAYED    DEAD  RESULTS    "
                "IN/s   OUT/s  "
                "   ETA    BUSY");
    expect_none(paper.bytes, "q quit");
    skep_buf_release(&paper);
}

#define DRAW_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DRAW_TEST(test_draw__queues),  DRAW_TEST(test_draw__queue),    DRAW_TEST(test_draw__tasks),
        DRAW_TEST(test_draw__workers), DRAW_TEST(test_draw__words),    DRAW_TEST(test_draw__read_only),
        DRAW_TEST(test_draw__small),   DRAW_TEST(test_draw__any_size), DRAW_TEST(test_draw__server_gone),
        DRAW_TEST(test_draw__nothing), DRAW_TEST(test_draw__many),     DRAW_TEST(test_draw__prints),
    };

    return cmocka_run_group_tests_name("producer/top/draw", tests, NULL, NULL);
}
