/* SPDX-License-Identifier: MIT */
/* Most reductions are kernels: they are run as the task that a user would write, so that there is one way to
 * compute a sum and one set of bits. What no kernel does is a search for hits, done here in one pass. */
#include "run/reduce.h"

#include <stdio.h>
#include <string.h>

#include "kernel/kernel.h"
#include "npy/cache.h"
#include "run/bind.h"
#include "run/fault.h"
#include "run/run.h"
#include "task/json.h"

enum {
    REDUCE_NAME_BYTES = 16,
    REDUCE_MAX_BYTES = 64 * 1024, /* of the record */
    REDUCE_MAPPINGS = 4,
    REDUCE_CHECK_ARENA = 1024 * 1024
};
#define REDUCE_ARENA       (UINT64_C(4) << 30) /* a limit: scratch and value take what they need */
#define REDUCE_CACHE_BYTES (UINT64_C(1) << 46) /* mapped whole */

static const char *const reduce_kernels[] = {"sum",    "mean",   "var",  "min", "max",
                                             "argmin", "argmax", "hist", NULL};

/* ---- searches ---- */

struct search {
    int64_t n, n_hits, first; /* first: -1 while there is none */
};

static bool search_is_hit(const struct skep_view *view, int64_t at)
{
    double value;

    if (view->dtype == SKEP_I8 || view->dtype == SKEP_U8) { /* a double may round, but never to 0 */
        return ((const int64_t *)view->data)[at] != 0;
    }
    value = skep_view_get_f8(view, at);
    return value < 0 || value > 0;
}

static void search_write_any(const struct search *search, struct skep_buf *json)
{
    skep_json_add_bool(json, search->n_hits > 0);
}

static void search_write_all(const struct search *search, struct skep_buf *json)
{
    skep_json_add_bool(json, search->n_hits == search->n);
}

static void search_write_count(const struct search *search, struct skep_buf *json)
{
    skep_buf_add_i64(json, search->n_hits);
}

static void search_write_first(const struct search *search, struct skep_buf *json)
{
    if (search->first >= 0) {
        skep_buf_add_i64(json, search->first);
    } else {
        skep_buf_add_text(json, "null");
    }
}

static const struct search_row {
    const char *name;
    void (*write)(const struct search *search, struct skep_buf *json);
} searches[] = {
    {"any", search_write_any},
    {"all", search_write_all},
    {"count", search_write_count},
    {"first", search_write_first},
    {NULL, NULL},
};

static const struct search_row *search_find(const char *reduce)
{
    const struct search_row *row = searches;

    while (row->name != NULL && strcmp(row->name, reduce) != 0) {
        row++;
    }
    return row->name != NULL ? row : NULL;
}

struct search_context {
    struct skep_npy_cache *cache;
    struct skep_arena *arena;
    const char *path;
    struct search search;
};

/* Maps the array and looks at every element: a file that is truncated meanwhile ends it anywhere. */
static skep_status search_body(void *context, struct skep_error *err)
{
    struct search_context *c = context;
    struct skep_view view;
    skep_status st = skep_npy_cache_view(c->cache, c->path, strlen(c->path), c->arena, &view, err);

    if (st != SKEP_OK) {
        return st;
    }
    c->search = (struct search){.n = skep_view_count(&view), .first = -1};
    for (int64_t i = 0; i < c->search.n; i++) { /* a whole file: no gaps */
        if (search_is_hit(&view, i)) {
            c->search.first = c->search.n_hits == 0 ? i : c->search.first;
            c->search.n_hits++;
        }
    }
    return SKEP_OK;
}

static skep_status search_run(const struct search_row *row, struct skep_npy_cache *cache,
                              struct skep_arena *arena, const char *path, struct skep_buf *json,
                              struct skep_error *err)
{
    const struct skep_fault_realm realm = {cache, arena};
    struct search_context context = {.cache = cache, .arena = arena, .path = path};
    struct skep_fault fault;
    skep_status st = skep_fault_call(&realm, search_body, &context, &fault, err);

    if (st == SKEP_OK) {
        st = skep_npy_cache_check(cache, err);
    }
    skep_npy_cache_end_task(cache);
    if (st == SKEP_OK) {
        row->write(&context.search, json);
    }
    return st;
}

/* ---- kernels ---- */

/* The part of TEXT up to a comma that is not within brackets or quotes. */
static size_t reduce_part(const char *text)
{
    int depth = 0;
    bool is_quoted = false;
    size_t n = 0;

    for (; text[n] != '\0' && (text[n] != ',' || depth > 0 || is_quoted); n++) {
        is_quoted = is_quoted != (text[n] == '"');
        depth += (text[n] == '[') - (text[n] == ']');
    }
    return n;
}

/* Append ,"ARG":VALUE for one ARG=VALUE of N bytes; what is no JSON is a word. */
static skep_status reduce_add_arg(struct skep_buf *record, const char *part, size_t n, struct skep_error *err)
{
    const char *equals = memchr(part, '=', n);
    const struct skep_node *node;
    struct skep_arena arena;
    const char *value;
    size_t value_n;

    if (equals == NULL || equals == part || equals == part + n - 1) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "\"%.*s\" is not ARGUMENT=VALUE", (int)(n < 64 ? n : 64),
                              part);
    }
    value = equals + 1;
    value_n = n - (size_t)(value - part);
    skep_buf_add_char(record, ',');
    skep_json_add_text(record, part, (size_t)(equals - part));
    skep_buf_add_char(record, ':');
    skep_arena_init(&arena, REDUCE_CHECK_ARENA);
    if (skep_json_parse(value, value_n, NULL, &arena, &node, NULL) == SKEP_OK) {
        skep_buf_add(record, value, value_n);
    } else {
        skep_json_add_text(record, value, value_n);
    }
    skep_arena_release(&arena);
    return SKEP_OK;
}

/* The record of the task that reduces PATH. */
static skep_status reduce_write_record(const char *reduce, const char *path, struct skep_buf *record,
                                       struct skep_error *err)
{
    size_t name_n = strcspn(reduce, ":");
    const char *at = reduce + name_n;
    skep_status st = SKEP_OK;

    skep_buf_printf(record, "{\"kernel\":\"%.*s\",\"args\":{\"x\":", (int)name_n, reduce);
    skep_json_add_text(record, path, strlen(path));
    while (st == SKEP_OK && *at != '\0') {
        size_t n = reduce_part(++at);
        st = reduce_add_arg(record, at, n, err);
        at += n;
    }
    skep_buf_add_text(record, "}}");
    return st == SKEP_OK && skep_buf_failed(record)
               ? skep_error_set(err, SKEP_E_BAD_ARGS, "the arguments are too long")
               : st;
}

static const char *reduce_find_kernel(const char *reduce)
{
    size_t n = strcspn(reduce, ":");

    for (const char *const *name = reduce_kernels; *name != NULL; name++) {
        if (strlen(*name) == n && memcmp(*name, reduce, n) == 0) {
            return *name;
        }
    }
    return NULL;
}

static skep_status reduce_run(const struct skep_run *run, struct skep_arena *arena,
                              const struct skep_buf *record, struct skep_buf *json, struct skep_error *err)
{
    struct skep_outcome outcome;
    struct skep_work work;

    skep_work_read(run, record->bytes, record->length, arena, &work);
    if (work.status != SKEP_OK) {
        *err = work.err;
        return work.status;
    }
    skep_run_work(run, &work, arena, &outcome);
    if (outcome.status != SKEP_OK) {
        *err = outcome.err;
        return outcome.status;
    }
    skep_result_write_value(json, &outcome.value);
    return SKEP_OK;
}

/* ---- the door ---- */

/* The words of a kernel's row about arguments that are there before the array is. */
static skep_status reduce_check_kernel(const char *name, const struct skep_buf *record,
                                       struct skep_error *err)
{
    const struct skep_node *root = NULL;
    struct skep_arg *args;
    struct skep_arena arena;
    bool is_reference;
    skep_status st;

    skep_arena_init(&arena, REDUCE_CHECK_ARENA);
    st = skep_json_parse(record->bytes, record->length, NULL, &arena, &root, err);
    if (st == SKEP_OK) {
        st = skep_args_bind(skep_kernel_find(name), skep_node_get(root, "args"), NULL, &arena, &args,
                            &is_reference, err);
    }
    skep_arena_release(&arena);
    return st == SKEP_OK || st == SKEP_E_NOMEM ? st : SKEP_E_BAD_ARGS;
}

skep_status skep_reduce_check(const char *reduce, struct skep_error *err)
{
    const char *name = reduce_find_kernel(reduce);
    struct skep_buf record;
    skep_status st;

    if (search_find(reduce) != NULL) {
        return SKEP_OK;
    }
    if (name == NULL) {
        return skep_error_set(
            err, SKEP_E_BAD_ARGS,
            "there is no reduction \"%.64s\": sum, mean, var, min, max, argmin, argmax, hist "
            "(with arguments as in sum:nan=skip), any, all, count, first",
            reduce);
    }
    skep_buf_init(&record, REDUCE_MAX_BYTES);
    st = reduce_write_record(reduce, "te.npy", &record, err);
    if (st == SKEP_OK) {
        st = reduce_check_kernel(name, &record, err);
    }
    skep_buf_release(&record);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.64s", reduce);
    }
    return st;
}

skep_status skep_reduce_array(const char *reduce, const struct skep_roots *roots, const char *path,
                              struct skep_buf *json, struct skep_error *err)
{
    const struct search_row *search = search_find(reduce);
    struct skep_npy_cache *cache = NULL;
    struct skep_buf record;
    struct skep_arena arena;
    skep_status st = skep_reduce_check(reduce, err);

    skep_buf_init(&record, REDUCE_MAX_BYTES);
    skep_arena_init(&arena, REDUCE_ARENA);
    if (st == SKEP_OK) {
        st = skep_npy_cache_new(roots, REDUCE_MAPPINGS, REDUCE_CACHE_BYTES, &cache, err);
    }
    if (st == SKEP_OK && search != NULL) {
        st = search_run(search, cache, &arena, path, json, err);
    } else if (st == SKEP_OK) {
        const struct skep_run run = {.inputs = roots, .outputs = roots, .cache = cache};
        st = reduce_write_record(reduce, path, &record, err);
        st = st == SKEP_OK ? reduce_run(&run, &arena, &record, json, err) : st;
    }
    skep_npy_cache_free(cache);
    skep_arena_release(&arena);
    skep_buf_release(&record);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.64s of %.200s", reduce, path);
    }
    return st;
}

skep_status skep_reduce_sweep(const struct skep_sweep *sweep, const struct skep_roots *roots,
                              struct skep_buf *json, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    skep_buf_add_text(json, sweep->n_outs > 1 ? "[" : "");
    for (int k = 0; k < sweep->n_outs && st == SKEP_OK; k++) {
        skep_buf_add_text(json, k > 0 ? "," : "");
        st = skep_reduce_array(sweep->reduce, roots, sweep->outs[k].path, json, err);
    }
    skep_buf_add_text(json, sweep->n_outs > 1 ? "]" : "");
    return st == SKEP_OK && skep_buf_failed(json)
               ? skep_error_set(err, SKEP_E_NOMEM, "no memory for the reduced value")
               : st;
}
