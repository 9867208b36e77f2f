/* SPDX-License-Identifier: MIT */
#include "bench/kernels/inputs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/math/philox.h"
#include "npy/write.h"

enum { MAX_INPUTS = 8 };

struct bench_inputs {
    const char *folder;
    int n;
    const char *names[MAX_INPUTS];
    struct skep_view views[MAX_INPUTS];
    void *rooms[MAX_INPUTS];
};

void bench_die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("kernels: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(EXIT_FAILURE);
}

void bench_need(skep_status st, const struct skep_error *err, const char *what)
{
    if (st != SKEP_OK) {
        bench_die("%s: %s", what, skep_error_text(err, st));
    }
}

void *bench_new(struct bench_inputs *inputs, const char *name, enum skep_dtype dtype, int ndim,
                const int64_t *shape)
{
    size_t bytes = (size_t)skep_shape_count(ndim, shape) * skep_dtype_size(dtype);
    void *room = malloc(bytes > 0 ? bytes : 1);

    if (room == NULL || inputs->n == MAX_INPUTS) {
        bench_die("no room for the input %s", name);
    }
    skep_view_init(&inputs->views[inputs->n], room, dtype, ndim, shape);
    inputs->names[inputs->n] = name;
    inputs->rooms[inputs->n++] = room;
    return room;
}

double *bench_new_f8(struct bench_inputs *inputs, const char *name, int64_t n)
{
    return bench_new(inputs, name, SKEP_F8, 1, &n);
}

double *bench_new_f8_2d(struct bench_inputs *inputs, const char *name, int64_t n, int64_t m)
{
    const int64_t shape[2] = {n, m};

    return bench_new(inputs, name, SKEP_F8, 2, shape);
}

static void stream_init(struct skep_philox *philox, uint64_t stream)
{
    skep_philox_init(philox, (struct skep_stream_key){.seed = 4}, stream);
}

void bench_fill_uniform(double *out, int64_t n, uint64_t stream)
{
    struct skep_philox philox;

    stream_init(&philox, stream);
    for (int64_t i = 0; i < n; i++) {
        out[i] = skep_philox_next_f64(&philox);
    }
}

void bench_fill_normal(double *out, int64_t n, uint64_t stream)
{
    struct skep_philox philox;

    stream_init(&philox, stream);
    skep_philox_fill_normal(&philox, out, n);
}

void bench_fill_words(uint64_t *out, int64_t n, uint64_t stream)
{
    struct skep_philox philox;

    stream_init(&philox, stream);
    for (int64_t i = 0; i < n; i++) {
        out[i] = skep_philox_next_u64(&philox);
    }
}

void bench_write(const char *folder, const char *name, const struct skep_view *view)
{
    struct skep_roots *roots = NULL;
    struct skep_error err = {0};
    char file[256];
    int n = snprintf(file, sizeof file, "%s.npy", name);

    bench_need(skep_roots_new(&roots, &err), &err, folder);
    bench_need(skep_roots_add(roots, folder, &err), &err, folder);
    bench_need(skep_npy_write(roots, file, (size_t)n, view, false, &err), &err, name);
    skep_roots_free(roots);
}

struct bench_inputs *bench_inputs_make(const char *folder, const struct bench_case *one)
{
    struct bench_inputs *inputs = calloc(1, sizeof *inputs);

    if (inputs == NULL) {
        bench_die("no memory");
    }
    inputs->folder = folder;
    if (one->make != NULL) {
        one->make(inputs);
    }
    for (int i = 0; i < inputs->n; i++) {
        bench_write(folder, inputs->names[i], &inputs->views[i]);
        free(inputs->rooms[i]);
    }
    return inputs;
}

void bench_inputs_remove(struct bench_inputs *inputs)
{
    char path[4096];

    for (int i = 0; i < inputs->n; i++) {
        snprintf(path, sizeof path, "%s/%s.npy", inputs->folder, inputs->names[i]);
        unlink(path);
    }
    free(inputs);
}
