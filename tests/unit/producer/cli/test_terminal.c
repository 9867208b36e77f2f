/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "producer/cli/terminal.h"

static const char *const names[] = {"NO_COLOR", "TERM", "LC_ALL", "LC_CTYPE", "LANG", "COLUMNS", "LINES"};

static int clean_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        unsetenv(names[i]);
    }
    return 0;
}

/* A terminal of 120 times 50; -1 in a system without them. */
static int open_terminal(int *other_out)
{
    const struct winsize size = {.ws_col = 120, .ws_row = 50};
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int fd;

    assert_true(master >= 0);
    assert_int_equal(grantpt(master), 0);
    assert_int_equal(unlockpt(master), 0);
    fd = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(ioctl(fd, TIOCSWINSZ, &size), 0);
    *other_out = master;
    return fd;
}

/* A terminal tells how large it is; what it can show stands in the environment. */
static void test_terminal__a_terminal(void **state)
{
    struct skep_terminal terminal;
    int other, fd = open_terminal(&other);

    (void)state;
    setenv("TERM", "xterm-256color", 1);
    setenv("LANG", "de_DE.UTF-8", 1);
    setenv("COLUMNS", "33", 1); /* says less than the terminal itself */
    skep_terminal_look(fd, &terminal);
    assert_true(terminal.is_terminal && terminal.has_colour && terminal.has_utf8);
    assert_int_equal(terminal.width, 120);
    assert_int_equal(terminal.height, 50);
    setenv("NO_COLOR", "1", 1);
    skep_terminal_look(fd, &terminal);
    assert_false(terminal.has_colour);
    setenv("NO_COLOR", "", 1); /* set to nothing it means nothing */
    skep_terminal_look(fd, &terminal);
    assert_true(terminal.has_colour);
    setenv("TERM", "dumb", 1);
    skep_terminal_look(fd, &terminal);
    assert_false(terminal.has_colour);
    setenv("TERM", "vt100", 1);
    skep_terminal_look(fd, &terminal);
    assert_false(terminal.has_colour);
    close(fd);
    close(other);
}

/* LC_ALL counts before LC_CTYPE, and that before LANG. */
static void test_terminal__locale(void **state)
{
    struct skep_terminal terminal;

    (void)state;
    skep_terminal_look(-1, &terminal);
    assert_false(terminal.has_utf8);
    setenv("LANG", "en_GB.utf8", 1);
    skep_terminal_look(-1, &terminal);
    assert_true(terminal.has_utf8);
    setenv("LC_CTYPE", "C", 1);
    skep_terminal_look(-1, &terminal);
    assert_false(terminal.has_utf8);
    setenv("LC_ALL", "C.UTF-8", 1);
    skep_terminal_look(-1, &terminal);
    assert_true(terminal.has_utf8);
}

/* What is no terminal has no colour, and the size that COLUMNS and LINES say, if that is one. */
static void test_terminal__a_pipe(void **state)
{
    struct skep_terminal terminal;
    int fds[2];

    (void)state;
    assert_int_equal(pipe(fds), 0);
    setenv("TERM", "xterm-256color", 1);
    skep_terminal_look(fds[1], &terminal);
    assert_false(terminal.is_terminal || terminal.has_colour);
    assert_int_equal(terminal.width, 80);
    assert_int_equal(terminal.height, 24);
    setenv("COLUMNS", "132", 1);
    setenv("LINES", "-1", 1);
    skep_terminal_look(fds[1], &terminal);
    assert_int_equal(terminal.width, 132);
    assert_int_equal(terminal.height, 24);
    setenv("COLUMNS", "99999999999", 1);
    setenv("LINES", "x", 1);
    skep_terminal_look(fds[1], &terminal);
    assert_int_equal(terminal.width, SKEP_TERMINAL_MOST);
    assert_int_equal(terminal.height, 24);
    close(fds[0]);
    close(fds[1]);
}

#define TEST(name) cmocka_unit_test_setup(test_terminal__##name, clean_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_terminal),
        TEST(locale),
        TEST(a_pipe),
    };

    return cmocka_run_group_tests_name("producer/cli/terminal", tests, NULL, NULL);
}
