/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_FOLDERS_H
#define SKEP_PRODUCER_FOLDERS_H

#include "base/error.h"
#include "config/option.h"
#include "npy/roots.h"

/* The folders of a list of [NAME=]DIR. *ROOTS_OUT is the caller's to free, also after a failure.
 *
 *   SKEP_E_USAGE   a folder that is not there, or a name twice
 *   SKEP_E_IO, SKEP_E_NOMEM */
SKEP_MUST_USE skep_status skep_folders_open(const struct skep_text_list *folders,
                                            struct skep_roots **roots_out, struct skep_error *err);

#endif
