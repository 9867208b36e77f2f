/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_texts.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "producer/push/source.h"
#include "task/json_read.h"

enum {
    TEXTS_MAX_ITEMS = SKEP_SWEEP_TEXTS_BYTES / 2, /* each takes a comma and a digit at least */
    TEXTS_PATH_BYTES = 8192
};

/* A list that grows. */
struct texts {
    struct skep_arena *arena;
    struct skep_buf nodes; /* of struct skep_node */
    size_t bytes;          /* that they take in a record, escapes not counted */
};

static void texts_init(struct texts *texts, struct skep_arena *arena)
{
    *texts = (struct texts){.arena = arena};
    skep_buf_init(&texts->nodes, TEXTS_MAX_ITEMS * sizeof(struct skep_node));
}

static size_t texts_count(const struct texts *texts)
{
    return texts->nodes.length / sizeof(struct skep_node);
}

static skep_status texts_no_memory(struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_NOMEM, "no memory for a list of texts");
}

static skep_status texts_add(struct texts *texts, const char *text, size_t n, struct skep_error *err)
{
    struct skep_node node = {.kind = SKEP_NODE_TEXT, .length = n};

    texts->bytes += n + 3;
    if (texts->bytes > SKEP_SWEEP_TEXTS_BYTES) {
        return skep_error_set(
            err, SKEP_E_LIMIT,
            "more than %dK of texts, which travel with every record: make several sweeps, or "
            "put numbers into an array (--grid NAME=@ARRAY.npy)",
            SKEP_SWEEP_TEXTS_BYTES / 1024);
    }
    node.text = skep_arena_strndup(texts->arena, text, n);
    skep_buf_add(&texts->nodes, &node, sizeof node);
    return node.text != NULL && !skep_buf_failed(&texts->nodes) ? SKEP_OK : texts_no_memory(err);
}

/* As a node of the arena; the list is released whatever comes. */
static skep_status texts_finish(struct texts *texts, skep_status st, const struct skep_node **list_out,
                                struct skep_error *err)
{
    struct skep_node *list = skep_arena_calloc(texts->arena, 1, sizeof *list);
    struct skep_node *items = skep_arena_calloc(texts->arena, texts_count(texts) + 1, sizeof *items);

    *list_out = list;
    if (st == SKEP_OK && (list == NULL || items == NULL)) {
        st = texts_no_memory(err);
    }
    if (st == SKEP_OK) {
        memcpy(items, texts->nodes.bytes, texts->nodes.length);
        *list =
            (struct skep_node){.kind = SKEP_NODE_ARRAY, .children = items, .n_children = texts_count(texts)};
    }
    skep_buf_release(&texts->nodes);
    return st;
}

/* ---- lines ---- */

/* All of them as numbers, in place; false when one is none, and nothing is changed. */
static bool texts_turn_into_numbers(struct texts *texts)
{
    struct skep_node *nodes = (struct skep_node *)(void *)texts->nodes.bytes;
    const size_t n = texts_count(texts);
    struct skep_node *numbers = skep_arena_calloc(texts->arena, n + 1, sizeof *numbers);

    for (size_t i = 0; i < n; i++) {
        const struct skep_node *node;
        if (numbers == NULL ||
            skep_json_parse(nodes[i].text, nodes[i].length, NULL, texts->arena, &node, NULL) != SKEP_OK ||
            (node->kind != SKEP_NODE_INT && node->kind != SKEP_NODE_REAL)) {
            return false;
        }
        numbers[i] = *node;
    }
    memcpy(nodes, numbers, n * sizeof *numbers);
    return true;
}

static skep_status texts_read_source(struct texts *texts, struct skep_source *source, struct skep_error *err)
{
    struct skep_line line;
    skep_status st;

    while ((st = skep_source_next(source, &line, err)) == SKEP_OK) {
        if (line.is_too_long) {
            line.bytes.n = SKEP_SWEEP_TEXTS_BYTES; /* refused for its length before a byte is looked at */
        }
        st = texts_add(texts, line.bytes.bytes, line.bytes.n, err);
        if (st != SKEP_OK) {
            return st;
        }
    }
    if (st == SKEP_EMPTY) {
        st = texts_count(texts) > 0 ? SKEP_OK : skep_error_set(err, SKEP_E_USAGE, "there is no line in it");
    }
    return st;
}

skep_status skep_sweep_read_lines(const char *path, struct skep_arena *arena,
                                  const struct skep_node **list_out, bool *are_numbers_out,
                                  struct skep_error *err)
{
    struct skep_source source = {0};
    struct texts texts;
    skep_status st = skep_source_open(&source, &path, 1, SKEP_SWEEP_TEXTS_BYTES, err);

    texts_init(&texts, arena);
    if (st == SKEP_OK) {
        st = texts_read_source(&texts, &source, err);
        skep_source_close(&source);
    }
    *are_numbers_out = st == SKEP_OK && texts_turn_into_numbers(&texts);
    return texts_finish(&texts, st, list_out, err);
}

/* ---- files ---- */

/* The folder of NAME (N bytes; 0: the one without a name), the last one that was given; NULL: none was. */
static const char *texts_find_folder(const struct skep_text_list *folders, const char *name, size_t n)
{
    const char *found = n == 0 ? "." : NULL;

    for (size_t i = 0; i < folders->n; i++) {
        const char *item = folders->items[i];
        size_t length = strcspn(item, "=/");
        bool has_name = item[length] == '=';
        if (has_name ? length == n && memcmp(item, name, n) == 0 : n == 0) {
            found = has_name ? item + length + 1 : item;
        }
    }
    return found;
}

/* "FOLDER/PATTERN", where the folder stands for itself. *SKIP_OUT: bytes of it, as it comes back. */
static bool texts_make_pattern(const char *folder, const char *pattern, struct skep_buf *buf)
{
    for (; *folder != '\0'; folder++) {
        if (strchr("*?[\\", *folder) != NULL) {
            skep_buf_add_char(buf, '\\');
        }
        skep_buf_add_char(buf, *folder);
    }
    skep_buf_add_char(buf, '/');
    skep_buf_add_text(buf, pattern);
    return !skep_buf_failed(buf);
}

static int texts_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* PREFIX ("@NAME/") and what stands behind the folder in each plain file's path. */
static skep_status texts_add_files(struct texts *texts, const glob_t *found, const char *prefix,
                                   size_t n_prefix, size_t n_folder, struct skep_error *err)
{
    skep_status st = SKEP_OK;
    char name[TEXTS_PATH_BYTES];

    for (size_t i = 0; st == SKEP_OK && i < found->gl_pathc; i++) {
        const char *path = found->gl_pathv[i];
        size_t n = strlen(path) - n_folder - 1;
        struct stat info;
        if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) || n_prefix + n > sizeof name) {
            continue;
        }
        memcpy(name, prefix, n_prefix);
        memcpy(name + n_prefix, path + n_folder + 1, n);
        st = texts_add(texts, name, n_prefix + n, err);
    }
    if (st == SKEP_OK && texts_count(texts) == 0) {
        st = skep_error_set(err, SKEP_E_USAGE, "no file matches");
    }
    return st;
}

static skep_status texts_read_glob(struct texts *texts, const char *pattern, const char *folder,
                                   size_t n_prefix, struct skep_error *err)
{
    struct skep_buf full;
    glob_t found = {0};
    int got = GLOB_NOSPACE;
    skep_status st;

    skep_buf_init(&full, TEXTS_PATH_BYTES);
    if (texts_make_pattern(folder, pattern + n_prefix, &full)) {
        got = glob(full.bytes, GLOB_NOSORT, NULL, &found);
    }
    if (got != 0 && got != GLOB_NOMATCH) {
        st = got == GLOB_NOSPACE ? texts_no_memory(err)
                                 : skep_error_set(err, SKEP_E_IO, "the folder cannot be read");
    } else {
        if (found.gl_pathc > 0) {
            qsort(found.gl_pathv, found.gl_pathc, sizeof found.gl_pathv[0], texts_compare);
        }
        st = texts_add_files(texts, &found, pattern, n_prefix, strlen(folder), err);
    }
    globfree(&found);
    skep_buf_release(&full);
    return st;
}

skep_status skep_sweep_read_files(const char *glob_text, const struct skep_text_list *folders,
                                  struct skep_arena *arena, const struct skep_node **list_out,
                                  struct skep_error *err)
{
    size_t n_name = glob_text[0] == '@' ? strcspn(glob_text, "/") : 0;
    size_t n_prefix = n_name > 0 ? n_name + 1 : 0;
    const char *folder = texts_find_folder(folders, glob_text + 1, n_name > 0 ? n_name - 1 : 0);
    struct texts texts;
    skep_status st;

    if (glob_text[0] == '/' || (n_name > 0 && glob_text[n_name] == '\0') || glob_text[0] == '\0') {
        return skep_error_set(
            err, SKEP_E_USAGE,
            "wanted a pattern of names below a data folder (--data DIR), such as 'runs/*.npy'");
    }
    if (folder == NULL) {
        return skep_error_set(err, SKEP_E_USAGE, "there is no data folder named %.*s (--data %.*s=DIR)",
                              (int)n_name - 1, glob_text + 1, (int)n_name - 1, glob_text + 1);
    }
    texts_init(&texts, arena);
    st = texts_read_glob(&texts, glob_text, folder, n_prefix, err);
    return texts_finish(&texts, st, list_out, err);
}
