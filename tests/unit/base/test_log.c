/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

static int64_t fixed_wall_ms(void)
{
    return 1772150645123;
}

static int64_t fixed_monotonic_ns(void)
{
    return 0;
}

static char caught[8192];

/* Standard error goes elsewhere between the two calls. */
static int redirect_start(int to)
{
    int kept = dup(STDERR_FILENO);

    assert_true(kept >= 0 && dup2(to, STDERR_FILENO) == STDERR_FILENO);
    return kept;
}

static void redirect_end(int kept)
{
    assert_int_equal(dup2(kept, STDERR_FILENO), STDERR_FILENO);
    close(kept);
}

/* What one call of skep_log with a text value writes. */
static const char *catch_line(enum skep_log_level level, const char *value)
{
    int ends[2];
    int kept;
    ssize_t n;

    assert_int_equal(pipe(ends), 0);
    kept = redirect_start(ends[1]);
    skep_log(level, "slot-start", "slot=%d name=%s", 3, value);
    redirect_end(kept);
    close(ends[1]);
    n = read(ends[0], caught, sizeof caught - 1);
    close(ends[0]);
    assert_true(n >= 0);
    caught[n] = '\0';
    return caught;
}

static int fix_clock(void **state)
{
    static const struct skep_clock fixed = {fixed_wall_ms, fixed_monotonic_ns};

    (void)state;
    skep_clock_replace(&fixed);
    skep_log_set_level(SKEP_LOG_INFO);
    return 0;
}

static int unfix_clock(void **state)
{
    (void)state;
    skep_clock_replace(NULL);
    return 0;
}

/* One event is one line of time, level, event and pairs. */
static void test_log__writes_one_line(void **state)
{
    (void)state;
    assert_string_equal(catch_line(SKEP_LOG_WARN, "x"),
                        "2026-02-27T00:04:05.123Z warn event=slot-start slot=3 name=x\n");
}

/* Lines below the level are not written; at the level they are. */
static void test_log__level_decides(void **state)
{
    (void)state;
    assert_string_equal(catch_line(SKEP_LOG_DEBUG, "x"), "");
    skep_log_set_level(SKEP_LOG_DEBUG);
    assert_int_equal(skep_log_get_level(), SKEP_LOG_DEBUG);
    assert_non_null(strstr(catch_line(SKEP_LOG_DEBUG, "x"), " debug event="));
    assert_string_equal(catch_line(SKEP_LOG_TRACE, "x"), "");
    skep_log_set_level(SKEP_LOG_ERROR);
    assert_string_equal(catch_line(SKEP_LOG_WARN, "x"), "");
}

/* Levels are read by their words. */
static void test_log__level_words(void **state)
{
    enum skep_log_level level = SKEP_LOG_INFO;

    (void)state;
    assert_int_equal(skep_log_parse_level("trace", &level), 0);
    assert_int_equal(level, SKEP_LOG_TRACE);
    assert_int_equal(skep_log_parse_level("error", &level), 0);
    assert_int_equal(level, SKEP_LOG_ERROR);
}

/* The level may be somebody else's word: it is followed at once, whatever stands there. */
static void test_log__follows_a_level(void **state)
{
    static atomic_int level = SKEP_LOG_ERROR;

    (void)state;
    skep_log_follow_level(&level);
    assert_string_equal(catch_line(SKEP_LOG_WARN, "x"), "");
    atomic_store(&level, SKEP_LOG_TRACE);
    assert_non_null(strstr(catch_line(SKEP_LOG_TRACE, "x"), " trace event="));
    atomic_store(&level, 99);
    assert_int_equal(skep_log_get_level(), SKEP_LOG_TRACE);
    atomic_store(&level, -1);
    assert_int_equal(skep_log_get_level(), SKEP_LOG_ERROR);
    skep_log_follow_level(NULL);
    assert_int_equal(skep_log_get_level(), SKEP_LOG_INFO);
}

/* Programs that read logs get the same event as an object. */
static void test_log__speaks_json(void **state)
{
    enum skep_log_format format = SKEP_LOG_TEXT;

    (void)state;
    assert_int_equal(skep_log_parse_format("json", &format), 0);
    assert_int_equal(skep_log_parse_format("xml", &format), -1);
    skep_log_set_format(format);
    assert_string_equal(catch_line(SKEP_LOG_WARN, "a \"b\"\x1b"),
                        "{\"time\":\"2026-02-27T00:04:05.123Z\",\"level\":\"warn\",\"event\":\"slot-start\","
                        "\"slot\":3,\"name\":\"a \\\"b\\\"?\"}\n");
    assert_int_equal(skep_log_parse_format("text", &format), 0);
    skep_log_set_format(format);
    assert_non_null(strstr(catch_line(SKEP_LOG_WARN, "x"), " warn event="));
}

/* errno survives logging. */
static void test_log__errno_survives(void **state)
{
    (void)state;
    errno = EDOM;
    catch_line(SKEP_LOG_INFO, "x");
    errno = EDOM;
    skep_log(SKEP_LOG_TRACE, "quiet", "x=%d", 1);
    assert_int_equal(errno, EDOM);
}

/* A word that is no level is refused and nothing is touched. */
static void test_log__refuses_unknown_level(void **state)
{
    enum skep_log_level level = SKEP_LOG_WARN;

    (void)state;
    assert_int_equal(skep_log_parse_level("loud", &level), -1);
    assert_int_equal(skep_log_parse_level("", &level), -1);
    assert_int_equal(level, SKEP_LOG_WARN);
}

/* A hostile value can neither begin a line of its own nor drive a terminal. */
static void test_log__control_characters_are_tamed(void **state)
{
    (void)state;
    assert_string_equal(catch_line(SKEP_LOG_INFO, "a\nb\x1b[31m\x7f\tc"),
                        "2026-02-27T00:04:05.123Z info event=slot-start slot=3 name=a?b?[31m??c\n");
}

/* A line that is too long is cut, and is still one line. */
static void test_log__long_line_is_cut(void **state)
{
    char value[4000];
    const char *line;

    (void)state;
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    line = catch_line(SKEP_LOG_INFO, value);
    assert_int_equal(strlen(line), 1024);
    assert_ptr_equal(strchr(line, '\n'), line + 1023);
}

/* A write that fails is counted, and errno survives it too. */
static void test_log__failed_writes_are_counted(void **state)
{
    uint64_t before = skep_log_failed_writes();
    int full = open("/dev/full", O_WRONLY);
    int kept = redirect_start(full);
    int seen;

    (void)state;
    errno = EDOM;
    skep_log(SKEP_LOG_ERROR, "lost", "x=%d", 1);
    seen = errno;
    redirect_end(kept);
    close(full);
    assert_int_equal(seen, EDOM);
    assert_int_equal(skep_log_failed_writes(), before + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_log__writes_one_line, fix_clock, unfix_clock),
        cmocka_unit_test_setup_teardown(test_log__level_decides, fix_clock, unfix_clock),
        cmocka_unit_test_setup_teardown(test_log__level_words, fix_clock, unfix_clock),
        cmocka_unit_test_setup_teardown(test_log__follows_a_level, fix_clock, unfix_clock),
        cmocka_unit_test_setup_teardown(test_log__speaks_json, fix_clock, unfix_clock),
        cmocka_unit_test_setup_teardown(test_log__errno_survives, fix_clock, unfix_clock),
        cmocka_unit_test_setup_teardown(test_log__refuses_unknown_level, fix_clock, unfix_clock),
        cmocka_unit_test_setup_teardown(test_log__control_characters_are_tamed, fix_clock, unfix_clock),
        cmocka_unit_test_setup_teardown(test_log__long_line_is_cut, fix_clock, unfix_clock),
        cmocka_unit_test_setup_teardown(test_log__failed_writes_are_counted, fix_clock, unfix_clock),
    };
    return cmocka_run_group_tests_name("base/log", tests, NULL, NULL);
}
