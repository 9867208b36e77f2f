/* SPDX-License-Identifier: MIT */
/* The records we ever promised to read, and those we promised to refuse, as files: NAME.json is what came,
 * NAME.txt what must be made of it. A file here changes only when docs/protocol.md breaks a promise. */
#include "support/test.h"
#include "support/files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "task/json.h"
#include "task/record.h"
#include "task/result_read.h"

#define GOLDEN SKEP_TESTS_DIR "/golden/records"

struct golden_case {
    const char *name;
    const char *bytes;
    size_t n;
    struct skep_arena *arena;
    struct skep_buf *made; /* compared with NAME.txt */
};

static void run_case(const char *folder, const char *name, void (*make)(const struct golden_case *c))
{
    struct skep_arena arena;
    struct skep_buf made;
    char file[256];
    size_t n;
    size_t wanted_n;
    char *bytes;
    char *wanted;

    snprintf(file, sizeof file, "%s.json", name);
    bytes = test_read_file(folder, file, &n);
    snprintf(file, sizeof file, "%s.txt", name);
    wanted = test_read_file(folder, file, &wanted_n);
    skep_arena_init(&arena, 16 * 1024 * 1024);
    skep_buf_init(&made, 1 << 20);
    make(&(struct golden_case){name, bytes, n, &arena, &made});
    if (made.length != wanted_n || memcmp(made.bytes, wanted, wanted_n) != 0) {
        fail_msg("%s/%s:\n%swanted:\n%s", folder, name, made.bytes, wanted);
    }
    skep_buf_release(&made);
    skep_arena_release(&arena);
    free(bytes);
    free(wanted);
}

/* Every NAME.json of FOLDER. A folder with less than AT_LEAST shows that something is lost. */
static void run_folder(const char *folder, int at_least, void (*make)(const struct golden_case *c))
{
    DIR *d = opendir(folder);
    struct dirent *entry;
    int n = 0;

    if (d == NULL) {
        fail_msg("no folder %s", folder);
    }
    while ((entry = readdir(d)) != NULL) {
        char *suffix = strstr(entry->d_name, ".json");
        if (suffix != NULL) {
            *suffix = '\0';
            run_case(folder, entry->d_name, make);
            n++;
        }
    }
    closedir(d);
    assert_true(n >= at_least);
}

static void add_text(struct skep_buf *buf, const char *key, const char *text)
{
    if (text != NULL) {
        skep_buf_printf(buf, "%s %s\n", key, text);
    }
}

static void add_node(struct skep_buf *buf, const char *key, const struct skep_node *node)
{
    if (node != NULL) {
        skep_buf_printf(buf, "%s ", key);
        skep_json_add_node(buf, node);
        skep_buf_add_char(buf, '\n');
    }
}

static void add_f64(struct skep_buf *buf, const char *key, double number)
{
    if (number != 0) {
        skep_buf_printf(buf, "%s ", key);
        skep_json_add_f64(buf, number);
        skep_buf_add_char(buf, '\n');
    }
}

static void add_u64(struct skep_buf *buf, const char *key, uint64_t number)
{
    if (number != 0) {
        skep_buf_printf(buf, "%s %llu\n", key, (unsigned long long)number);
    }
}

static void make_task(const struct golden_case *c)
{
    struct skep_task task;
    struct skep_error err = {0};

    if (skep_task_parse(c->bytes, c->n, NULL, c->arena, &task, &err) != SKEP_OK) {
        fail_msg("%s: %s", c->name, err.text);
    }
    add_text(c->made, "kernel", task.kernel);
    add_node(c->made, "args", task.args);
    add_text(c->made, "id", task.id);
    add_text(c->made, "job", task.job);
    add_text(c->made, "out", task.out);
    if (task.has_retries) {
        skep_buf_printf(c->made, "retries %u\n", task.retries);
    }
    add_f64(c->made, "timeout_s", task.timeout_s);
    add_f64(c->made, "backoff_s", task.backoff_s);
    add_u64(c->made, "not_before_ms", (uint64_t)task.not_before_ms);
    add_u64(c->made, "expires_ms", (uint64_t)task.expires_ms);
    add_u64(c->made, "seed", task.seed);
    add_node(c->made, "meta", task.meta);
}

static void make_refusal(const struct golden_case *c)
{
    struct skep_task task;
    struct skep_error err = {0};

    if (skep_task_parse(c->bytes, c->n, NULL, c->arena, &task, &err) != SKEP_E_BAD_RECORD) {
        fail_msg("%s was not refused", c->name);
    }
    skep_buf_printf(c->made, "%s\n", err.text);
}

static void make_outcome(const struct golden_case *c)
{
    struct skep_result_summary outcome;
    struct skep_error err = {0};

    if (skep_result_read(c->bytes, c->n, c->arena, &outcome, &err) != SKEP_OK) {
        fail_msg("%s: %s", c->name, err.text);
    }
    add_text(c->made, "id", outcome.id);
    if (outcome.has_index) {
        skep_buf_printf(c->made, "index %llu\n", (unsigned long long)outcome.index);
    }
    add_text(c->made, "job", outcome.job);
    add_text(c->made, "kernel", outcome.kernel);
    if (outcome.is_ok) {
        skep_buf_add_text(c->made, "ok\n");
        add_node(c->made, "value", outcome.value);
    } else {
        skep_buf_printf(c->made, "failed %s: %s\n", outcome.cause, outcome.message);
    }
}

/* Each record we promised to read says what it always said. */
static void test_golden__reads_every_task(void **state)
{
    (void)state;
    run_folder(GOLDEN "/tasks", 7, make_task);
}

/* Each result a worker ever wrote can be read. */
static void test_golden__reads_every_result(void **state)
{
    (void)state;
    run_folder(GOLDEN "/results", 3, make_outcome);
}

/* Each record that is none is refused in the same words. */
static void test_golden__refuses_every_bad_record(void **state)
{
    (void)state;
    run_folder(GOLDEN "/refused", 19, make_refusal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden__reads_every_task),
        cmocka_unit_test(test_golden__reads_every_result),
        cmocka_unit_test(test_golden__refuses_every_bad_record),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
