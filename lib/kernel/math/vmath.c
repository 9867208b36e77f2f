/* SPDX-License-Identifier: MIT */
#include "kernel/math/vmath.h"

#include <math.h>

#define MAP(name, function)                                                                                  \
    static void name(const double *x, double *out, int64_t n)                                                \
    {                                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            out[i] = function(x[i]);                                                                         \
        }                                                                                                    \
    }

#define MAP2(name, function)                                                                                 \
    static void name(const double *x, const double *y, double *out, int64_t n)                               \
    {                                                                                                        \
        for (int64_t i = 0; i < n; i++) {                                                                    \
            out[i] = function(x[i], y[i]);                                                                   \
        }                                                                                                    \
    }

MAP(map_exp, exp)
MAP(map_expm1, expm1)
MAP(map_log, log)
MAP(map_log1p, log1p)
MAP(map_log2, log2)
MAP(map_log10, log10)
MAP(map_sin, sin)
MAP(map_cos, cos)
MAP(map_tan, tan)
MAP(map_arcsin, asin)
MAP(map_arccos, acos)
MAP(map_arctan, atan)
MAP(map_sinh, sinh)
MAP(map_cosh, cosh)
MAP(map_tanh, tanh)
MAP2(map_arctan2, atan2)
MAP2(map_pow, pow)

static const struct skep_vmath plain = {
    .exp = map_exp,
    .expm1 = map_expm1,
    .log = map_log,
    .log1p = map_log1p,
    .log2 = map_log2,
    .log10 = map_log10,
    .sin = map_sin,
    .cos = map_cos,
    .tan = map_tan,
    .arcsin = map_arcsin,
    .arccos = map_arccos,
    .arctan = map_arctan,
    .sinh = map_sinh,
    .cosh = map_cosh,
    .tanh = map_tanh,
    .arctan2 = map_arctan2,
    .pow = map_pow,
};

const struct skep_vmath *skep_vmath_at(enum skep_cpu_level level)
{
    (void)level;
    return &plain;
}
