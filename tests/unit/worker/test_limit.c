/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/limit.h"

enum { MIB = 1 << 20 };

static struct skep_page page;
static struct skep_child child;
static struct skep_worker_settings settings;
static int from_child, to_test; /* a pipe */

/* Memory of which every page is there. The system touches it, so that no sanitizer adds memory of its own. */
static void take_memory(size_t size, int flags)
{
    if (mmap(NULL, size, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_POPULATE, -1, 0) == MAP_FAILED) {
        _exit(1);
    }
}

/* A process that stands for a slot, in a group of its own: with OWN_BYTES of memory, it says "T" when it gets
 * SIGTERM and stays. */
static void start_child(size_t own_bytes)
{
    int fds[2];
    char byte;

    assert_int_equal(pipe(fds), 0);
    from_child = fds[0];
    to_test = fds[1];
    child.pid = fork();
    assert_true(child.pid >= 0);
    if (child.pid == 0) {
        sigset_t set;
        int got;
        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, NULL);
        setpgid(0, 0);
        if (own_bytes > 0) {
            take_memory(own_bytes, MAP_PRIVATE);
        }
        while (write(to_test, "R", 1) == 1 && sigwait(&set, &got) == 0 && write(to_test, "T", 1) == 1) {
        }
        _exit(1);
    }
    assert_int_equal(read(from_child, &byte, 1), 1);
    assert_int_equal(byte, 'R');
}

static int set_up(void **state)
{
    (void)state;
    memset(&page, 0, sizeof page);
    page.running = page.position = -1;
    child = (struct skep_child){.page = &page, .told = {.number = -1}};
    settings = (struct skep_worker_settings){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (child.pid != 0) {
        kill(child.pid, SIGKILL);
        waitpid(child.pid, NULL, 0);
    }
    close(from_child);
    close(to_test);
    return 0;
}

static void run_task(int lane, int64_t number, int64_t deadline_ms)
{
    page.running_lane = lane;
    page.running = number;
    page.deadline_ms = deadline_ms;
}

static bool is_told(void)
{
    char byte;

    assert_int_equal(read(from_child, &byte, 1), 1);
    return byte == 'T' && read(from_child, &byte, 1) == 1 && byte == 'R';
}

static bool is_killed(void)
{
    int status;

    if (waitpid(child.pid, &status, 0) != child.pid) {
        return false;
    }
    child.pid = 0;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* A slot without a limit is not watched, whatever it runs; neither is one that runs nothing. */
static void test_limit__nothing_to_watch(void **state)
{
    (void)state;
    start_child(0);
    assert_false(skep_limits_enforce(&child, &settings, 1000));
    run_task(0, 5, 0);
    assert_false(skep_limits_enforce(&child, &settings, 1000));
    assert_int_equal(child.ended_for, SKEP_STOP_NONE);
}

/* Half a second after the deadline SIGTERM, two seconds later SIGKILL; nothing before that, nothing twice. */
static void test_limit__asks_and_then_ends(void **state)
{
    (void)state;
    start_child(0);
    run_task(1, 5, 1000);
    assert_true(skep_limits_enforce(&child, &settings, 999));
    assert_true(skep_limits_enforce(&child, &settings, 1499));
    assert_int_equal(child.told.number, -1);
    assert_true(skep_limits_enforce(&child, &settings, 1500));
    assert_true(is_told());
    assert_true(skep_limits_enforce(&child, &settings, 3499));
    assert_int_equal(child.ended_for, SKEP_STOP_NONE);
    skep_limits_enforce(&child, &settings, 3500);
    assert_int_equal(child.ended_for, SKEP_STOP_TIMEOUT);
    assert_int_equal(child.ended.lane, 1);
    assert_int_equal(child.ended.number, 5);
    assert_false(skep_limits_enforce(&child, &settings, 9000));
    assert_true(is_killed());
}

/* The grace is a task's own: the next one is asked again, also if it has the same number in another lane. */
static void test_limit__each_task_is_asked(void **state)
{
    (void)state;
    start_child(0);
    run_task(0, 5, 1000);
    skep_limits_enforce(&child, &settings, 1500);
    assert_true(is_told());
    run_task(0, 6, 2000);
    skep_limits_enforce(&child, &settings, 4000);
    assert_true(is_told());
    run_task(1, 6, 3000);
    skep_limits_enforce(&child, &settings, 7000);
    assert_true(is_told());
    assert_int_equal(child.ended_for, SKEP_STOP_NONE);
}

/* A task that was cancelled ends its slot for that reason. */
static void test_limit__cancelled(void **state)
{
    (void)state;
    start_child(0);
    run_task(0, 5, 1000);
    page.stop = SKEP_STOP_CANCEL;
    skep_limits_enforce(&child, &settings, 1500);
    skep_limits_enforce(&child, &settings, 3500);
    assert_int_equal(child.ended_for, SKEP_STOP_CANCEL);
    assert_true(is_killed());
}

/* One that is being ended for another reason is left alone. */
static void test_limit__fenced(void **state)
{
    (void)state;
    start_child(0);
    run_task(0, 5, 1000);
    child.is_fenced = true;
    assert_false(skep_limits_enforce(&child, &settings, 9000));
    assert_int_equal(child.ended_for, SKEP_STOP_NONE);
}

/* Memory of its own is what counts, and only while a task runs: then the slot is ended. */
static void test_limit__too_much_memory(void **state)
{
    (void)state;
    start_child(512 * (size_t)MIB);
    settings.task_memory_bytes = 1024 * (uint64_t)MIB;
    run_task(0, 5, 0);
    assert_true(skep_limits_enforce(&child, &settings, 1000));
    assert_int_equal(child.ended_for, SKEP_STOP_NONE);
    settings.task_memory_bytes = 256 * MIB;
    run_task(0, -1, 0);
    assert_true(skep_limits_enforce(&child, &settings, 1000));
    assert_int_equal(child.ended_for, SKEP_STOP_NONE);
    run_task(0, 5, 0);
    skep_limits_enforce(&child, &settings, 1000);
    assert_int_equal(child.ended_for, SKEP_STOP_MEMORY);
    assert_int_equal(page.stop, SKEP_STOP_NONE); /* a kernel that heeds it would be given back */
    assert_true(child.own_bytes > 512 * (int64_t)MIB);
    assert_true(is_killed());
}

/* Private memory counts, shared memory does not. Of a process that is not there nothing is known. */
static void test_limit__own_memory(void **state)
{
    int64_t before, with_shared, with_own;

    (void)state;
    before = skep_limits_own_bytes(getpid());
    take_memory(64 * MIB, MAP_SHARED);
    with_shared = skep_limits_own_bytes(getpid());
    take_memory(64 * MIB, MAP_PRIVATE);
    with_own = skep_limits_own_bytes(getpid());
    assert_true(before > 0);
    assert_true(with_shared - before < 16 * MIB);
    assert_true(with_own - with_shared > 60 * MIB);
    assert_int_equal(skep_limits_own_bytes(-1), 0);
}

static int exit_of(pid_t pid)
{
    int status = 0;

    assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* A slot survives SIGTERM. */
static void test_limit__sigterm_is_not_heeded(void **state)
{
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        skep_limits_enter(&settings);
        _exit(raise(SIGTERM) == 0 ? 0 : 1);
    }
    assert_int_equal(exit_of(pid), 0);
}

/* A program that it runs dies of it as usual. */
static void test_limit__sigterm_is_for_others(void **state)
{
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        skep_limits_enter(&settings);
        execl("/bin/sh", "sh", "-c", "kill -TERM $$; exit 3", (char *)NULL);
        _exit(4);
    }
    assert_int_equal(exit_of(pid), -SIGTERM);
}

/* What is entered can be seen in the limits of the process: no core unless it was asked for, and a limit of
 * data only where there is one for tasks. */
static void test_limit__are_entered(void **state)
{
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        struct rlimit core, core_after, data, data_after;
        settings.dumps_core = true;
        if (getrlimit(RLIMIT_CORE, &core) != 0 || getrlimit(RLIMIT_DATA, &data) != 0) {
            _exit(1);
        }
        skep_limits_enter(&settings);
        if (getrlimit(RLIMIT_CORE, &core_after) != 0 || core_after.rlim_cur != core.rlim_cur ||
            getrlimit(RLIMIT_DATA, &data_after) != 0 || data_after.rlim_cur != data.rlim_cur) {
            _exit(2);
        }
        settings.dumps_core = false;
        skep_limits_enter(&settings);
        if (getrlimit(RLIMIT_CORE, &core_after) != 0 || core_after.rlim_cur != 0 ||
            core_after.rlim_max != 0) {
            _exit(3);
        }
        _exit(0);
    }
    assert_int_equal(exit_of(pid), 0);
}

#define TEST(fact) cmocka_unit_test_setup_teardown(test_limit__##fact, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_to_watch),
        TEST(asks_and_then_ends),
        TEST(each_task_is_asked),
        TEST(cancelled),
        TEST(fenced),
        TEST(too_much_memory),
        cmocka_unit_test_setup(test_limit__own_memory, set_up),
        cmocka_unit_test_setup(test_limit__sigterm_is_not_heeded, set_up),
        cmocka_unit_test_setup(test_limit__sigterm_is_for_others, set_up),
        cmocka_unit_test_setup(test_limit__are_entered, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
