/* SPDX-License-Identifier: MIT */
#include "producer/top/round.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "producer/cli/words.h"
#include "producer/operate/status.h"
#include "queue/admin.h"

enum {
    ROUND_FACTS_MS = 10000, /* between two looks at the server itself */
    ROUND_INFO_QUEUES = 32  /* so many, and what their workers say of themselves is read of all */
};

static void round_lock(struct skep_top_round *round)
{
    (void)pthread_mutex_lock(round->lock);
}

static void round_unlock(struct skep_top_round *round)
{
    (void)pthread_mutex_unlock(round->lock);
}

/* ---- names ---- */

static skep_status round_set_names(struct skep_top_round *round, const char *const *names, size_t n,
                                   struct skep_error *err)
{
    skep_status st;

    round_lock(round);
    st = skep_top_model_list(&round->model, names, n);
    round_unlock(round);
    return st == SKEP_OK ? st : skep_error_set(err, st, "no memory for %zu queues", n);
}

static skep_status round_list(struct skep_top_round *round, struct skep_error *err)
{
    const char *only = round->only;
    skep_queue_name *names;
    const char **lent;
    size_t n;
    skep_status st;

    if (only[0] != '\0') {
        return round->model.n_queues == 1 ? SKEP_OK : round_set_names(round, &only, 1, err);
    }
    st = skep_status_list_queues(round->conn, &names, &n, err);
    if (st != SKEP_OK) {
        return st;
    }
    lent = skep_calloc(n + 1, sizeof *lent);
    for (size_t i = 0; i < n && lent != NULL; i++) {
        lent[i] = names[i];
    }
    st = lent != NULL ? round_set_names(round, lent, n, err) : SKEP_E_NOMEM;
    skep_free(lent);
    skep_free(names);
    return st;
}

/* ---- queues ---- */

static unsigned round_what(const struct skep_top_round *round, const char *queue)
{
    if (strcmp(round->wish.chosen, queue) == 0) {
        return SKEP_OVERVIEW_ALL;
    }
    return SKEP_OVERVIEW_RANGES | (round->model.n_queues <= ROUND_INFO_QUEUES ? SKEP_OVERVIEW_INFOS : 0);
}

static void round_cannot(struct skep_top_round *round, struct skep_top_queue *queue, skep_status st,
                         const struct skep_error *err)
{
    round_lock(round);
    snprintf(queue->trouble, sizeof queue->trouble, "%s", skep_error_text(err, st));
    skep_top_seen_free(queue->seen);
    queue->seen = NULL;
    round_unlock(round);
}

/* One queue. Only a failure of the line is one of the round. */
static skep_status round_read(struct skep_top_round *round, struct skep_top_queue *queue,
                              struct skep_error *err)
{
    const struct skep_overview *before = queue->seen != NULL ? &queue->seen->overview : NULL;
    struct skep_top_seen *seen = skep_calloc(1, sizeof *seen);
    struct skep_keys keys;
    skep_status st = seen != NULL ? skep_keys_init(&keys, queue->name, err) : SKEP_E_NOMEM;

    if (st == SKEP_OK) {
        st = skep_overview_read(round->conn, &keys, round_what(round, queue->name), before, &seen->overview,
                                err);
    }
    if (st == SKEP_OK) {
        seen->n_findings =
            skep_findings(&seen->overview, round->facts_ms > 0 ? &round->facts : NULL, seen->findings);
        round_lock(round);
        skep_top_queue_see(queue, seen);
        round_unlock(round);
        return SKEP_OK;
    }
    skep_top_seen_free(seen);
    if (!skep_conn_is_open(round->conn)) {
        return st;
    }
    round_cannot(round, queue, st, err);
    skep_error_clear(err);
    return SKEP_OK;
}

/* Before anything is on a screen: the first ones. */
static void round_wish_first(struct skep_top_round *round)
{
    struct skep_top_wish *wish = &round->wish;

    while (wish->n < SKEP_TOP_ALL_QUEUES && wish->n < round->model.n_queues) {
        memcpy(wish->names[wish->n], round->model.queues[wish->n].name, sizeof wish->names[0]);
        wish->n++;
    }
}

/* Of very many queues: those that are on the screen. */
static skep_status round_read_wished(struct skep_top_round *round, struct skep_error *err)
{
    const struct skep_top_wish *wish = &round->wish;
    struct skep_top_model *model = &round->model;
    int64_t begun_ms = skep_monotonic_ms();
    struct skep_top_queue *chosen = skep_top_model_find(model, wish->chosen);
    skep_status st = chosen != NULL ? round_read(round, chosen, err) : SKEP_OK;

    for (size_t i = 0; i < wish->n && st == SKEP_OK; i++) {
        struct skep_top_queue *queue = skep_top_model_find(model, wish->names[i]);
        if (queue != NULL && queue != chosen) {
            st = round_read(round, queue, err);
        }
    }
    round_lock(round);
    for (size_t i = 0; i < model->n_queues && st == SKEP_OK; i++) {
        struct skep_top_queue *queue = &model->queues[i];
        if (queue->seen != NULL && queue->seen->overview.at_ms < begun_ms) { /* scrolled away */
            skep_top_seen_free(queue->seen);
            queue->seen = NULL;
        }
    }
    round_unlock(round);
    return st;
}

static skep_status round_read_queues(struct skep_top_round *round, struct skep_error *err)
{
    skep_status st = SKEP_OK;

    if (round->model.n_queues > SKEP_TOP_ALL_QUEUES) {
        if (round->wish.n == 0 && round->wish.chosen[0] == '\0') {
            round_wish_first(round);
        }
        return round_read_wished(round, err);
    }
    for (size_t i = 0; i < round->model.n_queues && st == SKEP_OK; i++) {
        st = round_read(round, &round->model.queues[i], err);
    }
    return st;
}

/* ---- the server ---- */

/* What is wrong with it, from facts that may be missing for want of a right. */
static void round_judge_server(struct skep_top_round *round)
{
    round_lock(round);
    round->model.n_facts = skep_findings(NULL, &round->facts, round->model.facts);
    round_unlock(round);
}

static skep_status round_ask_server(struct skep_top_round *round, struct skep_error *err)
{
    struct skep_server_facts facts = {0};
    int64_t now_ms = skep_monotonic_ms();
    skep_status st;

    if (round->facts_ms > 0 && now_ms - round->facts_ms < ROUND_FACTS_MS) {
        return SKEP_OK;
    }
    st = skep_server_facts_read(round->conn, &facts, err);
    if (st == SKEP_OK) {
        round->facts = facts;
        round->facts_ms = now_ms;
        round_judge_server(round);
    } else if (skep_conn_is_open(round->conn)) {
        skep_error_clear(err);
        st = SKEP_OK;
    }
    return st;
}

static skep_status round_connect(struct skep_top_round *round, struct skep_error *err)
{
    skep_status st = skep_conn_is_open(round->conn) ? SKEP_OK : skep_conn_connect(round->conn, err);

    if (st == SKEP_OK) {
        round_lock(round);
        snprintf(round->model.server, sizeof round->model.server, "%s", skep_conn_server_text(round->conn));
        round->model.version = skep_conn_server_version(round->conn);
        round_unlock(round);
    }
    return st;
}

skep_status skep_top_round_go(struct skep_top_round *round, struct skep_error *err)
{
    int64_t begun_ms = skep_monotonic_ms();
    skep_status st = round_connect(round, err);

    if (st == SKEP_OK) {
        st = round_ask_server(round, err);
    }
    if (st == SKEP_OK) {
        st = round_list(round, err);
    }
    if (st == SKEP_OK) {
        st = round_read_queues(round, err);
    }
    round_lock(round);
    if (st == SKEP_OK) {
        round->model.seen_ms = skep_monotonic_ms();
        round->model.trouble[0] = '\0';
    } else {
        round->model.trouble_ms = round->model.trouble[0] == '\0' ? begun_ms : round->model.trouble_ms;
        snprintf(round->model.trouble, sizeof round->model.trouble, "%s", skep_error_text(err, st));
    }
    round_unlock(round);
    return st;
}

/* ---- orders ---- */

static void round_answer(struct skep_top_round *round, bool is_bad, const char *words)
{
    round_lock(round);
    snprintf(round->model.answer, sizeof round->model.answer, "%s", words);
    round->model.is_bad_answer = is_bad;
    round->model.n_answers++;
    round_unlock(round);
}

/* *N_OUT: how many dead letters were put back. */
static skep_status round_do(struct skep_top_round *round, enum skep_top_order order, const char *queue,
                            int64_t *n_out, struct skep_error *err)
{
    struct skep_keys keys;
    skep_status st = skep_keys_init(&keys, queue, err);

    if (st != SKEP_OK) {
        return st;
    }
    return order == SKEP_TOP_REQUEUE ? skep_dead_sift(round->conn, &keys, true, "", n_out, err)
                                     : skep_queue_pause(round->conn, &keys, order == SKEP_TOP_PAUSE, err);
}

void skep_top_round_order(struct skep_top_round *round, enum skep_top_order order, const char *queue)
{
    char words[SKEP_TOP_WORDS];
    struct skep_error err = {0};
    int64_t n = 0;
    skep_status st = round_do(round, order, queue, &n, &err);

    if (st != SKEP_OK && n > 0) {
        snprintf(words, sizeof words, "%" PRId64 " requeued, then: %s", n, skep_error_text(&err, st));
    } else if (st != SKEP_OK) {
        snprintf(words, sizeof words, "not done: %s", skep_error_text(&err, st));
    } else if (order == SKEP_TOP_REQUEUE) {
        snprintf(words, sizeof words, "requeued %" PRId64 " dead letter%s into queue %s", n,
                 skep_words_plural((uint64_t)n), queue);
    } else {
        snprintf(words, sizeof words,
                 order == SKEP_TOP_PAUSE ? "queue %s is paused; what workers hold runs on"
                                         : "queue %s runs again",
                 queue);
    }
    round_answer(round, st != SKEP_OK, words);
}
