/* SPDX-License-Identifier: MIT */
/* A slot that waits for a task without taking it, on a real server. */
#include "support/test.h"
#include "support/until.h"
#include "verbs.h"

#include <sys/wait.h>
#include <unistd.h>

/* Waiting ends at once when there is work, and leaves the work where it was. */
static void test_holder_waits__waits_without_taking(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    struct digest before;

    (void)state;
    push_records(5);
    before = state_digest();
    assert_int_equal(await_task(&holder, -1, 10000), SKEP_OK);
    check_unchanged(&before);
    check_list(verbs.keys.queue, "r0 r1 r2 r3 r4");
    assert_true(skep_conn_is_open(conn));
    check_task(take(&holder, 1), 0, "r0");
    skep_conn_free(conn);
}

static bool somebody_waits(void *context)
{
    return strstr(ask(context, "INFO clients")->bytes, "blocked_clients:1\r") != NULL;
}

/* In a process of its own: push a task as soon as somebody waits for one. */
static pid_t push_when_somebody_waits(void)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        struct skep_conn *conn = open_conn(verbs.redis->url, (struct skep_conn_options){0});
        bool waits = test_until(somebody_waits, conn, 20000);
        ask(conn, "RPUSH skep:q task");
        _exit(waits ? 0 : 1);
    }
    return pid;
}

/* A push wakes one who waits. */
static void test_holder_waits__a_push_ends_the_wait(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    int64_t began_ms = test_now_ms();
    pid_t pusher = push_when_somebody_waits();
    int status;

    (void)state;
    assert_int_equal(await_task(&holder, -1, 50000), SKEP_OK);
    assert_true(test_now_ms() - began_ms < 30000);
    assert_int_equal(waitpid(pusher, &status, 0), pusher);
    assert_int_equal(status, 0);
    check_list(verbs.keys.queue, "task");
    skep_conn_free(conn);
}

/* Without work the wait is over when its time is, and the line stays open. */
static void test_holder_waits__the_wait_has_an_end(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    int64_t began_ms = test_now_ms();

    (void)state;
    assert_int_equal(await_task(&holder, -1, 30), SKEP_OK);
    assert_in_range(test_now_ms() - began_ms, 29, 20000);
    assert_int_equal(await_task(&holder, -1, 0), SKEP_OK);
    assert_true(skep_conn_is_open(conn));
    assert_int_equal(take(&holder, 1)->n_tasks, 0);
    skep_conn_free(conn);
}

/* What else the slot listens to ends the wait, and the queue is then as it was. */
static void test_holder_waits__another_descriptor_ends_the_wait(void **state)
{
    struct skep_holder holder;
    struct skep_conn *conn = open_holder(&holder);
    int pipe_fds[2];

    (void)state;
    assert_int_equal(pipe(pipe_fds), 0);
    assert_int_equal(write(pipe_fds[1], "x", 1), 1);
    assert_int_equal(await_task(&holder, pipe_fds[0], 60000), SKEP_STOPPED);
    push_records(2);
    check_task(take(&holder, 1), 0, "r0"); /* the line was closed, and is opened by the next who needs it */
    check_list(verbs.keys.queue, "r1");
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    skep_conn_free(conn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_holder_waits__waits_without_taking, verbs_clear),
        cmocka_unit_test_setup(test_holder_waits__a_push_ends_the_wait, verbs_clear),
        cmocka_unit_test_setup(test_holder_waits__the_wait_has_an_end, verbs_clear),
        cmocka_unit_test_setup(test_holder_waits__another_descriptor_ends_the_wait, verbs_clear),
    };

    return cmocka_run_group_tests(tests, verbs_start, verbs_stop);
}
