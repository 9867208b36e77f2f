/* SPDX-License-Identifier: MIT */
#include "queue/redis_error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* A prefix that is longer stands before one that it begins with. */
static const struct skep_redis_error error_rows[] = {
    {"NOSCRIPT", SKEP_E_UNWELL, SKEP_REDIS_SEND_SCRIPT, "the server has forgotten skep's scripts",
     "nothing to do"},

    {"LOADING", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the server is reading its data from disk", "wait"},
    {"OOM", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the server has reached its maxmemory",
     "collect results, let workers drain it, or raise maxmemory"},
    {"MISCONF", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the server cannot write to its disk",
     "make room there; its log says more"},
    {"BUSY", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the server is held up by somebody's long script",
     "wait, or SCRIPT KILL"},
    {"NOREPLICAS", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the server has fewer replicas than it wants",
     "bring them back, or lower min-replicas-to-write"},
    {"CLUSTERDOWN", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the cluster is not complete",
     "look at CLUSTER INFO"},
    {"TRYAGAIN", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the queue is moving to another node of the cluster",
     "wait until it has moved"},
    {"ASK", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the queue is moving to another node of the cluster",
     "wait until it has moved"},

    {"READONLY", SKEP_E_UNWELL, SKEP_REDIS_RECONNECT,
     "the server is a replica, not (or no longer) the master", "give the master's address"},
    {"MASTERDOWN", SKEP_E_UNWELL, SKEP_REDIS_RECONNECT, "the server is a replica that has lost its master",
     "give the master's address"},
    {"UNBLOCKED", SKEP_E_UNWELL, SKEP_REDIS_RECONNECT, "the server ended the wait", "nothing to do"},
    {"ERR max number of clients", SKEP_E_UNWELL, SKEP_REDIS_RECONNECT,
     "the server has reached its maxclients", "raise it, or run fewer slots: each has a connection"},

    {"NOAUTH", SKEP_E_REFUSED, SKEP_REDIS_STOP, "the server wants a password",
     "in the URL, SKEP_REDIS_PASSWORD or --password-file"},
    {"WRONGPASS", SKEP_E_REFUSED, SKEP_REDIS_STOP, "wrong user or password",
     "or the user is switched off: ACL GETUSER"},
    {"NOPERM", SKEP_E_REFUSED, SKEP_REDIS_STOP, "the user lacks a right",
     "ACL SETUSER; docs/redis-errors.md"},
    {"ERR The user executing the script", SKEP_E_REFUSED, SKEP_REDIS_STOP,
     "the user lacks a right that a script of skep needs", "ACL SETUSER; docs/redis-errors.md"},
    {"DENIED", SKEP_E_REFUSED, SKEP_REDIS_STOP, "the server is in protected mode",
     "set a password there, or bind it to the address that you use"},
    {"MOVED", SKEP_E_REFUSED, SKEP_REDIS_STOP, "the queue lives on another node of the cluster",
     "give the address at the end of this line"},
    {"WRONGTYPE", SKEP_E_REFUSED, SKEP_REDIS_STOP, "a key of this queue is used by something else",
     "another name for the queue, or another database"},
    {"ERR DB index", SKEP_E_REFUSED, SKEP_REDIS_STOP, "the server has no database of this number",
     "see its setting databases"},
    {"ERR SELECT is not allowed", SKEP_E_REFUSED, SKEP_REDIS_STOP, "a cluster has database 0 only",
     "take the number off the URL"},
    {"ERR unknown command", SKEP_E_REFUSED, SKEP_REDIS_STOP, "the server lacks a command",
     "skep needs Redis 6.2 or later, with no command renamed"},

    {"CROSSSLOT", SKEP_E_PROTOCOL, SKEP_REDIS_STOP, "keys of several cluster slots in one command",
     "a bug: please report it"},
    {"EXECABORT", SKEP_E_PROTOCOL, SKEP_REDIS_STOP, "a transaction was given up", "a bug: please report it"},
    {"", SKEP_E_PROTOCOL, SKEP_REDIS_STOP, "the server answered with an error that skep does not know",
     "please report it"},
};
enum { ERROR_N_ROWS = sizeof error_rows / sizeof error_rows[0] };

static const struct action_row {
    enum skep_redis_action action;
    const char *text, *worker, *command;
} action_rows[] = {
    {SKEP_REDIS_BACK_OFF, "tries again",
     "keeps what it holds and tries again after a random pause of at most 50 ms, 100 ms, ... 2 s",
     "says so once, and tries again for --wait (30 s); then, and at once where it only "
     "looks, it ends with code 3"},
    {SKEP_REDIS_RECONNECT, "connects again",
     "the same over a new connection, for which the name is looked up anew; the same request goes out once "
     "more",
     "the same over a new connection"},
    {SKEP_REDIS_SEND_SCRIPT, "sends its scripts", "sends its scripts and the request again, at once",
     "the same"},
    {SKEP_REDIS_STOP, "stops", "gives back what it can, says so and ends with code 3",
     "says so and ends with code 3"},
};

static const struct action_row *action_find(enum skep_redis_action action)
{
    static const struct action_row unknown = {SKEP_REDIS_STOP, "unknown action", "", ""};

    for (size_t i = 0; i < sizeof action_rows / sizeof action_rows[0]; i++) {
        if (action_rows[i].action == action) {
            return &action_rows[i];
        }
    }
    return &unknown;
}

const char *skep_redis_action_text(enum skep_redis_action action)
{
    return action_find(action)->text;
}

const char *skep_redis_action_worker(enum skep_redis_action action)
{
    return action_find(action)->worker;
}

const char *skep_redis_action_command(enum skep_redis_action action)
{
    return action_find(action)->command;
}

const struct skep_redis_error *skep_redis_error_rows(size_t *n_out)
{
    *n_out = ERROR_N_ROWS;
    return error_rows;
}

static bool text_begins(const char *text, size_t n, const char *word)
{
    size_t length = strlen(word);

    return n >= length && memcmp(text, word, length) == 0 && (n == length || text[length] == ' ');
}

/* Redis before 7.0 wraps what a command inside a script answered:
 *   ERR Error running script (call to f_<digest>): @user_script:41: @user_script: 41: -OOM command not ...
 * Step over the wrapping, if there is one. */
static void text_unwrap(const char **text, size_t *n)
{
    static const char mark[] = "user_script:";
    const char *at = *text, *end = *text + *n, *found;

    if (!text_begins(at, *n, "ERR Error running script")) {
        return;
    }
    while ((found = memmem(at, (size_t)(end - at), mark, sizeof mark - 1)) != NULL) {
        at = found + sizeof mark - 1;
    }
    while (at < end && memchr(" 0123456789:", *at, 12) != NULL) {
        at++;
    }
    if (at < end && *at == '-') {
        at++;
    }
    *text = at;
    *n = (size_t)(end - at);
}

const struct skep_redis_error *skep_redis_error_find(const char *text, size_t n)
{
    size_t i = 0;

    text_unwrap(&text, &n);
    while (i < ERROR_N_ROWS - 1 && !text_begins(text, n, error_rows[i].prefix)) {
        i++;
    }
    return &error_rows[i];
}

skep_status skep_redis_error_set(struct skep_error *err, const char *text, size_t n)
{
    static const char echo[] = ", with args beginning with";
    const struct skep_redis_error *row = skep_redis_error_find(text, n);
    const char *arguments;
    char printable[sizeof err->text];
    size_t length = 0;

    arguments = n > 0 ? memmem(text, n, echo, sizeof echo - 1) : NULL;
    if (arguments != NULL) {
        n = (size_t)(arguments - text);
    }
    while (length < n && length < sizeof printable - 1) {
        unsigned char c = (unsigned char)text[length];
        printable[length++] = (char)(c < 0x20 || c == 0x7f ? '?' : c);
    }
    printable[length] = '\0';
    return skep_error_set(err, row->status, "%s (%s): %s", row->words, row->advice, printable);
}
