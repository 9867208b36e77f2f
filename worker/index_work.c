/* SPDX-License-Identifier: MIT */
#include "index_work.h"

#include <string.h>

#include "task/json.h"

enum { INDEX_WORK_BODY_BYTES = 16 << 20 };

skep_status skep_index_work_init(struct skep_index_work *work, const struct skep_run *run,
                                 const struct skep_bytes *record, struct skep_arena *arena,
                                 struct skep_error *err)
{
    *work = (struct skep_index_work){.run = run, .record = *record, .arena = arena};
    skep_buf_init(&work->body, INDEX_WORK_BODY_BYTES);
    return skep_header_parse(record->bytes, record->n, arena, &work->header, &work->spec, &work->spec_n, err);
}

void skep_index_work_release(struct skep_index_work *work)
{
    skep_buf_release(&work->body);
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
    if (work->all.task.kernel != NULL) {
        skep_json_add_key(&work->body, "kernel");
        skep_json_add_text(&work->body, work->all.task.kernel, strlen(work->all.task.kernel));
    }
    skep_buf_add_char(&work->body, '}');
}

const struct skep_work *skep_index_work_at(struct skep_index_work *work, const struct skep_known_sweep *known,
                                           int64_t position, int64_t index, bool with_record)
{
    struct skep_work *one = &work->one;

    if (!work->is_read) {
        skep_work_read(work->run, work->record.bytes, work->record.n, work->arena, &work->all);
        work->is_read = true;
    }
    *one = work->all;
    one->status = SKEP_OK; /* what is wrong with it comes as an outcome */
    one->header.is_range = true;
    one->header.lo = position;
    one->header.hi = position + 1;
    one->header.has_index = true;
    one->header.index = (uint64_t)index;
    one->id = skep_settle_name_index(known->job, index, work->id, sizeof work->id);
    one->body_n = 0;
    if (with_record) {
        index_work_write_body(work, known, position);
        one->body = work->body.bytes;
        one->body_n = work->body.length;
    }
    return one;
}
