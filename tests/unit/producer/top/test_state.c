/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "producer/top/rows.h"
#include "producer/top/state.h"
#include "top_model.h"

static struct skep_top_model model;
static struct skep_top_state state;

enum { PAGE = 3 };

/* As drawing does it. */
static void settle(void)
{
    struct skep_top_rows rows;

    skep_top_rows_list(&model, &state, &rows);
    skep_top_settle(&state, &model, &rows, PAGE);
    skep_top_rows_release(&rows);
}

static int set_up(void **unused)
{
    static const char *const names[] = {"ant", "bee", "cat", "dog", "eel"};

    (void)unused;
    state = (struct skep_top_state){0};
    top_begin(&model, names, 5);
    skep_top_queue_see(&model.queues[0], top_make_seen("ant"));
    settle();
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    skep_top_model_release(&model);
    return 0;
}

static enum skep_top_order press(int key)
{
    enum skep_top_order order = skep_top_press(&state, &model, key, TOP_NOW_MS);

    settle();
    return order;
}

static void type(const char *text)
{
    for (; *text != '\0'; text++) {
        (void)press((unsigned char)*text);
    }
}

/* The bar moves over the queues and takes the screen with it, and never leaves the table. */
static void test_state__moves(void **unused)
{
    (void)unused;
    assert_string_equal(state.queue, "ant");
    assert_int_equal(press(SKEP_PRESS_UP), SKEP_TOP_LOOK);
    assert_string_equal(state.queue, "ant");
    (void)press(SKEP_PRESS_DOWN);
    (void)press('j');
    (void)press('j');
    assert_string_equal(state.queue, "dog");
    assert_int_equal(state.places[SKEP_TOP_QUEUES].first, 1);
    (void)press(SKEP_PRESS_END);
    assert_string_equal(state.queue, "eel");
    assert_int_equal(state.places[SKEP_TOP_QUEUES].first, 2);
    (void)press(SKEP_PRESS_DOWN);
    assert_string_equal(state.queue, "eel");
    (void)press(SKEP_PRESS_PAGE_UP);
    assert_string_equal(state.queue, "cat");
    (void)press(SKEP_PRESS_HOME);
    assert_string_equal(state.queue, "ant");
    assert_int_equal(state.places[SKEP_TOP_QUEUES].first, 0);
    (void)press(SKEP_PRESS_PAGE_DOWN);
    assert_string_equal(state.queue, "cat");
}

/* The bar stays on its queue when others come and go; when it goes itself, on the next one. */
static void test_state__follows_its_queue(void **unused)
{
    static const char *const more[] = {"aaa", "ant", "bee", "cat"}, *const fewer[] = {"ant", "dog"};

    (void)unused;
    (void)press('j');
    assert_string_equal(state.queue, "bee");
    assert_int_equal(skep_top_model_list(&model, more, 4), SKEP_OK);
    settle();
    assert_string_equal(state.queue, "bee");
    assert_int_equal(state.places[SKEP_TOP_QUEUES].chosen, 2);
    assert_int_equal(skep_top_model_list(&model, fewer, 2), SKEP_OK);
    settle();
    assert_string_equal(state.queue, "dog");
    assert_int_equal(skep_top_model_list(&model, NULL, 0), SKEP_OK);
    settle();
    assert_int_equal(press(SKEP_PRESS_DOWN), SKEP_TOP_LOOK);
    assert_int_equal(state.n_rows, 0);
}

/* Tab goes round, numbers jump, enter opens, escape goes back. */
static void test_state__views(void **unused)
{
    (void)unused;
    (void)press(SKEP_PRESS_ENTER);
    assert_int_equal(state.view, SKEP_TOP_QUEUE);
    (void)press(SKEP_PRESS_TAB);
    assert_int_equal(state.view, SKEP_TOP_TASKS);
    (void)press('4');
    assert_int_equal(state.view, SKEP_TOP_WORKERS);
    (void)press(SKEP_PRESS_TAB);
    assert_int_equal(state.view, SKEP_TOP_QUEUES);
    (void)press(SKEP_PRESS_BACK_TAB);
    assert_int_equal(state.view, SKEP_TOP_WORKERS);
    (void)press(SKEP_PRESS_ESCAPE);
    assert_int_equal(state.view, SKEP_TOP_QUEUES);
}

/* Before any queue was chosen the first one is; one that is gone stays the one that was looked at. */
static void test_state__begins_with_the_first(void **unused)
{
    (void)unused;
    state = (struct skep_top_state){.view = SKEP_TOP_TASKS};
    settle();
    assert_string_equal(state.queue, "ant");
    assert_int_equal(skep_top_model_list(&model, NULL, 0), SKEP_OK);
    settle();
    assert_string_equal(state.queue, "ant");
}

/* Left and right go to other queues, unless there is to be only one. */
static void test_state__other_queues(void **unused)
{
    (void)unused;
    (void)press('2');
    assert_int_equal(press(SKEP_PRESS_RIGHT), SKEP_TOP_LOOK);
    assert_string_equal(state.queue, "bee");
    (void)press(SKEP_PRESS_LEFT);
    (void)press(SKEP_PRESS_LEFT);
    assert_string_equal(state.queue, "eel");
    state.is_single = true;
    assert_int_equal(press(SKEP_PRESS_LEFT), SKEP_TOP_NOTHING);
    assert_string_equal(state.queue, "eel");
}

/* A filter narrows the rows; enter keeps it, escape ends it. */
static void test_state__filter(void **unused)
{
    (void)unused;
    type("/E");
    assert_int_equal(state.n_rows, 2); /* bee, eel */
    assert_string_equal(state.queue, "bee");
    type("q"); /* no command now */
    assert_int_equal(state.n_rows, 0);
    (void)press(SKEP_PRESS_BACKSPACE);
    (void)press(SKEP_PRESS_ENTER);
    assert_int_equal(state.mode, SKEP_TOP_NORMAL);
    assert_string_equal(state.filter, "E");
    (void)press(SKEP_PRESS_ESCAPE);
    assert_string_equal(state.filter, "");
    assert_int_equal(state.view, SKEP_TOP_QUEUES);
    type("/");
    (void)press(0x65E5);
    (void)press('x');
    assert_string_equal(state.filter, "\xe6\x97\xa5x");
    (void)press(SKEP_PRESS_BACKSPACE);
    (void)press(SKEP_PRESS_BACKSPACE);
    (void)press(SKEP_PRESS_BACKSPACE);
    assert_string_equal(state.filter, "");
}

/* A filter of any length and any characters is cut and clean. */
static void test_state__filter_takes_anything(void **unused)
{
    (void)unused;
    type("/");
    for (int i = 0; i < 200; i++) {
        (void)press(i % 2 == 0 ? 0x1F600 : 7);
    }
    assert_in_range(strlen(state.filter), 4, SKEP_TOP_FILTER_BYTES - 1);
    assert_int_equal(strlen(state.filter) % 4, 0);
}

/* What changes something is asked about first, and only a yes is one. */
static void test_state__asks(void **unused)
{
    (void)unused;
    assert_int_equal(press('p'), SKEP_TOP_NOTHING);
    assert_int_equal(state.mode, SKEP_TOP_ASKED);
    assert_int_equal(press('p'), SKEP_TOP_NOTHING);
    assert_string_equal(state.note, "nothing was done");
    (void)press('p');
    assert_int_equal(press('y'), SKEP_TOP_PAUSE);
    assert_int_equal(state.mode, SKEP_TOP_NORMAL);
    model.queues[0].seen->overview.status.is_paused = true;
    (void)press('p');
    assert_string_equal(state.note, "queue ant is paused already");
    (void)press('r');
    assert_int_equal(press('Y'), SKEP_TOP_RESUME);
    (void)press('R');
    assert_string_equal(state.note, "queue ant has no dead letters");
    model.queues[0].seen->overview.status.n_dead = 3;
    (void)press('R');
    assert_int_equal(press(SKEP_PRESS_ENTER), SKEP_TOP_NOTHING);
    (void)press('R');
    assert_int_equal(press('y'), SKEP_TOP_REQUEUE);
}

/* Nothing is changed by those who only look, nor where nothing is known. */
static void test_state__only_looks(void **unused)
{
    (void)unused;
    (void)press('j');
    (void)press('p');
    assert_int_equal(state.mode, SKEP_TOP_NORMAL);
    assert_string_equal(state.note, "no queue is chosen");
    (void)press('k');
    state.is_read_only = true;
    (void)press('p');
    assert_int_equal(state.mode, SKEP_TOP_NORMAL);
    assert_true(state.is_bad_note);
}

/* Help goes away with any key, q ends everything else. */
static void test_state__help_and_quit(void **unused)
{
    (void)unused;
    (void)press('?');
    assert_int_equal(state.mode, SKEP_TOP_HELP);
    assert_int_equal(press('q'), SKEP_TOP_NOTHING);
    assert_int_equal(state.mode, SKEP_TOP_NORMAL);
    assert_int_equal(press('q'), SKEP_TOP_QUIT);
}

/* Slots: what has run for longest first; workers by machine and slot, silent ones last. */
static void test_state__orders_rows(void **unused)
{
    struct skep_top_seen *seen = top_make_seen("ant");
    struct skep_top_rows rows;

    (void)unused;
    top_add_slots(seen, 4);
    (void)top_tell(seen, 3, "sum", "j", 3, 50);
    (void)top_tell(seen, 0, "sum", "j", 1, 10);
    top_tell(seen, 2, "sum", "j", 2, 90)->host = "ape";
    (void)top_tell(seen, 1, "sum", "j", 2, 90);
    seen->overview.status.slots[1].n_held = 0; /* what it tells is old: it has nothing in hand */
    skep_top_queue_see(&model.queues[0], seen);
    state.view = SKEP_TOP_TASKS;
    skep_top_rows_list(&model, &state, &rows);
    assert_int_equal(rows.n, 3);
    assert_int_equal(rows.items[0], 2);
    assert_int_equal(rows.items[1], 3);
    assert_int_equal(rows.items[2], 0);
    skep_top_rows_release(&rows);
    state.view = SKEP_TOP_WORKERS;
    skep_top_rows_list(&model, &state, &rows);
    assert_int_equal(rows.n, 4);
    assert_int_equal(rows.items[0], 2);
    assert_int_equal(rows.items[1], 0);
    assert_int_equal(rows.items[2], 1);
    assert_int_equal(rows.items[3], 3);
    skep_top_rows_release(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_state__moves, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state__follows_its_queue, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state__views, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state__begins_with_the_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state__other_queues, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state__filter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state__filter_takes_anything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state__asks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state__only_looks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state__help_and_quit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_state__orders_rows, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("producer/top/state", tests, NULL, NULL);
}
