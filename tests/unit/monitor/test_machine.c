/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support/test.h"
#include "support/files.h"
#include "monitor/machine.h"

/* This machine has what it must have, and the limits of this process are told as they are. */
static void test_machine__here(void **state)
{
    struct skep_machine machine;
    struct rlimit before, less;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    less = (struct rlimit){.rlim_cur = 123, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &less), 0);
    skep_machine_read(&machine);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(machine.open_files, 123);
    assert_in_range(machine.cores, 1, sysconf(_SC_NPROCESSORS_CONF));
    assert_in_range(machine.cores_usable, 1, machine.cores);
    assert_true(machine.memory_bytes > machine.memory_free_bytes && machine.memory_free_bytes > 0);
    assert_int_equal(strlen(machine.boot), 36);
}

/* A disk has no more free than it has; a folder that is not there has nothing. */
static void test_machine__free_disk(void **state)
{
    char *folder = test_make_folder();
    int64_t total = 0;
    int64_t n_free = skep_machine_disk_free(folder, &total);

    (void)state;
    assert_true(n_free >= 0 && n_free <= total);
    test_remove_folder(folder);
    assert_int_equal(skep_machine_disk_free("/nowhere/at/all", &total), -1);
    assert_int_equal(total, -1);
    assert_int_equal(skep_machine_disk_free("/nowhere/at/all", NULL), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_machine__here),
        cmocka_unit_test(test_machine__free_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
