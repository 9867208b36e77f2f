/* SPDX-License-Identifier: MIT */
#include "producer/run/run_settings.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "config/limit_rows.h"
#include "producer/cli/command_rows.h"

#define AT(field) .offset = offsetof(struct skep_run_settings, field)

const struct skep_option skep_run_options[] = {
    SKEP_SLOTS_ROW(struct skep_run_settings, slots, SKEP_SLOTS_HELP),
    {.name = "results",
     .letter = 'o',
     .kind = SKEP_OPT_TEXT,
     AT(results),
     .value_name = "FILE",
     .help = "write the results to FILE, which grows as FILE.part and gets its name when all are there; - is "
             "standard output"},
    {.name = "ordered",
     .kind = SKEP_OPT_FLAG,
     AT(is_ordered),
     .help = "give the results in the order of the tasks, not as they come"},
    {.name = "array",
     .kind = SKEP_OPT_TEXT,
     AT(array),
     .value_name = "OUT.npy",
     .help = "make an array of the values: that of task i is element i, or sub-array i; then the results are "
             "printed "
             "only with -o"},
    {.name = "shape",
     .kind = SKEP_OPT_TEXT,
     AT(shape),
     .value_name = "N,N,...",
     .help = "the shape of that array; its product is the number of tasks times the elements of a value"},
    {.name = "resume",
     .kind = SKEP_OPT_FLAG,
     AT(resumes),
     .help = "go on with the interrupted run of this file, or with the only one there is, as it was begun; "
             "options "
             "given now win"},
    {.name = "fresh",
     .kind = SKEP_OPT_FLAG,
     AT(is_fresh),
     .help = "forget an interrupted run of this file and start over"},
    SKEP_DATA_ROW(struct skep_run_settings, data, NULL,
                  "folder that references are looked up in (default: the working folder); a named one is "
                  "written @NAME/file.npy in a task"),
    SKEP_OUTPUT_ROW(struct skep_run_settings, output,
                    "folder that the output files of tasks go to; the data folders when not given"),
    {.name = "state",
     .kind = SKEP_OPT_TEXT,
     AT(state),
     .value_name = "DIR",
     .help = "folder for what a resumption needs (default: .skep/run-<name of the file>)"},
    {.name = "keep", .kind = SKEP_OPT_FLAG, AT(keeps), .help = "leave that folder when all is done"},
    SKEP_RECORD_ROW(struct skep_run_settings, record_bytes, "refuse longer lines"),
    SKEP_WORKER_MEMORY_ROW(struct skep_run_settings, memory_bytes, SKEP_WORKER_MEMORY_HELP),
    SKEP_QUIET_ROW(struct skep_run_settings, is_quiet, SKEP_QUIET_HELP),
    SKEP_CONNECT_ROWS(struct skep_run_settings, connect),
    {.name = NULL},
};

/* PATH as a shell takes it for one word. */
static void hint_add_word(struct skep_buf *buf, const char *path)
{
    static const char harmless[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=:,./@%";

    if (path[strspn(path, harmless)] == '\0') {
        skep_buf_add_text(buf, path);
        return;
    }
    skep_buf_add_char(buf, '\'');
    for (; *path != '\0'; path++) {
        if (*path == '\'') {
            skep_buf_add_text(buf, "'\\''");
        } else {
            skep_buf_add_char(buf, *path);
        }
    }
    skep_buf_add_char(buf, '\'');
}

const char *skep_run_hint(const struct skep_run_settings *settings, const char *tasks, const char *option,
                          char text[SKEP_RUN_HINT_BYTES])
{
    struct skep_buf buf;

    skep_buf_init(&buf, SKEP_RUN_HINT_BYTES - 1);
    skep_buf_printf(&buf, "skep run %s ", option);
    if (settings->state != NULL) {
        skep_buf_add_text(&buf, "--state ");
        hint_add_word(&buf, settings->state);
        skep_buf_add_char(&buf, ' ');
    }
    hint_add_word(&buf, tasks);
    snprintf(text, SKEP_RUN_HINT_BYTES, "%s", skep_buf_failed(&buf) ? "skep run --resume" : buf.bytes);
    skep_buf_release(&buf);
    return text;
}
