/* SPDX-License-Identifier: MIT */
/* Arithmetic over whole arrays, written as in Python: text (scan.c, parse.c) becomes a tree, the tree gets
 * NumPy's dtypes (check.c), then a flat program of loops over blocks that fit the nearest cache (value.c,
 * program.c), which runs over the arrays (evaluate.c). The plain way walks the tree for each element
 * (reference.c). Bit for bit they give the same, but for the sign and payload of a NaN. */
#include "kernel/kernel.h"

#include "kernel/expr/check.h"
#include "kernel/expr/job.h"
#include "kernel/expr/parse.h"
#include "kernel/expr/reduce.h"

enum { ARG_EXPR, ARG_VARS, ARG_REDUCE };

static const char *const reduce_choices[] = {"none", "sum", "mean", "min", "max", NULL};

static const struct skep_arg_spec expr_args[] = {
    {.name = "expr",
     .kind = SKEP_ARG_TEXT,
     .is_required = true,
     .help = "What is computed for each element, at most 8000 bytes."},
    {.name = "vars",
     .kind = SKEP_ARG_ARRAYS,
     .shape_text = "object of arrays and numbers",
     .max_ndim = SKEP_MAX_DIMS,
     .help = "The arrays and numbers that the expression names, at most 256; their shapes broadcast."},
    {.name = "reduce",
     .kind = SKEP_ARG_CHOICE,
     .default_text = "none",
     .choices = reduce_choices,
     .help = "What becomes of the elements: an array, or one number of all of them."},
    {0},
};

/* ---- understanding a call ---- */

static skep_status check_vars(const struct skep_call *call, struct skep_error *err)
{
    const struct skep_arg *vars = &call->args[ARG_VARS];

    if (!vars->is_given || vars->arrays.n == 0) {
        return SKEP_OK;
    }
    if (vars->arrays.n > SKEP_EXPR_MAX_VARS) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "vars: %lld arrays; at most %d can be named",
                              (long long)vars->arrays.n, SKEP_EXPR_MAX_VARS);
    }
    if (vars->arrays.items[0].name == NULL) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "vars: a list; what expr names needs names: {\"a\": ...}");
    }
    return SKEP_OK;
}

/* The tree of a call in NODES, with its types and the shape of its result. */
static skep_status understand(const struct skep_call *call, struct skep_expr_node *nodes,
                              struct skep_expr_job *job, struct skep_error *err)
{
    const struct skep_arg *vars = &call->args[ARG_VARS];
    struct skep_expr_tree *tree = &job->tree;
    skep_status st = check_vars(call, err);

    job->reduce = (enum skep_expr_reduce)call->args[ARG_REDUCE].choice;
    tree->text = call->args[ARG_EXPR].json.text;
    tree->length = call->args[ARG_EXPR].json.length;
    tree->vars = vars->is_given ? vars->arrays.items : NULL;
    tree->n_vars = vars->is_given ? (int)vars->arrays.n : 0;
    tree->nodes = nodes;
    st = st == SKEP_OK ? skep_expr_parse(tree, err) : st;
    st = st == SKEP_OK ? skep_expr_check(tree, err) : st;
    return st == SKEP_OK ? skep_expr_find_shape(job, err) : st;
}

/* ---- the two ways ---- */

static skep_status expr_start(struct skep_call *call, struct skep_expr_job *job, struct skep_error *err)
{
    size_t length = call->args[ARG_EXPR].json.length;
    struct skep_expr_node *nodes;
    skep_status st;

    length = length < SKEP_EXPR_MAX_LENGTH ? length : SKEP_EXPR_MAX_LENGTH; /* longer ones are refused */
    st = skep_call_scratch(call, (int64_t)length, sizeof *nodes, (void **)&nodes, err);
    return st == SKEP_OK ? understand(call, nodes, job, err) : st;
}

/* Without arrays everything is folded already. */
static bool is_number(const struct skep_expr_job *job)
{
    return job->ndim == 0 && job->reduce == SKEP_EXPR_REDUCE_NONE;
}

static struct skep_value root_value(const struct skep_expr_job *job)
{
    return skep_expr_number_value(skep_expr_result_dtype(job), job->tree.nodes[job->tree.n_nodes - 1].number);
}

static skep_status expr_run(struct skep_call *call, struct skep_value *value_out, struct skep_error *err)
{
    struct skep_expr_job job;
    skep_status st = expr_start(call, &job, err);

    if (st == SKEP_OK && is_number(&job)) {
        *value_out = root_value(&job);
        return SKEP_OK;
    }
    return st == SKEP_OK ? skep_expr_evaluate(call, &job, skep_cpu_level(), value_out, err) : st;
}

static skep_status expr_reference(struct skep_call *call, struct skep_value *value_out,
                                  struct skep_error *err)
{
    struct skep_expr_job job;
    skep_status st = expr_start(call, &job, err);

    if (st == SKEP_OK && is_number(&job)) {
        *value_out = root_value(&job);
        return SKEP_OK;
    }
    return st == SKEP_OK ? skep_expr_evaluate_plainly(call, &job, value_out, err) : st;
}

/* ---- cost ---- */

/* Nanoseconds for an element, measured in the first-level cache and beyond all of them; a step of the plain
 * way. */
#define NS_STEP   0.2
#define NS_MAP    2.0
#define NS_MEMORY 1.6
#define NS_PLAIN  15.0

static void estimate(const struct skep_call *call, const struct skep_expr_job *job,
                     struct skep_cost *cost_out)
{
    double steps = 0;

    for (int i = 0; i < job->tree.n_nodes; i++) {
        const struct skep_expr_node *node = &job->tree.nodes[i];
        steps += node->op >= SKEP_EXPR_EXP || node->op == SKEP_EXPR_POWER ? NS_MAP : NS_STEP;
    }
    if (call->is_reference) {
        steps = NS_PLAIN * job->tree.n_nodes;
    }
    if (job->reduce != SKEP_EXPR_REDUCE_NONE) {
        steps += NS_MAP;
    } else if (job->ndim > 0) {
        cost_out->bytes += (double)job->count * (double)skep_dtype_size(skep_expr_result_dtype(job));
    }
    cost_out->seconds = 1e-6 + 1e-9 * (double)job->count * (steps + NS_MEMORY);
}

/* So many elements come of the first N items at most, whichever of them the text names. */
static double most_elements(const struct skep_array_item *items, int n)
{
    double count = 1.0;

    for (int axis = 1; axis <= SKEP_MAX_DIMS; axis++) { /* from the last one on */
        int64_t most = 1;
        for (int i = 0; i < n; i++) {
            const struct skep_view *view = &items[i].view;
            if (axis <= view->ndim && view->shape[view->ndim - axis] > most) {
                most = view->shape[view->ndim - axis];
            }
        }
        count *= (double)most;
    }
    return count;
}

/* The text is read for it, on the stack; a text that is too long for that is taken to give f8 of all vars. */
static void expr_cost(const struct skep_call *call, struct skep_cost *cost_out)
{
    enum { NODES = 512 };
    size_t length = call->args[ARG_EXPR].json.length;
    const struct skep_arg *vars = &call->args[ARG_VARS];
    int n_vars = vars->is_given && vars->arrays.n <= SKEP_EXPR_MAX_VARS ? (int)vars->arrays.n : 0;
    struct skep_expr_node nodes[NODES];
    struct skep_expr_job job;

    length = length < SKEP_EXPR_MAX_LENGTH ? length : SKEP_EXPR_MAX_LENGTH;
    *cost_out = (struct skep_cost){.bytes = (double)(length * sizeof nodes[0]), .seconds = 1e-6};
    cost_out->bytes += call->is_reference ? (double)(length * sizeof(union skep_expr_number))
                                          : (double)skep_expr_evaluate_bytes(length, n_vars);
    if (length <= NODES && understand(call, nodes, &job, NULL) == SKEP_OK) {
        estimate(call, &job, cost_out);
        return;
    }
    if (length > NODES && n_vars > 0) {
        double count = most_elements(vars->arrays.items, n_vars);
        cost_out->bytes += call->args[ARG_REDUCE].choice == SKEP_EXPR_REDUCE_NONE ? 8 * count : 0;
        cost_out->seconds += 1e-9 * count * (double)length * (call->is_reference ? NS_PLAIN : NS_STEP);
    }
}

/* The text is read for it. */
static skep_status expr_value(const struct skep_call *call, struct skep_view *value_out)
{
    size_t length = call->args[ARG_EXPR].json.length;
    struct skep_expr_node *nodes;
    struct skep_expr_job job;
    enum skep_dtype dtype;

    length = length < SKEP_EXPR_MAX_LENGTH ? length : SKEP_EXPR_MAX_LENGTH; /* longer ones are refused */
    nodes = skep_arena_alloc(call->arena, length * sizeof *nodes);
    if (nodes == NULL || understand(call, nodes, &job, NULL) != SKEP_OK) {
        return SKEP_EMPTY;
    }
    dtype = skep_expr_result_dtype(&job);
    if (job.reduce == SKEP_EXPR_REDUCE_MEAN) {
        return skep_value_number(SKEP_F8, value_out);
    }
    if (job.reduce != SKEP_EXPR_REDUCE_NONE) {
        return skep_value_number(skep_expr_reduce_dtype(job.reduce, dtype), value_out);
    }
    return is_number(&job) ? skep_value_number(dtype, value_out)
                           : skep_value_array(dtype, job.ndim, job.shape, value_out);
}

static const char *const expr_description[] = {
    "Computes an expression for each element of its arrays. Python's grammar and precedence, loosest "
    "first: < <= > >= == !=; |; ^; &; + -; * / // %; the signs + - ~; **, which groups to the right "
    "and binds tighter than a sign on its left: -a**2 is -(a**2). Functions: where minimum maximum "
    "abs sqrt exp expm1 log log1p log2 log10 sin cos tan arcsin arccos arctan arctan2 sinh cosh tanh "
    "floor ceil rint; constants: pi True False. Comparisons do not chain, and and, or, not and if are "
    "refused: as in NumPy that is & | ~ and where.",
    "Shapes broadcast as in NumPy. The result has the shape to which the arrays in expr broadcast; "
    "without arrays it is a number. Vars that expr does not name change nothing.",
    "Dtypes: b1, i4, i8, f4 and f8 meet as NumPy's arrays do (i4 and f4 make f8, / of whole numbers "
    "f8); i1, i2, u1 and u2 are read as i4 and u4 as i8, u8 is refused. Numbers, of the text or among "
    "the vars, are weak: beside an array they take its dtype, but a float makes b1, i4 and i8 f8, and "
    "a whole number b1 i8; one that does not fit is refused. So f4 stays f4 beside any number (NumPy "
    "2; NumPy 1.24 widens for large numbers). Numbers among themselves go by Python's rules within 64 "
    "bits. An array without axes has its dtype. Functions of b1 give f8, where NumPy has f2; - // % "
    "** of b1 are refused.",
    "Whole numbers wrap in + - * ** and -, as in NumPy. // and % round down, as in Python: -7 // 2 is "
    "-4, -7 % 2 is 1. A whole number divided by 0 and a whole number to a negative power are errors "
    "that name column and element, where NumPy has a 0 with a warning and an error. In floats "
    "everything goes by IEEE 754 (1/0 is inf); // and % as NumPy computes them. NaN passes through "
    "minimum and maximum, and -0 is below +0 there. Which NaN comes out is not promised; that it is "
    "one is.",
    "x ** k with a constant whole k from -16 to 16 is a product: of those among x, x**2, x**4, x**8 "
    "and x**16, each the square of the one before, that the binary digits of |k| name, from left to "
    "right, and 1 divided by that for k < 0: within (|k| + 1)/2 ulp, but 0 or inf where the power of "
    "|k| leaves the range of f8. x ** 0.5 is sqrt(x). Other powers are pow.",
    "Accuracy: + - * / sqrt floor ceil rint abs and comparisons are exact or rounded once. The other "
    "functions and pow are within the bounds of lib/kernel/math/README.md, the same bits on every "
    "machine. f4 is computed in f8 and rounded once for each operation.",
    "reduce: sum and mean are the exact sum of the elements, rounded once; whole numbers (and b1 as 0 "
    "and 1) add up exactly, and a sum beyond 64 bits is an error. min and max are those of minimum "
    "and maximum. The min or max of no elements is an error, their sum is 0 and their mean NaN.",
    "Method: the text becomes a flat list of loops over blocks of 64 to 2048 elements that stay in "
    "the nearest cache; equal subexpressions are computed once. Limits: 8000 bytes of text, 100 "
    "levels of nesting, 256 vars.",
    NULL,
};

const struct skep_kernel skep_kernel_expr = {
    .name = "expr",
    .version = 1,
    .summary = "Arithmetic over whole arrays, written as in Python",
    .description = expr_description,
    .args = expr_args,
    .value_text = "array of the shape to which the vars broadcast, or a number",
    .performance =
        "O(n) for each operation. Scratch: 32 to 64 KiB and some 400 bytes for each byte of the text, "
        "whatever n. Reading the text and making the program takes 0.3 us for a**2 + b**2. One core "
        "of an Intel Xeon (Sapphire Rapids class, AVX-512), f8: a**2 + b**2 of 10^3, 10^4, 10^5, 10^6 "
        "and 10^7 elements in 0.6, 3, 55, 650 us and 18 ms (NumPy takes 2.6, 2.2, 8, 4 and 2.2 times "
        "that, numexpr on one thread 8.4, 5.3, 2.7, 2.1 and 2 times); exp(a)*sin(b) + log(a + 1) of "
        "10^5 in 180 us (NumPy 4.5, numexpr 10 times).",
    .example =
        "{\"kernel\":\"expr\",\"args\":{\"expr\":\"a**2 + b**2\",\"vars\":{\"a\":[3,5],\"b\":[4,12]}}}",
    .run = expr_run,
    .reference = expr_reference,
    .cost = expr_cost,
    .value = expr_value,
};
