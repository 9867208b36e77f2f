/* SPDX-License-Identifier: MIT */
/* skep bench: how long a kernel takes here, variant by variant; and what skep's own measuring costs. */
#include <stdio.h>
#include <string.h>

#include "config/limit_rows.h"
#include "npy/cache.h"
#include "producer/cli/command.h"
#include "producer/cli/command_rows.h"
#include "producer/cli/folders.h"
#include "producer/cli/stop.h"
#include "producer/commands.h"
#include "producer/push/check.h"
#include "producer/tools/bench_args.h"
#include "producer/tools/bench_self.h"
#include "producer/tools/bench_view.h"
#include "run/fault.h"

enum { BENCH_MAPPINGS = 1024, BENCH_MAX_BYTES = 64 * 1024 };

struct bench_settings {
    struct skep_text_list data;
    uint64_t memory_bytes, cache_bytes;
    double seconds;
    bool is_fast, is_self, is_json;
};

static const struct skep_option bench_options[] = {
    {.name = "seconds",
     .kind = SKEP_OPT_SECONDS,
     .offset = offsetof(struct bench_settings, seconds),
     .default_text = "1",
     .least = 0.01,
     .most = 3600,
     .value_name = "SECONDS",
     .help = "how long to measure each variant"},
    SKEP_DATA_ROW(struct bench_settings, data, ".", SKEP_WORKER_DATA_HELP),
    SKEP_MEMORY_ROW(struct bench_settings, memory_bytes, "what a task may allocate, as the worker has it"),
    SKEP_CACHE_ROW(struct bench_settings, cache_bytes, "address space for mapped inputs"),
    {.name = "fast",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct bench_settings, is_fast),
     .help = "leave the reference out, which may take a thousand times as long"},
    {.name = "self",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct bench_settings, is_self),
     .help = "what skep itself costs at tasks of 10 ms, and its measuring"},
    {.name = "json",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct bench_settings, is_json),
     .help = "print one JSON object"},
    {.name = NULL},
};

struct bench_session {
    struct skep_arena arena;
    struct skep_roots *roots;
    struct skep_npy_cache *cache;
    struct skep_bench_args args;
    struct skep_bench bench;
};

/* A benchmark that is broken off leaves nothing behind: the arrays go as soon as they are mapped. */
static void bench_forget_files(void *context)
{
    skep_bench_args_remove(context);
}

static skep_status bench_session_run(struct bench_session *session, const struct bench_settings *settings,
                                     const struct skep_operands *operands, struct skep_error *err)
{
    struct skep_bench *bench = &session->bench;
    skep_status st = skep_folders_open(&settings->data, &session->roots, err);

    if (st == SKEP_OK) {
        st = skep_npy_cache_new(session->roots, BENCH_MAPPINGS, settings->cache_bytes, &session->cache, err);
    }
    if (st == SKEP_OK) {
        st = skep_bench_args_read(bench->kernel, operands->items + 1, operands->n - 1, session->roots,
                                  &session->arena, &session->args, err);
    }
    if (st == SKEP_OK) {
        st = skep_fault_install(err);
    }
    bench->args = session->args.args;
    bench->seed = session->args.seed;
    bench->seconds = settings->seconds;
    bench->cache = session->cache;
    bench->arena = &session->arena;
    bench->leaves_reference = settings->is_fast;
    bench->stop = skep_stop_word();
    bench->bound = bench_forget_files;
    bench->bound_context = &session->args;
    return st == SKEP_OK ? skep_bench_run(bench, err) : st;
}

static void bench_session_close(struct bench_session *session)
{
    skep_bench_args_remove(&session->args);
    skep_npy_cache_free(session->cache);
    skep_roots_free(session->roots);
    skep_arena_release(&session->arena);
}

static int bench_write(const struct bench_settings *settings, const struct skep_bench *bench)
{
    struct skep_buf buf;
    int exit_code;

    skep_buf_init(&buf, BENCH_MAX_BYTES);
    (settings->is_json ? skep_bench_write_json : skep_bench_write_text)(&buf, bench);
    exit_code = skep_print_buf(&buf);
    return exit_code == SKEP_EXIT_OK && !skep_bench_agrees(bench) ? SKEP_EXIT_FAILED : exit_code;
}

static int bench_complain(skep_status st, const struct skep_error *err)
{
    skep_complain_error(st, err);
    switch (st) {
    case SKEP_E_NUMERIC:
    case SKEP_E_KERNEL:
    case SKEP_E_KERNEL_FINAL:
        return SKEP_EXIT_FAILED;
    case SKEP_E_ARRAY_MISSING:
    case SKEP_E_ARRAY_INVALID:
        return SKEP_EXIT_USAGE;
    default:
        return skep_exit_of(st);
    }
}

static int bench_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct bench_settings *settings = settings_read;
    struct bench_session session = {0};
    struct skep_error err = {0};
    const char *nearest;
    skep_status st;
    int exit_code;

    if (settings->is_self) {
        return skep_bench_self(settings->is_json);
    }
    if (operands->n == 0) {
        skep_complain("bench: which kernel? `skep kernels` lists them");
        return SKEP_EXIT_USAGE;
    }
    session.bench.kernel = skep_kernel_find(operands->items[0]);
    if (session.bench.kernel == NULL) {
        nearest = skep_check_nearest_kernel(operands->items[0]);
        skep_complain(nearest != NULL ? "there is no kernel \"%.64s\": did you mean \"%s\"?"
                                      : "there is no kernel \"%.64s\"; `skep kernels` lists them",
                      operands->items[0], nearest);
        return SKEP_EXIT_USAGE;
    }
    skep_arena_init_guarded(&session.arena, (size_t)settings->memory_bytes);
    st = bench_session_run(&session, settings, operands, &err);
    exit_code = st == SKEP_OK ? bench_write(settings, &session.bench) : bench_complain(st, &err);
    bench_session_close(&session);
    return exit_code;
}

static const char *const bench_text[] = {
    "Call a kernel again and again with the same arguments, on one core, and say what a call takes: the fast "
    "variant, the plain reference that it is tested against, and, where the kernel can, 64 calls side by "
    "side "
    "as a sweep makes them. The variants take turns; one of which a call takes longer than ten times "
    "--seconds, and 10 s, is given up. data is what array arguments and the value hold, "
    "divided "
    "by the time; speed is against the fast variant.",
    "Arguments are NAME=VALUE, as for `skep sweep`. random[100000] or normal[1000,64] as a value is an array "
    "of "
    "so many random numbers (uniform in [0, 1), or standard normal), the same ones each time. Required "
    "arguments that are not given are those of the example in `skep kernels NAME`; without any, all are.",
    "--self: what skep itself costs. A private server and a worker with one slot run tasks that sleep for 10 "
    "ms; the processor time of all its processes is what skep needs for taking, running, storing, telling "
    "and "
    "measuring. The same beside it with a worker that keeps no accounts: the difference is what measuring "
    "costs. Takes half a minute.",
    "Exit codes: 0 measured; 1 the kernel failed, or its variants differ by more than they may, or measuring "
    "cost more than 1 %; 2 usage, arguments; 3 a disk, memory or the private server failed.",
    NULL,
};

static const char *const bench_examples[] = {
    "skep bench te_box x=normal[10000] y=normal[10000] r=0.2",
    "transfer entropy of two series of 10,000",
    "skep bench dot x=a.npy y=a.npy --seconds 5",
    "over an array of one's own",
    "skep bench --self",
    "what does skep itself cost here?",
    NULL,
};

const struct skep_command skep_command_bench = {
    .name = "bench",
    .summary = "how long a kernel takes here, and what skep itself costs",
    .usage = "KERNEL [NAME=VALUE...] | --self",
    .text = bench_text,
    .examples = bench_examples,
    .options = bench_options,
    .settings_bytes = sizeof(struct bench_settings),
    .max_operands = SIZE_MAX,
    .act = bench_act,
};
