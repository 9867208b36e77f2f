/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_DIFFUSE_LINE_H
#define SKEP_KERNEL_DYNAMICS_DIFFUSE_LINE_H

#include "kernel/dynamics/diffuse.h"

/* Passes over a line: the members plan, room and pass of diffuse1d's shape. */
struct skep_diffuse_plan skep_diffuse_line_plan(const struct skep_grid *grid, int64_t steps);
int64_t skep_diffuse_line_room(const struct skep_diffuse_plan *plan);
SKEP_MUST_USE skep_status skep_diffuse_line_pass(const struct skep_call *call,
                                                 const struct skep_diffuse_pass *pass);

#endif
