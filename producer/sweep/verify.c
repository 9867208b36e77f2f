/* SPDX-License-Identifier: MIT */
/* skep verify: whether an output array is what was computed. */
#include <inttypes.h>
#include <stdio.h>

#include "producer/sweep/array_path.h"
#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/cli/words.h"
#include "sweep/verify.h"

struct verify_settings {
    bool is_quiet;
};

static const struct skep_option verify_options[] = {
    SKEP_QUIET_ROW(struct verify_settings, is_quiet, "say nothing when all is well"),
    {.name = NULL},
};

static void verify_tell(const char *path, const struct skep_verify_report *report, bool is_quiet)
{
    char done[SKEP_WORDS_BYTES], all[SKEP_WORDS_BYTES], bad[SKEP_WORDS_BYTES];
    char list[SKEP_VERIFY_LISTED * 24] = "";
    size_t n = 0;

    for (int i = 0; i < report->n_bad && i < SKEP_VERIFY_LISTED; i++) {
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%" PRId64, i > 0 ? ", " : "", report->bad[i]);
    }
    skep_words_number(report->n_done, done);
    skep_words_number(report->n_all, all);
    if (report->n_bad > 0) {
        skep_complain("%s: %s of the %s tasks that are done do not have the checksum they had when they were "
                      "computed: index %s%s",
                      path, skep_words_number(report->n_bad, bad), done, list,
                      report->n_bad > SKEP_VERIFY_LISTED ? ", ..." : "");
    } else if (!is_quiet) {
        skep_say("%s: the checksums of all %s tasks that are done fit%s%s%s", path, done,
                 report->n_done < report->n_all ? "; of " : "", report->n_done < report->n_all ? all : "",
                 report->n_done < report->n_all ? " (`skep holes` lists the others)" : "");
    }
}

static int verify_one(const char *given, bool is_quiet)
{
    struct skep_roots *roots;
    const char *name;
    struct skep_verify_report report = {0};
    struct skep_error err = {0};
    skep_status st = skep_array_path_open(given, &roots, &name, &err);

    if (st == SKEP_OK) {
        st = skep_verify_path(roots, name, &report, &err);
    }
    skep_roots_free(roots);
    if (st != SKEP_OK) {
        skep_complain_error(st, &err);
        return st == SKEP_E_USAGE || st == SKEP_E_ARRAY_MISSING ? SKEP_EXIT_USAGE
               : st == SKEP_E_NOMEM || st == SKEP_E_OUTPUT      ? SKEP_EXIT_SERVER
                                                                : SKEP_EXIT_FAILED;
    }
    verify_tell(given, &report, is_quiet);
    return report.n_bad > 0 ? SKEP_EXIT_FAILED : SKEP_EXIT_OK;
}

static int verify_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct verify_settings *settings = settings_read;
    int exit_code = SKEP_EXIT_OK;

    if (operands->n == 0) {
        skep_complain("verify: which array? `skep verify te.npy`");
        return SKEP_EXIT_USAGE;
    }
    for (size_t i = 0; i < operands->n; i++) {
        int one = verify_one(operands->items[i], settings->is_quiet);
        exit_code = one > exit_code ? one : exit_code;
    }
    return exit_code;
}

static const char *const verify_text[] = {
    "Read sweeps' arrays and compare every task's slice with the checksum (CRC32C) that its worker took of "
    "it "
    "when it was computed, and that the sidecar (te.npy.skep) keeps. Finds what a disk or another program "
    "did "
    "to them since. Tasks that are not done are no matter of it.",
    "Exit codes: 0 everything that is done is as it was computed; 1 something is not, or a sidecar is "
    "damaged; "
    "2 there is no such array or no sidecar beside it; 3 it cannot be read.",
    NULL,
};

static const char *const verify_examples[] = {"skep verify te.npy", "is it what was computed?", NULL};

const struct skep_command skep_command_verify = {
    .name = "verify",
    .summary = "compare a sweep's array with its checksums",
    .usage = "[--quiet] FILE.npy...",
    .text = verify_text,
    .examples = verify_examples,
    .options = verify_options,
    .settings_bytes = sizeof(struct verify_settings),
    .max_operands = SIZE_MAX,
    .act = verify_act,
};
