/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "hive.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/until.h"

enum { SLOTS_WAIT_MS = 30000 };

static bool is_over(void *worker)
{
    return test_process_is_over(worker);
}

void hive_await_end(struct hive *hive, struct test_process *worker, int status, int timeout_ms)
{
    if (!test_until(is_over, worker, timeout_ms)) {
        hive_fail(hive, "the worker still runs after %d ms", timeout_ms);
    }
    if (worker->status != status) {
        hive_fail(hive, "the worker ended with status %d, not %d", worker->status, status);
    }
    hive_check_sanitizers(hive);
}

/* The parent of a process and whether it is more than a zombie; false when there is no such process. */
static bool look_at(pid_t pid, pid_t *parent_out)
{
    char path[64], state = 'Z';
    int parent = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    f = fopen(path, "re");
    if (f == NULL) {
        return false;
    }
    if (fscanf(f, "%*d (%*[^)]) %c %d", &state, &parent) != 2) {
        state = 'Z';
    }
    fclose(f);
    *parent_out = parent;
    return state != 'Z' && state != 'X';
}

int hive_slots(const struct test_process *worker, pid_t *pids_out)
{
    DIR *proc = opendir("/proc");
    const struct dirent *entry;
    int n = 0;

    assert_non_null(proc);
    while ((entry = readdir(proc)) != NULL && n < HIVE_MAX_SLOTS) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10), parent;
        if (pid > 0 && worker->pid > 0 && look_at(pid, &parent) && parent == worker->pid) {
            pids_out[n++] = pid;
        }
    }
    closedir(proc);
    return n;
}

void hive_signal_slots(const struct test_process *worker, int signal)
{
    pid_t slots[HIVE_MAX_SLOTS];
    int n = hive_slots(worker, slots);

    for (int i = 0; i < n; i++) {
        kill(slots[i], signal);
    }
}

void hive_signal_worker(const struct test_process *worker, int signal)
{
    pid_t slots[HIVE_MAX_SLOTS];
    int n = hive_slots(worker, slots);

    test_process_signal(worker, signal);
    for (int i = 0; i < n; i++) {
        kill(slots[i], signal);
    }
}

/* What ps shows, with spaces for the NULs of a command line that is still the original. */
void hive_read_title(pid_t pid, char *title, size_t size)
{
    char path[64];
    size_t n = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    f = fopen(path, "re");
    if (f != NULL) {
        n = fread(title, 1, size - 1, f);
        fclose(f);
    }
    while (n > 0 && title[n - 1] == '\0') {
        n--;
    }
    title[n] = '\0';
    for (size_t i = 0; i < n; i++) {
        title[i] = title[i] == '\0' ? ' ' : title[i];
    }
}

struct slots_wanted {
    struct hive *hive;
    const struct test_process *worker;
    int n;
};

static bool has_slots(void *context)
{
    const struct slots_wanted *wanted = context;
    pid_t pids[HIVE_MAX_SLOTS];
    int n = hive_slots(wanted->worker, pids), n_ready = 0;

    for (int i = 0; i < n; i++) {
        char title[256];
        hive_read_title(pids[i], title, sizeof title);
        n_ready += strstr(title, ": slot ") != NULL;
    }
    return n_ready == wanted->n;
}

void hive_await_slots(struct hive *hive, const struct test_process *worker, int n)
{
    if (!test_until(has_slots, &(struct slots_wanted){hive, worker, n}, SLOTS_WAIT_MS)) {
        hive_fail(hive, "no %d slots", n);
    }
}

struct title_wanted {
    const struct hive *hive;
    const char *text;
    pid_t pid;
};

static bool has_title(void *context)
{
    struct title_wanted *wanted = context;
    size_t n_text = strlen(wanted->text);

    for (int w = 0; w < wanted->hive->n_workers; w++) {
        pid_t pids[HIVE_MAX_SLOTS];
        int n = hive_slots(wanted->hive->workers[w], pids);
        for (int i = 0; i < n; i++) {
            char title[256];
            size_t n_title;
            hive_read_title(pids[i], title, sizeof title);
            n_title = strlen(title);
            if (n_title >= n_text && strcmp(title + n_title - n_text, wanted->text) == 0) {
                wanted->pid = pids[i];
                return true;
            }
        }
    }
    return false;
}

pid_t hive_await_title(struct hive *hive, const char *text)
{
    struct title_wanted wanted = {hive, text, 0};

    if (!test_until(has_title, &wanted, SLOTS_WAIT_MS)) {
        hive_fail(hive, "no slot has the title ... %s", text);
    }
    return wanted.pid;
}

struct mapping_wanted {
    pid_t pid;
    const char *path;
};

static bool is_mapped(void *context)
{
    const struct mapping_wanted *wanted = context;
    char name[64], line[512];
    bool found = false;
    FILE *f;

    snprintf(name, sizeof name, "/proc/%d/maps", (int)wanted->pid);
    f = fopen(name, "re");
    while (f != NULL && !found && fgets(line, sizeof line, f) != NULL) {
        found = strstr(line, wanted->path) != NULL;
    }
    if (f != NULL) {
        fclose(f);
    }
    return found;
}

void hive_await_mapping(struct hive *hive, pid_t pid, const char *path)
{
    struct mapping_wanted wanted = {pid, path};

    if (!test_until(is_mapped, &wanted, SLOTS_WAIT_MS)) {
        hive_fail(hive, "process %d does not map %s", (int)pid, path);
    }
}

bool hive_is_gone(pid_t pid)
{
    pid_t parent;

    return !look_at(pid, &parent);
}

struct pids {
    const pid_t *pids;
    int n;
};

static bool are_gone(void *context)
{
    const struct pids *pids = context;

    for (int i = 0; i < pids->n; i++) {
        if (!hive_is_gone(pids->pids[i])) {
            return false;
        }
    }
    return true;
}

void hive_await_gone(struct hive *hive, const pid_t *pids, int n, int timeout_ms)
{
    if (!test_until(are_gone, &(struct pids){pids, n}, timeout_ms)) {
        hive_fail(hive, "a process still runs after %d ms", timeout_ms);
    }
}
