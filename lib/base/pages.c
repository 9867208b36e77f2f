/* SPDX-License-Identifier: MIT */
#include "base/pages.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

size_t skep_page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

size_t skep_pages_round(size_t bytes)
{
    size_t page = skep_page_bytes();

    return (bytes + page - 1) & ~(page - 1);
}

void *skep_pages_reserve(size_t bytes)
{
    char *room;

    if (bytes > SIZE_MAX / 2) {
        errno = ENOMEM;
        return NULL;
    }
    room = mmap(NULL, skep_pages_round(bytes) + 2 * SKEP_GUARD_BYTES, PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return room != MAP_FAILED ? room + SKEP_GUARD_BYTES : NULL;
}

void *skep_pages_alloc(size_t bytes)
{
    void *base = skep_pages_reserve(bytes);

    if (base != NULL && mprotect(base, skep_pages_round(bytes), PROT_READ | PROT_WRITE) != 0) {
        int reason = errno;
        skep_pages_free(base, bytes);
        errno = reason;
        return NULL;
    }
    return base;
}

void skep_pages_free(void *base, size_t bytes)
{
    uintptr_t page = skep_page_bytes();
    uintptr_t from = (uintptr_t)base & ~(page - 1);
    uintptr_t to = ((uintptr_t)base + bytes + page - 1) & ~(page - 1);

    if (base != NULL) {
        munmap((void *)(from - SKEP_GUARD_BYTES), to - from + 2 * SKEP_GUARD_BYTES);
    }
}
