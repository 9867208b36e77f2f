/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_KERNEL_H
#define SKEP_KERNEL_KERNEL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/status.h"
#include "base/view.h"

/* What a kernel is: a row of the table in table.c. The row declares the arguments, so that whoever calls
 * (lib/run) checks and converts them, and the documentation is printed from it. The kernel computes: it
 * allocates from the call's arena alone, takes no lock, reads no clock, knows neither JSON nor Redis, and
 * polls stop.
 *
 * To add one: a file with its functions and its row (`const struct skep_kernel skep_kernel_NAME`), a line in
 * table.c, a test. To remove one: delete these. */

enum skep_arg_kind {
    SKEP_ARG_ARRAY, /* a view, already of dtype (if the spec wants one) and rank as declared */
    SKEP_ARG_F64,   /* a number; "nan", "inf", "-inf" allowed */
    SKEP_ARG_I64,   /* an integer; may have come as a string of digits */
    SKEP_ARG_U64,   /* the same, never negative, up to 2^64 - 1 */
    SKEP_ARG_BOOL,
    SKEP_ARG_CHOICE, /* one of spec.choices; the value is its place in that list */
    SKEP_ARG_TEXT,   /* text, without its escapes; the value is in json */
    SKEP_ARG_ARRAYS, /* several arrays or numbers, in a list or with a name each; dtypes and ranks as they
                        come */
    SKEP_ARG_JSON    /* anything; the value is JSON text */
};

/* One of ARRAYS. */
struct skep_array_item {
    const char *name; /* NULL in a list */
    bool is_number;   /* a number or boolean of the task's text: VIEW has no axes and is i8, f8 or b1 */
    struct skep_view view;
};

struct skep_arg_spec {
    const char *name;
    enum skep_arg_kind kind;
    bool is_required;
    const char *default_text; /* as a person would type it; NULL: none, the kernel looks at arg.is_given */
    enum skep_dtype dtype;    /* arrays: convert losslessly to this, or NONE for as it comes */
    int min_ndim, max_ndim;   /* arrays */
    int64_t shape[2];         /* arrays: wanted lengths of the first two axes, 0 for any */
    double least, most;       /* numbers: closed range, checked unless both are 0 */
    const char *const
        *choices; /* CHOICE: NULL-terminated; a choice that is a number in JSON is compared as text */
    const char *shape_text; /* documentation: "[n,3]" */
    const char *unit;       /* documentation: "rad/s", or NULL */
    const char *help;       /* documentation: one sentence */
};

struct skep_arg {
    bool is_given; /* false: absent, and the default (if any) is in the value */
    union {
        struct skep_view view;
        double f64;
        int64_t i64;
        uint64_t u64;
        bool boolean;
        int choice;
        struct {
            const struct skep_array_item *items;
            int64_t n;
        } arrays;
        struct {
            const char *text;
            size_t length;
        } json;
    };
};

/* The task's random stream: see philox.h. */
struct skep_stream_key {
    uint64_t seed;
    uint64_t index;
};

enum skep_value_kind {
    SKEP_VALUE_NULL,
    SKEP_VALUE_BOOL,
    SKEP_VALUE_I64,
    SKEP_VALUE_U64,
    SKEP_VALUE_F64,
    SKEP_VALUE_ARRAY, /* C-contiguous view; memory of the call's arena, or what skep_call_output gave */
    SKEP_VALUE_JSON   /* JSON text, memory of the arena or of an argument */
};

struct skep_value {
    enum skep_value_kind kind;
    union {
        bool boolean;
        int64_t i64;
        uint64_t u64;
        double f64;
        struct skep_view array;
        struct {
            const char *text;
            size_t length;
        } json;
    };
};

/* One call. Everything it points to belongs to the caller and outlives the call. */
struct skep_call {
    const struct skep_arg *args; /* in the order of the row's specs */
    struct skep_arena *arena;
    const atomic_uint *stop; /* not 0: give up and return SKEP_STOPPED; NULL: nobody can stop it */
    struct skep_stream_key stream;
    unsigned attempt;  /* 1 for the first */
    bool is_reference; /* the plain variant is wanted */
    /* Out, for a failure worth another try: not before so many seconds have passed; 0: whenever. */
    double retry_after_s;
};

/* What a call asks for, told from the shapes and numbers of its arguments before it starts. */
struct skep_cost {
    double bytes; /* of the arena, for scratch and the value: never less than the call takes, and not much
                     more */
    double
        seconds; /* on one core, for this variant; a measured model, right within a factor of three or so */
};
typedef void (*skep_kernel_cost)(const struct skep_call *call, struct skep_cost *cost_out);

/* What the value of a call will be, told from its arguments before it starts: a view without data (dtype,
 * ndim, shape, contiguous strides; a number has no axes, and is b1, i8, u8 or f8). Calls that differ only in
 * numbers that are no lengths give the same. Of arrays only elements that are lengths are read. May take
 * a little memory from the call's arena.
 *
 *   SKEP_EMPTY   JSON, null, known only afterwards, or a call that will be refused */
typedef skep_status (*skep_kernel_value)(const struct skep_call *call, struct skep_view *value_out);

/* Compute N >= 1 calls whose array arguments have the same shapes, side by side: VALUES_OUT[i] has the bits
 * that run gives for CALLS[i]. The calls may have one arena in common; they share one stop. Any failure is
 * one of the whole lot, without blame: run them one by one then. */
typedef skep_status (*skep_kernel_run_many)(struct skep_call *calls, int n, struct skep_value *values_out,
                                            struct skep_error *err);

/* Compute. On success *VALUE_OUT is set. On failure ERR says why:
 *   SKEP_E_BAD_ARGS    arguments that do not fit each other (final)
 *   SKEP_E_NUMERIC     the result cannot be represented (final)
 *   SKEP_E_KERNEL      worth another try
 *   SKEP_E_KERNEL_FINAL not worth another try
 *   SKEP_E_NOMEM       the arena is too small
 *   SKEP_STOPPED       stop was set */
typedef skep_status (*skep_kernel_run)(struct skep_call *call, struct skep_value *value_out,
                                       struct skep_error *err);

struct skep_kernel {
    const char *name;               /* on the wire; never reused */
    int version;                    /* raised when an answer changes */
    const char *summary;            /* one line */
    const char *const *description; /* paragraphs, NULL-terminated: formula, source, NaN and ties, accuracy */
    const struct skep_arg_spec *args; /* ends with a row without a name; NULL-free lists may be empty */
    const char *value_text;           /* "f8[n-1,4]: ..." */
    const char *performance;   /* how time and memory grow, and what was measured: sizes, time, processor */
    const char *example;       /* a task record that runs as pasted */
    bool is_random;            /* draws from the task's stream */
    skep_kernel_run run;       /* the fast variant */
    skep_kernel_run reference; /* the plain variant: the truth the fast one is tested against */
    double rtol, atol;         /* run against reference; 0, 0: bit for bit */
    skep_kernel_cost cost;
    skep_kernel_value value;
    skep_kernel_run_many run_many; /* NULL: side by side is no faster */
};

/* The table, in the order of the documentation. */
size_t skep_kernel_count(void);
const struct skep_kernel *skep_kernel_at(size_t i);
const struct skep_kernel *skep_kernel_find(const char *name); /* NULL if there is none */
size_t skep_kernel_count_args(const struct skep_kernel *kernel);

/* Whether stop was asked for. Cheap: one relaxed load. */
static inline bool skep_call_is_stopped(const struct skep_call *call)
{
    return call->stop != NULL && atomic_load_explicit(call->stop, memory_order_relaxed) != 0;
}

/* The cost of a kernel that takes no memory and next to no time. */
void skep_cost_little(const struct skep_call *call, struct skep_cost *cost_out);

/* For rows whose value is always a number of this dtype. */
skep_status skep_value_f8(const struct skep_call *call, struct skep_view *value_out);
skep_status skep_value_i8(const struct skep_call *call, struct skep_view *value_out);
skep_status skep_value_u8(const struct skep_call *call, struct skep_view *value_out);
skep_status skep_value_b1(const struct skep_call *call, struct skep_view *value_out);
skep_status skep_value_unknown(const struct skep_call *call, struct skep_view *value_out); /* SKEP_EMPTY */

/* For the others: an array of this shape; and the number that an element of DTYPE becomes (i8 for i1 to i8,
 * u8 for u1 to u8, f8 for f4 and f8, b1).
 *
 *   SKEP_EMPTY   no array can have this shape */
skep_status skep_value_array(enum skep_dtype dtype, int ndim, const int64_t *shape,
                             struct skep_view *value_out);
skep_status skep_value_number(enum skep_dtype dtype, struct skep_view *value_out);

/* Refuse a call that cannot fit into what its arena has left, with the bytes named.
 *
 *   SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_call_check_room(const struct skep_call *call, const struct skep_kernel *kernel,
                                               struct skep_error *err);

/* Room for COUNT elements of SIZE bytes from the call's arena, contents arbitrary. SKEP_E_NOMEM when the
 * arena cannot hold it, with the bytes named. */
SKEP_MUST_USE skep_status skep_call_scratch(struct skep_call *call, int64_t count, size_t size,
                                            void **room_out, struct skep_error *err);

/* Memory for an array value of this dtype and shape; fills VALUE_OUT and gives the writable elements in
 * *DATA_OUT. Contents are arbitrary. SKEP_E_NOMEM when the arena cannot hold it, with the bytes named. */
SKEP_MUST_USE skep_status skep_call_output(struct skep_call *call, enum skep_dtype dtype, int ndim,
                                           const int64_t *shape, void **data_out,
                                           struct skep_value *value_out, struct skep_error *err);

#endif
