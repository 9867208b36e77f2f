/* SPDX-License-Identifier: MIT */
/* What an index costs when its kernel does nothing: from the cursor to the slice of the output, its checksum,
 * its done bit and the ack. Start and end of the command drop out of the difference between a long sweep and
 * a short one. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

#include "bench/sweep/command.h"
#include "bench/sweep/report.h"

/* The least that a kernel can do with a number that each index has of its own: no divisor in [2, 2). */
static double run_empty(const struct bench *bench, int64_t n, int slots)
{
    char times[32], slots_text[16];
    const char *const args[] = {
        "sweep", "prime_divisor",     "n={index}", "lo=2",     "hi=2",    "--times", times,
        "--out", "empty.npy[{time}]", "--slots",   slots_text, "--force", "--quiet", NULL};

    snprintf(times, sizeof times, "%" PRId64, n);
    snprintf(slots_text, sizeof slots_text, "%d", slots);
    return bench_skep(bench, args);
}

static void measure(struct bench *bench, const char *what, int slots)
{
    const int64_t n_short = bench->is_quick ? 1000 : 100000;
    const int64_t n_long = bench->is_quick ? 501000 : 4100000;
    double shorter[BENCH_MAX_RUNS], longer[BENCH_MAX_RUNS], seconds;
    struct bench_line line = {.what = what, .goal = "<= 2 us"};

    for (int i = 0; i < bench->runs; i++) {
        shorter[i] = run_empty(bench, n_short, slots);
        longer[i] = run_empty(bench, n_long, slots);
    }
    seconds = bench_median(longer, bench->runs) - bench_median(shorter, bench->runs);
    seconds *= slots / (double)(n_long - n_short);
    bench_write_time(line.skep, seconds);
    line.is_met = seconds <= 2e-6;
    bench_report_line(bench, &line);
}

void bench_empty(struct bench *bench)
{
    measure(bench, "index of an empty kernel, 1 slot", 1);
    if (bench->cores > 1) {
        char what[BENCH_CELL_BYTES];
        snprintf(what, sizeof what, "the same, for each of %d slots", bench->cores);
        measure(bench, what, bench->cores);
    }
}
