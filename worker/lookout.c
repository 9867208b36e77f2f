/* SPDX-License-Identifier: MIT */
#include "lookout.h"

#include <pthread.h>
#include <signal.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "monitor/machine.h"
#include "process.h"

enum { LOOKOUT_OLD_MS = 6 * SKEP_LOOKOUT_MS, LOOKOUT_NEW_MS = 1000 };

skep_status skep_lookout_init(struct skep_lookout *lookout, const char *folder, int n, struct skep_error *err)
{
    lookout->folder = folder != NULL ? skep_strdup(folder) : NULL;
    lookout->n = n;
    lookout->slots = skep_calloc((size_t)n, sizeof *lookout->slots);
    if (lookout->slots == NULL || (folder != NULL && lookout->folder == NULL)) {
        skep_lookout_release(lookout);
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %d slots", n);
    }
    atomic_init(&lookout->disk_free_bytes, -1);
    atomic_init(&lookout->at_ms, 0);
    for (int i = 0; i < n; i++) {
        atomic_init(&lookout->slots[i].pid, 0);
        atomic_init(&lookout->slots[i].pss_bytes, -1);
    }
    return SKEP_OK;
}

void skep_lookout_release(struct skep_lookout *lookout)
{
    skep_free(lookout->slots);
    skep_free(lookout->folder);
    lookout->slots = NULL;
    lookout->folder = NULL;
    lookout->n = 0;
}

static void lookout_look_at(struct skep_looked_slot *slot)
{
    pid_t pid = atomic_load(&slot->pid);
    int64_t pss_bytes = pid > 0 ? skep_process_pss_bytes(pid) : -1;

    if (atomic_load(&slot->pid) == pid) {
        atomic_store(&slot->pss_bytes, pss_bytes);
    }
}

void skep_lookout_look(struct skep_lookout *lookout)
{
    for (int i = 0; i < lookout->n; i++) {
        lookout_look_at(&lookout->slots[i]);
    }
    if (lookout->folder != NULL) {
        atomic_store(&lookout->disk_free_bytes, skep_machine_disk_free(lookout->folder, NULL));
    }
    atomic_store(&lookout->at_ms, skep_monotonic_ms());
}

void skep_lookout_look_at_new(struct skep_lookout *lookout)
{
    for (int i = 0; i < lookout->n; i++) {
        if (atomic_load(&lookout->slots[i].pss_bytes) < 0) {
            lookout_look_at(&lookout->slots[i]);
        }
    }
}

static void *lookout_main(void *argument)
{
    for (;;) {
        skep_lookout_look(argument);
        for (int ms = 0; ms < SKEP_LOOKOUT_MS; ms += LOOKOUT_NEW_MS) {
            skep_sleep_ms(LOOKOUT_NEW_MS);
            skep_lookout_look_at_new(argument);
        }
    }
    return NULL;
}

skep_status skep_lookout_start(struct skep_lookout *lookout, struct skep_error *err)
{
    sigset_t all, before;
    pthread_t thread;
    int failed;

    sigfillset(&all); /* the agent's signals are the agent's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&thread, NULL, lookout_main, lookout);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0) {
        return skep_error_set(err, SKEP_E_NOMEM, "no second thread");
    }
    pthread_detach(thread);
    return SKEP_OK;
}

void skep_lookout_set(struct skep_lookout *lookout, int number, pid_t pid)
{
    struct skep_looked_slot *slot = &lookout->slots[number];

    if (atomic_load(&slot->pid) != pid) {
        atomic_store(&slot->pid, pid);
        atomic_store(&slot->pss_bytes, -1);
    }
}

static int64_t lookout_if_new(const struct skep_lookout *lookout, int64_t seen, int64_t now_ms)
{
    return now_ms - atomic_load(&lookout->at_ms) <= LOOKOUT_OLD_MS ? seen : -1;
}

int64_t skep_lookout_pss_bytes(const struct skep_lookout *lookout, int number, int64_t now_ms)
{
    return lookout_if_new(lookout, atomic_load(&lookout->slots[number].pss_bytes), now_ms);
}

int64_t skep_lookout_disk_free_bytes(const struct skep_lookout *lookout, int64_t now_ms)
{
    return lookout_if_new(lookout, atomic_load(&lookout->disk_free_bytes), now_ms);
}
