/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_INTEGRATION_HIVE_FIXTURE_H
#define SKEP_TESTS_INTEGRATION_HIVE_FIXTURE_H

/* For tests of workers: a hive of its own for each, as set-up and tear-down. */
#include "hive.h"

static struct hive *hive;

static inline int set_up(void **state)
{
    (void)state;
    hive = hive_open(NULL);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    hive_close(hive);
    return 0;
}

#endif
