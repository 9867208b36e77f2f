/* SPDX-License-Identifier: MIT */
#include "bench/sweep/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/process.h"

enum { COMMAND_MS = 30 * 60 * 1000, COMMAND_MAX_ARGS = 40 };

void bench_die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fflush(stdout);
    fputs("sweep: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(EXIT_FAILURE);
}

double bench_now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static const char *python(void)
{
    const char *named = getenv("SKEP_PYTHON");

    return named != NULL ? named : "/usr/bin/python3";
}

/* PROGRAM and its FIRST argument (NULL: none), then ARGS; what it wrote to standard output. */
static char *run(const struct bench *bench, const char *program, const char *first, const char *const *args)
{
    static const char *const env[] = {"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1", NULL};
    const char *all[COMMAND_MAX_ARGS] = {program};
    struct test_process *process;
    size_t n = 1;
    char *out;

    if (first != NULL) {
        all[n++] = first;
    }
    for (size_t i = 0; args[i] != NULL; i++) {
        if (n + 1 >= COMMAND_MAX_ARGS) {
            bench_die("too many arguments");
        }
        all[n++] = args[i];
    }
    process = test_process_run(
        &(struct test_process_options){.args = all, .env = env, .folder = bench->folder}, COMMAND_MS);
    out = test_process_out(process, NULL);
    if (process->status != 0) {
        bench_die("%s %s %s...: status %d\n%s%s", program, all[1], n > 2 ? all[2] : "", process->status, out,
                  test_process_err(process));
    }
    test_process_free(process);
    return out;
}

double bench_skep(const struct bench *bench, const char *const *args)
{
    double begin = bench_now_s();
    char *out = run(bench, SKEP_BUILD_DIR "/skep", NULL, args);

    free(out);
    return bench_now_s() - begin;
}

char *bench_python(const struct bench *bench, const char *const *args)
{
    char *out = run(bench, python(), SKEP_BENCH_DIR "/peers.py", args);

    out[strcspn(out, "\n")] = '\0';
    return out;
}

double bench_python_seconds(const struct bench *bench, const char *const *args)
{
    char *out = bench_python(bench, args);
    double seconds = strtod(out, NULL);

    free(out);
    return seconds;
}

bool bench_find_numpy(void)
{
    const char *args[] = {python(), "-c", "import numpy", NULL};
    struct test_process *process = test_process_run(&(struct test_process_options){.args = args}, COMMAND_MS);
    bool is_there = process->status == 0;

    test_process_free(process);
    return is_there;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, compare);
    return n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}
