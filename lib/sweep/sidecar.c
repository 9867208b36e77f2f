/* SPDX-License-Identifier: MIT */
/* One file beside each output (its format: sidecar_header.c; its growing part: marks.c). Who writes holds a
 * lock on the open file, which dies with the process that holds it, however that dies. */
#include "sweep/sidecar.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "sweep/bits.h"
#include "sweep/crc32c.h"
#include "sweep/disk.h"
#include "sweep/draft.h"
#include "sweep/marks.h"
#include "sweep/sidecar_header.h"

struct skep_sidecar {
    int fd;
    const struct skep_roots *roots;
    char *path; /* its own, with .skep */
    char *spec;
    struct skep_sidecar_header header;
    struct skep_sidecar_facts facts; /* lent out; points into this */
    struct skep_marks marks;
    bool has_news; /* counts that are not in the file */
};

static skep_status sidecar_no_memory(struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_NOMEM, "no memory for a sidecar");
}

/* ---- opening ---- */

skep_status skep_sidecar_look(const struct skep_roots *roots, const char *path,
                              struct skep_sidecar_look *look_out, struct skep_error *err)
{
    struct skep_sidecar_header header;
    struct skep_here here;
    char *own = skep_sidecar_path(path);
    int fd = -1;
    skep_status st =
        own != NULL ? skep_roots_open(roots, own, strlen(own), &fd, err) : sidecar_no_memory(err);

    if (st != SKEP_OK) {
        goto done;
    }
    st = skep_sidecar_read_header(fd, &header, err);
    close(fd);
    if (st == SKEP_OK) {
        skep_here_get(&here);
        memcpy(look_out->token, header.token, sizeof header.token);
        look_out->is_here = here.boot_id[0] != '\0' && strcmp(here.boot_id, header.boot_id) == 0;
        look_out->is_complete = header.is_complete;
    } else {
        skep_error_prefix(err, "%.100s", own);
    }
done:
    skep_free(own);
    return st;
}

/* Become the one who writes. Whoever replaced the file between open and lock has another one locked. */
static skep_status sidecar_lock(struct skep_sidecar *sidecar, struct skep_error *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const struct skep_sidecar_header *header = &sidecar->header;
    struct stat ours, there;

    if (fcntl(sidecar->fd, F_OFD_SETLK, &lock) != 0) {
        if (errno != EAGAIN && errno != EACCES) {
            return skep_error_errno(err, SKEP_E_OUTPUT, "cannot lock");
        }
        return skep_sidecar_read_header(sidecar->fd, &sidecar->header, NULL) == SKEP_OK
                   ? skep_error_set(err, SKEP_E_CONFLICT, "process %d on %s gathers it already", header->pid,
                                    header->host)
                   : skep_error_set(err, SKEP_E_CONFLICT, "another process gathers it already");
    }
    if (fstat(sidecar->fd, &ours) != 0 ||
        !skep_roots_stat(sidecar->roots, sidecar->path, strlen(sidecar->path), &there) ||
        ours.st_dev != there.st_dev || ours.st_ino != there.st_ino) {
        return skep_error_set(err, SKEP_E_CONFLICT, "somebody replaced it just now");
    }
    return SKEP_OK;
}

static skep_status sidecar_read_spec(struct skep_sidecar *sidecar, struct skep_error *err)
{
    const struct skep_sidecar_header *header = &sidecar->header;
    struct skep_sidecar_layout layout;
    size_t n = (size_t)header->spec_n;
    skep_status st;

    skep_sidecar_lay_out(header, &layout);
    sidecar->spec = skep_malloc(n + 1);
    if (sidecar->spec == NULL) {
        return sidecar_no_memory(err);
    }
    sidecar->spec[n] = '\0';
    st = skep_disk_read(sidecar->fd, sidecar->spec, n, layout.spec_at, err);
    if (st == SKEP_OK && skep_crc32c(0, sidecar->spec, n) != header->spec_crc) {
        st = skep_error_set(err, SKEP_E_ARRAY_INVALID, "damaged: the record of its sweep");
    }
    return st;
}

static void sidecar_set_facts(struct skep_sidecar *sidecar)
{
    const struct skep_sidecar_header *header = &sidecar->header;
    struct skep_sidecar_facts *facts = &sidecar->facts;

    facts->spec = sidecar->spec;
    facts->spec_n = (size_t)header->spec_n;
    facts->job = header->job;
    facts->queue = header->queue;
    facts->out = header->out;
    facts->kernel_version = header->kernel_version;
    memcpy(facts->token, header->token, sizeof facts->token);
    memcpy(facts->boot_id, header->boot_id, sizeof facts->boot_id);
    memcpy(facts->host, header->host, sizeof facts->host);
    facts->pid = header->pid;
    facts->n_all = header->n_all;
    facts->is_complete = header->is_complete;
    facts->n_duplicates = header->n_duplicates;
    facts->n_conflicts = header->n_conflicts;
}

static skep_status sidecar_write_header(struct skep_sidecar *sidecar, struct skep_error *err)
{
    skep_status st = skep_sidecar_write_header(sidecar->fd, &sidecar->header, err);

    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", sidecar->path);
    }
    sidecar->has_news = st != SKEP_OK;
    sidecar_set_facts(sidecar);
    return st;
}

/* Bits that another boot did not sync are dropped before the header says that it is ours: killed in between,
 * the next one drops them again. */
static skep_status sidecar_load(struct skep_sidecar *sidecar, bool writes, struct skep_error *err)
{
    struct skep_here here;
    bool is_here;
    skep_status st = skep_sidecar_read_header(sidecar->fd, &sidecar->header, err);

    skep_here_get(&here);
    is_here = here.boot_id[0] != '\0' && strcmp(here.boot_id, sidecar->header.boot_id) == 0;
    if (st == SKEP_OK) {
        st = sidecar_read_spec(sidecar, err);
    }
    if (st == SKEP_OK) {
        st = skep_marks_load(&sidecar->marks, sidecar->fd, &sidecar->header, !is_here, err);
    }
    if (st != SKEP_OK || !writes) {
        return st;
    }
    if (!is_here) {
        st = skep_marks_rewrite(&sidecar->marks, err);
    }
    skep_sidecar_claim(&sidecar->header);
    return st == SKEP_OK ? sidecar_write_header(sidecar, err) : st;
}

skep_status skep_sidecar_open(const struct skep_roots *roots, const char *path, bool writes,
                              struct skep_sidecar **sidecar_out, struct skep_error *err)
{
    struct skep_sidecar *sidecar = skep_calloc(1, sizeof *sidecar);
    skep_status st;

    *sidecar_out = NULL;
    if (sidecar == NULL) {
        return sidecar_no_memory(err);
    }
    sidecar->fd = -1;
    sidecar->roots = roots;
    sidecar->path = skep_sidecar_path(path);
    st = sidecar->path == NULL ? sidecar_no_memory(err)
         : writes              ? skep_draft_reopen(roots, sidecar->path, &sidecar->fd, err)
                  : skep_roots_open(roots, sidecar->path, strlen(sidecar->path), &sidecar->fd, err);
    if (st != SKEP_OK) {
        goto failed;
    }
    st = writes ? sidecar_lock(sidecar, err) : SKEP_OK;
    if (st == SKEP_OK) {
        st = sidecar_load(sidecar, writes, err);
    }
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", sidecar->path);
        goto failed;
    }
    sidecar_set_facts(sidecar);
    *sidecar_out = sidecar;
    return SKEP_OK;
failed:
    skep_sidecar_close(sidecar);
    return st;
}

void skep_sidecar_close(struct skep_sidecar *sidecar)
{
    if (sidecar == NULL) {
        return;
    }
    skep_marks_release(&sidecar->marks);
    if (sidecar->fd >= 0) {
        close(sidecar->fd);
    }
    skep_free(sidecar->spec);
    skep_free(sidecar->path);
    skep_free(sidecar);
}

/* ---- facts ---- */

const struct skep_sidecar_facts *skep_sidecar_facts(const struct skep_sidecar *sidecar)
{
    return &sidecar->facts;
}

skep_status skep_sidecar_set_job(struct skep_sidecar *sidecar, const char *job, const char *queue,
                                 struct skep_error *err)
{
    skep_sidecar_copy_text(sidecar->header.job, sizeof sidecar->header.job, job);
    skep_sidecar_copy_text(sidecar->header.queue, sizeof sidecar->header.queue, queue);
    return sidecar_write_header(sidecar, err);
}

skep_status skep_sidecar_set_complete(struct skep_sidecar *sidecar, bool is_complete, struct skep_error *err)
{
    sidecar->header.is_complete = is_complete;
    return sidecar_write_header(sidecar, err);
}

/* ---- marks ---- */

bool skep_sidecar_is_done(const struct skep_sidecar *sidecar, int64_t index)
{
    return skep_bits_get(sidecar->marks.done, index);
}

uint32_t skep_sidecar_crc(const struct skep_sidecar *sidecar, int64_t index)
{
    return skep_marks_crc(&sidecar->marks, index);
}

int64_t skep_sidecar_count_done(const struct skep_sidecar *sidecar)
{
    return sidecar->marks.n_done;
}

int64_t skep_sidecar_next_hole(const struct skep_sidecar *sidecar, int64_t from)
{
    return skep_bits_next(sidecar->marks.done, sidecar->marks.n_all, from, false);
}

int64_t skep_sidecar_next_done(const struct skep_sidecar *sidecar, int64_t from)
{
    return skep_bits_next(sidecar->marks.done, sidecar->marks.n_all, from, true);
}

enum skep_mark skep_sidecar_mark(struct skep_sidecar *sidecar, int64_t index, uint32_t crc)
{
    bool is_same;

    if (!skep_bits_get(sidecar->marks.done, index)) {
        skep_marks_add(&sidecar->marks, index, crc);
        return SKEP_MARK_NEW;
    }
    is_same = skep_marks_crc(&sidecar->marks, index) == crc;
    sidecar->has_news = true;
    sidecar->header.n_duplicates += is_same;
    sidecar->header.n_conflicts += !is_same;
    sidecar->facts.n_duplicates = sidecar->header.n_duplicates;
    sidecar->facts.n_conflicts = sidecar->header.n_conflicts;
    return is_same ? SKEP_MARK_SEEN : SKEP_MARK_OTHER;
}

skep_status skep_sidecar_flush(struct skep_sidecar *sidecar, struct skep_error *err)
{
    skep_status st = skep_marks_flush(&sidecar->marks, err);

    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.100s", sidecar->path);
    }
    return st;
}

static skep_status sidecar_check_place(const struct skep_sidecar *sidecar, struct skep_error *err)
{
    struct stat ours, there;

    if (!skep_roots_stat(sidecar->roots, sidecar->path, strlen(sidecar->path), &there)) {
        return skep_error_set(err, SKEP_E_OUTPUT, "%.100s: deleted while its output filled", sidecar->path);
    }
    if (fstat(sidecar->fd, &ours) != 0 || ours.st_dev != there.st_dev || ours.st_ino != there.st_ino) {
        return skep_error_set(err, SKEP_E_OUTPUT, "%.100s: replaced while its output filled", sidecar->path);
    }
    if (there.st_size < sidecar->marks.layout.end) {
        return skep_error_set(err, SKEP_E_OUTPUT, "%.100s: cut off while its output filled", sidecar->path);
    }
    return SKEP_OK;
}

skep_status skep_sidecar_sync(struct skep_sidecar *sidecar, struct skep_error *err)
{
    skep_status st = sidecar_check_place(sidecar, err);

    if (st == SKEP_OK) {
        st = skep_sidecar_flush(sidecar, err);
    }
    if (st == SKEP_OK) {
        st = skep_marks_sync(&sidecar->marks, err);
        if (st != SKEP_OK) {
            skep_error_prefix(err, "%.100s", sidecar->path);
        }
    }
    return st == SKEP_OK && sidecar->has_news ? sidecar_write_header(sidecar, err) : st;
}
