/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task/header.h"

static struct skep_arena arena;
static struct skep_buf buf;
static struct skep_error err;
static struct skep_header header;
static const char *body;
static size_t body_n;

static int set_up(void **state)
{
    (void)state;
    skep_arena_init(&arena, 1024 * 1024);
    skep_buf_init(&buf, 1024 * 1024);
    err = (struct skep_error){0};
    header = (struct skep_header){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_arena_release(&arena);
    skep_buf_release(&buf);
    return 0;
}

static void parse_bytes(const char *bytes, size_t n)
{
    if (skep_header_parse(bytes, n, &arena, &header, &body, &body_n, &err) != SKEP_OK) {
        fail_msg("%s: %s", bytes, err.text);
    }
}

static void parse(const char *text)
{
    parse_bytes(text, strlen(text));
}

static const char *written(void)
{
    skep_buf_reset(&buf);
    skep_header_write(&buf, &header);
    return buf.bytes;
}

static void assert_header_is_empty(void)
{
    assert_false(header.is_range);
    assert_false(header.has_index);
    assert_int_equal(header.queued_ms, 0);
    assert_null(header.id);
    assert_null(header.job);
    assert_int_equal(header.tries, 0);
    assert_null(header.unique);
    assert_null(header.kernel);
    assert_null(header.cause);
    assert_int_equal(header.at_ms, 0);
    assert_int_equal(header.n_events, 0);
}

/* The positions of a range job come first, and come back. */
static void test_header__reads_and_writes_a_range(void **state)
{
    (void)state;
    parse("#skep r=40:1099511627776 i=7 j=night\n{}");
    assert_true(header.is_range);
    assert_int_equal(header.lo, 40);
    assert_int_equal(header.hi, INT64_C(1) << 40);
    assert_string_equal(written(), "#skep r=40:1099511627776 i=7 j=night\n");
}

/* What has no header line is all body, even if it looks a little like one. */
static void test_header__leaves_a_bare_record_alone(void **state)
{
    static const char *const bare[] = {
        "{\"kernel\":\"sum\"}", "", "#", "#skep", "#skeptic i=1\n{}", "#SKEP i=1\n{}", " #skep i=1\n{}"};

    (void)state;
    for (size_t i = 0; i < sizeof bare / sizeof bare[0]; i++) {
        parse(bare[i]);
        assert_header_is_empty();
        assert_ptr_equal(body, bare[i]);
        assert_int_equal(body_n, strlen(bare[i]));
    }
}

/* Each key finds its place, and the body is what follows the line, byte for byte. */
static void test_header__reads_every_key(void **state)
{
    static const char bytes[] = "#skep i=12 q=1732183445123 id=ab12 j=the%20first try=2 u=9f "
                                "e=1,1732183445200,kernel-error,W1,it%20broke e=2,1732183446000,timeout,W2, "
                                "k=te_box cause=bad-args at=1732183447000\n{}\n\0x";

    (void)state;
    parse_bytes(bytes, sizeof bytes - 1);
    assert_true(header.has_index);
    assert_int_equal(header.index, 12);
    assert_int_equal(header.queued_ms, INT64_C(1732183445123));
    assert_string_equal(header.id, "ab12");
    assert_string_equal(header.job, "the first");
    assert_int_equal(header.tries, 2);
    assert_string_equal(header.unique, "9f");
    assert_int_equal(header.n_events, 2);
    assert_int_equal(header.events[0].attempt, 1);
    assert_int_equal(header.events[0].at_ms, INT64_C(1732183445200));
    assert_string_equal(header.events[0].cause, "kernel-error");
    assert_string_equal(header.events[0].worker, "W1");
    assert_string_equal(header.events[0].message, "it broke");
    assert_int_equal(header.events[1].attempt, 2);
    assert_string_equal(header.events[1].message, "");
    assert_string_equal(header.kernel, "te_box");
    assert_string_equal(header.cause, "bad-args");
    assert_int_equal(header.at_ms, INT64_C(1732183447000));
    assert_int_equal(body_n, 5);
    assert_memory_equal(body, "{}\n\0x", 5);
}

/* A line without keys is a header too. */
static void test_header__reads_an_empty_line(void **state)
{
    (void)state;
    parse("#skep\n{}");
    assert_header_is_empty();
    assert_string_equal(body, "{}");
}

/* A newer writer's keys, and what it adds to an event, do not disturb. */
static void test_header__skips_what_it_does_not_know(void **state)
{
    (void)state;
    parse("#skep zz=1 i=5 future=%%% e=1,2,io,W,words,more,yet-more n=7\n{}");
    assert_int_equal(header.index, 5);
    assert_int_equal(header.n_events, 1);
    assert_string_equal(header.events[0].message, "words");
}

/* Numbers reach the ends of their range. */
static void test_header__reads_large_numbers(void **state)
{
    (void)state;
    parse("#skep i=18446744073709551615 q=9223372036854775807 try=4294967295\n");
    assert_true(header.index == UINT64_MAX);
    assert_true(header.queued_ms == INT64_MAX);
    assert_true(header.tries == UINT32_MAX);
    assert_int_equal(body_n, 0);
}

/* Bad syntax is refused; the body is still found, and the header is empty. */
static void test_header__refuses_bad_syntax(void **state)
{
    static const char *const wrong[] = {
        "i",           "=1",           "i=",          "i=-1",      "i=1.5",       "i=18446744073709551616",
        "i=1  q=2",    " i=1",         "i=1\tq=2",    "q=x",       "q=-1",        "try=4294967296",
        "id=",         "id=a%2",       "id=a%",       "id=a%2x",   "id=a%00b",    "id=a,b",
        "id=a;b",      "id=\xC3\xA9",  "id=a\x01",    "i=1 i=2",   "id=a id=b",   "cause=a cause=a",
        "e=",          "e=1",          "e=1,2",       "e=1,2,a,b", "e=x,2,a,b,c", "e=1,x,a,b,c",
        "e=1,2,%,b,c", "e=1,-2,a,b,c", "e=,,,,",      "e=1,2,",    "e=1,2,a,",    "id=a\r",
        "r=",          "r=1",          "r=1:",        "r=:2",      "r=2:2",       "r=3:2",
        "r=-1:2",      "r=1:2:3",      "r=1:2 r=3:4",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char text[128];
        snprintf(text, sizeof text, "#skep q=7 %s\n{}", wrong[i]);
        if (strstr(wrong[i], "q=") == wrong[i]) {
            snprintf(text, sizeof text, "#skep %s\n{}", wrong[i]);
        }
        skep_error_clear(&err);
        if (skep_header_parse(text, strlen(text), &arena, &header, &body, &body_n, &err) !=
            SKEP_E_BAD_RECORD) {
            fail_msg("not refused: %s", text);
        }
        assert_header_is_empty();
        assert_string_equal(body, "{}");
        for (const char *p = err.text; *p != '\0'; p++) {
            assert_true((unsigned char)*p >= 0x20 && *p != 0x7F);
        }
    }
}

/* A line that does not end is no header that could be cut off. */
static void test_header__refuses_a_line_without_end(void **state)
{
    (void)state;
    assert_int_equal(skep_header_parse("#skep i=1", 9, &arena, &header, &body, &body_n, &err),
                     SKEP_E_BAD_RECORD);
    assert_string_equal(err.text, "the #skep line does not end");
    assert_int_equal(body_n, 0);
}

/* A line may have 8192 bytes with its newline, and not one more. */
static void test_header__limits_the_line(void **state)
{
    static char text[SKEP_HEADER_MAX_BYTES + 4];

    (void)state;
    memset(text, 'x', sizeof text);
    memcpy(text, "#skep i=5 future=", 17);
    memcpy(text + SKEP_HEADER_MAX_BYTES - 1, "\n{}", 3);
    parse_bytes(text, SKEP_HEADER_MAX_BYTES + 2);
    assert_int_equal(header.index, 5);
    memcpy(text + SKEP_HEADER_MAX_BYTES - 1, "x\n{}", 4);
    assert_int_equal(
        skep_header_parse(text, SKEP_HEADER_MAX_BYTES + 3, &arena, &header, &body, &body_n, &err),
        SKEP_E_BAD_RECORD);
    assert_string_equal(err.text, "the #skep line has 8193 bytes, at most 8192 are allowed");
    assert_int_equal(body_n, 2);
}

/* What is written is what was documented, in a fixed order. */
static void test_header__writes_every_key(void **state)
{
    (void)state;
    header = (struct skep_header){.has_index = true,
                                  .index = 0,
                                  .queued_ms = 1732183445123,
                                  .id = "a b,c;d%e\xC3\xA9\n",
                                  .job = "some job",
                                  .tries = 3,
                                  .unique = "9f",
                                  .kernel = "te_box",
                                  .cause = "crash",
                                  .at_ms = 1732183447000};
    skep_header_add_event(&header,
                          &(struct skep_header_event){1, 1732183445200, "kernel-error", "W1", "it broke"});
    skep_header_add_event(&header, &(struct skep_header_event){2, 1732183446000, "crash", NULL, NULL});
    assert_string_equal(
        written(), "#skep i=0 q=1732183445123 id=a%20b%2Cc%3Bd%25e%C3%A9%0A j=some%20job try=3 u=9f k=te_box "
                   "cause=crash at=1732183447000 e=1,1732183445200,kernel-error,W1,it%20broke "
                   "e=2,1732183446000,crash,,\n");
}

/* Nothing is written for nothing. */
static void test_header__writes_nothing_for_nothing(void **state)
{
    (void)state;
    skep_buf_add_text(&buf, "before");
    skep_header_write(&buf, &header);
    assert_string_equal(buf.bytes, "before");
    assert_int_equal(buf.length, 6);
}

/* Every byte but NUL survives the way out and back. */
static void test_header__every_byte_comes_back(void **state)
{
    char all[256];

    (void)state;
    for (int i = 0; i < 255; i++) {
        all[i] = (char)(i + 1);
    }
    all[255] = '\0';
    skep_header_add_event(&header, &(struct skep_header_event){1, 2, all, all, all});
    parse(written());
    assert_string_equal(header.events[0].cause, all);
    assert_string_equal(header.events[0].worker, all);
    assert_string_equal(header.events[0].message, all);
}

/* The history keeps the newest ten, written or read. */
static void test_header__keeps_the_newest_events(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= 13; i++) {
        skep_header_add_event(&header, &(struct skep_header_event){i, i, "io", "W", "m"});
    }
    assert_int_equal(header.n_events, 10);
    assert_int_equal(header.events[0].attempt, 4);
    assert_int_equal(header.events[9].attempt, 13);
    parse("#skep e=1,1,a,b,c e=2,1,a,b,c e=3,1,a,b,c e=4,1,a,b,c e=5,1,a,b,c e=6,1,a,b,c e=7,1,a,b,c "
          "e=8,1,a,b,c e=9,1,a,b,c e=10,1,a,b,c e=11,1,a,b,c\n");
    assert_int_equal(header.n_events, 10);
    assert_int_equal(header.events[0].attempt, 2);
}

/* However long the words of a history are, the line stays readable: the oldest events go. */
static void test_header__the_line_stays_within_its_limit(void **state)
{
    char message[1200];

    (void)state;
    memset(message, ' ', sizeof message - 1); /* three bytes each when written */
    message[sizeof message - 1] = '\0';
    header.has_index = true;
    for (unsigned i = 1; i <= 10; i++) {
        skep_header_add_event(&header, &(struct skep_header_event){i, i, "io", "W", message});
    }
    assert_true(strlen(written()) <= SKEP_HEADER_MAX_BYTES);
    parse(buf.bytes);
    assert_true(header.has_index);
    assert_int_equal(header.n_events, 2);
    assert_int_equal(header.events[1].attempt, 10);
}

/* Names are short and printable; one byte more is refused, so that what was read can always be written. */
static void test_header__limits_names(void **state)
{
    static const char *const keys[] = {"id", "u", "k", "cause"};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        char text[1024];
        int n = snprintf(text, sizeof text, "#skep %s=%0256d\n", keys[i], 7);
        parse_bytes(text, (size_t)n);
        n = snprintf(text, sizeof text, "#skep %s=%0257d\n", keys[i], 7);
        assert_int_equal(skep_header_parse(text, (size_t)n, &arena, &header, &body, &body_n, NULL),
                         SKEP_E_BAD_RECORD);
        n = snprintf(text, sizeof text, "#skep %s=a%%1B\n", keys[i]);
        assert_int_equal(skep_header_parse(text, (size_t)n, &arena, &header, &body, &body_n, NULL),
                         SKEP_E_BAD_RECORD);
    }
}

/* The longest names of all leave room for the newest event. */
static void test_header__the_longest_names_leave_room(void **state)
{
    char name[257];
    char message[1001];

    (void)state;
    for (size_t i = 0; i + 2 < sizeof name; i += 2) {
        memcpy(name + i, "\xC3\xA9", 3); /* six bytes when written */
    }
    memset(message, ' ', sizeof message - 1);
    message[sizeof message - 1] = '\0';
    header = (struct skep_header){.has_index = true,
                                  .index = UINT64_MAX,
                                  .queued_ms = INT64_MAX,
                                  .id = name,
                                  .job = name,
                                  .tries = UINT32_MAX,
                                  .unique = name,
                                  .kernel = name,
                                  .cause = name,
                                  .at_ms = INT64_MAX};
    skep_header_add_event(&header, &(struct skep_header_event){1, 2, "io", "W", message});
    parse(written());
    assert_true(strlen(buf.bytes) <= SKEP_HEADER_MAX_BYTES);
    assert_string_equal(header.cause, name);
    assert_string_equal(header.events[0].message, message);
}

/* An id that does not fit fails the buffer rather than make a line that cannot be read. */
static void test_header__fails_on_an_endless_id(void **state)
{
    static char id[SKEP_HEADER_MAX_BYTES + 1];

    (void)state;
    memset(id, 'x', sizeof id - 1);
    header.id = id;
    skep_header_write(&buf, &header);
    assert_true(skep_buf_failed(&buf));
}

/* An arena that is too small says so. */
static void test_header__says_when_the_arena_is_full(void **state)
{
    struct skep_arena small;

    (void)state;
    skep_arena_init(&small, 4);
    assert_int_equal(skep_header_parse("#skep id=abcd\n", 14, &small, &header, &body, &body_n, &err),
                     SKEP_E_NOMEM);
    assert_header_is_empty();
    skep_arena_release(&small);
}

static skep_status write_and_drop(void *context)
{
    struct skep_buf own;
    bool failed;

    skep_buf_init(&own, 100000);
    skep_header_write(&own, context);
    failed = skep_buf_failed(&own);
    skep_buf_release(&own);
    return failed ? SKEP_E_NOMEM : SKEP_OK;
}

/* Whichever request for memory fails, the buffer says so at the end. */
static void test_header__survives_a_failing_heap(void **state)
{
    (void)state;
    header.id = "some id";
    for (unsigned i = 1; i <= 10; i++) {
        skep_header_add_event(&header,
                              &(struct skep_header_event){i, i, "io", "a worker's name", "what it said"});
    }
    test_heap_torture(write_and_drop, &header);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_header__leaves_a_bare_record_alone),
        TEST(test_header__reads_every_key),
        TEST(test_header__reads_and_writes_a_range),
        TEST(test_header__reads_an_empty_line),
        TEST(test_header__skips_what_it_does_not_know),
        TEST(test_header__reads_large_numbers),
        TEST(test_header__writes_every_key),
        TEST(test_header__writes_nothing_for_nothing),
        TEST(test_header__every_byte_comes_back),
        TEST(test_header__keeps_the_newest_events),
        TEST(test_header__the_line_stays_within_its_limit),
        TEST(test_header__refuses_bad_syntax),
        TEST(test_header__refuses_a_line_without_end),
        TEST(test_header__limits_the_line),
        TEST(test_header__limits_names),
        TEST(test_header__the_longest_names_leave_room),
        TEST(test_header__fails_on_an_endless_id),
        TEST(test_header__says_when_the_arena_is_full),
        TEST(test_header__survives_a_failing_heap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
