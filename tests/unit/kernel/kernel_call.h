/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_UNIT_KERNEL_CALL_H
#define SKEP_TESTS_UNIT_KERNEL_CALL_H

#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "kernel/kernel.h"
#include "support/value_told.h"

/* One call of a kernel in a test, with the row's defaults in place. Arguments are named; a name that the row
 * does not have fails the test.
 *
 *     struct kernel_call k;
 *     kernel_call_init(&k, "sum");
 *     kernel_call_array(&k, "x", SKEP_F8, 1, shape, data);
 *     assert_int_equal(kernel_call_run(&k), SKEP_OK);
 *     ... k.value ...
 *     kernel_call_release(&k); */
enum { KERNEL_CALL_MAX_ARGS = 20 };

struct kernel_call {
    const struct skep_kernel *kernel;
    struct skep_arg args[KERNEL_CALL_MAX_ARGS];
    struct skep_arena arena;
    atomic_uint stop;
    struct skep_call call;
    struct skep_value value;
    struct skep_error err;
};

static inline int kernel_call_choice(const struct skep_arg_spec *spec, const char *word)
{
    for (int i = 0; spec->choices[i] != NULL; i++) {
        if (strcmp(spec->choices[i], word) == 0) {
            return i;
        }
    }
    fail_msg("%s: no choice %s", spec->name, word);
    return 0;
}

/* What lib/run does with a default: read it as the kind says. */
static inline void kernel_call_default(const struct skep_arg_spec *spec, struct skep_arg *arg)
{
    if (spec->default_text == NULL) {
        return;
    }
    switch (spec->kind) {
    case SKEP_ARG_F64:
        arg->f64 = strtod(spec->default_text, NULL);
        break;
    case SKEP_ARG_I64:
    case SKEP_ARG_U64:
        arg->i64 = strtoll(spec->default_text, NULL, 10);
        break;
    case SKEP_ARG_BOOL:
        arg->boolean = strcmp(spec->default_text, "true") == 0;
        break;
    case SKEP_ARG_CHOICE:
        arg->choice = kernel_call_choice(spec, spec->default_text);
        break;
    case SKEP_ARG_ARRAY:
    case SKEP_ARG_TEXT:
    case SKEP_ARG_ARRAYS:
    case SKEP_ARG_JSON:
        fail_msg("%s: a default for an array or JSON", spec->name);
    }
}

static inline void kernel_call_init(struct kernel_call *k, const char *name)
{
    memset(k, 0, sizeof *k);
    k->kernel = skep_kernel_find(name);
    assert_non_null(k->kernel);
    assert_true(skep_kernel_count_args(k->kernel) <= KERNEL_CALL_MAX_ARGS);
    skep_arena_init_guarded(&k->arena, (size_t)256 << 20);
    k->call = (struct skep_call){.args = k->args, .arena = &k->arena, .stop = &k->stop, .attempt = 1};
    for (size_t i = 0; i < skep_kernel_count_args(k->kernel); i++) {
        kernel_call_default(&k->kernel->args[i], &k->args[i]);
    }
}

static inline void kernel_call_release(struct kernel_call *k)
{
    skep_arena_release(&k->arena);
}

/* The argument NAME, from now on given. */
static inline struct skep_arg *kernel_call_arg(struct kernel_call *k, const char *name)
{
    for (size_t i = 0; i < skep_kernel_count_args(k->kernel); i++) {
        if (strcmp(k->kernel->args[i].name, name) == 0) {
            k->args[i].is_given = true;
            return &k->args[i];
        }
    }
    fail_msg("%s has no argument %s", k->kernel->name, name);
    return NULL;
}

static inline void kernel_call_word(struct kernel_call *k, const char *name, const char *word)
{
    struct skep_arg *arg = kernel_call_arg(k, name);

    arg->choice = kernel_call_choice(&k->kernel->args[arg - k->args], word);
}

static inline void kernel_call_array(struct kernel_call *k, const char *name, enum skep_dtype dtype, int ndim,
                                     const int64_t *shape, const void *data)
{
    skep_view_init(&kernel_call_arg(k, name)->view, data, dtype, ndim, shape);
}

/* Run it, and hold the value against what the row says of it beforehand. */
static inline skep_status kernel_call_run(struct kernel_call *k)
{
    skep_status st;

    skep_error_clear(&k->err);
    memset(&k->value, 0xee, sizeof k->value);
    k->call.is_reference = false;
    st = k->kernel->run(&k->call, &k->value, &k->err);
    if (st == SKEP_OK) {
        test_check_value_told(k->kernel, &k->call, &k->value);
    }
    return st;
}

static inline skep_status kernel_call_reference(struct kernel_call *k)
{
    skep_error_clear(&k->err);
    memset(&k->value, 0xee, sizeof k->value);
    k->call.is_reference = true;
    return k->kernel->reference(&k->call, &k->value, &k->err);
}

/* The call must fail with STATUS, and its words must contain WORDS. */
static inline void kernel_call_refused(struct kernel_call *k, skep_status status, const char *words)
{
    skep_status st = kernel_call_run(k);

    if (st != status || strstr(skep_error_text(&k->err, st), words) == NULL) {
        fail_msg("%s: %s: \"%s\"", k->kernel->name, skep_status_word(st), skep_error_text(&k->err, st));
    }
}

/* A number from a seeded sequence, for making test data (xorshift64*, S. Vigna). */
static inline uint64_t test_chance(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545F4914F6CDD1Du;
}

static inline double test_chance_f8(uint64_t *state) /* in [0, 1) */
{
    return (double)(test_chance(state) >> 11) * 0x1p-53;
}

#endif
