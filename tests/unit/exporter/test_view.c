/* SPDX-License-Identifier: MIT */
#include "known.h"

#include <math.h>

#include "ops/exporter/view.h"
#include "task/json.h"

static struct skep_export_state state;
static struct skep_buf buf;
static struct skep_arena arena;

static int set_up(void **context)
{
    (void)context;
    skep_buf_init(&buf, 16 << 20);
    skep_arena_init(&arena, 64 << 20);
    known_begin(&state);
    snprintf(state.address, sizeof state.address, "unix:///r");
    return 0;
}

static int tear_down(void **context)
{
    (void)context;
    skep_buf_release(&buf);
    skep_arena_release(&arena);
    skep_export_state_release(&state);
    return 0;
}

/* What the page is told, read back. */
static const struct skep_node *view(const char *queue, int64_t now_ms)
{
    const struct skep_node *node = NULL;
    struct skep_error err = {0};

    skep_buf_reset(&buf);
    skep_export_view_write(&buf, &state, queue, now_ms);
    assert_false(skep_buf_failed(&buf));
    if (skep_json_parse(buf.bytes, buf.length, NULL, &arena, &node, &err) != SKEP_OK) {
        fail_msg("%s in %s", err.text, buf.bytes);
    }
    return node;
}

/* The member at a path of names, and [0] for the first of an array. */
static const struct skep_node *at(const struct skep_node *node, const char *path)
{
    char copy[128], *rest = copy, *word;

    snprintf(copy, sizeof copy, "%s", path);
    while ((word = strsep(&rest, ".")) != NULL) {
        const struct skep_node *next =
            word[0] == '#' ? &node->children[word[1] - '0'] : skep_node_get(node, word);
        if (next == NULL) {
            fail_msg("no %s in %s: %s", word, path, buf.bytes);
        }
        node = next;
    }
    return node;
}

static double number(const struct skep_node *node, const char *path)
{
    node = at(node, path);
    assert_true(node->kind == SKEP_NODE_INT || node->kind == SKEP_NODE_REAL);
    return node->kind == SKEP_NODE_INT ? (double)node->i64 : node->f64;
}

static const char *text(const struct skep_node *node, const char *path)
{
    node = at(node, path);
    assert_int_equal(node->kind, SKEP_NODE_TEXT);
    return node->text;
}

static bool is_null(const struct skep_node *node, const char *path)
{
    return at(node, path)->kind == SKEP_NODE_NULL;
}

/* A row for each queue, and what they add up to. */
static void test_view__lists_queues(void **context)
{
    const struct skep_node *node = view(NULL, KNOWN_NOW_MS + 400);

    (void)context;
    assert_true(number(node, "version") == 1);
    assert_true(fabs(number(node, "server.read_age_s") - 0.4) < 1e-9);
    assert_string_equal(text(node, "server.address"), "unix:///r");
    assert_string_equal(text(node, "queues.#0.name"), "q");
    assert_string_equal(text(node, "queues.#0.state"), "running");
    assert_true(number(node, "queues.#0.left") == 6);
    assert_true(number(node, "totals.left") == 6);
    assert_true(number(node, "totals.done_total") == 40);
    assert_true(number(node, "queues.#0.failed_total") == 3);
    assert_true(is_null(node, "queues.#0.out_per_s"));
    assert_true(is_null(node, "totals.eta_s"));
    assert_null(skep_node_get(node, "queue"));
}

/* With rates known, so is the time that is left; at no rate it is never. */
static void test_view__tells_when_it_is_over(void **context)
{
    struct skep_overview *overview;

    (void)context;
    skep_export_state_add_points(&state, KNOWN_NOW_MS);
    overview = known_overview();
    overview->at_ms += 2000;
    overview->status.n_out = 8;
    skep_export_queue_set(state.queues[0], overview, KNOWN_NOW_MS);
    assert_true(number(view(NULL, KNOWN_NOW_MS), "queues.#0.eta_s") == 1.5); /* 6 left, 4 a second */
    assert_true(number(view(NULL, KNOWN_NOW_MS), "totals.eta_s") == 1.5);
    overview->status.n_out = 0;
    assert_true(is_null(view(NULL, KNOWN_NOW_MS), "queues.#0.eta_s"));
    assert_true(number(view(NULL, KNOWN_NOW_MS), "queues.#0.out_per_s") == 0);
    overview->n_left = 0;
    assert_true(number(view(NULL, KNOWN_NOW_MS), "queues.#0.eta_s") == 0);
}

/* One queue in detail: kernels, causes, jobs, slots; what a slot has not told is null. */
static void test_view__shows_a_queue(void **context)
{
    const struct skep_node *node = view("q", KNOWN_NOW_MS);

    (void)context;
    assert_string_equal(text(node, "queue.name"), "q");
    assert_string_equal(text(node, "queue.kernels.#0.kernel"), "te_box"); /* took the most time */
    assert_true(fabs(number(node, "queue.kernels.#0.mean_s") - 4.0 / 12) < 1e-6);
    assert_true(number(node, "queue.kernels.#1.done") == 30);
    assert_string_equal(text(node, "queue.causes.#0.cause"), "timeout");
    assert_string_equal(text(node, "queue.jobs.#0.job"), "mon");
    assert_string_equal(text(node, "queue.jobs.#0.state"), "running");
    assert_true(number(node, "queue.jobs.#0.over") == 4);
    assert_true(number(node, "queue.n_slots") == 2);
    assert_string_equal(text(node, "queue.slots.#0.host"), "bee");
    assert_true(number(node, "queue.slots.#0.told_s") == 1);
    assert_true(number(node, "queue.slots.#0.running.index") == 17);
    assert_true(number(node, "queue.slots.#0.running.for_s") == 2);
    assert_true(is_null(node, "queue.slots.#0.running.until_s"));
    assert_string_equal(text(node, "queue.slots.#1.worker"), "bee:2:x:2");
    assert_true(is_null(node, "queue.slots.#1.host"));
    assert_true(is_null(node, "queue.slots.#1.running"));
    assert_true(is_null(node, "queue.batch_mean"));
    assert_true(number(node, "queue.stat.taken") == 43);
}

/* History is arrays of one length, null where nothing was known. */
static void test_view__shows_history(void **context)
{
    const struct skep_node *node;

    (void)context;
    skep_export_state_add_points(&state, KNOWN_NOW_MS);
    state.is_up = false;
    skep_export_state_add_points(&state, KNOWN_NOW_MS + 2000);
    node = view("q", KNOWN_NOW_MS);
    for (int i = 0; i < SKEP_EXPORT_SERIES; i++) {
        char path[64];
        snprintf(path, sizeof path, "history.%s", skep_export_series_word((enum skep_export_series)i));
        assert_int_equal(at(node, path)->n_children, 2);
        snprintf(path, sizeof path, "queue.history.%s", skep_export_series_word((enum skep_export_series)i));
        assert_int_equal(at(node, path)->n_children, 2);
    }
    assert_int_equal(at(node, "history.at_ms")->n_children, 2);
    assert_true(number(node, "history.left.#0") == 6);
    assert_true(is_null(node, "history.left.#1"));
}

/* A queue that nobody knows, or whose name is none, is null. */
static void test_view__does_not_know_everything(void **context)
{
    (void)context;
    assert_true(is_null(view("nobody", KNOWN_NOW_MS), "queue"));
    assert_true(is_null(view("", KNOWN_NOW_MS), "queue"));
    assert_true(is_null(view("\"},{<script>", KNOWN_NOW_MS), "queue"));
}

/* Redis gone: the last picture stays, and everything says how old it is. */
static void test_view__keeps_the_last_picture(void **context)
{
    const struct skep_node *node;

    (void)context;
    state.is_up = false;
    snprintf(state.error, sizeof state.error, "refused");
    node = view("q", KNOWN_NOW_MS + 8000);
    assert_true(at(node, "server.up")->kind == SKEP_NODE_BOOL && !at(node, "server.up")->boolean);
    assert_string_equal(text(node, "server.error"), "refused");
    assert_true(number(node, "server.read_age_s") == 8);
    assert_string_equal(text(node, "queues.#0.state"), "unread");
    assert_true(number(node, "queues.#0.left") == 6);
}

/* What strangers wrote stays inside its quotes. */
static void test_view__is_valid_whatever_names_hold(void **context)
{
    struct skep_overview *overview = state.queues[0]->overview;
    const struct skep_node *node;

    (void)context;
    snprintf(overview->jobs[0].name, sizeof overview->jobs[0].name, "\"</script>\\\n\x1b[2J\xff");
    overview->slots[0].info.host = "<img src=x onerror=alert(1)>";
    overview->slots[0].info.running.id = NULL;
    overview->slots[0].info.state = '"';
    node = view("q", KNOWN_NOW_MS);
    assert_string_equal(text(node, "queue.jobs.#0.job"), "\"</script>\\\n\x1b[2J\xef\xbf\xbd");
    assert_string_equal(text(node, "queue.slots.#0.host"), "<img src=x onerror=alert(1)>");
    assert_null(strchr(buf.bytes, '\x1b'));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_view__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lists_queues),
        TEST(tells_when_it_is_over),
        TEST(shows_a_queue),
        TEST(shows_history),
        TEST(does_not_know_everything),
        TEST(keeps_the_last_picture),
        TEST(is_valid_whatever_names_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
