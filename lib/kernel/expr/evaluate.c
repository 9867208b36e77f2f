/* SPDX-License-Identifier: MIT */
/* The fast way: the program runs over one block after the other, so that everything between the arrays and
 * the result stays in the nearest cache, however large the arrays are.
 *
 * Blocks are multiples of 64 elements, as the loops want them; the last 64 overlap those before them where
 * something is left. Fewer than 64 in all are padded. Blocks of arrays that lie side by side are read where
 * they are, and the result is written where it belongs; other arrays are gathered block by block. */
#include <inttypes.h>
#include <string.h>

#include "kernel/expr/job.h"
#include "kernel/expr/program.h"
#include "kernel/expr/reduce.h"
#include "kernel/expr/scalar.h"
#include "kernel/expr/value.h"
#include "kernel/expr/window.h"

enum {
    CACHE_BYTES = 32 * 1024, /* what all blocks together may take, leaving some of 48 KiB for the rest */
    BLOCK_MAX = 2048,
    ELEMENT = 8,                   /* bytes, at most */
    STREAM_BYTES = 4 * 1024 * 1024 /* a result from this size on goes past the caches */
};

struct machine {
    struct skep_call *call;
    const struct skep_expr_job *job;
    struct skep_expr_program program;
    struct skep_expr_window *windows; /* of the inputs */
    void **slots;
    void **rooms; /* of the inputs: where blocks are gathered */
    void *result; /* a block */
    int64_t block;
    struct skep_error *err;
};

/* ---- set-up ---- */

/* Blocks take what the cache has, or where there are very many of them, the least size each. */
size_t skep_expr_evaluate_bytes(size_t length, int n_vars)
{
    size_t most_slots = (size_t)skep_expr_max_values(length) + 1;
    size_t most_inputs = (size_t)n_vars < length ? (size_t)n_vars : length;
    size_t least_blocks = most_slots * SKEP_EXPR_STEP * ELEMENT;

    return skep_expr_compile_bytes(length) + most_inputs * sizeof(struct skep_expr_window) +
           (most_slots + most_inputs) * sizeof(void *) +
           (least_blocks > CACHE_BYTES ? least_blocks : CACHE_BYTES) + BLOCK_MAX * ELEMENT;
}

/* As many elements as let all blocks fit the cache together: those of the program and those of the arrays
 * that stream through it. */
static int64_t choose_block(const struct skep_expr_program *p, int64_t count)
{
    int64_t n_blocks = p->n_registers + p->n_constants + 2 * p->n_inputs + 2;
    int64_t n = CACHE_BYTES / (n_blocks * ELEMENT);

    n = n > count ? count + SKEP_EXPR_STEP - 1 : n;
    n = n > BLOCK_MAX ? BLOCK_MAX : n;
    n -= n % SKEP_EXPR_STEP;
    return n < SKEP_EXPR_STEP ? SKEP_EXPR_STEP : n;
}

/* Fill a block with a constant, or keep one element of it. */
static void place_constant(struct machine *m, struct skep_expr_constant *constant, char *room)
{
    union skep_expr_number number = constant->number;

    if (!constant->is_block) {
        skep_expr_store((enum skep_dtype)constant->dtype, number, &constant->number, 0);
        m->slots[constant->slot] = &constant->number;
        return;
    }
    for (int64_t i = 0; i < m->block; i++) {
        skep_expr_store((enum skep_dtype)constant->dtype, number, room, i);
    }
    m->slots[constant->slot] = room;
}

static void place_slots(struct machine *m, char *room)
{
    const struct skep_expr_program *p = &m->program;
    int64_t size = m->block * ELEMENT;
    int first_register = SKEP_EXPR_SLOT_RESULT + 1 + p->n_inputs + p->n_constants;

    m->result = room;
    for (int i = 0; i < p->n_inputs; i++) {
        const struct skep_view *view = &m->job->tree.vars[p->inputs[i].array].view;
        m->rooms[i] = room += size;
        skep_expr_window_init(&m->windows[i], view, m->job->ndim, m->job->shape);
    }
    for (int i = 0; i < p->n_registers; i++) {
        m->slots[first_register + i] = room += size;
    }
    for (int i = 0; i < p->n_constants; i++) {
        room += p->constants[i].is_block ? size : 0;
        place_constant(m, &p->constants[i], room);
    }
}

static skep_status set_up(struct machine *m)
{
    const struct skep_expr_program *p = &m->program;
    int n_slots = SKEP_EXPR_SLOT_RESULT + 1 + p->n_inputs + p->n_constants + p->n_registers;
    int64_t blocks_bytes;
    size_t bytes;
    char *room;
    skep_status st;

    m->block = choose_block(p, m->job->count);
    blocks_bytes = m->block * ELEMENT * n_slots;
    bytes = (size_t)p->n_inputs * sizeof(struct skep_expr_window) +
            (size_t)(n_slots + p->n_inputs) * sizeof(void *);
    st = skep_call_scratch(m->call, 1, (size_t)blocks_bytes + bytes, (void **)&room, m->err);
    if (st != SKEP_OK) {
        return st;
    }
    m->windows = (struct skep_expr_window *)(void *)(room + blocks_bytes);
    m->slots = (void **)(m->windows + p->n_inputs);
    m->rooms = m->slots + n_slots;
    place_slots(m, room);
    return SKEP_OK;
}

/* ---- one block ---- */

/* An element of the block that starts at FIRST has no value if the divisor is 0 or the exponent negative. */
static skep_status check_defined(const struct machine *m, const struct skep_expr_step *step, int64_t first,
                                 int64_t n)
{
    struct skep_view view;
    union skep_expr_number x[2] = {{0}, {0}};

    skep_view_init(&view, m->slots[step->in[1]], (enum skep_dtype)step->work, 1, &n);
    for (int64_t i = 0; i < n; i++) {
        x[1] = skep_expr_load(&view, i);
        if (!skep_expr_is_defined((enum skep_expr_op)step->op, (enum skep_dtype)step->work, x)) {
            return skep_expr_fail(&m->job->tree, step->at, SKEP_E_NUMERIC, m->err, "%s (element %" PRId64 ")",
                                  skep_expr_undefined_words((enum skep_expr_op)step->op), first + i);
        }
    }
    return SKEP_OK;
}

/* Point the slots of the inputs to elements FIRST to FIRST + N - 1, followed by others up to N_PADDED. */
static void load_inputs(const struct machine *m, int64_t first, int64_t n, int64_t n_padded)
{
    for (int i = 0; i < m->program.n_inputs; i++) {
        const struct skep_expr_window *window = &m->windows[i];
        void **slot = &m->slots[m->program.inputs[i].slot];

        if (window->is_direct && n == n_padded) {
            int64_t size = (int64_t)skep_dtype_size((enum skep_dtype)window->dtype);
            *slot = (void *)((uintptr_t)window->data + (uintptr_t)(first * size)); /* steps only read it */
            continue;
        }
        skep_expr_window_read(window, first, n, n_padded, m->rooms[i]);
        *slot = m->rooms[i];
    }
}

static skep_status run_block(const struct machine *m, int64_t first, int64_t n, int64_t n_padded)
{
    load_inputs(m, first, n, n_padded);
    for (int i = 0; i < m->program.n_steps; i++) {
        const struct skep_expr_step *step = &m->program.steps[i];
        void *out = m->slots[step->out];
        const void *a = m->slots[step->in[0]];
        const void *b = m->slots[step->in[1]];
        skep_status st = skep_call_is_stopped(m->call) ? SKEP_STOPPED : SKEP_OK;

        if (st == SKEP_OK && step->is_partial) {
            st = check_defined(m, step, first, n);
        }
        if (st != SKEP_OK) {
            return st;
        }
        if (step->kind == SKEP_EXPR_STEP_LOOP) {
            step->loop(out, a, b, m->slots[step->in[2]], n_padded);
        } else if (step->kind == SKEP_EXPR_STEP_MAP) {
            step->map(a, out, n_padded);
        } else {
            step->map2(a, b, out, n_padded);
        }
    }
    return SKEP_OK;
}

/* ---- all blocks ---- */

/* A stretch of the result: elements first to first + n - 1, the SKIPPED first of which were computed before.
 * N is a multiple of the step but where there are fewer elements in all. */
struct stretch {
    int64_t first, n, skipped;
};

/* What comes after DONE elements: whole blocks, then what fills steps, then the last step once more, so that
 * it ends with the last element. */
static struct stretch next_stretch(const struct machine *m, int64_t done)
{
    int64_t rest = m->job->count - done;

    if (rest >= m->block) {
        return (struct stretch){done, m->block, 0};
    }
    if (rest >= SKEP_EXPR_STEP) {
        return (struct stretch){done, rest - rest % SKEP_EXPR_STEP, 0};
    }
    if (done == 0) {
        return (struct stretch){0, rest, 0};
    }
    return (struct stretch){m->job->count - SKEP_EXPR_STEP, SKEP_EXPR_STEP, SKEP_EXPR_STEP - rest};
}

static int64_t padded(int64_t n)
{
    return (n + SKEP_EXPR_STEP - 1) / SKEP_EXPR_STEP * SKEP_EXPR_STEP;
}

static skep_status run_stretch(const struct machine *m, const struct stretch *s)
{
    return run_block(m, s->first, s->n, padded(s->n));
}

static skep_status fill_array(struct machine *m, char *out)
{
    struct skep_expr_program *p = &m->program;
    int64_t size = (int64_t)skep_dtype_size(p->dtype);
    bool streams = m->job->count * size >= STREAM_BYTES && p->streaming != NULL;
    skep_status st = SKEP_OK;

    for (int64_t done = 0; st == SKEP_OK && done < m->job->count;) {
        struct stretch s = next_stretch(m, done);
        bool is_short = s.n % SKEP_EXPR_STEP != 0;
        char *to = out + s.first * size;

        if (streams) {
            p->last->loop = s.skipped == 0 ? p->streaming : p->loop;
        }
        m->slots[SKEP_EXPR_SLOT_RESULT] = is_short ? m->result : to;
        st = run_stretch(m, &s);
        if (is_short) {
            memcpy(to, m->result, (size_t)(s.n * size));
        }
        done = s.first + s.n;
    }
    if (streams) {
        atomic_thread_fence(memory_order_seq_cst); /* such stores are not ordered by themselves */
    }
    return st;
}

static skep_status reduce_blocks(struct machine *m, struct skep_expr_reduction *r)
{
    skep_status st = SKEP_OK;

    m->slots[SKEP_EXPR_SLOT_RESULT] = m->result;
    for (int64_t done = 0; st == SKEP_OK && done < m->job->count;) {
        struct stretch s = next_stretch(m, done);
        st = run_stretch(m, &s);
        if (st == SKEP_OK) {
            skep_expr_reduction_add(r, m->result, s.skipped, s.n - s.skipped, padded(s.n));
        }
        done = s.first + s.n;
    }
    return st;
}

/* Quickly, and once more exactly in the rare case that this leaves a doubt about the last bit. */
static skep_status reduce_array(struct machine *m, enum skep_cpu_level level, struct skep_value *value_out)
{
    struct skep_expr_reduction r;
    bool is_unsure = true;
    skep_status st = SKEP_OK;
    void *block;

    st = skep_call_scratch(m->call, m->block, ELEMENT, &block, m->err);
    for (int is_quick = 1; st == SKEP_OK && is_unsure && is_quick >= 0; is_quick--) {
        skep_expr_reduction_init(&r, m->job->reduce, m->program.dtype, level, is_quick != 0, block);
        st = reduce_blocks(m, &r);
        st = st == SKEP_OK ? skep_expr_reduction_read(&r, m->job->count, value_out, &is_unsure, m->err) : st;
    }
    return st;
}

skep_status skep_expr_evaluate(struct skep_call *call, const struct skep_expr_job *job,
                               enum skep_cpu_level level, struct skep_value *value_out,
                               struct skep_error *err)
{
    bool is_reduced = job->reduce != SKEP_EXPR_REDUCE_NONE;
    enum skep_dtype dtype = skep_expr_result_dtype(job);
    struct machine m;
    void *out;
    skep_status st;

    m.call = call;
    m.job = job;
    m.err = err;
    st = skep_expr_compile(call, &job->tree,
                           is_reduced ? skep_expr_reduce_dtype(job->reduce, dtype) : SKEP_DTYPE_NONE, level,
                           &m.program, err);
    st = st == SKEP_OK ? set_up(&m) : st;
    if (st != SKEP_OK) {
        return st;
    }
    if (is_reduced) {
        return reduce_array(&m, level, value_out);
    }
    st = skep_call_output(call, dtype, job->ndim, job->shape, &out, value_out, err);
    return st == SKEP_OK ? fill_array(&m, out) : st;
}
