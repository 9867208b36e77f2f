/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "observe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One transaction of plain commands: a script would cost three times as much. */
enum part {
    PART_TIME,
    PART_N_KEYS,
    PART_MARK,
    PART_QUEUE,
    PART_OUT,
    PART_DEAD,
    PART_SUSPECT,
    PART_DELAYED,
    PART_WORKERS,
    PART_CYCLE,
    PART_CRASHES,
    PART_STAT,
    PART_CONF,
    PART_PUTS,
    PART_JOBS,
    PART_CANCEL,
    PART_RANGES,
    PART_HELD /* and one more for every further worker */
};

static const char save_script[] = "redis.call('SELECT', 1) redis.call('FLUSHDB') redis.call('SELECT', 0)\n"
                                  "local keys = redis.call('KEYS', '*')\n"
                                  "for _, key in ipairs(keys) do redis.call('COPY', key, key, 'DB', 1) end\n"
                                  "return #keys\n";

static const char restore_script[] =
    "redis.call('FLUSHDB') redis.call('SELECT', 1)\n"
    "local keys = redis.call('KEYS', '*')\n"
    "for _, key in ipairs(keys) do redis.call('COPY', key, key, 'DB', 0) end\n"
    "return #keys\n";

static struct skep_reply *observe_call(struct skep_conn *conn)
{
    struct skep_error err = {0};
    struct skep_reply *reply;

    if (skep_conn_call(conn, -1, &reply, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return reply;
}

/* COMMAND alone, with a key, or with a key and the words that ask for all of a list or a sorted set. */
static void observe_ask(struct skep_conn *conn, const char *command, const char *key)
{
    bool is_list = strcmp(command, "LRANGE") == 0, is_set = strcmp(command, "ZRANGE") == 0;

    skep_conn_begin(conn, 1u + (key != NULL) + (is_list || is_set ? 2u : 0u) + is_set);
    skep_conn_arg_text(conn, command);
    if (key != NULL) {
        skep_conn_arg_text(conn, key);
    }
    if (is_list || is_set) {
        skep_conn_arg_text(conn, "0");
        skep_conn_arg_text(conn, "-1");
    }
    if (is_set) {
        skep_conn_arg_text(conn, "WITHSCORES");
    }
}

void observe_read(struct skep_conn *conn, const struct skep_keys *keys, const struct model *model,
                  struct observation *out)
{
    const struct {
        const char *command, *key;
    } parts[PART_HELD] = {
        [PART_TIME] = {"TIME", NULL},
        [PART_N_KEYS] = {"DBSIZE", NULL},
        [PART_MARK] = {"GET", keys->reader},
        [PART_QUEUE] = {"LRANGE", keys->queue},
        [PART_OUT] = {"LRANGE", keys->out},
        [PART_DEAD] = {"LRANGE", keys->dead},
        [PART_SUSPECT] = {"LRANGE", keys->suspect},
        [PART_DELAYED] = {"ZRANGE", keys->delayed},
        [PART_WORKERS] = {"ZRANGE", keys->workers},
        [PART_CYCLE] = {"HGETALL", keys->cycle},
        [PART_CRASHES] = {"HGETALL", keys->crashes},
        [PART_STAT] = {"HGETALL", keys->stat},
        [PART_CONF] = {"HGETALL", keys->conf},
        [PART_PUTS] = {"HGETALL", keys->puts},
        [PART_JOBS] = {"HGETALL", keys->jobs},
        [PART_CANCEL] = {"HKEYS", keys->cancel},
        [PART_RANGES] = {"HGETALL", keys->ranges},
    };
    struct skep_error err = {0};
    struct skep_reply *reply = NULL;
    skep_status st;

    observe_ask(conn, "MULTI", NULL);
    for (size_t i = 0; i < PART_HELD; i++) {
        observe_ask(conn, parts[i].command, parts[i].key);
    }
    for (size_t i = 0; i < model->n_workers; i++) {
        char held[SKEP_KEY_BYTES];
        snprintf(held, sizeof held, "%s%s", keys->held_prefix, model->workers[i].name);
        observe_ask(conn, "LRANGE", held);
    }
    observe_ask(conn, "EXEC", NULL);
    st = skep_conn_flush(conn, &err);
    while (st == SKEP_OK && skep_conn_pending(conn) > 0) {
        st = skep_conn_reply(conn, -1, &reply, &err);
    }
    if (st != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(reply->n, PART_HELD + model->n_workers);
    *out = (struct observation){.parts = reply->items, .n_held = model->n_workers};
    out->now_ms = strtoll(reply->items[PART_TIME].items[0].bytes, NULL, 10) * 1000 +
                  strtoll(reply->items[PART_TIME].items[1].bytes, NULL, 10) / 1000;
}

static void observe_copy(struct skep_conn *conn, const char *script)
{
    skep_conn_begin(conn, 3);
    skep_conn_arg_text(conn, "EVAL");
    skep_conn_arg_text(conn, script);
    skep_conn_arg_text(conn, "0");
    (void)observe_call(conn);
}

void observe_save(struct skep_conn *conn)
{
    observe_copy(conn, save_script);
}

void observe_restore(struct skep_conn *conn)
{
    observe_copy(conn, restore_script);
}

/* ---- comparing ---- */

struct comparison {
    char *words; /* of the first difference; "" while there is none */
    size_t size;
};

static void differ(struct comparison *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void differ(struct comparison *c, const char *format, ...)
{
    va_list args;

    if (c->words[0] == '\0') {
        va_start(args, format);
        vsnprintf(c->words, c->size, format, args);
        va_end(args);
    }
}

static bool text_is(const struct skep_reply *reply, const char *text)
{
    return reply->kind == SKEP_REPLY_TEXT && strcmp(reply->bytes, text) == 0;
}

static void compare_list(struct comparison *c, const char *name, const struct skep_reply *seen,
                         const struct records *wanted)
{
    if (seen->n != wanted->n) {
        differ(c, "%s has %zu, the model %zu", name, seen->n, wanted->n);
        return;
    }
    for (size_t i = 0; i < seen->n; i++) {
        const struct record *record = &wanted->items[i];
        if (!record_is(record, seen->items[i].bytes, seen->items[i].length)) {
            differ(c, "%s[%zu] is '%.80s', in the model '%.80s'", name, i, seen->items[i].bytes,
                   record->bytes);
            return;
        }
    }
}

static void compare_delayed(struct comparison *c, const struct skep_reply *seen, const struct model *model)
{
    if (seen->n != 2 * model->n_delayed) {
        differ(c, "delayed has %zu, the model %zu", seen->n / 2, model->n_delayed);
        return;
    }
    for (size_t i = 0; i < model->n_delayed; i++) {
        const struct model_delayed *wanted = &model->delayed[i];
        const struct skep_reply *record = &seen->items[2 * i];
        if (!record_is(&wanted->record, record->bytes, record->length) ||
            skep_beat_counter(record + 1) != wanted->due_ms) {
            differ(c, "delayed[%zu] is '%.80s' due %s, in the model '%.80s' due %" PRId64, i, record->bytes,
                   record[1].bytes, wanted->record.bytes, wanted->due_ms);
        }
    }
}

/* The value of FIELD in the reply to HGETALL or ZRANGE; NULL: there is none. */
static const struct skep_reply *hash_find(const struct skep_reply *hash, const char *field)
{
    for (size_t i = 0; i + 1 < hash->n; i += 2) {
        if (text_is(&hash->items[i], field)) {
            return &hash->items[i + 1];
        }
    }
    return NULL;
}

static void compare_field(struct comparison *c, const char *name, const struct skep_reply *hash,
                          const char *field, const char *wanted)
{
    const struct skep_reply *value = hash_find(hash, field);

    if (value == NULL || !text_is(value, wanted)) {
        differ(c, "%s of %s is %s, in the model %s", name, field, value != NULL ? value->bytes : "nothing",
               wanted);
    }
}

static void compare_number(struct comparison *c, const char *name, const struct skep_reply *hash,
                           const char *field, int64_t wanted)
{
    char text[32];

    snprintf(text, sizeof text, "%" PRId64, wanted);
    compare_field(c, name, hash, field, text);
}

static void compare_workers(struct comparison *c, const struct skep_reply *parts, const struct model *model)
{
    if (parts[PART_WORKERS].n != 2 * model->n_workers || parts[PART_CYCLE].n != 2 * model->n_workers) {
        differ(c, "%zu workers are registered, %zu have cycles, the model has %zu", parts[PART_WORKERS].n / 2,
               parts[PART_CYCLE].n / 2, model->n_workers);
        return;
    }
    for (size_t i = 0; i < model->n_workers; i++) {
        const struct model_worker *worker = &model->workers[i];
        const struct skep_reply *score = hash_find(&parts[PART_WORKERS], worker->name);
        char cycle[64];
        if (score == NULL || skep_beat_counter(score) != worker->beat) {
            differ(c, "the beat of %s is %s, in the model %" PRId64, worker->name,
                   score != NULL ? score->bytes : "nothing", worker->beat);
            return;
        }
        snprintf(cycle, sizeof cycle, "%" PRIu64 " %" PRIu64 "%s%s%s", worker->n_cycles, worker->n_settled,
                 worker->has_suspect ? "s" : "", worker->has_range ? "r" : "",
                 worker->has_range && worker->n_last == 0 ? "k" : "");
        compare_field(c, "cycle", &parts[PART_CYCLE], worker->name, cycle);
        compare_list(c, worker->name, &parts[PART_HELD + i], &worker->held);
    }
}

static void compare_crashes(struct comparison *c, const struct skep_reply *seen, const struct model *model)
{
    if (seen->n != 2 * model->n_crashes) {
        differ(c, "crashes has %zu, the model %zu", seen->n / 2, model->n_crashes);
    }
    for (size_t i = 0; i < model->n_crashes; i++) {
        char text[MODEL_INFO_BYTES + 32];
        snprintf(text, sizeof text, "%u %s", model->crashes[i].n, model->crashes[i].info);
        compare_field(c, "crashes", seen, model->crashes[i].key, text);
    }
}

static void compare_stat(struct comparison *c, const struct skep_reply *seen, const struct model *model)
{
#define STAT_COMPARE(name, help)                                                                             \
    if (model->stat.name != 0 || hash_find(seen, #name) != NULL) {                                           \
        compare_number(c, "stat", seen, #name, model->stat.name);                                            \
    }
    SKEP_STAT_MAP(STAT_COMPARE)
#undef STAT_COMPARE
}

static void compare_conf(struct comparison *c, const struct skep_reply *seen, const struct model *model)
{
    size_t n = (size_t)model->is_pause_set + (model->max_depth >= 0) + (model->max_results >= 0) +
               (model->max_dead >= 0);

    if (seen->n != 2 * n) {
        differ(c, "conf has %zu fields, the model %zu", seen->n / 2, n);
    }
    if (model->is_pause_set) {
        compare_number(c, "conf", seen, "paused", model->is_paused);
    }
    if (model->max_depth >= 0) {
        compare_number(c, "conf", seen, "max_depth", model->max_depth);
    }
    if (model->max_results >= 0) {
        compare_number(c, "conf", seen, "max_results", model->max_results);
    }
    if (model->max_dead >= 0) {
        compare_number(c, "conf", seen, "max_dead", model->max_dead);
    }
}

static void compare_puts(struct comparison *c, const struct skep_reply *seen, const struct model *model)
{
    if (seen->n != 2 * model->n_pushes) {
        differ(c, "puts has %zu, the model %zu", seen->n / 2, model->n_pushes);
    }
    for (size_t i = 0; i < model->n_pushes; i++) {
        compare_number(c, "puts", seen, model->pushes[i].id, (int64_t)model->pushes[i].n);
    }
}

/* One field of a job. What the model does not know of it (a time) is only there. */
static void compare_job_field(struct comparison *c, const struct skep_reply *seen, char letter,
                              const struct model_job *job, int64_t number)
{
    char field[MODEL_NAME_BYTES + 2];

    snprintf(field, sizeof field, "%c:%s", letter, job->name);
    if (number >= 0) {
        compare_number(c, "jobs", seen, field, number);
    } else if (hash_find(seen, field) == NULL) {
        differ(c, "jobs has no %s", field);
    }
}

/* What range jobs have besides: how many fields. */
static size_t compare_range_job(struct comparison *c, const struct skep_reply *seen,
                                const struct model_job *job)
{
    size_t n = 1;

    compare_job_field(c, seen, 'b', job, job->begun_ms);
    if (job->stop != NULL) {
        compare_job_field(c, seen, 's', job, -1);
        n++;
    }
    if (job->hit >= 0) {
        compare_job_field(c, seen, 'h', job, job->hit);
        compare_job_field(c, seen, 'w', job, job->winner);
        n += 2;
    }
    if (job->is_to_be_forgotten) {
        compare_job_field(c, seen, 'z', job, -1);
        n++;
    }
    return n;
}

static void compare_specs(struct comparison *c, const struct skep_reply *seen, const struct model *model)
{
    size_t n = 0;

    for (size_t i = 0; i < model->n_jobs; i++) {
        if (model->jobs[i].spec != NULL) {
            compare_field(c, "ranges", seen, model->jobs[i].name, model->jobs[i].spec);
            n++;
        }
    }
    for (size_t i = 0; i < model->n_tombs; i++) {
        compare_field(c, "ranges", seen, model->tombs[i], "");
        n++;
    }
    if (seen->n != 2 * n) {
        differ(c, "%zu range jobs have a spec, in the model %zu", seen->n / 2, n);
    }
}

static void compare_jobs(struct comparison *c, const struct skep_reply *seen, const struct model *model)
{
    size_t n_fields = 0;

    for (size_t i = 0; i < model->n_jobs; i++) {
        const struct model_job *job = &model->jobs[i];
        compare_job_field(c, seen, 'n', job, job->n_announced);
        compare_job_field(c, seen, 't', job, -1);
        n_fields += 2;
        for (size_t k = 0; k < 3; k++) {
            if (job->is_told[k]) {
                compare_job_field(c, seen, "dfc"[k], job, job -> n[k]);
                n_fields++;
            }
        }
        if (job->is_cancelled) {
            compare_job_field(c, seen, 'x', job, -1);
            n_fields++;
        }
        n_fields += job->spec != NULL ? compare_range_job(c, seen, job) : 0;
    }
    if (seen->n != 2 * n_fields) {
        differ(c, "jobs has %zu fields, the model %zu", seen->n / 2, n_fields);
    }
}

static void compare_cancels(struct comparison *c, const struct skep_reply *seen, const struct model *model)
{
    if (seen->n != model->n_cancels) {
        differ(c, "%zu cancellations are there, in the model %zu", seen->n, model->n_cancels);
    }
    for (size_t i = 0; i < model->n_cancels; i++) {
        bool is_there = false;
        for (size_t k = 0; k < seen->n; k++) {
            is_there = is_there || text_is(&seen->items[k], model->cancels[i]);
        }
        if (!is_there) {
            differ(c, "%s is not cancelled", model->cancels[i]);
        }
    }
}

bool observe_equals(const struct observation *observation, const struct model *model, char *words,
                    size_t size)
{
    const struct skep_reply *parts = observation->parts;
    struct comparison c = {words, size};

    words[0] = '\0';
    compare_list(&c, "queue", &parts[PART_QUEUE], &model->queue);
    compare_workers(&c, parts, model);
    compare_list(&c, "out", &parts[PART_OUT], &model->out);
    compare_list(&c, "dead", &parts[PART_DEAD], &model->dead);
    compare_list(&c, "suspect", &parts[PART_SUSPECT], &model->suspect);
    compare_delayed(&c, &parts[PART_DELAYED], model);
    compare_crashes(&c, &parts[PART_CRASHES], model);
    compare_stat(&c, &parts[PART_STAT], model);
    compare_conf(&c, &parts[PART_CONF], model);
    compare_puts(&c, &parts[PART_PUTS], model);
    compare_jobs(&c, &parts[PART_JOBS], model);
    compare_cancels(&c, &parts[PART_CANCEL], model);
    compare_specs(&c, &parts[PART_RANGES], model);
    if (parts[PART_MARK].kind == SKEP_REPLY_NIL ? model->mark[0] != '\0'
                                                : !text_is(&parts[PART_MARK], model->mark)) {
        differ(&c, "the reader's mark is not that of '%s'", model->mark);
    }
    if ((size_t)parts[PART_N_KEYS].integer != model_n_keys(model)) {
        differ(&c, "the server has %" PRId64 " keys, the model %zu", parts[PART_N_KEYS].integer,
               model_n_keys(model));
    }
    return words[0] == '\0';
}

void observe_each_task(const struct observation *observation,
                       void (*see)(void *context, const struct skep_bytes *record), void *context)
{
    static const enum part lists[] = {PART_QUEUE, PART_DEAD, PART_SUSPECT};
    const struct skep_reply *parts = observation->parts;

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        for (size_t j = 0; j < parts[lists[i]].n; j++) {
            const struct skep_reply *r = &parts[lists[i]].items[j];
            see(context, &(struct skep_bytes){r->bytes, r->length});
        }
    }
    for (size_t i = 0; i + 1 < parts[PART_DELAYED].n; i += 2) {
        const struct skep_reply *r = &parts[PART_DELAYED].items[i];
        see(context, &(struct skep_bytes){r->bytes, r->length});
    }
    for (size_t i = 0; i < observation->n_held; i++) {
        const struct skep_reply *held = &parts[PART_HELD + i];
        for (size_t j = 0; j < held->n; j++) {
            see(context, &(struct skep_bytes){held->items[j].bytes, held->items[j].length});
        }
    }
}
