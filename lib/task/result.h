/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_RESULT_H
#define SKEP_TASK_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "task/record.h"

/* What became of one task: the JSON object that is pushed to the output list. Plain data; strings are
 * borrowed. */

enum skep_result_value_kind {
    SKEP_RESULT_NULL,
    SKEP_RESULT_BOOL,
    SKEP_RESULT_I64,
    SKEP_RESULT_U64,
    SKEP_RESULT_F64,
    SKEP_RESULT_ARRAY, /* inline, nested lists */
    SKEP_RESULT_JSON,  /* text that is JSON already */
    SKEP_RESULT_FILE   /* went to a file: {"path":...,"dtype":...,"shape":[...]} */
};

struct skep_result_value {
    enum skep_result_value_kind kind;
    union {
        bool boolean;
        int64_t i64;
        uint64_t u64;
        double f64;
    };
    struct skep_view view; /* ARRAY and FILE (data not used) */
    const char *text;      /* JSON: the text; FILE: the path as the task named it */
    size_t length;
};

struct skep_usage {
    double run_s; /* wall time of the attempt */
    double user_s, system_s;
    int64_t peak_rss_bytes;
    int64_t minor_faults, major_faults;
    int64_t voluntary_switches, involuntary_switches; /* it waited; somebody else was to run */
};

/* The end of what an attempt has printed to one of its outputs. */
struct skep_result_output {
    const char *text; /* anybody's bytes */
    size_t n;         /* 0: nothing */
    uint64_t total_n; /* so much was printed; above n: what came before is lost */
};
enum { SKEP_RESULT_STDOUT, SKEP_RESULT_STDERR, SKEP_RESULT_OUTPUTS };

struct skep_result {
    const char *id; /* never NULL */
    bool has_index;
    uint64_t index;
    const char *job;    /* NULL: absent */
    const char *kernel; /* NULL: the record could not be read */
    int kernel_version; /* 0: not known */
    bool is_ok;
    struct skep_result_value value; /* when ok */
    skep_status cause;              /* when not ok */
    const char *message;            /* when not ok */
    unsigned attempt;
    const char *worker;
    int slot;
    const char *host;
    int64_t queued_ms, started_ms, finished_ms; /* wall; 0: not known, written as null */
    struct skep_usage usage;
    const struct skep_node *meta;            /* NULL: absent */
    const struct skep_result_output *output; /* SKEP_RESULT_OUTPUTS of them; NULL: nothing was printed */
};

/* Append the result as one line of JSON without a newline. */
void skep_result_write(struct skep_buf *buf, const struct skep_result *result);

/* Its value alone. */
void skep_result_write_value(struct skep_buf *buf, const struct skep_result_value *value);

#endif
