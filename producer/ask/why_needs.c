/* SPDX-License-Identifier: MIT */
#include "producer/ask/why_needs.h"

#include <stdio.h>
#include <string.h>

#include "kernel/kernel.h"
#include "task/record.h"

/* ---- roots ---- */

/* The root that TEXT, a path, begins with: "@eeg/a.npy" is in eeg, "a.npy" in the default one. What holds
 * variables of a sweep there is not known. */
static void needs_add_root(struct skep_why_needs *needs, bool is_output, const struct skep_node *text)
{
    struct skep_why_root root = {.is_output = is_output};

    if (text == NULL || text->kind != SKEP_NODE_TEXT) {
        return;
    }
    if (text->text[0] == '@') {
        size_t n = strcspn(text->text + 1, "/");
        if (n >= sizeof root.name || memchr(text->text, '{', n + 1) != NULL) {
            return;
        }
        snprintf(root.name, sizeof root.name, "%.*s", (int)n, text->text + 1);
    }
    for (size_t i = 0; i < needs->n_roots; i++) {
        if (needs->roots[i].is_output == is_output && strcmp(needs->roots[i].name, root.name) == 0) {
            return;
        }
    }
    if (needs->n_roots < SKEP_WHY_ROOTS) {
        needs->roots[needs->n_roots++] = root;
    }
}

/* A reference, an object with one, or (IS_MANY) several of them. Inline arrays are none. */
static void needs_add_array(struct skep_why_needs *needs, const struct skep_node *arg, bool is_many)
{
    if (arg->kind == SKEP_NODE_TEXT) {
        needs_add_root(needs, false, arg);
    } else if (arg->kind == SKEP_NODE_OBJECT && skep_node_get(arg, "path") != NULL) {
        needs_add_root(needs, false, skep_node_get(arg, "path"));
    } else if (is_many && (arg->kind == SKEP_NODE_ARRAY || arg->kind == SKEP_NODE_OBJECT)) {
        for (size_t i = 0; i < arg->n_children; i++) {
            needs_add_array(needs, &arg->children[i], false);
        }
    }
}

/* Which arguments are arrays the kernel says. */
static void needs_read_args(struct skep_why_needs *needs, const struct skep_node *args)
{
    const struct skep_kernel *kernel = needs->kernel != NULL ? skep_kernel_find(needs->kernel) : NULL;

    needs->is_known = kernel != NULL;
    for (size_t i = 0; kernel != NULL && i < skep_kernel_count_args(kernel); i++) {
        const struct skep_arg_spec *spec = &kernel->args[i];
        const struct skep_node *arg = skep_node_get(args, spec->name);
        if (arg != NULL && (spec->kind == SKEP_ARG_ARRAY || spec->kind == SKEP_ARG_ARRAYS)) {
            needs_add_array(needs, arg, spec->kind == SKEP_ARG_ARRAYS);
        }
    }
}

/* ---- records ---- */

static void needs_read_task(const char *bytes, size_t n, struct skep_arena *arena,
                            struct skep_why_needs *needs)
{
    struct skep_error err = {0};
    struct skep_task task;
    struct skep_node out = {.kind = SKEP_NODE_TEXT};

    if (skep_task_parse(bytes, n, NULL, arena, &task, &err) != SKEP_OK) {
        needs->problem = skep_arena_strndup(arena, err.text, strlen(err.text));
        return;
    }
    needs->kernel = task.kernel;
    needs->job = task.job;
    needs->id = task.id;
    needs->not_before_ms = task.not_before_ms;
    needs->expires_ms = task.expires_ms;
    needs_read_args(needs, task.args);
    if (task.out != NULL) {
        out.text = task.out;
        out.length = strlen(task.out);
        needs_add_root(needs, true, &out);
    }
}

static void needs_read_spec(const char *bytes, size_t n, struct skep_arena *arena,
                            struct skep_why_needs *needs)
{
    const struct skep_node *root, *kernel, *outs;
    struct skep_error err = {0};

    if (skep_json_parse(bytes, n, NULL, arena, &root, &err) != SKEP_OK) {
        needs->problem = skep_arena_strndup(arena, err.text, strlen(err.text));
        return;
    }
    kernel = skep_node_get(root, "kernel");
    outs = skep_node_get(root, "out");
    needs->kernel = kernel != NULL && kernel->kind == SKEP_NODE_TEXT ? kernel->text : NULL;
    needs_read_args(needs, skep_node_get(root, "args"));
    for (size_t i = 0; outs != NULL && outs->kind == SKEP_NODE_ARRAY && i < outs->n_children; i++) {
        needs_add_root(needs, true, skep_node_get(&outs->children[i], "path"));
    }
}

void skep_why_needs_read(const char *bytes, size_t n, bool is_spec, struct skep_arena *arena,
                         struct skep_why_needs *needs_out)
{
    *needs_out = (struct skep_why_needs){0};
    (is_spec ? needs_read_spec : needs_read_task)(bytes, n, arena, needs_out);
}

/* ---- workers ---- */

static bool needs_has(const struct skep_info_node *node, const struct skep_why_root *root)
{
    const char *const *names = root->is_output ? node->output : node->data;
    size_t n = root->is_output ? node->n_output : node->n_data;

    for (size_t i = 0; i < n; i++) {
        if (names[i] != NULL && strcmp(names[i], root->name) == 0) {
            return true;
        }
    }
    return false;
}

/* Some live slot has it, or may have it. */
static bool needs_is_there(const struct skep_why_root *root, const struct skep_overview *overview)
{
    size_t n_asked = 0;

    for (size_t i = 0; i < overview->n_slots; i++) {
        const struct skep_overview_slot *slot = &overview->slots[i];
        if (slot->is_silent) {
            continue;
        }
        if (!slot->has_info || slot->info.protocol < SKEP_INFO_PROTOCOL ||
            needs_has(&slot->info.node, root)) {
            return true;
        }
        n_asked++;
    }
    return n_asked == 0;
}

const struct skep_why_root *skep_why_needs_missing(const struct skep_why_needs *needs,
                                                   const struct skep_overview *overview)
{
    for (size_t i = 0; i < needs->n_roots; i++) {
        if (!needs_is_there(&needs->roots[i], overview)) {
            return &needs->roots[i];
        }
    }
    return NULL;
}
