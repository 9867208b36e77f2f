/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/pages.h"

/* How a child ends that writes to ADDRESS: 0, or the signal. */
static int signal_of_writing(volatile char *address)
{
    int status;
    pid_t pid;

    fflush(NULL);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGSEGV, SIG_DFL);
        *address = 1;
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* ---- works ---- */

/* Sizes are rounded up to whole pages. */
static void test_pages__rounds_up(void **state)
{
    size_t page = skep_page_bytes();

    (void)state;
    assert_int_equal(skep_pages_round(0), 0);
    assert_int_equal(skep_pages_round(1), page);
    assert_int_equal(skep_pages_round(page), page);
    assert_int_equal(skep_pages_round(page + 1), 2 * page);
}

/* Memory is zeroed, all of it can be written, and a guard stands on both sides. */
static void test_pages__memory_stands_between_guards(void **state)
{
    size_t page = skep_page_bytes();
    char *base = skep_pages_alloc(2 * page - 5);

    (void)state;
    assert_non_null(base);
    for (size_t i = 0; i < 2 * page; i++) {
        assert_int_equal(base[i], 0);
    }
    memset(base, 1, 2 * page);
    assert_int_equal(signal_of_writing(base), 0);
    assert_int_equal(signal_of_writing(base + 2 * page - 1), 0);
    assert_int_equal(signal_of_writing(base - 1), SIGSEGV);
    assert_int_equal(signal_of_writing(base - SKEP_GUARD_BYTES), SIGSEGV);
    assert_int_equal(signal_of_writing(base + 2 * page), SIGSEGV);
    assert_int_equal(signal_of_writing(base + 2 * page + SKEP_GUARD_BYTES - 1), SIGSEGV);
    skep_pages_free(base, 2 * page - 5);
}

/* What is reserved cannot be touched before something is put there. */
static void test_pages__a_reserve_is_empty(void **state)
{
    size_t page = skep_page_bytes();
    char *base = skep_pages_reserve(page);

    (void)state;
    assert_non_null(base);
    assert_int_equal(signal_of_writing(base), SIGSEGV);
    assert_int_equal(mprotect(base, page, PROT_READ | PROT_WRITE), 0);
    assert_int_equal(signal_of_writing(base), 0);
    skep_pages_free(base, page);
}

/* Everything is given back, guards too, even when only a part in the middle is named. */
static void test_pages__gives_all_back(void **state)
{
    size_t page = skep_page_bytes();
    char *base = skep_pages_alloc(3 * page);

    (void)state;
    skep_pages_free(base + 100, 2 * page);
    for (char *at = base - SKEP_GUARD_BYTES; at < base + 3 * page + SKEP_GUARD_BYTES; at += page) {
        unsigned char residence;
        assert_int_equal(mincore(at, page, &residence), -1);
        assert_int_equal(errno, ENOMEM); /* nothing is there */
    }
    skep_pages_free(NULL, 0);
}

/* ---- refuses ---- */

/* What no address space holds is refused, and says so. */
static void test_pages__refuses_what_is_too_large(void **state)
{
    (void)state;
    errno = 0;
    assert_null(skep_pages_reserve(SIZE_MAX));
    assert_int_equal(errno, ENOMEM);
    errno = 0;
    assert_null(skep_pages_alloc(SIZE_MAX / 4));
    assert_int_equal(errno, ENOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages__rounds_up),
        cmocka_unit_test(test_pages__memory_stands_between_guards),
        cmocka_unit_test(test_pages__a_reserve_is_empty),
        cmocka_unit_test(test_pages__gives_all_back),
        cmocka_unit_test(test_pages__refuses_what_is_too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
