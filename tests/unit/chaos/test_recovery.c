/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "chaos/recovery.h"

#include <string.h>
#include <unistd.h>

/* The process is the second word of a slot's name, whatever the host is called. */
static void test_recovery__reads_the_process(void **state)
{
    char name[SKEP_WORKER_NAME_BYTES];

    (void)state;
    skep_worker_name_make(name);
    assert_int_equal(skep_recovery_pid(name), getpid());
    assert_int_equal(skep_recovery_pid("fe80::1:12:ab:cd"), 12);
    assert_int_equal(skep_recovery_pid("h:x:ab:cd"), 0);
    assert_int_equal(skep_recovery_pid("12:ab:cd"), 0);
    assert_int_equal(skep_recovery_pid("nobody"), 0);
}

/* A time is from the kill to the first look at which the slot is gone; each slot once, others never. */
static void test_recovery__measures_until_gone(void **state)
{
    static struct skep_recovery recovery;
    struct skep_slot_status slots[] = {{.worker = "h:1:a:b"}, {.worker = "h:2:a:b"}, {.worker = "h:3:a:b"}};
    struct skep_queue_status status = {.n_slots = 3, .slots = slots};
    const pid_t killed[] = {1, 2, 99};

    (void)state;
    skep_recovery_expect(&recovery, SKEP_RECOVERY_WORKER, killed, 3, &status, 1000);
    skep_recovery_expect(&recovery, SKEP_RECOVERY_SLOT, killed, 1, &status, 1500);
    assert_int_equal(recovery.n, 2);
    skep_recovery_look(&recovery, &status, 1600);
    assert_int_equal(recovery.n, 2);
    memmove(slots, slots + 1, 2 * sizeof slots[0]); /* the first is gone */
    status.n_slots = 2;
    skep_recovery_look(&recovery, &status, 3000);
    status.n_slots = 0;
    skep_recovery_look(&recovery, &status, 6500);
    assert_int_equal(recovery.n, 0);
    assert_int_equal(recovery.times[SKEP_RECOVERY_SLOT].n, 0);
    assert_int_equal(recovery.times[SKEP_RECOVERY_WORKER].n, 2);
    assert_int_equal(skep_times_percentile(&recovery.times[SKEP_RECOVERY_WORKER], 0.5), 2000);
    assert_int_equal(skep_times_percentile(&recovery.times[SKEP_RECOVERY_WORKER], 1), 5500);
    skep_recovery_release(&recovery);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recovery__reads_the_process),
        cmocka_unit_test(test_recovery__measures_until_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
