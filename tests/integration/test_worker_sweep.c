/* SPDX-License-Identifier: MIT */
/* Range jobs and real workers: every index is done once, whatever happens to slots. */
#include "support/test.h"
#include "hive_fixture.h"
#include "hive_sweep.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/until.h"

enum { WAIT_MS = 60000 };

static const char *const one_slot[] = {"--slots", "1", NULL};
static const char *const two_slots[] = {"--slots", "2", NULL};

/* N tasks of next to nothing, each of which knows its index: times fail:1 means one failed attempt. */
static struct hive_sweep *put_numbers(int64_t n)
{
    char spec[512];

    snprintf(spec, sizeof spec,
             "{\"kernel\":\"sleep\",\"args\":{\"s\":0},\"over\":[{\"ranges\":[\"a\",\"b\"],\"from\":\"0:%lld:"
             "%lld\"}],"
             "\"token\":\"" HIVE_TOKEN "\",\"out\":[{\"path\":\"o.npy\",\"at\":[\"{a}\"],\"dtype\":\"f8\","
             "\"shape\":[%lld],\"fill\":\"nan\"}]}",
             (long long)n, (long long)n, (long long)n);
    return hive_put_sweep(hive, "job", spec);
}

/* A million tasks of nothing: all of them are done, and every slice is there. */
static void test_worker_sweep__does_every_index(void **state)
{
    enum { N = 1000000 };
    struct hive_sweep *sweep = put_numbers(N);
    struct skep_job job;

    (void)state;
    hive_start_worker(hive, one_slot);
    job = hive_gather(hive, sweep, WAIT_MS);
    assert_int_equal(job.n_done, N);
    assert_int_equal(job.n_failed, 0);
    assert_int_equal(hive_count_done(sweep), N);
    for (int64_t i = 0; i < N; i += 99991) {
        assert_true(hive_f8(sweep, i) == 0);
    }
    hive_check_done(hive, 0, 0);
    hive_free_sweep(sweep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_worker_sweep__does_every_index, set_up, tear_down),
    };

    (void)two_slots;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
