/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sweep/crc32c.h"
#include "sweep/disk.h"
#include "sweep/draft.h"
#include "sweep/sidecar.h"
#include "sweep/sidecar_header.h"

static void header_of_facts(const struct skep_sidecar_facts *facts, struct skep_sidecar_header *header)
{
    *header = (struct skep_sidecar_header){.n_all = facts->n_all,
                                           .spec_n = (int64_t)facts->spec_n,
                                           .spec_crc = skep_crc32c(0, facts->spec, facts->spec_n),
                                           .out = facts->out,
                                           .kernel_version = facts->kernel_version};
    skep_sidecar_copy_text(header->token, sizeof header->token, facts->token);
    skep_sidecar_copy_text(header->job, sizeof header->job, facts->job);
    skep_sidecar_copy_text(header->queue, sizeof header->queue, facts->queue);
    skep_sidecar_claim(header);
}

static skep_status sidecar_write_new(int fd, const struct skep_sidecar_facts *facts, struct skep_error *err)
{
    struct skep_sidecar_header header;
    struct skep_sidecar_layout layout;
    skep_status st;

    header_of_facts(facts, &header);
    skep_sidecar_lay_out(&header, &layout);
    st = skep_disk_check_room(fd, layout.end, err);
    if (st == SKEP_OK) {
        st = skep_disk_reserve(fd, layout.end, err);
    }
    if (st == SKEP_EMPTY) {
        st = ftruncate(fd, (off_t)layout.end) == 0 ? SKEP_OK
                                                   : skep_error_errno(err, SKEP_E_OUTPUT, "cannot write");
    }
    if (st == SKEP_OK) {
        st = skep_disk_write(fd, facts->spec, facts->spec_n, layout.spec_at, err);
    }
    return st == SKEP_OK ? skep_sidecar_write_header(fd, &header, err) : st;
}

skep_status skep_sidecar_make(const struct skep_roots *roots, const char *path,
                              const struct skep_sidecar_facts *facts, struct skep_error *err)
{
    struct skep_draft draft = {.fd = -1};
    char *own = skep_sidecar_path(path);
    skep_status st;

    if (own == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a sidecar");
    }
    if (facts->spec_n > SKEP_SWEEP_SPEC_BYTES) {
        st = skep_error_set(err, SKEP_E_BAD_ARGS, "%.100s: a record of more than %d bytes", path,
                            SKEP_SWEEP_SPEC_BYTES);
        goto done;
    }
    st = skep_draft_open(&draft, roots, own, err);
    if (st != SKEP_OK) {
        goto done;
    }
    st = sidecar_write_new(draft.fd, facts, err);
    if (st == SKEP_OK) {
        st = skep_draft_publish(&draft, true, err);
    }
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", own);
    }
done:
    skep_draft_close(&draft);
    skep_free(own);
    return st;
}
