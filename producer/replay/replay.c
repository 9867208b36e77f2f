/* SPDX-License-Identifier: MIT */
/* skep replay: run one task again, here, in the foreground, alone. The way from "it failed on some worker" to
 * a debugger. */
#include "producer/replay/replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "config/limit_rows.h"
#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/cli/words.h"

#define AT(field) .offset = offsetof(struct skep_replay_settings, field)

enum { REPLAY_SAY_BYTES = 1500 };

static const struct skep_option replay_options[] = {
    SKEP_QUEUE_ROW(struct skep_replay_settings, queue),
    {.name = "record",
     .kind = SKEP_OPT_TEXT,
     AT(record),
     .value_name = "FILE",
     .help = "read the record, or the dead letter, from FILE instead of a queue; - is standard input"},
    SKEP_DATA_ROW(struct skep_replay_settings, data, ".", SKEP_WORKER_DATA_HELP),
    {.name = "output",
     .letter = 'o',
     .kind = SKEP_OPT_LIST,
     AT(output),
     .value_name = "[NAME=]DIR",
     .help = "folder that the output file of the task goes to, over what is there; otherwise a new temporary "
             "one, which is named at the end"},
    {.name = "gdb", .kind = SKEP_OPT_FLAG, AT(debugs), .help = "run it under the debugger gdb"},
    SKEP_MEMORY_ROW(struct skep_replay_settings, memory_bytes,
                    "what the task may allocate, as the worker has it"),
    SKEP_CACHE_ROW(struct skep_replay_settings, cache_bytes,
                   "address space for mapped inputs, as the worker has it"),
    SKEP_RECORD_ROW(struct skep_replay_settings, record_bytes, "a larger record fails, as the worker has it"),
    {.name = "in-process", .kind = SKEP_OPT_FLAG, AT(is_in_process)},
    SKEP_CONNECT_ROWS(struct skep_replay_settings, connect),
    {.name = NULL},
};

/* What will run, and what became of it then. */
static void replay_say(const struct skep_replay *replay)
{
    const struct skep_work *work = &replay->work;
    const struct skep_letter *letter = &replay->letter;
    struct skep_buf buf;

    skep_buf_init(&buf, REPLAY_SAY_BYTES);
    skep_buf_add_text(&buf, "task ");
    skep_words_add_harmless(&buf, work->id, strlen(work->id), SKEP_WORDS_BYTES);
    if (work->task.kernel != NULL) {
        skep_buf_printf(&buf, ", kernel %.64s, attempt %u", work->task.kernel, work->header.tries + 1);
    }
    if (strcmp(letter->header.cause, SKEP_LETTER_UNKNOWN) != 0) {
        skep_buf_add_text(&buf, "; it failed then: ");
        skep_words_add_harmless(&buf, letter->header.cause, strlen(letter->header.cause), 64);
        skep_buf_add_text(&buf, ": ");
        skep_words_add_harmless(&buf, letter->message, strlen(letter->message), 512);
    }
    if (!skep_buf_failed(&buf)) {
        skep_say("%s", buf.bytes);
    }
    skep_buf_release(&buf);
    if (work->task.timeout_s > 0) {
        skep_say("its time limit of %g s does not hold here; Ctrl-C ends it", work->task.timeout_s);
    }
}

static int replay_go(struct skep_replay *replay, const char *id)
{
    struct skep_error err = {0};
    skep_status st;
    int exit_code = skep_replay_find(replay, id);

    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    if (replay->settings->debugs) {
        return skep_replay_become_gdb(replay);
    }
    st = skep_replay_prepare(replay, &err);
    if (st != SKEP_OK) {
        return skep_complain_error(st, &err);
    }
    replay_say(replay);
    return replay->settings->is_in_process ? skep_replay_run_here(replay) : skep_replay_run_child(replay);
}

static int replay_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct skep_replay_settings *settings = settings_read;
    struct skep_replay replay;
    int exit_code;

    if ((operands->n == 1) == (settings->record != NULL)) {
        skep_complain(
            "replay: which task? Give the ID of a dead letter (`skep dead ls --list` shows them), or "
            "--record FILE");
        return SKEP_EXIT_USAGE;
    }
    skep_replay_init(&replay, settings);
    exit_code = replay_go(&replay, operands->n == 1 ? operands->items[0] : NULL);
    skep_replay_release(&replay);
    return exit_code;
}

static const char *const replay_text[] = {
    "Run the task of a dead letter here, in the foreground, alone: the same code as in a worker, the same "
    "random stream, the number of its last attempt. The letter stays where it is. The id may be cut short "
    "as long as it is the only one that begins so.",
    "The result is printed as JSON, as the worker would have pushed it; words go to standard error. No time "
    "limit holds, and expires and not_before do not matter.",
    "Exit codes: 0 the task succeeded; 1 it failed, or there is no such letter; 2 usage; 3 the server is out "
    "of reach or refused; 128 + N when signal N killed it, as a shell says: 139 for a segmentation fault.",
    NULL,
};

static const char *const replay_examples[] = {
    "skep replay -q sweep -d /data t17",
    "does it fail here too?",
    "skep replay -q sweep -d /data t17 --gdb",
    "where does it crash? `run` starts it",
    "echo '{\"kernel\":\"sum\",\"args\":{\"x\":\"a.npy\"}}' | skep replay --record -",
    "one task, without any server",
    NULL,
};

const struct skep_command skep_command_replay = {
    .name = "replay",
    .summary = "run the task of a dead letter again, here",
    .usage = "(-q QUEUE ID | --record FILE) [-d DIR] [--gdb] [OPTION...]",
    .text = replay_text,
    .examples = replay_examples,
    .options = replay_options,
    .settings_bytes = sizeof(struct skep_replay_settings),
    .max_operands = 1,
    .act = replay_act,
};
