/* SPDX-License-Identifier: MIT */
#include "obituary.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "queue/beat.h"

enum { OBITUARY_PLACE_BYTES = 320, OBITUARY_WORD_BYTES = 120 };

/* Where it was when it died of a fault: " at byte 128 of eeg/a.npy", or "". */
static void obituary_write_place(const struct skep_fault_record *fault, char *text, size_t size)
{
    char path[SKEP_FAULT_PATH_BYTES];

    text[0] = '\0';
    if (atomic_load_explicit(&fault->signal, memory_order_acquire) == 0) {
        return;
    }
    snprintf(path, sizeof path, "%.*s", (int)sizeof fault->path - 1, fault->path);
    for (char *c = path; *c != '\0'; c++) {
        *c = (unsigned char)*c < ' ' || *c == 0x7f ? '?' : *c; /* one line, whatever files are called */
    }
    if (path[0] != '\0' && fault->byte_offset >= 0) {
        snprintf(text, size, " at byte %" PRId64 " of %s", fault->byte_offset, path);
    } else if (path[0] != '\0') {
        snprintf(text, size, " at %s", path);
    } else {
        snprintf(text, size, " at address 0x%" PRIx64 "%s", fault->address,
                 atomic_load(&fault->kind) == SKEP_FAULT_STACK ? ", its stack was full" : "");
    }
}

static int64_t obituary_peak_bytes(const struct skep_child *child)
{
    return (int64_t)child->usage.ru_maxrss * 1024;
}

/* The last line on standard error: " stderr=\"...\"", or "". */
static void obituary_write_word(const struct skep_child *child, char *text, size_t size)
{
    char bytes[SKEP_OUTPUT_TAIL_BYTES], word[OBITUARY_WORD_BYTES];
    struct skep_result_output output;

    text[0] = '\0';
    skep_output_read(child->output_fds[SKEP_RESULT_STDERR],
                     atomic_load(&child->page->outputs[SKEP_RESULT_STDERR].begin), bytes, &output);
    if (skep_output_word(&output, word, sizeof word)[0] != '\0') {
        snprintf(text, size, " stderr=\"%s\"", word);
    }
}

void skep_obituary_describe(const struct skep_child *child, const char *host, char *text, size_t size)
{
    char how[96], place[OBITUARY_PLACE_BYTES], word[OBITUARY_WORD_BYTES + 16];

    if (WIFSIGNALED(child->status)) {
        snprintf(how, sizeof how, "signal=%d (%s)", WTERMSIG(child->status),
                 strsignal(WTERMSIG(child->status)));
    } else {
        snprintf(how, sizeof how, "exit=%d", WEXITSTATUS(child->status));
    }
    obituary_write_place(&child->page->fault, place, sizeof place);
    obituary_write_word(child, word, sizeof word);
    snprintf(text, size, "%s host=%s slot=%d peak=%.1fMiB%s%s", how, host, child->number,
             (double)obituary_peak_bytes(child) / (1 << 20), place, word);
}

size_t skep_obituary_write(const struct skep_child *child, const char *info, bool is_nobodys_fault,
                           struct skep_obituary obituaries_out[SKEP_MAX_QUEUES])
{
    struct skep_page *page = child->page;
    int64_t started_ms, deadline_ms;
    struct skep_page_task task;
    bool is_running = skep_page_look(page, &task, &deadline_ms, &started_ms);
    size_t n = 0;

    /* When the blow fell the task that had earned it was over: what ran then is innocent. */
    is_nobodys_fault =
        is_nobodys_fault || (child->ended_for != SKEP_STOP_NONE && !skep_page_task_is(&task, &child->ended));
    for (size_t i = 0; i < SKEP_MAX_QUEUES; i++) {
        struct skep_obituary *obituary = &obituaries_out[n];
        bool is_to_blame = is_running && (size_t)task.lane == i && !is_nobodys_fault;
        if (!atomic_load_explicit(&page->lanes[i].is_registered, memory_order_acquire)) {
            continue;
        }
        *obituary = (struct skep_obituary){
            .lane = i,
            .running = is_to_blame ? task.number : SKEP_RUNNING_NONE,
            .position = is_to_blame ? task.position : -1,
            .ended_for = is_to_blame ? child->ended_for : SKEP_STOP_NONE,
            .slot = child->number,
            .died_ms = skep_wall_ms(),
            .ran_ms = is_to_blame && started_ms > 0 ? skep_monotonic_ms() - started_ms : 0,
            .peak_bytes = obituary_peak_bytes(child),
            .own_bytes = child->own_bytes,
            .last_words = is_to_blame ? skep_last_words_read(child) : NULL,
        };
        snprintf(obituary->worker, sizeof obituary->worker, "%s", page->lanes[i].worker);
        snprintf(obituary->info, sizeof obituary->info, "%s", info);
        n++;
    }
    return n;
}

void skep_obituary_release(struct skep_obituary *obituary)
{
    skep_free(obituary->last_words);
    obituary->last_words = NULL;
}
