/* SPDX-License-Identifier: MIT */
/* How many, roughly, in a register of a few bits: R. Morris, "Counting large numbers of events in small
 * registers" (1978); P. Flajolet, "Approximate counting: a detailed analysis" (1985).
 *
 * The register c starts at 0; an event raises it by one with probability q^c, q = a / (a + 1), and
 * a ((1 + 1/a)^c - 1) is an unbiased estimate of the number of events. A register cannot remember which
 * events raised it, so no merging of registers gives the bits of the whole's. What is promised is the next
 * best: the merged register has the distribution of the whole's, exactly.
 *
 * Shapes: x of any rank, its elements are events whatever they hold, NaN too; state (2): a and c. No events:
 * c = 0. */
#include "kernel/kernel.h"

#include <inttypes.h>
#include <math.h>

#include "kernel/math/elementary.h"
#include "kernel/math/philox.h"
#include "kernel/sketches/states.h"

enum { ARG_N, ARG_X, ARG_A, ARG_MERGE, ARG_VALUE };
enum { VALUE_ESTIMATE, VALUE_STATE };
enum { STREAM_EVENTS };

enum {
    MORRIS_MOST_A = 1000000,
    MORRIS_MOST_C = 100, /* times a: where the estimate is some 10^43 a */
    MORRIS_DRAWS = 4096  /* between two looks at stop */
};

static const char *const value_choices[] = {"estimate", "state", NULL};

static const struct skep_arg_spec morris_args[] = {
    {.name = "n", .kind = SKEP_ARG_U64, .help = "So many events are counted; n or x, or something to merge."},
    SKEP_SKETCH_ARG_X,
    {.name = "a",
     .kind = SKEP_ARG_I64,
     .default_text = "1000",
     .least = 1,
     .most = MORRIS_MOST_A,
     .help = "Standard error 1 / sqrt(2 a); absent with merge: that of the states."},
    SKEP_SKETCH_ARG_MERGE,
    {.name = "value",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "estimate",
     .choices = value_choices,
     .help = "Give the number of events, or the state, to be merged later."},
    {0},
};

struct morris {
    const struct skep_call *call;
    struct skep_philox philox;
    int64_t a; /* 0: not known yet */
    int64_t c;
};

/* q^D by repeated squaring. */
static double morris_power(int64_t a, int64_t d)
{
    double power = 1.0;
    double square = (double)a / (double)(a + 1);

    for (; d > 0; d >>= 1) {
        power *= d & 1 ? square : 1.0;
        square *= square;
    }
    return power;
}

/* ln(1 - p), for small p too (the rounding of 1 - p is taken out: W. Kahan). */
static double ln_1_minus(double p)
{
    double rest = 1.0 - p;

    return rest == 1.0 ? -p : skep_ln(rest) * (p / (1.0 - rest));
}

/* The first event that raises the register, counted from 1, when each does with probability P. */
static double morris_wait(struct morris *m, double p)
{
    if (p >= 1.0) {
        return 1.0;
    }
    return 1.0 + floor(skep_ln(1.0 - skep_philox_next_f64(&m->philox)) / ln_1_minus(p));
}

static skep_status morris_count(struct morris *m, uint64_t n)
{
    double q = (double)m->a / (double)(m->a + 1);
    double p = morris_power(m->a, m->c);

    for (int64_t draws = 0;; draws++) {
        double wait = morris_wait(m, p);
        if (draws % MORRIS_DRAWS == 0 && skep_call_is_stopped(m->call)) {
            return SKEP_STOPPED;
        }
        if (wait >= 0x1p64 || (uint64_t)wait > n) {
            return SKEP_OK;
        }
        n -= (uint64_t)wait;
        m->c++;
        p *= q;
    }
}

/* An event that raised the smaller register from i to i + 1 had a chance below q^i; given that, it raises the
 * larger one with probability q^(c - i). The others would have raised neither. */
static skep_status morris_merge(struct morris *m, int64_t c)
{
    double q = (double)m->a / (double)(m->a + 1);
    int64_t smaller = c < m->c ? c : m->c;
    double p;

    m->c = c < m->c ? m->c : c;
    p = morris_power(m->a, m->c);
    for (int64_t i = 0; i < smaller; i++) {
        if (i % MORRIS_DRAWS == 0 && skep_call_is_stopped(m->call)) {
            return SKEP_STOPPED;
        }
        if (skep_philox_next_f64(&m->philox) < p) {
            m->c++;
            p *= q;
        }
        p /= q;
    }
    return SKEP_OK;
}

static skep_status morris_take_state(void *context, int64_t at, const int64_t *elements, int64_t n,
                                     struct skep_error *err)
{
    struct morris *m = context;

    (void)at;
    (void)n;
    if (m->a == 0) {
        m->a = elements[0];
    }
    if (elements[0] != m->a || m->a < 1 || m->a > MORRIS_MOST_A) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "a state of merge has the base a = %" PRId64 ", wanted is %" PRId64,
                              elements[0], m->a);
    }
    if (elements[1] > MORRIS_MOST_C * m->a) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "a state of merge has the register %" PRId64 ", which no count reaches",
                              elements[1]);
    }
    return morris_merge(m, elements[1]);
}

static skep_status morris_open(const struct skep_call *call, struct skep_states *states, int64_t *a_out,
                               struct skep_error *err)
{
    const struct skep_arg *args = call->args;
    const struct skep_arg *events = args[ARG_N].is_given ? &args[ARG_N] : &args[ARG_X];
    skep_status st;

    if (!events->is_given && !args[ARG_MERGE].is_given) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "give n, or x, or states to merge");
    }
    st = skep_states_init(states, events, &args[ARG_MERGE], 1, err);
    if (st == SKEP_OK && states->n_arrays > 0 && states->shape[0] != 2) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "a state of morris is a and c, those of merge have %" PRId64 " elements",
                              states->shape[0]);
    }
    states->most = (int64_t)MORRIS_MOST_C * MORRIS_MOST_A;
    *a_out = states->n_arrays > 0 && !args[ARG_A].is_given ? 0 : args[ARG_A].i64;
    return st;
}

static skep_status morris_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    const struct skep_arg *args = call->args;
    struct morris m = {.call = call};
    struct skep_states states;
    skep_status st = morris_open(call, &states, &m.a, err);

    skep_philox_init(&m.philox, call->stream, STREAM_EVENTS);
    if (st == SKEP_OK) {
        st = skep_states_read(call, &states, morris_take_state, &m, err);
    }
    if (m.a == 0) {
        m.a = args[ARG_A].i64; /* no state at all */
    }
    if (st == SKEP_OK && args[ARG_N].is_given) {
        st = morris_count(&m, args[ARG_N].u64);
    }
    if (st == SKEP_OK && args[ARG_X].is_given) {
        st = morris_count(&m, (uint64_t)skep_view_count(&args[ARG_X].view));
    }
    if (st != SKEP_OK) {
        return st;
    }
    if (args[ARG_VALUE].choice == VALUE_STATE) {
        void *state;
        st = skep_call_output(call, SKEP_U4, 1, (const int64_t[]){2}, &state, value_out, err);
        if (st == SKEP_OK) {
            ((uint32_t *)state)[0] = (uint32_t)m.a;
            ((uint32_t *)state)[1] = (uint32_t)m.c;
        }
        return st;
    }
    *value_out = (struct skep_value){
        .kind = SKEP_VALUE_F64,
        .f64 = (double)m.a * (1.0 / morris_power(m.a, m.c) - 1.0),
    };
    return SKEP_OK;
}

/* A draw for each step of the register, which is at a ln(1 + n / a) in the end; as many for a state. */
static void morris_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    const struct skep_arg *args = call->args;
    double a = (double)args[ARG_A].i64;
    double n = skep_sketch_count(&args[ARG_X]) + (args[ARG_N].is_given ? (double)args[ARG_N].u64 : 0.0);
    double n_states = 0.0;

    for (int64_t i = 0; args[ARG_MERGE].is_given && i < args[ARG_MERGE].arrays.n; i++) {
        n_states += (double)skep_view_count(&args[ARG_MERGE].arrays.items[i].view) / 2.0;
    }
    *cost_out = (struct skep_cost){
        .bytes = args[ARG_VALUE].choice == VALUE_STATE ? 64.0 : 0.0,
        .seconds = 5e-8 * a * (skep_ln(1.0 + n / a) + 10.0 * n_states) + 1e-6,
    };
}

static skep_status morris_value(const struct skep_call *call, struct skep_view *value_out)
{
    const int64_t n = 2;

    return call->args[ARG_VALUE].choice == VALUE_ESTIMATE ? skep_value_number(SKEP_F8, value_out)
                                                          : skep_value_array(SKEP_U4, 1, &n, value_out);
}

static const char *const morris_description[] = {
    "A count of events in a small register c (R. Morris, \"Counting large numbers of events in small "
    "registers\", "
    "1978; P. Flajolet, \"Approximate counting: a detailed analysis\", 1985): each event raises c by one "
    "with "
    "probability q^c, q = a / (a + 1), and a ((1 + 1/a)^c - 1) is the estimate. Events are n, and the "
    "elements of x, "
    "whatever they hold.",
    "Accuracy: the estimate is unbiased, and its variance is N (N - 1) / (2 a) for N events: a standard "
    "error of "
    "1 / sqrt(2 a), 2.2% for a = 1000. c is near a ln(1 + N / a).",
    "Chance is the task's stream 0: another index or seed gives another estimate. The waiting time for each "
    "step of the "
    "register is drawn, not each event, so the time grows with a ln(1 + N / a). There is one variant.",
    "The order of events plays no part. Merging gives a register with exactly the distribution of the "
    "register of the "
    "whole, not its bits: which events raised a register cannot be told from it, so of the sketches here "
    "this is the "
    "one that is not the same to the bit when it is made in parts. Merge states in one order and with one "
    "seed, and the "
    "merged one is the same to the bit. States that are merged must come from different streams (tasks of a "
    "job have).",
    "With value \"state\" a and c are given, for `merge` of another task.",
    NULL,
};

const struct skep_kernel skep_kernel_morris = {
    .name = "morris",
    .version = 1,
    .summary = "Number of events, in a register of a few bits",
    .description = morris_description,
    .args = morris_args,
    .value_text = "number: the estimate; with value \"state\" u4[2]: a and c",
    .performance = "A draw for each step of the register, a ln(1 + N / a), whatever the length of x. N = "
                   "10^9 with a = 1000 takes 0.7 ms "
                   "on one core of an Intel Xeon (Sapphire Rapids class). Merging takes a draw for each step "
                   "of the smaller register.",
    .example = "{\"kernel\":\"morris\",\"args\":{\"n\":1000000},\"seed\":1}",
    .is_random = true,
    .run = morris_run,
    .reference = morris_run,
    .cost = morris_cost,
    .value = morris_value,
};
