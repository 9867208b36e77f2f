/* SPDX-License-Identifier: MIT */
#ifndef SKEP_RUN_BIND_PARTS_H
#define SKEP_RUN_BIND_PARTS_H

#include "run/bind.h"

/* What the files of bind share: one argument on its way from the task's text to what its row declares. */
struct binding {
    const struct skep_arg_spec *spec;
    struct skep_npy_cache *cache; /* NULL: references are taken on trust */
    struct skep_arena *arena;
    struct skep_error *err;
};

/* Each takes the node as it came and fills the argument. */
typedef skep_status (*skep_bind_kind)(const struct binding *, const struct skep_node *, struct skep_arg *);

skep_status skep_bind_array(const struct binding *b, const struct skep_node *node, struct skep_arg *arg);
skep_status skep_bind_arrays(const struct binding *b, const struct skep_node *node, struct skep_arg *arg);
skep_status skep_bind_f64(const struct binding *b, const struct skep_node *node, struct skep_arg *arg);
skep_status skep_bind_i64(const struct binding *b, const struct skep_node *node, struct skep_arg *arg);
skep_status skep_bind_u64(const struct binding *b, const struct skep_node *node, struct skep_arg *arg);

/* The argument of the row's kind (where it takes all of args: from these) from its node, or what holds
 * without one (NULL). Sets is_given. */
skep_status skep_bind_argument(const struct binding *b, const struct skep_node *node, struct skep_arg *arg);

/* An array that a reference led to, as an argument of kind ARRAY wants it (in place), and as one number. */
skep_status skep_bind_array_view(const struct binding *b, struct skep_view *view);
skep_status skep_bind_f64_view(const struct binding *b, const struct skep_view *view, struct skep_arg *arg);

/* Arguments that the row does not have are typing mistakes; whether the variant is the plain one. */
skep_status skep_bind_check_names(const struct skep_kernel *kernel, const struct skep_node *args,
                                  bool *is_reference_out, struct skep_error *err);

/* Whether the argument takes all of args as they are. */
bool skep_bind_is_whole(const struct skep_arg_spec *spec);

/* The array that REF names, as it lies in its file. */
skep_status skep_bind_reference(const struct binding *b, const char *ref, size_t n,
                                struct skep_view *view_out);

/* SKEP_E_BAD_ARGS: the argument must be WANTED, not what NODE holds. */
skep_status skep_bind_refuse(const struct binding *b, const char *wanted, const struct skep_node *node);

/* SKEP_E_NOMEM: no room to convert COUNT elements. */
skep_status skep_bind_no_memory(const struct binding *b, int64_t count);

#endif
