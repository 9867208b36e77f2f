/* SPDX-License-Identifier: MIT */
/* Fails on purpose, in every way in which a kernel can fail: for trying out what becomes of such tasks. The
 * only kernel that breaks the rules for kernels. What it does to memory always meets a page that the system
 * protects, so it dies at a known place and never spoils anything quietly. */
#include "kernel/trial/print.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ARG_HOW, ARG_TIMES, ARG_X, ARG_RETRY_AFTER, ARG_PRINT };

enum { FAIL_CHUNK_BYTES = 1024 * 1024, FAIL_OVERRUN_BYTES = 64 * 1024 * 1024 };

typedef skep_status (*fail_way)(struct skep_call *call, struct skep_error *err);

static skep_status fail_error(struct skep_call *call, struct skep_error *err)
{
    call->retry_after_s = call->args[ARG_RETRY_AFTER].f64;
    return skep_error_set(err, SKEP_E_KERNEL, "failed as asked, attempt %u", call->attempt);
}

static skep_status fail_final(struct skep_call *call, struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_KERNEL_FINAL, "failed for good as asked, attempt %u", call->attempt);
}

/* Two pages, the first with the given protection and the second with none. NULL if the system has no more. */
static volatile unsigned char *map_pages(size_t page, int protection)
{
    unsigned char *pages = mmap(NULL, 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED || mprotect(pages, page, protection) != 0) {
        return NULL;
    }
    return pages;
}

/* Write BYTES + 1 bytes from TO on. Returns only if all of them could be written. */
static skep_status write_over(volatile unsigned char *to, size_t bytes, struct skep_error *err)
{
    if (to == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no page to die on");
    }
    for (size_t i = 0; i <= bytes; i++) {
        to[i] = 0xa5;
    }
    return skep_error_set(err, SKEP_E_KERNEL_FINAL, "nothing stopped the forbidden write");
}

static skep_status fail_segv(struct skep_call *call, struct skep_error *err)
{
    (void)call;
    return write_over(map_pages((size_t)sysconf(_SC_PAGESIZE), PROT_NONE), 0, err);
}

/* Recursion that no stack holds. Not a tail call: the frame is used after it. */
static int fill_stack(int depth)
{
    volatile char frame[1024];

    frame[depth % 1024] = (char)depth;
    return (depth > 0 ? fill_stack(depth - 1) : 0) + frame[depth % 1024];
}

static skep_status fail_stack(struct skep_call *call, struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_KERNEL_FINAL, "the stack held it: %d",
                          fill_stack((1 << 30) + (int)call->attempt));
}

static skep_status fail_abort(struct skep_call *call, struct skep_error *err)
{
    (void)call;
    (void)err;
    abort();
}

/* With status 0: whoever watches must not take it for an orderly end. */
static skep_status fail_exit(struct skep_call *call, struct skep_error *err)
{
    (void)call;
    (void)err;
    _exit(0);
}

/* Never looks at stop: only a signal ends it. */
static skep_status fail_loop(struct skep_call *call, struct skep_error *err)
{
    volatile bool goes_on = true;

    (void)call;
    while (goes_on) {
    }
    return skep_error_set(err, SKEP_E_KERNEL_FINAL, "the endless loop ended");
}

/* Takes and touches memory until the limit of the process or of the arena says no. */
static skep_status fail_memory(struct skep_call *call, struct skep_error *err)
{
    for (int64_t n = 0;; n++) {
        void *chunk;
        if (skep_call_is_stopped(call)) {
            return SKEP_STOPPED;
        }
        chunk = skep_arena_alloc(call->arena, FAIL_CHUNK_BYTES);
        if (chunk == NULL) {
            return skep_error_set(err, SKEP_E_NOMEM, "memory ended after %" PRId64 " MiB", n);
        }
        memset(chunk, 0xa5, FAIL_CHUNK_BYTES);
    }
}

/* Inputs are mapped read-only, so this dies. A list in the record has a private copy, which can be written.
 */
static skep_status fail_write_input(struct skep_call *call, struct skep_error *err)
{
    const struct skep_arg *x = &call->args[ARG_X];

    if (!x->is_given) {
        return write_over(map_pages((size_t)sysconf(_SC_PAGESIZE), PROT_READ), 0, err);
    }
    if (skep_view_count(&x->view) == 0) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "x has no element to write to");
    }
    return write_over((volatile unsigned char *)(uintptr_t)x->view.data, 0, err);
}

/* Reads on behind x; or fills a page of its own to its end and goes on. */
static skep_status fail_overrun(struct skep_call *call, struct skep_error *err)
{
    const struct skep_arg *x = &call->args[ARG_X];
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const volatile unsigned char *at = x->is_given ? x->view.data : NULL;

    if (!x->is_given) {
        return write_over(map_pages(page, PROT_READ | PROT_WRITE), page, err);
    }
    for (size_t i = 0; i < FAIL_OVERRUN_BYTES; i++) {
        (void)at[i];
    }
    return skep_error_set(err, SKEP_E_KERNEL_FINAL, "nothing stopped reading on");
}

/* In the same order. */
static const char *const how_choices[] = {"error", "final",  "segv",        "stack",   "abort", "exit",
                                          "loop",  "memory", "write-input", "overrun", NULL};
static const fail_way fail_ways[] = {fail_error, fail_final, fail_segv,   fail_stack,       fail_abort,
                                     fail_exit,  fail_loop,  fail_memory, fail_write_input, fail_overrun};

static const struct skep_arg_spec fail_args[] = {
    {.name = "how",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "error",
     .choices = how_choices,
     .help = "In which way."},
    {.name = "times",
     .kind = SKEP_ARG_I64,
     .least = 0,
     .most = 1e9,
     .help = "How many attempts fail before one succeeds; absent: all."},
    {.name = "x",
     .kind = SKEP_ARG_ARRAY,
     .min_ndim = 0,
     .max_ndim = SKEP_MAX_DIMS,
     .shape_text = "[...]",
     .help = "What \"write-input\" writes to and \"overrun\" runs off; absent: a page of its own."},
    {.name = "retry_after",
     .kind = SKEP_ARG_F64,
     .default_text = "0",
     .least = 0,
     .most = 1e9,
     .unit = "s",
     .help = "With \"error\": the next attempt is not to be made before so long."},
    SKEP_PRINT_ROWS,
    {0},
};

static skep_status fail_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_arg *args = call->args;

    skep_print_args(&args[ARG_PRINT]);
    if (args[ARG_TIMES].is_given && (int64_t)call->attempt > args[ARG_TIMES].i64) {
        *value_out = (struct skep_value){.kind = SKEP_VALUE_I64, .i64 = (int64_t)call->attempt};
        return SKEP_OK;
    }
    return fail_ways[args[ARG_HOW].choice](call, err);
}

static const char *const fail_description[] = {
    "error: an error worth another try (kernel-error). final: one that is not (kernel-final). segv: a write "
    "to memory "
    "that is not there. stack: recursion until the stack is full. abort: abort(). exit: the process ends "
    "with status 0 in the middle of the task. "
    "loop: runs "
    "for ever and never looks at stop. memory: takes and touches memory until the process' limit kills it or "
    "its "
    "arena is full (memory-limit). write-input: writes to a read-only input. overrun: reads on behind x into "
    "protected memory, or writes past the end of a buffer of its own. Of these two the worker survives those "
    "with an x (kernel-final, naming it), and dies of the others.",
    "The texts of stdout and stderr are printed first, by attempts that succeed, too.",
    "With times, attempts after the first times succeed. What a crash cost is counted by whoever watches the "
    "process, not here.",
    NULL,
};

const struct skep_kernel skep_kernel_fail = {
    .name = "fail",
    .version = 1,
    .summary = "Fail, on purpose",
    .description = fail_description,
    .args = fail_args,
    .value_text = "integer: the attempts made, once one succeeds",
    .example = "{\"kernel\":\"fail\",\"args\":{\"how\":\"error\",\"times\":0}}",
    .run = fail_run,
    .reference = fail_run,
    .cost = skep_cost_little,
    .value = skep_value_i8,
};
