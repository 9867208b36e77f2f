/* SPDX-License-Identifier: MIT */
/* How fast are the kernels, and against what their users have today? README.md says what is measured. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/kernels/bench.h"
#include "bench/kernels/coprocess.h"
#include "bench/kernels/inputs.h"
#include "bench/kernels/measure.h"
#include "bench/kernels/report.h"
#include "support/files.h"

static const struct {
    const char *module;
    const struct bench_case *cases;
} modules[] = {
    {"box", bench_box},   {"dynamics", bench_dynamics}, {"number", bench_numbers}, {"arrays", bench_arrays},
    {"expr", bench_expr}, {"sketches", bench_sketches}, {"vmath", bench_math},
};

static const char usage[] =
    "usage: kernels [--quick] [--no-peers] [--no-python] [--markdown] [--runs N] [--list] [WORD...]\n"
    "\n"
    "Measures the cases whose kernel and sizes contain one of the words; all without a word.\n"
    "  --quick      skep alone, three runs each, without the long cases: some seconds\n"
    "  --no-peers   skep alone\n"
    "  --no-python  skep and what is written in C\n"
    "  --markdown   a table for a document\n"
    "  --runs N     so many runs of each, 7 when not said\n"
    "  --list       what there is\n";

struct choice {
    struct bench_plan plan;
    bool is_markdown, is_quick, is_list;
    char **words;
    int n_words;
};

static void parse(int argc, char **argv, struct choice *choice_out)
{
    struct choice *choice = choice_out;
    int i = 1;

    *choice = (struct choice){.plan = {.runs = 7}};
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            choice->is_quick = choice->plan.no_peers = true;
            choice->plan.runs = 3;
        } else if (strcmp(argv[i], "--no-peers") == 0) {
            choice->plan.no_peers = true;
        } else if (strcmp(argv[i], "--no-python") == 0) {
            choice->plan.no_python = true;
        } else if (strcmp(argv[i], "--markdown") == 0) {
            choice->is_markdown = true;
        } else if (strcmp(argv[i], "--list") == 0) {
            choice->is_list = true;
        } else if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc) {
            choice->plan.runs = (int)strtol(argv[++i], NULL, 10);
        } else {
            bool is_help = strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
            fputs(usage, is_help ? stdout : stderr);
            exit(is_help ? 0 : 2);
        }
    }
    if (choice->plan.runs < 1 || choice->plan.runs > BENCH_MAX_RUNS) {
        bench_die("--runs is a number from 1 to %d", BENCH_MAX_RUNS);
    }
    choice->words = argv + i;
    choice->n_words = argc - i;
}

static bool is_chosen(const struct choice *choice, const struct bench_case *one)
{
    char full[256];

    if (choice->is_quick && one->is_long) {
        return false;
    }
    snprintf(full, sizeof full, "%s %s", one->kernel, one->name);
    for (int i = 0; i < choice->n_words; i++) {
        if (strstr(full, choice->words[i]) != NULL) {
            return true;
        }
    }
    return choice->n_words == 0;
}

/* Skep and its peers on one processor: of two, one may have a busier neighbour. */
static void stay_on_one_processor(void)
{
    cpu_set_t one;
    int here = sched_getcpu();

    CPU_ZERO(&one);
    if (here >= 0) {
        CPU_SET((size_t)here, &one);
        sched_setaffinity(0, sizeof one, &one);
    }
}

int main(int argc, char **argv)
{
    struct choice choice;
    struct bench_report report = {0};
    char *folder;

    parse(argc, argv, &choice);
    stay_on_one_processor();
    report.is_markdown = choice.is_markdown;
    folder = test_make_folder();
    if (!choice.is_list) {
        bench_report_begin(&report, &choice.plan);
    }
    for (size_t i = 0; i < sizeof modules / sizeof modules[0]; i++) {
        for (const struct bench_case *one = modules[i].cases; one->kernel != NULL; one++) {
            static struct bench_result result;
            if (!is_chosen(&choice, one)) {
                continue;
            }
            if (choice.is_list) {
                printf("%s %s\n", one->kernel, one->name);
                continue;
            }
            bench_measure(modules[i].module, one, &choice.plan, folder, &result);
            bench_report_add(&report, &result);
        }
    }
    if (!choice.is_list) {
        bench_report_end(&report);
    }
    bench_ask_end();
    test_remove_folder(folder);
    return 0;
}
