/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "queue/beat.h"
#include "worker/obituary.h"

static struct skep_page page;
static struct skep_child child;
static struct skep_obituary obituaries[SKEP_MAX_QUEUES];

/* A slot that was registered in its lanes 0 and 2 and ran task 7 of lane 2. */
static int set_up(void **state)
{
    (void)state;
    memset(&page, 0, sizeof page);
    child = (struct skep_child){.number = 3, .page = &page, .output_fds = {-1, -1}};
    child.usage.ru_maxrss = 12 * 1024 + 512; /* KiB */
    snprintf(page.lanes[0].worker, sizeof page.lanes[0].worker, "h:1:a");
    snprintf(page.lanes[2].worker, sizeof page.lanes[2].worker, "h:1:c");
    page.lanes[0].is_registered = page.lanes[2].is_registered = 1;
    page.running = 7;
    page.position = -1;
    page.running_lane = 2;
    return 0;
}

static void check_words(int status, const char *expected)
{
    char text[400];

    child.status = status;
    skep_obituary_describe(&child, "host", text, sizeof text);
    assert_string_equal(text, expected);
}

/* How a process ended, and what memory it had at most. The numbers are those of wait(2): a signal in the low
 * seven bits, a status in the second byte. */
static void test_obituary__says_how(void **state)
{
    (void)state;
    check_words(SIGKILL, "signal=9 (Killed) host=host slot=3 peak=12.5MiB");
    check_words(SIGSEGV | 0x80, "signal=11 (Segmentation fault) host=host slot=3 peak=12.5MiB");
    check_words(4 << 8, "exit=4 host=host slot=3 peak=12.5MiB");
}

/* Where it was when it died of a fault: file and byte where they are known, else the address. A path is one
 * line, whatever it holds. */
static void test_obituary__says_where(void **state)
{
    (void)state;
    page.fault = (struct skep_fault_record){.address = 0xbeef, .byte_offset = -1};
    check_words(SIGSEGV, "signal=11 (Segmentation fault) host=host slot=3 peak=12.5MiB");
    page.fault.signal = SIGSEGV;
    page.fault.kind = SKEP_FAULT_OTHER;
    check_words(SIGSEGV, "signal=11 (Segmentation fault) host=host slot=3 peak=12.5MiB at address 0xbeef");
    page.fault.kind = SKEP_FAULT_STACK;
    check_words(SIGSEGV, "signal=11 (Segmentation fault) host=host slot=3 peak=12.5MiB at address 0xbeef, "
                         "its stack was full");
    page.fault.kind = SKEP_FAULT_GONE;
    snprintf(page.fault.path, sizeof page.fault.path, "eeg/a\nb.npy");
    check_words(SIGBUS, "signal=7 (Bus error) host=host slot=3 peak=12.5MiB at eeg/a?b.npy");
    page.fault.byte_offset = 128;
    check_words(SIGBUS, "signal=7 (Bus error) host=host slot=3 peak=12.5MiB at byte 128 of eeg/a?b.npy");
}

/* A path that fills its place to the last byte is read no further. */
static void test_obituary__reads_no_further_than_the_path(void **state)
{
    char text[100];

    (void)state;
    page.fault.signal = SIGBUS;
    memset(page.fault.path, 'x', sizeof page.fault.path);
    child.status = SIGBUS;
    skep_obituary_describe(&child, "host", text, sizeof text);
    assert_int_equal(strlen(text), sizeof text - 1);
}

/* Every registered lane hears of it; only the one whose task ran has somebody to blame. */
static void test_obituary__one_for_each_lane(void **state)
{
    (void)state;
    assert_int_equal(skep_obituary_write(&child, "info", false, obituaries), 2);
    assert_int_equal(obituaries[0].lane, 0);
    assert_string_equal(obituaries[0].worker, "h:1:a");
    assert_int_equal(obituaries[0].running, SKEP_RUNNING_NONE);
    assert_int_equal(obituaries[1].lane, 2);
    assert_string_equal(obituaries[1].worker, "h:1:c");
    assert_int_equal(obituaries[1].running, 7);
    assert_int_equal(obituaries[1].ended_for, SKEP_STOP_NONE);
    assert_string_equal(obituaries[1].info, "info");
    assert_int_equal(obituaries[1].peak_bytes, (12 * 1024 + 512) * 1024);
}

static int64_t blamed(bool is_nobodys_fault)
{
    assert_int_equal(skep_obituary_write(&child, "info", is_nobodys_fault, obituaries), 2);
    assert_int_equal(obituaries[0].running, SKEP_RUNNING_NONE);
    return obituaries[1].running;
}

/* Nobody is to blame when nothing ran, and when the agent says so. */
static void test_obituary__nobody_to_blame(void **state)
{
    (void)state;
    assert_int_equal(blamed(true), SKEP_RUNNING_NONE);
    page.running = -1;
    assert_int_equal(blamed(false), SKEP_RUNNING_NONE);
}

/* A slot that was ended because of a task: that task is settled. If it was over when the blow fell, what ran
 * then is innocent, also when it has the same number in another lane. */
static void test_obituary__the_blow_meets_the_one_it_was_for(void **state)
{
    (void)state;
    child.ended_for = SKEP_STOP_TIMEOUT;
    child.ended = (struct skep_page_task){2, 7, -1};
    assert_int_equal(blamed(false), 7);
    assert_int_equal(obituaries[1].ended_for, SKEP_STOP_TIMEOUT);
    assert_int_equal(obituaries[0].ended_for, SKEP_STOP_NONE);
    child.ended.number = 6;
    assert_int_equal(blamed(false), SKEP_RUNNING_NONE);
    assert_int_equal(obituaries[1].ended_for, SKEP_STOP_NONE);
    child.ended = (struct skep_page_task){0, 7, -1};
    assert_int_equal(blamed(false), SKEP_RUNNING_NONE);
}

/* Of a range the position is to blame, and a blow that was for another position meets nobody. */
static void test_obituary__a_position_is_to_blame(void **state)
{
    (void)state;
    page.position = 40;
    assert_int_equal(blamed(false), 7);
    assert_int_equal(obituaries[1].position, 40);
    assert_int_equal(obituaries[0].position, -1);
    child.ended_for = SKEP_STOP_TIMEOUT;
    child.ended = (struct skep_page_task){2, 7, 40};
    assert_int_equal(blamed(false), 7);
    child.ended.position = 39;
    assert_int_equal(blamed(false), SKEP_RUNNING_NONE);
    assert_int_equal(obituaries[1].position, -1);
}

#define TEST(fact) cmocka_unit_test_setup(test_obituary__##fact, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(says_how),
        TEST(says_where),
        TEST(reads_no_further_than_the_path),
        TEST(one_for_each_lane),
        TEST(nobody_to_blame),
        TEST(the_blow_meets_the_one_it_was_for),
        TEST(a_position_is_to_blame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
