/* SPDX-License-Identifier: MIT */
#include "crew.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

/* A process, as one of its queues knows it: its name there begins with HOST:PID:. */
struct crew_member {
    const char *name;
    size_t host_n, process_n; /* so long are HOST and HOST:PID */
    int64_t agent_pid;        /* 0: not told */
    bool is_busy;
    double memory_bytes;
};

static struct crew_member crew_member_of(const struct skep_overview_slot *slot)
{
    const char *name = slot->status->worker;
    size_t host_n = strcspn(name, ":");
    size_t pid_n = name[host_n] == ':' ? 1 + strcspn(name + host_n + 1, ":") : 0;
    int64_t memory_bytes = slot->has_info ? skep_info_memory_bytes(&slot->info) : -1;

    return (struct crew_member){.name = name,
                                .host_n = host_n,
                                .process_n = host_n + pid_n,
                                .agent_pid = slot->has_info ? slot->info.agent_pid : 0,
                                .is_busy = slot->has_info ? slot->info.is_busy : slot->status->n_held > 0,
                                .memory_bytes = memory_bytes > 0 ? (double)memory_bytes : 0};
}

static int crew_compare_texts(const char *a, size_t a_n, const char *b, size_t b_n)
{
    int order = strncmp(a, b, a_n < b_n ? a_n : b_n);

    return order != 0 ? order : (a_n > b_n) - (a_n < b_n);
}

static int crew_compare_processes(const void *a, const void *b)
{
    const struct crew_member *left = a, *right = b;

    return crew_compare_texts(left->name, left->process_n, right->name, right->process_n);
}

static int crew_compare_agents(const void *a, const void *b)
{
    const struct crew_member *left = a, *right = b;
    int order = crew_compare_texts(left->name, left->host_n, right->name, right->host_n);

    return order != 0 ? order : (left->agent_pid > right->agent_pid) - (left->agent_pid < right->agent_pid);
}

/* Sorted members of one process become one. How many are left. */
static size_t crew_join(struct crew_member *members, size_t n)
{
    size_t n_joined = 0;

    for (size_t i = 0; i < n; i++) {
        struct crew_member *last = n_joined > 0 ? &members[n_joined - 1] : NULL;

        if (last == NULL || crew_compare_processes(last, &members[i]) != 0) {
            members[n_joined++] = members[i];
            continue;
        }
        last->is_busy |= members[i].is_busy;
        last->agent_pid = last->agent_pid > 0 ? last->agent_pid : members[i].agent_pid;
        last->memory_bytes =
            last->memory_bytes > members[i].memory_bytes ? last->memory_bytes : members[i].memory_bytes;
    }
    return n_joined;
}

/* Slots whose agent has told nothing yet are one worker's of their host at least. */
static void crew_count_agents(const struct crew_member *members, size_t n, struct skep_export_crew *crew)
{
    for (size_t i = 0; i < n; i++) {
        const struct crew_member *before = i > 0 ? &members[i - 1] : NULL;
        bool is_host_new = before == NULL || crew_compare_texts(before->name, before->host_n, members[i].name,
                                                                members[i].host_n) != 0;

        crew->hosts += is_host_new;
        crew->workers += is_host_new || (before->agent_pid != 0 && before->agent_pid != members[i].agent_pid);
    }
}

bool skep_export_crew_count(const struct skep_export_state *state, int64_t now_ms,
                            struct skep_export_crew *crew_out)
{
    struct crew_member *members;
    size_t n = 0;

    *crew_out = (struct skep_export_crew){0};
    for (size_t i = 0; i < state->n_queues; i++) {
        n += state->queues[i]->overview != NULL ? state->queues[i]->overview->n_slots : 0;
    }
    if (n == 0) {
        return true;
    }
    members = skep_calloc(n, sizeof *members);
    if (members == NULL) {
        return false;
    }
    n = 0;
    for (size_t i = 0; i < state->n_queues; i++) {
        const struct skep_export_queue *queue = state->queues[i];
        bool is_known = queue->overview != NULL && skep_export_queue_is_fresh(state, queue, now_ms);

        for (size_t k = 0; is_known && k < queue->overview->n_slots; k++) {
            members[n++] = crew_member_of(&queue->overview->slots[k]);
        }
    }
    if (n > 0) {
        qsort(members, n, sizeof *members, crew_compare_processes);
        n = crew_join(members, n);
        qsort(members, n, sizeof *members, crew_compare_agents);
    }
    crew_count_agents(members, n, crew_out);
    crew_out->slots = (int64_t)n;
    for (size_t i = 0; i < n; i++) {
        crew_out->busy += members[i].is_busy;
        crew_out->memory_bytes += members[i].memory_bytes;
    }
    skep_free(members);
    return true;
}
