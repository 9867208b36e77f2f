/* SPDX-License-Identifier: MIT */
#include "queue/keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/entropy.h"

bool skep_queue_name_is_valid(const char *name)
{
    static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    size_t n = strlen(name);

    return n > 0 && n <= SKEP_QUEUE_NAME_MAX && strspn(name, legal) == n;
}

skep_status skep_keys_init(struct skep_keys *keys, const char *queue, struct skep_error *err)
{
    const struct {
        char *key;
        const char *suffix;
    } tagged[] = {
        {keys->workers, "workers"},   {keys->cycle, "cycle"},
        {keys->out, "out"},           {keys->delayed, "delayed"},
        {keys->dead, "dead"},         {keys->suspect, "suspect"},
        {keys->crashes, "crashes"},   {keys->stat, "stat"},
        {keys->conf, "conf"},         {keys->puts, "puts"},
        {keys->jobs, "jobs"},         {keys->cancel, "cancel"},
        {keys->reader, "reader"},     {keys->ranges, "ranges"},
        {keys->gather, "gather"},     {keys->prefix, ""},
        {keys->held_prefix, "held:"}, {keys->info_prefix, "info:"},
        {keys->acks_prefix, "acks:"}, {keys->gatherer_prefix, "gatherer:"},
        {keys->account, "account"},   {keys->account_prefix, "account:"},
        {keys->logs, "logs"},         {keys->slow_prefix, "slow:"},
    };

    if (!skep_queue_name_is_valid(queue)) {
        return skep_error_set(err, SKEP_E_USAGE,
                              "\"%.80s\" is not a queue's name: 1 to 64 of letters, digits, '_', '.' and '-'",
                              queue);
    }
    snprintf(keys->name, sizeof keys->name, "%s", queue);
    snprintf(keys->queue, sizeof keys->queue, "skep:%s", keys->name);
    for (size_t i = 0; i < sizeof tagged / sizeof tagged[0]; i++) {
        snprintf(tagged[i].key, SKEP_KEY_PREFIX_BYTES, "{skep:%s}:%s", keys->name, tagged[i].suffix);
    }
    return SKEP_OK;
}

void skep_worker_name_make(char *text)
{
    char host[65] = "";

    if (gethostname(host, sizeof host - 1) != 0 || host[0] == '\0') {
        snprintf(host, sizeof host, "unknown");
    }
    host[40] = '\0';
    for (char *c = host; *c != '\0'; c++) {
        if (*c <= ' ' || *c > '~') {
            *c = '_';
        }
    }
    snprintf(text, SKEP_WORKER_NAME_BYTES, "%s:%d:%" PRIx64 ":%08x", host, (int)getpid(),
             (uint64_t)skep_wall_ms(), (unsigned)skep_entropy_u64());
}
