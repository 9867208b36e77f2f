/* SPDX-License-Identifier: MIT */
#include "known.h"

#include "ops/exporter/crew.h"

static struct skep_export_state state;

static int tear_down(void **context)
{
    (void)context;
    skep_export_state_release(&state);
    return 0;
}

/* The queues "a" and "b", on both of which the same two slots work. */
static void begin(void)
{
    static const char *const names[] = {"a", "b"};

    (void)known_begin(&state);
    assert_int_equal(skep_export_state_set_queues(&state, names, 2, KNOWN_NOW_MS), SKEP_OK);
    for (size_t i = 0; i < 2; i++) {
        state.queues[i]->is_read = true;
        skep_export_queue_set(state.queues[i], known_overview(), KNOWN_NOW_MS);
    }
}

/* A slot that serves two queues counts once, and is busy when it is so for one of them. */
static void test_crew__counts_a_slot_of_two_queues_once(void **context)
{
    struct skep_export_crew crew;

    (void)context;
    begin();
    state.queues[1]->overview->slots[0].info.is_busy = false;
    assert_true(skep_export_crew_count(&state, KNOWN_NOW_MS, &crew));
    assert_int_equal(crew.slots, 2);
    assert_int_equal(crew.busy, 1);
    assert_int_equal(crew.hosts, 1);
    assert_int_equal(crew.workers, 1);
    assert_true(crew.memory_bytes == 1000);
}

/* Two agents of one host are two workers; the same process number elsewhere is another process. */
static void test_crew__tells_agents_and_hosts_apart(void **context)
{
    struct skep_slot_status elsewhere = {.worker = "wasp:1:x:9"};
    struct skep_export_crew crew;

    (void)context;
    begin();
    state.queues[0]->overview->slots[0].info.agent_pid = 7;
    state.queues[0]->overview->slots[1].has_info = true;
    state.queues[0]->overview->slots[1].info.agent_pid = 8;
    state.queues[1]->overview->slots[1].status = &elsewhere;
    assert_true(skep_export_crew_count(&state, KNOWN_NOW_MS, &crew));
    assert_int_equal(crew.slots, 3);
    assert_int_equal(crew.hosts, 2);
    assert_int_equal(crew.workers, 3);
}

/* What could not be read for long is not there. */
static void test_crew__forgets_what_is_not_fresh(void **context)
{
    struct skep_export_crew crew;

    (void)context;
    begin();
    assert_true(skep_export_crew_count(&state, KNOWN_NOW_MS + 60000, &crew));
    assert_int_equal(crew.slots, 0);
    assert_int_equal(crew.hosts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_crew__counts_a_slot_of_two_queues_once, tear_down),
        cmocka_unit_test_teardown(test_crew__tells_agents_and_hosts_apart, tear_down),
        cmocka_unit_test_teardown(test_crew__forgets_what_is_not_fresh, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
