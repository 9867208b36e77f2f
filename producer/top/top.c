/* SPDX-License-Identifier: MIT */
/* skep top: queues, tasks and workers of a server, live. A thread looks (collector.c), pure functions make a
 * picture of what it has seen (draw.c), and this loop puts it on the terminal and takes the keys. */
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "producer/cli/command.h"
#include "producer/cli/connect.h"
#include "producer/cli/stop.h"
#include "producer/cli/terminal.h"
#include "producer/commands.h"
#include "producer/top/collector.h"
#include "producer/top/draw.h"
#include "producer/top/rows.h"
#include "producer/top/screen.h"

enum { TOP_TICK_MS = 1000 /* times that count up are drawn again */, TOP_PRINT_BYTES = 16 * 1024 * 1024 };

struct top_settings {
    struct skep_connect_settings connect;
    const char *queue;
    double interval_s;
    bool is_read_only, is_once;
};

static const struct skep_option top_options[] = {
    SKEP_QUEUE_ROW(struct top_settings, queue),
    {.name = "interval",
     .kind = SKEP_OPT_SECONDS,
     .offset = offsetof(struct top_settings, interval_s),
     .default_text = "2",
     .least = 0.2,
     .most = 3600,
     .value_name = "SECONDS",
     .help = "how often the server is asked"},
    {.name = "read-only",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct top_settings, is_read_only),
     .help = "only look: no pause, no resume, no requeue"},
    {.name = "once",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct top_settings, is_once),
     .help = "print one picture as text and end; so it is where there is no terminal, too"},
    SKEP_CONNECT_ROWS(struct top_settings, connect),
    {.name = NULL},
};

struct top {
    const struct top_settings *settings;
    struct skep_top_collector *collector;
    struct skep_top_state state;
    struct skep_top_wish wish;
    uint64_t n_answers; /* that were shown */
};

/* ---- live ---- */

/* What is on the screen is what the collector shall look at. The model is locked. */
static void top_reckon_wish(struct top *top, const struct skep_top_model *model)
{
    const struct skep_top_place *place = &top->state.places[SKEP_TOP_QUEUES];
    struct skep_top_rows rows;

    memcpy(top->wish.chosen, top->state.queue, sizeof top->wish.chosen);
    top->wish.n = 0;
    if (top->state.view != SKEP_TOP_QUEUES || model->n_queues <= SKEP_TOP_ALL_QUEUES) {
        return;
    }
    skep_top_rows_list(model, &top->state, &rows);
    for (size_t i = place->first; i < rows.n && i < place->first + top->state.page; i++) {
        if (top->wish.n < SKEP_TOP_ALL_QUEUES) {
            memcpy(top->wish.names[top->wish.n++], model->queues[rows.items[i]].name,
                   sizeof top->wish.names[0]);
        }
    }
    skep_top_rows_release(&rows);
}

static skep_status top_draw(struct top *top)
{
    const struct skep_top_model *model;
    struct skep_canvas canvas;
    int64_t now_ms = skep_monotonic_ms();
    int rows, columns;
    skep_status st;

    skep_screen_size(&rows, &columns);
    st = skep_canvas_init(&canvas, rows, columns);
    if (st != SKEP_OK) {
        return st;
    }
    model = skep_top_collector_lock(top->collector);
    if (model->n_answers != top->n_answers) {
        top->n_answers = model->n_answers;
        skep_top_note(&top->state, model->is_bad_answer, now_ms, model->answer);
    }
    skep_top_draw(model, &top->state, now_ms, &canvas);
    top_reckon_wish(top, model);
    skep_top_collector_unlock(top->collector);
    skep_top_collector_wish(top->collector, &top->wish);
    skep_screen_show(&canvas);
    skep_canvas_release(&canvas);
    return SKEP_OK;
}

/* False: the user wants to leave. */
static bool top_take_keys(struct top *top)
{
    int key;

    while ((key = skep_screen_key()) != SKEP_PRESS_NONE) {
        int64_t now_ms = skep_monotonic_ms();
        const struct skep_top_model *model = skep_top_collector_lock(top->collector);
        enum skep_top_order order = skep_top_press(&top->state, model, key, now_ms);
        skep_top_collector_unlock(top->collector);
        if (order == SKEP_TOP_QUIT) {
            return false;
        }
        if (order > SKEP_TOP_LOOK) {
            skep_top_note(&top->state, false, now_ms, "asking the server");
            skep_top_collector_order(top->collector, order, top->state.queue);
        }
    }
    return true;
}

/* Until the user leaves, is told to, or the terminal is gone. Returns an enum skep_exit. */
static int top_live(struct top *top)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = skep_top_collector_fd(top->collector), .events = POLLIN},
                           {.fd = skep_stop_fd(), .events = POLLIN}};

    for (;;) {
        if (top_draw(top) != SKEP_OK) {
            return SKEP_EXIT_SERVER;
        }
        (void)poll(fds, sizeof fds / sizeof fds[0], TOP_TICK_MS);
        if (skep_stop_is_asked() || (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) {
            return SKEP_EXIT_INTERRUPTED;
        }
        skep_top_collector_take_news(top->collector);
        if (!top_take_keys(top)) {
            return SKEP_EXIT_OK;
        }
        fds[0].revents = 0;
    }
}

/* ---- on paper ---- */

static int top_print(struct top *top, int width)
{
    static const enum skep_top_view views[] = {SKEP_TOP_QUEUE, SKEP_TOP_TASKS, SKEP_TOP_WORKERS};
    const struct skep_top_model *model;
    struct skep_error err = {0};
    struct skep_buf buf;
    skep_status st = skep_top_collector_look(top->collector, &err);

    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_buf_init(&buf, TOP_PRINT_BYTES);
    model = skep_top_collector_lock(top->collector);
    if (!top->state.is_single) {
        skep_top_print(model, &top->state, skep_monotonic_ms(), width, &buf);
    }
    for (size_t i = 0; i < sizeof views / sizeof views[0] && top->state.is_single; i++) {
        top->state.view = views[i];
        skep_buf_add_text(&buf, i > 0 ? "\n" : "");
        skep_top_print(model, &top->state, skep_monotonic_ms(), width, &buf);
    }
    skep_top_collector_unlock(top->collector);
    return skep_print_buf(&buf);
}

/* ---- the command ---- */

/* Full-screen where that can be. Returns an enum skep_exit. */
static int top_show(struct top *top)
{
    struct skep_terminal terminal;
    struct skep_error err = {0};
    skep_status st;
    int exit_code;

    skep_terminal_look(STDOUT_FILENO, &terminal);
    if (top->settings->is_once) {
        return top_print(top, terminal.width);
    }
    if (!terminal.is_terminal || isatty(STDIN_FILENO) != 1 || !skep_screen_open(terminal.has_colour)) {
        skep_say("skep top: this is no terminal that can show it live: one picture (`skep status` is for "
                 "scripts)");
        return top_print(top, terminal.width);
    }
    st = skep_top_collector_start(top->collector, &err);
    exit_code = st == SKEP_OK ? top_live(top) : SKEP_EXIT_SERVER;
    skep_screen_close();
    return st == SKEP_OK ? exit_code : skep_complain_error(st, &err);
}

static int top_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct top_settings *settings = settings_read;
    struct top top = {.settings = settings,
                      .state = {.view = settings->queue != NULL ? SKEP_TOP_QUEUE : SKEP_TOP_QUEUES,
                                .is_single = settings->queue != NULL,
                                .is_read_only = settings->is_read_only}};
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_error err = {0};
    skep_status st;
    int exit_code = settings->queue != NULL
                        ? skep_connect_queue(&settings->connect, settings->queue, &keys, &conn)
                        : skep_connect_open(&settings->connect, &conn);

    (void)operands;
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    (void)setlocale(LC_CTYPE, ""); /* how wide letters are; numbers stay as they are written everywhere */
    if (settings->queue != NULL) {
        memcpy(top.state.queue, keys.name, sizeof top.state.queue);
    }
    st = skep_top_collector_new(conn, settings->queue, settings->interval_s, &top.collector, &err);
    exit_code = st == SKEP_OK ? top_show(&top) : skep_complain_error(st, &err);
    skep_top_collector_free(top.collector);
    return exit_code;
}

static const char *const top_text[] = {
    "Show live what a server's queues do: how much waits, how fast it goes, when it will be over, what is "
    "wrong and what helps; the jobs of a queue with how far they are; what runs now, in which slot, since "
    "when; the workers with their rates and their memory. With -q: of one queue only.",
    "Keys: arrows choose a row, enter opens a queue, tab and 1 to 4 change the view, / filters, ? tells all "
    "of them, q quits. p pauses the chosen queue, r resumes it, R puts its dead letters back; each asks "
    "before it does so, and --read-only keeps them all from it.",
    "A server that goes away is waited for; the last picture stays. 80 columns by 24 lines show everything; "
    "what a smaller terminal has no room for is left out. NO_COLOR is heeded. Of more than 128 queues only "
    "those on the screen are read.",
    "Exit codes: 0 quit; 2 usage; 3 the server is out of reach or refused, at the start; 130 interrupted.",
    NULL,
};

static const char *const top_examples[] = {
    "skep top",
    "all queues of the server in SKEP_REDIS",
    "skep top -q sweep --interval 0.5",
    "one queue, twice a second",
    "skep top --read-only",
    "for a screen on the wall",
    NULL,
};

const struct skep_command skep_command_top = {
    .name = "top",
    .summary = "queues, tasks and workers, live",
    .usage = "[-q QUEUE] [OPTION...]",
    .text = top_text,
    .examples = top_examples,
    .options = top_options,
    .settings_bytes = sizeof(struct top_settings),
    .act = top_act,
};
