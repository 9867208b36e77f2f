/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_DOCTOR_RIGHTS_H
#define SKEP_PRODUCER_DOCTOR_RIGHTS_H

#include <stddef.h>

#include "base/buf.h"
#include "queue/keys.h"

/* Append the command that gives USER what is MISSING of it, as skep_rights_missing names it, on the queue of
 * KEYS: "ACL SETUSER alice +blmove +script|load ~skep:q ~{skep:q}:*". */
void skep_doctor_add_acl(struct skep_buf *buf, const char *user, const struct skep_keys *keys,
                         const char *const *missing, size_t n);

#endif
