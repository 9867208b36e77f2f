/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "sweep/crc32c.h"
#include "worker/chunk.h"

/* A job with one output of slices of 8 bytes, which travel. */
static struct skep_known_sweep known = {
    .job = "night",
    .sweep = {.n = 1000, .n_all = 1000, .n_outs = 1},
    .slice_bytes = {8},
    .outs = {{.reach = SKEP_REACH_TRAVELS}},
};
static struct skep_chunk *chunk;

static int set_up(void **state)
{
    const struct skep_range range = {100, 200};

    (void)state;
    chunk = calloc(1, sizeof *chunk);
    assert_non_null(chunk);
    skep_chunk_init(chunk);
    chunk->worker = "h:1";
    skep_chunk_fill(chunk, &range, "night");
    skep_chunk_set_outs(chunk, &known);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_chunk_release(chunk);
    free(chunk);
    return 0;
}

/* What the task at POSITION gives. */
static double value_at(int64_t position)
{
    return (double)position / 3;
}

static void run_done(void)
{
    const double value = value_at(chunk->next);
    const uint32_t crc = skep_crc32c(0, &value, sizeof value);
    const int64_t number = chunk->next;

    assert_int_equal(skep_chunk_reserve(chunk, NULL), SKEP_OK);
    if (chunk->n_outs > 0) {
        memcpy(skep_chunk_slice(chunk, 0), &value, sizeof value);
    }
    skep_chunk_add_done(chunk, &crc, &number, 1000);
}

static void run_other(enum skep_ack_state state)
{
    assert_int_equal(skep_chunk_reserve(chunk, NULL), SKEP_OK);
    skep_chunk_add_other(chunk, state, -1);
}

/* A position that has failed, with the letter TEXT. */
static void run_failed(enum skep_verdict_kind kind, const char *text)
{
    struct skep_settled settled = {.kind = kind, .record_n = strlen(text)};

    run_other(SKEP_ACK_ABSENT);
    settled.record_at = chunk->bytes.length;
    skep_buf_add_text(&chunk->bytes, text);
    skep_chunk_add_entry(chunk, &settled);
}

static void seal(void)
{
    uint64_t written_bytes;

    skep_chunk_seal(chunk, &known, NULL, &written_bytes);
    assert_int_equal(written_bytes, 0);
}

static const struct skep_range_verdict *verdict(size_t n_kept)
{
    static struct skep_cycle cycle;

    cycle = skep_chunk_make_cycle(chunk, n_kept);
    assert_non_null(cycle.range);
    return cycle.range;
}

/* The ack of a verdict, read as the gatherer does. */
static struct skep_ack ack_of(const struct skep_range_verdict *v)
{
    struct skep_ack ack;
    struct skep_error err = {0};

    if (skep_ack_read(v->ack.bytes, v->ack.n, &known.sweep, known.slice_bytes, &ack, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    for (int64_t p = ack.lo, d = 0; p < ack.hi; p++) {
        double value = value_at(p);
        if (skep_ack_state(&ack, p) == SKEP_ACK_DONE) {
            assert_int_equal(skep_ack_crc(&ack.outs[0], d), skep_crc32c(0, &value, sizeof value));
            assert_memory_equal(ack.outs[0].values + 8 * d, &value, sizeof value);
            d++;
        }
    }
    return ack;
}

/* What is sealed is told, with what became of each position; the rest stays. */
static void test_chunk__tells_what_is_sealed(void **state)
{
    const struct skep_range_verdict *v;
    struct skep_ack ack;

    (void)state;
    run_done();
    run_other(SKEP_ACK_SKIPPED);
    run_failed(SKEP_RETRY, "again");
    run_failed(SKEP_BURY, "dead");
    run_done();
    seal();
    run_done();
    v = verdict(SKEP_SWEEP_MAX_TASKS);
    assert_int_equal(v->upto, 105);
    assert_int_equal(v->back, -1);
    assert_int_equal(v->n_done, 3);
    assert_int_equal(v->n_failed, 1);
    assert_int_equal(v->n_retries, 1);
    assert_memory_equal(v->retries[0].record.bytes, "again", 5);
    assert_int_equal(v->n_dead, 1);
    assert_memory_equal(v->dead[0].record.bytes, "dead", 4);
    assert_int_equal(v->hit, -1);
    ack = ack_of(v);
    assert_int_equal(ack.lo, 100);
    assert_int_equal(ack.hi, 105);
    assert_int_equal(ack.n_done, 2);
    assert_int_equal(ack.states[1], SKEP_ACK_SKIPPED);
    assert_int_equal(ack.states[3], SKEP_ACK_ABSENT);
    skep_chunk_told(chunk);
    assert_int_equal(chunk->lo, 105);
    assert_false(skep_chunk_has_news(chunk, SKEP_SWEEP_MAX_TASKS));
}

/* What was told is not told again, though the buffers still hold it. */
static void test_chunk__goes_on_after_a_tell(void **state)
{
    struct skep_ack ack;

    (void)state;
    for (int i = 0; i < 10; i++) {
        run_done();
    }
    seal();
    run_done();
    (void)verdict(SKEP_SWEEP_MAX_TASKS);
    skep_chunk_told(chunk);
    run_failed(SKEP_BURY, "dead");
    run_done();
    seal();
    ack = ack_of(verdict(SKEP_SWEEP_MAX_TASKS));
    assert_int_equal(ack.lo, 110);
    assert_int_equal(ack.hi, 113);
    assert_int_equal(ack.n_done, 2);
    skep_chunk_told(chunk);
    run_done();
    assert_int_equal(chunk->base, 113);
    assert_int_equal(chunk->n_done, 1);
}

/* Nothing that was run since it was sealed is to be believed: it is as if it had not been run. */
static void test_chunk__disowns_what_is_not_sealed(void **state)
{
    (void)state;
    run_done();
    seal();
    run_done();
    run_failed(SKEP_BURY, "dead");
    chunk->hit = chunk->next - 1;
    skep_chunk_disown(chunk);
    assert_int_equal(chunk->next, 101);
    assert_int_equal(chunk->n_entries, 0);
    assert_int_equal(chunk->hit, -1);
    run_done();
    run_done();
    seal();
    assert_int_equal(ack_of(verdict(SKEP_SWEEP_MAX_TASKS)).n_done, 3);
}

/* What the server has cut off is not told, in whatever state it is. */
static void test_chunk__is_cut(void **state)
{
    const struct skep_range_verdict *v;

    (void)state;
    for (int i = 0; i < 10; i++) {
        run_done();
    }
    run_failed(SKEP_BURY, "dead");
    seal();
    run_done();
    assert_int_equal(skep_chunk_cut(chunk, 107), 93);
    v = verdict(0);
    assert_int_equal(v->upto, 107);
    assert_int_equal(v->n_done, 7);
    assert_int_equal(v->n_dead, 0);
    assert_int_equal(v->back, -1);
    assert_int_equal(ack_of(v).hi, 107);
    skep_chunk_told(chunk);
    assert_true(skep_chunk_is_empty(chunk));
}

/* All of it may be gone: then nothing is left to tell. A cut behind its end is none. */
static void test_chunk__may_be_gone(void **state)
{
    (void)state;
    run_done();
    seal();
    assert_int_equal(skep_chunk_cut(chunk, 300), 0);
    assert_int_equal(skep_chunk_cut(chunk, -1), 100);
    assert_true(skep_chunk_is_empty(chunk));
    assert_false(skep_chunk_has_news(chunk, 0));
    assert_null(skep_chunk_make_cycle(chunk, 0).range);
    assert_int_equal(skep_chunk_gave_back(chunk), 0);
    skep_chunk_told(chunk);
}

/* What is not sealed goes back; or all but the next ones, of which the first runs. */
static void test_chunk__gives_back(void **state)
{
    (void)state;
    run_done();
    seal();
    run_done();
    assert_int_equal(verdict(1)->back, 103);
    assert_int_equal(verdict(1)->upto, 101);
    assert_int_equal(skep_chunk_gave_back(chunk), 97);
    skep_chunk_told(chunk);
    assert_int_equal(chunk->hi, 103);
    assert_int_equal(chunk->next, 102);
    assert_int_equal(verdict(0)->back, 101);
    assert_int_equal(skep_chunk_gave_back(chunk), 2);
    skep_chunk_told(chunk);
    assert_true(skep_chunk_is_empty(chunk));
}

/* A hit is told with its index, once it is sealed, and once. */
static void test_chunk__tells_a_hit(void **state)
{
    (void)state;
    run_done();
    chunk->hit = 100;
    chunk->hit_index = 7;
    assert_int_equal(verdict(1)->hit, -1);
    seal();
    assert_int_equal(verdict(1)->hit, 100);
    assert_int_equal(verdict(1)->hit_index, 7);
    skep_chunk_told(chunk);
    assert_int_equal(chunk->hit, -1);
}

/* A job without outputs sends no acks. */
static void test_chunk__without_outputs(void **state)
{
    (void)state;
    chunk->n_outs = 0;
    run_done();
    seal();
    assert_int_equal(verdict(1)->ack.n, 0);
    assert_int_equal(verdict(1)->n_done, 1);
}

#define TEST(fact) cmocka_unit_test_setup_teardown(test_chunk__##fact, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tells_what_is_sealed),
        TEST(goes_on_after_a_tell),
        TEST(disowns_what_is_not_sealed),
        TEST(is_cut),
        TEST(may_be_gone),
        TEST(gives_back),
        TEST(tells_a_hit),
        TEST(without_outputs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
