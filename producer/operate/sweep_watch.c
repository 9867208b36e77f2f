/* SPDX-License-Identifier: MIT */
/* skep watch: how a job goes on, and what came of it. */
#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/operate/job_wait.h"
#include "producer/sweep/sweep.h"
#include "queue/range.h"
#include "task/json.h"

enum { WATCH_VALUE_BYTES = 16 * 1024 * 1024 };

struct watch_settings {
    struct skep_connect_settings connect;
    const char *queue;
    bool is_quiet;
};

static const struct skep_option watch_options[] = {
    SKEP_QUEUE_ROW(struct watch_settings, queue),
    SKEP_QUIET_ROW(struct watch_settings, is_quiet, SKEP_QUIET_HELP),
    SKEP_CONNECT_ROWS(struct watch_settings, connect),
    {.name = NULL},
};

/* What a search has found, as far as the server knows. */
static void watch_add_hit(struct skep_buf *text, const struct skep_range_end *end)
{
    skep_buf_add_char(text, '{');
    skep_json_add_key(text, "index");
    skep_buf_add_i64(text, end->winner);
    skep_json_add_key(text, "position");
    skep_buf_add_i64(text, end->hit);
    skep_buf_add_char(text, '}');
}

/* The reduced value, or the hit, on standard output. */
static int watch_print_end(struct skep_job_wait *wait)
{
    struct skep_range_end end;
    struct skep_error err = {0};
    struct skep_buf text;
    skep_status st = skep_range_read_end(wait->conn, &wait->keys, wait->name, &end, &err);

    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    skep_buf_init(&text, WATCH_VALUE_BYTES);
    if (end.hit >= 0) {
        watch_add_hit(&text, &end);
    } else if (end.value != NULL) {
        skep_buf_add(&text, end.value, end.value_n);
    }
    skep_buf_add_text(&text, text.length > 0 ? "\n" : "");
    return skep_print_buf(&text);
}

int skep_sweep_watch(const struct skep_connect_settings *connect, const char *queue, const char *job,
                     bool is_quiet)
{
    struct skep_job_wait wait = {.connect = connect, .queue = queue, .name = job, .is_quiet = is_quiet};
    int exit_code;
    skep_status st = skep_job_wait(&wait, &exit_code);

    if (st == SKEP_STOPPED) {
        skep_job_wait_tell(&wait, "; it runs on");
    } else if (st == SKEP_OK) {
        exit_code = watch_print_end(&wait);
        skep_job_wait_tell(&wait, wait.job.n_failed > 0 ? " (`skep dead ls` shows why)" : "");
        exit_code = exit_code == SKEP_EXIT_OK ? skep_job_wait_exit(&wait) : exit_code;
    }
    skep_job_wait_close(&wait);
    return exit_code;
}

static int watch_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct watch_settings *settings = settings_read;

    if (operands->n != 1) {
        skep_complain("watch: which job? `skep watch -q QUEUE JOB` (`skep job ls` lists them)");
        return SKEP_EXIT_USAGE;
    }
    return skep_sweep_watch(&settings->connect, settings->queue, operands->items[0], settings->is_quiet);
}

static const char *const watch_text[] = {
    "Show how a job of a server goes on, until it is over: how many of its tasks are done, how fast, how "
    "long it "
    "will take, and why nothing moves when nothing does. At the end the value of a sweep with --reduce, or "
    "the "
    "hit of one with --stop, goes to standard output. Ctrl-C ends the watching; the job runs on.",
    "Any number of people may watch. Nothing is gathered here: workers that see the arrays do that, and "
    "`skep "
    "resume te.npy` does.",
    "Exit codes: 0 all tasks are done; 1 some failed for good or were cancelled, or there is no such job; 2 "
    "usage; 3 the server is out of reach or refused; 130 interrupted.",
    NULL,
};

static const char *const watch_examples[] = {
    "skep watch -q sweep te_box-1f3a77c0",
    "how far is it?",
    NULL,
};

const struct skep_command skep_command_watch = {
    .name = "watch",
    .summary = "show how a job goes on, until it is over",
    .usage = "-q QUEUE JOB [OPTION...]",
    .text = watch_text,
    .examples = watch_examples,
    .options = watch_options,
    .settings_bytes = sizeof(struct watch_settings),
    .max_operands = 1,
    .act = watch_act,
};
