/* SPDX-License-Identifier: MIT */
/* One function per kind of argument, in a table. Messages name the argument first, then what was wanted, then
 * what came. */
#include "run/bind.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "run/bind_parts.h"
#include "task/json.h"

enum { BIND_JSON_MAX_BYTES = 16 * 1024 * 1024 };

skep_status skep_bind_refuse(const struct binding *b, const char *wanted, const struct skep_node *node)
{
    char got[SKEP_NODE_WORDS_BYTES];

    return skep_error_set(b->err, SKEP_E_BAD_ARGS, "argument \"%s\" must be %s, not %s", b->spec->name,
                          wanted, skep_node_describe(node, got, sizeof got));
}

skep_status skep_bind_no_memory(const struct binding *b, int64_t count)
{
    return skep_error_set(b->err, SKEP_E_NOMEM,
                          "argument \"%s\": no room to convert %" PRId64
                          " elements; raise the slot's --memory",
                          b->spec->name, count);
}

static skep_status bind_bool(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    if (node->kind != SKEP_NODE_BOOL) {
        return skep_bind_refuse(b, "true or false", node);
    }
    arg->boolean = node->boolean;
    return SKEP_OK;
}

static skep_status bind_refuse_choice(const struct binding *b, const struct skep_node *node)
{
    char wanted[160] = "one of ";
    size_t used = strlen(wanted);

    for (int i = 0; b->spec->choices[i] != NULL && used < sizeof wanted; i++) {
        int n = snprintf(wanted + used, sizeof wanted - used, "%s\"%s\"", i == 0 ? "" : ", ",
                         b->spec->choices[i]);
        used += n > 0 ? (size_t)n : 0;
    }
    return skep_bind_refuse(b, wanted, node);
}

static skep_status bind_choice(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    char number[32] = "";
    const char *text = node->kind == SKEP_NODE_TEXT ? node->text : number;

    if (node->kind == SKEP_NODE_INT) {
        snprintf(number, sizeof number, "%" PRId64, node->i64);
    }
    for (int i = 0; b->spec->choices[i] != NULL; i++) {
        if (strcmp(text, b->spec->choices[i]) == 0) {
            arg->choice = i;
            return SKEP_OK;
        }
    }
    return bind_refuse_choice(b, node);
}

static skep_status bind_json(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    struct skep_buf buf;

    skep_buf_init(&buf, BIND_JSON_MAX_BYTES);
    skep_json_add_node(&buf, node);
    arg->json.length = buf.length;
    arg->json.text = skep_buf_failed(&buf) ? NULL : skep_arena_strndup(b->arena, buf.bytes, buf.length);
    skep_buf_release(&buf);
    return arg->json.text != NULL ? SKEP_OK : skep_bind_no_memory(b, (int64_t)arg->json.length);
}

static skep_status bind_text(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    if (node->kind != SKEP_NODE_TEXT) {
        return skep_bind_refuse(b, "text", node);
    }
    arg->json.text = node->text;
    arg->json.length = node->length;
    return SKEP_OK;
}

static const skep_bind_kind bind_table[] = {
    [SKEP_ARG_ARRAY] = skep_bind_array, [SKEP_ARG_ARRAYS] = skep_bind_arrays, [SKEP_ARG_F64] = skep_bind_f64,
    [SKEP_ARG_I64] = skep_bind_i64,     [SKEP_ARG_U64] = skep_bind_u64,       [SKEP_ARG_BOOL] = bind_bool,
    [SKEP_ARG_CHOICE] = bind_choice,    [SKEP_ARG_TEXT] = bind_text,          [SKEP_ARG_JSON] = bind_json,
};

/* The default is what a person would have typed: text for a choice, a number or a boolean otherwise. */
static skep_status bind_default(const struct binding *b, struct skep_arg *arg)
{
    const char *text = b->spec->default_text;
    struct skep_node node = {.kind = SKEP_NODE_TEXT, .text = text, .length = text != NULL ? strlen(text) : 0};

    if (text == NULL) {
        return SKEP_OK;
    }
    if (b->spec->kind == SKEP_ARG_BOOL) {
        node = (struct skep_node){.kind = SKEP_NODE_BOOL, .boolean = strcmp(text, "true") == 0};
    }
    return bind_table[b->spec->kind](b, &node, arg);
}

bool skep_bind_is_whole(const struct skep_arg_spec *spec)
{
    return strcmp(spec->name, "*") == 0;
}

skep_status skep_bind_argument(const struct binding *b, const struct skep_node *node, struct skep_arg *arg)
{
    static const struct skep_node nothing = {.kind = SKEP_NODE_OBJECT};

    if (skep_bind_is_whole(b->spec)) {
        arg->is_given = true;
        return bind_json(b, node != NULL ? node : &nothing, arg);
    }
    arg->is_given = node != NULL;
    if (node != NULL) {
        return bind_table[b->spec->kind](b, node, arg);
    }
    if (b->spec->is_required) {
        return skep_error_set(b->err, SKEP_E_BAD_ARGS, "argument \"%s\" is missing", b->spec->name);
    }
    return bind_default(b, arg);
}

/* Every kernel has this one. */
static skep_status bind_variant(const struct skep_node *node, bool *is_reference_out, struct skep_error *err)
{
    static const char *const variants[] = {"fast", "ref", NULL};
    static const struct skep_arg_spec spec = {
        .name = "variant", .kind = SKEP_ARG_CHOICE, .choices = variants};
    const struct binding b = {.spec = &spec, .err = err};
    struct skep_arg arg = {0};
    skep_status st = bind_choice(&b, node, &arg);

    *is_reference_out = st == SKEP_OK && arg.choice == 1;
    return st;
}

skep_status skep_bind_check_names(const struct skep_kernel *kernel, const struct skep_node *args,
                                  bool *is_reference_out, struct skep_error *err)
{
    *is_reference_out = false;
    for (size_t i = 0; args != NULL && i < args->n_children; i++) {
        const struct skep_node *child = &args->children[i];
        size_t k = 0;

        if (kernel->args[0].name != NULL && skep_bind_is_whole(&kernel->args[0])) {
            return SKEP_OK;
        }
        if (strcmp(child->name, "variant") == 0) {
            skep_status st = bind_variant(child, is_reference_out, err);
            if (st != SKEP_OK) {
                return st;
            }
            continue;
        }
        while (kernel->args[k].name != NULL && strcmp(kernel->args[k].name, child->name) != 0) {
            k++;
        }
        if (kernel->args[k].name == NULL) {
            return skep_error_set(err, SKEP_E_BAD_ARGS,
                                  "unknown argument \"%.64s\": see the arguments with: skep kernels %s",
                                  child->name, kernel->name);
        }
    }
    return SKEP_OK;
}

skep_status skep_args_bind(const struct skep_kernel *kernel, const struct skep_node *args,
                           struct skep_npy_cache *cache, struct skep_arena *arena, struct skep_arg **args_out,
                           bool *is_reference_out, struct skep_error *err)
{
    size_t n = skep_kernel_count_args(kernel);
    struct skep_arg *bound = skep_arena_calloc(arena, n, sizeof *bound);
    skep_status st;

    *args_out = bound;
    *is_reference_out = false;
    if (bound == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no room for the arguments");
    }
    st = skep_bind_check_names(kernel, args, is_reference_out, err);
    for (size_t i = 0; i < n && st == SKEP_OK; i++) {
        struct binding b = {&kernel->args[i], cache, arena, err};
        st = skep_bind_argument(&b, skep_bind_is_whole(b.spec) ? args : skep_node_get(args, b.spec->name),
                                &bound[i]);
    }
    return st;
}
