/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_ARRAYS_REDUCE_H
#define SKEP_KERNEL_ARRAYS_REDUCE_H

#include "kernel/arrays/reader.h"
#include "kernel/arrays/span.h"
#include "kernel/kernel.h"

/* What all reductions share: their arguments, the way through the array (whole or along an axis, whatever its
 * dtype and strides), and where values go. A reduction itself is a few functions over pieces of elements that
 * lie side by side.
 *
 * To add one: a file with its functions, its struct skep_reduction and its row; nothing here. */

/* The arguments, in this order. NAN and DDOF only in the lists that have them. */
enum { SKEP_REDUCE_X, SKEP_REDUCE_AXIS, SKEP_REDUCE_NAN, SKEP_REDUCE_DDOF };
extern const struct skep_arg_spec skep_reduce_args_plain[]; /* x, axis */
extern const struct skep_arg_spec skep_reduce_args_nan[];   /* x, axis, nan */
extern const struct skep_arg_spec skep_reduce_args_ddof[];  /* x, axis, nan, ddof */

/* What one call wants. */
struct skep_reduce {
    struct skep_call *call;
    const struct skep_view *view;
    enum skep_dtype dtype; /* of the pieces: what the reader makes of the view's */
    bool skips_nan;
    int64_t ddof;
    const struct skep_spans *spans;
};

enum skep_reduce_step {
    SKEP_REDUCE_DONE,
    SKEP_REDUCE_AGAIN, /* all pieces once more, please, with the same state */
    SKEP_REDUCE_UNSURE /* this method cannot tell: another one must (exact) */
};

/* A value of one element, or JSON text. (A struct skep_value has room for a view, and short runs would spend
 * their time on copying it.) */
struct skep_scalar {
    enum skep_value_kind kind;
    union {
        bool boolean;
        int64_t i64;
        uint64_t u64;
        double f64;
        const char *json;
    };
};

struct skep_reduced {
    struct skep_scalar value;
    enum skep_reduce_step step;
};

struct skep_reduction {
    enum skep_dtype (*value_dtype)(enum skep_dtype dtype); /* of a value, for a view of this dtype */
    enum skep_reader_form form;
    bool takes_nan, takes_ddof; /* whether the row has these arguments */
    bool drops_nan;             /* with nan "skip": NaN never reach add */
    size_t state_size;
    void (*init)(const struct skep_reduce *reduce, void *state);
    void (*add)(const struct skep_reduce *reduce, void *state, const void *x, int64_t n); /* n <= SKEP_SPAN */
    skep_status (*finish)(const struct skep_reduce *reduce, void *state, struct skep_reduced *out,
                          struct skep_error *err);
    const struct skep_reduction *exact; /* asked when this one is unsure; its state is no larger than 4 KiB */
    double seconds;                     /* for an element, measured */
};

skep_status skep_reduce_run(const struct skep_reduction *reduction, struct skep_call *call,
                            struct skep_value *value_out, struct skep_error *err);
void skep_reduce_cost(const struct skep_reduction *reduction, const struct skep_call *call,
                      struct skep_cost *cost_out);
skep_status skep_reduce_value(const struct skep_reduction *reduction, const struct skep_call *call,
                              struct skep_view *value_out);

/* Value dtypes that several have. */
enum skep_dtype skep_reduce_to_f8(enum skep_dtype dtype);
enum skep_dtype skep_reduce_to_i8(enum skep_dtype dtype);
enum skep_dtype skep_reduce_to_same(enum skep_dtype dtype);

/* The functions that a row wants. */
#define SKEP_REDUCE_FUNCTIONS(name, fast, truth)                                                             \
    static skep_status name##_run(struct skep_call *call, struct skep_value *value_out,                      \
                                  struct skep_error *err)                                                    \
    {                                                                                                        \
        return skep_reduce_run(fast, call, value_out, err);                                                  \
    }                                                                                                        \
    static skep_status name##_reference(struct skep_call *call, struct skep_value *value_out,                \
                                        struct skep_error *err)                                              \
    {                                                                                                        \
        return skep_reduce_run(truth, call, value_out, err);                                                 \
    }                                                                                                        \
    static void name##_cost(const struct skep_call *call, struct skep_cost *cost_out)                        \
    {                                                                                                        \
        skep_reduce_cost(call->is_reference ? (truth) : (fast), call, cost_out);                             \
    }                                                                                                        \
    static skep_status name##_value(const struct skep_call *call, struct skep_view *value_out)               \
    {                                                                                                        \
        return skep_reduce_value(fast, call, value_out);                                                     \
    }

#endif
