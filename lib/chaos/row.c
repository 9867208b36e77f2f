/* SPDX-License-Identifier: MIT */
#include "chaos/row.h"

#include <string.h>

static const struct skep_row *const rows[] = {
    &skep_row_kill,     &skep_row_crash,
    &skep_row_stop,     &skep_row_line,
    &skep_row_restart,  &skep_row_reapers,
    &skep_row_consumer, &skep_row_push,
    &skep_row_poison,   &skep_row_inputs,
    &skep_row_requeue,  &skep_row_capped,
    &skep_row_depth,    &skep_row_endurance,
    &skep_row_server,   &skep_row_everysec,
    &skep_row_power,    &skep_row_snapshot,
    &skep_row_replica,  &skep_row_stall,
    &skep_row_away,     &skep_row_storm,
    &skep_row_full,     &skep_row_disk,
    &skep_row_clock,    NULL,
};

const struct skep_row *const *skep_rows(void)
{
    return rows;
}

const struct skep_row *skep_rows_find(const char *name)
{
    for (size_t i = 0; rows[i] != NULL; i++) {
        if (strcmp(rows[i]->name, name) == 0) {
            return rows[i];
        }
    }
    return NULL;
}
