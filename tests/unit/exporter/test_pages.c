/* SPDX-License-Identifier: MIT */
#include "known.h"

#include "base/clock.h"
#include "ops/exporter/pages.h"
#include "support/heap.h"

static struct skep_export_state state;
static struct skep_export_pages pages;
static int64_t now_ms;

static int64_t now_ns(void)
{
    return now_ms * 1000000;
}

static const struct skep_clock still = {.wall_ms = NULL, .monotonic_ns = now_ns};

static int set_up(void **context)
{
    (void)context;
    now_ms = KNOWN_NOW_MS;
    skep_clock_replace(&still);
    known_begin(&state);
    skep_export_pages_init(&pages, &state);
    return 0;
}

static int tear_down(void **context)
{
    (void)context;
    skep_export_pages_release(&pages);
    skep_export_state_release(&state);
    skep_clock_replace(NULL);
    return 0;
}

static struct skep_export_page *get(enum skep_export_page_kind kind)
{
    struct skep_export_page *page = skep_export_pages_get(&pages, kind, NULL);

    assert_non_null(page);
    return page;
}

/* However many ask between two readings, a document is made once. */
static void test_pages__are_made_once(void **context)
{
    struct skep_export_page *one = get(SKEP_EXPORT_PAGE_METRICS), *two = get(SKEP_EXPORT_PAGE_METRICS);

    (void)context;
    assert_ptr_equal(one, two);
    assert_int_equal(one->n, strlen(one->bytes));
    state.generation++;
    two = get(SKEP_EXPORT_PAGE_METRICS);
    assert_ptr_not_equal(one, two);
    assert_non_null(strstr(one->bytes, "skep_up 1")); /* the old one is still being sent */
    skep_export_page_drop(one);
    skep_export_page_drop(one);
    skep_export_page_drop(two);
}

/* A reader that hangs in Redis does not keep the health green: a document is old after a second. */
static void test_pages__grow_old(void **context)
{
    struct skep_export_page *page = get(SKEP_EXPORT_PAGE_HEALTH);

    (void)context;
    assert_int_equal(page->status, 200);
    skep_export_page_drop(page);
    now_ms += 3500;
    page = get(SKEP_EXPORT_PAGE_HEALTH);
    assert_int_equal(page->status, 503);
    assert_non_null(strstr(page->bytes, "\"unread\""));
    skep_export_page_drop(page);
    page = get(SKEP_EXPORT_PAGE_METRICS);
    assert_int_equal(page->status, 200);
    assert_non_null(strstr(page->bytes, "skep_up 0"));
    skep_export_page_drop(page);
}

/* A queue in detail is made for whoever asks. */
static void test_pages__show_a_queue(void **context)
{
    struct skep_export_page *plain = get(SKEP_EXPORT_PAGE_OVERVIEW);
    struct skep_export_page *detail = skep_export_pages_get(&pages, SKEP_EXPORT_PAGE_OVERVIEW, "q");

    (void)context;
    assert_ptr_not_equal(plain, detail);
    assert_null(strstr(plain->bytes, "\"known\":"));
    assert_non_null(strstr(detail->bytes, "\"known\":"));
    skep_export_page_drop(detail);
    skep_export_page_drop(plain);
}

static skep_status make(void *context)
{
    struct skep_export_page *page;

    (void)context;
    state.generation++;
    page = skep_export_pages_get(&pages, SKEP_EXPORT_PAGE_METRICS, NULL);
    skep_export_page_drop(page);
    skep_export_pages_release(&pages);
    return page != NULL ? SKEP_OK : SKEP_E_NOMEM;
}

/* Without memory there is no page, and nothing is lost. */
static void test_pages__need_memory(void **context)
{
    (void)context;
    test_heap_torture(make, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_pages__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(are_made_once), TEST(grow_old), TEST(show_a_queue),
                                       TEST(need_memory)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
