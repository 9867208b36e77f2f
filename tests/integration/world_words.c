/* SPDX-License-Identifier: MIT */
/* What slots and agents of the model test say of tasks, and of which jobs. */
#include "support/test.h"
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *world_pick_job(struct world *world)
{
    static const char *const names[] = {"push 0 0", "push 0 1", "push 0 2", "push 1 0",
                                        "push 1 1", "push 1 2", "stranger"};

    return names[pick(world,
                      happens(world, 60) ? 3 : sizeof names / sizeof names[0])]; /* the first are announced */
}

/* Rather of a job that is being dropped, so that some of them come to their end. */
static const char *words_pick_job(struct world *world)
{
    const struct model *model = &world->model;

    for (size_t i = 0; i < model->n_jobs && happens(world, 40); i++) {
        if (model_is_cancelled(model, "job", model->jobs[i].name)) {
            for (int k = 0; k < 20; k++) { /* the name as it lives for ever */
                const char *name = world_pick_job(world);
                if (strcmp(name, model->jobs[i].name) == 0) {
                    return name;
                }
            }
        }
    }
    return world_pick_job(world);
}

static struct skep_bytes words_keep(struct records *words, const char *text, size_t n)
{
    records_push_tail(words, record_make(text, n));
    return (struct skep_bytes){words->items[words->n - 1].bytes, n};
}

/* The record as it goes on: its own line says how it fared. Without a mark that makes it unique the bytes may
 * be those of another one. */
static struct skep_bytes words_of_retry(struct world *world, struct records *words, const struct record *task)
{
    char text[1024], place[24];
    struct skep_bytes body = record_body(task, place);
    size_t n = 0;

    n += (size_t)snprintf(text, sizeof text, "#skep%s%s try=%zu", place[0] != '\0' ? " i=" : "", place,
                          pick(world, 2));
    if (happens(world, 35)) {
        n += (size_t)snprintf(text + n, sizeof text - n, " u=%" PRIx64, world->n_steps * 100 + words->n);
    }
    text[n++] = '\n';
    memcpy(text + n, body.bytes, body.n);
    return words_keep(words, text, n + body.n);
}

/* A space in a name is encoded. */
static size_t words_add_job(char *text, const char *job)
{
    size_t n = (size_t)snprintf(text, 8, " j=");

    for (; *job != '\0'; job++) {
        if (*job == ' ') {
            memcpy(text + n, "%20", 3);
            n += 3;
        } else {
            text[n++] = *job;
        }
    }
    return n;
}

static struct skep_bytes words_of_letter(struct world *world, struct records *words,
                                         const struct record *task, const char *job)
{
    static const char *const causes[] = {"crash", "timeout", "bad-args"};
    char text[1024];
    size_t n = (size_t)snprintf(text, sizeof text, "#skep q=1");

    if (job != NULL) {
        n += words_add_job(text + n, job);
    }
    n += (size_t)snprintf(text + n, sizeof text - n, " cause=%s at=%" PRIu64 "\n", causes[pick(world, 3)],
                          world->n_steps);
    memcpy(text + n, task->bytes, task->n);
    return words_keep(words, text, n + task->n);
}

static struct skep_bytes words_of_result(struct world *world, struct records *words)
{
    char text[64];
    int n = snprintf(text, sizeof text, "result %zu of step %" PRIu64, words->n, world->n_steps);

    return words_keep(words, text, (size_t)n);
}

struct skep_verdict world_make_verdict(struct world *world, struct records *words, const struct record *task,
                                       bool is_last)
{
    static const int64_t delays[] = {0, 0, 1, 2, 1000000, 1000000, 2000000, 3000000};
    static const char *const ids[] = {"a", "b", "c", "d"};
    struct skep_verdict verdict = {.kind = SKEP_DONE};
    size_t chance = pick(world, is_last ? 45 : 100);

    verdict.job = happens(world, 30) ? words_pick_job(world) : NULL;
    if (chance < 25) {
        verdict.kind = SKEP_RETRY;
        verdict.record = words_of_retry(world, words, task);
        verdict.delay_ms = delays[pick(world, 8)];
        return verdict;
    }
    if (chance < 37) {
        verdict.kind = SKEP_BURY;
        verdict.record = words_of_letter(world, words, task, verdict.job);
    } else if (chance < 45) {
        verdict.kind = SKEP_CANCEL;
        verdict.id = happens(world, 60) ? ids[pick(world, 4)] : NULL;
    }
    if (chance < 95) {
        verdict.result = words_of_result(world, words);
    }
    return verdict;
}

void world_count_dropped(struct world *world)
{
    struct records *dropped = &world->model.dropped;

    while (dropped->n > 0) {
        struct record letter = records_pop_head(dropped);
        ledger_finish(&world->ledger, letter.bytes, letter.n);
        world->met.letter_dropped++;
        free(letter.bytes);
    }
}
