/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_OUTPUT_FIXTURE_H
#define SKEP_TESTS_OUTPUT_FIXTURE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "npy/roots.h"
#include "support/files.h"
#include "sweep/array.h"
#include "sweep/here.h"
#include "sweep/sidecar.h"
#include "sweep/sweep.h"

/* A folder with a root, and a sweep whose outputs lie there. */
struct fixture {
    char *folder;
    struct skep_roots *roots;
    struct skep_arena arena;
    struct skep_sweep sweep;
    char spec[2048];
    struct skep_error err;
};

static const struct skep_here machine_a = {"aaaaaaaa-1111-4111-8111-111111111111", "host-a"};
static const struct skep_here machine_a_again = {"aaaaaaaa-2222-4222-8222-222222222222", "host-a"};
static const struct skep_here machine_b = {"bbbbbbbb-1111-4111-8111-111111111111", "host-b"};

static inline void fixture_begin(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->folder = test_make_folder();
    skep_arena_init(&f->arena, 16 << 20);
    assert_int_equal(skep_roots_new(&f->roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(f->roots, f->folder, NULL), SKEP_OK);
    skep_here_replace(&machine_a);
}

static inline void fixture_end(struct fixture *f)
{
    skep_here_replace(NULL);
    skep_roots_free(f->roots);
    skep_arena_release(&f->arena);
    test_remove_folder(f->folder);
}

/* A sweep of so many points along a and b; OUTS is what is in "out", MORE any other members. */
static inline void fixture_sweep(struct fixture *f, int n_a, int n_b, const char *outs, const char *more)
{
    int n = snprintf(f->spec, sizeof f->spec,
                     "{\"kernel\":\"sum\",\"args\":{\"x\":[\"{a}\",\"{b}\"]},"
                     "\"over\":[{\"grid\":\"a\",\"from\":\"0:1:%d\"},{\"grid\":\"b\",\"from\":\"0:1:%d\"}],"
                     "\"token\":\"0123456789abcdef0123456789abcdef\",\"out\":[%s]%s}",
                     n_a, n_b, outs, more);

    if (skep_sweep_parse(f->spec, (size_t)n, &(struct skep_limits){0}, &f->arena, &f->sweep, &f->err) !=
        SKEP_OK) {
        fail_msg("%s\n%s", f->spec, f->err.text);
    }
}

/* One output x.npy of f8, its slices in the order of the index. */
static inline void fixture_plain(struct fixture *f, int n_a, int n_b)
{
    char out[200];

    snprintf(
        out, sizeof out,
        "{\"path\":\"x.npy\",\"at\":[\"{a}\",\"{b}\"],\"dtype\":\"f8\",\"shape\":[%d,%d],\"fill\":\"nan\"}",
        n_a, n_b);
    fixture_sweep(f, n_a, n_b, out, "");
}

static inline void fixture_facts(const struct fixture *f, int k, struct skep_sidecar_facts *facts)
{
    *facts = (struct skep_sidecar_facts){.spec = f->spec,
                                         .spec_n = strlen(f->spec),
                                         .job = "night-7",
                                         .queue = "q",
                                         .out = k,
                                         .kernel_version = 3,
                                         .n_all = f->sweep.n_all};
    memcpy(facts->token, f->sweep.token, sizeof facts->token);
}

static inline void fixture_make(struct fixture *f)
{
    for (int k = 0; k < f->sweep.n_outs; k++) {
        struct skep_sidecar_facts facts;
        fixture_facts(f, k, &facts);
        if (skep_array_make(f->roots, &f->sweep.outs[k], true, &f->err) != SKEP_OK ||
            skep_sidecar_make(f->roots, f->sweep.outs[k].path, &facts, &f->err) != SKEP_OK) {
            fail_msg("%s", f->err.text);
        }
    }
}

/* Change one byte of a file. */
static inline void fixture_spoil(const struct fixture *f, const char *name, long at, int mask)
{
    char *path = test_path(f->folder, name);
    FILE *file = fopen(path, "r+b");
    int c;

    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    c = fgetc(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_not_equal(fputc((c ^ mask) & 0xff, file), EOF);
    assert_int_equal(fclose(file), 0);
    free(path);
}

static inline long fixture_size(const struct fixture *f, const char *name)
{
    char *path = test_path(f->folder, name);
    struct stat info;

    assert_int_equal(stat(path, &info), 0);
    free(path);
    return (long)info.st_size;
}

#endif
