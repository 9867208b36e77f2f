/* SPDX-License-Identifier: MIT */
#include "monitor/findings.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "monitor/findings_parts.h"
#include "task/json_member.h"

/* ---- the list ---- */

static const char *const severity_words[] = {
    [SKEP_SEVERITY_NOTE] = "note", [SKEP_SEVERITY_WARN] = "warning", [SKEP_SEVERITY_BAD] = "bad"};

struct finding_row {
    const char *word;
    enum skep_severity severity;
    const char *help;
};

#define FINDING_ROW(name, word, severity, help)                                                              \
    [SKEP_FINDING_##name] = {word, SKEP_SEVERITY_##severity, help},
static const struct finding_row finding_rows[SKEP_FINDING_KINDS] = {SKEP_FINDING_MAP(FINDING_ROW)};
#undef FINDING_ROW

const char *skep_severity_word(enum skep_severity severity)
{
    return severity_words[severity];
}

const char *skep_finding_word(enum skep_finding_kind kind)
{
    return finding_rows[kind].word;
}

enum skep_severity skep_finding_severity(enum skep_finding_kind kind)
{
    return finding_rows[kind].severity;
}

const char *skep_finding_help(enum skep_finding_kind kind)
{
    return finding_rows[kind].help;
}

void skep_finding_write(struct skep_buf *buf, const struct skep_finding *finding)
{
    skep_json_member_text(buf, "finding", skep_finding_word(finding->kind));
    skep_json_member_text(buf, "severity", skep_severity_word(skep_finding_severity(finding->kind)));
    skep_json_member_text(buf, "words", finding->words);
    skep_json_member_text(buf, "help", skep_finding_help(finding->kind));
}

/* ---- what several conditions say ---- */

const char *skep_finding_span(int64_t ms, char *out)
{
    static const struct {
        int64_t from_ms, unit_ms;
        const char *unit;
    } rows[] = {{INT64_C(172800000), INT64_C(86400000), "d"},
                {7200000, 3600000, "h"},
                {120000, 60000, "min"},
                {1000, 1000, "s"},
                {INT64_MIN, 1, "ms"}};
    size_t i = 0;

    while (ms < rows[i].from_ms) {
        i++;
    }
    snprintf(out, SKEP_FINDING_SPAN_BYTES, "%" PRId64 " %s", ms / rows[i].unit_ms, rows[i].unit);
    return out;
}

const char *skep_finding_name(const char *text, size_t n, char *out)
{
    size_t i = 0;

    for (; i < n && text[i] != '\0' && i + 1 < SKEP_FINDING_NAME_BYTES; i++) {
        out[i] = '?';
        if (text[i] > ' ' && text[i] <= '~') {
            out[i] = text[i];
        }
    }
    out[i] = '\0';
    return out;
}

const char *skep_finding_plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

/* ---- all of them ---- */

struct finding_checks {
    skep_finding_check *overview;
    skep_finding_check_server *server;
};

static const struct finding_checks finding_checks[SKEP_FINDING_KINDS] = {
    [SKEP_FINDING_PAUSED] = {.overview = skep_finding_paused},
    [SKEP_FINDING_RESULTS_FULL] = {.overview = skep_finding_results_full},
    [SKEP_FINDING_NO_WORKERS] = {.overview = skep_finding_no_workers},
    [SKEP_FINDING_STALLED] = {.overview = skep_finding_stalled},
    [SKEP_FINDING_SLOT_OVERDUE] = {.overview = skep_finding_overdue},
    [SKEP_FINDING_SLOT_STOPPED] = {.overview = skep_finding_stopped},
    [SKEP_FINDING_SILENT] = {.overview = skep_finding_silent},
    [SKEP_FINDING_HELD_UP] = {.overview = skep_finding_held_up},
    [SKEP_FINDING_DEPTH_FULL] = {.overview = skep_finding_depth_full},
    [SKEP_FINDING_VERSION_SKEW] = {.overview = skep_finding_versions},
    [SKEP_FINDING_CLOCKS_APART] = {.overview = skep_finding_clocks},
    [SKEP_FINDING_SUSPECTS] = {.overview = skep_finding_suspects},
    [SKEP_FINDING_MEMORY_SHORT] = {.server = skep_finding_memory},
    [SKEP_FINDING_EVICTION] = {.server = skep_finding_eviction},
    [SKEP_FINDING_READ_ONLY] = {.server = skep_finding_replica},
    [SKEP_FINDING_SAVE_BROKEN] = {.server = skep_finding_save},
    [SKEP_FINDING_NO_AOF] = {.server = skep_finding_no_aof},
    [SKEP_FINDING_EVERYSEC] = {.server = skep_finding_everysec},
};

bool skep_finding_is_of_server(enum skep_finding_kind kind)
{
    return finding_checks[kind].server != NULL;
}

size_t skep_findings(const struct skep_overview *overview, const struct skep_server_facts *facts,
                     struct skep_finding findings_out[SKEP_FINDINGS_MAX])
{
    size_t n = 0;

    for (int kind = 0; kind < SKEP_FINDING_KINDS; kind++) {
        const struct finding_checks *checks = &finding_checks[kind];
        struct skep_finding *finding = &findings_out[n];
        bool holds = checks->overview != NULL ? overview != NULL && checks->overview(overview, finding->words)
                                              : facts != NULL && checks->server(facts, finding->words);
        finding->kind = (enum skep_finding_kind)kind;
        n += holds;
    }
    return n;
}
