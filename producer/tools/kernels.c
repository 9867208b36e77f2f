/* SPDX-License-Identifier: MIT */
/* skep kernels: what can be computed, printed from the rows of the kernels' table. */
#include <stdio.h>
#include <string.h>

#include "kernel/doc.h"
#include "kernel/kernel.h"
#include "producer/push/check.h"
#include "producer/cli/command.h"
#include "producer/commands.h"
#include "task/json.h"

enum { KERNELS_MAX_BYTES = 4 * 1024 * 1024 };

struct kernels_settings {
    bool is_json;
    bool is_markdown;
};

static const struct skep_option kernels_options[] = {
    {.name = "json",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct kernels_settings, is_json),
     .help = "print JSON: an array of objects with name, version, arguments, ..."},
    {.name = "markdown",
     .kind = SKEP_OPT_FLAG,
     .offset = offsetof(struct kernels_settings, is_markdown),
     .help = "print the documentation in Markdown, as in docs/kernels.md"},
    {.name = NULL},
};

/* ---- as JSON ---- */

static void kernels_json_text(struct skep_buf *buf, const char *name, const char *text)
{
    if (text != NULL) {
        skep_json_add_key(buf, name);
        skep_json_add_text(buf, text, strlen(text));
    }
}

static const char *kernels_kind(enum skep_arg_kind kind)
{
    static const char *const words[] = {
        [SKEP_ARG_ARRAY] = "array",  [SKEP_ARG_F64] = "number",    [SKEP_ARG_I64] = "integer",
        [SKEP_ARG_U64] = "unsigned", [SKEP_ARG_BOOL] = "boolean",  [SKEP_ARG_CHOICE] = "choice",
        [SKEP_ARG_TEXT] = "text",    [SKEP_ARG_ARRAYS] = "arrays", [SKEP_ARG_JSON] = "anything",
    };

    return words[kind];
}

static void kernels_json_choices(struct skep_buf *buf, const char *const *choices)
{
    skep_json_add_key(buf, "choices");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; choices[i] != NULL; i++) {
        skep_buf_add_text(buf, i > 0 ? "," : "");
        skep_json_add_text(buf, choices[i], strlen(choices[i]));
    }
    skep_buf_add_char(buf, ']');
}

static void kernels_json_arg(struct skep_buf *buf, const struct skep_arg_spec *spec)
{
    skep_buf_add_char(buf, '{');
    kernels_json_text(buf, "name", spec->name);
    kernels_json_text(buf, "kind", kernels_kind(spec->kind));
    skep_json_add_key(buf, "required");
    skep_json_add_bool(buf, spec->is_required);
    kernels_json_text(buf, "default", spec->default_text);
    if (spec->kind == SKEP_ARG_ARRAY) {
        kernels_json_text(buf, "dtype", spec->dtype != SKEP_DTYPE_NONE ? skep_dtype_name(spec->dtype) : NULL);
        kernels_json_text(buf, "shape", spec->shape_text);
    }
    if (spec->least != 0 || spec->most != 0) {
        skep_json_add_key(buf, "least");
        skep_json_add_f64(buf, spec->least);
        skep_json_add_key(buf, "most");
        skep_json_add_f64(buf, spec->most);
    }
    if (spec->choices != NULL) {
        kernels_json_choices(buf, spec->choices);
    }
    kernels_json_text(buf, "unit", spec->unit);
    kernels_json_text(buf, "help", spec->help);
    skep_buf_add_char(buf, '}');
}

static void kernels_json(struct skep_buf *buf, const struct skep_kernel *kernel)
{
    skep_buf_add_char(buf, '{');
    kernels_json_text(buf, "name", kernel->name);
    skep_json_add_key(buf, "version");
    skep_buf_add_i64(buf, kernel->version);
    kernels_json_text(buf, "summary", kernel->summary);
    skep_json_add_key(buf, "args");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; kernel->args[i].name != NULL; i++) {
        skep_buf_add_text(buf, i > 0 ? "," : "");
        kernels_json_arg(buf, &kernel->args[i]);
    }
    skep_buf_add_char(buf, ']');
    kernels_json_text(buf, "value", kernel->value_text);
    kernels_json_text(buf, "example", kernel->example);
    skep_json_add_key(buf, "random");
    skep_json_add_bool(buf, kernel->is_random);
    skep_buf_add_char(buf, '}');
}

/* ---- choosing ---- */

static void kernels_print(struct skep_buf *buf, const struct kernels_settings *settings,
                          const struct skep_kernel *kernel, bool is_alone)
{
    if (settings->is_json) {
        kernels_json(buf, kernel);
    } else if (settings->is_markdown) {
        skep_kernel_doc_markdown(buf, kernel);
    } else if (is_alone) {
        skep_kernel_doc_text(buf, kernel);
    } else {
        skep_buf_printf(buf, "%-16s %s\n", kernel->name, kernel->summary);
    }
}

static void kernels_print_all(struct skep_buf *buf, const struct kernels_settings *settings)
{
    skep_buf_add_text(buf, settings->is_json ? "[" : "");
    for (size_t i = 0; i < skep_kernel_count(); i++) {
        skep_buf_add_text(buf, i > 0 && settings->is_json       ? ",\n"
                               : i > 0 && settings->is_markdown ? "\n"
                                                                : "");
        kernels_print(buf, settings, skep_kernel_at(i), false);
    }
    skep_buf_add_text(buf, settings->is_json ? "]\n" : "");
    if (!settings->is_json && !settings->is_markdown) {
        skep_buf_add_text(buf, "\n`skep kernels NAME` explains one\n");
    }
}

static int kernels_act(const void *settings_read, const struct skep_operands *names)
{
    const struct kernels_settings *settings = settings_read;
    struct skep_buf buf;

    skep_buf_init(&buf, KERNELS_MAX_BYTES);
    for (size_t i = 0; i < names->n; i++) {
        const struct skep_kernel *kernel = skep_kernel_find(names->items[i]);
        const char *nearest = skep_check_nearest_kernel(names->items[i]);
        if (kernel == NULL) {
            skep_complain(nearest != NULL ? "there is no kernel \"%.64s\": did you mean \"%s\"?"
                                          : "there is no kernel \"%.64s\"; `skep kernels` lists them",
                          names->items[i], nearest);
            skep_buf_release(&buf);
            return SKEP_EXIT_USAGE;
        }
        skep_buf_add_text(&buf, i > 0 ? "\n" : "");
        kernels_print(&buf, settings, kernel, true);
        skep_buf_add_text(&buf, settings->is_json ? "\n" : "");
    }
    if (names->n == 0) {
        kernels_print_all(&buf, settings);
    }
    return skep_print_buf(&buf);
}

static const char *const kernels_text[] = {
    "List the kernels: what a task can compute. With a name: what it computes, its arguments with types, "
    "defaults and ranges, its value, and a task that runs as it stands.",
    NULL,
};

static const char *const kernels_examples[] = {
    "skep kernels te_box",
    "all about the kernel te_box",
    "skep kernels --json | jq -r '.[].name'",
    "their names, for scripts",
    NULL,
};

const struct skep_command skep_command_kernels = {
    .name = "kernels",
    .summary = "what can be computed, and how to ask for it",
    .usage = "[NAME...] [OPTION...]",
    .text = kernels_text,
    .examples = kernels_examples,
    .options = kernels_options,
    .settings_bytes = sizeof(struct kernels_settings),
    .max_operands = SIZE_MAX,
    .act = kernels_act,
};
