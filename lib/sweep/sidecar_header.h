/* SPDX-License-Identifier: MIT */
#ifndef SKEP_SWEEP_SIDECAR_HEADER_H
#define SKEP_SWEEP_SIDECAR_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "sweep/here.h"
#include "sweep/sweep.h"

/* The sidecar's format (sidecar_header.c), as numbers and places. */
enum { SKEP_SIDECAR_BLOCK = 4096, SKEP_SIDECAR_NAME_BYTES = 65 };

struct skep_sidecar_header {
    uint64_t sequence; /* the larger one of the two headers counts */
    int64_t n_all;
    int64_t spec_n;
    uint32_t spec_crc;
    int out, kernel_version, pid;
    bool is_complete;
    int64_t n_duplicates, n_conflicts;
    char token[SKEP_SWEEP_TOKEN_BYTES];
    char boot_id[SKEP_BOOT_BYTES];
    char host[SKEP_HOST_BYTES];
    char job[SKEP_SIDECAR_NAME_BYTES];
    char queue[SKEP_SIDECAR_NAME_BYTES];
};

/* Where its sections begin, all of them whole blocks. */
struct skep_sidecar_layout {
    int64_t spec_at, done_at, synced_at, crcs_at, end;
    int64_t bits_bytes; /* of each bitmap */
};

void skep_sidecar_lay_out(const struct skep_sidecar_header *header, struct skep_sidecar_layout *layout_out);

/* The header that counts.
 *
 *   SKEP_E_ARRAY_INVALID   neither is whole, an unknown version, or the file is shorter than they say
 *   SKEP_E_OUTPUT          it cannot be read */
SKEP_MUST_USE skep_status skep_sidecar_read_header(int fd, struct skep_sidecar_header *header_out,
                                                   struct skep_error *err);

/* Raise the sequence, write HEADER over the older one and sync: at every instant one of the two is whole.
 *
 *   SKEP_E_OUTPUT */
SKEP_MUST_USE skep_status skep_sidecar_write_header(int fd, struct skep_sidecar_header *header,
                                                    struct skep_error *err);

/* Say that this process, on this machine, writes it. */
void skep_sidecar_claim(struct skep_sidecar_header *header);

/* A text of the header, cut to SIZE, zeros behind it; of NULL all zeros. */
void skep_sidecar_copy_text(char *to, size_t size, const char *from);

/* "te.npy.skep" of "te.npy", to be freed with skep_free; NULL without memory. */
char *skep_sidecar_path(const char *path);

#endif
