/* SPDX-License-Identifier: MIT */
#include "kernel/expr/program.h"

#include <assert.h>

#include "kernel/expr/scalar.h"
#include "kernel/expr/value.h"

struct compiler {
    struct skep_expr_values values;
    struct skep_expr_program *program;
    const struct skep_expr_loops *loops;
    const struct skep_vmath *vmath;
    int16_t root;
    uint16_t *free_slots; /* registers that nobody reads any more, a stack */
    int n_free, first_register;
};

size_t skep_expr_compile_bytes(size_t length)
{
    size_t n = (size_t)skep_expr_max_values(length);

    return n * (sizeof(struct skep_expr_value) + sizeof(struct skep_expr_step) +
                sizeof(struct skep_expr_input) + sizeof(struct skep_expr_constant) + 2 * sizeof(uint16_t));
}

/* ---- who needs what ---- */

static bool is_leaf(const struct skep_expr_value *v)
{
    return v->op == SKEP_EXPR_NUMBER || v->op == SKEP_EXPR_ARRAY;
}

static bool is_constant(const struct compiler *c, int16_t v)
{
    return v >= 0 && c->values.items[v].op == SKEP_EXPR_NUMBER;
}

/* Whether elements of V may have no value: a division of whole numbers, or a power. */
static bool may_fail(const struct skep_expr_value *v)
{
    return (v->work == SKEP_I4 || v->work == SKEP_I8) &&
           (v->op == SKEP_EXPR_FLOOR_DIVIDE || v->op == SKEP_EXPR_REMAINDER || v->op == SKEP_EXPR_POWER);
}

/* Set last_use of all values that the root needs, from the root down. What may fail is computed even if
 * nobody needs it, so that an error does not come and go with what is folded. */
static void find_last_uses(struct compiler *c)
{
    struct skep_expr_value *items = c->values.items;

    items[c->root].last_use = INT16_MAX; /* the result outlives all steps */
    for (int v = c->values.n - 1; v >= 0; v--) {
        if (items[v].last_use < 0 && may_fail(&items[v])) {
            items[v].last_use = (int16_t)v;
        }
        if (items[v].last_use < 0 || is_leaf(&items[v])) {
            continue;
        }
        for (int i = 0; i < SKEP_EXPR_MAX_OPERANDS; i++) {
            int16_t in = items[v].in[i];
            if (in >= 0 && items[in].last_use < 0) {
                items[in].last_use = (int16_t)v;
            }
        }
    }
}

/* ---- slots ---- */

/* Slots for the inputs and constants, which come before those of registers. */
static void place_leaves(struct compiler *c)
{
    struct skep_expr_program *p = c->program;
    uint16_t slot = SKEP_EXPR_SLOT_RESULT + 1;

    for (int i = 0; i < c->values.n; i++) {
        struct skep_expr_value *v = &c->values.items[i];
        if (v->last_use < 0 || !is_leaf(v)) {
            continue;
        }
        v->slot = slot++;
        if (v->op == SKEP_EXPR_ARRAY) {
            p->inputs[p->n_inputs++] =
                (struct skep_expr_input){.array = (int)v->array, .slot = v->slot, .dtype = v->dtype};
            continue;
        }
        p->constants[p->n_constants++] =
            (struct skep_expr_constant){.number = v->number, .slot = v->slot, .dtype = v->dtype};
    }
    c->first_register = slot;
}

static void release_operands(struct compiler *c, int v)
{
    const struct skep_expr_value *items = c->values.items;

    for (int i = 0; i < SKEP_EXPR_MAX_OPERANDS; i++) {
        int16_t in = items[v].in[i];
        bool is_repeated = (i > 0 && in == items[v].in[0]) || (i > 1 && in == items[v].in[1]);
        if (in >= 0 && !is_repeated && !is_leaf(&items[in]) && items[in].last_use == v) {
            c->free_slots[c->n_free++] = items[in].slot;
        }
    }
}

/* A register for the result of V. It may be that of an operand which is read for the last time, where the
 * elements have one size, so that writing never runs ahead of reading. */
static void place_result(struct compiler *c, int v, bool is_in_place)
{
    if (is_in_place) {
        release_operands(c, v);
    }
    if (v == c->root) {
        c->values.items[v].slot = SKEP_EXPR_SLOT_RESULT;
    } else if (c->n_free > 0) {
        c->values.items[v].slot = c->free_slots[--c->n_free];
    } else {
        c->values.items[v].slot = (uint16_t)(c->first_register + c->program->n_registers++);
    }
    if (!is_in_place) {
        release_operands(c, v);
    }
    if (c->values.items[v].last_use == v) {
        c->free_slots[c->n_free++] = c->values.items[v].slot; /* nobody needs it */
    }
}

/* ---- steps ---- */

/* From now on the constant V fills a block. */
static void fill_block(struct compiler *c, int16_t v)
{
    for (int i = 0; i < c->program->n_constants; i++) {
        if (c->program->constants[i].slot == c->values.items[v].slot) {
            c->program->constants[i].is_block = true;
        }
    }
}

/* The form of the loop for V: one for its constants if there is such, else constants become blocks. */
static enum skep_expr_form choose_form(struct compiler *c, const struct skep_expr_value *v)
{
    const skep_expr_loop *forms = c->loops->ops[v->op][v->work];
    int last = skep_expr_ops[v->op].operands - 1;
    enum skep_expr_form form = SKEP_EXPR_FORM_ALL;

    if (c->program->n_constants == 0) {
        return form;
    }
    if (is_constant(c, v->in[last])) {
        form = SKEP_EXPR_FORM_LAST;
    } else if (last > 0 && is_constant(c, v->in[last - 1])) {
        form = SKEP_EXPR_FORM_BEFORE;
    }
    if (forms[form] == NULL) {
        form = SKEP_EXPR_FORM_ALL;
    }
    for (int i = 0; i <= last; i++) {
        bool stands =
            (form == SKEP_EXPR_FORM_LAST && i == last) || (form == SKEP_EXPR_FORM_BEFORE && i == last - 1);
        if (!stands && is_constant(c, v->in[i])) {
            fill_block(c, v->in[i]);
        }
    }
    return form;
}

static void choose_loop(struct compiler *c, const struct skep_expr_value *v, struct skep_expr_step *step)
{
    enum skep_expr_form form = choose_form(c, v);

    step->kind = SKEP_EXPR_STEP_LOOP;
    step->loop = c->loops->ops[v->op][v->work][form];
    assert(step->loop != NULL);
    if (v == &c->values.items[c->root]) {
        c->program->last = step;
        c->program->loop = step->loop;
        c->program->streaming =
            c->loops->streams != NULL ? c->loops->streams->ops[v->op][v->work][form] : NULL;
    }
}

static void choose_cast(const struct compiler *c, const struct skep_expr_value *v,
                        struct skep_expr_step *step)
{
    step->kind = SKEP_EXPR_STEP_LOOP;
    step->loop = c->loops->casts[v->work][v->dtype];
    assert(step->loop != NULL);
}

static void choose_map(struct compiler *c, const struct skep_expr_value *v, struct skep_expr_step *step)
{
    step->map = skep_expr_map(c->vmath, (enum skep_expr_op)v->op);
    step->kind = SKEP_EXPR_STEP_MAP;
    if (step->map == NULL) {
        step->map2 = skep_expr_map2(c->vmath, (enum skep_expr_op)v->op);
        step->kind = SKEP_EXPR_STEP_MAP2;
    }
    for (int i = 0; i < skep_expr_ops[v->op].operands; i++) {
        if (is_constant(c, v->in[i])) {
            fill_block(c, v->in[i]);
        }
    }
}

static bool is_map(const struct skep_expr_value *v)
{
    return v->work == SKEP_F8 && (v->op >= SKEP_EXPR_EXP || v->op == SKEP_EXPR_POWER);
}

static void add_step(struct compiler *c, int at)
{
    const struct skep_expr_value *v = &c->values.items[at];
    struct skep_expr_step *step = &c->program->steps[c->program->n_steps++];
    bool has_one_size =
        skep_dtype_size((enum skep_dtype)v->work) == skep_dtype_size((enum skep_dtype)v->dtype);

    *step = (struct skep_expr_step){
        .op = v->op, .work = v->work, .at = v->at, .is_partial = may_fail(v) && !is_constant(c, v->in[1])};
    for (int i = 0; i < SKEP_EXPR_MAX_OPERANDS; i++) {
        step->in[i] = v->in[i] >= 0 ? c->values.items[v->in[i]].slot : 0;
    }
    if (v->op == SKEP_EXPR_CAST) {
        choose_cast(c, v, step);
    } else if (is_map(v)) {
        choose_map(c, v, step);
    } else {
        choose_loop(c, v, step);
    }
    place_result(c, at, has_one_size && v->op != SKEP_EXPR_WHERE && step->kind != SKEP_EXPR_STEP_MAP2);
    step->out = c->values.items[at].slot;
}

/* The root is a leaf: its elements are copied. */
static void add_copy(struct compiler *c)
{
    const struct skep_expr_value *v = &c->values.items[c->root];

    c->program->steps[c->program->n_steps++] =
        (struct skep_expr_step){.kind = SKEP_EXPR_STEP_LOOP,
                                .op = SKEP_EXPR_PLUS,
                                .work = v->dtype,
                                .out = SKEP_EXPR_SLOT_RESULT,
                                .in = {v->slot, 0, 0},
                                .loop = c->loops->ops[SKEP_EXPR_PLUS][v->dtype][SKEP_EXPR_FORM_ALL]};
    if (v->op == SKEP_EXPR_NUMBER) {
        fill_block(c, c->root);
    }
}

/* A whole number divided by the constant 0 has no value, whatever it is. Checked once, not in each block. */
static skep_status check_divisor(const struct compiler *c, const struct skep_expr_value *v,
                                 struct skep_error *err)
{
    union skep_expr_number x[2] = {{0}, {0}};

    if (may_fail(v) && is_constant(c, v->in[1])) {
        x[1] = c->values.items[v->in[1]].number;
        if (!skep_expr_is_defined((enum skep_expr_op)v->op, (enum skep_dtype)v->work, x)) {
            return skep_expr_fail(c->values.tree, v->at, SKEP_E_NUMERIC, err, "%s",
                                  skep_expr_undefined_words((enum skep_expr_op)v->op));
        }
    }
    return SKEP_OK;
}

/* ---- all of it ---- */

static skep_status take_room(struct skep_call *call, struct compiler *c, struct skep_error *err)
{
    size_t n = (size_t)skep_expr_max_values(c->values.tree->length);
    struct skep_expr_program *p = c->program;
    void *room;
    skep_status st = skep_call_scratch(call, 1, skep_expr_compile_bytes(c->values.tree->length), &room, err);

    if (st == SKEP_OK) {
        c->values.items = room; /* in the order of their alignment */
        p->steps = (struct skep_expr_step *)(c->values.items + n);
        p->constants = (struct skep_expr_constant *)(p->steps + n);
        p->inputs = (struct skep_expr_input *)(p->constants + n);
        c->values.of_node = (int16_t *)(p->inputs + n);
        c->free_slots = (uint16_t *)(c->values.of_node + n);
        c->values.max = (int)n;
    }
    return st;
}

skep_status skep_expr_compile(struct skep_call *call, const struct skep_expr_tree *tree,
                              enum skep_dtype wanted, enum skep_cpu_level level,
                              struct skep_expr_program *program_out, struct skep_error *err)
{
    struct compiler c;
    skep_status st;

    *program_out = (struct skep_expr_program){0};
    c.program = program_out;
    c.loops = skep_expr_loops_at(level);
    c.vmath = skep_vmath_at(level);
    c.values.tree = tree;
    c.n_free = 0;
    st = take_room(call, &c, err);
    if (st != SKEP_OK) {
        return st;
    }
    skep_expr_values_make(&c.values, wanted);
    c.root = c.values.root;
    program_out->dtype = (enum skep_dtype)c.values.items[c.root].dtype;
    find_last_uses(&c);
    place_leaves(&c);
    for (int v = 0; st == SKEP_OK && v < c.values.n; v++) {
        const struct skep_expr_value *value = &c.values.items[v];
        if (value->last_use >= 0 && !is_leaf(value)) {
            st = check_divisor(&c, value, err);
            add_step(&c, v);
        }
    }
    if (is_leaf(&c.values.items[c.root])) {
        add_copy(&c);
    }
    return st;
}
