/* SPDX-License-Identifier: MIT */
#include "producer/push/check.h"

#include <string.h>

#include "config/nearest.h"
#include "kernel/kernel.h"
#include "run/bind.h"
#include "run/run.h"

enum { CHECK_KEEP_BYTES = 1024 * 1024 };

void skep_check_init(struct skep_check *check, const struct skep_limits *limits)
{
    *check = (struct skep_check){.limits = limits != NULL ? *limits : (struct skep_limits){0}};
    skep_arena_init(&check->arena, SKEP_CHECK_ARENA_BYTES);
}

void skep_check_release(struct skep_check *check)
{
    skep_arena_release(&check->arena);
}

const char *skep_check_nearest_kernel(const char *name)
{
    size_t n = strlen(name);
    size_t best = n / 3 + 2; /* farther than this is no slip of the finger; one more than allowed */
    const char *nearest = NULL;

    for (size_t i = 0; i < skep_kernel_count(); i++) {
        const char *candidate = skep_kernel_at(i)->name;
        size_t distance = skep_nearest_distance(name, n, candidate, strlen(candidate));
        if (distance < best && distance < n) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

static skep_status check_unknown_kernel(const char *name, struct skep_error *err)
{
    const char *nearest = skep_check_nearest_kernel(name);

    if (nearest != NULL) {
        return skep_error_set(err, SKEP_E_UNKNOWN_KERNEL, "there is no kernel \"%s\": did you mean \"%s\"?",
                              name, nearest);
    }
    return skep_error_set(err, SKEP_E_UNKNOWN_KERNEL,
                          "there is no kernel \"%s\"; `skep kernels` lists them (--allow-unknown-kernel if "
                          "your workers have it)",
                          name);
}

static skep_status check_job(const struct skep_check *check, const struct skep_task *task,
                             struct skep_error *err)
{
    if (check->job == NULL) {
        return SKEP_OK;
    }
    if (task->job == NULL && check->needs_job) {
        return skep_error_set(err, SKEP_E_BAD_RECORD,
                              "\"job\" is missing: a raw record must name the job \"%.100s\" itself",
                              check->job);
    }
    if (task->job != NULL && strcmp(task->job, check->job) != 0) {
        return skep_error_set(err, SKEP_E_BAD_RECORD,
                              "\"job\" is \"%.80s\", but the push is of the job \"%.80s\"", task->job,
                              check->job);
    }
    return SKEP_OK;
}

skep_status skep_check_line(struct skep_check *check, const struct skep_line *line,
                            struct skep_task *task_out, struct skep_error *err)
{
    struct skep_task task;
    const struct skep_kernel *kernel;
    struct skep_arg *args;
    bool is_reference;
    size_t limit = check->limits.record_bytes != 0 ? check->limits.record_bytes : SKEP_RECORD_BYTES;
    skep_status st;

    if (line->is_too_long) {
        return skep_error_set(
            err, SKEP_E_BAD_RECORD,
            "longer than %zu bytes, the limit of a record: large data belong into .npy files", limit);
    }
    skep_arena_reset(&check->arena, CHECK_KEEP_BYTES);
    st = skep_task_parse(line->bytes.bytes, line->bytes.n, &check->limits, &check->arena, &task, err);
    if (st == SKEP_OK) {
        st = check_job(check, &task, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    kernel = skep_kernel_find(task.kernel);
    if (kernel == NULL && !check->allows_unknown_kernels) {
        return check_unknown_kernel(task.kernel, err);
    }
    if (kernel != NULL) {
        st = skep_args_bind(kernel, task.args, NULL, &check->arena, &args, &is_reference, err);
        skep_error_prefix(err, "%s", kernel->name);
    }
    if (st == SKEP_OK) {
        st = skep_run_check_out(task.out, err);
    }
    if (task_out != NULL) {
        *task_out = task;
    }
    return st;
}

bool skep_check_is_lines_fault(skep_status status)
{
    return status == SKEP_E_BAD_RECORD || status == SKEP_E_UNKNOWN_KERNEL || status == SKEP_E_BAD_ARGS;
}
