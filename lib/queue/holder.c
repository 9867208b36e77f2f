/* SPDX-License-Identifier: MIT */
#include "queue/holder.h"

#include <assert.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "queue/redis_error.h"
#include "queue/rights.h"
#include "queue/script.h"

enum {
    HOLDER_REPLY_HEAD = 7,
    HOLDER_WAIT_MAX_MS = 60 * 1000,
    HOLDER_SILENCE_MS = SKEP_CONN_SILENCE_MS /* beyond the time of a wait */
};

skep_status skep_holder_init(struct skep_holder *holder, struct skep_conn *conn, const char *queue,
                             struct skep_error *err)
{
    skep_status st;

    *holder = (struct skep_holder){.conn = conn};
    st = skep_keys_init(&holder->keys, queue, err);
    if (st != SKEP_OK) {
        return st;
    }
    skep_worker_name_make(holder->worker);
    snprintf(holder->held_key, sizeof holder->held_key, "%s%s", holder->keys.held_prefix, holder->worker);
    snprintf(holder->info_key, sizeof holder->info_key, "%s%s", holder->keys.info_prefix, holder->worker);
    return skep_holder_register(holder, err);
}

/* A wait cannot be taken back, and nothing that comes behind it is answered before it ends. */
static void holder_stop_waiting(struct skep_holder *holder)
{
    if (holder->is_waiting) {
        skep_conn_close(holder->conn);
        holder->is_waiting = false;
    }
}

static skep_status holder_connect(struct skep_holder *holder, struct skep_error *err)
{
    return skep_conn_is_open(holder->conn) ? SKEP_OK : skep_conn_connect(holder->conn, err);
}

skep_status skep_holder_register(struct skep_holder *holder, struct skep_error *err)
{
    const char *const keys[] = {holder->keys.workers, holder->keys.cycle};
    struct skep_reply *reply;
    skep_status st = holder_connect(holder, err);

    if (st == SKEP_OK) {
        st = skep_rights_check(holder->conn, &holder->keys, SKEP_ROLE_WORKER, err);
    }
    if (st != SKEP_OK) {
        skep_error_prefix(err, "register");
        return st;
    }
    skep_conn_begin(holder->conn, 3);
    skep_conn_arg_text(holder->conn, "SADD");
    skep_conn_arg_text(holder->conn, SKEP_KEY_QUEUES);
    skep_conn_arg_text(holder->conn, holder->keys.name);
    st = skep_conn_call(holder->conn, -1, &reply, err);
    if (st == SKEP_E_UNWELL && skep_conn_is_open(holder->conn)) {
        skep_error_clear(err); /* a server that is full must be drained, listed or not */
        st = SKEP_OK;
    }
    if (st == SKEP_OK) {
        skep_script_begin(holder->conn, SKEP_SCRIPT_REGISTER, 2, keys, 1);
        skep_conn_arg_text(holder->conn, holder->worker);
        st = skep_script_call(holder->conn, -1, &reply, err);
    }
    skep_error_prefix(err, "register");
    return st;
}

/* ---- the cycle ---- */

/* What there is to say of the range in the hand. Nothing goes back that begins behind all there can be. */
static void holder_add_range(struct skep_holder *holder, const struct skep_cycle *cycle)
{
    const struct skep_range_verdict nothing = {.upto = -1, .back = -1, .hit = -1, .hit_index = -1};
    const struct skep_range_verdict *v = cycle->range != NULL ? cycle->range : &nothing;
    int64_t keep = cycle->n_back > 0 ? 0 : v->back >= 0 ? v->back : INT64_C(1) << 60;
    struct skep_conn *conn = holder->conn;

    skep_conn_arg_i64(conn, keep);
    skep_conn_arg_i64(conn, v->n_done);
    skep_conn_arg_i64(conn, v->n_failed);
    skep_conn_arg_i64(conn, v->hit);
    skep_conn_arg_i64(conn, v->hit_index);
    skep_conn_arg(conn, v->ack.n > 0 ? v->ack.bytes : "", v->ack.n);
    skep_range_verdict_add(conn, cycle->range, holder->range_job);
}

enum { CYCLE_ARGS = 12, CYCLE_RANGE_ARGS = CYCLE_ARGS + 6 };

static void holder_build(struct skep_holder *holder, const struct skep_cycle *cycle)
{
    const struct skep_keys *k = &holder->keys;
    const char *const keys[] = {k->queue, holder->held_key, k->workers, k->cycle,  k->out,   k->delayed,
                                k->dead,  k->suspect,       k->crashes, k->stat,   k->conf,  k->jobs,
                                k->puts,  k->cancel,        k->ranges,  k->gather, k->prefix};
    struct skep_conn *conn = holder->conn;
    size_t n_account = skep_account_words(cycle->account);
    size_t n_args = n_account + (holder->has_range
                                     ? CYCLE_RANGE_ARGS + skep_range_verdict_count(cycle->range)
                                     : CYCLE_ARGS + skep_verdicts_count(cycle->verdicts, cycle->n_verdicts));

    skep_script_begin(conn, SKEP_SCRIPT_CYCLE, sizeof keys / sizeof keys[0], keys, n_args);
    skep_conn_arg_text(conn, holder->worker);
    skep_conn_arg_u64(conn, holder->n_cycles + 1);
    skep_conn_arg_u64(conn, holder->n_held);
    skep_conn_arg_u64(conn, cycle->n_verdicts);
    skep_conn_arg_u64(conn, holder->has_range ? 0 : cycle->n_back);
    skep_conn_arg_u64(conn, cycle->want);
    skep_conn_arg_u64(conn, cycle->leaves ? 1 : 0);
    skep_conn_arg_text(conn, cycle->range_job != NULL ? cycle->range_job : "");
    skep_conn_arg_i64(conn, cycle->range_want);
    skep_conn_arg_u64(conn, cycle->steals ? 1 : 0);
    if (holder->has_range) {
        skep_conn_arg_i64(conn, holder->range_upto);
        skep_conn_arg_u64(conn, n_account);
        holder_add_range(holder, cycle);
    } else {
        skep_conn_arg_text(conn, "");
        skep_conn_arg_u64(conn, n_account);
        skep_verdicts_add(conn, cycle->verdicts, cycle->n_verdicts);
    }
    skep_account_add_words(conn, cycle->account);
}

static bool holder_reply_is_sound(const struct skep_holder *holder, const struct skep_reply *reply)
{
    return skep_reply_is_array_of(reply, HOLDER_REPLY_HEAD, SKEP_REPLY_TEXT) &&
           reply->n >= HOLDER_REPLY_HEAD && reply->n <= HOLDER_REPLY_HEAD + holder->n_wanted &&
           reply->items[0].kind == SKEP_REPLY_TEXT && reply->items[1].kind == SKEP_REPLY_INT &&
           reply->items[2].kind == SKEP_REPLY_INT && reply->items[3].kind == SKEP_REPLY_INT &&
           reply->items[4].kind == SKEP_REPLY_INT && reply->items[5].kind == SKEP_REPLY_TEXT &&
           reply->items[6].kind == SKEP_REPLY_INT;
}

/* "2 signal=11 host=...": how often it crashed, and what is known of each time. */
static void holder_read_crashes(const char *text, struct skep_cycle_reply *reply_out)
{
    char *end;

    reply_out->crashes = (unsigned)strtoul(text, &end, 10);
    reply_out->crash_info = *end == ' ' ? end + 1 : end;
}

/* FENCED or STEP. */
static skep_status holder_refused(const struct skep_reply *reply, struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_FENCED,
                          skep_reply_is(&reply->items[0], "STEP")
                              ? "cycle: the server does not know what this slot did last; it was restored or "
                                "restarted without its latest data"
                              : "cycle: this slot was silent for a whole lease and was declared dead");
}

/* What is in the hand after the cycle. False: it cannot be what the server says. */
static bool holder_hold(struct skep_holder *holder, const struct skep_cycle_reply *reply)
{
    bool has_range = reply->range_hi >= 0;
    bool keeps_range = has_range && reply->n_tasks == 0;

    if (keeps_range && holder->has_range) {
        holder->range.lo = holder->range_upto > holder->range.lo ? holder->range_upto : holder->range.lo;
        holder->range.hi = reply->range_hi;
        return holder->range.lo < holder->range.hi;
    }
    if (has_range && (reply->n_tasks != 1 || !skep_range_read_line(reply->tasks[0].bytes, reply->tasks[0].n,
                                                                   &holder->range, holder->range_job))) {
        return false;
    }
    holder->n_settled += holder->has_range ? 1 : holder->n_settling;
    holder->n_held = (holder->has_range ? 0 : holder->n_held_after) + reply->n_tasks;
    holder->has_range = has_range;
    return true;
}

static void holder_read_reply(const struct skep_reply *reply, struct skep_cycle_reply *reply_out)
{
    reply_out->now_ms = reply->items[1].integer;
    reply_out->due_ms = reply->items[2].integer;
    reply_out->depth = reply->items[3].integer;
    reply_out->flags = (unsigned)reply->items[4].integer;
    holder_read_crashes(reply->items[5].bytes, reply_out);
    reply_out->range_hi = reply->items[6].integer;
    reply_out->n_tasks = reply->n - HOLDER_REPLY_HEAD;
    for (size_t i = 0; i < reply_out->n_tasks; i++) {
        const struct skep_reply *item = &reply->items[HOLDER_REPLY_HEAD + i];
        reply_out->tasks[i] = (struct skep_bytes){item->bytes, item->length};
    }
}

/* Something is always left of what was cut, or it was not cut but taken away. */
static skep_status holder_cut(struct skep_holder *holder, const struct skep_cycle_reply *reply,
                              struct skep_error *err)
{
    if (!holder->has_range || reply->range_hi <= holder->range.lo || reply->range_hi >= holder->range.hi) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "cycle: the server cut a range where it cannot be cut");
    }
    holder->range.hi = reply->range_hi;
    return SKEP_OK;
}

static skep_status holder_read(struct skep_holder *holder, const struct skep_reply *reply,
                               struct skep_cycle_reply *reply_out, struct skep_error *err)
{
    if (reply->kind == SKEP_REPLY_ERROR) {
        return skep_redis_error_set(err, reply->bytes, reply->length);
    }
    if (!holder_reply_is_sound(holder, reply)) {
        return skep_error_set(err, SKEP_E_PROTOCOL, "cycle: the server answered something unexpected");
    }
    holder->is_pending = false;
    /* The lost reply was that of the cycle that left: the server forgets who leaves. Where something was told
     * or given back with it nobody can know whether it arrived, and the answer is the one that promises
     * nothing. */
    if (skep_reply_is(&reply->items[0], "FENCED") && holder->is_leaving && holder->n_sends > 1 &&
        !holder->is_telling) {
        reply_out->range_hi = -1;
        return SKEP_OK;
    }
    holder_read_reply(reply, reply_out);
    if (skep_reply_is(&reply->items[0], "CUT")) {
        reply_out->is_cut = true;
        return holder_cut(holder, reply_out, err);
    }
    reply_out->is_replay = skep_reply_is(&reply->items[0], "REPLAY");
    if (!reply_out->is_replay && !skep_reply_is(&reply->items[0], "OK")) {
        return holder_refused(reply, err);
    }
    if (!holder_hold(holder, reply_out)) {
        holder->is_pending = true;
        return skep_error_set(err, SKEP_E_PROTOCOL, "cycle: the server speaks of a range that cannot be");
    }
    holder->n_cycles++;
    holder->n_replays += reply_out->is_replay;
    return SKEP_OK;
}

/* Send what was built, for the first time or once more, and read the answer. */
static skep_status holder_exchange(struct skep_holder *holder, struct skep_cycle_reply *reply_out,
                                   struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st = holder_connect(holder, err);

    *reply_out = (struct skep_cycle_reply){0};
    if (st == SKEP_OK) {
        st = skep_conn_resend_last(holder->conn, err);
        holder->n_sends++;
    }
    if (st == SKEP_OK) {
        st = skep_script_settle(holder->conn, -1, &reply, err);
    }
    return st == SKEP_OK ? holder_read(holder, reply, reply_out, err) : st;
}

skep_status skep_holder_cycle(struct skep_holder *holder, const struct skep_cycle *cycle,
                              struct skep_cycle_reply *reply_out, struct skep_error *err)
{
    skep_status st;

    holder_stop_waiting(holder);
    assert(!holder->is_pending);
    assert(cycle->n_verdicts + cycle->n_back <= holder->n_held);
    assert(cycle->want <= SKEP_BATCH_MAX);
    assert(cycle->range == NULL || holder->has_range);
    assert(!holder->has_range || cycle->n_verdicts == 0);
    holder->is_leaving = cycle->leaves;
    holder->n_sends = 0;
    holder->n_settling = cycle->n_verdicts;
    holder->n_wanted = cycle->want;
    holder->n_held_after = holder->n_held - cycle->n_verdicts - cycle->n_back;
    assert(holder->n_held_after + cycle->want <= SKEP_BATCH_MAX || cycle->want == 0);
    holder->range_upto = cycle->range != NULL ? cycle->range->upto : -1;
    holder->is_telling = cycle->n_verdicts + cycle->n_back > 0 || holder->has_range;
    holder_build(holder, cycle);
    /* What did not fit into memory is no cycle under way, even if the line is down just now. */
    st = skep_conn_check_request(holder->conn, err);
    if (st != SKEP_OK) {
        *reply_out = (struct skep_cycle_reply){0};
        return st;
    }
    holder->is_pending = true;
    return holder_exchange(holder, reply_out, err);
}

skep_status skep_holder_cycle_again(struct skep_holder *holder, struct skep_cycle_reply *reply_out,
                                    struct skep_error *err)
{
    assert(holder->is_pending);
    return holder_exchange(holder, reply_out, err);
}

/* ---- waiting ---- */

skep_status skep_holder_wait_begin(struct skep_holder *holder, int64_t timeout_ms, struct skep_error *err)
{
    struct skep_conn *conn = holder->conn;
    char seconds[32];
    skep_status st;

    assert(!holder->is_pending);
    holder_stop_waiting(holder);
    st = holder_connect(holder, err);
    if (st != SKEP_OK) {
        return st;
    }
    if (timeout_ms < 0 || timeout_ms > HOLDER_WAIT_MAX_MS) {
        timeout_ms = HOLDER_WAIT_MAX_MS;
    }
    /* Source and destination are the same end of the same list: it wakes when there is work and moves
     * nothing. Time-out 0 would mean for ever. */
    snprintf(seconds, sizeof seconds, "%.3f", timeout_ms > 0 ? (double)timeout_ms / 1000 : 0.001);
    skep_conn_begin(conn, 6);
    skep_conn_arg_text(conn, "BLMOVE");
    skep_conn_arg_text(conn, holder->keys.queue);
    skep_conn_arg_text(conn, holder->keys.queue);
    skep_conn_arg_text(conn, "LEFT");
    skep_conn_arg_text(conn, "LEFT");
    skep_conn_arg_text(conn, seconds);
    st = skep_conn_flush(conn, err);
    holder->is_waiting = st == SKEP_OK;
    holder->wait_end_ms = skep_monotonic_ms() + timeout_ms + HOLDER_SILENCE_MS;
    return st;
}

skep_status skep_holder_wait_look(struct skep_holder *holder, struct skep_error *err)
{
    struct skep_reply *reply;
    skep_status st;

    assert(holder->is_waiting);
    st = skep_conn_try_reply(holder->conn, &reply, err);
    if (st == SKEP_EMPTY && skep_monotonic_ms() < holder->wait_end_ms) {
        return SKEP_EMPTY;
    }
    holder->is_waiting = false;
    if (st == SKEP_EMPTY) { /* the server answers when the time is over; one that does not is not well */
        skep_conn_close(holder->conn);
        return skep_error_set(err, SKEP_E_UNREACHABLE, "%s does not answer",
                              skep_conn_server_text(holder->conn));
    }
    if (st == SKEP_OK && reply->kind == SKEP_REPLY_ERROR) {
        return skep_redis_error_set(err, reply->bytes, reply->length);
    }
    return st;
}

/* For poll: what is left until END_MS. */
static int holder_left_ms(int64_t end_ms, int64_t now_ms)
{
    int64_t left_ms = end_ms > now_ms ? end_ms - now_ms : 0;

    return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

skep_status skep_holder_wait(struct skep_holder *const *holders, size_t n, int other_fd, int timeout_ms)
{
    struct pollfd fds[SKEP_HOLDERS_MAX + 1];
    int64_t now_ms = skep_monotonic_ms();
    int left_ms = timeout_ms;

    assert(n <= SKEP_HOLDERS_MAX);
    fds[n] = (struct pollfd){.fd = other_fd, .events = POLLIN};
    for (size_t i = 0; i < n; i++) {
        int patience_ms = holder_left_ms(holders[i]->wait_end_ms, now_ms);
        assert(holders[i]->is_waiting);
        fds[i] = (struct pollfd){.fd = skep_conn_fd(holders[i]->conn),
                                 .events = skep_conn_read_events(holders[i]->conn)};
        left_ms = left_ms < 0 || patience_ms < left_ms ? patience_ms : left_ms;
    }
    if (poll(fds, n + 1, left_ms) <= 0) {
        return SKEP_EMPTY;
    }
    return fds[n].revents != 0 ? SKEP_STOPPED : SKEP_OK;
}
