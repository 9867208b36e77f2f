/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_JSON_SCAN_H
#define SKEP_TASK_JSON_SCAN_H

#include <stddef.h>

#include "base/error.h"

/* Look through a text that is to be read as JSON, without building anything: it must be UTF-8, hold no NUL
 * byte, and open no more than MOST_DEPTH brackets within each other. It may still be no JSON.
 *
 *   SKEP_E_BAD_RECORD   it is not so; ERR says where */
SKEP_MUST_USE skep_status skep_json_scan(const char *bytes, size_t n, int most_depth, struct skep_error *err);

#endif
