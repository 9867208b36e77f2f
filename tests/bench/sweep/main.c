/* SPDX-License-Identifier: MIT */
/* What does a sweep cost beside its kernels? README.md says what is measured. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/sweep/command.h"
#include "bench/sweep/report.h"
#include "support/files.h"

static const struct {
    const char *name;
    void (*measure)(struct bench *bench);
    bool is_long; /* not for --quick */
} measures[] = {
    {"empty", bench_empty, false},    {"slices", bench_slices, false}, {"flagship", bench_flagship, false},
    {"scaling", bench_scaling, true}, {"memory", bench_memory, false},
};

enum { N_MEASURES = sizeof measures / sizeof measures[0] };

enum { ROW_BYTES = 8192, MOST_ROWS = 1000000, QUICK_ROWS = 4096 };

static const char usage[] =
    "usage: sweep [--quick] [--runs N] [--rows N] [--no-python] [MEASURE...]\n"
    "\n"
    "Measures: empty slices flagship scaling memory; all without one.\n"
    "  --quick      small sizes, one run each: some seconds\n"
    "  --runs N     so many runs of each, 3 when not said\n"
    "  --rows N     of the array that `slices` sums, 8 KiB each; 1000000, or what memory there is\n"
    "  --no-python  without the peers in Python\n";

static int count_cores(void)
{
    cpu_set_t set;

    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

/* So many rows that the array takes half of the memory that is left. */
static int64_t choose_rows(void)
{
    FILE *file = fopen("/proc/meminfo", "r");
    char line[256];
    int64_t kib = 0;

    while (file != NULL && kib == 0 && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "MemAvailable:", 13) == 0) {
            kib = strtoll(line + 13, NULL, 10);
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    kib = kib / 2 * 1024 / ROW_BYTES;
    return kib < MOST_ROWS ? kib : MOST_ROWS;
}

/* A word of the command line that is a number from 1 on. */
static int64_t read_number(const char *word)
{
    int64_t n = word != NULL ? strtoll(word, NULL, 10) : 0;

    if (n < 1) {
        fputs(usage, stderr);
        exit(2);
    }
    return n;
}

/* Returns where the names of measures begin. */
static int parse(int argc, char **argv, struct bench *bench)
{
    bool no_python = false;
    int i = 1;

    *bench = (struct bench){.cores = count_cores()};
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--quick") == 0) {
            bench->is_quick = true;
        } else if (strcmp(argv[i], "--no-python") == 0) {
            no_python = true;
        } else if (strcmp(argv[i], "--runs") == 0) {
            bench->runs = (int)read_number(argv[++i]);
        } else if (strcmp(argv[i], "--rows") == 0) {
            bench->rows = read_number(argv[++i]);
        } else {
            bool is_help = strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0;
            fputs(usage, is_help ? stdout : stderr);
            exit(is_help ? 0 : 2);
        }
    }
    if (bench->runs == 0) {
        bench->runs = bench->is_quick ? 1 : 3;
    }
    if (bench->rows == 0) {
        bench->rows = bench->is_quick ? QUICK_ROWS : choose_rows();
    }
    bench->runs = bench->runs < BENCH_MAX_RUNS ? bench->runs : BENCH_MAX_RUNS;
    bench->has_numpy = !no_python && bench_find_numpy();
    return i;
}

static bool is_chosen(const char *name, char **words, int n_words)
{
    for (int i = 0; i < n_words; i++) {
        if (strcmp(name, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    struct bench bench;
    int first = parse(argc, argv, &bench);

    bench.folder = test_make_folder();
    bench_report_head(&bench);
    for (size_t i = 0; i < N_MEASURES; i++) {
        if (argc > first ? is_chosen(measures[i].name, argv + first, argc - first)
                         : !bench.is_quick || !measures[i].is_long) {
            measures[i].measure(&bench);
        }
    }
    printf("\n%d goals met, %d missed, %d not measured\n", bench.n_met, bench.n_missed, bench.n_open);
    test_remove_folder(bench.folder);
    return 0;
}
