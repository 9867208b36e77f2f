/* SPDX-License-Identifier: MIT */
/* What a task may take, and what becomes of one that takes more: one failed attempt, never a crash. */
#include "support/test.h"
#include "hive_fixture.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "npy/header.h"
#include "support/files.h"
#include "support/shadow.h"
#include "support/until.h"

enum { LIMITS_MS = 60000 };

static const char *const one_slot[] = {"--slots", "1", NULL};

static pid_t only_slot(const struct test_process *worker)
{
    pid_t pids[HIVE_MAX_SLOTS];

    hive_await_slots(hive, worker, 1);
    assert_int_equal(hive_slots(worker, pids), 1);
    return pids[0];
}

/* ---- time ---- */

/* The worker's limit holds for tasks that name none and for those that name a longer one; a shorter one of
 * their own comes first. */
static void test_worker_limits__the_worker_sets_the_longest_time(void **state)
{
    static const struct {
        const char *id, *record, *message;
    } rows[] = {
        {"none", "{\"id\":\"none\",\"kernel\":\"sleep\",\"args\":{\"s\":1000},\"retries\":0}",
         "it ran longer than the worker's --task-time of 0.4 s"},
        {"long",
         "{\"id\":\"long\",\"kernel\":\"sleep\",\"args\":{\"s\":1000},\"timeout_s\":500,\"retries\":0}",
         "it ran longer than the worker's --task-time of 0.4 s"},
        {"short",
         "{\"id\":\"short\",\"kernel\":\"sleep\",\"args\":{\"s\":1000},\"timeout_s\":0.2,\"retries\":0}",
         "it ran longer than its timeout_s of 0.2 s"},
    };
    enum { N = sizeof rows / sizeof rows[0] };
    const struct hive_result *results;

    (void)state;
    for (size_t i = 0; i < N; i++) {
        hive_push(hive, rows[i].record);
    }
    hive_start_worker(hive, (const char *const[]){"--slots", "1", "--task-time", "0.4", NULL});
    results = hive_results(hive, N, LIMITS_MS);
    for (size_t i = 0; i < N; i++) {
        const struct hive_result *result = hive_result_of(hive, results, N, rows[i].id);
        assert_string_equal(result->cause, "timeout");
        assert_string_equal(result->message, rows[i].message);
    }
    hive_check_done(hive, N, N);
}

/* A task whose slot had to be ended is tried again within its budget of failures; the history says so. */
static void test_worker_limits__an_ended_task_is_tried_again(void **state)
{
    const struct hive_result *result;
    const char *line;

    (void)state;
    hive_push(hive, "{\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"},\"timeout_s\":0.1,\"retries\":1,"
                    "\"backoff_s\":0.01}");
    hive_start_worker(hive, one_slot);
    result = hive_results(hive, 1, LIMITS_MS);
    assert_string_equal(result->cause, "timeout");
    assert_int_equal(result->attempt, 2);
    hive_check_done(hive, 1, 1);
    assert_int_equal(hive_stat(hive, "retried"), 1);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    line = hive_letter(hive, 0).line;
    assert_non_null(strstr(line, " e=1,"));
    assert_non_null(strstr(line, " e=2,"));
}

/* One that succeeds after it was ended once is done; nothing of the end is left. */
static void test_worker_limits__an_ended_task_may_succeed(void **state)
{
    const struct hive_result *result;

    (void)state;
    hive_push(hive, "{\"kernel\":\"fail\",\"args\":{\"how\":\"loop\",\"times\":1},\"timeout_s\":0.1,"
                    "\"backoff_s\":0.01}");
    hive_start_worker(hive, one_slot);
    result = hive_results(hive, 1, LIMITS_MS);
    assert_true(result->is_ok);
    assert_int_equal(result->attempt, 2);
    hive_check_done(hive, 1, 0);
}

/* What a kernel has started belongs to the process group of its slot. A child of the test that joins it. */
static pid_t join_group_of(pid_t slot, int *fd_out)
{
    int fds[2];
    pid_t child;

    assert_int_equal(pipe(fds), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        sigset_t set;
        int got;
        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, NULL);
        if (setpgid(0, slot) != 0 || write(fds[1], "R", 1) != 1 || sigwait(&set, &got) != 0 ||
            write(fds[1], "T", 1) != 1) {
            _exit(1);
        }
        for (;;) {
            pause();
        }
    }
    close(fds[1]);
    *fd_out = fds[0];
    return child;
}

/* At the end of its time SIGTERM goes to the whole group, so that what a kernel runs can tidy up; what does
 * not go away gets SIGKILL two seconds later. */
static void test_worker_limits__a_process_group_is_asked_first(void **state)
{
    const struct hive_result *result;
    int fd, status;
    pid_t slot, child;
    char byte;

    (void)state;
    hive_push(hive, "{\"id\":\"deaf\",\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"},\"timeout_s\":5,"
                    "\"retries\":0}");
    hive_start_worker(hive, one_slot);
    slot = hive_await_title(hive, "fail deaf");
    child = join_group_of(slot, &fd);
    assert_int_equal(read(fd, &byte, 1), 1);
    assert_int_equal(byte, 'R');
    assert_int_equal(read(fd, &byte, 1), 1);
    assert_int_equal(byte, 'T');
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    close(fd);
    result = hive_results(hive, 1, LIMITS_MS);
    assert_string_equal(result->cause, "timeout");
    assert_true(skep_node_get(result->root, "run_s")->f64 >= 7);
    hive_check_done(hive, 1, 1);
}

/* A slot does not heed SIGTERM itself, idle or busy: its agent decides when it leaves. */
static void test_worker_limits__a_slot_does_not_heed_sigterm(void **state)
{
    struct test_process *worker = hive_start_worker(hive, one_slot);
    pid_t slot = only_slot(worker);
    const struct hive_result *results;

    (void)state;
    assert_int_equal(kill(slot, SIGTERM), 0);
    hive_push(hive, "{\"id\":\"long\",\"kernel\":\"sleep\",\"args\":{\"s\":1.5}}");
    assert_int_equal(hive_await_title(hive, "sleep long"), slot);
    assert_int_equal(kill(slot, SIGTERM), 0);
    results = hive_results(hive, 1, LIMITS_MS);
    assert_true(results[0].is_ok);
    assert_int_equal(results[0].attempt, 1);
    assert_false(hive_is_gone(slot));
    hive_check_done(hive, 1, 0);
}

static bool is_slot_gone(void *pid)
{
    return hive_is_gone(*(const pid_t *)pid);
}

/* The server cannot be reached when the slot is ended: the agent remembers, and settles when it can. */
static void test_worker_limits__a_verdict_waits_for_the_server(void **state)
{
    const struct hive_result *result;
    pid_t slot;

    (void)state;
    hive_push(hive, "{\"id\":\"deaf\",\"kernel\":\"fail\",\"args\":{\"how\":\"loop\"},\"timeout_s\":3,"
                    "\"retries\":0}");
    hive_start_worker(hive, one_slot);
    slot = hive_await_title(hive, "fail deaf");
    test_redis_pause(hive->redis);
    assert_true(test_until(is_slot_gone, &slot, LIMITS_MS));
    test_redis_resume(hive->redis);
    result = hive_results(hive, 1, LIMITS_MS);
    assert_string_equal(result->cause, "timeout");
    assert_int_equal(result->attempt, 1);
    hive_check_done(hive, 1, 1);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

/* ---- memory ---- */

/* A task that wants more than the limit is refused the memory and fails; its slot lives, and so does what
 * comes after. */
static void test_worker_limits__memory_is_refused(void **state)
{
    struct test_process *worker =
        hive_start_worker(hive, (const char *const[]){"--slots", "1", "--task-memory", "128M", NULL});
    pid_t slot = only_slot(worker);
    const struct hive_result *results;

    (void)state;
    hive_push(hive, "{\"id\":\"hog\",\"kernel\":\"fail\",\"args\":{\"how\":\"memory\"},\"retries\":0}");
    hive_push(hive, "{\"id\":\"next\",\"kernel\":\"echo\"}");
    results = hive_results(hive, 2, LIMITS_MS);
    assert_string_equal(hive_result_of(hive, results, 2, "hog")->cause, "memory-limit");
    assert_true(hive_result_of(hive, results, 2, "next")->is_ok);
    hive_check_done(hive, 2, 1);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
    assert_true(HAS_SHADOW || !hive_is_gone(slot));
}

/* An array of N doubles in the other byte order, most of it holes: who binds it copies it into memory of his
 * own. */
static void write_swapped(const char *name, int64_t n)
{
    char header[SKEP_NPY_HEADER_MAX], *order;
    size_t n_header = skep_npy_header_write(SKEP_F8, 1, &n, header, sizeof header);
    char *path = test_path(hive->folder, name);

    order = memmem(header, n_header, "<f8", 3);
    assert_non_null(order);
    *order = '>';
    test_write_file(hive->folder, name, header, n_header);
    assert_int_equal(truncate(path, (off_t)n_header + n * 8), 0);
    free(path);
}

/* What goes round that limit is seen by the agent, which ends the slot: a failed attempt whose words have
 * limit and peak. */
static void test_worker_limits__memory_that_was_not_refused_is_seen(void **state)
{
    enum { N = 50 * 1000 * 1000 };
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    struct test_process *worker =
        hive_start_worker(hive, (const char *const[]){"--slots", "1", "--task-memory", "128M", NULL});
    pid_t slot = only_slot(worker);
    const struct hive_result *results, *hog;
    double own_mib, peak_mib;

    (void)state;
    write_swapped("swapped.npy", N);
    assert_int_equal(prlimit(slot, RLIMIT_DATA, &none, NULL), 0);
    hive_push(hive, "{\"id\":\"hog\",\"kernel\":\"fail\",\"args\":{\"how\":\"loop\",\"x\":\"swapped.npy\"},"
                    "\"retries\":0}");
    hive_push(hive, "{\"id\":\"next\",\"kernel\":\"echo\"}");
    results = hive_results(hive, 2, LIMITS_MS);
    hog = hive_result_of(hive, results, 2, "hog");
    assert_string_equal(hog->cause, "memory-limit");
    assert_int_equal(hog->attempt, 1);
    assert_int_equal(sscanf(hog->message,
                            "its slot had %lf MiB of memory of its own and was ended; --task-memory is 128.0 "
                            "MiB (peak resident %lf MiB)",
                            &own_mib, &peak_mib),
                     2);
    assert_true(own_mib > 128 && peak_mib >= own_mib - 1);
    assert_true(skep_node_get(hog->root, "peak_rss_bytes")->i64 > INT64_C(128) << 20);
    assert_true(hive_result_of(hive, results, 2, "next")->is_ok);
    hive_check_done(hive, 2, 1);
    assert_int_equal(hive_stat(hive, "crashes"), 0);
}

/* ---- core dumps ---- */

/* The line of /proc/PID/limits that begins with NAME; free() it. */
static char *limit_line(pid_t pid, const char *name)
{
    char path[64], line[256];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            fclose(file);
            return strdup(line);
        }
    }
    fclose(file);
    fail_msg("no limit %s", name);
    return NULL;
}

/* No slot dumps core, and none of its kernels can change that, unless it was asked for. */
static void test_worker_limits__cores_are_dumped_on_request(void **state)
{
    struct test_process *plain = hive_start_worker(hive, one_slot);
    struct test_process *dumping =
        hive_start_worker(hive, (const char *const[]){"--slots", "1", "--core-dumps", NULL});
    char *of_slot = limit_line(only_slot(plain), "Max core file size");
    char *of_agent = limit_line(dumping->pid, "Max core file size");
    char *of_dumping_slot = limit_line(only_slot(dumping), "Max core file size");
    char soft[32], hard[32];

    (void)state;
    assert_int_equal(sscanf(of_slot, "Max core file size %31s %31s", soft, hard), 2);
    assert_string_equal(soft, "0");
    assert_string_equal(hard, "0");
    assert_string_equal(of_dumping_slot, of_agent);
    free(of_slot);
    free(of_agent);
    free(of_dumping_slot);
}

/* ---- words about a death ---- */

/* A crash names the signal, the place, and the memory that the slot had at most. */
static void test_worker_limits__a_crash_is_described(void **state)
{
    const struct hive_result *result;
    const char *peak;
    int slot = -1;

    (void)state;
    hive_push(hive, "{\"kernel\":\"fail\",\"args\":{\"how\":\"abort\"}}");
    hive_start_worker(hive, one_slot);
    result = hive_results(hive, 1, LIMITS_MS);
    assert_string_equal(result->cause, "crash");
    assert_non_null(strstr(result->message, "3 times; the last time: signal=6 (Aborted) host="));
    peak = strstr(result->message, " slot=");
    assert_non_null(peak);
    assert_int_equal(sscanf(peak, " slot=%d peak=%*[0-9.]MiB", &slot), 1);
    assert_int_equal(slot, 0);
    assert_non_null(strstr(result->message, " peak="));
    hive_check_done(hive, 1, 1);
    assert_int_equal(hive_stat(hive, "crashes"), 3);
}

#define TEST(fact) cmocka_unit_test_setup_teardown(test_worker_limits__##fact, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_worker_sets_the_longest_time),
        TEST(an_ended_task_is_tried_again),
        TEST(an_ended_task_may_succeed),
        TEST(a_process_group_is_asked_first),
        TEST(a_slot_does_not_heed_sigterm),
        TEST(a_verdict_waits_for_the_server),
        TEST(memory_is_refused),
        TEST(memory_that_was_not_refused_is_seen),
        TEST(cores_are_dumped_on_request),
        TEST(a_crash_is_described),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
