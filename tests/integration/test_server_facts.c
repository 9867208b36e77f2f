/* SPDX-License-Identifier: MIT */
/* What a real server says of itself, as it is set and to whom. */
#include "support/test.h"
#include "support/redis.h"
#include "integration/ask.h"
#include "base/clock.h"
#include "queue/server_facts.h"

static struct skep_server_facts read_facts(struct skep_conn *conn)
{
    struct skep_server_facts facts;
    struct skep_error err = {0};

    if (skep_server_facts_read(conn, &facts, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return facts;
}

/* How it is set is what it says; its clock is ours, because it is the same machine. */
static void test_server_facts__settings_are_told(void **state)
{
    struct test_redis *redis = test_redis_start(&(struct test_redis_options){
        .config =
            "appendonly yes\nappendfsync always\nsave 60 1\nmaxmemory 50mb\nmaxmemory-policy allkeys-lru\n"
            "maxclients 77\n"});
    struct skep_conn *conn = open_conn(redis->url, (struct skep_conn_options){0});
    struct skep_server_facts facts = read_facts(conn);

    (void)state;
    assert_true(facts.has_info);
    assert_int_equal(facts.version, skep_conn_server_version(conn));
    assert_int_equal(facts.has_aof, SKEP_SERVER_YES);
    assert_string_equal(facts.fsync, "always");
    assert_int_equal(facts.has_snapshots, SKEP_SERVER_YES);
    assert_int_equal(facts.max_bytes, 50 << 20);
    assert_in_range(facts.used_bytes, 100000, 50 << 20);
    assert_string_equal(facts.eviction, "allkeys-lru");
    assert_int_equal(facts.max_clients, 77);
    assert_in_range(facts.n_clients, 1, 5);
    assert_in_range(facts.now_ms, skep_wall_ms() - 10000, skep_wall_ms() + 10000);
    assert_in_range(facts.apart_ms + 1000, 0, 2000);
    assert_true(facts.round_trip_s > 0 && facts.round_trip_s < 1);
    assert_false(facts.is_replica || facts.is_loading || facts.is_save_broken || facts.is_cluster);
    ask(conn, "CONFIG SET appendonly no save  appendfsync no");
    facts = read_facts(conn);
    assert_int_equal(facts.has_aof, SKEP_SERVER_NO);
    assert_int_equal(facts.has_snapshots, SKEP_SERVER_NO);
    assert_string_equal(facts.fsync, "no");
    ask(conn, "REPLICAOF 127.0.0.1 1");
    facts = read_facts(conn);
    assert_true(facts.is_replica);
    skep_conn_free(conn);
    test_redis_stop(redis);
}

/* A user with few rights gets what he may have, and the rest is unknown; the connection stays good. */
static void test_server_facts__without_rights_they_are_unknown(void **state)
{
    struct test_redis *redis = test_redis_start(NULL);
    struct skep_conn *admin = open_conn(redis->url, (struct skep_conn_options){0});
    struct skep_conn *conn;
    struct skep_server_facts facts;
    char url[256];

    (void)state;
    ask(admin, "ACL SETUSER few on >pass +ping +time");
    snprintf(url, sizeof url, "unix://few:pass@%s", redis->socket);
    conn = open_conn(url, (struct skep_conn_options){0});
    facts = read_facts(conn);
    assert_false(facts.has_info);
    assert_int_equal(facts.version, skep_conn_server_version(admin));
    assert_int_equal(facts.has_aof, SKEP_SERVER_UNKNOWN);
    assert_int_equal(facts.has_snapshots, SKEP_SERVER_UNKNOWN);
    assert_string_equal(facts.eviction, "");
    assert_true(facts.now_ms > 0);
    ask(admin, "ACL SETUSER few -time +info");
    facts = read_facts(conn);
    assert_true(facts.has_info);
    assert_int_equal(facts.has_aof, SKEP_SERVER_NO);
    assert_int_equal(facts.has_snapshots, SKEP_SERVER_UNKNOWN);
    assert_int_equal(facts.now_ms, 0);
    assert_int_equal(facts.apart_ms, 0);
    (void)ask(conn, "PING");
    skep_conn_free(conn);
    skep_conn_free(admin);
    test_redis_stop(redis);
}

/* A server that is gone is a failure of the line. */
static void test_server_facts__a_lost_server_is_told(void **state)
{
    struct test_redis *redis = test_redis_start(NULL);
    struct skep_conn *conn = open_conn(redis->url, (struct skep_conn_options){0});
    struct skep_server_facts facts;
    struct skep_error err = {0};

    (void)state;
    test_redis_kill(redis);
    assert_int_equal(skep_server_facts_read(conn, &facts, &err), SKEP_E_UNREACHABLE);
    assert_false(skep_conn_is_open(conn));
    skep_conn_free(conn);
    test_redis_stop(redis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_facts__settings_are_told),
        cmocka_unit_test(test_server_facts__without_rights_they_are_unknown),
        cmocka_unit_test(test_server_facts__a_lost_server_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
