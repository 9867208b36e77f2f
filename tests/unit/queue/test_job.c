/* SPDX-License-Identifier: MIT */
/* How a job stands, told by its numbers alone; what a server says of it is tested on a server
 * (integration/test_job.c). */
#include "support/test.h"

#include "queue/job.h"

/* The state says what can still come of a job: who waits for it, or forgets it, goes by that. */
static void test_job__state(void **state)
{
    static const struct {
        struct skep_job job;
        const char *state;
        int64_t total, over;
        bool is_over, is_known;
    } rows[] = {
        {{.name = "nobody"}, "unknown", 0, 0, false, false},
        {{.n_put = 5}, "uncounted", 0, 0, false, true},
        {{.is_announced = true, .n_announced = 5, .n_put = 3}, "pushing", 5, 0, false, true},
        {{.is_announced = true, .n_announced = 5, .n_put = 3, .n_done = 3}, "pushing", 5, 3, false, true},
        {{.is_announced = true, .n_announced = 5, .n_put = 5, .n_done = 4}, "running", 5, 4, false, true},
        {{.is_announced = true, .n_announced = 5, .n_put = 5, .n_done = 5}, "done", 5, 5, true, true},
        {{.is_announced = true, .n_announced = 5, .n_put = 5, .n_done = 4, .n_failed = 1},
         "failed",
         5,
         5,
         true,
         true},
        {{.is_announced = true, .n_announced = 5, .n_put = 5, .n_done = 4, .n_cancelled = 1},
         "failed", /* one task alone was cancelled, not the job */
         5,
         5,
         true,
         true},
        {{.is_announced = true,
          .n_announced = 5,
          .n_put = 3,
          .n_done = 1,
          .cancelled_ms = 1,
          .is_dropped = true},
         "cancelling",
         3,
         1,
         false,
         true},
        {{.is_announced = true,
          .n_announced = 5,
          .n_put = 3,
          .n_done = 1,
          .n_cancelled = 2,
          .cancelled_ms = 1},
         "cancelled", /* what was not pushed will never be */
         3,
         3,
         true,
         true},
        {{.is_dropped = true}, "cancelling", 0, 0, false, true},
        {{.is_announced = true, .n_announced = 5, .n_put = 5, .n_done = 7}, "done", 5, 7, true, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(skep_job_state(&rows[i].job), rows[i].state);
        assert_int_equal(skep_job_total(&rows[i].job), rows[i].total);
        assert_int_equal(skep_job_over(&rows[i].job), rows[i].over);
        assert_int_equal(skep_job_is_over(&rows[i].job), rows[i].is_over);
        assert_int_equal(skep_job_is_known(&rows[i].job), rows[i].is_known);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_job__state),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
