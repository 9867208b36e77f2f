/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "sharing.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "npy/header.h"
#include "support/files.h"

enum { SHARING_WAIT_MS = 60000, SHARING_TRIES = 20 };

/* shared.npy: zeros. The file has holes where nobody has written; reading gives each its page all the same.
 */
static void put_array(const struct hive *hive, int64_t bytes)
{
    const int64_t n = bytes / 8;
    char header[SKEP_NPY_HEADER_MAX];
    size_t n_header = skep_npy_header_write(SKEP_F8, 1, &n, header, sizeof header);
    char *path = test_path(hive->folder, "shared.npy");

    test_write_file(hive->folder, "shared.npy", header, n_header);
    assert_int_equal(truncate(path, (off_t)n_header + bytes), 0);
    free(path);
}

/* Let every slot of a worker with N_SLOTS read the array. Which slot takes a task is chance: again until all
 * have. */
static void let_all_read(struct hive *hive, int n_slots)
{
    int n_seen = 0;

    for (int i = 0; i < SHARING_TRIES && n_seen < n_slots; i++) {
        size_t n = 2 * (size_t)n_slots;
        bool seen[HIVE_MAX_SLOTS] = {false};
        const struct hive_result *results;

        hive_ask(hive, "DEL", hive->keys.out, NULL);
        hive_push_many(hive, (int)n, "{\"id\":\"%d\",\"kernel\":\"sum\",\"args\":{\"x\":\"shared.npy\"}}");
        results = hive_results(hive, n, SHARING_WAIT_MS);
        n_seen = 0;
        for (size_t k = 0; k < n; k++) {
            assert_true(results[k].is_ok);
            n_seen += !seen[results[k].slot];
            seen[results[k].slot] = true;
        }
    }
    if (n_seen < n_slots) {
        hive_fail(hive, "only %d of %d slots have done a task", n_seen, n_slots);
    }
}

/* The PSS of a process, and of its mappings of shared.npy. */
static void add_process(pid_t pid, struct sharing *sharing)
{
    char path[64], line[512];
    bool is_array = false;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/smaps", (int)pid);
    f = fopen(path, "re");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        unsigned long from, to;
        int64_t kib;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2) {
            is_array = strstr(line, "/shared.npy") != NULL;
        } else if (sscanf(line, "Pss: %" SCNd64, &kib) == 1) {
            sharing->all_bytes += kib * 1024;
            sharing->array_bytes += is_array ? kib * 1024 : 0;
        }
    }
    fclose(f);
}

struct sharing sharing_measure(struct hive *hive, int n_slots, int64_t array_bytes)
{
    char number[16];
    struct sharing sharing = {0};
    struct test_process *worker;
    pid_t slots[HIVE_MAX_SLOTS];

    put_array(hive, array_bytes);
    snprintf(number, sizeof number, "%d", n_slots);
    worker = hive_start_worker(hive, (const char *const[]){"--slots", number, NULL});
    let_all_read(hive, n_slots);
    assert_int_equal(hive_slots(worker, slots), n_slots);
    for (int i = 0; i < n_slots; i++) {
        add_process(slots[i], &sharing);
    }
    test_process_signal(worker, SIGTERM);
    hive_await_end(hive, worker, 0, SHARING_WAIT_MS);
    return sharing;
}
