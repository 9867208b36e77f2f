/* SPDX-License-Identifier: MIT */
/* A file where a sidecar should be is refused or usable: what it says of any index can be asked, and marked.
 * Checksums of the headers are put right first, or nothing would get past them, and the file is made as long
 * as it claims to be where that is little. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sweep/crc32c.h"
#include "sweep/sidecar.h"
#include "sweep/sidecar_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_BYTES = 1 << 20 };

static char folder[] = "/tmp/skep-fuzz-XXXXXX";
static char file[sizeof folder + sizeof "/x.npy.skep"];
static struct skep_roots *roots;

static void need(int condition)
{
    if (!condition) {
        abort();
    }
}

/* Stands before the C library's: thousands of files a second. */
int fdatasync(int fd)
{
    (void)fd;
    return 0;
}

static void clean_up(void)
{
    skep_roots_free(roots);
    unlink(file);
    rmdir(folder);
}

static void set_up(void)
{
    need(mkdtemp(folder) != NULL);
    snprintf(file, sizeof file, "%s/x.npy.skep", folder);
    need(skep_roots_new(&roots, NULL) == SKEP_OK && skep_roots_add(roots, folder, NULL) == SKEP_OK);
    atexit(clean_up);
}

static void put_right(unsigned char *block)
{
    uint32_t crc = skep_crc32c(0, block, SKEP_SIDECAR_BLOCK - 4);

    for (int i = 0; i < 4; i++) {
        block[SKEP_SIDECAR_BLOCK - 4 + i] = (unsigned char)(crc >> 8 * i);
    }
}

/* How long the file of these N bytes says that it is; N where it does not say, or much. */
static size_t claimed_size(const unsigned char *bytes, size_t n)
{
    struct skep_sidecar_header header;
    struct skep_sidecar_layout layout;
    int fd = memfd_create("sidecar", MFD_CLOEXEC);

    need(fd >= 0 && write(fd, bytes, n) == (ssize_t)n && ftruncate(fd, (off_t)1 << 43) == 0);
    if (skep_sidecar_read_header(fd, &header, NULL) == SKEP_OK) {
        skep_sidecar_lay_out(&header, &layout);
        n = layout.end < MOST_BYTES ? (size_t)layout.end : n;
    }
    close(fd);
    return n;
}

/* The input is what differs from zeros in two headers and what follows: 256 bytes of each, then the rest. */
static void write_file(const uint8_t *data, size_t size)
{
    static unsigned char bytes[MOST_BYTES];
    int fd;

    unlink(file); /* a new one costs less than one that is emptied: some file systems would write it out */
    fd = open(file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    memset(bytes, 0, (size_t)2 * SKEP_SIDECAR_BLOCK);
    for (size_t k = 0; k < 2 && size > 0; k++) {
        size_t n = size < 256 ? size : 256;
        memcpy(bytes + k * SKEP_SIDECAR_BLOCK, data, n);
        put_right(bytes + k * SKEP_SIDECAR_BLOCK);
        data += n;
        size -= n;
    }
    size = size < MOST_BYTES - 2 * SKEP_SIDECAR_BLOCK ? size : MOST_BYTES - 2 * SKEP_SIDECAR_BLOCK;
    memcpy(bytes + (size_t)2 * SKEP_SIDECAR_BLOCK, data, size);
    size += 2 * SKEP_SIDECAR_BLOCK;
    need(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    need(ftruncate(fd, (off_t)claimed_size(bytes, size)) == 0);
    close(fd);
}

static void use(struct skep_sidecar *sidecar)
{
    const struct skep_sidecar_facts *facts = skep_sidecar_facts(sidecar);
    int64_t n_done = skep_sidecar_count_done(sidecar);
    int64_t hole = skep_sidecar_next_hole(sidecar, 0);
    int64_t done = skep_sidecar_next_done(sidecar, 0);

    need(facts->n_all > 0 && n_done >= 0 && n_done <= facts->n_all);
    need(strlen(facts->spec) <= facts->spec_n && strlen(facts->token) < sizeof facts->token);
    need(strlen(facts->job) < SKEP_SIDECAR_NAME_BYTES && strlen(facts->queue) < SKEP_SIDECAR_NAME_BYTES);
    need(hole <= facts->n_all && done <= facts->n_all && (hole == 0) != (done == 0));
    if (hole < facts->n_all) {
        need(skep_sidecar_mark(sidecar, hole, 7) == SKEP_MARK_NEW);
        need(skep_sidecar_flush(sidecar, NULL) == SKEP_OK);
        need(skep_sidecar_is_done(sidecar, hole) && skep_sidecar_crc(sidecar, hole) == 7);
        need(skep_sidecar_count_done(sidecar) == n_done + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct skep_sidecar *sidecar;
    struct skep_error err = {0};
    skep_status st;

    if (roots == NULL) {
        set_up();
    }
    write_file(data, size);
    st = skep_sidecar_open(roots, "x.npy", true, &sidecar, &err);
    if (st == SKEP_OK) {
        use(sidecar);
        skep_sidecar_close(sidecar);
    } else {
        need(st == SKEP_E_ARRAY_INVALID && err.text[0] != '\0');
    }
    return 0;
}
