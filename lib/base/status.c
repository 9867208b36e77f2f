/* SPDX-License-Identifier: MIT */
#include "base/status.h"

#include <stddef.h>

struct status_row {
    skep_status status;
    enum skep_status_kind kind;
    const char *word;
    const char *text;
};

#define STATUS_ROW(name, number, kind, word, text) {SKEP_##name, SKEP_##kind, word, text},
static const struct status_row status_rows[] = {SKEP_STATUS_MAP(STATUS_ROW)};
#undef STATUS_ROW

static const struct status_row *status_find(skep_status status)
{
    static const struct status_row unknown = {SKEP_OK, SKEP_FINAL, "unknown", "unknown status"};

    for (size_t i = 0; i < sizeof status_rows / sizeof status_rows[0]; i++) {
        if (status_rows[i].status == status) {
            return &status_rows[i];
        }
    }
    return &unknown;
}

enum skep_status_kind skep_status_kind(skep_status status)
{
    return status_find(status)->kind;
}

const char *skep_status_word(skep_status status)
{
    return status_find(status)->word;
}

const char *skep_status_text(skep_status status)
{
    return status_find(status)->text;
}
