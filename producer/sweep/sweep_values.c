/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_values.h"

#include <stdbool.h>
#include <string.h>

#include "sweep/sweep.h"
#include "task/json_read.h"

enum { VALUES_MAX_BYTES = 4 * 1024 * 1024 };

static skep_status values_no_memory(struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_NOMEM, "no memory for the command line");
}

skep_status skep_sweep_read_value(const char *text, size_t n, struct skep_arena *arena,
                                  struct skep_node *value_out, struct skep_error *err)
{
    const struct skep_limits limits = {.record_bytes = VALUES_MAX_BYTES};
    const struct skep_node *node;
    skep_status st = skep_json_parse(text, n, &limits, arena, &node, NULL);

    if (st == SKEP_OK && node->kind != SKEP_NODE_NULL) {
        *value_out = *node;
        return SKEP_OK;
    }
    *value_out = (struct skep_node){.kind = SKEP_NODE_TEXT, .length = n};
    value_out->text = st != SKEP_E_NOMEM ? skep_arena_strndup(arena, text, n) : NULL;
    return value_out->text != NULL ? SKEP_OK : values_no_memory(err);
}

/* ---- lists ---- */

static size_t values_count_items(const char *text, size_t n)
{
    size_t items = 1;

    for (size_t i = 0; i < n; i++) {
        items += text[i] == ',';
    }
    return items;
}

static skep_status values_read_items(const char *text, size_t n, struct skep_arena *arena,
                                     struct skep_node *items, struct skep_error *err)
{
    const char *end = text + n;
    skep_status st = SKEP_OK;

    for (size_t i = 0; st == SKEP_OK && text <= end; i++) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        const char *stop = comma != NULL ? comma : end;
        const char *next = stop + 1;
        while (text < stop && *text == ' ') {
            text++;
        }
        while (stop > text && stop[-1] == ' ') {
            stop--;
        }
        if (text == stop) {
            return skep_error_set(err, SKEP_E_USAGE, "value %zu is empty", i + 1);
        }
        st = skep_sweep_read_value(text, (size_t)(stop - text), arena, &items[i], err);
        text = next;
    }
    return st;
}

skep_status skep_sweep_read_list(const char *text, size_t n, struct skep_arena *arena,
                                 const struct skep_node **list_out, struct skep_error *err)
{
    struct skep_node *list = skep_arena_calloc(arena, 1, sizeof *list);
    struct skep_node *items;
    skep_status st;

    *list_out = list;
    if (list == NULL) {
        return values_no_memory(err);
    }
    if (n > 0 && text[0] == '[') {
        st = skep_sweep_read_value(text, n, arena, list, err);
        if (st != SKEP_OK || list->kind == SKEP_NODE_ARRAY) {
            return st;
        }
    }
    *list = (struct skep_node){.kind = SKEP_NODE_ARRAY, .n_children = values_count_items(text, n)};
    items = skep_arena_calloc(arena, list->n_children, sizeof *items);
    list->children = items;
    return items != NULL ? values_read_items(text, n, arena, items, err) : values_no_memory(err);
}

/* ---- names ---- */

static bool values_is_name(const char *text, size_t n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

    return n > 0 && n < SKEP_SWEEP_NAME_BYTES && !(text[0] >= '0' && text[0] <= '9') &&
           strspn(text, letters) >= n;
}

skep_status skep_sweep_read_names(const char *text, int n, struct skep_arena *arena, const char **names_out,
                                  const char **rest_out, struct skep_error *err)
{
    size_t left = strcspn(text, "=");

    if (text[left] != '=') {
        return skep_error_set(err, SKEP_E_USAGE, "there is no '='");
    }
    *rest_out = text + left + 1;
    for (int i = 0; i < n; i++) {
        size_t length = i + 1 < n ? strcspn(text, ",=") : left;
        if (i + 1 < n && text[length] != ',') {
            return skep_error_set(err, SKEP_E_USAGE, "wants %d names with a comma between them", n);
        }
        if (!values_is_name(text, length)) {
            return skep_error_set(err, SKEP_E_USAGE,
                                  "\"%.*s\" is no name: 1 to %d letters, digits and _, a letter first",
                                  length < 64 ? (int)length : 64, text, SKEP_SWEEP_NAME_BYTES - 1);
        }
        names_out[i] = skep_arena_strndup(arena, text, length);
        if (names_out[i] == NULL) {
            return values_no_memory(err);
        }
        text += length + 1;
        left -= length < left ? length + 1 : left;
    }
    return SKEP_OK;
}

skep_status skep_sweep_read_name(const char *text, struct skep_arena *arena, const char **name_out,
                                 const char **rest_out, struct skep_error *err)
{
    return skep_sweep_read_names(text, 1, arena, name_out, rest_out, err);
}
