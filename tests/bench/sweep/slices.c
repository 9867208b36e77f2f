/* SPDX-License-Identifier: MIT */
/* The sums of many short slices of one array, which lies in the page cache: the work is a fraction of a
 * microsecond each, so it shows what a task costs, and in the end what the memory gives. */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/sweep/command.h"
#include "bench/sweep/report.h"

enum { ROW = 1024, HEADER_BYTES = 128, MAX_THREADS = 256 };

#define ARRAY "big.npy"

static uint64_t next_chance(uint64_t *state) /* xorshift64*, S. Vigna */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545F4914F6CDD1Du;
}

static void write_header(FILE *file, int64_t rows)
{
    static const char magic[] = "\x93NUMPY\x01";
    char header[HEADER_BYTES];
    int n;

    memset(header, ' ', sizeof header);
    memcpy(header, magic, sizeof magic); /* the version's minor number is the 0 at its end */
    header[8] = (char)(HEADER_BYTES - 10);
    header[9] = 0;
    n = snprintf(header + 10, sizeof header - 10,
                 "{'descr': '<f8', 'fortran_order': False, 'shape': (%" PRId64 ", %d), }", rows, ROW);
    header[10 + n] = ' ';
    header[HEADER_BYTES - 1] = '\n';
    fwrite(header, 1, sizeof header, file);
}

/* Uniform numbers, the same ones each time. */
static void make_array(const struct bench *bench)
{
    char path[4096];
    double row[ROW];
    uint64_t chance = 1;
    FILE *file;

    snprintf(path, sizeof path, "%s/" ARRAY, bench->folder);
    file = fopen(path, "wb");
    if (file == NULL) {
        bench_die("%s cannot be written", path);
    }
    write_header(file, bench->rows);
    for (int64_t i = 0; i < bench->rows; i++) {
        for (int j = 0; j < ROW; j++) {
            row[j] = (double)(next_chance(&chance) >> 11) * 0x1p-53;
        }
        fwrite(row, sizeof row, 1, file);
    }
    if (ferror(file) || fclose(file) != 0) {
        bench_die("%s cannot be written: --rows N makes it smaller", path);
    }
}

/* ---- one pass over the memory, by a thread a core ---- */

struct part {
    pthread_t thread;
    const uint64_t *words;
    int64_t n;
    uint64_t sum;
};

static void *read_part(void *context)
{
    struct part *part = context;
    uint64_t sums[8] = {0};

    for (int64_t i = 0; i + 8 <= part->n; i += 8) {
        for (int k = 0; k < 8; k++) {
            sums[k] += part->words[i + k];
        }
    }
    for (int k = 0; k < 8; k++) {
        part->sum += sums[k];
    }
    return NULL;
}

/* Seconds for reading all of a fresh mapping once. */
static double read_once(const struct bench *bench)
{
    static struct part parts[MAX_THREADS];
    int64_t bytes = bench->rows * ROW * (int64_t)sizeof(double) + HEADER_BYTES;
    int n = bench->cores < MAX_THREADS ? bench->cores : MAX_THREADS;
    double begin = bench_now_s();
    uint64_t sum = 0;
    char path[4096];
    void *map;
    int fd;

    snprintf(path, sizeof path, "%s/" ARRAY, bench->folder);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    map = mmap(NULL, (size_t)bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (fd < 0 || map == MAP_FAILED) {
        bench_die("%s cannot be mapped", path);
    }
    for (int i = 0; i < n; i++) {
        int64_t all = bytes / 8, first = all / n * i;
        parts[i] =
            (struct part){.words = (const uint64_t *)map + first, .n = i + 1 < n ? all / n : all - first};
        pthread_create(&parts[i].thread, NULL, read_part, &parts[i]);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(parts[i].thread, NULL);
        sum += parts[i].sum;
    }
    munmap(map, (size_t)bytes);
    close(fd);
    if (sum == 0) {
        bench_die("the array holds nothing");
    }
    return bench_now_s() - begin;
}

/* ---- the measure ---- */

/* All rows, or the first TAKE. */
static double run_skep(const struct bench *bench, const char *take)
{
    char slots[16];
    const char *const args[] = {"sweep",    "sum",     "--axis", "x=" ARRAY ":0", "--out",
                                "sums.npy", "--slots", slots,    "--force",       "--quiet",
                                "--take",   take,      NULL};

    snprintf(slots, sizeof slots, "%d", bench->cores);
    return bench_skep(bench, args);
}

/* Whether the sums are NumPy's. */
static void check_sums(const struct bench *bench)
{
    char *answer = bench_python(bench, (const char *const[]){"check", ARRAY, "sums.npy", NULL});

    if (strcmp(answer, "same") != 0) {
        bench_die("the sums are not those of NumPy: %s", answer);
    }
    free(answer);
}

void bench_slices(struct bench *bench)
{
    double skep[BENCH_MAX_RUNS], start[BENCH_MAX_RUNS], pass[BENCH_MAX_RUNS];
    double numpy[BENCH_MAX_RUNS], pool[BENCH_MAX_RUNS];
    char all[32], cores[16], what[BENCH_CELL_BYTES];
    double skep_s, start_s;

    make_array(bench);
    snprintf(all, sizeof all, "%" PRId64, bench->rows);
    snprintf(cores, sizeof cores, "%d", bench->cores);
    snprintf(what, sizeof what, "%s sums of 8 KiB, after the start", all);
    for (int i = -1; i < bench->runs; i++) { /* the first round is to warm up */
        int k = i < 0 ? 0 : i;
        pass[k] = read_once(bench);
        start[k] = run_skep(bench, "1");
        skep[k] = run_skep(bench, all);
        if (bench->has_numpy) {
            numpy[k] = bench_python_seconds(bench, (const char *const[]){"sums", ARRAY, NULL});
            pool[k] = bench_python_seconds(bench, (const char *const[]){"pool", ARRAY, cores, NULL});
        }
    }
    start_s = bench_median(start, bench->runs);
    skep_s = bench_median(skep, bench->runs) - start_s;
    bench_report_times(bench, what, skep_s, "one pass over the memory", bench_median(pass, bench->runs),
                       1 / 1.25);
    if (bench->has_numpy) {
        check_sums(bench);
        bench_report_times(bench, what, skep_s, "NumPy, one process", bench_median(numpy, bench->runs), 0);
        bench_report_times(bench, what, skep_s, "multiprocessing.Pool.map", bench_median(pool, bench->runs),
                           3);
    } else {
        struct bench_line line = {
            .what = what, .peer = "multiprocessing.Pool.map", .least_ratio = 3, .note = "no python3-numpy"};
        bench_write_time(line.skep, skep_s);
        bench_report_line(bench, &line);
    }
    bench_report_times(bench, "the whole command, with its start", skep_s + start_s, "its start", start_s, 0);
}
