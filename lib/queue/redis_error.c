/* SPDX-License-Identifier: MIT */
#include "queue/redis_error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* A prefix that is longer stands before one that it begins with. */
static const struct skep_redis_error error_rows[] = {
    {"NOSCRIPT", SKEP_E_UNWELL, SKEP_REDIS_SEND_SCRIPT, "the server has forgotten skep's scripts"},

    {"LOADING", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the server is reading its data from disk"},
    {"OOM", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the server has reached its maxmemory"},
    {"MISCONF", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the server cannot write to its disk"},
    {"BUSY", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the server is held up by somebody's long script"},
    {"NOREPLICAS", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the server has fewer replicas than it wants"},
    {"CLUSTERDOWN", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the cluster is not complete"},
    {"TRYAGAIN", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the queue is moving to another node of the cluster"},
    {"ASK", SKEP_E_UNWELL, SKEP_REDIS_BACK_OFF, "the queue is moving to another node of the cluster"},

    {"READONLY", SKEP_E_UNWELL, SKEP_REDIS_RECONNECT,
     "the server is a replica, not (or no longer) the master"},
    {"MASTERDOWN", SKEP_E_UNWELL, SKEP_REDIS_RECONNECT, "the server is a replica that has lost its master"},
    {"UNBLOCKED", SKEP_E_UNWELL, SKEP_REDIS_RECONNECT, "the server ended the wait"},
    {"ERR max number of clients", SKEP_E_UNWELL, SKEP_REDIS_RECONNECT,
     "the server has reached its maxclients"},

    {"NOAUTH", SKEP_E_REFUSED, SKEP_REDIS_STOP,
     "the server wants a password (in the URL, SKEP_REDIS_PASSWORD or a file)"},
    {"WRONGPASS", SKEP_E_REFUSED, SKEP_REDIS_STOP, "wrong user or password"},
    {"NOPERM", SKEP_E_REFUSED, SKEP_REDIS_STOP, "the user lacks a right"},
    {"ERR The user executing the script", SKEP_E_REFUSED, SKEP_REDIS_STOP,
     "the user lacks a right that a script of skep needs"},
    {"DENIED", SKEP_E_REFUSED, SKEP_REDIS_STOP,
     "the server is in protected mode: it wants a password to be set"},
    {"MOVED", SKEP_E_REFUSED, SKEP_REDIS_STOP,
     "the queue lives on another node of the cluster (slot and address)"},
    {"WRONGTYPE", SKEP_E_REFUSED, SKEP_REDIS_STOP, "a key of this queue is used by something else"},
    {"ERR DB index", SKEP_E_REFUSED, SKEP_REDIS_STOP, "the server has no database of this number"},
    {"ERR SELECT is not allowed", SKEP_E_REFUSED, SKEP_REDIS_STOP, "a cluster has database 0 only"},
    {"ERR unknown command", SKEP_E_REFUSED, SKEP_REDIS_STOP,
     "the server lacks a command: skep needs Redis 6.2 or later, with no command renamed"},

    {"CROSSSLOT", SKEP_E_PROTOCOL, SKEP_REDIS_STOP, "keys of several cluster slots in one command"},
    {"EXECABORT", SKEP_E_PROTOCOL, SKEP_REDIS_STOP, "a transaction was given up"},
    {"", SKEP_E_PROTOCOL, SKEP_REDIS_STOP, "the server answered with an error that skep does not know"},
};
enum { ERROR_N_ROWS = sizeof error_rows / sizeof error_rows[0] };

static const struct {
    enum skep_redis_action action;
    const char *text;
} action_texts[] = {
    {SKEP_REDIS_BACK_OFF, "tries again after a pause"},
    {SKEP_REDIS_RECONNECT, "connects again after a pause"},
    {SKEP_REDIS_SEND_SCRIPT, "sends the script"},
    {SKEP_REDIS_STOP, "stops"},
};

const struct skep_redis_error *skep_redis_error_rows(size_t *n_out)
{
    *n_out = ERROR_N_ROWS;
    return error_rows;
}

const char *skep_redis_action_text(enum skep_redis_action action)
{
    for (size_t i = 0; i < sizeof action_texts / sizeof action_texts[0]; i++) {
        if (action_texts[i].action == action) {
            return action_texts[i].text;
        }
    }
    return "unknown action";
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
    return skep_error_set(err, row->status, "%s: %s", row->words, printable);
}
