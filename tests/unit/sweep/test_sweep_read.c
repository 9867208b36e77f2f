/* SPDX-License-Identifier: MIT */
#include "unit/sweep/spec.h"

#include "task/json_read.h"

static struct spec spec; /* large */

/* ---- works ---- */

/* Every key lands in its field. */
static void test_sweep_read__fields(void **state)
{
    const struct skep_sweep *sweep = &spec.sweep;

    (void)state;
    spec_open_with(
        &spec, "{\"pairs\":[\"i\",\"j\"],\"of\":8},{\"grid\":\"r\",\"from\":\"0.1:1.0:10\"}",
        "\"args\":{\"x\":\"a.npy[:,{i}]\"},\"seed\":7,\"order\":\"random\",\"take\":100,"
        "\"filter\":\"i<j\",\"token\":\"00112233445566778899aabbccddeeff\",\"out\":[{\"path\":\"d/te.npy\","
        "\"at\":[\"{i}\",\"{j}+1\",\"{r}\"],\"of\":\"[0]\",\"dtype\":\"f4\",\"shape\":[8,9,10],\"fill\":"
        "\"0\"}],"
        "\"reduce\":\"max\",\"stop\":\"any\",\"results\":true,\"retries\":0,\"timeout_s\":2,\"backoff_s\":0."
        "5,"
        "\"inputs\":[{\"path\":\"a.npy\",\"size\":123,\"mtime_ns\":\"1700000000123456789\","
        "\"header\":\"deadbeef\"}],\"meta\":{\"a\":1}");
    assert_string_equal(sweep->kernel, "sum");
    assert_int_equal(sweep->n_factors, 2);
    assert_int_equal(sweep->n_all, 560);
    assert_int_equal(sweep->n, 100);
    assert_int_equal(sweep->seed, 7);
    assert_int_equal(sweep->order, SKEP_ORDER_RANDOM);
    assert_string_equal(sweep->filter, "i<j");
    assert_string_equal(sweep->token, "00112233445566778899aabbccddeeff");
    assert_int_equal(sweep->n_outs, 1);
    assert_string_equal(sweep->outs[0].path, "d/te.npy");
    assert_int_equal(sweep->outs[0].n_at, 3);
    assert_string_equal(sweep->outs[0].at[1], "{j}+1");
    assert_string_equal(sweep->outs[0].of, "[0]");
    assert_int_equal(sweep->outs[0].dtype, SKEP_F4);
    assert_int_equal(sweep->outs[0].ndim, 3);
    assert_int_equal(sweep->outs[0].shape[1], 9);
    assert_string_equal(sweep->outs[0].fill, "0");
    assert_string_equal(sweep->reduce, "max");
    assert_int_equal(sweep->stop, SKEP_SWEEP_STOP_ANY);
    assert_true(sweep->has_results);
    assert_true(sweep->has_retries);
    assert_int_equal(sweep->retries, 0);
    assert_true(sweep->timeout_s == 2 && sweep->backoff_s == 0.5);
    assert_int_equal(sweep->n_inputs, 1);
    assert_int_equal(sweep->inputs[0].size, 123);
    assert_int_equal(sweep->inputs[0].mtime_ns, 1700000000123456789);
    assert_int_equal(sweep->inputs[0].header, 0xdeadbeef);
    assert_int_equal(sweep->meta->kind, SKEP_NODE_OBJECT);
    spec_close(&spec);
}

/* What is absent is not there. */
static void test_sweep_read__defaults(void **state)
{
    (void)state;
    spec_open(&spec, "{\"times\":3}");
    assert_null(spec.sweep.args);
    assert_int_equal(spec.sweep.n, 3);
    assert_int_equal(spec.sweep.order, SKEP_ORDER_INDEX);
    assert_int_equal(spec.sweep.stop, SKEP_SWEEP_STOP_NONE);
    assert_false(spec.sweep.has_results || spec.sweep.has_retries);
    assert_null(spec.sweep.filter);
    assert_null(spec.sweep.perm);
    assert_int_equal(spec.sweep.token[0], '\0');
    assert_int_equal(spec.sweep.n_outs + spec.sweep.n_inputs, 0);
    spec_close(&spec);
}

/* A record is a sweep when it says over what; a plain task never does. */
static void test_sweep_read__tells_sweeps_from_tasks(void **state)
{
    static const struct {
        const char *text;
        bool is_spec;
    } cases[] = {{"{\"kernel\":\"sum\",\"over\":[]}", true},
                 {"{\"kernel\":\"sum\",\"args\":{\"over\":[]}}", false},
                 {"{\"kernel\":\"sum\"}", false},
                 {"[\"over\"]", false}};
    struct skep_arena arena;

    (void)state;
    skep_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct skep_node *root;

        assert_int_equal(skep_json_parse(cases[i].text, strlen(cases[i].text), NULL, &arena, &root, NULL),
                         SKEP_OK);
        assert_int_equal(skep_sweep_is_spec(root), cases[i].is_spec);
    }
    skep_arena_release(&arena);
}

/* ---- refuses ---- */

/* A typing mistake is found wherever it is, and what was meant is said. */
static void test_sweep_read__unknown_keys(void **state)
{
    (void)state;
    spec_refuse_with("", "\"sed\":1", "unknown key \"sed\": did you mean \"seed\"?");
    spec_refuse_with("", "\"Retries\":1", "did you mean \"retries\"?");
    spec_refuse_with("", "\"xyzzyxyzzy\":1",
                     "unknown key \"xyzzyxyzzy\": there are kernel, args, over, seed");
    spec_refuse("{\"gird\":\"r\",\"from\":[1]}", "over[0]: unknown key \"gird\": did you mean \"grid\"?");
    spec_refuse("{\"times\":1},{\"grid\":\"r\",\"form\":[1]}",
                "over[1]: unknown key \"form\": did you mean \"from\"?");
    spec_refuse_with("", "\"out\":[{\"pth\":\"a.npy\"}],\"token\":\"00112233445566778899aabbccddeeff\"",
                     "out[0]: unknown key \"pth\": did you mean \"path\"?");
    spec_refuse_with("", "\"inputs\":[{\"sise\":1}]",
                     "inputs[0]: unknown key \"sise\": did you mean \"size\"?");
}

/* What a key holds must be what is wanted. */
static void test_sweep_read__wrong_members(void **state)
{
    static const struct {
        const char *more;
        const char *words;
    } cases[] = {
        {"\"seed\":-1", "\"seed\": wanted an integer from 0 to 2^64 - 1, got -1"},
        {"\"order\":\"fastest\"", "\"order\": wanted index, random or longest, got the text \"fastest\""},
        {"\"stop\":\"\"", "\"stop\": wanted any or first"},
        {"\"stop\":\"all\"", "\"stop\": wanted any or first"},
        {"\"take\":0", "\"take\": wanted an integer of at least 1, got 0"},
        {"\"take\":1.0", "\"take\": wanted an integer of at least 1, got 1.0"},
        {"\"results\":1", "\"results\": wanted true or false, got 1"},
        {"\"token\":\"0\"", "\"token\": wanted 32 digits of 0-9 a-f"},
        {"\"token\":\"00112233445566778899AABBCCDDEEFF\"", "\"token\": wanted 32 digits of 0-9 a-f"},
        {"\"args\":[]", "\"args\": wanted an object, got an array of 0"},
        {"\"filter\":\"\"", "\"filter\": wanted an expression"},
        {"\"out\":{}", "\"out\": wanted a list"},
        {"\"out\":[{\"path\":\"a.npy\"}]", "outputs, but no \"token\""},
        {"\"perm\":[0]", "\"perm\" goes with the order longest"},
        {"\"order\":\"longest\"", "\"perm\" goes with the order longest"},
        {"\"order\":\"longest\",\"perm\":[0,1]", "an entry for each of 1 tasks"},
        {"\"order\":\"longest\",\"perm\":[1]", "\"perm\"[0]: wanted each index below 1 once"},
        {"\"order\":\"longest\",\"perm\":[\"0\"]", "\"perm\"[0]: wanted each index below 1 once"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        spec_refuse_with("{\"times\":1}", cases[i].more, cases[i].words);
    }
    spec_refuse_with("{\"times\":2}", "\"order\":\"longest\",\"perm\":[1,1]",
                     "\"perm\"[1]: wanted each index");
}

/* Outputs and inputs. */
static void test_sweep_read__wrong_files(void **state)
{
    static const struct {
        const char *out;
        const char *words;
    } outs[] = {
        {"{}", "out[0]: no \"path\""},
        {"{\"path\":\"te.txt\"}", "out[0]: \"path\": wanted a path that ends in .npy"},
        {"{\"path\":\".npy\"}", "out[0]: \"path\": wanted a path that ends in .npy"},
        {"{\"path\":\"a.npy\",\"dtype\":\"f8\"}", "\"dtype\" and \"shape\" go together"},
        {"{\"path\":\"a.npy\",\"dtype\":\"f16\",\"shape\":[]}", "\"dtype\": wanted a dtype like \"f8\""},
        {"{\"path\":\"a.npy\",\"dtype\":\"f8\",\"shape\":[-1]}", "\"shape\": wanted a list of lengths"},
        {"{\"path\":\"a.npy\",\"dtype\":\"f8\",\"shape\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
         "1,1,1,1,"
         "1,1,1,1]}",
         "\"shape\" has 33 axes, at most 32"},
        {"{\"path\":\"a.npy\",\"at\":[0]}", "\"at\": wanted a list of texts"},
        {"{\"path\":\"a.npy\",\"at\":[\"{q}\"]}",
         "output a.npy: there is no variable \"q\": there are time, index"},
        {"{\"path\":\"a.npy\"},{\"path\":\"a.npy\"}", "output a.npy: two outputs go to this file"},
    };
    char more[1024];

    (void)state;
    for (size_t i = 0; i < sizeof outs / sizeof outs[0]; i++) {
        snprintf(more, sizeof more, "\"token\":\"00112233445566778899aabbccddeeff\",\"out\":[%s]",
                 outs[i].out);
        spec_refuse_with("{\"times\":1}", more, outs[i].words);
    }
    spec_refuse_with("", "\"inputs\":[{}]", "inputs[0]: no \"path\"");
    spec_refuse_with("", "\"inputs\":[{\"path\":\"a\",\"size\":-1}]", "\"size\": wanted bytes, got -1");
    spec_refuse_with("", "\"inputs\":[{\"path\":\"a\",\"mtime_ns\":1}]",
                     "\"mtime_ns\": wanted digits as a text");
    spec_refuse_with("", "\"inputs\":[{\"path\":\"a\",\"header\":\"12\"}]",
                     "\"header\": wanted eight digits");
    spec_refuse_with("", "\"inputs\":[7]", "inputs[0]: wanted an object, got 7");
}

/* Lists that are longer than there is room for are refused before they are read. */
static void test_sweep_read__too_many(void **state)
{
    char list[2048];

    (void)state;
    list[0] = '\0';
    for (int i = 0; i < 13; i++) {
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s{\"axis\":\"a%d\",\"of\":1}",
                 i > 0 ? "," : "", i);
    }
    spec_refuse(list, "\"over\" has 13 entries, at most 12 are possible");
    memcpy(list, "\"out\":[", sizeof "\"out\":[");
    for (int i = 0; i < 9; i++) {
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s{\"path\":\"a%d.npy\"}",
                 i > 0 ? "," : "", i);
    }
    snprintf(list + strlen(list), sizeof list - strlen(list),
             "],\"token\":\"00112233445566778899aabbccddeeff\"");
    spec_refuse_with("", list, "9 outputs, at most 8 are possible");
    memcpy(list, "\"inputs\":[", sizeof "\"inputs\":[");
    for (int i = 0; i < 65; i++) {
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s{\"path\":\"a\"}", i > 0 ? "," : "");
    }
    snprintf(list + strlen(list), sizeof list - strlen(list), "]");
    spec_refuse_with("", list, "65 inputs, at most 64 are possible");
}

/* Which of the kinds a factor is must be clear. */
static void test_sweep_read__kinds_of_factors(void **state)
{
    (void)state;
    spec_refuse("{}",
                "over[0]: wanted one of grid, zip, ranges, split, axis, pairs, random, lines, times; got 0");
    spec_refuse("{\"grid\":\"r\",\"axis\":\"r\",\"of\":1}", "got 2 of them");
    spec_refuse("7", "over[0]: wanted an object, got 7");
    spec_refuse("{\"grid\":7,\"from\":[1]}", "grid: wanted the name of a variable, got 7");
    spec_refuse("{\"grid\":\"r\"}", "over[0]: grid: no \"from\"");
    spec_refuse("{\"grid\":\"r\",\"from\":[1],\"of\":3}", "over[0]: grid: no place for \"of\"");
    spec_refuse("{\"zip\":[\"a\",1],\"from\":[[1],[1]]}", "zip: wanted the name of a variable, got 1");
}

/* Bytes that are no record of a sweep at all; one that is too long or too deep. */
static void test_sweep_read__no_record(void **state)
{
    static const char *const texts[] = {"", "[]", "7", "{", "{\"kernel\":\"sum\"}", "{\"over\":[]}"};
    static const char *const words[] = {"empty",    "wanted an object", "wanted an object",
                                        "not JSON", "no \"over\"",      "no \"kernel\""};
    struct skep_limits limits = {.record_bytes = 20};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        snprintf(spec.text, sizeof spec.text, "%s", texts[i]);
        assert_int_equal(spec_read(&spec), SKEP_E_BAD_RECORD);
        if (strstr(spec.err.text, words[i]) == NULL) {
            fail_msg("\"%s\" is not \"%s\"", spec.err.text, words[i]);
        }
        spec_close(&spec);
    }
    spec_compose(&spec, "{\"times\":1}", "");
    skep_arena_init(&spec.arena, 1 << 20);
    skep_error_clear(&spec.err);
    assert_int_equal(
        skep_sweep_parse(spec.text, strlen(spec.text), &limits, &spec.arena, &spec.sweep, &spec.err),
        SKEP_E_BAD_RECORD);
    assert_non_null(strstr(spec.err.text, "at most 20 are allowed"));
    assert_int_equal(skep_sweep_parse("{\"over\":{}}", 11, NULL, &spec.arena, &spec.sweep, NULL),
                     SKEP_E_BAD_RECORD);
    skep_arena_release(&spec.arena);
}

/* ---- breaks ---- */

/* With any arena that is too small, the answer is that it is. */
static void test_sweep_read__survives_a_small_arena(void **state)
{
    bool was_ok = false;

    (void)state;
    spec_compose(&spec, "{\"times\":4}", "\"order\":\"longest\",\"perm\":[3,1,2,0]");
    for (size_t size = 0; !was_ok; size += 64) {
        skep_status st;

        skep_arena_init(&spec.arena, size);
        st = skep_sweep_parse(spec.text, strlen(spec.text), NULL, &spec.arena, &spec.sweep, NULL);
        was_ok = st == SKEP_OK;
        assert_true(was_ok || st == SKEP_E_NOMEM);
        skep_arena_release(&spec.arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sweep_read__fields),
        cmocka_unit_test(test_sweep_read__defaults),
        cmocka_unit_test(test_sweep_read__tells_sweeps_from_tasks),
        cmocka_unit_test(test_sweep_read__unknown_keys),
        cmocka_unit_test(test_sweep_read__wrong_members),
        cmocka_unit_test(test_sweep_read__wrong_files),
        cmocka_unit_test(test_sweep_read__too_many),
        cmocka_unit_test(test_sweep_read__kinds_of_factors),
        cmocka_unit_test(test_sweep_read__no_record),
        cmocka_unit_test(test_sweep_read__survives_a_small_arena),
    };
    return cmocka_run_group_tests_name("sweep/sweep_read", tests, NULL, NULL);
}
