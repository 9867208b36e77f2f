/* SPDX-License-Identifier: MIT */
#include "bench/sweep/report.h"

#include <stddef.h>
#include <stdio.h>

#include "kernel/cpu.h"

enum { WHAT_WIDTH = 48, PEER_WIDTH = 34 };

struct unit {
    double least, factor;
    const char *name;
};

static void write_scaled(char cell[BENCH_CELL_BYTES], double x, const struct unit *units)
{
    size_t i = 0;

    while (x < units[i].least * 0.9995) {
        i++;
    }
    x *= units[i].factor;
    snprintf(cell, BENCH_CELL_BYTES, "%.*f %s", x < 9.995 ? 2 : x < 99.95 ? 1 : 0, x, units[i].name);
}

void bench_write_time(char cell[BENCH_CELL_BYTES], double s)
{
    static const struct unit units[] = {{1, 1, "s"}, {1e-3, 1e3, "ms"}, {1e-6, 1e6, "us"}, {0, 1e9, "ns"}};

    write_scaled(cell, s > 0 ? s : 0, units);
}

void bench_write_bytes(char cell[BENCH_CELL_BYTES], double bytes)
{
    static const struct unit units[] = {{1e9, 1e-9, "GB"}, {1e6, 1e-6, "MB"}, {1e3, 1e-3, "KB"}, {0, 1, "B"}};

    write_scaled(cell, bytes > 0 ? bytes : 0, units);
}

static void print_cells(const char *what, const char *skep, const char *peer, const char *theirs,
                        const char *ratio, const char *goal, const char *verdict)
{
    printf("%-*s  %9s  %-*s  %9s  %7s  %-10s  %s\n", WHAT_WIDTH, what, skep, PEER_WIDTH, peer, theirs, ratio,
           goal, verdict);
    fflush(stdout);
}

void bench_report_head(const struct bench *bench)
{
    printf("skep %s, %d cores, instructions %s; %s; medians of %d runs in turns\n\n", SKEP_VERSION,
           bench->cores, skep_cpu_level_name(skep_cpu_level()),
           bench->has_numpy ? "with NumPy" : "no python3-numpy", bench->runs);
    print_cells("what", "skep", "peer", "its time", "ratio", "goal", "");
}

void bench_report_line(struct bench *bench, const struct bench_line *line)
{
    bool has_goal = line->least_ratio > 0 || line->goal[0] != '\0';
    bool is_met = line->least_ratio > 0 ? line->ratio >= line->least_ratio : line->is_met;
    const char *verdict = "";
    char goal[BENCH_CELL_BYTES], ratio[BENCH_CELL_BYTES] = "";

    snprintf(goal, sizeof goal, "%s", line->goal);
    if (line->least_ratio > 0) {
        snprintf(goal, sizeof goal, ">= %.2fx", line->least_ratio);
    }
    if (line->ratio > 0) {
        snprintf(ratio, sizeof ratio, "%.2fx", line->ratio);
    }
    if (line->note != NULL) {
        verdict = line->note;
        bench->n_open += has_goal;
    } else if (has_goal) {
        verdict = is_met ? "met" : "MISSED";
        bench->n_met += is_met;
        bench->n_missed += !is_met;
    }
    print_cells(line->what, line->skep, line->peer != NULL ? line->peer : "", line->theirs, ratio, goal,
                verdict);
}

void bench_report_times(struct bench *bench, const char *what, double skep_s, const char *peer,
                        double theirs_s, double least_ratio)
{
    struct bench_line line = {
        .what = what, .peer = peer, .ratio = theirs_s / skep_s, .least_ratio = least_ratio};

    bench_write_time(line.skep, skep_s);
    bench_write_time(line.theirs, theirs_s);
    bench_report_line(bench, &line);
}
