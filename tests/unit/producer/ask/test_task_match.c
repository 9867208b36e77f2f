/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "support/test.h"
#include "producer/ask/task_search.h"

static bool matches(const char *wanted_text, enum skep_task_place place, const char *text, size_t n,
                    struct skep_task_hit *hit)
{
    struct skep_task_wanted wanted;
    struct skep_arena arena;
    bool is_it;

    skep_task_wanted_read(&wanted, wanted_text);
    *hit = (struct skep_task_hit){0};
    skep_arena_init(&arena, 64 << 20);
    is_it = skep_task_matches(&wanted, place, &(struct skep_bytes){text, n}, &arena, hit);
    skep_arena_release(&arena);
    return is_it;
}

static void check(bool wanted, const char *name, enum skep_task_place place, const char *text)
{
    struct skep_task_hit hit;

    if (matches(name, place, text, strlen(text), &hit) != wanted) {
        fail_msg("%s is %sto be found in %s", name, wanted ? "" : "not ", text);
    }
}

/* A name can be an id, or a job and a place in it. */
static void test_task_match__names(void **state)
{
    static const struct {
        const char *text, *job;
        int64_t index;
    } rows[] = {
        {"t17", "", -1},
        {"te_box:17", "te_box", 17},
        {"te_box.17", "te_box", 17},
        {"a.b:3", "a.b", 3},
        {"a:3.5", "", -1},
        {"a.3.5", "a.3", 5},
        {":5", "", -1},
        {"job:", "", -1},
        {"job:-1", "", -1},
        {"job:1x", "", -1},
        {"", "", -1},
        {"a:99999999999999999999", "", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_task_wanted wanted;
        skep_task_wanted_read(&wanted, rows[i].text);
        assert_string_equal(wanted.id, rows[i].text);
        assert_string_equal(wanted.job, rows[i].job);
        assert_int_equal(wanted.index, rows[i].index);
    }
}

/* The id stands in the record, or in skep's line before it; what only looks alike is another's. */
static void test_task_match__by_id(void **state)
{
    (void)state;
    check(true, "t1", SKEP_TASK_QUEUED, "{\"kernel\":\"sum\",\"id\":\"t1\"}");
    check(true, "t1", SKEP_TASK_HELD, "#skep i=5 id=t1 try=1\n{\"kernel\":\"sum\"}");
    check(true, "t1", SKEP_TASK_DEAD,
          "#skep id=t1 k=sum cause=io at=17\n#skep i=5 q=7\n{\"kernel\":\"sum\"}");
    check(true, "t1", SKEP_TASK_RESULT,
          "{\"id\":\"t1\",\"index\":5,\"kernel\":\"sum\",\"ok\":true,\"value\":1}");
    check(true, "t1:2", SKEP_TASK_QUEUED, "{\"id\":\"t1:2\"}");
    check(false, "t1", SKEP_TASK_QUEUED, "{\"kernel\":\"sum\",\"id\":\"t11\"}");
    check(false, "t1", SKEP_TASK_QUEUED, "{\"kernel\":\"sum\",\"meta\":{\"id\":\"t1\"}}");
    check(false, "t1", SKEP_TASK_QUEUED, "#skep id=t11\n{\"kernel\":\"t1\"}");
    check(false, "t1", SKEP_TASK_QUEUED, "t1 {");
    check(false, "t1", SKEP_TASK_QUEUED, "{\"id\":1,\"x\":\"t1\"}");
}

/* A job is named in skep's line or in the record; the index by skep. */
static void test_task_match__by_place_in_a_job(void **state)
{
    (void)state;
    check(true, "monday:5", SKEP_TASK_QUEUED, "#skep i=5 q=7 j=monday\n{\"kernel\":\"sum\"}");
    check(true, "monday:5", SKEP_TASK_QUEUED, "#skep i=5 q=7\n{\"kernel\":\"sum\",\"job\":\"monday\"}");
    check(true, "monday:5", SKEP_TASK_RESULT, "{\"id\":\"x\",\"job\":\"monday\",\"index\":5,\"ok\":true}");
    check(true, "monday:5", SKEP_TASK_DEAD, "#skep j=monday id=x cause=io at=17\n#skep i=5 q=7\n{}");
    check(false, "monday:5", SKEP_TASK_QUEUED, "#skep i=6 q=7 j=monday\n{\"kernel\":\"sum\"}");
    check(false, "monday:5", SKEP_TASK_QUEUED, "#skep i=5 q=7 j=tuesday\n{\"x\":\"monday\"}");
    check(false, "monday:5", SKEP_TASK_QUEUED, "{\"kernel\":\"sum\",\"job\":\"monday\"}");
}

/* Of a range job: the line that has its position, and the letter and the result that have its name. */
static void test_task_match__in_a_range(void **state)
{
    (void)state;
    check(true, "te:40", SKEP_TASK_QUEUED, "#skep r=40:50 j=te q=7\n");
    check(true, "te.49", SKEP_TASK_QUEUED, "#skep r=40:50 j=te q=7\n");
    check(false, "te:50", SKEP_TASK_QUEUED, "#skep r=40:50 j=te q=7\n");
    check(false, "te:39", SKEP_TASK_QUEUED, "#skep r=40:50 j=te q=7\n");
    check(false, "t:45", SKEP_TASK_QUEUED, "#skep r=40:50 j=te q=7\n");
    check(true, "te:45", SKEP_TASK_DEAD, "#skep r=45:46 j=te id=te.45 cause=io at=17\n{\"kernel\":\"sum\"}");
    check(true, "te:45", SKEP_TASK_RESULT, "{\"id\":\"te.45\",\"index\":45,\"ok\":false}");
}

/* What lies there is handed over as it is: skep's line, and the record behind all such lines. */
static void test_task_match__splits_what_it_finds(void **state)
{
    static const char letter[] = "#skep id=t1 cause=io at=17\n#skep i=5 q=7\n{\"a\":\0";
    struct skep_task_hit hit;

    (void)state;
    assert_true(matches("t1", SKEP_TASK_DEAD, letter, sizeof letter - 1, &hit));
    assert_ptr_equal(hit.bytes.bytes, letter);
    assert_int_equal(hit.bytes.n, sizeof letter - 1);
    assert_int_equal(hit.body.n, 6);
    assert_memory_equal(hit.body.bytes, "{\"a\":\0", 6);
    assert_true(hit.header.has_index);
    assert_int_equal(hit.header.index, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_task_match__names),
        cmocka_unit_test(test_task_match__by_id),
        cmocka_unit_test(test_task_match__by_place_in_a_job),
        cmocka_unit_test(test_task_match__in_a_range),
        cmocka_unit_test(test_task_match__splits_what_it_finds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
