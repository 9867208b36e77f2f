/* SPDX-License-Identifier: MIT */
/* skep dead ls: the letters in groups of one cause, kernel and message, the largest first: whoever looks at
 * ten thousand of them wants to know of the three mistakes behind them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "producer/dead.h"
#include "producer/letter.h"
#include "producer/words.h"

enum {
    LS_MAX_GROUPS = 4096, /* the rest is counted together */
    LS_N_PLACES = 2 * LS_MAX_GROUPS,
    LS_SHOWN_GROUPS = 50,
    LS_ARENA_BYTES = 64 * 1024 * 1024,
    LS_TEXT_BYTES = 256 * 1024,
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
    SKEP_CONNECT_ROWS(struct skep_dead_settings, connect),
    {.name = NULL},
};

struct ls_group {
    uint64_t count;
    const char *cause, *kernel, *message;
    const char *first_id;
};

struct ls {
    bool is_list;
    uint64_t n_letters;
    uint64_t n_ungrouped;
    size_t n_groups;
    struct ls_group groups[LS_MAX_GROUPS];
    uint16_t places[LS_N_PLACES]; /* group + 1; 0: free */
    struct skep_arena arena;      /* the texts of groups */
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

/* ---- groups ---- */

static uint64_t ls_hash_text(uint64_t hash, const char *text)
{
    do {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211); /* FNV-1a, with the NUL */
    } while (*text++ != '\0');
    return hash;
}

static bool ls_is_in(const struct ls_group *group, const struct skep_letter *letter)
{
    return strcmp(group->cause, letter->header.cause) == 0 &&
           strcmp(group->kernel, ls_or_dash(letter->header.kernel)) == 0 &&
           strcmp(group->message, letter->message) == 0;
}

static const char *ls_keep(struct ls *ls, const char *text)
{
    return skep_arena_strndup(&ls->arena, text, strlen(text));
}

static skep_status ls_new_group(struct ls *ls, const struct skep_letter *letter, size_t place)
{
    struct ls_group group = {
        .count = 1,
        .cause = ls_keep(ls, letter->header.cause),
        .kernel = ls_keep(ls, ls_or_dash(letter->header.kernel)),
        .message = ls_keep(ls, letter->message),
        .first_id = ls_keep(ls, ls_or_dash(letter->header.id)),
    };

    if (ls->n_groups == LS_MAX_GROUPS || group.cause == NULL || group.kernel == NULL ||
        group.message == NULL || group.first_id == NULL) {
        ls->n_ungrouped++;
        return SKEP_OK;
    }
    ls->groups[ls->n_groups++] = group;
    ls->places[place] = (uint16_t)ls->n_groups;
    return SKEP_OK;
}

static skep_status ls_group(struct ls *ls, const struct skep_letter *letter)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t place;

    hash = ls_hash_text(hash, letter->header.cause);
    hash = ls_hash_text(hash, ls_or_dash(letter->header.kernel));
    hash = ls_hash_text(hash, letter->message);
    for (place = hash % LS_N_PLACES; ls->places[place] != 0; place = (place + 1) % LS_N_PLACES) {
        struct ls_group *group = &ls->groups[ls->places[place] - 1];
        if (ls_is_in(group, letter)) {
            group->count++;
            return SKEP_OK;
        }
    }
    return ls_new_group(ls, letter, place);
}

static skep_status ls_visit(void *context, const struct skep_letter *letter, struct skep_error *err)
{
    struct ls *ls = context;

    (void)err;
    ls->n_letters++;
    return ls->is_list ? ls_list(ls, letter) : ls_group(ls, letter);
}

static int ls_compare(const void *a, const void *b)
{
    const struct ls_group *x = a, *y = b;

    return (x->count < y->count) - (x->count > y->count);
}

static void ls_write_groups(struct ls *ls, const char *queue)
{
    size_t n_shown = ls->n_groups < LS_SHOWN_GROUPS ? ls->n_groups : LS_SHOWN_GROUPS;
    uint64_t n_hidden = ls->n_ungrouped;
    char number[SKEP_WORDS_BYTES];

    qsort(ls->groups, ls->n_groups, sizeof ls->groups[0], ls_compare);
    skep_buf_printf(&ls->text, "queue %s: %s dead letter%s\n", queue,
                    skep_words_number((int64_t)ls->n_letters, number), skep_words_plural(ls->n_letters));
    for (size_t i = 0; i < n_shown; i++) {
        const struct ls_group *group = &ls->groups[i];
        skep_buf_printf(&ls->text, "%9" PRIu64 "  ", group->count);
        ls_add_word(&ls->text, group->cause, 14);
        ls_add_word(&ls->text, group->kernel, 8);
        skep_words_add_harmless(&ls->text, group->message, strlen(group->message), LS_MESSAGE_BYTES);
        skep_buf_add_text(&ls->text, "\n           first: ");
        skep_words_add_harmless(&ls->text, group->first_id, strlen(group->first_id), LS_WORD_BYTES);
        skep_buf_add_char(&ls->text, '\n');
    }
    for (size_t i = n_shown; i < ls->n_groups; i++) {
        n_hidden += ls->groups[i].count;
    }
    if (n_hidden > 0) {
        skep_buf_printf(&ls->text, "%9" PRIu64 "  of other kinds: `skep dead ls --list` shows every one\n",
                        n_hidden);
    }
}

static int ls_act(const void *settings_read, const struct skep_operands *operands)
{
    const struct skep_dead_settings *settings = settings_read;
    struct ls *ls;
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_error err = {0};
    skep_status st;
    int exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &conn);

    (void)operands;
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    ls = skep_calloc(1, sizeof *ls);
    if (ls == NULL) {
        skep_conn_free(conn);
        skep_complain("no memory to list dead letters");
        return SKEP_EXIT_SERVER;
    }
    ls->is_list = settings->is_list;
    skep_arena_init(&ls->arena, LS_ARENA_BYTES);
    skep_buf_init(&ls->text, LS_TEXT_BYTES);
    st = skep_letters_walk(conn, &keys, ls_visit, ls, &err);
    skep_conn_free(conn);
    if (st == SKEP_OK && !ls->is_list) {
        ls_write_groups(ls, keys.name);
    }
    if (st != SKEP_OK && st != SKEP_STOPPED) {
        exit_code = skep_complain_error(st, &err);
        skep_buf_release(&ls->text);
    } else {
        exit_code = skep_print_buf(&ls->text);
    }
    skep_arena_release(&ls->arena);
    skep_free(ls);
    return exit_code;
}

static const char *const ls_text[] = {
    "Show the dead letters of a queue in groups of one cause, kernel and message, the largest first, "
    "each with the id of its first one: `skep dead show` prints it.",
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
    .usage = "-q QUEUE [--list] [OPTION...]",
    .text = ls_text,
    .examples = ls_examples,
    .options = ls_options,
    .settings_bytes = sizeof(struct skep_dead_settings),
    .act = ls_act,
};
