/* SPDX-License-Identifier: MIT */
/* A record, or a result, from a stranger. What is accepted must mean the same after being written and read
 * again; what is refused must come with a message that a terminal can show. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "task/json.h"
#include "task/record.h"
#include "task/result_read.h"
#include "task/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth)
{
    if (!truth) {
        abort();
    }
}

/* Written, read and written once more, a tree is the same text. */
static void check_round_trip(const struct skep_node *node, struct skep_arena *arena)
{
    static const struct skep_limits limits = {.record_bytes = 16 * 1024 * 1024, .depth = 200};
    const struct skep_node *again;
    struct skep_buf first;
    struct skep_buf second;

    skep_buf_init(&first, 16 * 1024 * 1024);
    skep_buf_init(&second, 16 * 1024 * 1024);
    skep_json_add_node(&first, node);
    demand(!skep_buf_failed(&first));
    demand(skep_json_parse(first.bytes, first.length, &limits, arena, &again, NULL) == SKEP_OK);
    skep_json_add_node(&second, again);
    demand(first.length == second.length && memcmp(first.bytes, second.bytes, first.length) == 0);
    skep_buf_release(&first);
    skep_buf_release(&second);
}

static void check_view(const struct skep_node *node, struct skep_arena *arena)
{
    struct skep_view view;

    if (node->kind == SKEP_NODE_ARRAY && skep_node_to_view(node, arena, &view, NULL) == SKEP_OK) {
        demand(skep_view_count(&view) >= 0);
    }
    for (size_t i = 0;
         (node->kind == SKEP_NODE_ARRAY || node->kind == SKEP_NODE_OBJECT) && i < node->n_children; i++) {
        check_view(&node->children[i], arena);
    }
}

static void check_refusal(const struct skep_error *err)
{
    /* A message that was cut may end within a character. */
    demand(err->text[0] != '\0');
    demand(strlen(err->text) > 250 || skep_text_is_printable(err->text, strlen(err->text)));
}

/* With little memory nothing may break either. */
static void check_small_arena(const char *bytes, size_t size)
{
    struct skep_arena arena;
    struct skep_task task;
    skep_status st;

    skep_arena_init(&arena, 8 * size);
    st = skep_task_parse(bytes, size, NULL, &arena, &task, NULL);
    demand(st == SKEP_OK || st == SKEP_E_BAD_RECORD || st == SKEP_E_NOMEM);
    skep_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct skep_arena arena;
    struct skep_task task;
    struct skep_result_summary outcome;
    struct skep_error err = {0};

    skep_arena_init(&arena, 1024 * 1024 * 1024);
    if (skep_task_parse(bytes, size, NULL, &arena, &task, &err) != SKEP_OK) {
        check_refusal(&err);
    } else {
        demand(task.kernel != NULL && strlen(task.kernel) <= 64);
        if (task.args != NULL) {
            check_round_trip(task.args, &arena);
            check_view(task.args, &arena);
        }
        if (task.meta != NULL) {
            check_round_trip(task.meta, &arena);
        }
    }
    skep_error_clear(&err);
    if (skep_result_read(bytes, size, &arena, &outcome, &err) != SKEP_OK) {
        check_refusal(&err);
    } else {
        demand(outcome.id != NULL && (outcome.value != NULL || outcome.cause != NULL));
    }
    skep_arena_release(&arena);
    check_small_arena(bytes, size);
    return 0;
}
