/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "support/test.h"
#include "queue/server_facts.h"

static void take(const char *text, struct skep_server_facts *facts)
{
    skep_server_facts_take_info(text, strlen(text), facts);
}

/* What Redis 7.0.15 says, shortened. */
static const char info_7[] = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n\r\n"
                             "# Clients\r\nconnected_clients:17\r\nmaxclients:10000\r\n\r\n"
                             "# Memory\r\nused_memory:916936\r\nused_memory_human:895.45K\r\n"
                             "maxmemory:4294967296\r\nmaxmemory_policy:noeviction\r\n\r\n"
                             "# Persistence\r\nloading:0\r\nrdb_last_bgsave_status:ok\r\naof_enabled:1\r\n"
                             "aof_last_write_status:ok\r\n\r\n# Replication\r\nrole:master\r\n";

/* All that skep depends on is found, and what stands beside it is not taken for it. */
static void test_server_facts__info_is_read(void **state)
{
    struct skep_server_facts facts = {.has_aof = SKEP_SERVER_UNKNOWN};

    (void)state;
    take(info_7, &facts);
    assert_int_equal(facts.version, 70015);
    assert_int_equal(facts.n_clients, 17);
    assert_int_equal(facts.max_clients, 10000);
    assert_int_equal(facts.used_bytes, 916936);
    assert_int_equal(facts.max_bytes, 4294967296);
    assert_string_equal(facts.eviction, "noeviction");
    assert_int_equal(facts.has_aof, SKEP_SERVER_YES);
    assert_false(facts.is_replica || facts.is_cluster || facts.is_loading || facts.is_save_broken);
}

/* A sick server is seen as one: each line alone. */
static void test_server_facts__each_trouble_is_seen(void **state)
{
    static const struct {
        const char *text;
        size_t offset;
    } rows[] = {
        {"role:slave\r\n", offsetof(struct skep_server_facts, is_replica)},
        {"redis_mode:cluster\r\n", offsetof(struct skep_server_facts, is_cluster)},
        {"loading:1\r\n", offsetof(struct skep_server_facts, is_loading)},
        {"rdb_last_bgsave_status:err\r\naof_last_write_status:ok\r\n",
         offsetof(struct skep_server_facts, is_save_broken)},
        {"rdb_last_bgsave_status:ok\r\naof_last_write_status:err\r\n",
         offsetof(struct skep_server_facts, is_save_broken)},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct skep_server_facts facts = {0};
        const bool *field = (const bool *)(const void *)((const char *)&facts + rows[i].offset);
        take(rows[i].text, &facts);
        assert_true(*field);
        assert_int_equal(facts.is_replica + facts.is_cluster + facts.is_loading + facts.is_save_broken, 1);
    }
}

/* What makes no sense stays unknown, and what is too long is cut. */
static void test_server_facts__nonsense_is_passed_over(void **state)
{
    struct skep_server_facts facts = {.used_bytes = 5, .n_clients = 6};

    (void)state;
    take("used_memory:many\r\nconnected_clients:1e9\r\nredis_version:new\r\n:\r\n:7\r\nrole\r\nrole:\r\n"
         "maxmemory_policy:0123456789012345678901234567890123456789\nrole:sl",
         &facts);
    assert_int_equal(facts.used_bytes, 5);
    assert_int_equal(facts.n_clients, 6);
    assert_int_equal(facts.version, 0);
    assert_string_equal(facts.eviction, "0123456789012345678901234567890");
    assert_false(facts.is_replica);
    take("role:slave", &facts);
    assert_true(facts.is_replica);
    take("", &facts);
}

/* A version is shown as people know it. */
static void test_server_facts__version_text(void **state)
{
    char text[SKEP_SERVER_VERSION_BYTES];

    (void)state;
    assert_string_equal(skep_server_version_text(70015, text), "7.0.15");
    assert_string_equal(skep_server_version_text(60200, text), "6.2.0");
    assert_string_equal(skep_server_version_text(0, text), "0.0.0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_facts__info_is_read),
        cmocka_unit_test(test_server_facts__each_trouble_is_seen),
        cmocka_unit_test(test_server_facts__nonsense_is_passed_over),
        cmocka_unit_test(test_server_facts__version_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
