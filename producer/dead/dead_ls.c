/* SPDX-License-Identifier: MIT */
/* skep dead ls: the letters in groups, the largest first, or one by one. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "producer/dead/dead.h"
#include "producer/dead/letter_groups.h"
#include "producer/cli/words.h"
#include "task/json.h"
#include "task/json_member.h"

enum {
    LS_SHOWN_GROUPS = 50,
    LS_TEXT_BYTES = 256 * 1024,
    LS_JSON_BYTES = 64 * 1024 * 1024,
    LS_MESSAGE_BYTES = 200,
    LS_WORD_BYTES = 64
};

static const struct skep_option ls_options[] = {
    SKEP_QUEUE_ROW(struct skep_dead_settings, queue),
    {.name = "list",
     .letter = 'l',
     .kind = SKEP_OPT_FLAG,
     SKEP_DEAD_AT(is_list),
     .help = "a line for every letter, oldest first"},
    {.name = "json",
     .kind = SKEP_OPT_FLAG,
     SKEP_DEAD_AT(is_json),
     .help = "the groups as one JSON object (every letter as JSON: `skep dead export --why`)"},
    SKEP_CONNECT_ROWS(struct skep_dead_settings, connect),
    {.name = NULL},
};

struct ls {
    struct skep_letter_groups *groups; /* NULL: a line for every letter */
    struct skep_buf text;
};

static const char *ls_or_dash(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : "-";
}

/* ---- a line for every letter ---- */

static void ls_add_word(struct skep_buf *buf, const char *text, int width)
{
    size_t before = buf->length;

    text = ls_or_dash(text);
    skep_words_add_harmless(buf, text, strlen(text), LS_WORD_BYTES);
    while (buf->length < before + (size_t)width && !skep_buf_failed(buf)) {
        skep_buf_add_char(buf, ' ');
    }
    skep_buf_add_text(buf, "  ");
}

static skep_status ls_flush(struct ls *ls)
{
    int shown = skep_print(ls->text.bytes, ls->text.length);

    skep_buf_reset(&ls->text);
    return shown == SKEP_EXIT_OK ? SKEP_OK : SKEP_STOPPED; /* the user has been told */
}

static skep_status ls_list(struct ls *ls, const struct skep_letter *letter)
{
    char at[SKEP_TIME_TEXT_BYTES];

    ls_add_word(&ls->text,
                letter->header.at_ms > 0 ? skep_time_format(letter->header.at_ms, at, sizeof at) : "", 24);
    ls_add_word(&ls->text, letter->header.id, 26);
    ls_add_word(&ls->text, letter->header.cause, 14);
    ls_add_word(&ls->text, letter->header.kernel, 8);
    skep_words_add_harmless(&ls->text, letter->message, strlen(letter->message), LS_MESSAGE_BYTES);
    skep_buf_add_char(&ls->text, '\n');
    return ls->text.length > LS_TEXT_BYTES / 2 ? ls_flush(ls) : SKEP_OK;
}

static skep_status ls_visit(void *context, const struct skep_letter *letter, struct skep_error *err)
{
    struct ls *ls = context;

    (void)err;
    if (ls->groups == NULL) {
        return ls_list(ls, letter);
    }
    skep_letter_groups_add(ls->groups, letter);
    return SKEP_OK;
}

/* ---- groups ---- */

static void ls_write_group(struct skep_buf *buf, const struct skep_letter_group *group)
{
    skep_buf_printf(buf, "%9" PRIu64 "  ", group->count);
    ls_add_word(buf, group->cause, 14);
    ls_add_word(buf, group->kernel, 8);
    skep_words_add_harmless(buf, group->message, strlen(group->message), LS_MESSAGE_BYTES);
    skep_buf_add_text(buf, "\n           first: ");
    skep_words_add_harmless(buf, group->first_id, strlen(group->first_id), LS_WORD_BYTES);
    skep_buf_add_text(buf, group->differs ? "; the others differ in numbers or paths\n" : "\n");
}

static void ls_write_groups(struct skep_buf *buf, const struct skep_letter_groups *groups, const char *queue)
{
    size_t n_shown = groups->n_groups < LS_SHOWN_GROUPS ? groups->n_groups : LS_SHOWN_GROUPS;
    uint64_t n_hidden = groups->n_ungrouped;
    char number[SKEP_WORDS_BYTES];

    skep_buf_printf(buf, "queue %s: %s dead letter%s\n", queue,
                    skep_words_number((int64_t)groups->n_letters, number),
                    skep_words_plural(groups->n_letters));
    for (size_t i = 0; i < n_shown; i++) {
        ls_write_group(buf, &groups->groups[i]);
    }
    for (size_t i = n_shown; i < groups->n_groups; i++) {
        n_hidden += groups->groups[i].count;
    }
    if (n_hidden > 0) {
        skep_buf_printf(buf, "%9" PRIu64 "  of other kinds: `skep dead ls --list` shows every one\n",
                        n_hidden);
    }
}

static void ls_write_json(struct skep_buf *buf, const struct skep_letter_groups *groups, const char *queue)
{
    skep_buf_add_char(buf, '{');
    skep_json_member_text(buf, "queue", queue);
    skep_json_member_i64(buf, "dead", (int64_t)groups->n_letters);
    skep_json_member_i64(buf, "ungrouped", (int64_t)groups->n_ungrouped);
    skep_json_add_key(buf, "groups");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < groups->n_groups; i++) {
        const struct skep_letter_group *group = &groups->groups[i];
        skep_buf_add_text(buf, i > 0 ? ",{" : "{");
        skep_json_member_i64(buf, "count", (int64_t)group->count);
        skep_json_member_text(buf, "cause", group->cause);
        skep_json_member_text(buf, "kernel", group->kernel);
        skep_json_member_text(buf, "message", group->message);
        skep_json_member_text(buf, "pattern", group->pattern);
        skep_json_member_text(buf, "first_id", group->first_id);
        skep_json_member_i64(buf, "first_ms", group->first_ms);
        skep_json_member_i64(buf, "last_ms", group->last_ms);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_text(buf, "]}\n");
}

static int ls_go(struct ls *ls, const struct skep_letters *letters, bool is_json)
{
    struct skep_error err = {0};
    skep_status st = skep_letters_walk(letters, ls_visit, ls, &err);

    if (st != SKEP_OK) {
        return skep_letters_exit(st, &err);
    }
    if (ls->groups != NULL) {
        skep_letter_groups_sort(ls->groups);
        (is_json ? ls_write_json : ls_write_groups)(&ls->text, ls->groups, letters->keys->name);
    }
    return skep_print_buf(&ls->text);
}

static int ls_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct skep_dead_settings *settings = settings_read;
    struct skep_letters letters = {.is_quiet = settings->is_list && isatty(STDOUT_FILENO) == 1};
    struct ls ls = {0};
    struct skep_keys keys;
    int exit_code;

    (void)operands;
    if (settings->is_list && settings->is_json) {
        skep_complain("dead ls: --list or --json; `skep dead export --why` gives every letter as JSON");
        return SKEP_EXIT_USAGE;
    }
    exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &letters.conn);
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    letters.keys = &keys;
    ls.groups = settings->is_list ? NULL : skep_letter_groups_new();
    skep_buf_init(&ls.text, settings->is_json ? LS_JSON_BYTES : LS_TEXT_BYTES);
    if (ls.groups == NULL && !settings->is_list) {
        skep_complain("no memory to list dead letters");
        exit_code = SKEP_EXIT_SERVER;
    } else {
        exit_code = ls_go(&ls, &letters, settings->is_json);
    }
    skep_conn_free(letters.conn);
    skep_letter_groups_free(ls.groups);
    skep_buf_release(&ls.text);
    return exit_code;
}

static const char *const ls_text[] = {
    "Show the dead letters of a queue in groups of one cause, kernel and message, the largest first, "
    "each with the id of its first one: `skep dead show` prints it. Messages that differ in numbers and "
    "paths only are of one group; that of the first letter is shown.",
    NULL,
};

static const char *const ls_examples[] = {
    "skep dead ls -q sweep",
    "what failed, and why",
    "skep dead ls -q sweep --list | grep t17",
    "every letter, a line each",
    NULL,
};

const struct skep_command skep_dead_ls = {
    .name = "ls",
    .summary = "what failed, and why, in groups",
    .usage = "-q QUEUE [--list | --json] [OPTION...]",
    .text = ls_text,
    .examples = ls_examples,
    .options = ls_options,
    .settings_bytes = sizeof(struct skep_dead_settings),
    .act = ls_act,
};
