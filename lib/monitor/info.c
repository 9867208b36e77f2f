/* SPDX-License-Identifier: MIT */
/* One table says which words there are, where their values stand and what may be believed: it is walked by
 * who writes and by who reads. */
#include "monitor/info.h"

#include <string.h>

#include "task/json.h"

enum info_kind { INFO_TEXT, INFO_STATE, INFO_BOOL, INFO_INT, INFO_REAL };

struct info_row {
    const char *word;
    enum info_kind kind;
    size_t offset;
    int unknown; /* what stands there when nothing is said: then nothing is written either */
    int sign;    /* -1: may be negative */
};

#define INFO_ROW(type, member, word, kind, unknown, sign)                                                    \
    {                                                                                                        \
        (word), INFO_##kind, offsetof(struct type, member), (unknown), (sign)                                \
    }
#define AMOUNT(type, member) INFO_ROW(type, member, #member, INT, -1, 0)
#define SINCE(type, member)  INFO_ROW(type, member, #member, INT, 0, 0) /* a time, or a bound: 0 is none */

static const struct info_row info_rows[] = {
    INFO_ROW(skep_info, host, "host", TEXT, 0, 0),
    AMOUNT(skep_info, pid),
    AMOUNT(skep_info, agent_pid),
    AMOUNT(skep_info, slot),
    INFO_ROW(skep_info, version, "version", TEXT, 0, 0),
    SINCE(skep_info, protocol),
    SINCE(skep_info, at_ms),
    SINCE(skep_info, started_ms),
    INFO_ROW(skep_info, state, "state", STATE, '?', 0),
    INFO_ROW(skep_info, is_busy, "busy", BOOL, 0, 0),
    AMOUNT(skep_info, tasks),
    AMOUNT(skep_info, failed),
    INFO_ROW(skep_info, tasks_per_s, "tasks_per_s", REAL, -1, 0),
    INFO_ROW(skep_info, cpu_s, "cpu_s", REAL, -1, 0),
    AMOUNT(skep_info, rss_bytes),
    AMOUNT(skep_info, pss_bytes),
    AMOUNT(skep_info, cycles),
    SINCE(skep_info, cycle_ms),
};

static const struct info_row running_rows[] = {
    INFO_ROW(skep_info_running, kernel, "kernel", TEXT, 0, 0),
    INFO_ROW(skep_info_running, job, "job", TEXT, 0, 0),
    INFO_ROW(skep_info_running, id, "id", TEXT, 0, 0),
    AMOUNT(skep_info_running, index),
    SINCE(skep_info_running, since_ms),
    SINCE(skep_info_running, until_ms),
};

static const struct info_row node_rows[] = {
    AMOUNT(skep_info_node, slots),
    AMOUNT(skep_info_node, cores),
    INFO_ROW(skep_info_node, quota_cores, "quota_cores", REAL, 0, 0),
    AMOUNT(skep_info_node, memory_bytes),
    AMOUNT(skep_info_node, memory_free_bytes),
    SINCE(skep_info_node, memory_limit_bytes),
    AMOUNT(skep_info_node, disk_free_bytes),
    INFO_ROW(skep_info_node, task_time_s, "task_time_s", REAL, 0, 0),
    SINCE(skep_info_node, task_memory_bytes),
    AMOUNT(skep_info_node, open_files),
    INFO_ROW(skep_info_node, apart_ms, "apart_ms", INT, 0, -1),
    INFO_ROW(skep_info_node, boot, "boot", TEXT, 0, 0),
};

enum {
    INFO_ROWS = sizeof info_rows / sizeof info_rows[0],
    RUNNING_ROWS = sizeof running_rows / sizeof running_rows[0],
    NODE_ROWS = sizeof node_rows / sizeof node_rows[0]
};

/* No number beyond: every reader of JSON agrees about those below it. */
#define INFO_MOST (INT64_C(1) << 53)

/* ---- values, wherever they stand ---- */

static void info_set_unknown(const struct info_row *row, void *at)
{
    switch (row->kind) {
    case INFO_TEXT:
        *(const char **)at = NULL;
        break;
    case INFO_STATE:
        *(char *)at = (char)row->unknown;
        break;
    case INFO_BOOL:
        *(bool *)at = false;
        break;
    case INFO_INT:
        *(int64_t *)at = row->unknown;
        break;
    case INFO_REAL:
        *(double *)at = row->unknown;
        break;
    }
}

static bool info_is_int_known(const struct info_row *row, int64_t number)
{
    return number != row->unknown && number >= (row->sign < 0 ? -INFO_MOST : 0) && number <= INFO_MOST;
}

static bool info_is_real_known(const struct info_row *row, double number)
{
    return number != (double)row->unknown && number >= 0 && number <= (double)INFO_MOST;
}

static bool info_is_state(const char *text, size_t n)
{
    static const char states[] = "RSDTtZXIKWP"; /* man proc */

    return n == 1 && memchr(states, text[0], sizeof states - 1) != NULL;
}

int64_t skep_info_memory_bytes(const struct skep_info *info)
{
    return info->pss_bytes >= 0 ? info->pss_bytes : info->rss_bytes;
}

bool skep_info_is_stopped(const struct skep_info *info)
{
    return info->state == 'T' || info->state == 't';
}

/* ---- writing ---- */

static void info_add_text(struct skep_buf *buf, const char *word, const char *text, size_t n)
{
    skep_json_add_key(buf, word);
    skep_json_add_text(buf, text, n);
}

static void info_write_row(struct skep_buf *buf, const struct info_row *row, const void *at)
{
    switch (row->kind) {
    case INFO_TEXT:
        if (*(const char *const *)at != NULL) {
            info_add_text(buf, row->word, *(const char *const *)at, strlen(*(const char *const *)at));
        }
        break;
    case INFO_STATE:
        if (info_is_state(at, 1)) {
            info_add_text(buf, row->word, at, 1);
        }
        break;
    case INFO_BOOL:
        skep_json_add_key(buf, row->word);
        skep_json_add_bool(buf, *(const bool *)at);
        break;
    case INFO_INT:
        if (info_is_int_known(row, *(const int64_t *)at)) {
            skep_json_add_key(buf, row->word);
            skep_buf_add_i64(buf, *(const int64_t *)at);
        }
        break;
    case INFO_REAL:
        if (info_is_real_known(row, *(const double *)at)) {
            skep_json_add_key(buf, row->word);
            skep_json_add_f64(buf, *(const double *)at);
        }
        break;
    }
}

static void info_write_rows(struct skep_buf *buf, const struct info_row *rows, size_t n, const void *base)
{
    for (size_t i = 0; i < n; i++) {
        info_write_row(buf, &rows[i], (const char *)base + rows[i].offset);
    }
}

static void info_write_names(struct skep_buf *buf, const char *word, const char *const *names, size_t n)
{
    skep_json_add_key(buf, word);
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < n && i < SKEP_INFO_ROOTS; i++) {
        skep_buf_add_text(buf, i > 0 ? "," : "");
        skep_json_add_text(buf, names[i], strlen(names[i]));
    }
    skep_buf_add_char(buf, ']');
}

void skep_info_write(struct skep_buf *buf, const struct skep_info *info)
{
    skep_buf_add_char(buf, '{');
    skep_json_add_key(buf, "v");
    skep_buf_add_i64(buf, SKEP_INFO_VERSION);
    info_write_rows(buf, info_rows, INFO_ROWS, info);
    if (info->running.is_any) {
        skep_json_add_key(buf, "running");
        skep_buf_add_char(buf, '{');
        info_write_rows(buf, running_rows, RUNNING_ROWS, &info->running);
        skep_buf_add_char(buf, '}');
    }
    skep_json_add_key(buf, "node");
    skep_buf_add_char(buf, '{');
    info_write_rows(buf, node_rows, NODE_ROWS, &info->node);
    info_write_names(buf, "data", info->node.data, info->node.n_data);
    info_write_names(buf, "output", info->node.output, info->node.n_output);
    skep_buf_add_char(buf, '}');
    if (info->metrics != NULL) {
        skep_json_add_key(buf, "metrics");
        skep_metrics_write_json(buf, info->metrics);
    }
    skep_buf_add_char(buf, '}');
}

/* ---- reading ---- */

static void info_read_real(const struct info_row *row, const struct skep_node *node, double *number)
{
    if (node->kind == SKEP_NODE_REAL && info_is_real_known(row, node->f64)) {
        *number = node->f64;
    } else if (node->kind == SKEP_NODE_INT && info_is_real_known(row, (double)node->i64)) {
        *number = (double)node->i64;
    }
}

static void info_read_row(const struct info_row *row, const struct skep_node *node, void *at)
{
    switch (row->kind) {
    case INFO_TEXT:
        if (node->kind == SKEP_NODE_TEXT) {
            *(const char **)at = node->text;
        }
        break;
    case INFO_STATE:
        if (node->kind == SKEP_NODE_TEXT && info_is_state(node->text, node->length)) {
            *(char *)at = node->text[0];
        }
        break;
    case INFO_BOOL:
        if (node->kind == SKEP_NODE_BOOL) {
            *(bool *)at = node->boolean;
        }
        break;
    case INFO_INT:
        if (node->kind == SKEP_NODE_INT && info_is_int_known(row, node->i64)) {
            *(int64_t *)at = node->i64;
        }
        break;
    case INFO_REAL:
        info_read_real(row, node, at);
        break;
    }
}

/* OBJECT may be NULL. */
static void info_read_rows(const struct info_row *rows, size_t n, const struct skep_node *object, void *base)
{
    for (size_t i = 0; i < n; i++) {
        const struct skep_node *node = skep_node_get(object, rows[i].word);
        if (node != NULL) {
            info_read_row(&rows[i], node, (char *)base + rows[i].offset);
        }
    }
}

static size_t info_read_names(const struct skep_node *node, const char **names)
{
    size_t n = 0;

    for (size_t i = 0;
         node != NULL && node->kind == SKEP_NODE_ARRAY && i < node->n_children && n < SKEP_INFO_ROOTS; i++) {
        if (node->children[i].kind == SKEP_NODE_TEXT) {
            names[n++] = node->children[i].text;
        }
    }
    return n;
}

static void info_forget_rows(const struct info_row *rows, size_t n, void *base)
{
    for (size_t i = 0; i < n; i++) {
        info_set_unknown(&rows[i], (char *)base + rows[i].offset);
    }
}

void skep_info_init(struct skep_info *info_out)
{
    *info_out = (struct skep_info){0};
    info_forget_rows(info_rows, INFO_ROWS, info_out);
    info_forget_rows(running_rows, RUNNING_ROWS, &info_out->running);
    info_forget_rows(node_rows, NODE_ROWS, &info_out->node);
}

skep_status skep_info_read(const char *bytes, size_t n, struct skep_arena *arena, struct skep_info *info_out,
                           struct skep_error *err)
{
    static const struct skep_limits limits = {.record_bytes = SKEP_INFO_MAX_BYTES};
    const struct skep_node *root, *running, *node;
    struct skep_error why = {0};
    skep_status st = skep_json_parse(bytes, n, &limits, arena, &root, &why);

    skep_info_init(info_out);
    if (st == SKEP_E_NOMEM) {
        return skep_error_set(err, st, "no memory for what a worker tells of itself");
    }
    if (st != SKEP_OK || root->kind != SKEP_NODE_OBJECT) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "what a worker tells of itself: %s",
                              st != SKEP_OK ? why.text : skep_node_kind_text(root));
    }
    running = skep_node_get(root, "running");
    node = skep_node_get(root, "node");
    info_read_rows(info_rows, INFO_ROWS, root, info_out);
    info_read_rows(running_rows, RUNNING_ROWS, running, &info_out->running);
    info_read_rows(node_rows, NODE_ROWS, node, &info_out->node);
    info_out->running.is_any = running != NULL && running->kind == SKEP_NODE_OBJECT;
    info_out->node.n_data = info_read_names(skep_node_get(node, "data"), info_out->node.data);
    info_out->node.n_output = info_read_names(skep_node_get(node, "output"), info_out->node.output);
    return SKEP_OK;
}
