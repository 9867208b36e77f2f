/* SPDX-License-Identifier: MIT */
/* The flagship, a sweep of star_te: against the loop that one would write in C with OpenMP around the same
 * kernel, and from one slot to all cores. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sweep/command.h"
#include "bench/sweep/report.h"
#include "kernel/kernel.h"
#include "support/files.h"

enum { SEED = 7, N_VALUES = 12, ARENA_BYTES = 1 << 28, MAX_COUPLINGS = 4096 };

#define LAMBDA_MOST 2.3
#define NOISE       0.5

static int count_couplings(const struct bench *bench)
{
    return bench->is_quick ? 4 * bench->cores : 128 * bench->cores;
}

static double run_skep(const struct bench *bench, int couplings, int slots)
{
    char grid[64], slots_text[16];
    const char *const args[] = {"sweep",     "star_te",  "--grid",  grid,      "--const",
                                "noise=0.5", "--seed",   "7",       "--out",   "te.npy[{lambda}]",
                                "--slots",   slots_text, "--force", "--quiet", NULL};

    snprintf(grid, sizeof grid, "lambda=0:%g:%d", LAMBDA_MOST, couplings);
    snprintf(slots_text, sizeof slots_text, "%d", slots);
    return bench_skep(bench, args);
}

#ifdef _OPENMP

/* The defaults of the row, as far as they are numbers. */
static void read_defaults(const struct skep_kernel *kernel, struct skep_arg *args)
{
    for (size_t i = 0; i < skep_kernel_count_args(kernel); i++) {
        const struct skep_arg_spec *spec = &kernel->args[i];
        if (spec->default_text == NULL) {
            continue;
        }
        if (spec->kind == SKEP_ARG_F64) {
            args[i].f64 = strtod(spec->default_text, NULL);
        } else if (spec->kind == SKEP_ARG_I64) {
            args[i].i64 = strtoll(spec->default_text, NULL, 10);
        } else if (spec->kind == SKEP_ARG_CHOICE) {
            while (strcmp(spec->choices[args[i].choice], spec->default_text) != 0) {
                args[i].choice++;
            }
        }
    }
}

static struct skep_arg *find(const struct skep_kernel *kernel, struct skep_arg *args, const char *name)
{
    size_t i = 0;

    while (strcmp(kernel->args[i].name, name) != 0) {
        i++;
    }
    args[i].is_given = true;
    return &args[i];
}

static void compute(const struct skep_kernel *kernel, struct skep_arena *arena, int i, int n, double *out)
{
    struct skep_arg args[32] = {{0}};
    struct skep_call call = {.args = args, .arena = arena, .stream = {SEED, (uint64_t)i}, .attempt = 1};
    struct skep_value value;

    read_defaults(kernel, args);
    find(kernel, args, "lambda")->f64 = i == n - 1 ? LAMBDA_MOST : i * (LAMBDA_MOST / (n - 1));
    find(kernel, args, "sigma")->f64 = NOISE;
    if (kernel->run(&call, &value, NULL) != SKEP_OK) {
        bench_die("star_te failed");
    }
    memcpy(out, value.array.data, N_VALUES * sizeof *out);
    skep_arena_reset(arena, SIZE_MAX);
}

/* Seconds that the loop takes with all cores. */
static double run_loop(const struct bench *bench, int n, double *out)
{
    const struct skep_kernel *kernel = skep_kernel_find("star_te");
    double begin = bench_now_s();

#pragma omp parallel num_threads(bench->cores)
    {
        struct skep_arena arena;

        skep_arena_init(&arena, ARENA_BYTES);
#pragma omp for schedule(dynamic, 1)
        for (int i = 0; i < n; i++) {
            compute(kernel, &arena, i, n, out + (ptrdiff_t)i * N_VALUES);
        }
        skep_arena_release(&arena);
    }
    return bench_now_s() - begin;
}

/* The sweep's array, behind its header, has the loop's bits. */
static void check_same(const struct bench *bench, int n, const double *out)
{
    size_t wanted = (size_t)n * N_VALUES * sizeof *out, size;
    char *bytes = test_read_file(bench->folder, "te.npy", &size);

    if (size < wanted || memcmp(bytes + size - wanted, out, wanted) != 0) {
        bench_die("te.npy has other bits than the loop");
    }
    free(bytes);
}

void bench_flagship(struct bench *bench)
{
    int n = count_couplings(bench);
    double *out = malloc((size_t)n * N_VALUES * sizeof *out);
    double skep[BENCH_MAX_RUNS], loop[BENCH_MAX_RUNS], start[BENCH_MAX_RUNS];
    double skep_s, loop_s, start_s;
    char what[BENCH_CELL_BYTES];

    snprintf(what, sizeof what, "flagship, %d couplings, %d slots", n, bench->cores);
    for (int i = 0; i < bench->runs; i++) {
        loop[i] = run_loop(bench, n, out);
        start[i] = run_skep(bench, 1, bench->cores);
        skep[i] = run_skep(bench, n, bench->cores);
        check_same(bench, n, out);
    }
    skep_s = bench_median(skep, bench->runs);
    loop_s = bench_median(loop, bench->runs);
    start_s = bench_median(start, bench->runs) - loop_s / n * bench->cores;
    bench_report_times(bench, what, skep_s, "loop in C with OpenMP", loop_s, 0.97);
    bench_report_times(bench, "the same, after the start", skep_s - start_s, "loop in C with OpenMP", loop_s,
                       0);
    free(out);
}

#else

void bench_flagship(struct bench *bench)
{
    double skep_s = run_skep(bench, count_couplings(bench), bench->cores);
    struct bench_line line = {.what = "flagship",
                              .peer = "loop in C with OpenMP",
                              .least_ratio = 0.97,
                              .note = "the compiler has no OpenMP"};

    bench_write_time(line.skep, skep_s);
    bench_report_line(bench, &line);
}

#endif

/* Slots 1, 2, 4 ... and as many as there are cores, against one slot. */
void bench_scaling(struct bench *bench)
{
    int n = count_couplings(bench);
    double one_s = 0;

    for (int slots = 1;; slots = 2 * slots < bench->cores ? 2 * slots : bench->cores) {
        double seconds[BENCH_MAX_RUNS], median;
        char what[BENCH_CELL_BYTES], peer[BENCH_CELL_BYTES];

        for (int i = 0; i < bench->runs; i++) {
            seconds[i] = run_skep(bench, n, slots);
        }
        median = bench_median(seconds, bench->runs);
        one_s = slots == 1 ? median : one_s;
        snprintf(what, sizeof what, "flagship, %d couplings, %d slot%s", n, slots, slots == 1 ? "" : "s");
        snprintf(peer, sizeof peer, "one slot, divided by %d", slots);
        bench_report_times(bench, what, median, peer, one_s / slots, 0);
        if (slots == bench->cores) {
            return;
        }
    }
}
