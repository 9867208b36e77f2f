/* SPDX-License-Identifier: MIT */
#include "producer/commands.h"

#include <string.h>

#include "config/nearest.h"

static const struct skep_command *const commands_table[] = {
    /* work */
    &skep_command_run,
    &skep_command_sweep,
    &skep_command_push,
    &skep_command_results,
    &skep_command_watch,
    &skep_command_wait,
    /* how it goes */
    &skep_command_status,
    &skep_command_top,
    &skep_command_why,
    &skep_command_logs,
    &skep_command_report,
    &skep_command_queues,
    /* what to do about it */
    &skep_command_job,
    &skep_command_cancel,
    &skep_command_dead,
    &skep_command_replay,
    &skep_command_pause,
    &skep_command_resume,
    /* arrays */
    &skep_command_holes,
    &skep_command_verify,
    &skep_command_diff,
    &skep_command_peek,
    &skep_command_plot,
    /* the server */
    &skep_command_limits,
    &skep_command_audit,
    /* tools */
    &skep_command_chaos,
    &skep_command_cost,
    &skep_command_bench,
    &skep_command_doctor,
    &skep_command_evidence,
    &skep_command_kernels,
    &skep_command_completion,
    &skep_command_man,
    NULL,
};

const struct skep_command *const *skep_commands(void)
{
    return commands_table;
}

const struct skep_command *skep_commands_find(const struct skep_command *const *list, const char *name)
{
    for (; *list != NULL; list++) {
        if (strcmp((*list)->name, name) == 0) {
            return *list;
        }
    }
    return NULL;
}

const char *skep_commands_nearest(const struct skep_command *const *list, const char *name)
{
    size_t n = strlen(name);
    size_t best = n / 3 + 2; /* farther than this is no slip of the finger; one more than allowed */
    const char *nearest = NULL;

    for (; *list != NULL; list++) {
        size_t distance = skep_nearest_distance(name, n, (*list)->name, strlen((*list)->name));
        if (!(*list)->is_hidden && distance < best && distance < n) {
            best = distance;
            nearest = (*list)->name;
        }
    }
    return nearest;
}
