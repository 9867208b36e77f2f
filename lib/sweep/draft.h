/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_DRAFT_H
#define SKEP_SWEEP_DRAFT_H

#include <stdbool.h>

#include "base/error.h"
#include "npy/roots.h"

/* A file in the making: under a name of its own (`.skep-*.tmp`) until it is whole, then in its place at once.
 *
 *     skep_draft_open, write to draft.fd, skep_draft_publish, skep_draft_close */
struct skep_draft {
    int fd; /* -1: none */
    int folder_fd;
    char name[SKEP_ROOTS_NAME_BYTES];
    char temp[40];
};

/* Begin PATH, making missing folders below its root.
 *
 *   SKEP_E_BAD_ARGS   the path
 *   SKEP_E_OUTPUT     no permission, ... */
SKEP_MUST_USE skep_status skep_draft_open(struct skep_draft *draft, const struct skep_roots *roots,
                                          const char *path, struct skep_error *err);

/* Sync it and put it in its place; a symbolic link there is replaced itself.
 *
 *   SKEP_E_CONFLICT   something is there, and REPLACES does not hold
 *   SKEP_E_OUTPUT     it cannot be synced; a directory or a device is there */
SKEP_MUST_USE skep_status skep_draft_publish(struct skep_draft *draft, bool replaces, struct skep_error *err);

/* What was not published is gone. One that was never opened must be zeroed with fd -1. */
void skep_draft_close(struct skep_draft *draft);

/* Open the plain file at PATH to write to it, without following a link at its end. Nothing is made.
 *
 *   SKEP_E_ARRAY_MISSING, SKEP_E_ARRAY_INVALID, SKEP_E_OUTPUT */
SKEP_MUST_USE skep_status skep_draft_reopen(const struct skep_roots *roots, const char *path, int *fd_out,
                                            struct skep_error *err);

#endif
