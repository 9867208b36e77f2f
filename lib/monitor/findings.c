/* SPDX-License-Identifier: MIT */
#include "monitor/findings.h"

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
