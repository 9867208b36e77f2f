/* SPDX-License-Identifier: MIT */
/* One loop over: signals, the deaths of slots, the connection, and the clock. The connection is used for
 * beats (sent without waiting, so that a silent server does not hide a dying slot), for reaping, and for what
 * people read about the slots. Nothing here is decided by the clock of another machine. */
#include "agent.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/parse.h"
#include "child.h"
#include "cores.h"
#include "news.h"
#include "npy/roots.h"
#include "queue/backoff.h"
#include "queue/beat.h"
#include "queue/holder.h"
#include "queue/observer.h"
#include "title.h"

enum {
    AGENT_MAX_SLOTS = 1024,
    AGENT_REPLY_MS = 3000,      /* a beat without an answer for so long: the line is dead */
    AGENT_TICK_MS = 100,        /* while a task with a time limit runs or a stop is under way */
    AGENT_NEWS_MS = 10000,      /* how often people's information is renewed */
    AGENT_TIME_GRACE_MS = 2000, /* after its deadline a kernel may come to its senses for so long */
    AGENT_STABLE_MS = 5000,     /* a slot that lived so long is started again at once */
    AGENT_LOST_MAX = 4 * AGENT_MAX_SLOTS
};

/* A slot that died and has not been reaped yet, because the server could not be reached. */
struct agent_lost {
    char worker[SKEP_WORKER_NAME_BYTES];
    int64_t running;
    char info[200];
};

enum agent_state { AGENT_RUNNING, AGENT_FINISHING, AGENT_LEAVING };

struct agent {
    const struct skep_worker_settings *settings;
    char *const *argv;
    char host[65];
    struct skep_keys keys;
    struct skep_conn *conn;
    struct skep_backoff conn_backoff;
    int64_t connect_at_ms;
    struct skep_observer *observer;
    int signal_fd;

    enum agent_state state;
    int exit_status;
    int64_t stop_at_ms; /* when the next step of a stop is due */

    int n_slots;
    struct skep_child *children;
    int64_t *start_at_ms; /* when a dead slot is started again */
    struct skep_backoff *start_backoff;

    size_t n_lost;
    struct agent_lost *lost;

    bool is_beat_due_back;
    int64_t beat_sent_ms, beat_at_ms, news_at_ms;
    int next_to_wake;
    struct skep_metrics metrics; /* of the slots that are over, and what only the agent knows */
};

/* ---- stopping ---- */

static const char *agent_state_word(enum agent_state state)
{
    static const char *const words[] = {"running", "finishing", "leaving"};

    return words[state];
}

static void agent_command_all(struct agent *agent, enum skep_control command)
{
    for (int i = 0; i < agent->n_slots; i++) {
        skep_child_command(&agent->children[i], command);
    }
}

/* Running to finishing to leaving, never back. */
static void agent_set_state(struct agent *agent, enum agent_state state)
{
    if (state <= agent->state) {
        return;
    }
    skep_log(SKEP_LOG_INFO, "worker-state", "from=%s to=%s", agent_state_word(agent->state),
             agent_state_word(state));
    agent->state = state;
    agent_command_all(agent, state == AGENT_FINISHING ? SKEP_CONTROL_FINISH : SKEP_CONTROL_NOW);
    agent->stop_at_ms =
        skep_monotonic_ms() +
        (state == AGENT_FINISHING ? (int64_t)(agent->settings->grace_s * 1000) : 2 * AGENT_REPLY_MS);
}

/* Grace is over: everything back; that is over too: the end. */
static void agent_stop_step(struct agent *agent, int64_t now_ms)
{
    if (agent->state == AGENT_RUNNING || now_ms < agent->stop_at_ms) {
        return;
    }
    if (agent->state == AGENT_FINISHING) {
        skep_log(SKEP_LOG_WARN, "grace-over", "grace_s=%g", agent->settings->grace_s);
        agent_set_state(agent, AGENT_LEAVING);
        return;
    }
    for (int i = 0; i < agent->n_slots; i++) {
        skep_child_kill(&agent->children[i]);
    }
    agent->stop_at_ms = now_ms + AGENT_REPLY_MS;
}

static void agent_read_signals(struct agent *agent)
{
    struct signalfd_siginfo info;

    while (read(agent->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) {
            agent_set_state(agent, agent->state == AGENT_RUNNING ? AGENT_FINISHING : AGENT_LEAVING);
        }
    }
}

/* ---- slots ---- */

static void agent_start_slots(struct agent *agent, int64_t now_ms)
{
    for (int i = 0; i < agent->n_slots; i++) {
        struct skep_error err = {0};
        if (agent->state != AGENT_RUNNING || agent->children[i].pid != 0 || now_ms < agent->start_at_ms[i]) {
            continue;
        }
        if (skep_child_start(&agent->children[i], i, agent->argv, &err) != SKEP_OK) {
            skep_log(SKEP_LOG_ERROR, "slot-start-failed", "slot=%d reason=\"%s\"", i, err.text);
            agent->start_at_ms[i] = now_ms + skep_backoff_next_ms(&agent->start_backoff[i]);
            continue;
        }
        skep_log(SKEP_LOG_INFO, "slot-start", "slot=%d pid=%d", i, (int)agent->children[i].pid);
        agent->news_at_ms = now_ms + SKEP_BEAT_MS; /* it has registered by then */
    }
}

static void agent_describe_death(const struct agent *agent, const struct skep_child *child, int status,
                                 char *text, size_t size)
{
    char how[96];

    if (WIFSIGNALED(status)) {
        snprintf(how, sizeof how, "signal=%d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else {
        snprintf(how, sizeof how, "exit=%d", WEXITSTATUS(status));
    }
    snprintf(text, size, "%s%s host=%s slot=%d", child->is_killed_for_time ? "cause=timeout " : "", how,
             agent->host, child->number);
}

/* Remember that the slot's tasks must be moved; done as soon as the server can be reached. */
static void agent_mourn(struct agent *agent, const struct skep_child *child, const char *info)
{
    struct agent_lost *lost = &agent->lost[agent->n_lost];
    int64_t running = atomic_load_explicit(&child->page->running, memory_order_acquire);
    bool is_nobodys_fault = child->is_fenced || agent->state == AGENT_LEAVING;

    if (!atomic_load_explicit(&child->page->lanes[0].is_registered, memory_order_acquire)) {
        return;
    }
    if (agent->n_lost == AGENT_LOST_MAX) {
        return; /* the lease of the others will find it */
    }
    snprintf(lost->worker, sizeof lost->worker, "%s", child->page->lanes[0].worker);
    snprintf(lost->info, sizeof lost->info, "%s", info);
    lost->running = is_nobodys_fault ? SKEP_RUNNING_NONE : running;
    agent->n_lost++;
}

/* A slot is over: bury what it was, decide when the next one starts. */
static void agent_slot_over(struct agent *agent, struct skep_child *child, int status, int64_t now_ms)
{
    int i = child->number;
    bool has_left = WIFEXITED(status) && WEXITSTATUS(status) == SKEP_SLOT_LEFT;
    bool is_refused = WIFEXITED(status) && WEXITSTATUS(status) == SKEP_SLOT_REFUSED;
    bool is_running = atomic_load(&child->page->running) >= 0;
    char info[200];

    agent_describe_death(agent, child, status, info, sizeof info);
    skep_log(has_left && !is_running ? SKEP_LOG_INFO : SKEP_LOG_WARN, "slot-end", "%s running=%s", info,
             is_running ? "yes" : "no");
    skep_metrics_add_all(&agent->metrics, &child->page->metrics);
    if (!has_left || is_running) {
        skep_metrics_add(&agent->metrics, SKEP_METRIC_SLOT_CRASHES, is_running ? 1 : 0);
        agent_mourn(agent, child, info);
    }
    if (now_ms - child->started_ms >= AGENT_STABLE_MS || is_running) {
        skep_backoff_reset(&agent->start_backoff[i]);
        agent->start_at_ms[i] = now_ms;
    } else {
        agent->start_at_ms[i] = now_ms + skep_backoff_next_ms(&agent->start_backoff[i]);
    }
    skep_child_release(child);
    if (is_refused) {
        agent->exit_status = SKEP_SLOT_REFUSED;
        agent_set_state(agent, AGENT_FINISHING);
    }
}

static bool agent_collect_dead(struct agent *agent, int64_t now_ms)
{
    bool is_any_alive = false;

    for (int i = 0; i < agent->n_slots; i++) {
        struct skep_child *child = &agent->children[i];
        int status;
        if (skep_child_is_over(child, &status)) {
            agent_slot_over(agent, child, status, now_ms);
        }
        is_any_alive = is_any_alive || child->pid != 0;
    }
    return is_any_alive;
}

/* The pacer of a slot tells a kernel when its time is over. One that does not listen is ended from here. */
static bool agent_enforce_deadlines(struct agent *agent, int64_t now_ms)
{
    bool is_any = false;

    for (int i = 0; i < agent->n_slots; i++) {
        struct skep_child *child = &agent->children[i];
        int64_t deadline_ms = child->pid != 0 ? atomic_load(&child->page->deadline_ms) : 0;
        is_any = is_any || deadline_ms > 0;
        if (deadline_ms > 0 && now_ms > deadline_ms + AGENT_TIME_GRACE_MS) {
            child->is_killed_for_time = true;
            skep_child_kill(child);
        }
    }
    return is_any;
}

/* ---- the server ---- */

static void agent_line_failed(struct agent *agent, const char *doing, skep_status st,
                              const struct skep_error *err, int64_t now_ms)
{
    int wait_ms = skep_backoff_next_ms(&agent->conn_backoff);

    skep_log(SKEP_LOG_WARN, "redis-retry", "doing=%s wait_ms=%d reason=\"%s\"", doing, wait_ms,
             skep_error_text(err, st));
    skep_conn_close(agent->conn);
    skep_observer_restart(agent->observer);
    agent->is_beat_due_back = false;
    agent->connect_at_ms = now_ms + wait_ms;
    if (st == SKEP_E_REFUSED) {
        skep_log(SKEP_LOG_ERROR, "redis-refused", "reason=\"%s\"", err->text);
        agent->exit_status = SKEP_SLOT_REFUSED;
        agent_set_state(agent, AGENT_FINISHING);
    }
}

static bool agent_reap(struct agent *agent, const char *worker, int64_t observed, int64_t running,
                       const char *info, int64_t now_ms)
{
    struct skep_error err = {0};
    int64_t moved;
    const struct skep_death death = {
        .worker = worker, .observed = observed, .running = running, .info = info};
    skep_status st = skep_reap(agent->conn, &agent->keys, &death, &moved, &err);

    if (st != SKEP_OK) {
        agent_line_failed(agent, "reap", st, &err, now_ms);
        return false;
    }
    if (moved >= 0) {
        skep_log(SKEP_LOG_WARN, "slot-reaped", "worker=%s tasks=%" PRId64 " %s", worker, moved, info);
    }
    return true;
}

/* Slots of our own that died: known at once, and which task they ran. */
static void agent_reap_lost(struct agent *agent, int64_t now_ms)
{
    while (agent->n_lost > 0 && skep_conn_is_open(agent->conn) && !agent->is_beat_due_back) {
        struct agent_lost *lost = &agent->lost[agent->n_lost - 1];
        if (!agent_reap(agent, lost->worker, -1, lost->running, lost->info, now_ms)) {
            return;
        }
        agent->n_lost--;
    }
}

/* Slots of others that were silent for a lease. */
static void agent_reap_silent(struct agent *agent, int64_t now_ms)
{
    const char *worker;
    int64_t beat;
    char info[128];

    snprintf(info, sizeof info, "cause=lost-worker silent for %d ms, seen from host=%s", SKEP_LEASE_MS,
             agent->host);
    while (skep_observer_next_dead(agent->observer, &worker, &beat)) {
        if (!agent_reap(agent, worker, beat, SKEP_RUNNING_HEAD, info, now_ms)) {
            return;
        }
    }
}

static void agent_send_beat(struct agent *agent, int64_t now_ms)
{
    const char *names[AGENT_MAX_SLOTS];
    struct skep_error err = {0};
    size_t n = 0;
    skep_status st;

    for (int i = 0; i < agent->n_slots; i++) {
        const struct skep_child *child = &agent->children[i];
        if (child->pid != 0 &&
            atomic_load_explicit(&child->page->lanes[0].is_registered, memory_order_acquire)) {
            names[n++] = child->page->lanes[0].worker;
        }
    }
    agent->beat_at_ms = now_ms + SKEP_BEAT_MS;
    st = skep_beat_send(agent->conn, &agent->keys, names, n, &err);
    if (st != SKEP_OK) {
        agent_line_failed(agent, "beat", st, &err, now_ms);
        return;
    }
    agent->is_beat_due_back = true;
    agent->beat_sent_ms = now_ms;
}

/* A slot may have been declared dead by others while it was cut off or stopped. One that is just registering
 * is not in the set yet either: it is left alone for a lease. */
static void agent_hear_fenced(struct agent *agent, const struct skep_reply *fenced, int64_t now_ms)
{
    for (size_t k = 0; k < fenced->n; k++) {
        for (int i = 0; i < agent->n_slots; i++) {
            struct skep_child *child = &agent->children[i];
            if (child->pid != 0 && now_ms - child->started_ms > SKEP_LEASE_MS &&
                skep_reply_is(&fenced->items[k], child->page->lanes[0].worker)) {
                skep_log(SKEP_LOG_WARN, "slot-fenced", "slot=%d worker=%s", i, child->page->lanes[0].worker);
                child->is_fenced = true;
                skep_metrics_add(&agent->metrics, SKEP_METRIC_FENCED, 1);
                skep_child_kill(child);
            }
        }
    }
}

/* Idle slots wait for the queue's list. What else they should know of, they are told. */
static void agent_wake_slots(struct agent *agent, unsigned flags)
{
    bool is_open = (flags & (SKEP_FLAG_PAUSED | SKEP_FLAG_RESULTS_FULL)) == 0;
    bool is_suspect_told = (flags & SKEP_FLAG_SUSPECT) == 0;

    for (int k = 0; k < agent->n_slots; k++) {
        int i = (agent->next_to_wake + k) % agent->n_slots;
        const struct skep_child *child = &agent->children[i];
        if (child->pid == 0 || !is_open) {
            continue;
        }
        if (atomic_load(&child->page->lanes[0].is_held_off)) {
            skep_child_command(child, SKEP_CONTROL_LOOK);
        } else if (!is_suspect_told && atomic_load(&child->page->running) < 0) {
            skep_child_command(child, SKEP_CONTROL_LOOK);
            agent->next_to_wake = i + 1;
            is_suspect_told = true;
        }
    }
}

static void agent_hear_beat(struct agent *agent, const struct skep_beat *beat, int64_t now_ms)
{
    skep_backoff_reset(&agent->conn_backoff);
    skep_observer_begin(agent->observer, now_ms);
    for (size_t i = 0; i + 1 < beat->workers->n; i += 2) {
        const struct skep_reply *name = &beat->workers->items[i];
        if (name->kind == SKEP_REPLY_TEXT) {
            (void)!skep_observer_see(agent->observer, name->bytes, name->length, skep_beat_counter(name + 1));
        }
    }
    skep_observer_end(agent->observer);
    agent_hear_fenced(agent, beat->fenced, now_ms);
    agent_wake_slots(agent, beat->flags);
}

static void agent_read_beat(struct agent *agent, int64_t now_ms)
{
    struct skep_error err = {0};
    struct skep_reply *reply;
    struct skep_beat beat;
    skep_status st = skep_conn_try_reply(agent->conn, &reply, &err);

    if (st == SKEP_EMPTY) {
        if (now_ms - agent->beat_sent_ms > AGENT_REPLY_MS) {
            (void)skep_error_set(&err, SKEP_E_UNREACHABLE, "no answer for %d ms", AGENT_REPLY_MS);
            agent_line_failed(agent, "beat", SKEP_E_UNREACHABLE, &err, now_ms);
        }
        return;
    }
    if (st == SKEP_OK) {
        agent->is_beat_due_back = false;
        st = skep_beat_read(agent->conn, reply, &beat, &err);
    }
    if (st == SKEP_E_UNWELL && skep_conn_is_open(agent->conn)) {
        skep_observer_restart(agent->observer);
        return;
    }
    if (st != SKEP_OK) {
        agent_line_failed(agent, "beat", st, &err, now_ms);
        return;
    }
    agent_hear_beat(agent, &beat, now_ms);
    agent_reap_silent(agent, now_ms);
}

static void agent_tell_news(struct agent *agent, int64_t now_ms)
{
    struct skep_error err = {0};
    skep_status st;

    agent->news_at_ms = now_ms + AGENT_NEWS_MS;
    st = skep_news_tell(agent->conn, &agent->keys, agent->host, agent->children, agent->n_slots,
                        3 * AGENT_NEWS_MS, &err);
    if (st != SKEP_OK && !skep_conn_is_open(agent->conn)) {
        agent_line_failed(agent, "news", st, &err, now_ms);
    }
}

/* Everything with the server that does not wait for it longer than a time-out. */
static void agent_tend_line(struct agent *agent, int64_t now_ms)
{
    if (!skep_conn_is_open(agent->conn)) {
        struct skep_error err = {0};
        skep_status st;
        if (now_ms < agent->connect_at_ms) {
            return;
        }
        st = skep_conn_connect(agent->conn, &err);
        skep_metrics_add(&agent->metrics, SKEP_METRIC_RECONNECTS, 1);
        skep_observer_restart(agent->observer);
        agent->is_beat_due_back = false;
        agent->beat_at_ms = now_ms;
        agent->news_at_ms = now_ms + SKEP_BEAT_MS;
        if (st != SKEP_OK) {
            agent_line_failed(agent, "connect", st, &err, now_ms);
            return;
        }
    }
    if (agent->is_beat_due_back) {
        agent_read_beat(agent, now_ms);
    }
    agent_reap_lost(agent, now_ms);
    if (skep_conn_is_open(agent->conn) && !agent->is_beat_due_back && now_ms >= agent->beat_at_ms) {
        if (now_ms >= agent->news_at_ms) {
            agent_tell_news(agent, now_ms);
        }
        if (skep_conn_is_open(agent->conn)) {
            agent_send_beat(agent, now_ms);
        }
    }
}

/* ---- the loop ---- */

static int agent_timeout_ms(const struct agent *agent, bool has_deadlines, int64_t now_ms)
{
    int64_t next_ms = skep_conn_is_open(agent->conn) ? agent->beat_at_ms : agent->connect_at_ms;

    if (agent->is_beat_due_back) {
        next_ms = agent->beat_sent_ms + AGENT_REPLY_MS + 1;
    }
    if (has_deadlines || agent->state != AGENT_RUNNING) {
        next_ms = next_ms < now_ms + AGENT_TICK_MS ? next_ms : now_ms + AGENT_TICK_MS;
    }
    for (int i = 0; i < agent->n_slots; i++) {
        if (agent->children[i].pid == 0 && agent->start_at_ms[i] < next_ms) {
            next_ms = agent->start_at_ms[i];
        }
    }
    return next_ms <= now_ms ? 0 : (int)(next_ms - now_ms);
}

static void agent_sleep(struct agent *agent, int timeout_ms)
{
    struct pollfd fds[AGENT_MAX_SLOTS + 2];
    nfds_t n = 0;

    fds[n++] = (struct pollfd){.fd = agent->signal_fd, .events = POLLIN};
    fds[n++] =
        (struct pollfd){.fd = agent->is_beat_due_back ? skep_conn_fd(agent->conn) : -1, .events = POLLIN};
    for (int i = 0; i < agent->n_slots; i++) {
        if (agent->children[i].pid != 0) {
            fds[n++] = (struct pollfd){.fd = agent->children[i].pid_fd, .events = POLLIN};
        }
    }
    poll(fds, n, timeout_ms);
}

static void agent_loop(struct agent *agent)
{
    bool is_any_alive = true;

    while (agent->state == AGENT_RUNNING || is_any_alive ||
           (agent->n_lost > 0 && skep_conn_is_open(agent->conn))) {
        int64_t now_ms = skep_monotonic_ms();
        bool has_deadlines;

        agent_read_signals(agent);
        agent_start_slots(agent, now_ms);
        is_any_alive = agent_collect_dead(agent, now_ms);
        has_deadlines = agent_enforce_deadlines(agent, now_ms);
        agent_tend_line(agent, now_ms);
        agent_stop_step(agent, now_ms);
        now_ms = skep_monotonic_ms();
        if (agent->state == AGENT_RUNNING || is_any_alive) {
            agent_sleep(agent, agent_timeout_ms(agent, has_deadlines, now_ms));
        } else if (agent->is_beat_due_back) {
            agent_sleep(agent, AGENT_TICK_MS);
        }
    }
}

/* ---- birth and death ---- */

static skep_status agent_count_slots(const struct skep_worker_settings *settings, int *n_out,
                                     struct skep_error *err)
{
    int64_t n;

    if (strcmp(settings->slots, "auto") == 0) {
        *n_out = skep_cores_allowed();
        return SKEP_OK;
    }
    if (!skep_parse_i64(settings->slots, strlen(settings->slots), &n) || n < 1 || n > AGENT_MAX_SLOTS) {
        return skep_error_set(err, SKEP_E_USAGE, "--slots must be auto or 1 to %d, not \"%.20s\"",
                              AGENT_MAX_SLOTS, settings->slots);
    }
    *n_out = (int)n;
    return SKEP_OK;
}

/* Mistakes in folders and URL are told once, here, not by every slot. */
static skep_status agent_check_settings(const struct skep_worker_settings *settings, struct skep_error *err)
{
    const struct skep_text_list *lists[] = {&settings->data, &settings->output};
    struct skep_roots *roots = NULL;
    skep_status st = skep_roots_new(&roots, err);

    for (int k = 0; k < 2; k++) {
        for (size_t i = 0; st == SKEP_OK && i < lists[k]->n; i++) {
            st = skep_roots_add(roots, lists[k]->items[i], err);
        }
    }
    skep_roots_free(roots);
    return st;
}

static skep_status agent_watch_signals(struct agent *agent, struct skep_error *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    agent->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return agent->signal_fd >= 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_IO, "signalfd");
}

/* A slot is one core's worth: libraries that would start a thread for each core must not. */
static void agent_set_environment(void)
{
    static const char *const names[] = {"OMP_NUM_THREADS",  "OPENBLAS_NUM_THREADS",   "MKL_NUM_THREADS",
                                        "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS",
                                        "GOTO_NUM_THREADS"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        setenv(names[i], "1", 1);
    }
}

static skep_status agent_open(struct agent *agent, struct skep_error *err)
{
    skep_status st;

    if (gethostname(agent->host, sizeof agent->host - 1) != 0) {
        snprintf(agent->host, sizeof agent->host, "unknown");
    }
    st = skep_keys_init(&agent->keys, agent->settings->queues.items[0].name, err);
    if (st == SKEP_OK) {
        st = agent_count_slots(agent->settings, &agent->n_slots, err);
    }
    if (st == SKEP_OK) {
        st = agent_check_settings(agent->settings, err);
    }
    if (st == SKEP_OK) {
        st = skep_server_conn_new(&agent->settings->server, "skep-agent", &agent->conn, err);
    }
    if (st == SKEP_OK) {
        st = skep_observer_new(SKEP_LEASE_MS, 3 * SKEP_BEAT_MS, &agent->observer, err);
    }
    if (st == SKEP_OK) {
        st = agent_watch_signals(agent, err);
    }
    if (st != SKEP_OK) {
        return st;
    }
    agent->children = skep_calloc((size_t)agent->n_slots, sizeof *agent->children);
    agent->start_at_ms = skep_calloc((size_t)agent->n_slots, sizeof *agent->start_at_ms);
    agent->start_backoff = skep_calloc((size_t)agent->n_slots, sizeof *agent->start_backoff);
    agent->lost = skep_calloc(AGENT_LOST_MAX, sizeof *agent->lost);
    if (agent->children == NULL || agent->start_at_ms == NULL || agent->start_backoff == NULL ||
        agent->lost == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for %d slots", agent->n_slots);
    }
    return SKEP_OK;
}

static void agent_release(struct agent *agent)
{
    skep_conn_free(agent->conn);
    skep_observer_free(agent->observer);
    skep_free(agent->children);
    skep_free(agent->start_at_ms);
    skep_free(agent->start_backoff);
    skep_free(agent->lost);
    if (agent->signal_fd >= 0) {
        close(agent->signal_fd);
    }
}

/* What this worker has done, in the words of its metrics. */
static void agent_log_end(const struct agent *agent)
{
    struct skep_buf buf;

    skep_buf_init(&buf, 4096);
    skep_metrics_write_json(&buf, &agent->metrics);
    skep_log(SKEP_LOG_INFO, "worker-end", "status=%d metrics=%s", agent->exit_status,
             skep_buf_failed(&buf) ? "" : buf.bytes);
    skep_buf_release(&buf);
}

int skep_agent_main(const struct skep_worker_settings *settings, char **argv)
{
    struct agent agent = {.settings = settings, .argv = argv, .signal_fd = -1};
    char names[512];
    struct skep_error err = {0};
    skep_status st = agent_open(&agent, &err);

    if (st != SKEP_OK) {
        fprintf(stderr, "skep-worker: %s\n", skep_error_text(&err, st));
        agent_release(&agent);
        return st == SKEP_E_USAGE ? 2 : 3;
    }
    agent_set_environment();
    skep_queues_join(&settings->queues, names, sizeof names);
    skep_title_set("skep-worker: agent %s, %d slots", names, agent.n_slots);
    skep_log(SKEP_LOG_INFO, "worker-start", "version=%s queue=%s slots=%d server=%s", SKEP_VERSION, names,
             agent.n_slots, skep_conn_server_text(agent.conn));
    skep_metrics_set(&agent.metrics, SKEP_METRIC_SLOTS, (uint64_t)agent.n_slots);
    agent_loop(&agent);
    agent_log_end(&agent);
    agent_release(&agent);
    return agent.exit_status;
}
