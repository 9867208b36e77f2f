/* SPDX-License-Identifier: MIT */
/* skep cost: what a file of tasks will take, told from the shapes of its arrays before anything is computed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "config/limit_rows.h"
#include "npy/cache.h"
#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/commands.h"
#include "producer/cli/folders.h"
#include "producer/push/source.h"
#include "producer/cli/stop.h"
#include "producer/cli/words.h"
#include "run/run.h"

enum { COST_MAPPINGS = 1024, COST_TOLD_LINES = 20, COST_TABLE_BYTES = 64 * 1024, COST_KEEP_BYTES = 1 << 20 };

struct cost_settings {
    struct skep_text_list data;
    uint64_t memory_bytes, cache_bytes, record_bytes;
    int64_t slots;
};

#define AT(field) .offset = offsetof(struct cost_settings, field)

static const struct skep_option cost_options[] = {
    SKEP_DATA_ROW(struct cost_settings, data, ".", SKEP_WORKER_DATA_HELP),
    {.name = "slots",
     .kind = SKEP_OPT_I64,
     AT(slots),
     .default_text = "0",
     .most = 100000,
     .value_name = "N",
     .help = "how many slots will compute at a time; 0: the cores of this machine"},
    SKEP_MEMORY_ROW(struct cost_settings, memory_bytes, "what a task may allocate, as the worker has it"),
    SKEP_CACHE_ROW(struct cost_settings, cache_bytes, "address space for mapped inputs"),
    SKEP_RECORD_ROW(struct cost_settings, record_bytes, "refuse longer lines; workers have the same setting"),
    {.name = NULL},
};

/* Of the tasks of one kernel, or of all. */
struct cost_sum {
    uint64_t n_tasks;
    double seconds;
    struct skep_cost most; /* of a single task */
};

struct cost {
    const struct cost_settings *settings;
    struct skep_source source;
    struct skep_arena arena;
    struct skep_roots *roots;
    struct skep_npy_cache *cache;
    struct skep_run run;
    struct cost_sum *sums; /* one for each kernel of the table */
    struct cost_sum all;
    uint64_t n_bad, n_too_large;
};

static skep_status cost_open(struct cost *cost, const struct skep_operands *paths, struct skep_error *err)
{
    const struct cost_settings *settings = cost->settings;
    skep_status st;

    skep_arena_init_guarded(&cost->arena, (size_t)settings->memory_bytes);
    cost->sums = skep_calloc(skep_kernel_count(), sizeof *cost->sums);
    if (cost->sums == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the sums");
    }
    st = skep_folders_open(&settings->data, &cost->roots, err);
    if (st == SKEP_OK) {
        st = skep_npy_cache_new(cost->roots, COST_MAPPINGS, settings->cache_bytes, &cost->cache, err);
    }
    if (st == SKEP_OK) {
        st = skep_source_open(&cost->source, paths->items, paths->n, (size_t)settings->record_bytes, err);
    }
    cost->run = (struct skep_run){
        .inputs = cost->roots,
        .cache = cost->cache,
        .limits = {.record_bytes = (size_t)settings->record_bytes},
    };
    return st;
}

static void cost_close(struct cost *cost)
{
    skep_source_close(&cost->source);
    skep_npy_cache_free(cost->cache);
    skep_roots_free(cost->roots);
    skep_free(cost->sums);
    skep_arena_release(&cost->arena);
}

/* ---- one task ---- */

static void cost_add(struct cost_sum *sum, const struct skep_cost *one)
{
    sum->n_tasks++;
    sum->seconds += one->seconds;
    sum->most.seconds = one->seconds > sum->most.seconds ? one->seconds : sum->most.seconds;
    sum->most.bytes = one->bytes > sum->most.bytes ? one->bytes : sum->most.bytes;
}

static skep_status cost_of_line(struct cost *cost, const struct skep_line *line, struct skep_work *work,
                                struct skep_cost *one, struct skep_error *err)
{
    if (line->is_too_long) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "longer than %zu bytes (--max-record)",
                              cost->run.limits.record_bytes);
    }
    skep_arena_reset(&cost->arena, COST_KEEP_BYTES);
    skep_work_read(&cost->run, line->bytes.bytes, line->bytes.n, &cost->arena, work);
    if (work->status != SKEP_OK) {
        *err = work->err;
        return work->status;
    }
    return skep_run_cost(&cost->run, work, &cost->arena, one, err);
}

static size_t cost_place(const struct skep_kernel *kernel)
{
    size_t i = 0;

    while (skep_kernel_at(i) != kernel) {
        i++;
    }
    return i;
}

/* Lines with something to say are told one by one, up to a number. */
static void cost_tell_line(uint64_t n_told, const struct skep_line *line, const char *words)
{
    if (n_told <= COST_TOLD_LINES) {
        skep_complain("%s:%" PRIu64 ": %s", line->file, line->number, words);
    } else if (n_told == COST_TOLD_LINES + 1) {
        skep_complain("and so on: further lines are only counted");
    }
}

static void cost_judge_line(struct cost *cost, const struct skep_line *line)
{
    struct skep_cost one = {0};
    struct skep_error err = {0};
    struct skep_work work;
    char needs[SKEP_WORDS_BYTES], words[160];
    skep_status st = cost_of_line(cost, line, &work, &one, &err);

    if (st != SKEP_OK) {
        cost->n_bad++;
        cost_tell_line(cost->n_bad, line, skep_error_text(&err, st));
        return;
    }
    cost_add(&cost->sums[cost_place(work.kernel)], &one);
    cost_add(&cost->all, &one);
    if (one.bytes > (double)cost->settings->memory_bytes) {
        cost->n_too_large++;
        snprintf(words, sizeof words, "needs %s of memory, more than --memory",
                 skep_words_bytes((uint64_t)one.bytes, needs));
        cost_tell_line(cost->n_too_large, line, words);
    }
}

/* ---- all ---- */

static void cost_print_sum(struct skep_buf *buf, const char *name, const struct cost_sum *sum)
{
    char tasks[SKEP_WORDS_BYTES], memory[SKEP_WORDS_BYTES];

    skep_buf_printf(buf, "%-16s %12s %12.3g %14.3g %14s\n", name,
                    skep_words_number((int64_t)sum->n_tasks, tasks), sum->seconds, sum->most.seconds,
                    skep_words_bytes((uint64_t)sum->most.bytes, memory));
}

static int cost_print(const struct cost *cost)
{
    long n_cores = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t slots = cost->settings->slots > 0 ? cost->settings->slots : n_cores > 0 ? n_cores : 1;
    double seconds = cost->all.seconds / (double)slots;
    struct skep_buf buf;
    char words[SKEP_WORDS_BYTES];

    skep_buf_init(&buf, COST_TABLE_BYTES);
    skep_buf_printf(&buf, "%-16s %12s %12s %14s %14s\n", "kernel", "tasks", "seconds", "the longest",
                    "memory");
    for (size_t i = 0; i < skep_kernel_count(); i++) {
        if (cost->sums[i].n_tasks > 0) {
            cost_print_sum(&buf, skep_kernel_at(i)->name, &cost->sums[i]);
        }
    }
    cost_print_sum(&buf, "all", &cost->all);
    seconds = seconds > cost->all.most.seconds ? seconds : cost->all.most.seconds;
    skep_buf_printf(&buf, "%s%s with %" PRId64 " slot%s; an estimate, right within a factor of three or so\n",
                    seconds < 1 ? "less than " : "about ",
                    seconds < 1 ? "a second" : skep_words_duration(seconds, words), slots,
                    skep_words_plural((uint64_t)slots));
    return skep_print_buf(&buf);
}

static int cost_read(struct cost *cost)
{
    struct skep_error err = {0};
    struct skep_line line;
    skep_status st;

    while ((st = skep_source_next(&cost->source, &line, &err)) == SKEP_OK) {
        if (skep_stop_is_asked()) {
            return SKEP_EXIT_INTERRUPTED;
        }
        cost_judge_line(cost, &line);
    }
    if (st != SKEP_EMPTY) {
        (void)skep_complain_error(st, &err);
        return skep_exit_of(st);
    }
    return SKEP_EXIT_OK;
}

static int cost_act(const void *settings, const struct skep_operands *paths)
{
    struct cost cost = {.settings = settings};
    struct skep_error err = {0};
    skep_status st = cost_open(&cost, paths, &err);
    int exit_code = st == SKEP_OK ? cost_read(&cost) : skep_complain_error(st, &err);

    if (exit_code == SKEP_EXIT_OK) {
        exit_code = cost_print(&cost);
    }
    if (exit_code == SKEP_EXIT_OK && cost.n_bad > 0) {
        skep_complain("%" PRIu64 " line%s cannot run, and %s not in these sums", cost.n_bad,
                      skep_words_plural(cost.n_bad), cost.n_bad == 1 ? "is" : "are");
        exit_code = SKEP_EXIT_USAGE;
    }
    if (exit_code == SKEP_EXIT_OK && cost.n_too_large > 0) {
        exit_code = SKEP_EXIT_FAILED;
    }
    cost_close(&cost);
    return exit_code;
}

static const char *const cost_text[] = {
    "Say what the tasks of a file will take before anything is computed: seconds on one core and memory, "
    "summed "
    "up by kernel, from the shapes of their arrays and a measured model of each kernel. Arrays are opened, "
    "no "
    "server is asked.",
    "Times are for a core like the one that docs/kernels.md names, and right within a factor of three or so; "
    "the "
    "memory is never less than what a task takes.",
    "Exit codes: 0 all tasks can run; 1 some need more than --memory; 2 some line is no task that can run, "
    "or its "
    "arrays are not there; 3 a disk or memory failed.",
    NULL,
};

static const char *const cost_examples[] = {
    "skep cost -d /data sweep.jsonl",
    "how long will this take here?",
    "skep cost -d /data --slots 400 sweep.jsonl",
    "and on 400 cores?",
    "head -n 1 sweep.jsonl | skep cost --memory 512M -",
    "does one of them fit into half a gigabyte?",
    NULL,
};

const struct skep_command skep_command_cost = {
    .name = "cost",
    .summary = "what tasks will take: time and memory, before they run",
    .usage = "[FILE...] [-d DIR] [OPTION...]",
    .text = cost_text,
    .examples = cost_examples,
    .options = cost_options,
    .settings_bytes = sizeof(struct cost_settings),
    .max_operands = SIZE_MAX,
    .act = cost_act,
};
