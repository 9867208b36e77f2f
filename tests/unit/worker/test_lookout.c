/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/heap.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "worker/lookout.h"
#include "worker/process.h"

/* Memory that a process has touched is resident, and nobody shares it. */
static void test_lookout__sees_memory(void **state)
{
    const size_t size = 32 << 20;
    struct skep_lookout lookout;
    int64_t now_ms, before;
    void *memory;

    (void)state;
    assert_int_equal(skep_lookout_init(&lookout, NULL, 2, NULL), SKEP_OK);
    skep_lookout_set(&lookout, 1, getpid());
    skep_lookout_look(&lookout);
    now_ms = skep_monotonic_ms();
    before = skep_lookout_pss_bytes(&lookout, 1, now_ms);
    assert_true(before > 0);
    assert_int_equal(skep_lookout_pss_bytes(&lookout, 0, now_ms), -1);
    memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    memset(memory, 1, size);
    skep_lookout_look_at_new(&lookout);
    assert_int_equal(skep_lookout_pss_bytes(&lookout, 1, now_ms), before);
    skep_lookout_look(&lookout);
    /* Of the libraries our part shrinks whenever somebody starts. */
    assert_true(skep_lookout_pss_bytes(&lookout, 1, skep_monotonic_ms()) >=
                before + (int64_t)size - (1 << 20));
    munmap(memory, size);
    skep_lookout_release(&lookout);
}

/* What is known of one process is not told of the next. */
static void test_lookout__another_process_is_not_known(void **state)
{
    struct skep_lookout lookout;

    (void)state;
    assert_int_equal(skep_lookout_init(&lookout, NULL, 1, NULL), SKEP_OK);
    skep_lookout_set(&lookout, 0, getpid());
    skep_lookout_look_at_new(&lookout);
    skep_lookout_look(&lookout);
    skep_lookout_set(&lookout, 0, getpid());
    assert_true(skep_lookout_pss_bytes(&lookout, 0, skep_monotonic_ms()) > 0);
    skep_lookout_set(&lookout, 0, getppid());
    assert_int_equal(skep_lookout_pss_bytes(&lookout, 0, skep_monotonic_ms()), -1);
    skep_lookout_release(&lookout);
}

/* The room of the folder's disk is that of the system; what was seen too long ago is not known. The folder's
 * name is a copy: the thread may look while who knew it is gone. */
static void test_lookout__sees_the_disk(void **state)
{
    char *folder = test_make_folder(), *name = strdup(folder);
    struct skep_lookout lookout;
    struct statvfs info;
    int64_t seen, now_ms;

    (void)state;
    assert_non_null(name);
    assert_int_equal(skep_lookout_init(&lookout, name, 1, NULL), SKEP_OK);
    memset(name, 'x', strlen(name));
    free(name);
    assert_int_equal(skep_lookout_disk_free_bytes(&lookout, skep_monotonic_ms()), -1);
    skep_lookout_look(&lookout);
    now_ms = skep_monotonic_ms();
    seen = skep_lookout_disk_free_bytes(&lookout, now_ms);
    assert_int_equal(statvfs(folder, &info), 0);
    assert_true(llabs(seen - (int64_t)(info.f_bavail * info.f_frsize)) < INT64_C(1) << 30);
    assert_int_equal(skep_lookout_disk_free_bytes(&lookout, now_ms + 10 * SKEP_LOOKOUT_MS), -1);
    skep_lookout_release(&lookout);
    test_remove_folder(folder);
}

/* A process has a state, processor time and memory; one that is not there has none. */
static void test_lookout__reads_a_process(void **state)
{
    struct skep_process process;

    (void)state;
    skep_process_read(getpid(), &process);
    assert_int_equal(process.state, 'R');
    assert_true(process.cpu_s >= 0);
    assert_true(process.rss_bytes > 4096);
    skep_process_read(0, &process);
    assert_int_equal(process.state, '?');
    assert_true(process.cpu_s == -1);
    assert_int_equal(process.rss_bytes, -1);
    assert_int_equal(skep_process_pss_bytes(0), -1);
}

static skep_status make_one(void *context)
{
    struct skep_lookout lookout;
    skep_status st;

    (void)context;
    st = skep_lookout_init(&lookout, "/tmp", 3, NULL);
    skep_lookout_release(&lookout);
    return st;
}

/* No memory is told as such. */
static void test_lookout__without_memory(void **state)
{
    (void)state;
    test_heap_torture(make_one, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lookout__sees_memory),
        cmocka_unit_test(test_lookout__another_process_is_not_known),
        cmocka_unit_test(test_lookout__sees_the_disk),
        cmocka_unit_test(test_lookout__reads_a_process),
        cmocka_unit_test(test_lookout__without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
