/* SPDX-License-Identifier: MIT */
#include "bench/kernels/report.h"

#include <stdio.h>
#include <string.h>

#include "bench/kernels/coprocess.h"
#include "kernel/cpu.h"

enum { CELL_BYTES = 192 };

/* One line: a case and one of its peers. */
enum column { CASE, SKEP, LEAST, SPREAD, PEER, PEER_TIME, RATIO, GOAL, VERDICT, N_COLUMNS };

static const struct {
    const char *title;
    int width; /* below 0: to the left */
} columns[N_COLUMNS] = {
    [CASE] = {"kernel and sizes", -44},
    [SKEP] = {"skep", 9},
    [LEAST] = {"least", 9},
    [SPREAD] = {"spread", 6},
    [PEER] = {"peer", -22},
    [PEER_TIME] = {"its time", 9},
    [RATIO] = {"ratio", 8},
    [GOAL] = {"goal", 9},
    [VERDICT] = {"", -8},
};

/* Three digits and a unit. */
static void write_time(char *cell, double s)
{
    static const struct {
        double least_s;
        double factor;
        const char *unit;
    } units[] = {{1.0, 1.0, "s"}, {1e-3, 1e3, "ms"}, {1e-6, 1e6, "us"}, {0.0, 1e9, "ns"}};
    size_t i = 0;
    double x;

    while (s < units[i].least_s * 0.9995) {
        i++;
    }
    x = s * units[i].factor;
    snprintf(cell, CELL_BYTES, "%.*f %s", x < 9.995 ? 2 : x < 99.95 ? 1 : 0, x, units[i].unit);
}

static void write_ratio(char *cell, double ratio)
{
    snprintf(cell, CELL_BYTES, "%.*fx", ratio < 9.995 ? 2 : ratio < 99.95 ? 1 : 0, ratio);
}

static void print_line(const struct bench_report *report, char cells[N_COLUMNS][CELL_BYTES])
{
    for (int i = 0; i < N_COLUMNS; i++) {
        if (!report->has_peers && i >= PEER) {
            break;
        }
        if (report->is_markdown) {
            printf("| %s ", cells[i]);
        } else {
            printf("%s%*s", i > 0 ? "  " : "", columns[i].width, cells[i]);
        }
    }
    puts(report->is_markdown ? "|" : "");
    fflush(stdout);
}

static void print_head(const struct bench_report *report)
{
    char cells[N_COLUMNS][CELL_BYTES];

    for (int i = 0; i < N_COLUMNS; i++) {
        snprintf(cells[i], CELL_BYTES, "%s", columns[i].title);
    }
    print_line(report, cells);
    if (report->is_markdown) {
        for (int i = 0; i < N_COLUMNS; i++) {
            snprintf(cells[i], CELL_BYTES, columns[i].width < 0 ? "---" : "---:");
        }
        print_line(report, cells);
    }
}

/* The processor's name, as Linux gives it. */
static void find_processor(char *name, size_t size)
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];

    snprintf(name, size, "unknown processor");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) == 0 && colon != NULL) {
            snprintf(name, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

void bench_report_begin(struct bench_report *report, const struct bench_plan *plan)
{
    char processor[128];
    const char *end = report->is_markdown ? "  \n" : "\n";

    report->has_peers = !plan->no_peers;
    find_processor(processor, sizeof processor);
    printf("%s, one core; instructions: %s%s", processor, skep_cpu_level_name(skep_cpu_level()), end);
#if defined(__clang__)
    printf("skep %s, clang %s%s", SKEP_VERSION, __clang_version__, end);
#else
    printf("skep %s, gcc %s%s", SKEP_VERSION, __VERSION__, end);
#endif
    if (report->has_peers && !plan->no_python) {
        const char *versions = bench_ask("versions");
        printf("%s, one thread each%s", strncmp(versions, "missing", 7) == 0 ? "no Python" : versions, end);
    }
    printf("processor time, medians of %d runs, skep and peers in turns\n\n", plan->runs);
    print_head(report);
}

static const char *judge(struct bench_report *report, bool is_met)
{
    report->n_met += is_met;
    report->n_missed += !is_met;
    return is_met ? "met" : "MISSED";
}

static void add_peer(struct bench_report *report, const struct bench_result *result, int i,
                     char cells[N_COLUMNS][CELL_BYTES])
{
    const struct bench_peer *peer = &result->one->peers[i];
    const struct bench_peer_result *r = &result->peers[i];

    snprintf(cells[PEER], CELL_BYTES, "%s", peer->name);
    cells[PEER_TIME][0] = cells[RATIO][0] = cells[GOAL][0] = cells[VERDICT][0] = '\0';
    if (peer->goal > 0.0) {
        write_ratio(cells[GOAL] + 3, peer->goal);
        memcpy(cells[GOAL], ">= ", 3);
    }
    if (r->standing != BENCH_MEASURED) {
        snprintf(cells[VERDICT], CELL_BYTES, "%s", r->note);
        report->n_open += peer->goal > 0.0;
    } else {
        write_time(cells[PEER_TIME], r->time.median_s);
        write_ratio(cells[RATIO], r->ratio);
        if (peer->goal > 0.0) {
            snprintf(cells[VERDICT], CELL_BYTES, "%s", judge(report, r->ratio >= peer->goal));
        }
    }
    print_line(report, cells);
}

void bench_report_add(struct bench_report *report, const struct bench_result *result)
{
    const struct bench_case *one = result->one;
    const struct bench_time *time = &result->time;
    char cells[N_COLUMNS][CELL_BYTES] = {{0}};
    int n = report->has_peers ? bench_count_peers(one) : 0;

    snprintf(cells[CASE], CELL_BYTES, "%s %s", one->kernel, one->name);
    write_time(cells[SKEP], time->median_s);
    write_time(cells[LEAST], time->least_s);
    snprintf(cells[SPREAD], CELL_BYTES, "%.0f%%", (time->most_s - time->least_s) / time->median_s * 100);
    if (one->most_s > 0.0) {
        snprintf(cells[PEER], CELL_BYTES, "time");
        memcpy(cells[GOAL], "<= ", 3);
        write_time(cells[GOAL] + 3, one->most_s);
        snprintf(cells[VERDICT], CELL_BYTES, "%s", judge(report, time->median_s <= one->most_s));
    }
    if (one->most_s > 0.0 || n == 0) {
        print_line(report, cells);
    }
    for (int i = 0; i < n; i++) {
        add_peer(report, result, i, cells);
    }
}

void bench_report_end(const struct bench_report *report)
{
    if (report->has_peers) {
        printf("\n%d goals met, %d missed, %d not measured\n", report->n_met, report->n_missed,
               report->n_open);
    }
}
