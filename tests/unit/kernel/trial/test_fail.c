/* SPDX-License-Identifier: MIT */
#include "unit/kernel/kernel_call.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct kernel_call fail_call(const char *how)
{
    struct kernel_call k;

    kernel_call_init(&k, "fail");
    kernel_call_word(&k, "how", how);
    return k;
}

/* Run K in a child process whose signals do what they do in a plain one; give its wait status. */
static int run_in_child(struct kernel_call *k)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT};
    const struct rlimit no_core = {0, 0};
    int status = 0;
    pid_t child;

    k->call.args = k->args;
    k->call.arena = &k->arena;
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &no_core);
        for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
            signal(signals[i], SIG_DFL);
        }
        alarm(1); /* for the one that never ends */
        k->kernel->run(&k->call, &k->value, &k->err);
        _exit(77);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void dies_of(const char *how, int signal_number)
{
    struct kernel_call k = fail_call(how);
    int status = run_in_child(&k);

    if (!WIFSIGNALED(status) || WTERMSIG(status) != signal_number) {
        fail_msg("%s: wait status 0x%x", how, (unsigned)status);
    }
}

/* The two errors have their statuses and name the attempt. */
static void test_fail__errors(void **state)
{
    struct kernel_call k = fail_call("error");

    (void)state;
    k.call.args = k.args;
    k.call.attempt = 3;
    kernel_call_refused(&k, SKEP_E_KERNEL, "failed as asked, attempt 3");
    kernel_call_word(&k, "how", "final");
    kernel_call_refused(&k, SKEP_E_KERNEL_FINAL, "failed for good as asked, attempt 3");
}

/* The first attempts fail, the next one succeeds with their number. */
static void test_fail__times(void **state)
{
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "fail");
    kernel_call_arg(&k, "times")->i64 = 2;
    for (k.call.attempt = 1; k.call.attempt <= 2; k.call.attempt++) {
        kernel_call_refused(&k, SKEP_E_KERNEL, "failed as asked");
    }
    assert_int_equal(kernel_call_run(&k), SKEP_OK);
    assert_int_equal(k.value.kind, SKEP_VALUE_I64);
    assert_int_equal(k.value.i64, 3);
}

/* Each way of dying dies of what it says. */
static void test_fail__ways_to_die(void **state)
{
    (void)state;
    dies_of("segv", SIGSEGV);
    dies_of("stack", SIGSEGV);
    dies_of("abort", SIGABRT);
    dies_of("write-input", SIGSEGV);
    dies_of("overrun", SIGSEGV);
}

/* "exit" ends the process as if all were well. */
static void test_fail__exit(void **state)
{
    struct kernel_call k = fail_call("exit");
    int status = run_in_child(&k);

    (void)state;
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* "loop" does not even look at stop: a signal ends it. */
static void test_fail__loop(void **state)
{
    struct kernel_call k = fail_call("loop");
    int status;

    (void)state;
    atomic_store(&k.stop, 1);
    status = run_in_child(&k);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM);
}

/* "memory" fills the arena, and looks at stop meanwhile. */
static void test_fail__memory(void **state)
{
    struct kernel_call k;

    (void)state;
    kernel_call_init(&k, "fail");
    kernel_call_word(&k, "how", "memory");
    k.arena.max_bytes = (size_t)5 << 20;
    kernel_call_refused(&k, SKEP_E_NOMEM, "memory ended after 5 MiB");
    atomic_store(&k.stop, 1);
    assert_int_equal(kernel_call_run(&k), SKEP_STOPPED);
    kernel_call_release(&k);
}

/* "write-input" dies on an input that is mapped read-only, and says so when the input was writable or empty.
 */
static void test_fail__write_input(void **state)
{
    int64_t n = 4;
    double own[4] = {0};
    struct kernel_call k = fail_call("write-input");
    void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int status;

    (void)state;
    assert_ptr_not_equal(page, MAP_FAILED);
    k.call.args = k.args;
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, page);
    status = run_in_child(&k);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, own);
    kernel_call_refused(&k, SKEP_E_KERNEL_FINAL, "nothing stopped the forbidden write");
    n = 0;
    kernel_call_array(&k, "x", SKEP_F8, 1, &n, own);
    kernel_call_refused(&k, SKEP_E_BAD_ARGS, "x has no element");
    munmap(page, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fail__errors),      cmocka_unit_test(test_fail__times),
        cmocka_unit_test(test_fail__ways_to_die), cmocka_unit_test(test_fail__exit),
        cmocka_unit_test(test_fail__loop),        cmocka_unit_test(test_fail__memory),
        cmocka_unit_test(test_fail__write_input),
    };
    return cmocka_run_group_tests_name("kernel/fail", tests, NULL, NULL);
}
