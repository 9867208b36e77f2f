/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_WHY_NEEDS_H
#define SKEP_PRODUCER_WHY_NEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "monitor/overview.h"

/* What a task needs of the worker that takes it, as far as its record says it. */

enum { SKEP_WHY_ROOTS = 16, SKEP_WHY_ROOT_BYTES = 65 };

struct skep_why_root {
    bool is_output;
    char name[SKEP_WHY_ROOT_BYTES]; /* "": the default one */
};

struct skep_why_needs {
    const char *problem;               /* why it is no task; NULL: it is one */
    const char *kernel;                /* NULL: it does not say */
    bool is_known;                     /* there is such a kernel, here */
    const char *job, *id;              /* NULL: none */
    int64_t not_before_ms, expires_ms; /* 0: at once, never */
    size_t n_roots;
    struct skep_why_root roots[SKEP_WHY_ROOTS]; /* each once */
};

/* N bytes: the body of a record, or (IS_SPEC) the spec of a range job. Everything lives in ARENA. */
void skep_why_needs_read(const char *bytes, size_t n, bool is_spec, struct skep_arena *arena,
                         struct skep_why_needs *needs_out);

/* The first root that no worker has; NULL: there is none, or of some worker it is not known. */
const struct skep_why_root *skep_why_needs_missing(const struct skep_why_needs *needs,
                                                   const struct skep_overview *overview);

#endif
