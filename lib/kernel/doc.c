/* SPDX-License-Identifier: MIT */
#include "kernel/doc.h"

#include <stdio.h>
#include <string.h>

enum { DOC_WIDTH = 80, DOC_MAX_WORDS_BYTES = 4096 };

/* What lib/run understands for every kernel but one that takes its arguments whole. */
static const char *const variant_choices[] = {"fast", "ref", NULL};
static const struct skep_arg_spec variant_spec = {
    .name = "variant",
    .kind = SKEP_ARG_CHOICE,
    .default_text = "fast",
    .choices = variant_choices,
    .help = "\"ref\" computes with the plain reference, to check the fast variant against.",
};

static bool doc_has_variant(const struct skep_kernel *kernel)
{
    return kernel->args[0].name == NULL || strcmp(kernel->args[0].name, "*") != 0;
}

/* ---- pieces that both forms print ---- */

static void doc_choices(struct skep_buf *buf, const char *const *choices)
{
    for (size_t i = 0; choices[i] != NULL; i++) {
        skep_buf_printf(buf,
                        i == 0                   ? "\"%s\""
                        : choices[i + 1] == NULL ? " or \"%s\""
                                                 : ", \"%s\"",
                        choices[i]);
    }
}

static void doc_type(struct skep_buf *buf, const struct skep_arg_spec *spec)
{
    switch (spec->kind) {
    case SKEP_ARG_ARRAY:
        skep_buf_add_text(buf, spec->dtype == SKEP_DTYPE_NONE ? "any dtype" : skep_dtype_name(spec->dtype));
        skep_buf_add_text(buf, spec->shape_text != NULL ? spec->shape_text : "");
        break;
    case SKEP_ARG_F64:
        skep_buf_add_text(buf, "number");
        break;
    case SKEP_ARG_I64:
    case SKEP_ARG_U64:
        skep_buf_add_text(buf, "integer");
        break;
    case SKEP_ARG_BOOL:
        skep_buf_add_text(buf, "true or false");
        break;
    case SKEP_ARG_CHOICE:
        doc_choices(buf, spec->choices);
        break;
    case SKEP_ARG_TEXT:
        skep_buf_add_text(buf, "text");
        break;
    case SKEP_ARG_ARRAYS:
        skep_buf_add_text(buf, spec->shape_text);
        break;
    case SKEP_ARG_JSON:
        skep_buf_add_text(buf, "anything");
        break;
    }
}

/* A bound that people count with: as a whole number up to 2^53, else short. */
static void doc_bound(struct skep_buf *buf, double bound)
{
    skep_buf_printf(buf, bound >= -0x1p53 && bound <= 0x1p53 ? "%.16g" : "%.3g", bound);
}

/* Bounds are told where the row has them and where they are not just those of a 64-bit integer. */
static void doc_range(struct skep_buf *buf, const struct skep_arg_spec *spec)
{
    if (spec->least == 0 && spec->most == 0) {
        return;
    }
    skep_buf_add_text(buf, spec->most >= 0x1p63 ? ", at least " : ", ");
    doc_bound(buf, spec->least);
    if (spec->most < 0x1p63) {
        skep_buf_add_text(buf, " to ");
        doc_bound(buf, spec->most);
    }
}

static void doc_default(struct skep_buf *buf, const struct skep_arg_spec *spec)
{
    if (spec->is_required) {
        skep_buf_add_text(buf, "required");
    } else if (spec->default_text == NULL) {
        skep_buf_add_text(buf, "optional");
    } else {
        bool is_word = spec->kind == SKEP_ARG_CHOICE;
        skep_buf_printf(buf, is_word ? "default \"%s\"" : "default %s", spec->default_text);
    }
}

static void doc_agreement(struct skep_buf *buf, const struct skep_kernel *kernel)
{
    if (kernel->run == kernel->reference) {
        skep_buf_add_text(buf, "The fast variant and the reference are one and the same.");
    } else if (kernel->rtol == 0 && kernel->atol == 0) {
        skep_buf_add_text(buf, "The fast variant and the reference agree to the bit.");
    } else {
        skep_buf_printf(buf,
                        "The fast variant agrees with the reference within a relative %g and an absolute %g.",
                        kernel->rtol, kernel->atol);
    }
    if (kernel->is_random) {
        skep_buf_add_text(buf, " The random numbers depend on the task's seed and index alone.");
    }
}

/* ---- for a terminal ---- */

/* TEXT in lines of at most DOC_WIDTH bytes (a longer word has its own), the first behind FIRST spaces, the
 * others behind INDENT. */
static void doc_wrap(struct skep_buf *buf, size_t first, size_t indent, const char *text)
{
    size_t column = 0;

    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t word = strcspn(text, " ");
        if (column > 0 && column + 1 + word > DOC_WIDTH) {
            skep_buf_add_char(buf, '\n');
            column = 0;
            first = indent;
        }
        if (column == 0) {
            skep_buf_printf(buf, "%*s", (int)first, "");
            column = first;
        } else {
            skep_buf_add_char(buf, ' ');
            column++;
        }
        skep_buf_add(buf, text, word);
        column += word;
        text += word;
    }
    skep_buf_add_char(buf, '\n');
}

static void doc_arg_words(struct skep_buf *buf, const struct skep_arg_spec *spec)
{
    skep_buf_printf(buf, "%s: ", spec->name);
    doc_type(buf, spec);
    doc_range(buf, spec);
    if (spec->unit != NULL) {
        skep_buf_printf(buf, " (%s)", spec->unit);
    }
    skep_buf_add_text(buf, ", ");
    doc_default(buf, spec);
}

/* WORDS is a buffer to build lines in. */
static void doc_arg_text(struct skep_buf *buf, const struct skep_arg_spec *spec, struct skep_buf *words)
{
    if (strcmp(spec->name, "*") == 0) {
        doc_wrap(buf, 2, 2, spec->help);
        return;
    }
    skep_buf_reset(words);
    doc_arg_words(words, spec);
    doc_wrap(buf, 2, 4, skep_buf_failed(words) ? "" : words->bytes);
    buf->failed = buf->failed || skep_buf_failed(words);
    doc_wrap(buf, 6, 6, spec->help);
}

static void doc_agreement_text(struct skep_buf *buf, const struct skep_kernel *kernel, struct skep_buf *words)
{
    skep_buf_reset(words);
    doc_agreement(words, kernel);
    doc_wrap(buf, 0, 0, skep_buf_failed(words) ? "" : words->bytes);
    buf->failed = buf->failed || skep_buf_failed(words);
}

void skep_kernel_doc_text(struct skep_buf *buf, const struct skep_kernel *kernel)
{
    struct skep_buf words;

    skep_buf_init(&words, DOC_MAX_WORDS_BYTES);
    skep_buf_printf(buf, "%s (version %d)\n", kernel->name, kernel->version);
    doc_wrap(buf, 2, 2, kernel->summary);
    skep_buf_add_text(buf, "\nArguments:\n");
    for (size_t i = 0; i < skep_kernel_count_args(kernel); i++) {
        doc_arg_text(buf, &kernel->args[i], &words);
    }
    if (doc_has_variant(kernel)) {
        doc_arg_text(buf, &variant_spec, &words);
    }
    skep_buf_add_text(buf, "\nValue:\n");
    doc_wrap(buf, 2, 2, kernel->value_text);
    for (size_t i = 0; kernel->description[i] != NULL; i++) {
        skep_buf_add_char(buf, '\n');
        doc_wrap(buf, 0, 0, kernel->description[i]);
    }
    if (kernel->performance != NULL) {
        skep_buf_add_char(buf, '\n');
        doc_wrap(buf, 0, 0, kernel->performance);
    }
    skep_buf_add_char(buf, '\n');
    doc_agreement_text(buf, kernel, &words);
    skep_buf_printf(buf, "\nExample:\n%s\n", kernel->example);
    skep_buf_release(&words);
}

/* ---- markdown ---- */

/* Text in a cell of a table, where a bar would end the cell. */
static void doc_cell(struct skep_buf *buf, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|') {
            skep_buf_add_char(buf, '\\');
        }
        skep_buf_add_char(buf, *text);
    }
}

/* Text outside of tables, with the signs that markdown would take for its own. */
static void doc_prose(struct skep_buf *buf, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("*_<>[]`\\", *text) != NULL) {
            skep_buf_add_char(buf, '\\');
        }
        skep_buf_add_char(buf, *text);
    }
    skep_buf_add_text(buf, "\n\n");
}

static void doc_arg_markdown(struct skep_buf *buf, const struct skep_arg_spec *spec)
{
    skep_buf_printf(buf, "| `%s` | ", spec->name);
    doc_type(buf, spec);
    doc_range(buf, spec);
    skep_buf_add_text(buf, " | ");
    doc_default(buf, spec);
    skep_buf_printf(buf, " | %s | ", spec->unit != NULL ? spec->unit : "");
    doc_cell(buf, spec->help);
    skep_buf_add_text(buf, " |\n");
}

void skep_kernel_doc_markdown(struct skep_buf *buf, const struct skep_kernel *kernel)
{
    skep_buf_printf(buf, "## %s\n\n", kernel->name);
    skep_buf_printf(buf, "*Version %d.* ", kernel->version);
    doc_prose(buf, kernel->summary);
    skep_buf_add_text(buf, "| argument | what | | unit | meaning |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < skep_kernel_count_args(kernel); i++) {
        doc_arg_markdown(buf, &kernel->args[i]);
    }
    if (doc_has_variant(kernel)) {
        doc_arg_markdown(buf, &variant_spec);
    }
    skep_buf_add_text(buf, "\n**Value:** ");
    doc_prose(buf, kernel->value_text);
    for (size_t i = 0; kernel->description[i] != NULL; i++) {
        doc_prose(buf, kernel->description[i]);
    }
    if (kernel->performance != NULL) {
        skep_buf_add_text(buf, "**Speed and memory:** ");
        doc_prose(buf, kernel->performance);
    }
    doc_agreement(buf, kernel);
    skep_buf_printf(buf, "\n\n```json\n%s\n```\n", kernel->example);
}
