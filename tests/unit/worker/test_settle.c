/* SPDX-License-Identifier: MIT */
#include "unit/worker/settle_fixture.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "task/result_read.h"

#define TEXT(s) (s), strlen(s)

static struct skep_work work;

static void read_record(const char *record)
{
    const struct skep_run run = {0};

    skep_buf_reset(&bytes);
    skep_arena_reset(&arena, SIZE_MAX);
    skep_work_read(&run, TEXT(record), &arena, &work);
}

/* The verdict on RECORD, whose attempt has ended in STATUS. */
static const struct skep_verdict *settle(const char *record, skep_status status, double retry_after_s)
{
    struct skep_outcome outcome = {.status = status, .retry_after_s = retry_after_s};

    read_record(record);
    assert_int_equal(work.status, SKEP_OK);
    if (status != SKEP_OK) {
        (void)skep_error_set(&outcome.err, status, "so it was");
    }
    skep_settle(&policy, &attempt, &work, &outcome, &bytes, &settled);
    return verdict_of();
}

static struct skep_result_summary result_of(const struct skep_verdict *verdict)
{
    struct skep_result_summary result;

    assert_int_equal(skep_result_read(verdict->result.bytes, verdict->result.n, &arena, &result, NULL),
                     SKEP_OK);
    return result;
}

/* The record for attempt number N + 1 of a task. */
static const char *tried(unsigned n)
{
    static char record[128];

    snprintf(record, sizeof record, "#skep try=%u\n{\"kernel\":\"echo\"}", n);
    return record;
}

/* Of many waits before attempt TRIES + 2 none is longer than BOUND_MS, or shorter than LEAST_MS, and each
 * quarter between is met (400 draws miss one with a probability below 1e-49). */
static void check_waits(unsigned tries, double retry_after_s, int64_t least_ms, int64_t bound_ms)
{
    bool seen[4] = {false};

    for (int i = 0; i < 400; i++) {
        const struct skep_verdict *verdict = settle(tried(tries), SKEP_E_KERNEL, retry_after_s);
        assert_int_equal(verdict->kind, SKEP_RETRY);
        assert_true(verdict->delay_ms >= least_ms && verdict->delay_ms <= bound_ms);
        if (verdict->delay_ms < bound_ms) {
            seen[4 * (verdict->delay_ms - least_ms) / (bound_ms - least_ms)] = true;
        }
    }
    assert_true(seen[0] && seen[1] && seen[2] && seen[3]);
}

/* Failed attempts are tried again five times, after a random wait whose bound starts at a second and doubles;
 * then the task is buried. */
static void test_settle__tries_again_five_times(void **state)
{
    (void)state;
    for (unsigned tries = 0; tries < 5; tries++) {
        check_waits(tries, 0, 0, 1000 << tries);
    }
    assert_int_equal(settle(tried(5), SKEP_E_KERNEL, 0)->kind, SKEP_BURY);
}

/* No bound is above ten minutes, however often a task may fail. */
static void test_settle__waits_ten_minutes_at_most(void **state)
{
    static const char record[] = "#skep try=900\n{\"kernel\":\"echo\",\"retries\":1000}";
    int64_t longest_ms = 0;

    (void)state;
    for (int i = 0; i < 400; i++) {
        const struct skep_verdict *verdict = settle(record, SKEP_E_KERNEL, 0);
        assert_int_equal(verdict->kind, SKEP_RETRY);
        longest_ms = verdict->delay_ms > longest_ms ? verdict->delay_ms : longest_ms;
    }
    assert_in_range(longest_ms, 450 * 1000, 600 * 1000);
}

/* What the kernel asks for comes before the random part. */
static void test_settle__a_kernel_may_ask_for_a_wait(void **state)
{
    (void)state;
    check_waits(0, 30, 30000, 31000);
    check_waits(2, 0.5, 500, 4500);
    check_waits(0, -5, 0, 1000);
    check_waits(0, (double)NAN, 0, 1000);
    assert_in_range(settle(tried(0), SKEP_E_KERNEL, (double)INFINITY)->delay_ms, 30LL * 86400 * 1000,
                    30LL * 86400 * 1000 + 1000);
}

/* Causes that are final are buried at once; so is everything when the task wants no retries. */
static void test_settle__final_causes_are_buried(void **state)
{
    static const skep_status finals[] = {SKEP_E_BAD_ARGS,      SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID,
                                         SKEP_E_INPUT_CHANGED, SKEP_E_KERNEL_FINAL,  SKEP_E_NUMERIC};

    (void)state;
    for (size_t i = 0; i < sizeof finals / sizeof finals[0]; i++) {
        assert_int_equal(settle(tried(0), finals[i], 0)->kind, SKEP_BURY);
    }
    assert_int_equal(settle("{\"kernel\":\"echo\",\"retries\":0}", SKEP_E_KERNEL, 0)->kind, SKEP_BURY);
}

/* Time and memory are failures that are tried again, whoever had to end them. */
static void test_settle__limits_use_the_budget_of_failures(void **state)
{
    (void)state;
    assert_int_equal(settle(tried(0), SKEP_E_TIMEOUT, 0)->kind, SKEP_RETRY);
    assert_int_equal(settle(tried(0), SKEP_E_MEMORY_LIMIT, 0)->kind, SKEP_RETRY);
    assert_int_equal(settle(tried(0), SKEP_E_NOMEM, 0)->kind, SKEP_RETRY);
    assert_string_equal(result_of(settle(tried(5), SKEP_E_NOMEM, 0)).cause, "memory-limit");
}

/* What was cancelled is over: it has a result, no dead letter, and says which cancellation it has met. */
static void test_settle__cancelled_is_over(void **state)
{
    static const char record[] = "{\"kernel\":\"echo\",\"id\":\"t7\",\"job\":\"sweep\"}";
    const struct skep_verdict *verdict = settle(record, SKEP_E_CANCELLED, 0);

    (void)state;
    assert_int_equal(verdict->kind, SKEP_CANCEL);
    assert_null(verdict->record.bytes);
    assert_string_equal(verdict->id, "t7");
    assert_string_equal(verdict->job, "sweep");
    assert_string_equal(result_of(verdict).cause, "cancelled");
    read_record(record);
    skep_settle_cancelled(&attempt, &work, &bytes, &settled);
    verdict = verdict_of();
    assert_int_equal(verdict->kind, SKEP_CANCEL);
    assert_null(verdict->record.bytes);
    assert_string_equal(verdict->id, "t7");
    assert_string_equal(verdict->job, "sweep");
    assert_string_equal(result_of(verdict).message, "cancelled before it ran");
}

/* A verdict that ends a task raises the count of its job, which the record or skep's own line names. */
static void test_settle__names_the_job(void **state)
{
    static const char named[] = "{\"kernel\":\"echo\",\"job\":\"a b\"}";

    (void)state;
    assert_string_equal(settle(named, SKEP_OK, 0)->job, "a b");
    assert_string_equal(settle(named, SKEP_E_BAD_ARGS, 0)->job, "a b");
    assert_null(settle(named, SKEP_E_KERNEL, 0)->job);
    assert_null(settle(tried(0), SKEP_OK, 0)->job);
    assert_null(settle(tried(0), SKEP_OK, 0)->id);
}

/* One that was taken too late says until when it was to run, in a way that people read. */
static void test_settle__expired_tells_the_time(void **state)
{
    (void)state;
    read_record("{\"kernel\":\"echo\",\"expires\":\"2033-05-18T03:33:19.999Z\"}");
    assert_true(skep_settle_unrun(&policy, &attempt, &work, 0, "", &bytes, &settled));
    assert_int_equal(verdict_of()->kind, SKEP_BURY);
    assert_string_equal(result_of(verdict_of()).message,
                        "it was to run only until 2033-05-18T03:33:19.999Z and was taken too late");
    read_record("{\"kernel\":\"echo\",\"expires\":\"2033-05-18T03:33:20.001Z\"}");
    assert_false(skep_settle_unrun(&policy, &attempt, &work, 0, "", &bytes, &settled));
}

/* A task's own limit of time holds, but never beyond the worker's. */
static void test_settle__time_is_cut_to_the_workers(void **state)
{
    const struct skep_policy strict = {.task_time_s = 10};

    (void)state;
    read_record("{\"kernel\":\"echo\",\"timeout_s\":3}");
    assert_true(skep_settle_time_s(&policy, work.task.timeout_s) == 3 &&
                skep_settle_time_s(&strict, work.task.timeout_s) == 3);
    read_record("{\"kernel\":\"echo\",\"timeout_s\":30}");
    assert_true(skep_settle_time_s(&policy, work.task.timeout_s) == 30 &&
                skep_settle_time_s(&strict, work.task.timeout_s) == 10);
    read_record("{\"kernel\":\"echo\"}");
    assert_true(skep_settle_time_s(&policy, work.task.timeout_s) == 0 &&
                skep_settle_time_s(&strict, work.task.timeout_s) == 10);
}

/* A task that was refused memory says how much it may have and how much its slot had; where the limit is not
 * known nothing is made up. Words of other failures stay as they are. */
static void test_settle__memory_tells_limit_and_peak(void **state)
{
    const struct skep_policy limited = {.retries = 0, .crashes = 3, .memory_bytes = 32 << 20};
    const struct skep_attempt large = {.worker = "w1", .host = "h", .usage.peak_rss_bytes = 40 << 20};
    struct skep_outcome outcome = {.status = SKEP_E_NOMEM, .err = {SKEP_E_NOMEM, "no room"}};

    (void)state;
    read_record("{\"kernel\":\"echo\"}");
    skep_settle(&limited, &large, &work, &outcome, &bytes, &settled);
    assert_string_equal(result_of(verdict_of()).message, "no room (limit 32.0 MiB, peak resident 40.0 MiB)");
    outcome.err.status = outcome.status = SKEP_E_KERNEL;
    read_record("{\"kernel\":\"echo\"}");
    skep_settle(&limited, &large, &work, &outcome, &bytes, &settled);
    assert_string_equal(result_of(verdict_of()).message, "no room");
    assert_string_equal(result_of(settle("{\"kernel\":\"echo\",\"retries\":0}", SKEP_E_NOMEM, 0)).message,
                        "so it was");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_settle__tries_again_five_times),
        cmocka_unit_test(test_settle__waits_ten_minutes_at_most),
        cmocka_unit_test(test_settle__a_kernel_may_ask_for_a_wait),
        cmocka_unit_test(test_settle__final_causes_are_buried),
        cmocka_unit_test(test_settle__limits_use_the_budget_of_failures),
        cmocka_unit_test(test_settle__cancelled_is_over),
        cmocka_unit_test(test_settle__names_the_job),
        cmocka_unit_test(test_settle__expired_tells_the_time),
        cmocka_unit_test(test_settle__time_is_cut_to_the_workers),
        cmocka_unit_test(test_settle__memory_tells_limit_and_peak),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
