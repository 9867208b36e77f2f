/* SPDX-License-Identifier: MIT */
/* Each row of the list is found where it is so, alone and with its facts, and not where it nearly is. */
#include "unit/monitor/made.h"

#include "monitor/findings.h"

static struct skep_server_facts good_facts(void)
{
    return (struct skep_server_facts){.has_info = true,
                                      .version = 70000,
                                      .has_aof = SKEP_SERVER_YES,
                                      .fsync = "always",
                                      .has_snapshots = SKEP_SERVER_YES,
                                      .used_bytes = 50 << 20,
                                      .max_bytes = 100 << 20,
                                      .eviction = "noeviction"};
}

/* KIND and nothing else is found, and tells WORDS. */
static void check_only(const struct skep_overview *overview, const struct skep_server_facts *facts,
                       enum skep_finding_kind kind, const char *words)
{
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    size_t n = skep_findings(overview, facts, findings);

    if (n != 1 || findings[0].kind != kind || strcmp(findings[0].words, words) != 0) {
        fail_msg("wanted %s '%s', got %zu, the first %s '%s'", skep_finding_word(kind), words, n,
                 n > 0 ? skep_finding_word(findings[0].kind) : "-", n > 0 ? findings[0].words : "");
    }
}

static void check_none(const struct skep_overview *overview, const struct skep_server_facts *facts)
{
    struct skep_finding findings[SKEP_FINDINGS_MAX];

    if (skep_findings(overview, facts, findings) != 0) {
        fail_msg("wanted nothing, got %s '%s'", skep_finding_word(findings[0].kind), findings[0].words);
    }
}

/* ---- works ---- */

/* A queue that works, an idle one, and one that nobody uses have nothing. */
static void test_findings__good(void **state)
{
    struct skep_server_facts facts = good_facts();
    struct skep_overview nothing = {.cycle_age_ms = -1, .oldest_ms = -1};
    struct made made;

    (void)state;
    made_begin(&made);
    check_none(&made.overview, &facts);
    check_none(&made.overview, NULL);
    made_idle(&made);
    made.overview.status.n_waiting = 0;
    made.overview.cycle_age_ms = 3600000;
    check_none(&made.overview, &facts);
    check_none(&nothing, NULL);
}

/* A paused queue is as somebody wished: whatever else would be bad, nothing is expected of it. */
static void test_findings__paused(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.overview.status.is_paused = true;
    check_only(&made.overview, NULL, SKEP_FINDING_PAUSED, "10 wait, 2 that workers hold run on");
    made.overview.n_slots = 0;
    made.overview.status.n_results = made.overview.status.max_results = 4;
    check_only(&made.overview, NULL, SKEP_FINDING_PAUSED, "10 wait, 2 that workers hold run on");
}

/* Results at their limit hold tasks up, where there are any. */
static void test_findings__results_full(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.overview.status.max_results = 4;
    made.overview.status.n_results = 3;
    check_none(&made.overview, NULL);
    made.overview.status.n_results = 4;
    check_only(&made.overview, NULL, SKEP_FINDING_RESULTS_FULL,
               "4 results wait, the limit is 4; 10 tasks to run");
    made.overview.status.n_waiting = 0;
    check_none(&made.overview, NULL);
}

/* Nobody works, or nobody speaks for those who did. */
static void test_findings__no_workers(void **state)
{
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    struct made made;

    (void)state;
    made_begin(&made);
    made.overview.n_slots = 0;
    check_only(&made.overview, NULL, SKEP_FINDING_NO_WORKERS,
               "10 tasks wait, and nobody works on this queue");
    made.overview.status.n_waiting = 0;
    made.overview.status.n_delayed = 1;
    check_only(&made.overview, NULL, SKEP_FINDING_NO_WORKERS, "1 task waits, and nobody works on this queue");
    made.overview.n_slots = MADE_SLOTS;
    made.slots[0].is_silent = made.slots[1].is_silent = true;
    assert_int_equal(skep_findings(&made.overview, NULL, findings), 2);
    assert_int_equal(findings[0].kind, SKEP_FINDING_NO_WORKERS);
    assert_string_equal(findings[0].words, "1 task waits, and nobody speaks for the 2 slots of this queue");
    assert_int_equal(findings[1].kind, SKEP_FINDING_SILENT);
    made.overview.status.n_delayed = INT64_MAX;
    made.overview.status.n_waiting = INT64_MAX; /* a server may say any number */
    assert_int_equal(skep_findings(&made.overview, NULL, findings), 2);
}

/* Three seconds without a cycle, with idle slots and tasks that wait. */
static void test_findings__stalled(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made_idle(&made);
    made.overview.cycle_age_ms = 12000;
    made.overview.stalled_ms = SKEP_CYCLE_LATE_MS - 1;
    check_none(&made.overview, NULL);
    made.overview.stalled_ms = SKEP_CYCLE_LATE_MS;
    check_only(&made.overview, NULL, SKEP_FINDING_STALLED, "2 slots idle, 10 wait, last cycle 12 s ago");
    made.statuses[1].n_held = 1;
    check_only(&made.overview, NULL, SKEP_FINDING_STALLED, "1 slot idle, 10 wait, last cycle 12 s ago");
}

/* A task that still runs long after its agent should have ended it. */
static void test_findings__slot_overdue(void **state)
{
    struct skep_overview_slot *slot;
    struct made made;

    (void)state;
    made_begin(&made);
    slot = &made.slots[1];
    slot->info.running.until_ms = MADE_NOW_MS - 1000 - SKEP_OVERDUE_MS;
    check_none(&made.overview, NULL); /* as of when it was told */
    slot->info.running.until_ms--;
    check_only(&made.overview, NULL, SKEP_FINDING_SLOT_OVERDUE, "slot 1 of bee: sum is 5 s past its limit");
    made.slots[0].info.running.until_ms = MADE_NOW_MS - 600000;
    check_only(&made.overview, NULL, SKEP_FINDING_SLOT_OVERDUE,
               "slot 0 of bee: sum is 9 min past its limit (and 1 more)");
    made.slots[0].info.running.is_any = false;
    slot->info.running.is_any = false;
    check_none(&made.overview, NULL);
}

/* What was told long ago holds only if the slot has not moved since. */
static void test_findings__slot_overdue_as_told_before(void **state)
{
    struct skep_overview_slot *slot;
    struct made made;

    (void)state;
    made_begin(&made);
    slot = &made.slots[0];
    slot->info.at_ms = MADE_NOW_MS - 9000;
    slot->info.running.until_ms = MADE_NOW_MS - 8000;
    check_only(&made.overview, NULL, SKEP_FINDING_SLOT_OVERDUE, "slot 0 of bee: sum is 8 s past its limit");
    made.statuses[0].n_cycles++;
    check_none(&made.overview, NULL);
    made.statuses[0].n_cycles--;
    made.statuses[0].n_held = 0;
    check_none(&made.overview, NULL);
}

/* A process that somebody has stopped. */
static void test_findings__slot_stopped(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.slots[1].info.state = 'T';
    check_only(&made.overview, NULL, SKEP_FINDING_SLOT_STOPPED,
               "slot 1 of bee (process 102) holds 1 and does not run");
    made.slots[1].info.state = 'D';
    check_none(&made.overview, NULL);
    made.slots[1].info.state = 'T';
    made.slots[1].has_info = false;
    check_none(&made.overview, NULL);
}

/* A slot for which nobody speaks any more, beside one that lives. */
static void test_findings__silent(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.slots[0].is_silent = true;
    made.slots[0].has_info = false;
    check_only(&made.overview, NULL, SKEP_FINDING_SILENT, "nobody speaks for a slot of bee");
}

/* A job whose gatherer is missing; over, it holds nothing up. */
static void test_findings__held_up(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.overview.n_jobs = 2;
    made.jobs[0] = (struct skep_job){
        .name = "te\033[2J", .is_announced = true, .n_announced = 5, .n_put = 5, .is_held_up = true};
    check_only(&made.overview, NULL, SKEP_FINDING_HELD_UP,
               "job te?[2J: nothing more of it, or of what is behind, is taken");
    made.jobs[1] = made.jobs[0];
    check_only(&made.overview, NULL, SKEP_FINDING_HELD_UP,
               "job te?[2J and others: nothing more of them, or of what is behind, is taken");
    made.jobs[0].n_done = made.jobs[1].n_done = 5;
    check_none(&made.overview, NULL);
}

/* The limit of producers. */
static void test_findings__depth_full(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.overview.status.max_depth = 11;
    check_none(&made.overview, NULL);
    made.overview.status.max_depth = 10;
    check_only(&made.overview, NULL, SKEP_FINDING_DEPTH_FULL, "10 tasks wait, 10 may");
}

/* Two versions, of the program or of what it writes; one that says nothing is no other version. */
static void test_findings__version_skew(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.slots[1].info.version = "2.0\n";
    check_only(&made.overview, NULL, SKEP_FINDING_VERSION_SKEW,
               "slot 0 of bee is skep 1.0, slot 1 of bee is skep 2.0?");
    made.slots[1].has_info = false;
    check_none(&made.overview, NULL);
    made.slots[1].has_info = true;
    made.slots[1].info.version = "1.0";
    made.slots[1].info.protocol++;
    check_only(&made.overview, NULL, SKEP_FINDING_VERSION_SKEW,
               "slot 0 of bee is skep 1.0, slot 1 of bee is skep 1.0");
}

/* A clock that is wrong either way. */
static void test_findings__clocks_apart(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.slots[1].info.node.apart_ms = -SKEP_APART_MS;
    check_none(&made.overview, NULL);
    made.slots[1].info.node.apart_ms = -90000;
    check_only(&made.overview, NULL, SKEP_FINDING_CLOCKS_APART,
               "the clock of bee is 90 s behind the server's");
    made.slots[1].info.node.apart_ms = 7200000;
    check_only(&made.overview, NULL, SKEP_FINDING_CLOCKS_APART,
               "the clock of bee is 2 h ahead of the server's");
}

/* Tasks that crashed twice. */
static void test_findings__suspects(void **state)
{
    struct made made;

    (void)state;
    made_begin(&made);
    made.overview.status.n_suspect = 1;
    check_only(&made.overview, NULL, SKEP_FINDING_SUSPECTS, "1 task crashed twice and waits to be run alone");
    made.overview.status.n_suspect = 3;
    check_only(&made.overview, NULL, SKEP_FINDING_SUSPECTS, "3 tasks crashed twice and wait to be run alone");
}

/* ---- the server ---- */

/* Of a server alone nothing is said of queues. */
static void test_findings__server_alone(void **state)
{
    struct skep_server_facts facts = good_facts();

    (void)state;
    check_none(NULL, &facts);
    check_none(NULL, NULL);
    facts.is_replica = true;
    check_only(NULL, &facts, SKEP_FINDING_READ_ONLY, "the server is a replica and takes no writes");
    assert_true(skep_finding_is_of_server(SKEP_FINDING_READ_ONLY));
    assert_false(skep_finding_is_of_server(SKEP_FINDING_SUSPECTS));
}

/* Memory: from nine tenths on, and never without a limit. */
static void test_findings__memory_short(void **state)
{
    struct skep_server_facts facts = good_facts();
    struct made made;

    (void)state;
    made_begin(&made);
    facts.used_bytes = (90 << 20) - 1;
    check_none(&made.overview, &facts);
    facts.used_bytes = 90 << 20;
    check_only(&made.overview, &facts, SKEP_FINDING_MEMORY_SHORT,
               "90 % of maxmemory are used (90.0 of 100.0 MiB)");
    facts.max_bytes = 0;
    check_none(&made.overview, &facts);
}

/* A policy that may throw tasks away; one that throws away what goes anyway may not. */
static void test_findings__eviction(void **state)
{
    struct skep_server_facts facts = good_facts();
    struct made made;

    (void)state;
    made_begin(&made);
    snprintf(facts.eviction, sizeof facts.eviction, "allkeys-lru");
    check_only(&made.overview, &facts, SKEP_FINDING_EVICTION, "maxmemory-policy is allkeys-lru");
    facts.max_bytes = 0;
    check_only(&made.overview, &facts, SKEP_FINDING_EVICTION,
               "maxmemory-policy is allkeys-lru; it has no maxmemory yet");
    snprintf(facts.eviction, sizeof facts.eviction, "volatile-lru");
    check_none(&made.overview, &facts);
    facts.eviction[0] = '\0';
    check_none(&made.overview, &facts);
}

/* A replica, a disk that takes nothing. */
static void test_findings__read_only_and_broken(void **state)
{
    struct skep_server_facts facts = good_facts();
    struct made made;

    (void)state;
    made_begin(&made);
    facts.is_replica = true;
    check_only(&made.overview, &facts, SKEP_FINDING_READ_ONLY, "the server is a replica and takes no writes");
    facts.is_replica = false;
    facts.is_save_broken = true;
    check_only(&made.overview, &facts, SKEP_FINDING_SAVE_BROKEN,
               "its last snapshot, or write to its append-only file, failed");
}

/* What a restart or a power loss costs; what is not known is not blamed. */
static void test_findings__persistence(void **state)
{
    struct skep_server_facts facts = good_facts();
    struct made made;

    (void)state;
    made_begin(&made);
    snprintf(facts.fsync, sizeof facts.fsync, "everysec");
    check_only(&made.overview, &facts, SKEP_FINDING_EVERYSEC, "appendfsync is everysec");
    facts.has_aof = SKEP_SERVER_NO;
    check_only(&made.overview, &facts, SKEP_FINDING_NO_AOF, "the server keeps no append-only file");
    facts.has_snapshots = SKEP_SERVER_NO;
    check_only(&made.overview, &facts, SKEP_FINDING_NO_AOF,
               "the server keeps no append-only file, and makes no snapshots: a restart loses everything");
    facts.has_aof = SKEP_SERVER_UNKNOWN;
    check_none(&made.overview, &facts);
}

/* ---- the list ---- */

/* What is found stands in the order of the list, each with its word, weight and help. */
static void test_findings__list(void **state)
{
    struct skep_finding findings[SKEP_FINDINGS_MAX];
    struct skep_server_facts facts = good_facts();
    struct made made;
    size_t n;

    (void)state;
    made_begin(&made);
    made.overview.status.is_paused = true;
    made.overview.status.n_suspect = 1;
    facts.is_replica = true;
    n = skep_findings(&made.overview, &facts, findings);
    assert_int_equal(n, 3);
    assert_string_equal(skep_finding_word(findings[0].kind), "paused");
    assert_string_equal(skep_severity_word(skep_finding_severity(findings[0].kind)), "note");
    assert_string_equal(skep_finding_word(findings[1].kind), "suspects");
    assert_string_equal(skep_severity_word(skep_finding_severity(findings[1].kind)), "warning");
    assert_string_equal(skep_finding_word(findings[2].kind), "read-only");
    assert_string_equal(skep_severity_word(skep_finding_severity(findings[2].kind)), "bad");
    for (int i = 0; i < SKEP_FINDING_KINDS; i++) {
        assert_true(strlen(skep_finding_help((enum skep_finding_kind)i)) > 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_findings__good),
        cmocka_unit_test(test_findings__paused),
        cmocka_unit_test(test_findings__results_full),
        cmocka_unit_test(test_findings__no_workers),
        cmocka_unit_test(test_findings__stalled),
        cmocka_unit_test(test_findings__slot_overdue),
        cmocka_unit_test(test_findings__slot_overdue_as_told_before),
        cmocka_unit_test(test_findings__slot_stopped),
        cmocka_unit_test(test_findings__silent),
        cmocka_unit_test(test_findings__held_up),
        cmocka_unit_test(test_findings__depth_full),
        cmocka_unit_test(test_findings__version_skew),
        cmocka_unit_test(test_findings__clocks_apart),
        cmocka_unit_test(test_findings__suspects),
        cmocka_unit_test(test_findings__server_alone),
        cmocka_unit_test(test_findings__memory_short),
        cmocka_unit_test(test_findings__eviction),
        cmocka_unit_test(test_findings__read_only_and_broken),
        cmocka_unit_test(test_findings__persistence),
        cmocka_unit_test(test_findings__list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
