/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "support/test.h"
#include "producer/ask/doctor_view.h"

/* 2026-11-22T01:00:00Z by `date -d ... +%s` */
enum { NOW_S = 1795309200 };
#define NOW_MS (INT64_C(1000) * NOW_S)
#define NOW_AS "2026-11-22T01:00:00.000Z"

static struct skep_doctor_settings settings;
static struct skep_doctor doctor;

static struct skep_doctor_verdict *verdict_of(const char *name)
{
    size_t n;
    const struct skep_doctor_check *checks = skep_doctor_checks(&n);

    for (size_t i = 0; i < n; i++) {
        if (strcmp(checks[i].name, name) == 0) {
            return &doctor.verdicts[i];
        }
    }
    fail_msg("no check is called %s", name);
    return NULL;
}

static int begin(void **state)
{
    (void)state;
    settings = (struct skep_doctor_settings){0};
    doctor = (struct skep_doctor){.settings = &settings, .is_private = true};
    skep_doctor_say(verdict_of("name"), SKEP_DOCTOR_OK, NULL, "found");
    skep_doctor_say(verdict_of("memory"), SKEP_DOCTOR_OK, NULL, "enough");
    return 0;
}

/* The line of the check NAME. */
static void check_line(const char *name, const char *wanted)
{
    size_t n;
    const struct skep_doctor_check *checks = skep_doctor_checks(&n);
    struct skep_buf buf;

    skep_buf_init(&buf, 8192);
    skep_doctor_write_line(&buf, &checks[verdict_of(name) - doctor.verdicts], verdict_of(name));
    assert_string_equal(buf.bytes != NULL ? buf.bytes : "", wanted);
    skep_buf_release(&buf);
}

/* A state, a name, words; what helps below; nothing for what has nothing to say. */
static void test_doctor_view__a_check_is_a_line(void **state)
{
    (void)state;
    check_line("name", "ok    name         found\n");
    skep_doctor_say(verdict_of("memory"), SKEP_DOCTOR_FAIL, "make room", "full");
    check_line("memory", "FAIL  memory       full\n                   fix: make room\n");
    skep_doctor_say(verdict_of("disk"), SKEP_DOCTOR_WARN, "more", "little");
    check_line("disk", "warn  disk         little\n                   fix: more\n");
    check_line("auth", "");
}

/* What a server or a worker has written cannot drive the terminal, nor break the JSON. */
static void test_doctor_view__strangers_are_harmless(void **state)
{
    struct skep_buf buf;

    (void)state;
    skep_doctor_say(verdict_of("name"), SKEP_DOCTOR_OK, NULL, "\x1b[2J\"\n");
    check_line("name", "ok    name         \\x1b[2J\"\\n\n");
    skep_buf_init(&buf, 8192);
    skep_doctor_write_json(&buf, &doctor, 0, NOW_MS);
    assert_non_null(strstr(buf.bytes, "\"words\":\"\\u001b[2J\\\"\\n\""));
    assert_int_equal(strlen(buf.bytes), buf.length);
    assert_ptr_equal(strchr(buf.bytes, '\n'), buf.bytes + buf.length - 1);
    skep_buf_release(&buf);
}

/* The line of JSON says when, what for, how it ends, and each check with its state. */
static void test_doctor_view__json_has_all(void **state)
{
    static const char *const pieces[] = {
        "{\"at\":\"" NOW_AS "\",\"server\":null,\"queue\":null,\"role\":\"worker\",\"exit\":3,\"checks\":[",
        "{\"check\":\"name\",\"state\":\"ok\",\"words\":\"found\",\"fix\":null}",
        "{\"check\":\"tls\",\"state\":\"failure\",\"words\":\"no\",\"fix\":\"yes\"}",
        "{\"check\":\"auth\",\"state\":\"not-asked\",\"words\":null,\"fix\":null}",
    };
    struct skep_buf buf;

    (void)state;
    settings.role = "worker";
    skep_doctor_say(verdict_of("tls"), SKEP_DOCTOR_FAIL, "yes", "no");
    skep_buf_init(&buf, 8192);
    skep_doctor_write_json(&buf, &doctor, 3, NOW_MS);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        if (strstr(buf.bytes, pieces[i]) == NULL) {
            fail_msg("no %s in %s", pieces[i], buf.bytes);
        }
    }
    skep_buf_release(&buf);
}

/* The sum says what is behind a failure. */
static void test_doctor_view__the_sum(void **state)
{
    struct skep_buf buf;
    size_t n;

    (void)state;
    (void)skep_doctor_checks(&n);
    for (size_t i = 0; i < n; i++) {
        doctor.verdicts[i].state = SKEP_DOCTOR_OK;
    }
    verdict_of("limits")->state = SKEP_DOCTOR_FAIL;
    verdict_of("cores")->state = SKEP_DOCTOR_UNASKED;
    verdict_of("roots")->state = SKEP_DOCTOR_WARN;
    skep_buf_init(&buf, 8192);
    skep_doctor_write_summary(&buf, &doctor);
    assert_string_equal(buf.bytes,
                        "\n17 good, 1 warning, 1 failure; 1 check not made (--all makes those that "
                        "can be)\n");
    skep_buf_release(&buf);
}

/* The news since MEMORY are exactly WANTED. */
static void check_news(struct skep_doctor_memory *memory, const char *wanted)
{
    struct skep_buf buf;
    bool is_new;

    skep_buf_init(&buf, 8192);
    is_new = skep_doctor_write_news(&buf, &doctor, memory, NOW_MS);
    assert_int_equal(is_new, wanted[0] != '\0');
    assert_string_equal(buf.bytes != NULL ? buf.bytes : "", wanted);
    skep_buf_release(&buf);
}

/* Who looks again and again says what changes, once; what is not looked at is as it was. */
static void test_doctor_view__news_are_changes(void **state)
{
    struct skep_doctor_memory memory = {0};

    (void)state;
    check_news(&memory, NOW_AS " ok    all 2 checks\n");
    check_news(&memory, "");
    skep_doctor_say(verdict_of("memory"), SKEP_DOCTOR_WARN, NULL, "little");
    check_news(&memory, NOW_AS " warn  memory       little\n");
    check_news(&memory, "");
    skep_doctor_say(verdict_of("name"), SKEP_DOCTOR_FAIL, NULL, "lost");
    verdict_of("memory")->state = SKEP_DOCTOR_UNASKED;
    check_news(&memory, NOW_AS " FAIL  name         lost\n");
    skep_doctor_say(verdict_of("name"), SKEP_DOCTOR_OK, NULL, "found");
    skep_doctor_say(verdict_of("memory"), SKEP_DOCTOR_WARN, NULL, "less still");
    check_news(&memory, NOW_AS " ok    name         found\n");
}

/* What is wrong at the first look is told, and nothing that is right. */
static void test_doctor_view__the_first_news(void **state)
{
    struct skep_doctor_memory memory = {0};

    (void)state;
    skep_doctor_say(verdict_of("memory"), SKEP_DOCTOR_FAIL, NULL, "full");
    check_news(&memory, NOW_AS " FAIL  memory       full\n");
    check_news(&memory, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_doctor_view__a_check_is_a_line, begin),
        cmocka_unit_test_setup(test_doctor_view__strangers_are_harmless, begin),
        cmocka_unit_test_setup(test_doctor_view__json_has_all, begin),
        cmocka_unit_test_setup(test_doctor_view__the_sum, begin),
        cmocka_unit_test_setup(test_doctor_view__news_are_changes, begin),
        cmocka_unit_test_setup(test_doctor_view__the_first_news, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
