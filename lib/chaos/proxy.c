/* SPDX-License-Identifier: MIT */
/* The proxy's thread polls its listener, its links and an eventfd. Everything but the poll itself happens
 * under one lock. A function that changes something adds one to `wanted`, wakes the thread, and waits until
 * the thread has `seen` as many: then no turn that began before the change is still under way. */
#include "chaos/proxy.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "chaos/chance.h"
#include "chaos/link.h"
#include "chaos/listen.h"

enum { PROXY_MAX_LINKS = 512, PROXY_DELAY_MS = 100, PROXY_NEEDLE_REACH = 1024, PROXY_SOON_MS = 1 };

/* A rule with its strings; rules that were cleared stay until the end, because links point at their answers.
 */
struct proxy_rule {
    struct skep_proxy_rule rule;
    uint64_t n_applied, n_lost_good;
    bool is_active;
    struct proxy_rule *next;
    char texts[]; /* needle, answer */
};

struct skep_proxy {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t has_seen;
    uint64_t wanted, seen;
    int listen_fd, wake_fd;
    struct skep_url url, server;
    struct skep_chance chance;
    struct proxy_rule *rules;
    struct skep_proxy_counts counts;
    struct skep_link *links[PROXY_MAX_LINKS];
    size_t n_links;
    bool stalls, cuts, holds, ends;
};

#define PROXY_WORDS(name, words) words,
static const char *const proxy_words[] = {SKEP_PROXY_MAP(PROXY_WORDS)};
#undef PROXY_WORDS

const char *skep_proxy_fault_words(enum skep_proxy_fault fault)
{
    return proxy_words[fault];
}

/* ---- rules ---- */

static bool proxy_fits(struct skep_proxy *proxy, const struct proxy_rule *at, const char *request, size_t n)
{
    const struct skep_proxy_rule *rule = &at->rule;
    size_t reach = n < PROXY_NEEDLE_REACH ? n : PROXY_NEEDLE_REACH;

    return at->is_active && (rule->most == 0 || at->n_applied < rule->most) &&
           (rule->needle == NULL || memmem(request, reach, rule->needle, strlen(rule->needle)) != NULL) &&
           (rule->chance <= 0 || skep_chance_f64(&proxy->chance) < rule->chance);
}

static struct skep_fate proxy_judge(void *context, const char *request, size_t n)
{
    struct skep_proxy *proxy = context;
    struct skep_fate fate = {0};

    for (struct proxy_rule *at = proxy->rules; at != NULL; at = at->next) {
        if (proxy_fits(proxy, at, request, n)) {
            int most = at->rule.delay_ms > 0 ? at->rule.delay_ms : PROXY_DELAY_MS;
            at->n_applied++;
            fate = (struct skep_fate){.is_faulty = true,
                                      .fault = at->rule.fault,
                                      .answer = at->rule.answer,
                                      .n_lost_good = &at->n_lost_good};
            if (fate.fault == SKEP_PROXY_DELAY) {
                fate.delay_ms = 1 + (int)skep_chance_below(&proxy->chance, (uint64_t)most);
            }
            break;
        }
    }
    return fate;
}

/* ---- the thread ---- */

static void proxy_accept(struct skep_proxy *proxy)
{
    while (proxy->n_links < PROXY_MAX_LINKS) {
        int fd = skep_listen_accept(proxy->listen_fd);
        if (fd < 0) {
            return;
        }
        if (skep_link_new(fd, &proxy->server, &proxy->links[proxy->n_links]) == SKEP_OK) {
            proxy->n_links++;
            proxy->counts.n_links++;
        } else {
            proxy->counts.n_refused++;
        }
    }
}

/* What the functions below asked for. */
static void proxy_obey(struct skep_proxy *proxy)
{
    for (size_t i = 0; i < proxy->n_links; i++) {
        if (proxy->cuts) {
            proxy->links[i]->state = SKEP_LINK_CUT;
        } else if (proxy->holds) {
            proxy->links[i]->state = SKEP_LINK_HELD;
        }
    }
    proxy->cuts = false;
    proxy->holds = false;
    proxy->seen = proxy->wanted;
    pthread_cond_broadcast(&proxy->has_seen);
}

static void proxy_turn(struct skep_proxy *proxy)
{
    int64_t now_ms = skep_monotonic_ms();
    size_t n_kept = 0;

    if (!proxy->stalls) {
        proxy_accept(proxy);
    }
    for (size_t i = 0; i < proxy->n_links; i++) {
        struct skep_link *link = proxy->links[i];
        if (!proxy->stalls && link->state != SKEP_LINK_CUT) {
            skep_link_turn(link, now_ms, proxy_judge, proxy, &proxy->counts);
        }
        if (link->state == SKEP_LINK_CUT) {
            skep_link_free(link);
        } else {
            proxy->links[n_kept++] = link;
        }
    }
    proxy->n_links = n_kept;
}

/* What to wait for; returns how long. */
static int proxy_prepare(const struct skep_proxy *proxy, struct pollfd *polled, nfds_t *n_out)
{
    bool is_late = false;
    nfds_t n = 0;

    polled[n++] = (struct pollfd){.fd = proxy->wake_fd, .events = POLLIN};
    if (!proxy->stalls) {
        bool is_full = proxy->n_links == PROXY_MAX_LINKS;
        polled[n++] = (struct pollfd){.fd = is_full ? -1 : proxy->listen_fd, .events = POLLIN};
        for (size_t i = 0; i < proxy->n_links; i++) {
            const struct skep_link *link = proxy->links[i];
            polled[n++] = (struct pollfd){link->client.fd, skep_link_client_events(link), 0};
            polled[n++] = (struct pollfd){link->server.fd, skep_link_server_events(link), 0};
            is_late = is_late || link->deliver_ms > 0;
        }
    }
    *n_out = n;
    return is_late ? PROXY_SOON_MS : -1;
}

static void *proxy_run(void *context)
{
    static const size_t room = 2 + 2 * (size_t)PROXY_MAX_LINKS;
    struct skep_proxy *proxy = context;
    struct pollfd polled[2 + 2 * PROXY_MAX_LINKS];
    bool ends = false;

    memset(polled, 0, room * sizeof polled[0]);
    while (!ends) {
        uint64_t wakes;
        nfds_t n;
        int timeout_ms;
        pthread_mutex_lock(&proxy->lock);
        proxy_obey(proxy);
        proxy_turn(proxy);
        timeout_ms = proxy_prepare(proxy, polled, &n);
        ends = proxy->ends;
        pthread_mutex_unlock(&proxy->lock);
        if (!ends && poll(polled, n, timeout_ms) > 0 && polled[0].revents != 0) {
            (void)!read(proxy->wake_fd, &wakes, sizeof wakes);
        }
    }
    return NULL;
}

/* ---- life ---- */

static skep_status proxy_start_thread(struct skep_proxy *proxy, struct skep_error *err)
{
    sigset_t all, before;
    int failure;

    /* Signals are for the program's own threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failure = pthread_create(&proxy->thread, NULL, proxy_run, proxy);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure == 0 ? SKEP_OK : skep_error_set(err, SKEP_E_IO, "no thread: %s", strerror(failure));
}

static void proxy_release(struct skep_proxy *proxy)
{
    for (size_t i = 0; i < proxy->n_links; i++) {
        skep_link_free(proxy->links[i]);
    }
    while (proxy->rules != NULL) {
        struct proxy_rule *next = proxy->rules->next;
        skep_free(proxy->rules);
        proxy->rules = next;
    }
    if (proxy->listen_fd >= 0) {
        close(proxy->listen_fd);
    }
    if (proxy->wake_fd >= 0) {
        close(proxy->wake_fd);
    }
    if (proxy->url.kind == SKEP_URL_UNIX && proxy->url.path[0] != '\0') {
        (void)unlink(proxy->url.path);
    }
    pthread_cond_destroy(&proxy->has_seen);
    pthread_mutex_destroy(&proxy->lock);
    skep_free(proxy);
}

skep_status skep_proxy_new(const struct skep_proxy_options *options, struct skep_proxy **proxy_out,
                           struct skep_error *err)
{
    struct skep_proxy *proxy = skep_calloc(1, sizeof *proxy);
    skep_status st;

    *proxy_out = NULL;
    if (proxy == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a proxy");
    }
    pthread_mutex_init(&proxy->lock, NULL);
    pthread_cond_init(&proxy->has_seen, NULL);
    proxy->server = options->server;
    proxy->chance.state = options->seed;
    proxy->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    st = skep_listen(options->path, options->host, &proxy->listen_fd, &proxy->url, err);
    if (st == SKEP_OK && proxy->wake_fd < 0) {
        st = skep_error_errno(err, SKEP_E_IO, "no eventfd");
    }
    st = st == SKEP_OK ? proxy_start_thread(proxy, err) : st;
    if (st != SKEP_OK) {
        proxy_release(proxy);
        return st;
    }
    *proxy_out = proxy;
    return SKEP_OK;
}

static void proxy_wake(struct skep_proxy *proxy)
{
    static const uint64_t one = 1;

    (void)!write(proxy->wake_fd, &one, sizeof one);
}

void skep_proxy_free(struct skep_proxy *proxy)
{
    if (proxy == NULL) {
        return;
    }
    pthread_mutex_lock(&proxy->lock);
    proxy->ends = true;
    pthread_mutex_unlock(&proxy->lock);
    proxy_wake(proxy);
    pthread_join(proxy->thread, NULL);
    proxy_release(proxy);
}

const struct skep_url *skep_proxy_get_url(const struct skep_proxy *proxy)
{
    return &proxy->url;
}

/* ---- orders ---- */

/* Begin to change something, and wait until the thread goes by it. */
static void proxy_order(struct skep_proxy *proxy)
{
    pthread_mutex_lock(&proxy->lock);
}

static void proxy_ordered(struct skep_proxy *proxy)
{
    uint64_t mine = ++proxy->wanted;

    proxy_wake(proxy);
    while (proxy->seen < mine) {
        pthread_cond_wait(&proxy->has_seen, &proxy->lock);
    }
    pthread_mutex_unlock(&proxy->lock);
}

skep_status skep_proxy_add_rule(struct skep_proxy *proxy, const struct skep_proxy_rule *rule,
                                struct skep_error *err)
{
    size_t n_needle = rule->needle != NULL ? strlen(rule->needle) + 1 : 0;
    size_t n_answer = rule->answer != NULL ? strlen(rule->answer) + 1 : 0;
    struct proxy_rule *made = skep_calloc(1, sizeof *made + n_needle + n_answer);
    struct proxy_rule **end = &proxy->rules;

    if (made == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for a rule");
    }
    made->rule = *rule;
    made->is_active = true;
    if (n_needle > 0) {
        made->rule.needle = memcpy(made->texts, rule->needle, n_needle);
    }
    if (n_answer > 0) {
        made->rule.answer = memcpy(made->texts + n_needle, rule->answer, n_answer);
    }
    proxy_order(proxy);
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = made;
    proxy_ordered(proxy);
    return SKEP_OK;
}

void skep_proxy_get_rule(struct skep_proxy *proxy, size_t at, uint64_t *n_applied_out, uint64_t *n_lost_out)
{
    const struct proxy_rule *rule;

    pthread_mutex_lock(&proxy->lock);
    for (rule = proxy->rules; rule != NULL && at > 0; rule = rule->next) {
        at--;
    }
    *n_applied_out = rule != NULL ? rule->n_applied : 0;
    *n_lost_out = rule != NULL ? rule->n_lost_good : 0;
    pthread_mutex_unlock(&proxy->lock);
}

void skep_proxy_clear_rules(struct skep_proxy *proxy)
{
    proxy_order(proxy);
    for (struct proxy_rule *at = proxy->rules; at != NULL; at = at->next) {
        at->is_active = false;
    }
    proxy_ordered(proxy);
}

void skep_proxy_cut(struct skep_proxy *proxy)
{
    proxy_order(proxy);
    proxy->cuts = true;
    proxy_ordered(proxy);
}

void skep_proxy_hold(struct skep_proxy *proxy)
{
    proxy_order(proxy);
    proxy->holds = true;
    proxy_ordered(proxy);
}

void skep_proxy_stall(struct skep_proxy *proxy, bool stalls)
{
    proxy_order(proxy);
    proxy->stalls = stalls;
    proxy_ordered(proxy);
}

void skep_proxy_set_server(struct skep_proxy *proxy, const struct skep_url *server)
{
    proxy_order(proxy);
    proxy->server = *server;
    proxy_ordered(proxy);
}

struct skep_proxy_counts skep_proxy_get_counts(struct skep_proxy *proxy)
{
    struct skep_proxy_counts counts;

    pthread_mutex_lock(&proxy->lock);
    counts = proxy->counts;
    pthread_mutex_unlock(&proxy->lock);
    return counts;
}
