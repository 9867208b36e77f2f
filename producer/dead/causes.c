/* SPDX-License-Identifier: MIT */
#include "producer/dead/causes.h"

#include <stddef.h>
#include <string.h>

static const struct skep_cause causes[] = {
    {SKEP_E_BAD_RECORD,
     "mend whatever wrote the record and push it anew; `skep push --dry-run` finds such records first"},
    {SKEP_E_BAD_ARGS,
     "mend the arguments and push the task anew; `skep kernels NAME` says what the kernel wants"},
    {SKEP_E_UNKNOWN_KERNEL,
     "start a worker that has this kernel, then requeue; `skep kernels` lists those of this version"},
    {SKEP_E_ARRAY_MISSING,
     "put the file where the message says, on every machine that works on this queue, then requeue"},
    {SKEP_E_ARRAY_INVALID, "write the array anew as the message wants it, then requeue"},
    {SKEP_E_INPUT_CHANGED, "requeue when nobody writes to the input any more; new data belong into a new "
                           "file that is renamed over the old one"},
    {SKEP_E_KERNEL, "read the message; `skep replay` runs the task here, alone"},
    {SKEP_E_KERNEL_FINAL, "read the message; trying again as it stands is useless"},
    {SKEP_E_NUMERIC, "look at the input and the arguments: the numbers leave their range"},
    {SKEP_E_TIMEOUT,
     "give the task a longer timeout_s or less to do, or the worker a longer --task-time, then requeue"},
    {SKEP_E_MEMORY_LIMIT, "give the worker more memory or the task less to do, then requeue"},
    {SKEP_E_CRASH, "`skep replay --gdb` shows where the kernel dies; requeue when it has been mended"},
    {SKEP_E_LOST_WORKER, "look at the machines named below (out of memory? switched off?), then requeue"},
    {SKEP_E_EXPIRED, "start more workers, or push it anew with a later expires"},
    {SKEP_E_CANCELLED, "nothing: somebody cancelled it"},
    {SKEP_E_OUTPUT, "see to room and rights of the output folder, then requeue"},
    {SKEP_E_IO, "see to the file system of the inputs, then requeue"},
};

const struct skep_cause *skep_cause_find(const char *word)
{
    for (size_t i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        if (strcmp(skep_status_word(causes[i].status), word) == 0) {
            return &causes[i];
        }
    }
    return NULL;
}
