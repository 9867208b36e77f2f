/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_STATUS_H
#define SKEP_BASE_STATUS_H

/* Every outcome that crosses a function boundary, in one list.
 *
 *   name, number, kind, word, text
 *
 * The kind is the retry policy: TRANSIENT outcomes are tried again, FINAL ones are not. The word is what
 * people and programs see: the `cause` of a failed task, the label of a metric. Numbers have gaps and are
 * never reused.
 *
 * To add one: a row here, a line in docs/protocol.md if a task can fail with it, and nothing else. */
#define SKEP_STATUS_MAP(X)                                                                                   \
    X(OK, 0, FINAL, "ok", "success")                                                                         \
    X(EMPTY, 1, TRANSIENT, "empty", "nothing came in time")                                                  \
    X(STOPPED, 2, TRANSIENT, "stopped", "told to stop before it was done")                                   \
    X(E_NOMEM, 10, TRANSIENT, "out-of-memory", "memory could not be had")                                    \
    X(E_IO, 11, TRANSIENT, "io", "input or output failed")                                                   \
    X(E_USAGE, 12, FINAL, "usage", "a setting or an argument is wrong")                                      \
    X(E_LIMIT, 13, FINAL, "limit", "larger than allowed")                                                    \
    /* Redis and the way to it. */                                                                           \
    X(E_UNREACHABLE, 30, TRANSIENT, "redis-unreachable", "the Redis server cannot be reached")               \
    X(E_UNWELL, 31, TRANSIENT, "redis-unwell", "the Redis server cannot serve just now")                     \
    X(E_REFUSED, 32, FINAL, "redis-refused", "the Redis server refused")                                     \
    X(E_PROTOCOL, 33, FINAL, "redis-protocol", "the Redis server answered something unexpected")             \
    X(E_FENCED, 34, FINAL, "fenced", "this worker was declared dead and what it held was given to others")   \
    X(E_FULL, 35, TRANSIENT, "queue-full", "the queue has reached its limit")                                \
    X(E_CONFLICT, 36, FINAL, "conflict", "somebody else is doing the same")                                  \
    /* Causes of failed tasks: a closed list, on the wire. */                                                \
    X(E_BAD_RECORD, 100, FINAL, "bad-record", "the record is not a task")                                    \
    X(E_BAD_ARGS, 101, FINAL, "bad-args", "the arguments do not fit the kernel")                             \
    X(E_UNKNOWN_KERNEL, 102, FINAL, "unknown-kernel", "no kernel of this name")                              \
    X(E_ARRAY_MISSING, 103, FINAL, "array-missing", "an input array cannot be found")                        \
    X(E_ARRAY_INVALID, 104, FINAL, "array-invalid", "an input array cannot be used")                         \
    X(E_INPUT_CHANGED, 105, FINAL, "input-changed", "an input array changed while it was in use")            \
    X(E_KERNEL, 106, TRANSIENT, "kernel-error", "the kernel failed")                                         \
    X(E_KERNEL_FINAL, 107, FINAL, "kernel-final", "the kernel failed and says that trying again is useless") \
    X(E_NUMERIC, 108, FINAL, "numeric", "the computation left the range of its numbers")                     \
    X(E_TIMEOUT, 109, TRANSIENT, "timeout", "the time limit passed")                                         \
    X(E_MEMORY_LIMIT, 110, TRANSIENT, "memory-limit", "the memory limit was reached")                        \
    X(E_CRASH, 111, FINAL, "crash", "the process died while it ran this task")                               \
    X(E_LOST_WORKER, 112, FINAL, "lost-worker", "the worker vanished while it ran this task")                \
    X(E_EXPIRED, 113, FINAL, "expired", "its time to run was over before it was taken")                      \
    X(E_CANCELLED, 114, FINAL, "cancelled", "cancelled")                                                     \
    X(E_OUTPUT, 115, TRANSIENT, "output-error", "the output could not be written")

#define SKEP_STATUS_ENUM(name, number, kind, word, text) SKEP_##name = number,
typedef enum { SKEP_STATUS_MAP(SKEP_STATUS_ENUM) } skep_status;
#undef SKEP_STATUS_ENUM

enum skep_status_kind { SKEP_TRANSIENT, SKEP_FINAL };

#define SKEP_MUST_USE __attribute__((warn_unused_result))

/* The row's columns. A number that is no row gives FINAL, "unknown", "unknown status". */
enum skep_status_kind skep_status_kind(skep_status status);
const char *skep_status_word(skep_status status);
const char *skep_status_text(skep_status status);

#endif
