/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_COMMANDS_H
#define SKEP_PRODUCER_COMMANDS_H

#include <stddef.h>

#include "producer/cli/command.h"

/* The commands of the program, each defined in the file of its name. */
extern const struct skep_command skep_command_run;
extern const struct skep_command skep_command_sweep;
extern const struct skep_command skep_command_push;
extern const struct skep_command skep_command_results;
extern const struct skep_command skep_command_wait;
extern const struct skep_command skep_command_job;
extern const struct skep_command skep_command_cancel;
extern const struct skep_command skep_command_status;
extern const struct skep_command skep_command_report;
extern const struct skep_command skep_command_top;
extern const struct skep_command skep_command_logs;
extern const struct skep_command skep_command_why;
extern const struct skep_command skep_command_queues;
extern const struct skep_command skep_command_dead;
extern const struct skep_command skep_command_replay;
extern const struct skep_command skep_command_pause;
extern const struct skep_command skep_command_resume;
extern const struct skep_command skep_command_limits;
extern const struct skep_command skep_command_audit;
extern const struct skep_command skep_command_chaos;
extern const struct skep_command skep_command_cost;
extern const struct skep_command skep_command_bench;
extern const struct skep_command skep_command_watch;
extern const struct skep_command skep_command_holes;
extern const struct skep_command skep_command_verify;
extern const struct skep_command skep_command_diff;
extern const struct skep_command skep_command_peek;
extern const struct skep_command skep_command_plot;
extern const struct skep_command skep_command_doctor;
extern const struct skep_command skep_command_evidence;
extern const struct skep_command skep_command_kernels;
extern const struct skep_command skep_command_completion;
extern const struct skep_command skep_command_man;

/* All of them, in the order of the help; NULL-terminated. */
const struct skep_command *const *skep_commands(void);

/* The command of that name in a NULL-terminated list, or NULL. */
const struct skep_command *skep_commands_find(const struct skep_command *const *list, const char *name);

/* The name that somebody who typed NAME may have meant, or NULL. */
const char *skep_commands_nearest(const struct skep_command *const *list, const char *name);

#endif
