/* SPDX-License-Identifier: MIT */
#ifndef SKEP_CHAOS_BORDER_H
#define SKEP_CHAOS_BORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where one request or reply of Redis' protocol ends. Looks at lengths only, and at each byte once, however
 * the bytes arrive. */
struct skep_border {
    size_t at;      /* so many bytes from the start of the value are understood */
    uint64_t n_due; /* values still to come */
    bool is_broken; /* this is not Redis' protocol */
};

void skep_border_start(struct skep_border *border);

/* BYTES are the N bytes from the start of the value that are there. Its length once it is whole, 0 before.
 * Bytes that are no Redis protocol make border->is_broken true, and the answer 0. */
size_t skep_border_find(struct skep_border *border, const char *bytes, size_t n);

#endif
