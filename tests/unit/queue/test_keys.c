/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "queue/keys.h"

/* The names are those of docs/protocol.md. */
static void test_keys__have_the_names_of_the_protocol(void **state)
{
    struct skep_keys keys;

    (void)state;
    assert_int_equal(skep_keys_init(&keys, "sweep", NULL), SKEP_OK);
    assert_string_equal(keys.name, "sweep");
    assert_string_equal(keys.queue, "skep:sweep");
    assert_string_equal(keys.workers, "{skep:sweep}:workers");
    assert_string_equal(keys.cycle, "{skep:sweep}:cycle");
    assert_string_equal(keys.out, "{skep:sweep}:out");
    assert_string_equal(keys.delayed, "{skep:sweep}:delayed");
    assert_string_equal(keys.dead, "{skep:sweep}:dead");
    assert_string_equal(keys.suspect, "{skep:sweep}:suspect");
    assert_string_equal(keys.crashes, "{skep:sweep}:crashes");
    assert_string_equal(keys.stat, "{skep:sweep}:stat");
    assert_string_equal(keys.conf, "{skep:sweep}:conf");
    assert_string_equal(keys.puts, "{skep:sweep}:puts");
    assert_string_equal(keys.reader, "{skep:sweep}:reader");
    assert_string_equal(keys.ranges, "{skep:sweep}:ranges");
    assert_string_equal(keys.gather, "{skep:sweep}:gather");
    assert_string_equal(keys.prefix, "{skep:sweep}:");
    assert_string_equal(keys.acks_prefix, "{skep:sweep}:acks:");
    assert_string_equal(keys.gatherer_prefix, "{skep:sweep}:gatherer:");
    assert_string_equal(keys.held_prefix, "{skep:sweep}:held:");
    assert_string_equal(keys.info_prefix, "{skep:sweep}:info:");
    assert_string_equal(SKEP_KEY_QUEUES, "skep:queues");
}

/* CRC16 of the XMODEM kind, as a cluster computes the slot of a key. */
static unsigned slot_of(const char *key)
{
    const char *open = strchr(key, '{'), *close = open != NULL ? strchr(open, '}') : NULL;
    const char *at = close != NULL ? open + 1 : key, *end = close != NULL ? close : key + strlen(key);
    unsigned crc = 0;

    for (; at < end; at++) {
        crc ^= (unsigned)(unsigned char)*at << 8;
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 0x8000u) != 0 ? (crc << 1 ^ 0x1021u) & 0xffffu : crc << 1;
        }
    }
    return crc % 16384;
}

/* All keys of a queue lie in one slot of a cluster, the bare list too. */
static void test_keys__lie_in_one_slot(void **state)
{
    static const char *const names[] = {"sweep", "a", "0.9-x_Y"};

    (void)state;
    assert_int_equal(slot_of("123456789"), 0x31c3 % 16384); /* the check value of this CRC */
    for (size_t i = 0; i < 3; i++) {
        struct skep_keys k;
        const char *const keys[] = {k.workers, k.cycle,       k.out,        k.delayed, k.dead,
                                    k.suspect, k.crashes,     k.stat,       k.conf,    k.puts,
                                    k.reader,  k.held_prefix, k.info_prefix};
        assert_int_equal(skep_keys_init(&k, names[i], NULL), SKEP_OK);
        for (size_t j = 0; j < sizeof keys / sizeof keys[0]; j++) {
            assert_int_equal(slot_of(keys[j]), slot_of(k.queue));
        }
    }
}

/* The longest name of a queue and of a worker still make whole keys. */
static void test_keys__hold_the_longest_names(void **state)
{
    char name[SKEP_QUEUE_NAME_MAX + 2], wanted[256];
    struct skep_keys keys;

    (void)state;
    memset(name, 'q', sizeof name - 2);
    name[SKEP_QUEUE_NAME_MAX] = '\0';
    assert_int_equal(skep_keys_init(&keys, name, NULL), SKEP_OK);
    snprintf(wanted, sizeof wanted, "{skep:%s}:crashes", name);
    assert_string_equal(keys.crashes, wanted);
    snprintf(wanted, sizeof wanted, "{skep:%s}:held:", name);
    assert_string_equal(keys.held_prefix, wanted);
    assert_true(strlen(wanted) + SKEP_WORKER_NAME_BYTES <= SKEP_KEY_BYTES);
}

/* A worker's name says host and process, has no blanks, and is never made twice. */
static void test_keys__names_of_workers_differ(void **state)
{
    enum { N = 200 };
    static char names[N][SKEP_WORKER_NAME_BYTES];
    char process[32];

    (void)state;
    snprintf(process, sizeof process, ":%d:", (int)getpid());
    for (int i = 0; i < N; i++) {
        memset(names[i], '?', sizeof names[i]);
        skep_worker_name_make(names[i]);
        assert_non_null(memchr(names[i], '\0', sizeof names[i]));
        assert_non_null(strstr(names[i], process));
        assert_int_equal(strcspn(names[i], " \t\r\n"), strlen(names[i]));
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(names[i], names[j]);
        }
    }
}

/* Anything else is no name, and the words show what is. */
static void test_keys__refuse_what_is_no_name(void **state)
{
    static const char *const bad[] = {"", " ", "a b", "a:b", "{a}", "a\n", "caf\xc3\xa9", "a/b", "*"};
    char name[SKEP_QUEUE_NAME_MAX + 2];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct skep_keys keys;
        struct skep_error err = {0};
        assert_false(skep_queue_name_is_valid(bad[i]));
        assert_int_equal(skep_keys_init(&keys, bad[i], &err), SKEP_E_USAGE);
        assert_non_null(strstr(err.text, "letters, digits"));
    }
    memset(name, 'q', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_false(skep_queue_name_is_valid(name));
    name[SKEP_QUEUE_NAME_MAX] = '\0';
    assert_true(skep_queue_name_is_valid(name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys__have_the_names_of_the_protocol),
        cmocka_unit_test(test_keys__lie_in_one_slot),
        cmocka_unit_test(test_keys__hold_the_longest_names),
        cmocka_unit_test(test_keys__names_of_workers_differ),
        cmocka_unit_test(test_keys__refuse_what_is_no_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
