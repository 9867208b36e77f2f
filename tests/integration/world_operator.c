/* SPDX-License-Identifier: MIT */
/* The operator of the model test: dead letters, cancellations, settings, and a look at all of it. */
#include "support/test.h"
#include "world.h"

#include <string.h>

#include "base/alloc.h"
#include "model_range.h"
#include "queue/job.h"

static void letter_gone(void *context, const struct record *letter)
{
    ledger_finish(context, letter->bytes, letter->n);
}

void operator_sift(struct world *world)
{
    static const char *const wanted[] = {"", " cause=timeout ", " cause=bad-args ", " cause=none "};
    const char *words = wanted[pick(world, 4)];
    bool requeues = happens(world, 60);
    int64_t matched;

    world_need(world, skep_dead_sift(world->agent, &world->keys, requeues, words, &matched, NULL) == SKEP_OK,
               "sift");
    world_need(world, matched == model_sift(&world->model, requeues, words, letter_gone, &world->ledger),
               "dead letters that matched");
    *(requeues ? &world->met.letter_requeued : &world->met.letter_purged) += (uint64_t)matched;
}

void operator_cancel(struct world *world)
{
    static const char *const ids[] = {"a", "b", "c", "d", "e"};
    enum skep_cancel_kind kind = happens(world, 50) ? SKEP_CANCEL_JOB : SKEP_CANCEL_ID;
    const char *job = happens(world, 85) ? world_pick_job(world) : world_pick_range(world);
    const char *name = kind == SKEP_CANCEL_JOB ? job : ids[pick(world, 5)];
    int64_t n;

    world_need(world, skep_cancel_put(world->agent, &world->keys, kind, &name, 1, &n, NULL) == SKEP_OK,
               "cancel");
    world_need(world, n == model_cancel(&world->model, kind, name), "how many are written down");
}

/* Whoever holds tasks asks whether they are cancelled. */
void slot_ask(struct world *world)
{
    static const char *const ids[] = {"a", "b", "c", "d", "e", "f"};
    struct skep_cancel_query tasks[8];
    size_t n = pick(world, 9);
    const char *job = world_pick_job(world);

    for (size_t i = 0; i < n; i++) {
        job = happens(world, 50) ? job : world_pick_job(world);
        tasks[i] =
            (struct skep_cancel_query){.job = happens(world, 80) ? job : NULL, .id = ids[pick(world, 6)]};
    }
    world_need(world, skep_cancel_check(world->agent, &world->keys, tasks, n, NULL) == SKEP_OK, "asking");
    for (size_t i = 0; i < n; i++) {
        bool is_met = false;
        for (size_t k = 0; k < i; k++) {
            is_met = is_met || (tasks[k].is_cancelled && strcmp(tasks[k].id, tasks[i].id) == 0);
        }
        bool wanted = (!is_met && model_is_cancelled(&world->model, "id", tasks[i].id)) ||
                      (tasks[i].job != NULL && model_is_cancelled(&world->model, "job", tasks[i].job));
        world_need(world, tasks[i].is_cancelled == wanted, "what is cancelled");
    }
}

/* A beat looks at one by chance, and drops it after a week. Here it goes when the test says so. */
void cancellations_fade(struct world *world)
{
    static const char script[] =
        "for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do\n"
        "    local job = not string.match(field, '^id:') and string.match(field, ':(.*)$')\n"
        "    if not job or redis.call('HEXISTS', KEYS[2], 'n:' .. job) == 0 then "
        "redis.call('HDEL', KEYS[1], field) end\n"
        "end";
    struct skep_reply *reply;

    skep_conn_begin(world->watcher, 5);
    skep_conn_arg_text(world->watcher, "EVAL");
    skep_conn_arg_text(world->watcher, script);
    skep_conn_arg_text(world->watcher, "2");
    skep_conn_arg_text(world->watcher, world->keys.cancel);
    skep_conn_arg_text(world->watcher, world->keys.jobs);
    world_need(world, skep_conn_call(world->watcher, -1, &reply, NULL) == SKEP_OK, "fading");
    model_fade_cancellations(&world->model);
}

/* Its producer begins anew, if somebody pushes under this name. */
void operator_forget(struct world *world)
{
    const char *name = happens(world, 75) ? world_pick_job(world) : world_pick_range(world);
    bool is_forced = happens(world, 40);
    const struct model_job *job = model_find_job(&world->model, name);
    bool had_account = job != NULL && job->account.is_told;
    skep_status st = skep_job_forget(world->agent, &world->keys, name, is_forced, NULL);

    world_need(world, st == model_forget_job(&world->model, name, is_forced), "forgetting a job");
    world->met.job_forgotten += st == SKEP_OK;
    world->met.account_forgotten += had_account && model_find_job(&world->model, name) == NULL;
    world->met.job_not_over += st == SKEP_E_CONFLICT;
    for (size_t i = 0; i < WORLD_PRODUCERS && st == SKEP_OK; i++) {
        if (strcmp(world->producers[i].put.id, name) == 0) {
            producer_open(world, &world->producers[i]);
        }
    }
}

/* Paused and full for a while, but mostly not. */
void operator_set(struct world *world)
{
    struct model *model = &world->model;
    skep_status st;

    switch (pick(world, 5)) {
    case 0:
        model->max_depth = happens(world, 60) ? 0 : 10 + (int64_t)pick(world, 40);
        st = skep_queue_set_limit(world->agent, &world->keys, SKEP_LIMIT_DEPTH, model->max_depth, NULL);
        break;
    case 1:
        model->max_results = happens(world, 80) ? 0 : 5 + (int64_t)pick(world, 30);
        st = skep_queue_set_limit(world->agent, &world->keys, SKEP_LIMIT_RESULTS, model->max_results, NULL);
        break;
    case 2:
        model->max_dead = happens(world, 40) ? 0 : 5 + (int64_t)pick(world, 30);
        st = skep_queue_set_limit(world->agent, &world->keys, SKEP_LIMIT_DEAD, model->max_dead, NULL);
        break;
    default:
        model->is_paused = happens(world, 25);
        model->is_pause_set = true;
        st = skep_queue_pause(world->agent, &world->keys, model->is_paused, NULL);
    }
    world_need(world, st == SKEP_OK, "settings");
}

void operator_let_take(struct world *world)
{
    struct model *model = &world->model;

    model->max_results = 0;
    model->is_paused = false;
    model->is_pause_set = true;
    world_need(world,
               skep_queue_set_limit(world->agent, &world->keys, SKEP_LIMIT_RESULTS, 0, NULL) == SKEP_OK &&
                   skep_queue_pause(world->agent, &world->keys, false, NULL) == SKEP_OK,
               "letting slots take");
}

static void operator_look_at_jobs(struct world *world)
{
    struct model *model = &world->model;
    struct skep_job *jobs;
    size_t n, n_announced = 0;

    world_need(world, skep_job_list(world->agent, &world->keys, &jobs, &n, NULL) == SKEP_OK, "jobs");
    for (size_t i = 0; i < n; i++) {
        const struct model_job *job = model_find_job(model, jobs[i].name);
        n_announced += jobs[i].is_announced;
        world_need(world, jobs[i].is_announced == (job != NULL), "whether a job was announced");
        world_need(world, jobs[i].n_put == (int64_t)model_push_offset(model, jobs[i].name), "records put");
        world_need(world, jobs[i].is_dropped == model_is_cancelled(model, "job", jobs[i].name),
                   "being dropped");
        if (job != NULL) {
            world_need(world,
                       jobs[i].is_stopped == (job->spec != NULL && job->hit >= 0) &&
                           jobs[i].n_announced == job->n_announced && jobs[i].n_done == job->n[0] &&
                           jobs[i].n_failed == job->n[1] && jobs[i].n_cancelled == job->n[2] &&
                           (jobs[i].cancelled_ms > 0) == job->is_cancelled,
                       "a job");
        }
    }
    world_need(world, n_announced == model->n_jobs, "number of jobs");
    skep_free(jobs);
}

/* What has come in is somewhere or over; with a range job, it is what was put. */
static void operator_look_at_motion(struct world *world, const struct skep_queue_status *status)
{
    const struct model *model = &world->model;
    const struct skep_stat *stat = &model->stat;
    int64_t n_in = (int64_t)(model->queue.n + model->n_delayed + model->suspect.n) + model_n_held(model);
    bool has_ranges = model->n_tombs > 0;

    for (size_t i = 0; i < model->n_jobs; i++) {
        has_ranges = has_ranges || model->jobs[i].spec != NULL;
    }
    world_need(world, status->counts_puts == has_ranges, "range jobs");
    world_need(world, status->n_out == stat->done + stat->dead + stat->cancelled, "what went out");
    world_need(world, status->n_in == (has_ranges ? stat->put + stat->requeued : n_in + status->n_out),
               "what came in");
}

/* All numbers as the operator sees them. */
void operator_look(struct world *world)
{
    const struct model *model = &world->model;
    struct skep_queue_status status;

    world_need(world, skep_queue_status_read(world->agent, &world->keys, &status, NULL) == SKEP_OK, "status");
    world_need(world, status.n_waiting == (int64_t)model->queue.n, "waiting");
    world_need(world, status.n_results == (int64_t)model->out.n, "results");
    world_need(world, status.n_delayed == (int64_t)model->n_delayed, "delayed");
    world_need(world, status.n_dead == (int64_t)model->dead.n, "dead");
    world_need(world, status.n_suspect == (int64_t)model->suspect.n, "suspect");
    world_need(world, status.n_held == model_n_held(model), "held");
    world_need(world, status.is_paused == model->is_paused, "paused");
    world_need(world, memcmp(&status.stat, &model->stat, sizeof status.stat) == 0, "counters");
    world_need(world, status.n_slots == model->n_workers, "slots");
    for (size_t i = 0; i < status.n_slots; i++) {
        const struct model_worker *w = model_find_worker(&world->model, status.slots[i].worker);
        world_need(world,
                   w != NULL && w->beat == status.slots[i].beat &&
                       (int64_t)w->n_cycles == status.slots[i].n_cycles &&
                       (w->has_range ? model_range_size(w) : (int64_t)w->held.n) == status.slots[i].n_held,
                   "a slot");
    }
    world_need(world, skep_queue_audit(&status) == 0, "audit");
    operator_look_at_motion(world, &status);
    skep_queue_status_release(&status);
    operator_look_at_jobs(world);
}
