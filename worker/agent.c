/* SPDX-License-Identifier: MIT */
/* One loop over: signals, the deaths of slots, what tasks may take, the connection, and the clock. */
#include "agent.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent_line.h"
#include "agent_set_up.h"
#include "base/clock.h"
#include "base/log.h"
#include "crew.h"
#include "gather_child.h"
#include "limit.h"
#include "obituary.h"
#include "title.h"

enum {
    AGENT_TICK_MS = 100,   /* while a task with a limit runs or a stop is under way */
    AGENT_LEAVE_MS = 6000, /* slots that are to leave at once may take so long */
    AGENT_LAST_MS = 3000   /* between kills that do not help; what is left to tell may take so long, too */
};

enum agent_state { AGENT_RUNNING, AGENT_FINISHING, AGENT_LEAVING };

struct agent {
    const struct skep_worker_settings *settings;
    struct skep_crew crew;
    struct skep_agent_line *line;
    struct skep_gather_child gatherer;
    int signal_fd;
    enum agent_state state;
    int exit_status;
    int64_t stop_at_ms;       /* when the next step of a stop is due */
    int64_t last_alive_at_ms; /* when a slot was last alive */
};

/* ---- stopping ---- */

static const char *agent_state_word(enum agent_state state)
{
    static const char *const words[] = {"running", "finishing", "leaving"};

    return words[state];
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
    skep_crew_command(&agent->crew, state == AGENT_FINISHING ? SKEP_CONTROL_FINISH : SKEP_CONTROL_NOW);
    skep_gather_child_stop(&agent->gatherer, false);
    agent->stop_at_ms =
        skep_monotonic_ms() +
        (state == AGENT_FINISHING ? (int64_t)(agent->settings->grace_s * 1000) : AGENT_LEAVE_MS);
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
    skep_crew_kill(&agent->crew);
    skep_gather_child_stop(&agent->gatherer, true);
    agent->stop_at_ms = now_ms + AGENT_LAST_MS;
}

/* One step: the slots' logs follow. */
static void agent_change_log_level(struct agent *agent, int step)
{
    int next = (int)skep_log_get_level() + step;
    enum skep_log_level level = (enum skep_log_level)next;

    if (next < SKEP_LOG_ERROR || next > SKEP_LOG_TRACE) {
        return;
    }
    skep_log_set_level(level);
    skep_crew_set_log_level(&agent->crew, level);
    skep_gather_child_set_log_level(&agent->gatherer, level);
    /* Whoever asked for less wants to see that he was heard, too. */
    skep_log(level < SKEP_LOG_INFO ? level : SKEP_LOG_INFO, "log-level", "level=%s",
             skep_log_level_word(level));
}

static void agent_read_signals(struct agent *agent)
{
    struct signalfd_siginfo info;

    while (read(agent->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT) {
            agent_set_state(agent, agent->state == AGENT_RUNNING ? AGENT_FINISHING : AGENT_LEAVING);
        } else if (info.ssi_signo == SIGUSR1 || info.ssi_signo == SIGUSR2) {
            agent_change_log_level(agent, info.ssi_signo == SIGUSR1 ? 1 : -1);
        }
    }
}

/* ---- slots ---- */

static void agent_start_slots(struct agent *agent, int64_t now_ms)
{
    if (agent->state == AGENT_RUNNING) {
        skep_crew_start(&agent->crew, now_ms);
    }
}

/* A slot died, or left with a task in its hand: its queues must hear of it. */
static void agent_mourn(struct agent *agent, const struct skep_child *child, const char *info)
{
    struct skep_obituary obituaries[SKEP_MAX_QUEUES];
    bool is_ours = agent->state == AGENT_LEAVING && child->ended_for == SKEP_STOP_NONE;
    size_t n = skep_obituary_write(child, info, is_ours || child->is_fenced, obituaries);

    for (size_t i = 0; i < n; i++) {
        skep_agent_line_mourn(agent->line, &obituaries[i]);
    }
}

/* A slot is over: bury what it was, decide when the next one starts. */
static void agent_slot_over(struct agent *agent, struct skep_child *child, int64_t now_ms)
{
    bool has_left = WIFEXITED(child->status) && WEXITSTATUS(child->status) == SKEP_SLOT_LEFT;
    bool is_refused = WIFEXITED(child->status) && WEXITSTATUS(child->status) == SKEP_SLOT_REFUSED;
    bool is_running = atomic_load(&child->page->running) >= 0;
    bool is_orderly = has_left && !is_running;
    char info[sizeof((struct skep_obituary *)NULL)->info];

    /* It may have heard before us that others declared it dead, or that the server forgot it: nobody's fault.
     */
    child->is_fenced =
        child->is_fenced || (WIFEXITED(child->status) && WEXITSTATUS(child->status) == SKEP_SLOT_FENCED);
    skep_obituary_describe(child, agent->crew.host, info, sizeof info);
    skep_log(is_orderly ? SKEP_LOG_INFO : SKEP_LOG_WARN, "slot-end", "%s running=%s", info,
             is_running ? "yes" : "no");
    if (!is_running) {
        skep_last_words_log(child);
    }
    if (!is_orderly) {
        skep_metrics_add(&agent->crew.metrics, SKEP_METRIC_SLOT_CRASHES,
                         is_running && child->ended_for == SKEP_STOP_NONE && !child->is_fenced ? 1 : 0);
        agent_mourn(agent, child, info);
    }
    /* One that has left in order was told to, or makes way for a fresh one. */
    skep_crew_retire(&agent->crew, child, is_running || has_left, now_ms);
    if (is_refused) {
        agent->exit_status = SKEP_SLOT_REFUSED;
        agent_set_state(agent, AGENT_FINISHING);
    }
}

static bool agent_watch_slots(struct agent *agent, int64_t now_ms)
{
    struct skep_child *child;
    bool is_any_watched = false;

    while ((child = skep_crew_next_over(&agent->crew)) != NULL) {
        agent_slot_over(agent, child, now_ms);
    }
    for (int i = 0; i < agent->crew.n; i++) {
        is_any_watched =
            skep_limits_enforce(&agent->crew.members[i].child, agent->settings, now_ms) || is_any_watched;
    }
    return is_any_watched;
}

/* ---- the loop ---- */

static int agent_timeout_ms(const struct agent *agent, bool is_any_watched, int64_t now_ms)
{
    int64_t next_ms = skep_agent_line_next_ms(agent->line);
    int64_t start_ms = agent->state == AGENT_RUNNING ? skep_crew_next_start_ms(&agent->crew) : INT64_MAX;

    if ((is_any_watched || agent->state != AGENT_RUNNING) && next_ms > now_ms + AGENT_TICK_MS) {
        next_ms = now_ms + AGENT_TICK_MS;
    }
    if (next_ms > start_ms) {
        next_ms = start_ms;
    }
    return next_ms <= now_ms ? 0 : (int)(next_ms - now_ms);
}

static void agent_sleep(const struct agent *agent, int timeout_ms)
{
    struct pollfd fds[SKEP_MAX_SLOTS + 4];
    nfds_t n = 0;

    fds[n++] = (struct pollfd){.fd = agent->signal_fd, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = skep_agent_line_fd(agent->line), .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = agent->crew.family.news_fd, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = skep_gather_child_fd(&agent->gatherer), .events = POLLIN};
    for (int i = 0; i < agent->crew.n; i++) {
        const struct skep_child *child = &agent->crew.members[i].child;
        if (child->pid != 0) {
            fds[n++] = (struct pollfd){.fd = child->pid_fd, .events = POLLIN};
        }
    }
    poll(fds, n, timeout_ms);
}

/* Slots are over; what they held is moved, if the server can be reached soon. */
static bool agent_is_done(struct agent *agent, int64_t now_ms)
{
    if (agent->state == AGENT_RUNNING || skep_crew_is_any_alive(&agent->crew) ||
        skep_gather_child_is_alive(&agent->gatherer)) {
        agent->last_alive_at_ms = now_ms;
        return false;
    }
    return !skep_agent_line_is_mourning(agent->line) || now_ms > agent->last_alive_at_ms + AGENT_LAST_MS;
}

static void agent_loop(struct agent *agent)
{
    for (;;) {
        int64_t now_ms = skep_monotonic_ms();
        bool is_any_watched;

        agent_read_signals(agent);
        skep_crew_spread_news(&agent->crew);
        agent_start_slots(agent, now_ms);
        is_any_watched = agent_watch_slots(agent, now_ms);
        skep_agent_line_tend(agent->line, now_ms);
        skep_gather_child_tend(&agent->gatherer,
                               skep_agent_line_take_gather(agent->line) && agent->state == AGENT_RUNNING,
                               now_ms);
        if (skep_agent_line_is_refused(agent->line)) {
            agent->exit_status = SKEP_SLOT_REFUSED;
            agent_set_state(agent, AGENT_FINISHING);
        }
        agent_stop_step(agent, now_ms);
        now_ms = skep_monotonic_ms();
        if (agent_is_done(agent, now_ms)) {
            return;
        }
        agent_sleep(agent, agent_timeout_ms(agent, is_any_watched, now_ms));
    }
}

/* ---- birth and death ---- */

static skep_status agent_open(struct agent *agent, char *const *argv, struct skep_error *err)
{
    int n_slots = 0;
    skep_status st = skep_agent_count_slots(agent->settings, &n_slots, err);

    if (st == SKEP_OK) {
        st = skep_agent_check_folders(agent->settings, err);
    }
    skep_agent_allow_files(n_slots);
    if (st == SKEP_OK) {
        st = skep_crew_init(&agent->crew, agent->settings, argv, n_slots, err);
    }
    skep_gather_child_init(&agent->gatherer, &agent->crew);
    if (st == SKEP_OK) {
        st = skep_agent_line_new(&agent->crew, &agent->line, err);
    }
    return st == SKEP_OK ? skep_agent_watch_signals(&agent->signal_fd, err) : st;
}

static void agent_release(struct agent *agent)
{
    skep_agent_line_free(agent->line);
    skep_crew_release(&agent->crew);
    if (agent->signal_fd >= 0) {
        close(agent->signal_fd);
    }
}

/* What this worker has done, in the words of its metrics. */
static void agent_log_end(const struct agent *agent)
{
    struct skep_buf buf;

    skep_buf_init(&buf, 4096);
    skep_metrics_write_json(&buf, &agent->crew.metrics);
    skep_log(SKEP_LOG_INFO, "worker-end", "status=%d metrics=%s", agent->exit_status,
             skep_buf_failed(&buf) ? "" : buf.bytes);
    skep_buf_release(&buf);
}

int skep_agent_main(const struct skep_worker_settings *settings, char **argv)
{
    struct agent agent = {.settings = settings, .signal_fd = -1};
    char names[SKEP_MAX_QUEUES * (SKEP_QUEUE_NAME_MAX + 1)];
    struct skep_error err = {0};
    skep_status st = agent_open(&agent, argv, &err);

    if (st != SKEP_OK) {
        fprintf(stderr, "skep-worker: %s\n", skep_error_text(&err, st));
        agent_release(&agent);
        return st == SKEP_E_USAGE ? 2 : 3;
    }
    skep_agent_set_environment();
    skep_queues_join(&settings->queues, names, sizeof names);
    skep_title_set("skep-worker: agent %s, %d slots", names, agent.crew.n);
    skep_log(SKEP_LOG_INFO, "worker-start", "version=%s queue=%s slots=%d server=%s", SKEP_VERSION, names,
             agent.crew.n, skep_agent_line_server_text(agent.line));
    skep_metrics_set(&agent.crew.metrics, SKEP_METRIC_SLOTS, (uint64_t)agent.crew.n);
    agent_loop(&agent);
    agent_log_end(&agent);
    agent_release(&agent);
    return agent.exit_status;
}
