/* SPDX-License-Identifier: MIT */
/* skep cancel: what nobody wants any more. */
#include <inttypes.h>
#include <string.h>

#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"
#include "producer/cli/words.h"
#include "queue/cancel.h"
#include "queue/job.h"

enum { CANCEL_MAX_IDS = 1000 };

struct cancel_settings {
    struct skep_connect_settings connect;
    const char *queue;
    const char *job;
    struct skep_text_list ids;
    bool is_quiet;
};

#define AT(field) .offset = offsetof(struct cancel_settings, field)

static const struct skep_option cancel_options[] = {
    SKEP_QUEUE_ROW(struct cancel_settings, queue),
    {.name = "job",
     .kind = SKEP_OPT_TEXT,
     AT(job),
     .value_name = "NAME",
     .help = "all tasks of this job, as the operand"},
    {.name = "id",
     .kind = SKEP_OPT_LIST,
     AT(ids),
     .value_name = "ID",
     .help = "the task with this id; may be repeated, and more ids may follow"},
    SKEP_QUIET_ROW(struct cancel_settings, is_quiet, "say nothing"),
    SKEP_CONNECT_ROWS(struct cancel_settings, connect),
    {.name = NULL},
};

/* What becomes of it, in the words of how it stands now. */
static void cancel_tell_job(const struct skep_keys *keys, const struct skep_job *job)
{
    int64_t left = job->n_put - skep_job_over(job);
    char number[SKEP_WORDS_BYTES];

    if (!job->is_announced) {
        skep_say(
            "nobody has announced a job \"%.200s\" to queue %s: tasks that name it are dropped for a week as "
            "workers come to them, and are not counted",
            job->name, keys->name);
    } else if (left > 0) {
        skep_say("job \"%.200s\" of queue %s is cancelled: %s task%s dropped as workers come to %s",
                 job->name, keys->name, skep_words_number(left, number), left == 1 ? " is" : "s are",
                 left == 1 ? "it" : "them");
    } else {
        skep_say(
            "job \"%.200s\" of queue %s is cancelled: nothing of it was left, and nothing more can be pushed",
            job->name, keys->name);
    }
}

static int cancel_job(const struct cancel_settings *settings, struct skep_conn *conn,
                      const struct skep_keys *keys, const char *name)
{
    struct skep_error err = {0};
    struct skep_job job;
    skep_status st = skep_cancel_put(conn, keys, SKEP_CANCEL_JOB, &name, 1, NULL, &err);

    if (st == SKEP_OK) {
        st = skep_job_read(conn, keys, name, &job, &err);
    }
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    if (!settings->is_quiet) {
        cancel_tell_job(keys, &job);
    }
    return SKEP_EXIT_OK;
}

static int cancel_jobs(const struct cancel_settings *settings, struct skep_conn *conn,
                       const struct skep_keys *keys, const struct skep_operands *names)
{
    int exit_code = settings->job != NULL ? cancel_job(settings, conn, keys, settings->job) : SKEP_EXIT_OK;

    for (size_t i = 0; i < names->n && exit_code == SKEP_EXIT_OK; i++) {
        exit_code = cancel_job(settings, conn, keys, names->items[i]);
    }
    return exit_code;
}

static int cancel_ids(const struct cancel_settings *settings, struct skep_conn *conn,
                      const struct skep_keys *keys, const struct skep_operands *ids)
{
    const char *names[CANCEL_MAX_IDS];
    size_t n_all = ids->n + settings->ids.n, at = 0;
    struct skep_error err = {0};

    while (at < n_all) {
        size_t n = 0;
        for (; n < CANCEL_MAX_IDS && at < n_all; n++, at++) {
            names[n] = at < ids->n ? ids->items[at] : settings->ids.items[at - ids->n];
        }
        skep_status st = skep_cancel_put(conn, keys, SKEP_CANCEL_ID, names, n, NULL, &err);
        if (st != SKEP_OK) {
            return skep_complain_error(st, &err);
        }
    }
    if (!settings->is_quiet) {
        skep_say(
            "%zu id%s of queue %s noted: %s task%s dropped when a worker comes to %s; a note that meets no "
            "task is forgotten after a week",
            n_all, skep_words_plural(n_all), keys->name, n_all == 1 ? "its" : "their",
            n_all == 1 ? " is" : "s are", n_all == 1 ? "it" : "them");
    }
    return SKEP_EXIT_OK;
}

static bool cancel_name_is_good(const char *name)
{
    bool is_good = name[0] != '\0' && strlen(name) < SKEP_JOB_NAME_BYTES;

    if (!is_good) {
        skep_complain("cancel: a name has 1 to %d bytes", SKEP_JOB_NAME_BYTES - 1);
    }
    return is_good;
}

/* With --id the operands are further ids, else they are names of jobs. */
static bool cancel_names_are_good(const struct cancel_settings *settings, const struct skep_operands *names)
{
    bool has_jobs = settings->job != NULL || (settings->ids.n == 0 && names->n > 0);
    bool are_good = settings->job == NULL || cancel_name_is_good(settings->job);

    if (has_jobs == (settings->ids.n > 0)) {
        skep_complain("cancel: give the name of a job, or --id with the ids of tasks");
        return false;
    }
    for (size_t i = 0; i < names->n && are_good; i++) {
        are_good = cancel_name_is_good(names->items[i]);
    }
    for (size_t i = 0; i < settings->ids.n && are_good; i++) {
        are_good = cancel_name_is_good(settings->ids.items[i]);
    }
    return are_good;
}

static int cancel_act(const void *settings_read, const struct skep_operands *names)
{
    const struct cancel_settings *settings = settings_read;
    struct skep_keys keys;
    struct skep_conn *conn;
    int exit_code;

    if (!cancel_names_are_good(settings, names)) {
        return SKEP_EXIT_USAGE;
    }
    exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &conn);
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    exit_code = (settings->ids.n > 0 ? cancel_ids : cancel_jobs)(settings, conn, &keys, names);
    skep_conn_free(conn);
    return exit_code;
}

static const char *const cancel_text[] = {
    "Cancel a job, or single tasks by their ids. Tasks that wait are not searched for: a worker that takes "
    "one drops it, without running it, and one that is to come later (not_before, or the wait before another "
    "try) is dropped when it is due. One that runs is told to stop; a kernel that does not listen is ended "
    "two "
    "seconds later.",
    "Each cancelled task has a result, \"ok\":false with the cause \"cancelled\", so that whoever waits for "
    "n results "
    "gets n. It is no dead letter. Tasks that are over stay over.",
    "Nothing more can be pushed to a cancelled job, until `skep job forget` frees its name. Of several tasks "
    "with the "
    "same id the first that a worker comes to is dropped.",
    "Exit codes: 0 the cancellation is known to the queue; 2 usage; 3 the server is out of reach or refused.",
    NULL,
};

static const char *const cancel_examples[] = {
    "skep cancel -q sweep monday",
    "everything that is left of a job",
    "skep cancel -q sweep monday && skep wait -q sweep monday",
    "and wait until the last task of it is dropped",
    "skep cancel -q sweep --id t17 t18",
    "two tasks",
    NULL,
};

const struct skep_command skep_command_cancel = {
    .name = "cancel",
    .summary = "drop a job, or tasks, that nobody wants any more",
    .usage = "-q QUEUE (JOB... | --id ID...) [OPTION...]",
    .text = cancel_text,
    .examples = cancel_examples,
    .options = cancel_options,
    .settings_bytes = sizeof(struct cancel_settings),
    .max_operands = SIZE_MAX,
    .act = cancel_act,
};
