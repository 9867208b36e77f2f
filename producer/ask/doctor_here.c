/* SPDX-License-Identifier: MIT */
/* This machine: what a worker, and `skep run`, will find here. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "npy/roots.h"
#include "producer/ask/doctor_checks.h"
#include "producer/cli/folders.h"
#include "producer/cli/words.h"
#include "producer/run/child.h"
#include "queue/hello.h"

enum {
    HERE_DISK_FAIL_BYTES = 64 << 20,
    HERE_DISK_WARN_BYTES = 1 << 30,
    HERE_FILES_FAIL = 256,
    HERE_FILES_WARN = 1024,
    HERE_PROCESSES_A_CORE = 4,
    HERE_FIX_BYTES = 2048
};

/* ---- skep run's own server ---- */

/* "Redis server v=7.0.15 sha=..." of the program; 0: it does not say. */
static int here_ask_version(const char *program)
{
    char command[PATH_MAX + 32], line[256] = "";
    struct skep_buf quoted;
    const char *version;
    FILE *pipe;

    skep_buf_init(&quoted, PATH_MAX);
    skep_words_add_shell(&quoted, program);
    snprintf(command, sizeof command, "%s --version", skep_buf_failed(&quoted) ? "false" : quoted.bytes);
    skep_buf_release(&quoted);
    pipe = popen(command, "re");
    if (pipe == NULL) {
        return 0;
    }
    (void)!fgets(line, sizeof line, pipe);
    pclose(pipe);
    version = strstr(line, " v=");
    return version != NULL ? skep_hello_version(version + 3) : 0;
}

void skep_doctor_look_private(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    char path[PATH_MAX];
    int version;

    if (!doctor->is_private) {
        verdict->state = SKEP_DOCTOR_NONE;
        return;
    }
    if (!skep_child_find("redis-server", path, sizeof path)) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL,
                        "install it (Debian: apt install redis-server), or name a server with --redis URL",
                        "no server is named, and there is no redis-server in PATH for `skep run`");
        return;
    }
    version = here_ask_version(path);
    if (version < SKEP_OLDEST_REDIS) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL,
                        "install Redis 6.2 or later, or name a server with --redis URL",
                        "%.200s is older than 6.2, or does not say which version it is", path);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL,
                        "no server is named: `skep run` and `skep sweep` bring %.200s, Redis %d.%d.%d", path,
                        version / 10000, version / 100 % 100, version % 100);
    }
}

/* ---- folders ---- */

/* The folder of [NAME=]DIR: what stands before the first '=' is a name unless it holds a '/' (npy/roots.h).
 */
static const char *here_folder(const char *spec)
{
    const char *equals = strchr(spec, '=');
    const char *slash = strchr(spec, '/');

    return equals != NULL && (slash == NULL || equals < slash) ? equals + 1 : spec;
}

/* Whether all of FOLDERS are there and let us in; else VERDICT says which is not. */
static bool here_check_folders(const struct skep_text_list *folders, int access_wanted, const char *option,
                               struct skep_doctor_verdict *verdict)
{
    struct skep_roots *roots = NULL;
    struct skep_error err = {0};
    char fix[HERE_FIX_BYTES];
    skep_status st = skep_folders_open(folders, &roots, &err);

    skep_roots_free(roots);
    if (st != SKEP_OK) {
        snprintf(fix, sizeof fix, "make the folder, mount it, or name another with %s [NAME=]DIR", option);
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, fix, "%s: %s", option, skep_error_text(&err, st));
        return false;
    }
    for (size_t i = 0; i < folders->n; i++) {
        const char *folder = here_folder(folders->items[i]);
        if (access(folder, access_wanted) != 0) {
            snprintf(fix, sizeof fix, "let this user %s %.500s", access_wanted & W_OK ? "write to" : "read",
                     folder);
            skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, fix, "%s %.200s: no right to %s it", option, folder,
                            access_wanted & W_OK ? "write to" : "read");
            return false;
        }
    }
    return true;
}

void skep_doctor_look_roots(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_doctor_settings *settings = doctor->settings;

    if (settings->data.n + settings->output.n == 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL, "no folder is named (--data, --output)");
    } else if (here_check_folders(&settings->data, R_OK | X_OK, "--data", verdict) &&
               here_check_folders(&settings->output, W_OK | X_OK, "--output", verdict)) {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL,
                        "%zu data folder%s can be read, %zu output folder%s written to", settings->data.n,
                        skep_words_plural(settings->data.n), settings->output.n,
                        skep_words_plural(settings->output.n));
    }
}

/* The folder with the least room of those that outputs go to. */
static const char *here_fullest(const struct skep_doctor_settings *settings, int64_t *free_out)
{
    const char *fullest = ".";

    *free_out = settings->output.n == 0 ? skep_machine_disk_free(".", NULL) : INT64_MAX;
    for (size_t i = 0; i < settings->output.n; i++) {
        const char *folder = here_folder(settings->output.items[i]);
        int64_t n_free = skep_machine_disk_free(folder, NULL);
        if (n_free < *free_out) {
            *free_out = n_free;
            fullest = folder;
        }
    }
    return fullest;
}

void skep_doctor_look_disk(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    int64_t n_free;
    const char *folder = here_fullest(doctor->settings, &n_free);
    enum skep_doctor_state state = n_free < HERE_DISK_FAIL_BYTES   ? SKEP_DOCTOR_FAIL
                                   : n_free < HERE_DISK_WARN_BYTES ? SKEP_DOCTOR_WARN
                                                                   : SKEP_DOCTOR_OK;
    char text[SKEP_WORDS_BYTES];

    if (n_free < 0) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, "make the folder, or mount it", "%.200s: no such folder",
                        folder);
        return;
    }
    skep_doctor_say(verdict, state,
                    state != SKEP_DOCTOR_OK ? "make room, or name another folder with --output" : NULL,
                    "%s free in %.200s", skep_words_bytes((uint64_t)n_free, text), folder);
}

/* ---- limits, cores ---- */

void skep_doctor_look_limits(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_machine *machine = &doctor->machine;
    char text[SKEP_WORDS_BYTES];

    if (machine->open_files < HERE_FILES_WARN) {
        skep_doctor_say(verdict, machine->open_files < HERE_FILES_FAIL ? SKEP_DOCTOR_FAIL : SKEP_DOCTOR_WARN,
                        "ulimit -n 4096 (LimitNOFILE= of a unit): each input array and each slot takes some",
                        "at most %" PRId64 " open files", machine->open_files);
    } else if (machine->file_bytes != INT64_MAX) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN, "ulimit -f unlimited (LimitFSIZE= of a unit)",
                        "no file may be larger than %s: outputs, and a private server's data, end there",
                        skep_words_bytes((uint64_t)machine->file_bytes, text));
    } else if (machine->address_bytes != INT64_MAX) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN,
                        "ulimit -v unlimited (LimitAS= of a unit): mapped arrays count, though they share "
                        "memory",
                        "no process may map more than %s",
                        skep_words_bytes((uint64_t)machine->address_bytes, text));
    } else if (machine->processes < HERE_PROCESSES_A_CORE * machine->cores) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN, "ulimit -u 4096 (LimitNPROC= of a unit)",
                        "this user may have %" PRId64 " processes, on %" PRId64 " cores", machine->processes,
                        machine->cores);
    } else {
        snprintf(text, sizeof text, "%" PRId64, machine->open_files);
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "%s open files, files and memory of any size",
                        machine->open_files == INT64_MAX ? "any number of" : text);
    }
}

void skep_doctor_look_cores(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_machine *machine = &doctor->machine;
    char memory[SKEP_WORDS_BYTES], text[96] = "";

    if (machine->memory_limit_bytes > 0) {
        snprintf(text, sizeof text, "; at most %s of memory",
                 skep_words_bytes((uint64_t)machine->memory_limit_bytes, memory));
    }
    if (machine->quota_cores > 0 && machine->quota_cores < (double)machine->cores) {
        skep_doctor_say(
            verdict, machine->quota_cores < 1 ? SKEP_DOCTOR_WARN : SKEP_DOCTOR_OK,
            machine->quota_cores < 1 ? "give it a whole core (docker --cpus, limits.cpu, CPUQuota=)" : NULL,
            "%" PRId64 " cores, and a quota of %.4g of them: --slots auto is %" PRId64 "%s", machine->cores,
            machine->quota_cores, machine->cores_usable, text);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL,
                        "%" PRId64 " core%s, no quota: --slots auto is %" PRId64 "%s", machine->cores,
                        machine->cores == 1 ? "" : "s", machine->cores_usable, text);
    }
}
