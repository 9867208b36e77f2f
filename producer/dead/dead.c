/* SPDX-License-Identifier: MIT */
/* skep dead: what failed for good. Here is what changes the list; dead_ls.c and dead_show.c look at it. */
#include "producer/dead/dead.h"

#include <inttypes.h>

#include "producer/commands.h"
#include "producer/dead/letter.h"
#include "producer/cli/words.h"
#include "queue/admin.h"

static const struct skep_option sift_options[] = {
    SKEP_QUEUE_ROW(struct skep_dead_settings, queue),
    {.name = "all", .letter = 'a', .kind = SKEP_OPT_FLAG, SKEP_DEAD_AT(is_all), .help = "every dead letter"},
    {.name = "cause",
     .kind = SKEP_OPT_TEXT,
     SKEP_DEAD_AT(cause),
     .value_name = "CAUSE",
     .help = "those that failed for this cause, as `skep dead ls` shows it: timeout, bad-args, ..."},
    {.name = "kernel",
     .kind = SKEP_OPT_TEXT,
     SKEP_DEAD_AT(kernel),
     .value_name = "KERNEL",
     .help = "those of this kernel"},
    {.name = "job",
     .kind = SKEP_OPT_TEXT,
     SKEP_DEAD_AT(job),
     .value_name = "NAME",
     .help = "those of this job"},
    SKEP_CONNECT_ROWS(struct skep_dead_settings, connect),
    {.name = NULL},
};

struct sift {
    struct skep_conn *conn;
    struct skep_keys keys;
    bool requeues;
    int64_t n_matched;
};

/* Requeue or purge the letters that hold what HEADER has (NULL: all). */
static int sift_go(struct sift *sift, const struct skep_header *header, const char *what)
{
    char wanted[SKEP_LETTER_WANTED_BYTES] = "";
    struct skep_error err = {0};
    int64_t n = 0;
    skep_status st;

    if (header != NULL && !skep_letter_wanted(header, wanted)) {
        skep_complain("\"%.64s\" is too long", what);
        return SKEP_EXIT_USAGE;
    }
    st = skep_dead_sift(sift->conn, &sift->keys, sift->requeues, wanted, &n, &err);
    sift->n_matched += n;
    if (st != SKEP_OK) {
        (void)skep_complain_error(st, &err);
        skep_complain("%" PRId64 " letters were %s before that; the same command does the rest",
                      sift->n_matched, sift->requeues ? "requeued" : "purged");
        return skep_exit_of(st);
    }
    if (n == 0 && header != NULL) {
        skep_complain("no dead letter in queue %s has %s (in full); `skep dead ls -q %s` shows what there is",
                      sift->keys.name, what, sift->keys.name);
        return SKEP_EXIT_FAILED;
    }
    return SKEP_EXIT_OK;
}

static int sift_chosen(struct sift *sift, const struct skep_dead_settings *settings,
                       const struct skep_operands *ids)
{
    int exit_code = SKEP_EXIT_OK;

    if (settings->is_all) {
        return sift_go(sift, NULL, "");
    }
    if (settings->cause != NULL) {
        return sift_go(sift, &(struct skep_header){.cause = settings->cause}, "this cause");
    }
    if (settings->kernel != NULL) {
        return sift_go(sift, &(struct skep_header){.kernel = settings->kernel}, "this kernel");
    }
    if (settings->job != NULL) {
        return sift_go(sift, &(struct skep_header){.job = settings->job}, "this job");
    }
    for (size_t i = 0; i < ids->n && (exit_code == SKEP_EXIT_OK || exit_code == SKEP_EXIT_FAILED); i++) {
        int one = sift_go(sift, &(struct skep_header){.id = ids->items[i]}, ids->items[i]);
        exit_code = one != SKEP_EXIT_OK ? one : exit_code;
    }
    return exit_code;
}

static int sift_act(const struct skep_dead_settings *settings, const struct skep_operands *ids, bool requeues)
{
    struct sift sift = {.requeues = requeues};
    const char *verb = requeues ? "requeue" : "purge";
    int n_ways = (ids->n > 0) + settings->is_all + (settings->cause != NULL) + (settings->kernel != NULL) +
                 (settings->job != NULL);
    int exit_code;

    if (n_ways != 1) {
        skep_complain(
            "dead %s: which ones? Give IDs, or one of --all, --cause CAUSE, --kernel KERNEL, --job NAME",
            verb);
        return SKEP_EXIT_USAGE;
    }
    exit_code = skep_connect_queue(&settings->connect, settings->queue, &sift.keys, &sift.conn);
    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    exit_code = sift_chosen(&sift, settings, ids);
    skep_conn_free(sift.conn);
    if (exit_code == SKEP_EXIT_OK || exit_code == SKEP_EXIT_FAILED) {
        skep_say(requeues ? "requeued %" PRId64 " dead letter%s into queue %s"
                          : "purged %" PRId64 " dead letter%s of queue %s",
                 sift.n_matched, skep_words_plural((uint64_t)sift.n_matched), sift.keys.name);
    }
    return exit_code;
}

static int requeue_act(const void *settings, const struct skep_operands *ids)
{
    return sift_act(settings, ids, true);
}

static int purge_act(const void *settings, const struct skep_operands *ids)
{
    return sift_act(settings, ids, false);
}

static const char *const requeue_text[] = {
    "Put dead letters back into the queue, at its end, as if they were new: with all their tries. Put "
    "right first what made them fail, or they come back.",
    "Exit codes: 0 done; 1 there is no such letter; 2 usage; 3 the server is out of reach or refused.",
    NULL,
};

static const char *const requeue_examples[] = {
    "skep dead requeue -q sweep --cause array-missing",
    "after the missing files have been put where they belong",
    "skep dead requeue -q sweep t17 t18",
    "these two",
    NULL,
};

const struct skep_command skep_dead_requeue = {
    .name = "requeue",
    .summary = "put dead letters back into the queue",
    .usage = "-q QUEUE (ID... | --all | --cause CAUSE | --kernel KERNEL | --job NAME) [OPTION...]",
    .text = requeue_text,
    .examples = requeue_examples,
    .options = sift_options,
    .settings_bytes = sizeof(struct skep_dead_settings),
    .max_operands = SIZE_MAX,
    .act = requeue_act,
};

static const char *const purge_text[] = {
    "Throw dead letters away. `skep dead export --why` keeps them in a file first.",
    "Exit codes: 0 done; 1 there is no such letter; 2 usage; 3 the server is out of reach or refused.",
    NULL,
};

static const char *const purge_examples[] = {
    "skep dead export -q sweep --why > dead.jsonl && skep dead purge -q sweep --all",
    "move them into a file",
    NULL,
};

const struct skep_command skep_dead_purge = {
    .name = "purge",
    .summary = "throw dead letters away",
    .usage = "-q QUEUE (ID... | --all | --cause CAUSE | --kernel KERNEL | --job NAME) [OPTION...]",
    .text = purge_text,
    .examples = purge_examples,
    .options = sift_options,
    .settings_bytes = sizeof(struct skep_dead_settings),
    .max_operands = SIZE_MAX,
    .act = purge_act,
};

static const struct skep_command *const dead_commands[] = {
    &skep_dead_ls, &skep_dead_show, &skep_dead_requeue, &skep_dead_purge, &skep_dead_export, NULL,
};

static const char *const dead_text[] = {
    "Tasks that cannot work, or failed for good, become dead letters: their bytes as they came, with the "
    "cause and the history of their attempts. Each also has a result with \"ok\":false.",
    NULL,
};

static const char *const dead_examples[] = {
    "skep dead ls -q sweep",
    "what failed, and why, in groups",
    NULL,
};

const struct skep_command skep_command_dead = {
    .name = "dead",
    .summary = "tasks that failed for good: look, requeue, purge",
    .usage = "COMMAND [OPTION...]",
    .text = dead_text,
    .examples = dead_examples,
    .subcommands = dead_commands,
};
