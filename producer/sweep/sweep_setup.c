/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_setup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/entropy.h"
#include "base/parse.h"
#include "producer/push/check.h"
#include "producer/cli/folders.h"
#include "producer/sweep/sweep_args.h"
#include "producer/sweep/sweep_factors.h"
#include "run/reduce.h"
#include "sweep/factor.h"

enum { SETUP_ARENA_BYTES = 256 * 1024 * 1024, SETUP_MAPPINGS = 1024 };

static const uint64_t setup_task_bytes = UINT64_C(4) << 30;   /* skep-worker's default */
static const uint64_t setup_cache_bytes = UINT64_C(64) << 30; /* addresses; the same */

uint64_t skep_sweep_task_bytes(const struct skep_sweep_settings *settings)
{
    return settings->memory_bytes > 0 ? settings->memory_bytes : setup_task_bytes;
}

/* ---- what is open ---- */

static skep_status setup_open_folders(const char *option, const struct skep_text_list *folders,
                                      struct skep_roots **roots_out, struct skep_error *err)
{
    static const struct skep_text_list here = {.n = 1, .items = {"."}};
    skep_status st = skep_folders_open(folders->n > 0 ? folders : &here, roots_out, err);

    if (st != SKEP_OK) {
        skep_error_prefix(err, "--%s", option);
    }
    return st;
}

static skep_status setup_open(struct skep_sweep_setup *setup, struct skep_error *err)
{
    const struct skep_sweep_settings *settings = setup->settings;
    skep_status st = setup_open_folders("data", &settings->data, &setup->inputs, err);

    if (st == SKEP_OK) {
        st = setup_open_folders("output", &settings->output, &setup->outputs, err);
    }
    if (st == SKEP_OK) {
        st = skep_npy_cache_new(setup->inputs, SETUP_MAPPINGS, setup_cache_bytes, &setup->cache, err);
    }
    setup->run = (struct skep_run){
        .inputs = setup->inputs,
        .outputs = setup->outputs,
        .cache = setup->cache,
        .stop = &setup->stop,
    };
    return st;
}

void skep_sweep_setup_close(struct skep_sweep_setup *setup)
{
    skep_npy_cache_free(setup->cache);
    skep_roots_free(setup->inputs);
    skep_roots_free(setup->outputs);
    skep_arena_release(&setup->tasks);
    skep_arena_release(&setup->arena);
}

/* ---- words ---- */

static skep_status setup_find_kernel(struct skep_sweep_setup *setup, const struct skep_operands *operands,
                                     struct skep_error *err)
{
    const char *name = operands->n > 0 ? operands->items[0] : NULL;
    const char *nearest;

    if (name == NULL) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "which kernel? `skep kernels` lists them; --help shows examples");
    }
    setup->kernel = skep_kernel_find(name);
    setup->sweep.kernel = name;
    if (setup->kernel != NULL) {
        return SKEP_OK;
    }
    nearest = skep_check_nearest_kernel(name);
    if (nearest != NULL) {
        return skep_error_set(err, SKEP_E_UNKNOWN_KERNEL,
                              "there is no kernel \"%.64s\": did you mean \"%s\"?", name, nearest);
    }
    return skep_error_set(err, SKEP_E_UNKNOWN_KERNEL,
                          "there is no kernel \"%.64s\"; `skep kernels` lists them", name);
}

/* The place of WORD in WORDS, which end with NULL. */
static skep_status setup_choose(const char *option, const char *word, const char *const *words,
                                int *place_out, struct skep_error *err)
{
    char all[128] = "";
    size_t used = 0;

    for (int i = 0; words[i] != NULL; i++) {
        int n = snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? ", " : "", words[i]);
        used += n > 0 ? (size_t)n : 0;
        if (strcmp(word, words[i]) == 0) {
            *place_out = i;
            return SKEP_OK;
        }
    }
    return skep_error_set(err, SKEP_E_USAGE, "--%s %.40s: wanted one of %s", option, word, all);
}

static skep_status setup_read_words(struct skep_sweep_setup *setup, struct skep_error *err)
{
    static const char *const orders[] = {"index", "random", "longest", NULL};
    static const char *const stops[] = {"none", "any", "first", NULL};
    const struct skep_sweep_settings *settings = setup->settings;
    struct skep_sweep *sweep = &setup->sweep;
    int order = SKEP_ORDER_INDEX, stop = SKEP_SWEEP_STOP_NONE;
    skep_status st = setup_choose("order", settings->order, orders, &order, err);

    if (st == SKEP_OK && settings->stop != NULL) {
        st = setup_choose("stop", settings->stop, stops, &stop, err);
    }
    if (st == SKEP_OK && !skep_parse_u64(settings->seed, strlen(settings->seed), &sweep->seed)) {
        st = skep_error_set(err, SKEP_E_USAGE, "--seed %.40s: wanted an integer from 0 to 2^64 - 1",
                            settings->seed);
    }
    sweep->order = (enum skep_sweep_order)order;
    sweep->stop = (enum skep_sweep_stop)stop;
    return st;
}

/* A count, which may be written 1e6; NUMBER_OUT is left alone where TEXT is NULL. */
static skep_status setup_read_count(const char *option, const char *text, int64_t *number_out,
                                    struct skep_error *err)
{
    if (text == NULL) {
        return SKEP_OK;
    }
    if (!skep_factor_parse_integer(text, strlen(text), number_out) || *number_out < 1) {
        return skep_error_set(err, SKEP_E_USAGE, "--%s %.40s: wanted an integer of at least 1", option, text);
    }
    return SKEP_OK;
}

static skep_status setup_read_reduce(struct skep_sweep_setup *setup, struct skep_error *err)
{
    skep_status st;

    setup->sweep.reduce = setup->settings->reduce;
    if (setup->sweep.reduce == NULL) {
        return SKEP_OK;
    }
    st = skep_reduce_check(setup->sweep.reduce, err);
    skep_error_prefix(err, "--reduce");
    return st;
}

/* What ties the spec, the arrays and their sidecars together. */
static void setup_make_token(struct skep_sweep *sweep)
{
    snprintf(sweep->token, sizeof sweep->token, "%016" PRIx64 "%016" PRIx64, skep_entropy_u64(),
             skep_entropy_u64());
}

static void setup_read_numbers(struct skep_sweep_setup *setup)
{
    const struct skep_sweep_settings *settings = setup->settings;
    struct skep_sweep *sweep = &setup->sweep;

    sweep->filter = settings->filter;
    sweep->has_results = settings->results != NULL;
    sweep->has_retries = settings->retries >= 0;
    sweep->retries = sweep->has_retries ? (unsigned)settings->retries : 0;
    sweep->timeout_s = settings->timeout_s;
    sweep->backoff_s = settings->backoff_s;
}

/* ---- all ---- */

/* How long the order `longest` may be, whoever sorts says, with what to do instead. */
static skep_status setup_complete(struct skep_sweep_setup *setup, struct skep_error *err)
{
    enum skep_sweep_order order = setup->sweep.order;
    skep_status st;

    setup->sweep.order = SKEP_ORDER_INDEX;
    st = skep_sweep_complete(&setup->sweep, err);
    setup->sweep.order = order;
    return st;
}

static skep_status setup_read(struct skep_sweep_setup *setup, const struct skep_operands *operands,
                              struct skep_error *err)
{
    const struct skep_sweep_settings *settings = setup->settings;
    struct skep_sweep_reader reader = {
        .arena = &setup->arena, .cache = setup->cache, .data = &settings->data};
    int64_t times = 0;
    skep_status st = setup_find_kernel(setup, operands, err);

    setup_read_numbers(setup);
    if (st == SKEP_OK) {
        st = setup_read_words(setup, err);
    }
    if (st == SKEP_OK) {
        st = setup_read_count("take", settings->take, &setup->sweep.n, err);
    }
    if (st == SKEP_OK) {
        st = setup_read_count("times", settings->times, &times, err);
    }
    if (st == SKEP_OK) {
        st = setup_read_reduce(setup, err);
    }
    if (st == SKEP_OK) {
        st = skep_sweep_parse_generators(&reader, &settings->factors, times, &setup->sweep, err);
    }
    if (st == SKEP_OK) {
        st = skep_sweep_parse_operands(&reader, setup->kernel, operands->items + 1, operands->n - 1,
                                       &setup->settings->consts, &setup->sweep, err);
    }
    return st == SKEP_OK ? setup_complete(setup, err) : st;
}

skep_status skep_sweep_setup_open(struct skep_sweep_setup *setup, const struct skep_sweep_settings *settings,
                                  const struct skep_operands *operands, struct skep_error *err)
{
    skep_status st;

    *setup = (struct skep_sweep_setup){.settings = settings};
    skep_arena_init(&setup->arena, SETUP_ARENA_BYTES);
    skep_arena_init_guarded(&setup->tasks, (size_t)skep_sweep_task_bytes(settings));
    setup_make_token(&setup->sweep);
    st = setup_open(setup, err);
    if (st == SKEP_OK) {
        st = setup_read(setup, operands, err);
        skep_npy_cache_end_task(setup->cache);
    }
    return st;
}
