/* SPDX-License-Identifier: MIT */
#include "producer/ask/why_answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "producer/cli/words.h"
#include "task/json.h"
#include "task/json_member.h"

enum { WHY_ARENA_BYTES = 256 * 1024 };

static const struct {
    const char *word, *says, *help;
} why_rows[SKEP_WHY_KINDS] = {
#define WHY_ROW(name, word, says, help) [SKEP_WHY_##name] = {word, says, help},
    SKEP_WHY_MAP(WHY_ROW)
#undef WHY_ROW
};

void skep_why_answer_init(struct skep_why_answer *answer)
{
    *answer = (struct skep_why_answer){.subject = "", .condition = "", .says = "", .words = "", .help = ""};
    skep_arena_init(&answer->arena, WHY_ARENA_BYTES);
}

void skep_why_answer_release(struct skep_why_answer *answer)
{
    skep_arena_release(&answer->arena);
}

/* Cut where it does not fit. */
__attribute__((format(printf, 2, 0))) static const char *why_format(struct skep_why_answer *answer,
                                                                    const char *format, va_list args)
{
    char text[SKEP_WHY_TEXT_BYTES];
    const char *copy;

    vsnprintf(text, sizeof text, format, args);
    copy = skep_arena_strndup(&answer->arena, text, strlen(text));
    return copy != NULL ? copy : "";
}

void skep_why_set_subject(struct skep_why_answer *answer, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    answer->subject = why_format(answer, format, args);
    va_end(args);
}

void skep_why_set(struct skep_why_answer *answer, enum skep_why_kind kind, const char *format, ...)
{
    va_list args;

    answer->condition = why_rows[kind].word;
    answer->says = why_rows[kind].says;
    answer->help = why_rows[kind].help;
    va_start(args, format);
    answer->words = why_format(answer, format, args);
    va_end(args);
}

void skep_why_set_help(struct skep_why_answer *answer, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    answer->help = why_format(answer, format, args);
    va_end(args);
}

void skep_why_set_finding(struct skep_why_answer *answer, const struct skep_finding *finding)
{
    const char *words = skep_arena_strndup(&answer->arena, finding->words, strlen(finding->words));

    answer->condition = skep_finding_word(finding->kind);
    answer->says = "waits";
    answer->words = words != NULL ? words : "";
    answer->help = skep_finding_help(finding->kind);
}

void skep_why_add_fact(struct skep_why_answer *answer, const char *name, const char *format, ...)
{
    va_list args;

    if (answer->n_facts == SKEP_WHY_FACTS) {
        return;
    }
    answer->facts[answer->n_facts].name = name;
    va_start(args, format);
    answer->facts[answer->n_facts++].text = why_format(answer, format, args);
    va_end(args);
}

/* ---- showing ---- */

static void why_add(struct skep_buf *buf, const char *text)
{
    skep_words_add_harmless(buf, text, strlen(text), SKEP_WHY_TEXT_BYTES);
}

static void why_add_row(struct skep_buf *buf, const char *name, const char *text)
{
    skep_buf_printf(buf, "  %-9s ", name);
    why_add(buf, text);
    skep_buf_add_char(buf, '\n');
}

void skep_why_write_text(struct skep_buf *buf, const struct skep_why_answer *answer)
{
    why_add(buf, answer->subject);
    skep_buf_printf(buf, " %s: %s\n", answer->says, answer->condition);
    if (answer->words[0] != '\0') {
        why_add_row(buf, "because", answer->words);
    }
    for (size_t i = 0; i < answer->n_facts; i++) {
        why_add_row(buf, answer->facts[i].name, answer->facts[i].text);
    }
    if (answer->help[0] != '\0') {
        why_add_row(buf, "helps", answer->help);
    }
}

void skep_why_write_json(struct skep_buf *buf, const struct skep_why_answer *answer, const char *queue)
{
    skep_buf_add_char(buf, '{');
    skep_json_member_text(buf, "queue", queue);
    skep_json_member_text(buf, "subject", answer->subject);
    skep_json_member_text(buf, "condition", answer->condition);
    skep_json_member_text(buf, "words", answer->words);
    skep_json_member_text(buf, "help", answer->help);
    skep_json_add_key(buf, "facts");
    skep_buf_add_char(buf, '{');
    for (size_t i = 0; i < answer->n_facts; i++) {
        skep_json_member_text(buf, answer->facts[i].name, answer->facts[i].text);
    }
    skep_buf_add_text(buf, "}}\n");
}
