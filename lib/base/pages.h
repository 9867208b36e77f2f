/* SPDX-License-Identifier: MIT */
#ifndef SKEP_BASE_PAGES_H
#define SKEP_BASE_PAGES_H

#include <stdbool.h>
#include <stddef.h>

/* Whole pages between two guards: whoever runs off either end meets memory that the system protects, not
 * somebody else's. A guard is addresses only; it is wide, so that a step over a row does not jump it. */
enum { SKEP_GUARD_BYTES = 1 << 20 };

/* Addresses for BYTES (at least 1), rounded up to pages, between guards. Nothing there can be touched before
 * something is mapped over it. NULL with errno when there is no room. */
void *skep_pages_reserve(size_t bytes);

/* The same with memory in it, zeroed and writable. */
void *skep_pages_alloc(size_t bytes);

/* Give back what either gave, guards and what was mapped over it included. BASE and BYTES may be of a part
 * that lies in its first and reaches into its last page. NULL is fine. */
void skep_pages_free(void *base, size_t bytes);

size_t skep_page_bytes(void);
size_t skep_pages_round(size_t bytes); /* up to whole pages */

#endif
