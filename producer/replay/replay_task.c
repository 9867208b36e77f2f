/* SPDX-License-Identifier: MIT */
/* The task of a replay: what a slot of the worker does with a record, without a queue. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "npy/cache.h"
#include "npy/roots.h"
#include "producer/cli/folders.h"
#include "producer/replay/replay.h"
#include "producer/cli/words.h"
#include "run/fault.h"
#include "task/result.h"

enum {
    REPLAY_LETTER_BYTES = 64 * 1024 * 1024,
    REPLAY_LINE_BYTES = 1024 * 1024 * 1024,
    REPLAY_MAPPINGS = 1024
};

void skep_replay_init(struct skep_replay *replay, const struct skep_replay_settings *settings)
{
    *replay = (struct skep_replay){.settings = settings};
    skep_buf_init(&replay->bytes, REPLAY_LINE_BYTES);
    skep_arena_init(&replay->letter_arena, REPLAY_LETTER_BYTES);
    skep_arena_init_guarded(&replay->arena, (size_t)settings->memory_bytes);
}

void skep_replay_release(struct skep_replay *replay)
{
    skep_npy_cache_free(replay->cache);
    skep_roots_free(replay->inputs);
    skep_roots_free(replay->outputs);
    skep_arena_release(&replay->arena);
    skep_arena_release(&replay->letter_arena);
    skep_buf_release(&replay->bytes);
}

/* ---- folders ---- */

/* A folder of its own for the output, so that nothing of the user's is written over. It stands for every
 * name. */
static skep_status replay_open_temporary(struct skep_replay *replay, struct skep_error *err)
{
    const char *out = replay->work.task.out;
    const char *folder = getenv("TMPDIR");
    const char *slash = out[0] == '@' ? strchr(out, '/') : NULL;
    char spec[PATH_MAX + SKEP_ROOTS_NAME_BYTES];
    skep_status st;

    snprintf(replay->output_folder, sizeof replay->output_folder, "%s/skep-replay-XXXXXX",
             folder != NULL && folder[0] == '/' ? folder : "/tmp");
    if (mkdtemp(replay->output_folder) == NULL) {
        st = skep_error_errno(err, SKEP_E_IO, "a folder for the output, %s", replay->output_folder);
        replay->output_folder[0] = '\0';
        return st;
    }
    st = skep_roots_new(&replay->outputs, err);
    if (st == SKEP_OK) {
        st = skep_roots_add(replay->outputs, replay->output_folder, err);
    }
    if (st == SKEP_OK && slash != NULL && slash - out < SKEP_ROOTS_NAME_BYTES) {
        snprintf(spec, sizeof spec, "%.*s=%s", (int)(slash - out - 1), out + 1, replay->output_folder);
        if (skep_roots_add(replay->outputs, spec, NULL) != SKEP_OK) {
            return SKEP_OK; /* no name of a folder: the task will say so */
        }
    }
    return st;
}

/* ---- the record ---- */

/* As it was at its last attempt, of which only the letter knows the number. */
static void replay_read(struct skep_replay *replay)
{
    const struct skep_bytes bytes = {replay->bytes.bytes, replay->bytes.length};
    const struct skep_header *header = &replay->letter.header;
    struct skep_work *work = &replay->work;

    skep_letter_read(&bytes, &replay->letter_arena, &replay->letter);
    skep_work_read(&replay->run, replay->letter.fresh.bytes, replay->letter.fresh.n, &replay->arena, work);
    if (header->tries > 0) {
        work->header.tries = header->tries - 1;
    }
    if (work->is_id_made_up && header->id != NULL) {
        work->id = header->id;
    }
}

skep_status skep_replay_prepare(struct skep_replay *replay, struct skep_error *err)
{
    const struct skep_replay_settings *settings = replay->settings;
    skep_status st;

    replay->run.limits = (struct skep_limits){.record_bytes = (size_t)settings->record_bytes};
    replay_read(replay);
    st = skep_folders_open(&settings->data, &replay->inputs, err);
    if (st == SKEP_OK && settings->output.n == 0 && replay->work.task.out != NULL) {
        st = replay_open_temporary(replay, err);
    } else if (st == SKEP_OK) {
        st = skep_folders_open(&settings->output, &replay->outputs, err);
    }
    if (st == SKEP_OK) {
        st = skep_npy_cache_new(replay->inputs, REPLAY_MAPPINGS, settings->cache_bytes, &replay->cache, err);
    }
    replay->run.inputs = replay->inputs;
    replay->run.outputs = replay->outputs;
    replay->run.cache = replay->cache;
    return st;
}

/* ---- the result ---- */

static double replay_seconds(struct timeval tv)
{
    return (double)tv.tv_sec + (double)tv.tv_usec * 1e-6;
}

static struct skep_usage replay_usage(const struct rusage *before, int64_t began_ns)
{
    struct rusage after;

    getrusage(RUSAGE_SELF, &after);
    return (struct skep_usage){
        .run_s = (double)(skep_monotonic_ns() - began_ns) * 1e-9,
        .user_s = replay_seconds(after.ru_utime) - replay_seconds(before->ru_utime),
        .system_s = replay_seconds(after.ru_stime) - replay_seconds(before->ru_stime),
        .peak_rss_bytes = (int64_t)after.ru_maxrss * 1024,
        .minor_faults = after.ru_minflt - before->ru_minflt,
        .major_faults = after.ru_majflt - before->ru_majflt,
        .voluntary_switches = after.ru_nvcsw - before->ru_nvcsw,
        .involuntary_switches = after.ru_nivcsw - before->ru_nivcsw,
    };
}

static void replay_write(const struct skep_replay *replay, struct skep_result *result, struct skep_buf *line)
{
    const struct skep_work *work = &replay->work;
    char host[65] = "";

    if (gethostname(host, sizeof host - 1) != 0) {
        snprintf(host, sizeof host, "unknown");
    }
    result->id = work->id;
    result->has_index = work->header.has_index;
    result->index = work->header.index;
    result->job = work->header.job != NULL ? work->header.job : work->task.job;
    result->kernel = work->task.kernel;
    result->kernel_version = work->kernel != NULL ? work->kernel->version : 0;
    result->attempt = work->header.tries + 1;
    result->worker = "skep replay";
    result->host = host;
    result->queued_ms = work->header.queued_ms;
    result->meta = work->task.meta;
    skep_result_write(line, result);
    result->host = NULL; /* it was ours */
}

/* How it compares with what the letter says; "" when there is none. */
static const char *replay_compare(const struct skep_replay *replay, const char *cause)
{
    const char *then = replay->letter.header.cause;

    if (strcmp(then, SKEP_LETTER_UNKNOWN) == 0) {
        return "";
    }
    return strcmp(then, cause) == 0 ? ", as it did then" : ", but not as it did then";
}

void skep_replay_fail(const struct skep_replay *replay, skep_status cause, const char *message,
                      struct skep_replayed *done_out)
{
    struct skep_result result = {.cause = cause, .message = message, .finished_ms = skep_wall_ms()};
    const char *word = skep_status_word(cause);

    done_out->status = cause;
    replay_write(replay, &result, &done_out->line);
    skep_buf_add_char(&done_out->line, '\n');
    snprintf(done_out->words, sizeof done_out->words, "failed%s: %s: %s", replay_compare(replay, word), word,
             message);
}

static void replay_finish(const struct skep_replay *replay, struct skep_result *result,
                          const struct skep_outcome *outcome, struct skep_replayed *done)
{
    const char *word = skep_status_word(outcome->status);
    const char *out = replay->work.task.out;
    char time[SKEP_WORDS_BYTES];

    result->finished_ms = skep_wall_ms();
    result->is_ok = outcome->status == SKEP_OK;
    result->value = outcome->value;
    result->cause = done->status = outcome->status;
    result->message = skep_error_text(&outcome->err, outcome->status);
    replay_write(replay, result, &done->line);
    skep_buf_add_char(&done->line, '\n');
    if (!result->is_ok) {
        snprintf(done->words, sizeof done->words, "failed%s: %s: %s", replay_compare(replay, word), word,
                 result->message);
    } else if (replay->output_folder[0] != '\0') {
        const char *name = out[0] == '@' && strchr(out, '/') != NULL ? strchr(out, '/') + 1 : out;
        snprintf(done->words, sizeof done->words, "succeeded in %s; its output is %.512s/%.256s",
                 skep_words_time(result->usage.run_s, time), replay->output_folder, name);
    } else {
        snprintf(done->words, sizeof done->words, "succeeded in %s",
                 skep_words_time(result->usage.run_s, time));
    }
}

void skep_replay_run(struct skep_replay *replay, struct skep_replayed *done_out)
{
    struct skep_outcome outcome = {.status = replay->work.status, .err = replay->work.err};
    struct skep_result result = {.started_ms = skep_wall_ms()};
    int64_t began_ns = skep_monotonic_ns();
    struct rusage before;

    getrusage(RUSAGE_SELF, &before);
    if (outcome.status == SKEP_OK) {
        outcome.status = skep_fault_install(&outcome.err);
    }
    if (outcome.status == SKEP_OK) {
        skep_run_work(&replay->run, &replay->work, &replay->arena, &outcome);
    }
    outcome.status = skep_outcome_cause(outcome.status);
    result.usage = replay_usage(&before, began_ns);
    replay_finish(replay, &result, &outcome, done_out);
}
