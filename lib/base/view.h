/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_VIEW_H
#define SKEP_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Element types, with NumPy's names and codes: name on the wire, NumPy's kind letter, bytes. */
#define SKEP_DTYPE_MAP(X)                                                                                    \
    X(B1, "b1", 'b', 1)                                                                                      \
    X(I1, "i1", 'i', 1)                                                                                      \
    X(I2, "i2", 'i', 2)                                                                                      \
    X(I4, "i4", 'i', 4)                                                                                      \
    X(I8, "i8", 'i', 8)                                                                                      \
    X(U1, "u1", 'u', 1)                                                                                      \
    X(U2, "u2", 'u', 2)                                                                                      \
    X(U4, "u4", 'u', 4)                                                                                      \
    X(U8, "u8", 'u', 8)                                                                                      \
    X(F4, "f4", 'f', 4)                                                                                      \
    X(F8, "f8", 'f', 8)

#define SKEP_DTYPE_ENUM(name, text, kind, bytes) SKEP_##name,
enum skep_dtype { SKEP_DTYPE_NONE, SKEP_DTYPE_MAP(SKEP_DTYPE_ENUM) SKEP_DTYPE_COUNT };
#undef SKEP_DTYPE_ENUM

const char *skep_dtype_name(enum skep_dtype dtype); /* "f8"; "none" for what is no dtype */
size_t skep_dtype_size(enum skep_dtype dtype);      /* bytes of one element; 0 for what is no dtype */
char skep_dtype_kind(enum skep_dtype dtype);        /* 'b', 'i', 'u', 'f'; '\0' for what is no dtype */
enum skep_dtype skep_dtype_parse(const char *name); /* SKEP_DTYPE_NONE for anything else */

/* Whether every value of FROM has an exact equal in TO. */
bool skep_dtype_is_lossless(enum skep_dtype from, enum skep_dtype to);

/* The same, or TO is real: values may then be rounded, which somebody who asks for f4 of f8, or for f8 (with
 * its NaN) of i8, asks for. */
bool skep_dtype_fits(enum skep_dtype from, enum skep_dtype to);

enum { SKEP_MAX_DIMS = 32 };

/* An array somebody else owns: a window on a mapped file, or memory of an arena. Plain data. Strides count
 * elements, not bytes; they may be negative or zero. DATA is the element at index (0, ..., 0), aligned for
 * its dtype and in the machine's byte order. A 0-dimensional view holds one element. Read-only for everyone
 * but the one who made it. */
struct skep_view {
    const void *data;
    enum skep_dtype dtype;
    int ndim;
    int64_t shape[SKEP_MAX_DIMS];
    int64_t strides[SKEP_MAX_DIMS];
};

/* A C-contiguous view. Shape products must not overflow (skep_shape_count). */
void skep_view_init(struct skep_view *view, const void *data, enum skep_dtype dtype, int ndim,
                    const int64_t *shape);

/* Number of elements. */
int64_t skep_view_count(const struct skep_view *view);

/* Elements of a shape, or -1 if a length is negative or the product exceeds 2^63 - 1. */
int64_t skep_shape_count(int ndim, const int64_t *shape);

bool skep_view_is_contiguous(const struct skep_view *view); /* C order, no gaps */

/* The element of a view at element offset AT from data, as a double. Every dtype. */
double skep_view_get_f8(const struct skep_view *view, int64_t at);

/* The same as an integer, of integers and booleans; of a u8 above 2^63 - 1 its bits. */
int64_t skep_view_get_i8(const struct skep_view *view, int64_t at);

/* Copy every element to OUT in C order as double. OUT has room for skep_view_count(view) doubles. */
void skep_view_copy_f8(const struct skep_view *view, double *out);

/* Copy every element to OUT in C order, dtype unchanged. */
void skep_view_copy(const struct skep_view *view, void *out);

/* Copy every element to OUT in C order as dtype TO, which they must fit (skep_dtype_fits). */
void skep_view_convert(const struct skep_view *view, enum skep_dtype to, void *out);

/* "(1000, 3)", as NumPy prints shapes, cut to the buffer. Returns TEXT. */
const char *skep_shape_format(int ndim, const int64_t *shape, char *text, size_t size);

#endif
