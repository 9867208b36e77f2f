/* SPDX-License-Identifier: MIT */
#include "unit/worker/settle_fixture.h"

#include <string.h>

#include "worker/index_work.h"

static const struct skep_sweep sweep = {
    .kernel = "te_box", .n = 100, .n_all = 100, .has_retries = true, .retries = 1, .timeout_s = 3};

static struct skep_header header_of(const char *line)
{
    struct skep_header header;
    const char *body;
    size_t body_n;

    assert_int_equal(skep_header_parse(line, strlen(line), &arena, &header, &body, &body_n, NULL), SKEP_OK);
    return header;
}

static struct skep_outcome failure(skep_status status)
{
    struct skep_outcome outcome = {.status = status};

    (void)skep_error_set(&outcome.err, status, "so it was");
    return outcome;
}

/* Another try of a position is a line of its own, without a record. */
static void test_index_work__another_try_is_a_line(void **state)
{
    const struct skep_header header = header_of("#skep r=40:50 j=night q=5\n");
    const struct skep_work work = skep_index_work_of(&sweep, &header, 47);
    const struct skep_outcome outcome = failure(SKEP_E_KERNEL);
    struct skep_header again;

    (void)state;
    skep_settle(&policy, &attempt, &work, &outcome, &bytes, &settled);
    assert_int_equal(verdict_of()->kind, SKEP_RETRY);
    assert_memory_equal(verdict_of()->record.bytes, "#skep r=47:48 q=5 j=night try=1 u=", 34);
    assert_int_equal(verdict_of()->record.bytes[verdict_of()->record.n - 1], '\n');
    again = header_of(skep_arena_strndup(&arena, verdict_of()->record.bytes, verdict_of()->record.n));
    assert_int_equal(again.n_events, 1);
    assert_string_equal(again.events[0].message, "so it was");
}

/* A dead letter names the index and holds what its task said. */
static void test_index_work__a_dead_letter(void **state)
{
    static struct skep_known_sweep known = {.job = "night"};
    const struct skep_bytes record = {"#skep r=47:48 j=night q=5 try=1\n{}", 34};
    const struct skep_outcome outcome = failure(SKEP_E_KERNEL);
    struct skep_index_work all;
    const struct skep_work *work;

    (void)state;
    known.sweep = sweep;
    assert_int_equal(skep_index_work_init(&all, &record, &arena, NULL), SKEP_OK);
    assert_int_equal(all.spec_n, 2);
    work = skep_index_work_at(&all, &known, 47, 12, true);
    assert_string_equal(work->id, "night.12");
    skep_settle(&policy, &attempt, work, &outcome, &bytes, &settled);
    assert_int_equal(verdict_of()->kind, SKEP_BURY); /* one more try was all that the spec wants */
    assert_non_null(strstr(verdict_of()->record.bytes, " cause=kernel-error "));
    assert_non_null(strstr(verdict_of()->record.bytes, " try=2 "));
    assert_non_null(
        strstr(verdict_of()->record.bytes, "\n#skep r=47:48 i=12 q=5 j=night\n{\"kernel\":\"te_box\"}"));
    skep_index_work_release(&all);
}

/* An agent gives another try to an index whose slot it had to end; who takes that buries it when it had none
 * left, with the cause of then. */
static void test_index_work__tries_that_an_agent_used_up(void **state)
{
    const struct skep_header first = header_of("#skep r=40:50 j=night try=1\n");
    struct skep_work work = skep_index_work_of(&sweep, &first, 47);
    const struct skep_outcome outcome = failure(SKEP_E_TIMEOUT);
    struct skep_header second;

    (void)state;
    skep_settle_again(&policy, &attempt, &work, &outcome, &bytes, &settled);
    assert_int_equal(verdict_of()->kind, SKEP_RETRY);
    second = header_of(skep_arena_strndup(&arena, verdict_of()->record.bytes, verdict_of()->record.n));
    assert_int_equal(second.tries, 2);
    work = skep_index_work_of(&sweep, &second, 47);
    skep_buf_reset(&bytes);
    assert_true(skep_settle_unrun(&policy, &attempt, &work, 0, "", &bytes, &settled));
    assert_int_equal(verdict_of()->kind, SKEP_BURY);
    assert_non_null(strstr(verdict_of()->record.bytes, " cause=timeout "));
    assert_non_null(strstr(verdict_of()->record.bytes, ",timeout,w1,so%20it%20was"));
    assert_non_null(strstr(verdict_of()->record.bytes, " try=2 "));
    work = skep_index_work_of(&sweep, &first, 47);
    assert_false(skep_settle_unrun(&policy, &attempt, &work, 0, "", &bytes, &settled));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_index_work__another_try_is_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_index_work__a_dead_letter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_index_work__tries_that_an_agent_used_up, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
