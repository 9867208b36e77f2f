/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ops/exporter/visitors.h"

static struct skep_export_visitors visitors;

static int set_up(void **state)
{
    (void)state;
    skep_export_visitors_init(&visitors);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_export_visitors_release(&visitors);
    return 0;
}

/* The other end of a connection sees that it is over. */
static bool is_over(int fd)
{
    struct pollfd look = {.fd = fd, .events = POLLIN};
    char byte;

    return poll(&look, 1, 0) == 1 && read(fd, &byte, 1) == 0;
}

/* Who has been here too long has to go; who came later stays. */
static void test_visitors__end(void **state)
{
    int old[2], young[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, old), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, young), 0);
    skep_export_visitors_add(&visitors, old[0], 1000);
    skep_export_visitors_add(&visitors, young[0], 1001);
    assert_int_equal(skep_export_visitors_end_old(&visitors, 1000 + SKEP_EXPORT_VISIT_MS), 0);
    assert_int_equal(skep_export_visitors_end_old(&visitors, 1001 + SKEP_EXPORT_VISIT_MS), 1);
    assert_true(is_over(old[1]));
    assert_false(is_over(young[1]));
    for (int i = 0; i < 2; i++) {
        close(old[i]);
        close(young[i]);
    }
}

/* Who has gone is not ended: the number may be somebody else's by now. */
static void test_visitors__forget(void **state)
{
    int pair[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    skep_export_visitors_add(&visitors, pair[0], 0);
    skep_export_visitors_remove(&visitors, pair[0]);
    skep_export_visitors_remove(&visitors, 12345);
    assert_int_equal(skep_export_visitors_end_old(&visitors, 10 * SKEP_EXPORT_VISIT_MS), 0);
    assert_false(is_over(pair[1]));
    close(pair[0]);
    close(pair[1]);
}

/* More than there is room for are not watched, and nothing breaks. */
static void test_visitors__may_be_too_many(void **state)
{
    (void)state;
    for (int i = 0; i < SKEP_EXPORT_VISITORS + 10; i++) {
        skep_export_visitors_add(&visitors, 1000000 + i, 0);
    }
    assert_int_equal(skep_export_visitors_end_old(&visitors, 10 * SKEP_EXPORT_VISIT_MS),
                     SKEP_EXPORT_VISITORS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_visitors__##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(end), TEST(forget), TEST(may_be_too_many)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
