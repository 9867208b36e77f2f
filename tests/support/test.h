/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_SUPPORT_TEST_H
#define SKEP_TESTS_SUPPORT_TEST_H

/* What every test file includes first: cmocka and what it needs before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#endif
