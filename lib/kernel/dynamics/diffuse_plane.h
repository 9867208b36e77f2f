/* SPDX-License-Identifier: MIT */
#ifndef SKEP_KERNEL_DYNAMICS_DIFFUSE_PLANE_H
#define SKEP_KERNEL_DYNAMICS_DIFFUSE_PLANE_H

#include "kernel/dynamics/diffuse.h"

/* Passes over a plane: the members plan, room and pass of diffuse2d's shape. */
struct skep_diffuse_plan skep_diffuse_plane_plan(const struct skep_grid *grid, int64_t steps);
int64_t skep_diffuse_plane_room(const struct skep_diffuse_plan *plan);
SKEP_MUST_USE skep_status skep_diffuse_plane_pass(const struct skep_call *call,
                                                  const struct skep_diffuse_pass *pass);

#endif
