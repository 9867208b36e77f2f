/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_settings.h"

#include "producer/cli/command_rows.h"
#include "producer/sweep/sweep_factors.h"

#define AT(field) .offset = offsetof(struct skep_sweep_settings, field)

/* A generator. Those of all names share one field, which keeps their order. */
#define FACTOR(row_name, value, text)                                                                        \
    {                                                                                                        \
        .name = (row_name), .kind = SKEP_OPT_SERIES, AT(factors), .value_name = (value), .help = (text),     \
        .command_line_only = true                                                                            \
    }

const struct skep_option skep_sweep_options[] = {
    FACTOR(SKEP_SWEEP_GRID, "NAME=VALUES",
           "one variable: a list (0.1,0.2 or [0.1,0.2]), FROM:TO:N (N values, both ends included, as "
           "np.linspace) or @VECTOR.npy"),
    FACTOR(
        SKEP_SWEEP_ZIP, "NAME=VALUES",
        "the same, and one factor with the --zip options next to it: they go in step, and are equally long"),
    FACTOR(
        SKEP_SWEEP_RANGES, "LO,HI=A:B:PARTS",
        "two variables, the ends of the parts of [A,B): PARTS equal ones (the last ones longer by one where "
        "it does not divide), or with A:B/STEP parts of STEP"),
    FACTOR(SKEP_SWEEP_SPLIT, "NAME=TOTAL:PARTS",
           "one variable, the sizes of the parts of TOTAL (1e10 is an integer, too); {NAME.lo} and {NAME.hi} "
           "are its ends"),
    FACTOR(SKEP_SWEEP_AXIS, "NAME=A.npy:AXIS",
           "one variable, 0 to the length of that axis less 1; called like an argument that is an array, the "
           "argument is the slice"),
    FACTOR(SKEP_SWEEP_PAIRS, "I,J=N",
           "two different integers below N, or below the length of an axis (A.npy:AXIS)"),
    FACTOR(SKEP_SWEEP_PAIRS_UNORDERED, "I,J=N", "the same with I < J only"),
    FACTOR(SKEP_SWEEP_RANDOM, "NAME=A:B:N",
           "one variable, N numbers from [A,B), chosen by --seed: the same ones each time"),
    FACTOR(SKEP_SWEEP_LINES, "NAME=FILE",
           "one variable, the lines of FILE without blank ones (-: standard input); numbers when all of them "
           "are; up to 48K of them, more belong into an array"),
    FACTOR(SKEP_SWEEP_FILES, "NAME=GLOB",
           "one variable, the names of the files below --data that match, sorted; quote it"),
    {.name = "times",
     .kind = SKEP_OPT_TEXT,
     AT(times),
     .value_name = "K",
     .help = "everything K times, with other random numbers each time; {time} is the last factor"},
    {.name = "filter",
     .kind = SKEP_OPT_TEXT,
     AT(filter),
     .value_name = "EXPR",
     .help =
         "compute only where this is true, \"(i < j) & (r > 0.2)\" (the language of the kernel expr); the "
         "slices of the others keep the fill value"},
    {.name = "take",
     .kind = SKEP_OPT_TEXT,
     AT(take),
     .value_name = "N",
     .help = "compute only the first N tasks, in the order of --order"},
    {.name = "order",
     .kind = SKEP_OPT_TEXT,
     AT(order),
     .default_text = "index",
     .value_name = "ORDER",
     .help = "index: as they are counted; random: a permutation chosen by --seed; longest: those that cost "
             "most first (up to 4096 tasks)"},
    {.name = "const",
     .kind = SKEP_OPT_LIST,
     AT(consts),
     .value_name = "NAME=VALUE",
     .help = "an argument that is the same for all, like an operand; braces in it are no variables"},
    {.name = "seed",
     .kind = SKEP_OPT_TEXT,
     AT(seed),
     .default_text = "0",
     .value_name = "S",
     .help = "chooses all random numbers: 0 to 2^64 - 1"},
    {.name = "out",
     .letter = 'o',
     .kind = SKEP_OPT_LIST,
     AT(outs),
     .value_name = "SPEC",
     .help =
         "the array that is made: \"te.npy[{i},{r}]\" says where the value of a task goes; \"te.npy\" alone "
         "has an axis for each factor; \"te.npy[{i}]=[0:4]\" takes a part of the value"},
    {.name = "dtype",
     .kind = SKEP_OPT_TEXT,
     AT(dtype),
     .value_name = "TYPE",
     .help = "element type of the arrays (f4, i8, ...); that of the kernel's value when not given"},
    {.name = "fill",
     .kind = SKEP_OPT_TEXT,
     AT(fill),
     .value_name = "VALUE",
     .help = "what the arrays hold where nothing is yet: nan, or 0 where there is no NaN, when not given"},
    {.name = "reduce",
     .kind = SKEP_OPT_TEXT,
     AT(reduce),
     .value_name = "NAME",
     .help =
         "print one value of the complete array: sum, mean, var, min, max, argmin, argmax, hist, any, all, "
         "first, count, with arguments as in hist:bins=4,range=[0,8] and sum:nan=skip; the same bits whoever "
         "computed what"},
    {.name = "stop",
     .kind = SKEP_OPT_TEXT,
     AT(stop),
     .value_name = "WHEN",
     .help =
         "end at a hit (a value that is not 0, false or NaN): any, at the first one that comes; first, at "
         "that of the lowest position, whatever comes first"},
    {.name = "results",
     .kind = SKEP_OPT_TEXT,
     AT(results),
     .value_name = "FILE",
     .help =
         "also append a result line for each task to FILE (-: standard output), for sweeps that are not "
         "large; what happens when nothing says where the values go. With a server they stay in the queue: "
         "`skep results` takes them"},
    {.name = "retries",
     .kind = SKEP_OPT_I64,
     AT(retries),
     .default_text = "-1",
     .least = -1,
     .most = 1000,
     .value_name = "N",
     .help = "failures of a task that are tried again; -1: as the worker has it"},
    {.name = "timeout",
     .kind = SKEP_OPT_SECONDS,
     AT(timeout_s),
     .value_name = "SECONDS",
     .help = "time a task may take; 0: as long as it wants"},
    {.name = "backoff",
     .kind = SKEP_OPT_SECONDS,
     AT(backoff_s),
     .value_name = "SECONDS",
     .help = "pause before a task is tried again; 0: as the worker has it"},
    {.name = "dry-run",
     .letter = 'n',
     .kind = SKEP_OPT_FLAG,
     AT(is_dry),
     .help =
         "say what would be done: tasks, arrays, and after a probe of five tasks the time; writes nothing"},
    {.name = "resume",
     .kind = SKEP_OPT_FLAG,
     AT(resumes),
     .help = "when the arrays are there, and of this sweep: compute what is missing in them"},
    {.name = "force", .kind = SKEP_OPT_FLAG, AT(forces), .help = "replace arrays that are there"},
    SKEP_SLOTS_ROW(struct skep_sweep_settings, slots, SKEP_SLOTS_HELP),
    SKEP_DATA_ROW(struct skep_sweep_settings, data, NULL,
                  "folder that arrays are looked up in (default: the working folder); those of a named one "
                  "are written @NAME/file.npy"),
    SKEP_OUTPUT_ROW(struct skep_sweep_settings, output,
                    "folder that arrays are made in (default: the working folder)"),
    SKEP_WORKER_MEMORY_ROW(struct skep_sweep_settings, memory_bytes, SKEP_WORKER_MEMORY_HELP),
    SKEP_QUIET_ROW(struct skep_sweep_settings, is_quiet, SKEP_QUIET_HELP),
    SKEP_QUEUE_ROW(struct skep_sweep_settings, queue),
    {.name = "job",
     .kind = SKEP_OPT_TEXT,
     AT(job),
     .value_name = "NAME",
     .help =
         "its name on the server (default: the kernel's and eight digits), for `skep watch`, `skep wait` and "
         "`skep cancel`"},
    {.name = "detach",
     .kind = SKEP_OPT_FLAG,
     AT(is_detached),
     .help = "return when it is on the server; workers that see the arrays fill them"},
    SKEP_CONNECT_ROWS(struct skep_sweep_settings, connect),
    {.name = NULL},
};
