/* SPDX-License-Identifier: MIT */
#include "producer/tools/bench_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/parse.h"
#include "kernel/math/philox.h"
#include "npy/write.h"
#include "producer/sweep/sweep_values.h"
#include "task/record.h"

#define BENCH_ROOT "skep-bench"

enum { BENCH_MOST_ARGS = 64, BENCH_EXAMPLE_BYTES = 1 << 20, BENCH_NAME_BYTES = 64 };

/* 16 GiB of doubles: more is a slip of the finger. */
#define BENCH_MOST_ELEMENTS (INT64_C(1) << 31)

/* ---- arrays ---- */

struct bench_made {
    bool is_normal;
    int ndim;
    int64_t shape[SKEP_MAX_DIMS];
    int64_t count;
};

/* "1000,64]" */
static bool bench_read_shape(const char *text, struct bench_made *made)
{
    for (;;) {
        size_t n = strcspn(text, ",]");
        if (text[n] == '\0' || made->ndim == SKEP_MAX_DIMS ||
            !skep_parse_i64(text, n, &made->shape[made->ndim]) || made->shape[made->ndim] < 0) {
            return false;
        }
        made->ndim++;
        if (text[n] == ']') {
            made->count = skep_shape_count(made->ndim, made->shape);
            return text[n + 1] == '\0' && made->count >= 0 && made->count <= BENCH_MOST_ELEMENTS;
        }
        text += n + 1;
    }
}

/* SKEP_EMPTY: TEXT asks for no array. */
static skep_status bench_read_made(const char *text, struct bench_made *made, struct skep_error *err)
{
    *made = (struct bench_made){.is_normal = strncmp(text, "normal[", 7) == 0};
    if (!made->is_normal && strncmp(text, "random[", 7) != 0) {
        return SKEP_EMPTY;
    }
    if (!bench_read_shape(text + 7, made)) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "\"%.80s\": lengths must stand here, such as random[100000] or normal[1000,64]",
                              text);
    }
    return SKEP_OK;
}

static skep_status bench_make_folder(struct skep_bench_args *args, struct skep_roots *roots,
                                     struct skep_error *err)
{
    const char *parent = getenv("TMPDIR");
    char spec[PATH_MAX + sizeof BENCH_ROOT];

    if (args->folder[0] != '\0') {
        return SKEP_OK;
    }
    snprintf(args->folder, sizeof args->folder, "%s/skep-bench-XXXXXX",
             parent != NULL && parent[0] == '/' ? parent : "/tmp");
    if (mkdtemp(args->folder) == NULL) {
        skep_status st = skep_error_errno(err, SKEP_E_IO, "a folder for the arrays, %s", args->folder);
        args->folder[0] = '\0';
        return st;
    }
    snprintf(spec, sizeof spec, BENCH_ROOT "=%s", args->folder);
    return skep_roots_add(roots, spec, err);
}

/* Each array draws from a stream of its own. */
static skep_status bench_fill(const struct skep_bench_args *args, const struct bench_made *made,
                              const struct skep_roots *roots, const char *path, struct skep_error *err)
{
    double *elements = skep_malloc(made->count > 0 ? (size_t)made->count * sizeof *elements : 1);
    struct skep_philox philox;
    struct skep_view view;
    skep_status st;

    if (elements == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for an array of %lld numbers",
                              (long long)made->count);
    }
    skep_philox_init(&philox, (struct skep_stream_key){.seed = 1}, (uint64_t)args->n_made);
    if (made->is_normal) {
        skep_philox_fill_normal(&philox, elements, made->count);
    } else {
        skep_philox_fill_f64(&philox, elements, made->count);
    }
    skep_view_init(&view, elements, SKEP_F8, made->ndim, made->shape);
    st = skep_npy_write(roots, path, strlen(path), &view, false, err);
    skep_free(elements);
    return st;
}

/* Make the array and let NODE refer to it. */
static skep_status bench_make(struct skep_bench_args *args, const struct bench_made *made,
                              struct skep_roots *roots, struct skep_arena *arena, struct skep_node *node,
                              struct skep_error *err)
{
    char path[BENCH_NAME_BYTES];
    skep_status st = bench_make_folder(args, roots, err);

    snprintf(path, sizeof path, "@" BENCH_ROOT "/%d.npy", args->n_made);
    if (st == SKEP_OK) {
        st = bench_fill(args, made, roots, path, err);
    }
    if (st == SKEP_OK) {
        args->n_made++;
        node->kind = SKEP_NODE_TEXT;
        node->text = skep_arena_strndup(arena, path, strlen(path));
        node->length = strlen(path);
        st = node->text != NULL ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "no memory for the arguments");
    }
    return st;
}

void skep_bench_args_remove(struct skep_bench_args *args)
{
    char path[PATH_MAX + BENCH_NAME_BYTES];

    for (int i = 0; i < args->n_made; i++) {
        snprintf(path, sizeof path, "%s/%d.npy", args->folder, i);
        unlink(path);
    }
    if (args->folder[0] != '\0') {
        rmdir(args->folder);
    }
    args->folder[0] = '\0';
    args->n_made = 0;
}

/* ---- arguments ---- */

struct bench_reader {
    struct skep_bench_args *args;
    struct skep_roots *roots;
    struct skep_arena *arena;
    struct skep_node *nodes;
    size_t n;
};

static bool bench_has(const struct bench_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->n; i++) {
        if (strcmp(reader->nodes[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static skep_status bench_read_operand(struct bench_reader *reader, const char *operand,
                                      struct skep_error *err)
{
    struct skep_node *node = &reader->nodes[reader->n];
    const char *name, *value;
    struct bench_made made;
    skep_status st = skep_sweep_read_name(operand, reader->arena, &name, &value, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (bench_has(reader, name) || reader->n == BENCH_MOST_ARGS) {
        return skep_error_set(err, SKEP_E_USAGE, "the argument \"%.64s\" is given twice", name);
    }
    st = bench_read_made(value, &made, err);
    if (st == SKEP_OK) {
        st = bench_make(reader->args, &made, reader->roots, reader->arena, node, err);
    } else if (st == SKEP_EMPTY) {
        st = skep_sweep_read_value(value, strlen(value), reader->arena, node, err);
    }
    node->name = name;
    reader->n += st == SKEP_OK;
    return st;
}

static bool bench_is_required(const struct skep_kernel *kernel, const char *name)
{
    for (const struct skep_arg_spec *spec = kernel->args; spec->name != NULL; spec++) {
        if (strcmp(spec->name, name) == 0) {
            return spec->is_required;
        }
    }
    return false;
}

/* What was not given, as the kernel's example has it: all of that, or what else would be missing. */
static skep_status bench_read_example(struct bench_reader *reader, const struct skep_kernel *kernel,
                                      struct skep_error *err)
{
    const struct skep_limits limits = {.record_bytes = BENCH_EXAMPLE_BYTES};
    const size_t n_given = reader->n;
    struct skep_task task;
    skep_status st =
        skep_task_parse(kernel->example, strlen(kernel->example), &limits, reader->arena, &task, err);

    if (st != SKEP_OK) {
        return st;
    }
    reader->args->seed = task.seed;
    for (size_t i = 0; task.args != NULL && i < task.args->n_children; i++) {
        const struct skep_node *child = &task.args->children[i];
        if ((n_given == 0 || bench_is_required(kernel, child->name)) && !bench_has(reader, child->name) &&
            reader->n < BENCH_MOST_ARGS) {
            reader->nodes[reader->n++] = *child;
        }
    }
    return SKEP_OK;
}

skep_status skep_bench_args_read(const struct skep_kernel *kernel, const char *const *operands, size_t n,
                                 struct skep_roots *roots, struct skep_arena *arena,
                                 struct skep_bench_args *args_out, struct skep_error *err)
{
    struct bench_reader reader = {.args = args_out, .roots = roots, .arena = arena};
    struct skep_node *object = skep_arena_calloc(arena, 1, sizeof *object);
    skep_status st = SKEP_OK;

    *args_out = (struct skep_bench_args){.args = object};
    reader.nodes = skep_arena_calloc(arena, BENCH_MOST_ARGS, sizeof *reader.nodes);
    if (object == NULL || reader.nodes == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the arguments");
    }
    for (size_t i = 0; i < n && st == SKEP_OK; i++) {
        st = bench_read_operand(&reader, operands[i], err);
    }
    if (st == SKEP_OK) {
        st = bench_read_example(&reader, kernel, err);
    }
    *object = (struct skep_node){.kind = SKEP_NODE_OBJECT, .children = reader.nodes, .n_children = reader.n};
    return st;
}
