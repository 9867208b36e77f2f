/* SPDX-License-Identifier: MIT */
/* This machine: what a worker, and `skep run`, will find here. */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "npy/roots.h"
#include "producer/ask/doctor_checks.h"
#include "producer/cli/folders.h"
#include "producer/cli/words.h"
#include "producer/run/child.h"
#include "queue/hello.h"
#include "queue/server_facts.h"

enum {
    HERE_DISK_FAIL_BYTES = 64 << 20,
    HERE_DISK_WARN_BYTES = 1 << 30,
    HERE_FILES_FAIL = 256,
    HERE_FILES_WARN = 1024,
    HERE_PROCESSES_A_CORE = 4,
    HERE_FIX_BYTES = 2048
};

/* ---- skep run's own server ---- */

/* Start `PROGRAM --version`; what it says comes out of the descriptor that is returned. -1: it cannot be. */
static int here_spawn_version(char *program, pid_t *pid_out)
{
    char option[] = "--version";
    char *argv[] = {program, option, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    bool is_good;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    is_good = posix_spawn_file_actions_init(&actions) == 0;
    if (is_good) {
        is_good = posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) == 0 &&
                  posix_spawn(pid_out, program, &actions, NULL, argv, environ) == 0;
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    if (!is_good) {
        close(ends[0]);
    }
    return is_good ? ends[0] : -1;
}

/* "Redis server v=7.0.15 sha=..." of the program; 0: it does not say. */
static int here_ask_version(char *program)
{
    char line[256];
    const char *version;
    size_t n = 0;
    ssize_t got;
    pid_t pid;
    int fd = here_spawn_version(program, &pid);

    if (fd < 0) {
        return 0;
    }
    do {
        got = read(fd, line + n, sizeof line - 1 - n);
        n += got > 0 ? (size_t)got : 0;
    } while (got > 0 && n < sizeof line - 1);
    close(fd);
    (void)waitpid(pid, NULL, 0);
    line[n] = '\0';
    version = strstr(line, " v=");
    return version != NULL ? skep_hello_version(version + 3) : 0;
}

void skep_doctor_look_private(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    char path[PATH_MAX], text[SKEP_SERVER_VERSION_BYTES];
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
                        "no server is named: `skep run` and `skep sweep` bring %.200s, Redis %s", path,
                        skep_server_version_text(version, text));
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
