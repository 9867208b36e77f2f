/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_ADDRESS_H
#define SKEP_EXPORTER_ADDRESS_H

#include <stddef.h>

#include "base/error.h"

/* A socket that listens where TEXT says: "127.0.0.1:9464", "[::1]:9464", "host:9464", ":9464" (every
 * address), with port 0 any free port. *FD_OUT is the caller's; WHERE_OUT tells what it became.
 *
 *   SKEP_E_USAGE  TEXT is not of that form, or no address of this machine
 *   SKEP_E_IO     it is taken, or may not be used */
enum { SKEP_EXPORT_WHERE_BYTES = 80 };
SKEP_MUST_USE skep_status skep_export_listen(const char *text, int *fd_out,
                                             char where_out[SKEP_EXPORT_WHERE_BYTES], struct skep_error *err);

#endif
