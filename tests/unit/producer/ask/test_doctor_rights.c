/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "support/test.h"
#include "producer/ask/doctor_rights.h"

static void check(const char *const *missing, size_t n, const char *wanted)
{
    struct skep_keys keys;
    struct skep_buf buf;

    assert_int_equal(skep_keys_init(&keys, "eeg.1", NULL), SKEP_OK);
    skep_buf_init(&buf, 1000);
    skep_doctor_add_acl(&buf, "alice", &keys, missing, n);
    assert_string_equal(buf.bytes, wanted);
    skep_buf_release(&buf);
}

/* Commands and subcommands are allowed by their names. */
static void test_doctor_rights__commands(void **state)
{
    static const char *const missing[] = {"'blmove'", "'script|load'"};

    (void)state;
    check(missing, 2, "ACL SETUSER alice +blmove +script|load");
    check(missing, 1, "ACL SETUSER alice +blmove");
}

/* All keys of a queue but its list come under one pattern; and who works on a queue writes its name down. */
static void test_doctor_rights__keys(void **state)
{
    static const char *const list[] = {"key 'skep:eeg.1'"};
    static const char *const rest[] = {"key '{skep:eeg.1}:held:'", "key '{skep:eeg.1}:out'", "'set'"};

    (void)state;
    check(list, 1, "ACL SETUSER alice ~skep:eeg.1 ~skep:queues");
    check(rest, 3, "ACL SETUSER alice +set ~{skep:eeg.1}:* ~skep:queues");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doctor_rights__commands),
        cmocka_unit_test(test_doctor_rights__keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
