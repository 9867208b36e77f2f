/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_BENCH_KERNELS_COPROCESS_H
#define SKEP_TESTS_BENCH_KERNELS_COPROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* peers.py as a process of its own that is asked line by line, so that its runs take turns with ours. One for
 * the whole program: imports and compilations are paid once. */

/* Ask; the answer (without its newline) lives until the next question. "missing WHY" when there is no Python
 * to ask. The process starts with the first question. */
const char *bench_ask(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The interpreter: Debian's packages are for /usr/bin/python3; SKEP_PYTHON names another one. */
const char *bench_python(void);

void bench_ask_end(void);

#endif
