/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_SUPPORT_SHADOW_H
#define SKEP_TESTS_SUPPORT_SHADOW_H

#include <stdbool.h>

/* Under a sanitizer the memory of a program is much larger than ours, the system refuses none of it, and
 * signals end in the sanitizer's report. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { HAS_SHADOW = true };
#elif defined(__has_feature)
enum { HAS_SHADOW = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) };
#else
enum { HAS_SHADOW = false };
#endif

#endif
