/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "hive.h"
#include "hive_sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gather/gathering.h"
#include "sweep/array.h"
#include "sweep/sidecar.h"
#include "support/until.h"

enum { HIVE_SWEEP_WAIT_MS = 60000 };

static void make_output(struct hive_sweep *s, int k)
{
    struct skep_sidecar_facts facts = {.spec = s->spec,
                                       .spec_n = strlen(s->spec),
                                       .job = s->job,
                                       .queue = "q",
                                       .out = k,
                                       .kernel_version = 1,
                                       .n_all = s->sweep.n_all};
    struct skep_error err = {0};

    snprintf(facts.token, sizeof facts.token, "%s", s->sweep.token);
    if (skep_array_make(s->roots, &s->sweep.outs[k], false, &err) != SKEP_OK ||
        skep_sidecar_make(s->roots, s->sweep.outs[k].path, &facts, &err) != SKEP_OK) {
        fail_msg("output %d: %s", k, err.text);
    }
}

static void put(struct hive *hive, const struct hive_sweep *s)
{
    static const char *const words[] = {NULL, "any", "first"};
    const struct skep_range all = {0, s->sweep.n};
    const struct skep_range_put one = {.job = s->job,
                                       .spec = s->spec,
                                       .spec_n = strlen(s->spec),
                                       .n = s->sweep.n,
                                       .stop = words[s->sweep.stop],
                                       .has_acks = s->sweep.n_outs > 0};
    struct skep_error err = {0};
    int64_t n_put;

    (void)hive_ask(hive, "PING", NULL);
    if (skep_range_put(hive->conn, &hive->keys, &one, 0, &all, 1, &n_put, &err) != SKEP_OK) {
        hive_fail(hive, "put: %s", err.text);
    }
    assert_int_equal(n_put, s->sweep.n);
}

struct hive_sweep *hive_put_sweep(struct hive *hive, const char *job, const char *spec)
{
    struct hive_sweep *s = calloc(1, sizeof *s);
    struct skep_limits limits = {0};
    struct skep_error err = {0};

    assert_non_null(s);
    snprintf(s->job, sizeof s->job, "%s", job);
    s->spec = skep_arena_strndup(&hive->arena, spec, strlen(spec));
    if (skep_sweep_parse(s->spec, strlen(s->spec), &limits, &hive->arena, &s->sweep, &err) != SKEP_OK) {
        fail_msg("%s: %s", spec, err.text);
    }
    assert_int_equal(skep_roots_new(&s->roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(s->roots, hive->folder, NULL), SKEP_OK);
    for (int k = 0; k < s->sweep.n_outs; k++) {
        make_output(s, k);
    }
    put(hive, s);
    return s;
}

void hive_sweep_put(struct hive_sweep **sweep_out, struct hive *hive, int n, const char *more,
                    const char *dtype)
{
    char spec[16384];

    assert_true((size_t)snprintf(
                    spec, sizeof spec,
                    "{%s,\"over\":[{\"ranges\":[\"i\",\"j\"],\"from\":\"0:%d:%d\"}],\"token\":\"" HIVE_TOKEN
                    "\",\"out\":[{\"path\":\"o.npy\",\"at\":[\"{i}\"],\"dtype\":\"%s\",\"shape\":[%d],"
                    "\"fill\":\"%s\"}]}",
                    more, n, n, dtype, n, dtype[0] == 'f' ? "nan" : "0") < sizeof spec);
    *sweep_out = hive_put_sweep(hive, "job", spec);
}

void hive_free_sweep(struct hive_sweep *sweep)
{
    if (sweep != NULL) {
        skep_roots_free(sweep->roots);
        free(sweep);
    }
}

struct skep_job hive_job(struct hive *hive, const char *job)
{
    struct skep_job counts;
    struct skep_error err = {0};

    (void)hive_ask(hive, "PING", NULL);
    if (skep_job_read(hive->conn, &hive->keys, job, &counts, &err) != SKEP_OK) {
        hive_fail(hive, "job: %s", err.text);
    }
    return counts;
}

/* ---- gathering ---- */

struct gathering_test {
    struct hive *hive;
    const struct hive_sweep *sweep;
    struct skep_gathering gathering;
    skep_status st;
    struct skep_error err;
};

static struct gathering_test begin_gathering(struct hive *hive, const struct hive_sweep *sweep)
{
    struct gathering_test test = {.hive = hive, .sweep = sweep};

    test.st = skep_gathering_open(&test.gathering, hive->conn, hive->keys.name, sweep->job, &sweep->sweep,
                                  sweep->roots, &test.err);
    return test;
}

/* One step; whether there is no need of another. */
static bool step(struct gathering_test *test)
{
    if (test->st == SKEP_OK && !test->gathering.is_over) {
        test->st = skep_gathering_step(&test->gathering, &test->err);
        test->st = test->st == SKEP_EMPTY ? SKEP_OK : test->st;
    }
    return test->st != SKEP_OK || test->gathering.is_over;
}

static bool has_come(void *context)
{
    struct gathering_test *test = context;

    return step(test) || test->gathering.n_applied > 0;
}

static bool is_over(void *context)
{
    return step(context);
}

/* The last word, once it is over. SKEP_E_CONFLICT: a child of a worker was first. */
static void finish(struct gathering_test *test)
{
    struct skep_buf value;

    if (test->st == SKEP_OK) {
        assert_true(test->gathering.is_over);
        assert_int_equal(test->gathering.n_bad, 0);
        assert_string_equal(test->gathering.files.conflict, "");
        assert_int_equal(test->gathering.files.n_lost, 0);
        skep_buf_init(&value, 1 << 20);
        test->st = skep_gathering_finish(&test->gathering, &value, &test->err);
        skep_buf_release(&value);
    }
    skep_gathering_close(&test->gathering);
    if (test->st != SKEP_OK && test->st != SKEP_E_CONFLICT) {
        hive_fail(test->hive, "gathering: %s", test->err.text);
    }
}

void hive_gather_some(struct hive *hive, const struct hive_sweep *sweep)
{
    struct gathering_test test = begin_gathering(hive, sweep);

    assert_true(test_until(has_come, &test, HIVE_SWEEP_WAIT_MS));
    assert_int_equal(test.st, SKEP_OK);
    skep_gathering_close(&test.gathering);
}

bool hive_is_gathered(struct hive *hive)
{
    return hive_ask(hive, "SCARD", hive->keys.gather, NULL)->integer == 0;
}

struct skep_job hive_gather(struct hive *hive, const struct hive_sweep *sweep, int timeout_ms)
{
    struct gathering_test test = begin_gathering(hive, sweep);

    if (!test_until(is_over, &test, timeout_ms)) {
        hive_fail(hive, "not gathered after %d ms", timeout_ms);
    }
    finish(&test);
    hive_until(hive, hive_is_gathered, "the job is gathered", timeout_ms);
    return hive_job(hive, sweep->job);
}

struct job_wait {
    struct hive *hive;
    const char *job;
};

static bool is_job_over(void *context)
{
    const struct job_wait *wait = context;
    struct skep_job job = hive_job(wait->hive, wait->job);

    return skep_job_is_over(&job);
}

struct skep_job hive_await_job(struct hive *hive, const char *job, int timeout_ms)
{
    struct job_wait wait = {hive, job};

    if (!test_until(is_job_over, &wait, timeout_ms)) {
        hive_fail(hive, "%s is not over after %d ms", job, timeout_ms);
    }
    return hive_job(hive, job);
}

/* ---- outputs ---- */

static void read_element(const struct hive_sweep *sweep, int64_t i, void *element_out)
{
    struct skep_array array;

    assert_int_equal(skep_array_open(&array, sweep->roots, &sweep->sweep.outs[0], false, NULL), SKEP_OK);
    assert_int_equal(array.slice_bytes, 8);
    assert_int_equal(skep_array_read(&array, i, 1, element_out, NULL), SKEP_OK);
    skep_array_close(&array);
}

double hive_f8(const struct hive_sweep *sweep, int64_t i)
{
    double element;

    read_element(sweep, i, &element);
    return element;
}

int64_t hive_i8(const struct hive_sweep *sweep, int64_t i)
{
    int64_t element;

    read_element(sweep, i, &element);
    return element;
}

int64_t hive_count_done(const struct hive_sweep *sweep)
{
    struct skep_sidecar *sidecar;
    int64_t n;

    assert_int_equal(skep_sidecar_open(sweep->roots, sweep->sweep.outs[0].path, false, &sidecar, NULL),
                     SKEP_OK);
    n = skep_sidecar_count_done(sidecar);
    skep_sidecar_close(sidecar);
    return n;
}
