/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "sweep/ack.h"

/* A sweep of a hundred positions with two outputs, of slices of 8 and 3 bytes. */
static struct skep_sweep sweep = {.n_all = 100, .n = 90, .n_outs = 2};
static const int64_t slice_bytes[] = {8, 3};

/* Five positions from 40 on: three done, one skipped, one absent. The first output's values travel. */
static struct skep_ack example(void)
{
    static const unsigned char states[] = {SKEP_ACK_DONE, SKEP_ACK_SKIPPED, SKEP_ACK_DONE, SKEP_ACK_ABSENT,
                                           SKEP_ACK_DONE};
    static unsigned char crcs[2][12];
    static const unsigned char values[] = "aaaaaaaabbbbbbbbcccccccc";
    struct skep_ack ack = {.lo = 40,
                           .hi = 45,
                           .boot = UINT64_C(0x1122334455667788),
                           .worker = "node-3:811",
                           .worker_n = 10,
                           .states = states,
                           .n_done = 3,
                           .n_outs = 2};

    for (int k = 0; k < 2; k++) {
        for (int64_t i = 0; i < 3; i++) {
            skep_ack_put_crc(crcs[k], i, UINT32_C(0x80000000) + 16 * (uint32_t)k + (uint32_t)i);
        }
        ack.outs[k].crcs = crcs[k];
    }
    ack.outs[0].flags = SKEP_ACK_VALUES;
    ack.outs[0].values = values;
    ack.outs[1].flags = SKEP_ACK_SYNCED;
    return ack;
}

static int write_example(void **state)
{
    struct skep_buf *buf = malloc(sizeof *buf);
    struct skep_ack ack = example();

    skep_buf_init(buf, 1 << 20);
    skep_ack_write(buf, &ack, slice_bytes);
    assert_false(skep_buf_failed(buf));
    *state = buf;
    return 0;
}

static int free_example(void **state)
{
    skep_buf_release(*state);
    free(*state);
    return 0;
}

static skep_status read_back(const struct skep_buf *buf, struct skep_ack *ack, struct skep_error *err)
{
    return skep_ack_read(buf->bytes, buf->length, &sweep, slice_bytes, ack, err);
}

/* ---- works ---- */

/* The bytes are those that the header describes. */
static void test_ack__has_the_format_that_is_promised(void **state)
{
    const struct skep_buf *buf = *state;
    static const unsigned char head[] = "skepack1"
                                        "\x28\0\0\0\0\0\0\0"
                                        "\x2d\0\0\0\0\0\0\0"
                                        "\x88\x77\x66\x55\x44\x33\x22\x11"
                                        "\x02\x0anode-3:811"
                                        "\0\x01\0\x02\0"
                                        "\x01"
                                        "\0\0\0\x80\x01\0\0\x80\x02\0\0\x80"
                                        "aaaaaaaabbbbbbbbcccccccc"
                                        "\x02"
                                        "\x10\0\0\x80\x11\0\0\x80\x12\0\0\x80";

    assert_int_equal(buf->length, sizeof head - 1);
    assert_memory_equal(buf->bytes, head, sizeof head - 1);
}

/* What was written is read. */
static void test_ack__comes_back(void **state)
{
    struct skep_ack ack;
    struct skep_error err = {0};

    assert_int_equal(read_back(*state, &ack, &err), SKEP_OK);
    assert_int_equal(ack.lo, 40);
    assert_int_equal(ack.hi, 45);
    assert_true(ack.boot == UINT64_C(0x1122334455667788));
    assert_int_equal(ack.worker_n, 10);
    assert_memory_equal(ack.worker, "node-3:811", 10);
    assert_int_equal(ack.n_done, 3);
    assert_memory_equal(ack.states, "\0\1\0\2\0", 5);
    assert_int_equal(ack.outs[0].flags, SKEP_ACK_VALUES);
    assert_memory_equal(ack.outs[0].values, "aaaaaaaabbbbbbbbcccccccc", 24);
    assert_int_equal(ack.outs[1].flags, SKEP_ACK_SYNCED);
    assert_null(ack.outs[1].values);
    for (int k = 0; k < 2; k++) {
        for (int64_t i = 0; i < 3; i++) {
            assert_int_equal(skep_ack_crc(&ack.outs[k], i), UINT32_C(0x80000000) + 16 * (uint32_t)k + i);
        }
    }
}

/* Any number of small slices that a slot wrote by itself: no states, and one checksum, that of theirs. */
static void test_ack__of_all_done_is_short(void **state)
{
    static const unsigned char expected[] = "skepack2"
                                            "\x0a\0\0\0\0\0\0\0"
                                            "\x0d\0\0\0\0\0\0\0"
                                            "\x07\0\0\0\0\0\0\0"
                                            "\x02\x01w"
                                            "\x04\x16\x1b\x92\x6f"
                                            "\x06\x16\x1b\x92\x6f";
    static const unsigned char crcs[] = "123456781234"; /* their CRC32C by a plain loop: 6f921b16 */
    struct skep_ack ack = {
        .lo = 10, .hi = 13, .boot = 7, .worker = "w", .worker_n = 1, .n_done = 3, .n_outs = 2};
    struct skep_buf *buf = *state;
    struct skep_ack got;

    ack.outs[0] = (struct skep_ack_out){.flags = SKEP_ACK_SUMMED_TOGETHER, .crcs = crcs};
    ack.outs[1] = (struct skep_ack_out){.flags = SKEP_ACK_SUMMED_TOGETHER | SKEP_ACK_SYNCED, .crcs = crcs};
    skep_buf_reset(buf);
    skep_ack_write(buf, &ack, slice_bytes);
    assert_int_equal(buf->length, sizeof expected - 1);
    assert_memory_equal(buf->bytes, expected, sizeof expected - 1);
    assert_int_equal(read_back(buf, &got, NULL), SKEP_OK);
    assert_int_equal(got.n_done, 3);
    assert_null(got.states);
    assert_int_equal(skep_ack_state(&got, 12), SKEP_ACK_DONE);
    assert_null(got.outs[0].crcs);
    assert_int_equal(got.outs[0].together, 0x6f921b16);
    assert_int_equal(got.outs[1].together, 0x6f921b16);
    buf->bytes[buf->length - 5] = SKEP_ACK_SUMMED_TOGETHER | SKEP_ACK_VALUES; /* values that nobody checks */
    assert_int_equal(read_back(buf, &got, NULL), SKEP_E_PROTOCOL);
}

/* A stretch of nothing, and one of which nothing is done, are acks. */
static void test_ack__may_be_empty(void **state)
{
    static const unsigned char states[] = {SKEP_ACK_ABSENT, SKEP_ACK_SKIPPED};
    struct skep_ack ack = {.lo = 90, .hi = 90, .worker = "", .states = states, .n_outs = 2};
    struct skep_ack got;
    struct skep_buf *buf = *state;

    skep_buf_reset(buf);
    skep_ack_write(buf, &ack, slice_bytes);
    assert_int_equal(read_back(buf, &got, NULL), SKEP_OK);
    assert_int_equal(got.n_done, 0);
    ack.lo = 88;
    ack.outs[0].flags = SKEP_ACK_VALUES;
    skep_buf_reset(buf);
    skep_ack_write(buf, &ack, slice_bytes);
    assert_int_equal(read_back(buf, &got, NULL), SKEP_OK);
    assert_int_equal(got.n_done, 0);
    assert_int_equal(got.states[1], SKEP_ACK_SKIPPED);
}

/* A few bytes may claim only so many tasks. */
static void test_ack__claims_no_years_of_work(void **state)
{
    struct skep_sweep large = {.n_all = INT64_C(1) << 40, .n = INT64_C(1) << 40, .n_outs = 1};
    struct skep_ack ack = {.worker = "", .n_outs = 1};
    struct skep_buf *buf = *state;

    for (int64_t more = 0; more < 2; more++) {
        struct skep_ack got;
        ack.hi = ack.n_done = SKEP_ACK_MAX_POSITIONS + more;
        ack.outs[0] = (struct skep_ack_out){.flags = SKEP_ACK_SUMMED_TOGETHER};
        skep_buf_reset(buf);
        skep_ack_write(buf, &ack, slice_bytes);
        assert_int_equal(skep_ack_read(buf->bytes, buf->length, &large, slice_bytes, &got, NULL),
                         more == 0 ? SKEP_OK : SKEP_E_PROTOCOL);
    }
}

/* A name that is too long is cut. */
static void test_ack__cuts_a_long_name(void **state)
{
    char name[300];
    struct skep_ack ack = example();
    struct skep_buf *buf = *state;

    memset(name, 'w', sizeof name);
    ack.worker = name;
    ack.worker_n = sizeof name;
    skep_buf_reset(buf);
    skep_ack_write(buf, &ack, slice_bytes);
    assert_int_equal(read_back(buf, &ack, NULL), SKEP_OK);
    assert_int_equal(ack.worker_n, 255);
}

/* ---- refuses ---- */

/* Cut anywhere, or with a byte more, it is none; nothing beyond its end is read. */
static void test_ack__refuses_one_that_is_cut(void **state)
{
    const struct skep_buf *buf = *state;
    struct skep_ack ack;

    for (size_t n = 0; n < buf->length; n++) {
        char *exact = malloc(n + (n == 0)); /* so that a sanitizer sees a read too far */
        struct skep_error err = {0};
        memcpy(exact, buf->bytes, n);
        assert_int_equal(skep_ack_read(exact, n, &sweep, slice_bytes, &ack, &err), SKEP_E_PROTOCOL);
        assert_int_not_equal(err.text[0], '\0');
        free(exact);
    }
    skep_buf_add_char(*state, 'x');
    assert_int_equal(read_back(*state, &ack, NULL), SKEP_E_PROTOCOL);
}

/* Numbers that this sweep does not have are refused: positions, outputs, states, flags. */
static void test_ack__refuses_what_is_not_of_this_sweep(void **state)
{
    static const struct {
        size_t at;
        char byte;
    } changes[] = {
        {0, 'S'},     {7, '2'},     /* another kind, another version */
        {16, 0x5b},                 /* hi is 91 of 90 */
        {8, 0x2e},                  /* lo > hi */
        {15, '\xff'}, {23, '\xff'}, /* far beyond 2^63 */
        {32, 1},      {32, 3},      /* other numbers of outputs */
        {45, 3},                    /* a state */
        {49, 3},      {86, 8},      /* flags: values that are synced, too; one that there is not */
    };
    struct skep_buf *buf = *state;
    struct skep_ack ack;

    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char old = buf->bytes[changes[i].at];
        buf->bytes[changes[i].at] = changes[i].byte;
        if (read_back(buf, &ack, NULL) != SKEP_E_PROTOCOL) {
            fail_msg("change %zu", i);
        }
        buf->bytes[changes[i].at] = old;
    }
    assert_int_equal(read_back(buf, &ack, NULL), SKEP_OK);
}

/* Slices so large that their sizes do not fit into 64 bits are not there. */
static void test_ack__survives_large_slices(void **state)
{
    static const int64_t huge[] = {INT64_MAX, INT64_MAX};
    const struct skep_buf *buf = *state;
    struct skep_ack ack;

    assert_int_equal(skep_ack_read(buf->bytes, buf->length, &sweep, huge, &ack, NULL), SKEP_E_PROTOCOL);
}

/* Four slices whose size is 8 bytes modulo 2^64 are not the 8 bytes that are there. */
static void test_ack__does_not_wrap_sizes(void **state)
{
    static const unsigned char states[4], crcs[16], values[8];
    static const int64_t small[] = {2, 0};
    static const int64_t huge[] = {(INT64_C(1) << 62) + 2, 0};
    struct skep_ack ack = {.hi = 4, .worker = "", .states = states, .n_done = 4, .n_outs = 2};
    struct skep_buf *buf = *state;

    ack.outs[0] = (struct skep_ack_out){.flags = SKEP_ACK_VALUES, .crcs = crcs, .values = values};
    ack.outs[1].crcs = crcs;
    skep_buf_reset(buf);
    skep_ack_write(buf, &ack, small);
    assert_int_equal(skep_ack_read(buf->bytes, buf->length, &sweep, small, &ack, NULL), SKEP_OK);
    assert_int_equal(skep_ack_read(buf->bytes, buf->length, &sweep, huge, &ack, NULL), SKEP_E_PROTOCOL);
}

/* Positions at the end of the sweep are its own, one further is not. */
static void test_ack__ends_with_the_sweep(void **state)
{
    static const unsigned char states[] = {SKEP_ACK_ABSENT, SKEP_ACK_ABSENT, SKEP_ACK_ABSENT};
    struct skep_ack ack = {.lo = 87, .hi = 90, .worker = "", .states = states, .n_outs = 2};
    struct skep_buf *buf = *state;
    struct skep_ack got;

    for (int64_t i = 0; i < 2; i++) {
        ack.lo = 87 + i;
        ack.hi = 90 + i;
        skep_buf_reset(buf);
        skep_ack_write(buf, &ack, slice_bytes);
        assert_int_equal(read_back(buf, &got, NULL), i == 0 ? SKEP_OK : SKEP_E_PROTOCOL);
    }
}

/* ---- breaks ---- */

/* A buffer that is full says so. */
static void test_ack__fails_with_its_buffer(void **state)
{
    struct skep_ack ack = example();
    struct skep_buf small;

    (void)state;
    skep_buf_init(&small, 60);
    skep_ack_write(&small, &ack, slice_bytes);
    assert_true(skep_buf_failed(&small));
    skep_buf_release(&small);
}

int main(void)
{
#define ACK_TEST(fact) cmocka_unit_test_setup_teardown(test_ack__##fact, write_example, free_example)
    const struct CMUnitTest tests[] = {
        ACK_TEST(has_the_format_that_is_promised),
        ACK_TEST(comes_back),
        ACK_TEST(of_all_done_is_short),
        ACK_TEST(may_be_empty),
        ACK_TEST(claims_no_years_of_work),
        ACK_TEST(cuts_a_long_name),
        ACK_TEST(refuses_one_that_is_cut),
        ACK_TEST(refuses_what_is_not_of_this_sweep),
        ACK_TEST(survives_large_slices),
        ACK_TEST(does_not_wrap_sizes),
        ACK_TEST(ends_with_the_sweep),
        ACK_TEST(fails_with_its_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
