/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "support/test.h"
#include "producer/ask/doctor_checks.h"

/* A server with which nothing is wrong. */
static struct skep_doctor *make_doctor(void)
{
    static struct skep_doctor doctor;

    doctor = (struct skep_doctor){
        .has_facts = true,
        .server_version = 70015,
        .facts = {.has_info = true,
                  .version = 70015,
                  .has_aof = SKEP_SERVER_YES,
                  .fsync = "everysec",
                  .has_snapshots = SKEP_SERVER_NO,
                  .used_bytes = 100 << 20,
                  .max_bytes = 1000 << 20,
                  .eviction = "noeviction",
                  .n_clients = 10,
                  .max_clients = 1000,
                  .now_ms = 1795309472732,
                  .round_trip_s = 0.0002},
    };
    return &doctor;
}

typedef void look_at(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict);

/* LOOK ends in STATE with WORDS; and there is a fix exactly where something is wrong. */
static void check(look_at *look, struct skep_doctor *doctor, enum skep_doctor_state state, const char *words)
{
    struct skep_doctor_verdict verdict = {0};

    look(doctor, &verdict);
    if (verdict.state != state || strstr(verdict.words, words) == NULL) {
        fail_msg("wanted state %d with '%s', got %d with '%s'", (int)state, words, (int)verdict.state,
                 verdict.words);
    }
    assert_int_equal(verdict.fix[0] != '\0', state == SKEP_DOCTOR_WARN || state == SKEP_DOCTOR_FAIL);
}

/* Each question has a good answer. */
static void test_doctor_server__a_good_one(void **state)
{
    struct skep_doctor *doctor = make_doctor();

    (void)state;
    check(skep_doctor_look_master, doctor, SKEP_DOCTOR_OK, "takes writes");
    check(skep_doctor_look_persistence, doctor, SKEP_DOCTOR_OK, "one second");
    check(skep_doctor_look_memory, doctor, SKEP_DOCTOR_OK, "100 MiB used of maxmemory 1000 MiB");
    check(skep_doctor_look_eviction, doctor, SKEP_DOCTOR_OK, "noeviction");
    check(skep_doctor_look_clients, doctor, SKEP_DOCTOR_OK, "10 of at most 1000");
    check(skep_doctor_look_latency, doctor, SKEP_DOCTOR_OK, "0.2 ms");
    check(skep_doctor_look_clock, doctor, SKEP_DOCTOR_OK, "0 ms");
}

/* What is written to a replica is refused; who only looks may have one. */
static void test_doctor_server__a_replica_is_for_monitors(void **state)
{
    struct skep_doctor *doctor = make_doctor();

    (void)state;
    doctor->facts.is_replica = true;
    check(skep_doctor_look_master, doctor, SKEP_DOCTOR_FAIL, "replica");
    doctor->has_role = true;
    doctor->role = SKEP_ROLE_MONITOR;
    check(skep_doctor_look_master, doctor, SKEP_DOCTOR_WARN, "replica");
    doctor->facts.is_loading = true;
    check(skep_doctor_look_master, doctor, SKEP_DOCTOR_FAIL, "reading its data");
}

/* What may be lost is named. */
static void test_doctor_server__persistence_is_named(void **state)
{
    struct skep_doctor *doctor = make_doctor();

    (void)state;
    snprintf(doctor->facts.fsync, sizeof doctor->facts.fsync, "always");
    check(skep_doctor_look_persistence, doctor, SKEP_DOCTOR_OK, "nothing is lost");
    snprintf(doctor->facts.fsync, sizeof doctor->facts.fsync, "no");
    check(skep_doctor_look_persistence, doctor, SKEP_DOCTOR_WARN, "half a minute");
    doctor->facts.fsync[0] = '\0';
    check(skep_doctor_look_persistence, doctor, SKEP_DOCTOR_OK, "may not ask");
    doctor->facts.has_aof = SKEP_SERVER_NO;
    check(skep_doctor_look_persistence, doctor, SKEP_DOCTOR_WARN, "every task");
    doctor->facts.has_snapshots = SKEP_SERVER_YES;
    check(skep_doctor_look_persistence, doctor, SKEP_DOCTOR_WARN, "snapshots only");
    doctor->facts.is_save_broken = true;
    check(skep_doctor_look_persistence, doctor, SKEP_DOCTOR_FAIL, "failed");
}

/* At nine tenths it is short of memory, at all of it full; without a limit never. */
static void test_doctor_server__memory_ends(void **state)
{
    struct skep_doctor *doctor = make_doctor();

    (void)state;
    doctor->facts.used_bytes = 900 << 20;
    check(skep_doctor_look_memory, doctor, SKEP_DOCTOR_OK, "900 MiB");
    doctor->facts.used_bytes++;
    check(skep_doctor_look_memory, doctor, SKEP_DOCTOR_WARN, "900 MiB");
    doctor->facts.used_bytes = 1000 << 20;
    check(skep_doctor_look_memory, doctor, SKEP_DOCTOR_FAIL, "full");
    doctor->facts.max_bytes = 0;
    check(skep_doctor_look_memory, doctor, SKEP_DOCTOR_OK, "no maxmemory");
}

/* A policy that takes any key is bad as soon as there is a limit; one that takes mortal ones takes no task.
 */
static void test_doctor_server__eviction_loses_tasks(void **state)
{
    static const char *const bad[] = {"allkeys-lru", "allkeys-lfu", "allkeys-random"};
    struct skep_doctor *doctor = make_doctor();

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(doctor->facts.eviction, sizeof doctor->facts.eviction, "%s", bad[i]);
        doctor->facts.max_bytes = 1000 << 20;
        check(skep_doctor_look_eviction, doctor, SKEP_DOCTOR_FAIL, "throws tasks and results away");
        doctor->facts.max_bytes = 0;
        check(skep_doctor_look_eviction, doctor, SKEP_DOCTOR_WARN, bad[i]);
    }
    snprintf(doctor->facts.eviction, sizeof doctor->facts.eviction, "volatile-ttl");
    check(skep_doctor_look_eviction, doctor, SKEP_DOCTOR_WARN, "volatile-ttl");
}

/* Few connections left, a far server, and a wrong clock are warnings, in both directions. */
static void test_doctor_server__warnings(void **state)
{
    struct skep_doctor *doctor = make_doctor();

    (void)state;
    doctor->facts.n_clients = 901;
    check(skep_doctor_look_clients, doctor, SKEP_DOCTOR_WARN, "901");
    doctor->facts.round_trip_s = 0.012;
    check(skep_doctor_look_latency, doctor, SKEP_DOCTOR_WARN, "12 ms");
    doctor->facts.apart_ms = 1000;
    check(skep_doctor_look_clock, doctor, SKEP_DOCTOR_OK, "1000 ms");
    doctor->facts.apart_ms = 7200000;
    check(skep_doctor_look_clock, doctor, SKEP_DOCTOR_WARN, "2 h 0 min ahead of ours");
    doctor->facts.apart_ms = -1001;
    check(skep_doctor_look_clock, doctor, SKEP_DOCTOR_WARN, "behind ours");
}

/* What the user may not ask is no failure, and not called good. */
static void test_doctor_server__what_is_not_known(void **state)
{
    look_at *const looks[] = {skep_doctor_look_master,  skep_doctor_look_persistence,
                              skep_doctor_look_memory,  skep_doctor_look_eviction,
                              skep_doctor_look_clients, skep_doctor_look_clock};
    struct skep_doctor *doctor = make_doctor();

    (void)state;
    doctor->facts =
        (struct skep_server_facts){.has_aof = SKEP_SERVER_UNKNOWN, .has_snapshots = SKEP_SERVER_UNKNOWN};
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        check(looks[i], doctor, SKEP_DOCTOR_NONE, "may not ask");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doctor_server__a_good_one),
        cmocka_unit_test(test_doctor_server__a_replica_is_for_monitors),
        cmocka_unit_test(test_doctor_server__persistence_is_named),
        cmocka_unit_test(test_doctor_server__memory_ends),
        cmocka_unit_test(test_doctor_server__eviction_loses_tasks),
        cmocka_unit_test(test_doctor_server__warnings),
        cmocka_unit_test(test_doctor_server__what_is_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
