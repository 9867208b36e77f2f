/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "sweep/factor.h"
#include "sweep/sweep_read.h"
#include "task/fields.h"

#define FACTOR_WORD(word, kind)                                                                              \
    {                                                                                                        \
        word, skep_field_anything, offsetof(struct skep_factor_fields, names[kind]), "a name"                \
    }

static const struct skep_field factor_fields[] = {
    FACTOR_WORD("grid", SKEP_FACTOR_GRID),
    FACTOR_WORD("zip", SKEP_FACTOR_ZIP),
    FACTOR_WORD("ranges", SKEP_FACTOR_RANGES),
    FACTOR_WORD("split", SKEP_FACTOR_SPLIT),
    FACTOR_WORD("axis", SKEP_FACTOR_AXIS),
    FACTOR_WORD("pairs", SKEP_FACTOR_PAIRS),
    FACTOR_WORD("random", SKEP_FACTOR_RANDOM),
    FACTOR_WORD("lines", SKEP_FACTOR_LINES),
    FACTOR_WORD("times", SKEP_FACTOR_TIMES),
    {"from", skep_field_anything, offsetof(struct skep_factor_fields, from), "values"},
    {"of", skep_field_count, offsetof(struct skep_factor_fields, of), "an integer of at least 1"},
    {"n", skep_field_count, offsetof(struct skep_factor_fields, n), "an integer of at least 1"},
    {"unordered", skep_field_bool, offsetof(struct skep_factor_fields, is_unordered), "true or false"},
};

/* Exactly one of the words that name a kind. */
static skep_status factor_find_kind(const struct skep_factor_fields *fields, enum skep_factor_kind *kind_out,
                                    struct skep_error *err)
{
    int n_found = 0;

    for (int kind = 0; kind <= SKEP_FACTOR_TIMES; kind++) {
        if (fields->names[kind] != NULL) {
            *kind_out = (enum skep_factor_kind)kind;
            n_found++;
        }
    }
    if (n_found == 1) {
        return SKEP_OK;
    }
    return skep_error_set(err, SKEP_E_BAD_RECORD,
                          "wanted one of grid, zip, ranges, split, axis, pairs, random, "
                          "lines, times; got %d of them",
                          n_found);
}

static skep_status factor_read_name(const struct skep_node *node, struct skep_factor *factor,
                                    struct skep_error *err)
{
    char got[SKEP_NODE_WORDS_BYTES];

    if (node->kind != SKEP_NODE_TEXT) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "wanted the name of a variable, got %s",
                              skep_node_describe(node, got, sizeof got));
    }
    factor->variables[factor->n_variables++] = node->text;
    return SKEP_OK;
}

static skep_status factor_read_names(const struct skep_node *node, const struct skep_factor_row *row,
                                     struct skep_factor *factor, struct skep_error *err)
{
    const size_t most = row->n_variables > 0 ? (size_t)row->n_variables : SKEP_SWEEP_MAX_VARIABLES;
    const size_t least = row->n_variables > 0 ? (size_t)row->n_variables : 1;
    char got[SKEP_NODE_WORDS_BYTES];
    skep_status st = SKEP_OK;

    if (row->n_variables == 1) {
        return factor_read_name(node, factor, err);
    }
    if (node->kind != SKEP_NODE_ARRAY || node->n_children < least || node->n_children > most) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "wanted a list of %zu%s names, got %s", least,
                              most > least ? " or more" : "", skep_node_describe(node, got, sizeof got));
    }
    for (size_t i = 0; i < node->n_children && st == SKEP_OK; i++) {
        st = factor_read_name(&node->children[i], factor, err);
    }
    return st;
}

/* `times` has its count where others have a name. */
static skep_status times_read(const struct skep_node *node, struct skep_factor *factor,
                              struct skep_error *err)
{
    char got[SKEP_NODE_WORDS_BYTES];

    if (!skep_field_count(node, &factor->n)) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "wanted an integer of at least 1, got %s",
                              skep_node_describe(node, got, sizeof got));
    }
    factor->variables[factor->n_variables++] = "time";
    return SKEP_OK;
}

static skep_status factor_check_fields(const struct skep_factor_fields *fields,
                                       const struct skep_factor_row *row, struct skep_error *err)
{
    const unsigned has = (fields->from != NULL ? SKEP_FACTOR_FROM : 0u) |
                         (fields->of > 0 ? SKEP_FACTOR_OF : 0u) | (fields->n > 0 ? SKEP_FACTOR_N : 0u) |
                         (fields->is_unordered ? SKEP_FACTOR_UNORDERED : 0u);
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{SKEP_FACTOR_FROM, "from"},
                 {SKEP_FACTOR_OF, "of"},
                 {SKEP_FACTOR_N, "n"},
                 {SKEP_FACTOR_UNORDERED, "unordered"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((row->needs & names[i].bit) != 0 && (has & names[i].bit) == 0) {
            return skep_error_set(err, SKEP_E_BAD_RECORD, "no \"%s\"", names[i].name);
        }
        if (((row->needs | row->may) & names[i].bit) == 0 && (has & names[i].bit) != 0) {
            return skep_error_set(err, SKEP_E_BAD_RECORD, "no place for \"%s\"", names[i].name);
        }
    }
    return SKEP_OK;
}

static skep_status factor_read_values(const struct skep_factor_fields *fields,
                                      const struct skep_factor_row *row, struct skep_factor *factor,
                                      struct skep_error *err)
{
    char got[SKEP_NODE_WORDS_BYTES];
    skep_status st = factor_check_fields(fields, row, err);

    if (st != SKEP_OK) {
        return st;
    }
    if (row->parse == NULL) {
        return row->read != NULL ? row->read(fields, factor, err) : SKEP_OK;
    }
    if (fields->from->kind != SKEP_NODE_TEXT) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "\"from\": wanted a text, got %s",
                              skep_node_describe(fields->from, got, sizeof got));
    }
    return row->parse(fields->from->text, fields->from->length, factor, err);
}

static skep_status factor_read(const struct skep_node *node, struct skep_factor *factor,
                               struct skep_error *err)
{
    struct skep_factor_fields fields = {0};
    const struct skep_factor_row *row;
    skep_status st =
        skep_fields_read(node, factor_fields, sizeof factor_fields / sizeof factor_fields[0], &fields, err);

    if (st == SKEP_OK) {
        st = factor_find_kind(&fields, &factor->kind, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    row = skep_factor_row(factor->kind);
    st = factor->kind == SKEP_FACTOR_TIMES ? times_read(fields.names[factor->kind], factor, err)
                                           : factor_read_names(fields.names[factor->kind], row, factor, err);
    if (st == SKEP_OK) {
        st = factor_read_values(&fields, row, factor, err);
    }
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%s", row->word);
    }
    return st;
}

skep_status skep_sweep_read_factors(const struct skep_node *over, struct skep_sweep *sweep,
                                    struct skep_error *err)
{
    if (over->n_children > SKEP_SWEEP_MAX_FACTORS) {
        return skep_error_set(err, SKEP_E_BAD_RECORD, "\"over\" has %zu entries, at most %d are possible",
                              over->n_children, SKEP_SWEEP_MAX_FACTORS);
    }
    for (size_t i = 0; i < over->n_children; i++) {
        skep_status st = factor_read(&over->children[i], &sweep->factors[i], err);
        if (st != SKEP_OK) {
            skep_error_prefix(err, "over[%zu]", i);
            return st;
        }
        sweep->n_factors++;
    }
    return SKEP_OK;
}
