/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_DISK_H
#define SKEP_SWEEP_DISK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Bytes of a file at their place: all of them, or an error. Signals do not stop it. A process over its file
 * size limit must ignore SIGXFSZ to get the error.
 *
 *   SKEP_E_OUTPUT   with the reason; of a read: the file ends before */
SKEP_MUST_USE skep_status skep_disk_write(int fd, const void *bytes, size_t n, int64_t at,
                                          struct skep_error *err);
SKEP_MUST_USE skep_status skep_disk_read(int fd, void *bytes_out, size_t n, int64_t at,
                                         struct skep_error *err);

/* Whether the file system of FD has room for so many bytes; asked before anything is written.
 *   SKEP_E_OUTPUT   it has not; ERR says how much there is */
SKEP_MUST_USE skep_status skep_disk_check_room(int fd, int64_t bytes, struct skep_error *err);

/* Make the file BYTES long and have its blocks, so that it cannot run out of room later; they read as zeros.
 * Where the file system cannot reserve (SKEP_EMPTY), the file is as it was and has to be written.
 *   SKEP_E_OUTPUT */
SKEP_MUST_USE skep_status skep_disk_reserve(int fd, int64_t bytes, struct skep_error *err);

#endif
