/* SPDX-License-Identifier: MIT */
#include "sweep/sweep_read.h"

#include <stddef.h>
#include <string.h>

#include "sweep/sweep_words.h"
#include "task/fields.h"
#include "task/text.h"

static bool read_order(const struct skep_node *node, void *field)
{
    return node->kind == SKEP_NODE_TEXT && skep_sweep_parse_order(node->text, field);
}

static bool read_stop(const struct skep_node *node, void *field)
{
    return node->kind == SKEP_NODE_TEXT && skep_sweep_parse_stop(node->text, field);
}

static bool read_token(const struct skep_node *node, void *field)
{
    if (node->kind != SKEP_NODE_TEXT || node->length != SKEP_SWEEP_TOKEN_BYTES - 1 ||
        strspn(node->text, "0123456789abcdef") != node->length) {
        return false;
    }
    memcpy(field, node->text, SKEP_SWEEP_TOKEN_BYTES);
    return true;
}

struct spec_fields {
    struct skep_sweep sweep;
    const struct skep_node *over, *outs, *inputs, *perm;
};

static const struct skep_field spec_fields[] = {
    {"kernel", skep_field_kernel, offsetof(struct spec_fields, sweep.kernel),
     "a name of 1 to 64 of A-Z a-z 0-9 _ . -"},
    {"args", skep_field_object, offsetof(struct spec_fields, sweep.args), "an object"},
    {"over", skep_field_array, offsetof(struct spec_fields, over), "a list"},
    {"seed", skep_field_u64, offsetof(struct spec_fields, sweep.seed), "an integer from 0 to 2^64 - 1"},
    {"order", read_order, offsetof(struct spec_fields, sweep.order), "index, random or longest"},
    {"take", skep_field_count, offsetof(struct spec_fields, sweep.n), "an integer of at least 1"},
    {"filter", skep_field_path, offsetof(struct spec_fields, sweep.filter),
     "an expression of 1 to 4096 bytes of printable text"},
    {"token", read_token, offsetof(struct spec_fields, sweep.token), "32 digits of 0-9 a-f"},
    {"out", skep_field_array, offsetof(struct spec_fields, outs), "a list"},
    {"reduce", skep_field_name, offsetof(struct spec_fields, sweep.reduce), "the name of a reduction"},
    {"stop", read_stop, offsetof(struct spec_fields, sweep.stop), "any or first"},
    {"results", skep_field_bool, offsetof(struct spec_fields, sweep.has_results), "true or false"},
    {"retries", skep_field_retries, offsetof(struct spec_fields, sweep.retries), "an integer from 0 to 1000"},
    {"timeout_s", skep_field_seconds, offsetof(struct spec_fields, sweep.timeout_s),
     "a number of seconds above 0"},
    {"backoff_s", skep_field_seconds, offsetof(struct spec_fields, sweep.backoff_s),
     "a number of seconds above 0"},
    {"inputs", skep_field_array, offsetof(struct spec_fields, inputs), "a list"},
    {"perm", skep_field_array, offsetof(struct spec_fields, perm), "a list of integers"},
    {"meta", skep_field_anything, offsetof(struct spec_fields, sweep.meta), "anything"},
};

bool skep_sweep_is_spec(const struct skep_node *record)
{
    return skep_node_get(record, "over") != NULL;
}

/* Every index below n_all once. */
static skep_status spec_read_perm(const struct skep_node *perm, struct skep_sweep *sweep,
                                  struct skep_arena *arena, struct skep_error *err)
{
    unsigned char seen[SKEP_SWEEP_MAX_PERM] = {0};
    int64_t *to;

    if (sweep->order != SKEP_ORDER_LONGEST || perm == NULL || perm->n_children != (size_t)sweep->n_all) {
        return skep_error_set(err, SKEP_E_BAD_RECORD,
                              "\"perm\" goes with the order longest and has an entry for each of %lld tasks",
                              (long long)sweep->n_all);
    }
    to = skep_arena_calloc(arena, perm->n_children, sizeof *to);
    if (to == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the order of a sweep");
    }
    for (size_t i = 0; i < perm->n_children; i++) {
        const struct skep_node *index = &perm->children[i];

        if (index->kind != SKEP_NODE_INT || index->i64 < 0 || index->i64 >= sweep->n_all ||
            seen[index->i64]) {
            return skep_error_set(err, SKEP_E_BAD_RECORD, "\"perm\"[%zu]: wanted each index below %lld once",
                                  i, (long long)sweep->n_all);
        }
        seen[index->i64] = 1;
        to[i] = index->i64;
    }
    sweep->perm = to;
    return SKEP_OK;
}

static skep_status spec_check(const struct spec_fields *spec, struct skep_error *err)
{
    if (spec->sweep.kernel == NULL || spec->over == NULL) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "no \"%s\"", spec->over == NULL ? "over" : "kernel");
    }
    if (spec->outs != NULL && spec->outs->n_children > 0 && spec->sweep.token[0] == '\0') {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "outputs, but no \"token\"");
    }
    return SKEP_OK;
}

static skep_status spec_read_parts(const struct spec_fields *spec, struct skep_arena *arena,
                                   struct skep_sweep *sweep, struct skep_error *err)
{
    skep_status st = skep_sweep_read_factors(spec->over, sweep, err);

    if (st == SKEP_OK && spec->outs != NULL) {
        st = skep_sweep_read_outs(spec->outs, sweep, err);
    }
    if (st == SKEP_OK && spec->inputs != NULL) {
        st = skep_sweep_read_inputs(spec->inputs, sweep, err);
    }
    if (st == SKEP_OK) {
        st = skep_sweep_complete(sweep, err);
    }
    if (st == SKEP_OK && (spec->perm != NULL || sweep->order == SKEP_ORDER_LONGEST)) {
        st = spec_read_perm(spec->perm, sweep, arena, err);
    }
    return st;
}

skep_status skep_sweep_parse(const char *bytes, size_t n, const struct skep_limits *limits,
                             struct skep_arena *arena, struct skep_sweep *sweep_out, struct skep_error *err)
{
    const struct skep_node *root;
    struct spec_fields spec = {0};
    skep_status st = skep_json_parse(bytes, n, limits, arena, &root, err);

    if (st == SKEP_OK) {
        st = skep_fields_read(root, spec_fields, sizeof spec_fields / sizeof spec_fields[0], &spec, err);
    }
    if (st == SKEP_OK) {
        st = spec_check(&spec, err);
    }
    if (st == SKEP_OK) {
        spec.sweep.has_retries = skep_node_get(root, "retries") != NULL;
        st = spec_read_parts(&spec, arena, &spec.sweep, err);
    }
    if (st == SKEP_E_BAD_ARGS) { /* of a producer; here the record is wrong */
        st = SKEP_E_BAD_RECORD;
        if (err != NULL) {
            err->status = st;
        }
    }
    if (st == SKEP_OK) {
        *sweep_out = spec.sweep;
    }
    return st;
}
