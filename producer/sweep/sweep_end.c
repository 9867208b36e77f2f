/* SPDX-License-Identifier: MIT */
/* How a session of a sweep ends, for its user. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "producer/cli/command.h"
#include "producer/cli/stop.h"
#include "producer/sweep/sweep_failures.h"
#include "producer/sweep/sweep_session.h"
#include "producer/sweep/sweep_winner.h"
#include "producer/cli/words.h"
#include "run/reduce.h"

enum { END_TEXT_BYTES = 16 * 1024 };

/* ---- last words to the queue ---- */

/* The value that somebody else has left there. */
static skep_status end_read_value(struct skep_sweep_session *session, struct skep_error *err)
{
    struct skep_range_end end;
    skep_status st = skep_range_read_end(session->conn, &session->keys, session->job->job, &end, err);

    if (st == SKEP_OK && end.value != NULL) {
        skep_buf_add(&session->value, end.value, end.value_n);
    }
    return st;
}

static skep_status end_finish(struct skep_sweep_session *session, struct skep_error *err)
{
    skep_status st;

    if (session->is_idle) {
        session->counts.n_done = session->n_before;
        return skep_gathering_complete(&session->gathering, &session->value, err);
    }
    do {
        skep_error_clear(err);
        st = skep_conn_is_open(session->conn) ? SKEP_OK : skep_conn_connect(session->conn, err);
        if (st == SKEP_OK) {
            st = session->gathering.is_open ? skep_gathering_finish(&session->gathering, &session->value, err)
                                            : end_read_value(session, err);
        }
    } while (st != SKEP_OK && st != SKEP_E_OUTPUT && skep_patience_wait(&session->patience, st, err));
    return st;
}

/* ---- the value ---- */

/* There should be one and is none: why? */
static int end_explain_value(const struct skep_sweep_session *session)
{
    const struct skep_sweep *sweep = &session->job->sweep;
    char number[SKEP_WORDS_BYTES];
    struct skep_error err = {0};
    struct skep_buf value;
    int64_t n_holes = skep_sweep_count_holes(session);
    skep_status st;

    if (!session->gathering.is_open) {
        skep_complain("there is no %s: something is missing, or whoever gathered could not compute it",
                      sweep->reduce);
        return SKEP_EXIT_FAILED;
    }
    if (n_holes > 0) {
        skep_complain("there is no %s, because %s task%s missing", sweep->reduce,
                      skep_words_number(n_holes, number), n_holes == 1 ? " is" : "s are");
        return SKEP_EXIT_FAILED;
    }
    skep_buf_init(&value, END_TEXT_BYTES);
    st = skep_reduce_sweep(sweep, session->job->outputs, &value, &err);
    skep_complain("%s", st != SKEP_OK ? skep_error_text(&err, st) : "the reduced value got lost");
    skep_buf_release(&value);
    return SKEP_EXIT_FAILED;
}

static int end_print_value(struct skep_sweep_session *session)
{
    const struct skep_sweep *sweep = &session->job->sweep;

    if (sweep->stop != SKEP_SWEEP_STOP_NONE) {
        return skep_sweep_print_winner(session);
    }
    if (sweep->reduce == NULL) {
        return SKEP_EXIT_OK;
    }
    if (session->value.length == 0) {
        return end_explain_value(session);
    }
    skep_buf_add_char(&session->value, '\n');
    return skep_print(session->value.bytes, session->value.length);
}

/* ---- failures ---- */

/* Beside the first output; where that is hidden, in the working folder under the job's name. */
static const char *end_failures_path(const struct skep_sweep_job *job, const struct skep_roots **roots_out)
{
    bool is_named = job->sweep.n_outs > 0 && !job->is_hidden;

    *roots_out = is_named ? job->outputs : NULL;
    return is_named ? job->sweep.outs[0].path : job->job;
}

static void end_tell_failures(struct skep_sweep_session *session)
{
    const struct skep_sweep_job *job = session->job;
    const struct skep_roots *roots;
    const char *path = end_failures_path(job, &roots);
    char number[SKEP_WORDS_BYTES];
    struct skep_error err = {0};
    skep_status st;

    if (session->counts.n_failed == 0) {
        if (roots != NULL) {
            skep_sweep_forget_failures(roots, path);
        }
        return;
    }
    skep_say("%s task%s failed for good:", skep_words_number(session->counts.n_failed, number),
             skep_words_plural((uint64_t)session->counts.n_failed));
    st = skep_sweep_tell_failures(session->conn, &session->keys, job->job, roots,
                                  job->is_private ? path : NULL, &err);
    if (st != SKEP_OK) {
        skep_complain_error(st, &err);
    } else if (job->is_private) {
        skep_say("all of them, with their arguments: %s" SKEP_SWEEP_FAILURES_END, path);
    } else {
        skep_say("`skep dead ls -q %s` and `skep dead show -q %s` tell more", session->keys.name,
                 session->keys.name);
    }
}

/* Two runs of one task that did not give the same bytes: the machine, the disk or the kernel is not to be
 * trusted. */
static bool end_tell_conflicts(const struct skep_sweep_session *session)
{
    const struct skep_gatherer *files = &session->gathering.files;

    if (!session->gathering.is_open || files->n_conflicts == 0) {
        return false;
    }
    skep_complain("%" PRId64 " task%s came twice with different values; the first ones stay. The last: %s",
                  files->n_conflicts, skep_words_plural((uint64_t)files->n_conflicts), files->conflict);
    return true;
}

/* ---- the summary ---- */

static void end_add_names(struct skep_buf *text, const struct skep_sweep_job *job)
{
    for (int k = 0; k < job->sweep.n_outs && !job->is_hidden; k++) {
        skep_buf_printf(text, "%s%s", k == 0 ? ": " : ", ", job->sweep.outs[k].path);
    }
}

static void end_tell_summary(const struct skep_sweep_session *session)
{
    const struct skep_job *counts = &session->counts;
    double seconds = (double)(skep_monotonic_ms() - session->began_ms) / 1000;
    int64_t n_done = counts->n_done - session->n_before;
    char done[SKEP_WORDS_BYTES], failed[SKEP_WORDS_BYTES], number[SKEP_WORDS_BYTES];
    struct skep_buf text;

    if (session->job->is_quiet) {
        return;
    }
    if (session->is_idle) {
        skep_say("%s: all %s task%s done", session->job->sweep.outs[0].path,
                 skep_words_number(counts->n_done, done), counts->n_done == 1 ? " is" : "s are");
        return;
    }
    skep_buf_init(&text, END_TEXT_BYTES);
    skep_buf_printf(&text, "%s done, %s failed", skep_words_number(n_done, done),
                    skep_words_number(counts->n_failed, failed));
    if (counts->n_cancelled > 0) {
        skep_buf_printf(&text, ", %s cancelled", skep_words_number(counts->n_cancelled, number));
    }
    if (session->n_before > 0) {
        skep_buf_printf(&text, ", %s before", skep_words_number(session->n_before, number));
    }
    skep_buf_printf(&text, " in %.3g s", seconds);
    if (seconds > 0) {
        skep_buf_printf(&text, " (%s tasks/s)",
                        skep_words_number((int64_t)((double)n_done / seconds), number));
    }
    end_add_names(&text, session->job);
    if (!skep_buf_failed(&text)) {
        skep_say("%s", text.bytes);
    }
    skep_buf_release(&text);
}

int skep_sweep_tell_end(struct skep_sweep_session *session)
{
    const struct skep_job *counts = &session->counts;
    struct skep_error err = {0};
    skep_status st = end_finish(session, &err);
    bool is_stopped = session->job->sweep.stop != SKEP_SWEEP_STOP_NONE;
    bool has_conflicts;
    int exit_code;

    if (st != SKEP_OK) {
        return skep_sweep_tell_break(session, st, &err);
    }
    exit_code = end_print_value(session);
    end_tell_failures(session);
    has_conflicts = end_tell_conflicts(session);
    end_tell_summary(session);
    if (exit_code == SKEP_EXIT_OK &&
        (counts->n_failed > 0 || has_conflicts || (counts->n_cancelled > 0 && !is_stopped))) {
        exit_code = SKEP_EXIT_FAILED;
    }
    return exit_code;
}

/* ---- broken off ---- */

static void end_add_folders(struct skep_buf *text, const char *option, const struct skep_text_list *folders)
{
    for (size_t i = 0; i < folders->n; i++) {
        skep_buf_printf(text, " --%s ", option);
        skep_words_add_shell(text, folders->items[i]);
    }
}

/* How to go on: the options that the user gave, too. */
static void end_add_hint(struct skep_buf *text, const struct skep_sweep_job *job)
{
    skep_buf_add_text(text, "skep resume ");
    skep_words_add_shell(text, job->sweep.outs[0].path);
    end_add_folders(text, "data", &job->data);
    end_add_folders(text, "output", &job->output);
}

/* The first output that is not there any more, or NULL. */
static const char *end_find_lost(const struct skep_sweep_job *job)
{
    struct stat info;

    for (int k = 0; k < job->sweep.n_outs; k++) {
        const char *path = job->sweep.outs[k].path;
        if (!skep_roots_stat(job->outputs, path, strlen(path), &info)) {
            return path;
        }
    }
    return NULL;
}

/* What is kept of it. */
static void end_add_state(struct skep_buf *text, const struct skep_sweep_session *session)
{
    const struct skep_sweep_job *job = session->job;
    const char *lost = end_find_lost(job);
    char done[SKEP_WORDS_BYTES], total[SKEP_WORDS_BYTES];

    if (job->is_hidden || job->sweep.n_outs == 0) {
        skep_buf_add_text(text, "nothing is kept of it, as there is no --out");
        return;
    }
    if (lost != NULL) {
        skep_buf_printf(text, "without %s it cannot go on: begin anew (skep sweep --force)", lost);
        return;
    }
    if (session->gathering.is_open) {
        skep_buf_printf(text, "%s of %s done and kept; ",
                        skep_words_number(job->sweep.n - skep_sweep_count_holes(session), done),
                        skep_words_number(job->sweep.n, total));
    }
    skep_buf_add_text(text, "go on with: ");
    end_add_hint(text, job);
}

static void end_add_server_state(struct skep_buf *text, const struct skep_sweep_session *session)
{
    const struct skep_sweep_job *job = session->job;

    skep_buf_printf(text,
                    "job %s of queue %s runs on: `skep watch -q %s %s` shows it, `skep cancel -q %s %s` ends "
                    "it, and `",
                    job->job, job->queue, job->queue, job->job, job->queue, job->job);
    end_add_hint(text, job);
    skep_buf_add_text(text, "` gathers here again");
}

int skep_sweep_tell_break(struct skep_sweep_session *session, skep_status st, const struct skep_error *err)
{
    const struct skep_sweep_job *job = session->job;
    bool runs_on = !job->is_private && !job->is_hidden && job->sweep.n_outs > 0;
    struct skep_buf text;
    int exit_code;

    skep_buf_init(&text, END_TEXT_BYTES);
    if (st == SKEP_STOPPED) {
        exit_code = skep_stop_signal() != 0 ? 128 + skep_stop_signal() : SKEP_EXIT_INTERRUPTED;
        skep_buf_add_text(&text, "interrupted: ");
    } else {
        exit_code = skep_complain_error(st, err);
    }
    if (st == SKEP_STOPPED && runs_on) {
        end_add_server_state(&text, session);
    } else {
        end_add_state(&text, session);
    }
    if (!skep_buf_failed(&text)) {
        skep_complain("%s", text.bytes);
    }
    skep_buf_release(&text);
    return exit_code;
}
