/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "gather_fixture.h"

/* Which acks are believed unread, which are read back, and which must wait for a sync. */

/* Of what was written directly only the checksums come; it is believed from this machine, and when synced. */
static void test_gather_trust__believes_this_machine(void **state)
{
    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    must_apply(0, 400, 0);
    assert_int_equal(
        apply(&(struct ack_plan){
            .lo = 400, .hi = 1000, .flags = SKEP_ACK_SYNCED, .from = &machine_b, .is_lost = true}),
        SKEP_OK);
    assert_int_equal(skep_gatherer_count_done(&gatherer), 1000);
    assert_int_equal(gatherer.n_lost, 0);
}

/* With one checksum for all, slices are summed from the array, wherever they were written, and that one must
 * come of it; a stretch in which a byte differs is a hole, and on this machine an alarm. */
static void test_gather_trust__sums_what_is_summed_together(void **state)
{
    static const struct skep_here *const from[] = {&machine_a, &machine_b, NULL};

    (void)state;
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        struct ack_plan plan = {.lo = 0, .hi = 600, .flags = SKEP_ACK_SUMMED_TOGETHER, .from = from[i]};
        two_outputs(i == 1 ? ",\"order\":\"random\",\"seed\":\"4\"" : "");
        fixture_make(&f);
        must_open();
        assert_int_equal(apply(&plan), SKEP_OK);
        assert_int_equal(skep_gatherer_count_done(&gatherer), 600);
        for (int64_t p = 0; p < 600; p++) {
            int64_t index = skep_order_index(&f.sweep, p);
            for (int k = 0; k < 2; k++) {
                char value[8];
                size_t n = value_at(k, index, value);
                assert_int_equal(skep_sidecar_crc(gatherer.sidecars[k], index), skep_crc32c(0, value, n));
            }
        }
        assert_int_equal(apply(&plan), SKEP_OK);
        assert_int_equal(gatherer.n_duplicates, 1200);
        plan.lo = 600;
        plan.hi = 610;
        plan.change = 0.5; /* the checksum of the first output is of other bytes than those that are there */
        assert_int_equal(apply(&plan), SKEP_OK);
        assert_int_equal(gatherer.n_conflicts, i == 0 ? 10 : 0);
        assert_int_equal(gatherer.n_lost, i == 0 ? 0 : 10);
        assert_string_equal(i == 0 ? gatherer.conflict : gatherer.lost,
                            "x.npy, tasks 600 to 609: not all that host-a:7 wrote is there");
        assert_int_equal(skep_gatherer_count_done(&gatherer), 600);
        assert_int_equal(skep_sidecar_count_done(gatherer.sidecars[1]), 610);
    }
}

/* Skipped and absent ones between them change nothing. */
static void test_gather_trust__sums_only_what_is_done(void **state)
{
    unsigned char states[300];

    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    for (int i = 0; i < 300; i++) {
        states[i] = (unsigned char)(i % 3);
    }
    assert_int_equal(
        apply(&(struct ack_plan){.lo = 0, .hi = 300, .flags = SKEP_ACK_SUMMED_TOGETHER, .states = states}),
        SKEP_OK);
    assert_int_equal(skep_gatherer_count_done(&gatherer), 200);
    assert_int_equal(skep_sidecar_crc(gatherer.sidecars[0], 1), skep_crc32c(0, "\0\0\0\0\0\0\xf8\x7f", 8));
    assert_int_equal(gatherer.n_lost + gatherer.n_conflicts, 0);
}

/* Where it might be lost, it is read back: what is there is done, what is not is a hole with a name. */
static void test_gather_trust__reads_back_what_may_be_lost(void **state)
{
    static const struct skep_here *const from[] = {&machine_b, &machine_a_again, NULL};

    (void)state;
    for (size_t i = 0; i < sizeof from / sizeof from[0]; i++) {
        two_outputs("");
        fixture_make(&f);
        must_open();
        assert_int_equal(apply(&(struct ack_plan){.lo = 0, .hi = 30, .from = from[i]}), SKEP_OK);
        assert_int_equal(apply(&(struct ack_plan){.lo = 30, .hi = 50, .from = from[i], .is_lost = true}),
                         SKEP_OK);
        assert_int_equal(skep_gatherer_count_done(&gatherer), 30);
        assert_hole(0, 30, 1000);
        assert_int_equal(gatherer.n_lost, 40);
        assert_string_equal(gatherer.lost, "y.npy, index 49: what host-a:7 wrote is not there");
    }
}

/* Where the machine does not know itself, nothing is believed unread. */
static void test_gather_trust__believes_no_unknown_machine(void **state)
{
    static const struct skep_here nowhere = {"", "somewhere"};

    (void)state;
    two_outputs("");
    skep_here_replace(&nowhere);
    fixture_make(&f);
    must_open();
    assert_int_equal(apply(&(struct ack_plan){.lo = 0, .hi = 20, .is_lost = true}), SKEP_OK);
    assert_int_equal(skep_gatherer_count_done(&gatherer), 0);
    assert_int_equal(apply(&(struct ack_plan){.lo = 0, .hi = 20}), SKEP_OK);
    assert_int_equal(skep_gatherer_count_done(&gatherer), 20);
}

/* Acks that are all there is of their slices must wait for a sync; those of this machine's own need not. */
static void test_gather_trust__says_which_acks_must_wait(void **state)
{
    (void)state;
    two_outputs("");
    fixture_make(&f);
    must_open();
    must_apply(0, 10, 0);
    assert_false(gatherer.needs_sync);
    must_apply(10, 20, SKEP_ACK_VALUES);
    assert_true(gatherer.needs_sync);
    assert_int_equal(gatherer.value_bytes, 10 * (8 + 4));
    must_apply(20, 30, 0);
    assert_true(gatherer.needs_sync);
    assert_int_equal(skep_gatherer_sync(&gatherer, NULL), SKEP_OK);
    assert_false(gatherer.needs_sync);
    assert_int_equal(gatherer.value_bytes, 0);
    assert_int_equal(
        apply(&(struct ack_plan){.lo = 30, .hi = 40, .flags = SKEP_ACK_SYNCED, .from = &machine_b}), SKEP_OK);
    assert_true(gatherer.needs_sync);
    assert_int_equal(skep_gatherer_sync(&gatherer, NULL), SKEP_OK);
    assert_int_equal(apply(&(struct ack_plan){.lo = 40, .hi = 50}), SKEP_OK);
    assert_true(gatherer.needs_sync);
}

int main(void)
{
#define TRUST_TEST(fact)                                                                                     \
    cmocka_unit_test_setup_teardown(test_gather_trust__##fact, gather_set_up, gather_tear_down)
    const struct CMUnitTest tests[] = {
        TRUST_TEST(believes_this_machine),       TRUST_TEST(sums_what_is_summed_together),
        TRUST_TEST(sums_only_what_is_done),      TRUST_TEST(reads_back_what_may_be_lost),
        TRUST_TEST(believes_no_unknown_machine), TRUST_TEST(says_which_acks_must_wait),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
