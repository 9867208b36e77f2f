/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CONFIG_LIMIT_ROWS_H
#define SKEP_CONFIG_LIMIT_ROWS_H

#include <stddef.h>

#include "config/option.h"

/* Settings that several programs have under one name, with one default and the same bounds: what a worker
 * allows itself, and what a producer or a replay must therefore keep to. FIELD is a member of TYPE as
 * SKEP_OPT_BYTES wants it; only the words differ. */
#define SKEP_LIMIT_ROW(type, field, row_name, preset, fewest, largest, text)                                 \
    {                                                                                                        \
        .name = (row_name), .kind = SKEP_OPT_BYTES, .offset = offsetof(type, field),                         \
        .default_text = (preset), .least = (fewest), .most = (largest), .value_name = "BYTES",               \
        .help = (text)                                                                                       \
    }

/* The length of one record, what one task may allocate, and the address space for mapped inputs. */
#define SKEP_RECORD_ROW(type, field, text)                                                                   \
    SKEP_LIMIT_ROW(type, field, "max-record", "64K", 1024, 16 << 20, text)
#define SKEP_MEMORY_ROW(type, field, text) SKEP_LIMIT_ROW(type, field, "memory", "4G", 1 << 20, 0x1p50, text)
#define SKEP_CACHE_ROW(type, field, text)  SKEP_LIMIT_ROW(type, field, "cache", "64G", 1 << 16, 0x1p50, text)

#endif
