/* SPDX-License-Identifier: MIT */
#include "index_work.h"

#include <string.h>

#include "task/json.h"

enum { INDEX_WORK_BODY_BYTES = 16 << 20 };

skep_status skep_index_work_init(struct skep_index_work *work, const struct skep_bytes *record,
                                 struct skep_arena *arena, struct skep_error *err)
{
    *work = (struct skep_index_work){0};
    skep_buf_init(&work->body, INDEX_WORK_BODY_BYTES);
    return skep_header_parse(record->bytes, record->n, arena, &work->header, &work->spec, &work->spec_n, err);
}

void skep_index_work_release(struct skep_index_work *work)
{
    skep_buf_release(&work->body);
}

struct skep_work skep_index_work_of(const struct skep_sweep *sweep, const struct skep_header *header,
                                    int64_t position)
{
    struct skep_work work = {
        .header = *header,
        .body = "",
        .task = {.kernel = sweep->kernel,
                 .has_retries = sweep->has_retries,
                 .retries = sweep->retries,
                 .timeout_s = sweep->timeout_s,
                 .backoff_s = sweep->backoff_s,
                 .meta = sweep->meta},
        .kernel = sweep->kernel != NULL ? skep_kernel_find(sweep->kernel) : NULL,
        .id = "",
    };

    work.header.is_range = true;
    work.header.lo = position;
    work.header.hi = position + 1;
    return work;
}

/* What its points say where that can be told, else the name of its kernel: the queue knows the rest by the
 * line. */
static void index_work_write_body(struct skep_index_work *work, const struct skep_known_sweep *known,
                                  int64_t position)
{
    struct skep_error err = {0};

    skep_buf_reset(&work->body);
    if (work->is_begun && skep_plan_record(known->plan, position, &work->body, &err) == SKEP_OK &&
        !skep_buf_failed(&work->body)) {
        return;
    }
    skep_buf_reset(&work->body);
    skep_buf_add_char(&work->body, '{');
    if (known->sweep.kernel != NULL) {
        skep_json_add_key(&work->body, "kernel");
        skep_json_add_text(&work->body, known->sweep.kernel, strlen(known->sweep.kernel));
    }
    skep_buf_add_char(&work->body, '}');
}

const struct skep_work *skep_index_work_at(struct skep_index_work *work, const struct skep_known_sweep *known,
                                           int64_t position, int64_t index, bool with_record)
{
    struct skep_work *one = &work->one;

    *one = skep_index_work_of(&known->sweep, &work->header, position);
    one->header.has_index = true;
    one->header.index = (uint64_t)index;
    one->id = skep_settle_name_index(known->job, index, work->id, sizeof work->id);
    if (with_record) {
        index_work_write_body(work, known, position);
        one->body = work->body.bytes;
        one->body_n = work->body.length;
    }
    return one;
}
