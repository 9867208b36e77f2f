/* SPDX-License-Identifier: MIT */
/* What is told of the exporter and of the Redis server it reads; and how rows become text. */
#include "families.h"

#include <math.h>

#include "text.h"

/* ---- the exporter ---- */

static double families_up(const struct skep_export_state *state, int64_t now_ms)
{
    return state->is_up && skep_export_is_fresh(state, now_ms);
}

static double families_read_age(const struct skep_export_state *state, int64_t now_ms)
{
    return state->read_ms >= 0 ? (double)(now_ms - state->read_ms) / 1e3 : NAN;
}

static double families_read_seconds(const struct skep_export_state *state, int64_t now_ms)
{
    (void)now_ms;
    return state->read_ms >= 0 ? (double)state->read_ns / 1e9 : NAN;
}

static double families_readings(const struct skep_export_state *state, int64_t now_ms)
{
    (void)now_ms;
    return (double)state->n_readings;
}

static double families_queues(const struct skep_export_state *state, int64_t now_ms)
{
    return skep_export_is_fresh(state, now_ms) ? (double)state->n_known : NAN;
}

static double families_left_out(const struct skep_export_state *state, int64_t now_ms)
{
    return skep_export_is_fresh(state, now_ms) ? (double)(state->n_known - state->n_queues) : NAN;
}

static void families_write_build(struct skep_buf *buf, const struct skep_export_family *family,
                                 const struct skep_export_state *state, int64_t now_ms)
{
    const struct skep_export_labels labels = {1, {{"version", SKEP_VERSION}}};

    (void)state;
    (void)now_ms;
    skep_export_text_sample(buf, family->name, "", &labels, 1);
}

static void families_write_errors(struct skep_buf *buf, const struct skep_export_family *family,
                                  const struct skep_export_state *state, int64_t now_ms)
{
    (void)now_ms;
    for (size_t i = 0; i < state->n_errors; i++) {
        const struct skep_export_labels labels = {1, {{"error", state->errors[i].word}}};
        skep_export_text_sample(buf, family->name, "", &labels, (double)state->errors[i].n);
    }
}

/* ---- the server ---- */

static bool families_has_facts(const struct skep_export_state *state, int64_t now_ms)
{
    return state->has_facts && skep_export_is_fresh(state, now_ms);
}

#define FAMILIES_FACT(name, value)                                                                           \
    static double families_##name(const struct skep_export_state *state, int64_t now_ms)                     \
    {                                                                                                        \
        return families_has_facts(state, now_ms) ? (double)(value) : NAN;                                    \
    }
FAMILIES_FACT(used, state->facts.has_info ? (double)state->facts.used_bytes : NAN)
FAMILIES_FACT(limit, state->facts.has_info ? (double)state->facts.max_bytes : NAN)
FAMILIES_FACT(clients, state->facts.has_info ? (double)state->facts.n_clients : NAN)
FAMILIES_FACT(apart, (double)state->facts.apart_ms / 1e3)
FAMILIES_FACT(round_trip, state->facts.round_trip_s)
#undef FAMILIES_FACT

static void families_write_server(struct skep_buf *buf, const struct skep_export_family *family,
                                  const struct skep_export_state *state, int64_t now_ms)
{
    static const char *const known_words[] = {"unknown", "no", "yes"};
    const struct skep_server_facts *facts = &state->facts;
    char version[SKEP_SERVER_VERSION_BYTES];

    if (families_has_facts(state, now_ms) && facts->has_info) {
        const struct skep_export_labels labels = {
            4,
            {{"version", skep_server_version_text(facts->version, version)},
             {"aof", known_words[facts->has_aof + 1]},
             {"fsync", facts->fsync},
             {"eviction", facts->eviction}}};
        skep_export_text_sample(buf, family->name, "", &labels, 1);
    }
}

static void families_write_findings(struct skep_buf *buf, const struct skep_export_family *family,
                                    const struct skep_export_state *state, int64_t now_ms)
{
    for (size_t i = 0; i < state->n_findings && families_has_facts(state, now_ms); i++) {
        enum skep_finding_kind kind = state->findings[i].kind;
        const struct skep_export_labels labels = {
            2,
            {{"finding", skep_finding_word(kind)},
             {"severity", skep_severity_word(skep_finding_severity(kind))}}};
        skep_export_text_sample(buf, family->name, "", &labels, 1);
    }
}

const struct skep_export_family skep_export_families[] = {
    {"skep_exporter_build_info", "gauge", "version", "always 1; the exporter's version", NULL, NULL,
     families_write_build},
    {"skep_up", "gauge", "", "1: Redis and the queues in it could be read just now", families_up, NULL, NULL},
    {"skep_read_age_seconds", "gauge", "", "since Redis was last read completely", families_read_age, NULL,
     NULL},
    {"skep_read_seconds", "gauge", "", "how long that reading took", families_read_seconds, NULL, NULL},
    {"skep_readings_total", "counter", "", "readings of Redis that were tried", families_readings, NULL,
     NULL},
    {"skep_reading_errors_total", "counter", "error", "readings that failed, by the word of their failure",
     NULL, NULL, families_write_errors},
    {"skep_queues", "gauge", "", "queues that the server knows", families_queues, NULL, NULL},
    {"skep_queues_left_out", "gauge", "", "of these, not read: --max-queues, or not among those of -q",
     families_left_out, NULL, NULL},
    {"skep_redis_info", "gauge", "version, aof, fsync, eviction",
     "always 1; what the Redis server says of itself", NULL, NULL, families_write_server},
    {"skep_redis_memory_used_bytes", "gauge", "", "memory that Redis uses", families_used, NULL, NULL},
    {"skep_redis_memory_max_bytes", "gauge", "", "its maxmemory; 0: no limit", families_limit, NULL, NULL},
    {"skep_redis_clients", "gauge", "", "connections to Redis", families_clients, NULL, NULL},
    {"skep_redis_clock_apart_seconds", "gauge", "", "its clock minus that of the exporter's machine",
     families_apart, NULL, NULL},
    {"skep_redis_round_trip_seconds", "gauge", "", "the shortest of a few round trips to it",
     families_round_trip, NULL, NULL},
    {"skep_server_finding", "gauge", "finding, severity",
     "1: this was found of the server (no sample: it was not); the list is that of `skep status`", NULL, NULL,
     families_write_findings},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};

/* ---- rows become text ---- */

bool skep_export_family_tells(const struct skep_export_state *state, const struct skep_export_queue *queue,
                              int64_t now_ms)
{
    return skep_export_queue_is_fresh(state, queue, now_ms);
}

static void families_write_of_queues(struct skep_buf *buf, const struct skep_export_family *family,
                                     const struct skep_export_state *state, int64_t now_ms)
{
    for (size_t i = 0; i < state->n_queues; i++) {
        const struct skep_export_labels labels = {1, {{"queue", state->queues[i]->name}}};
        double value = skep_export_family_tells(state, state->queues[i], now_ms)
                           ? family->of_queue(state->queues[i], now_ms)
                           : NAN;
        if (!isnan(value)) {
            skep_export_text_sample(buf, family->name, "", &labels, value);
        }
    }
}

static void families_write_row(struct skep_buf *buf, const struct skep_export_family *family,
                               const struct skep_export_state *state, int64_t now_ms)
{
    double value;

    skep_export_text_head(buf, family->name, family->kind, family->help);
    if (family->write != NULL) {
        family->write(buf, family, state, now_ms);
    } else if (family->of_queue != NULL) {
        families_write_of_queues(buf, family, state, now_ms);
    } else {
        value = family->of_state(state, now_ms);
        if (!isnan(value)) {
            skep_export_text_sample(buf, family->name, "", NULL, value);
        }
    }
}

void skep_export_families_write(struct skep_buf *buf, const struct skep_export_state *state, int64_t now_ms)
{
    for (const struct skep_export_family *row = skep_export_families; row->name != NULL; row++) {
        families_write_row(buf, row, state, now_ms);
    }
    for (const struct skep_export_family *row = skep_export_queue_families; row->name != NULL; row++) {
        families_write_row(buf, row, state, now_ms);
    }
}

static void families_describe(struct skep_buf *buf, const struct skep_export_family *row)
{
    for (; row->name != NULL; row++) {
        skep_buf_printf(buf, "%s\t%s\t%s\t%s\n", row->name, row->kind,
                        row->labels[0] != '\0' ? row->labels : "-", row->help);
    }
}

void skep_export_families_describe(struct skep_buf *buf)
{
    families_describe(buf, skep_export_families);
    families_describe(buf, skep_export_queue_families);
}
