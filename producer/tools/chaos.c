/* SPDX-License-Identifier: MIT */
/* skep chaos: attack a skep of one's own, and show that nothing was lost. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/entropy.h"
#include "chaos/row.h"
#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/cli/stop.h"

enum { CHAOS_REPORT_BYTES = 1024 * 1024, CHAOS_MAX_ROWS = 64 };

struct chaos_settings {
    bool lists, is_long, keeps;
    int64_t seed;
    double give_up_s;
    const char *output;
    const char *programs;
};

#define AT(member) .offset = offsetof(struct chaos_settings, member)

static const struct skep_option chaos_options[] = {
    {.name = "list", .letter = 'l', .kind = SKEP_OPT_FLAG, AT(lists), .help = "show what there is, and end"},
    {.name = "seed",
     .kind = SKEP_OPT_I64,
     AT(seed),
     .default_text = "0",
     .least = 0,
     .most = 0x1p53,
     .value_name = "N",
     .help = "the same seed chooses the same victims; 0: a new one, which the report names"},
    {.name = "long", .kind = SKEP_OPT_FLAG, AT(is_long), .help = "in full: minutes to hours for each row"},
    {.name = "give-up",
     .kind = SKEP_OPT_SECONDS,
     AT(give_up_s),
     .least = 0,
     .most = 86400,
     .value_name = "SECONDS",
     .help =
         "when no result has come for so long, count what is missing as lost; 0: a minute, with --long five"},
    {.name = "output",
     .letter = 'o',
     .kind = SKEP_OPT_TEXT,
     AT(output),
     .value_name = "FILE",
     .help = "write the report there instead of to standard output"},
    {.name = "keep",
     .kind = SKEP_OPT_FLAG,
     AT(keeps),
     .help = "keep the folder of every row, not only of failed ones"},
    {.name = "programs",
     .kind = SKEP_OPT_TEXT,
     AT(programs),
     .value_name = "DIR",
     .help = "attack the skep and skep-worker of this folder; without it those beside this program"},
    {.name = NULL},
};

static int chaos_list(void)
{
    struct skep_buf buf;

    skep_buf_init(&buf, CHAOS_REPORT_BYTES);
    for (const struct skep_row *const *row = skep_rows(); *row != NULL; row++) {
        skep_buf_printf(&buf, "%-12s %s\n%-12s   small: %s; --long: %s\n", (*row)->name, (*row)->fault, "",
                        (*row)->small, (*row)->large);
        if ((*row)->holds != NULL) {
            skep_buf_printf(&buf, "%-12s   %s\n", "", (*row)->holds);
        }
    }
    return skep_print_buf(&buf);
}

/* The rows that are named; none and "all": all of them. */
static int chaos_choose(const struct skep_operands *operands, const struct skep_row **rows, size_t *n_out)
{
    *n_out = 0;
    if (operands->n == 0 || (operands->n == 1 && strcmp(operands->items[0], "all") == 0)) {
        for (const struct skep_row *const *row = skep_rows(); *row != NULL && *n_out < CHAOS_MAX_ROWS;
             row++) {
            rows[(*n_out)++] = *row;
        }
        return SKEP_EXIT_OK;
    }
    for (size_t i = 0; i < operands->n; i++) {
        rows[i] = skep_rows_find(operands->items[i]);
        if (rows[i] == NULL) {
            skep_complain("there is no row \"%.64s\"; `skep chaos --list` shows them", operands->items[i]);
            return SKEP_EXIT_USAGE;
        }
        (*n_out)++;
    }
    return SKEP_EXIT_OK;
}

static void chaos_tell(const struct skep_row *row, const struct skep_report *report)
{
    skep_say("%-12s %s in %.1f s, seed %" PRIu64, row->name, skep_report_verdict(report), report->seconds,
             report->seed);
    for (size_t i = 0; i < report->n; i++) {
        skep_say("    %s %s", report->figures[i].is_bad ? "!" : " ", report->figures[i].words);
    }
}

/* One row after the other, as a table into BUF. */
static int chaos_perform(const struct chaos_settings *settings, const struct skep_row *const *rows, size_t n,
                         struct skep_buf *buf)
{
    struct skep_play_options options = {
        .seed = settings->seed != 0 ? (uint64_t)settings->seed : skep_entropy_u64() % 1000000 + 1,
        .is_long = settings->is_long,
        .keeps_folder = settings->keeps,
        .give_up_ms = (int64_t)(settings->give_up_s * 1000),
        .should_stop = skep_stop_is_asked,
        .cast.programs = settings->programs,
    };
    int exit_code = SKEP_EXIT_OK;

    skep_report_write_head(buf);
    for (size_t i = 0; i < n; i++) {
        struct skep_report report;
        struct skep_error err = {0};
        skep_say("%-12s %s (%s)", rows[i]->name, rows[i]->fault,
                 settings->is_long ? rows[i]->large : rows[i]->small);
        if (skep_play_perform(rows[i], &options, &report, &err) != SKEP_OK) {
            return SKEP_EXIT_INTERRUPTED;
        }
        chaos_tell(rows[i], &report);
        skep_report_write_row(buf, rows[i]->name, rows[i]->fault, &report);
        if (!skep_report_has_passed(&report)) {
            exit_code = SKEP_EXIT_FAILED;
        }
    }
    return exit_code;
}

static int chaos_write(const char *path, struct skep_buf *buf)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool is_bad =
        fd < 0 || skep_buf_failed(buf) || write(fd, buf->bytes, buf->length) != (ssize_t)buf->length;

    if (is_bad) {
        skep_complain("cannot write %.200s: %s", path, strerror(errno));
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    skep_buf_release(buf);
    return is_bad ? SKEP_EXIT_SERVER : SKEP_EXIT_OK;
}

static int chaos_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct chaos_settings *settings = settings_read;
    const struct skep_row *rows[CHAOS_MAX_ROWS];
    struct skep_buf buf;
    size_t n;
    int exit_code, written;

    if (settings->lists) {
        return chaos_list();
    }
    exit_code = chaos_choose(operands, rows, &n);
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    skep_buf_init(&buf, CHAOS_REPORT_BYTES);
    exit_code = chaos_perform(settings, rows, n, &buf);
    written = settings->output != NULL ? chaos_write(settings->output, &buf) : skep_print_buf(&buf);
    return written != SKEP_EXIT_OK ? written : exit_code;
}

static const char *const chaos_text[] = {
    "Attack skep on this machine and count: a private redis-server, workers, a producer and a consumer, all "
    "of them real processes in a temporary folder, are killed, stopped, cut off and starved as the rows "
    "say. Nothing outside that folder is touched, and no other server.",
    "In the end every task that was acknowledged must have exactly one result: lost 0, duplicated 0, "
    "unexpected 0, and `skep audit` balanced at every look while the storm went on. The report is a table in "
    "Markdown, with the seed that brings the same storm again.",
    "Exit codes: 0 every row passed or had to be left out; 1 one did not (what everybody wrote is kept, the "
    "report says where); 2 "
    "usage; 130 interrupted.",
    NULL,
};

static const char *const chaos_examples[] = {
    "skep chaos kill --seed 7",
    "eight workers, killed with kill -9 every two seconds",
    "skep chaos all -o report.md",
    "everything in small: some minutes",
    NULL,
};

const struct skep_command skep_command_chaos = {
    .name = "chaos",
    .summary = "attack a skep of one's own, and show that nothing is lost",
    .usage = "[ROW...|all] [OPTION...]",
    .text = chaos_text,
    .examples = chaos_examples,
    .options = chaos_options,
    .settings_bytes = sizeof(struct chaos_settings),
    .max_operands = CHAOS_MAX_ROWS,
    .act = chaos_act,
};
