/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cgroup.h"

static char *folder;

static int set_up(void **state)
{
    (void)state;
    folder = test_make_folder();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_remove_folder(folder);
    return 0;
}

static struct skep_cgroup of(const char *group)
{
    struct skep_cgroup cgroup;

    assert_true(strlen(folder) < sizeof cgroup.mount);
    snprintf(cgroup.mount, sizeof cgroup.mount, "%s", folder);
    snprintf(cgroup.group, sizeof cgroup.group, "%s", group);
    return cgroup;
}

/* The file GROUP/NAME, GROUP being of one level. */
static void say(const char *group, const char *name, const char *text)
{
    char *below = test_path(folder, group);

    mkdir(below, 0777);
    test_write_file(below, name, text, strlen(text));
    free(below);
}

/* The tightest bound between a group and the root counts. */
static void test_cgroup__the_tightest_bound_counts(void **state)
{
    struct skep_cgroup cgroup = of("/a/b");

    (void)state;
    say("", "cpu.max", "800000 100000\n");
    say("a", "cpu.max", "150000 100000\n");
    say("a/b", "cpu.max", "max 100000\n");
    say("a", "memory.max", "max\n");
    say("a/b", "memory.max", "1073741824\n");
    assert_true(skep_cgroup_cores(&cgroup) == 1.5);
    assert_int_equal(skep_cgroup_memory_bytes(&cgroup), 1 << 30);
    cgroup = of("/");
    assert_true(skep_cgroup_cores(&cgroup) == 8);
    assert_int_equal(skep_cgroup_memory_bytes(&cgroup), 0);
}

/* The files of version 1 are read, too. */
static void test_cgroup__reads_the_first_version(void **state)
{
    struct skep_cgroup cgroup = of("");

    (void)state;
    say("cpu", "cpu.cfs_quota_us", "250000\n");
    say("cpu", "cpu.cfs_period_us", "100000\n");
    say("memory", "memory.limit_in_bytes", "4096\n");
    assert_true(skep_cgroup_cores(&cgroup) == 2.5);
    assert_int_equal(skep_cgroup_memory_bytes(&cgroup), 4096);
    say("cpu", "cpu.cfs_quota_us", "-1\n");
    say("memory", "memory.limit_in_bytes", "9223372036854771712\n");
    assert_true(skep_cgroup_cores(&cgroup) == 0);
    assert_int_equal(skep_cgroup_memory_bytes(&cgroup), 0);
}

/* Without such files, or with nonsense in them, nothing is bounded. */
static void test_cgroup__nothing_there_is_no_bound(void **state)
{
    struct skep_cgroup cgroup = of("/gone/away");

    (void)state;
    assert_true(skep_cgroup_cores(&cgroup) == 0);
    assert_int_equal(skep_cgroup_memory_bytes(&cgroup), 0);
    say("", "cpu.max", "100000 0\n");
    say("", "memory.max", "lots\n");
    assert_true(skep_cgroup_cores(&cgroup) == 0);
    assert_int_equal(skep_cgroup_memory_bytes(&cgroup), 0);
}

/* Wherever this runs, its own groups can be asked. */
static void test_cgroup__own(void **state)
{
    struct skep_cgroup cgroup;

    (void)state;
    skep_cgroup_own(&cgroup);
    assert_string_equal(cgroup.mount, "/sys/fs/cgroup");
    assert_true(skep_cgroup_cores(&cgroup) >= 0);
    assert_true(skep_cgroup_memory_bytes(&cgroup) >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_cgroup__the_tightest_bound_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cgroup__reads_the_first_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cgroup__nothing_there_is_no_bound, set_up, tear_down),
        cmocka_unit_test(test_cgroup__own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
