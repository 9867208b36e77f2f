/* SPDX-License-Identifier: MIT */
/* Prints docs/redis-errors.md from the tables of the connection. Not installed. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue/conn.h"
#include "queue/line_error.h"
#include "queue/redis_error.h"
#include "queue/rights.h"

static void print_actions(void)
{
    static const enum skep_redis_action actions[] = {SKEP_REDIS_BACK_OFF, SKEP_REDIS_RECONNECT,
                                                     SKEP_REDIS_SEND_SCRIPT, SKEP_REDIS_STOP};

    printf("| skep ... | a worker | a command (`push`, `results`, `status`, ...) |\n|---|---|---|\n");
    for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++) {
        printf("| %s | %s | %s |\n", skep_redis_action_text(actions[i]), skep_redis_action_worker(actions[i]),
               skep_redis_action_command(actions[i]));
    }
}

static void print_replies(void)
{
    size_t n;
    const struct skep_redis_error *rows = skep_redis_error_rows(&n);

    printf("| the reply begins with | skep | you read | what helps |\n|---|---|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        const char *prefix = rows[i].prefix;
        const char *quote = prefix[0] != '\0' ? "`" : "";
        printf("| %s%s%s | %s | %s | %s |\n", quote, prefix[0] != '\0' ? prefix : "anything else", quote,
               skep_redis_action_text(rows[i].action), rows[i].words, rows[i].advice);
    }
}

static void print_line_ends(void)
{
    size_t n;
    const struct skep_line_error *rows = skep_line_error_rows(&n);

    printf("| what happens | you read |\n|---|---|\n");
    for (size_t i = 0; i < n; i++) {
        printf("| %s | %s |\n", rows[i].what, rows[i].words);
    }
}

/* RPUSH is "+rpush", SCRIPT LOAD is "+script|load". */
static void print_right(const char *command)
{
    printf(" +");
    for (const char *c = command; *c != '\0'; c++) {
        putchar(*c == ' ' ? '|' : tolower((unsigned char)*c));
    }
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void print_rights(void)
{
    for (int role = 0; role < SKEP_ROLE_COUNT; role++) {
        char names[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES];
        size_t n = skep_rights_commands((enum skep_role)role, names);
        qsort(names, n, sizeof names[0], compare_names);
        printf("%s:\n\n    ACL SETUSER NAME on >PASSWORD ~skep:* ~{skep:*}:*",
               skep_rights_role_text((enum skep_role)role));
        for (size_t i = 0; i < n; i++) {
            print_right(names[i]);
        }
        printf("\n\n");
    }
}

int main(void)
{
    printf("# When Redis says no, or nothing\n\n"
           "Printed from the tables in `lib/queue/redis_error.c` and `lib/queue/line_error.c`; do not edit. "
           "Each row is provoked\nin `tests/integration/test_redis_errors*.c`.\n\n"
           "Nothing is lost by any of them: a task stays where it is until the move that takes it further "
           "has been answered, and a\nmove whose answer was lost is sent again and recognised. The words "
           "are in the worker's log (`redis-retry`,\n`redis-refused`) and on standard error of a command, "
           "followed by the server's own.\n\n");
    print_actions();
    printf("\nHow long the server has been unwell does not matter to a worker: it goes on trying. Slots that "
           "hold tasks meanwhile are\nnot declared dead, because the lease counts only time in which the "
           "server answered.\n\n## Error replies\n\n");
    print_replies();
    printf("\n## The line\n\nAll of them: skep connects again, after a pause, and sends again what was not "
           "answered. A line is given up when an answer\nis due and nothing has come for %g s "
           "(`--read-timeout`).\n\n",
           SKEP_CONN_SILENCE_MS / 1000.0);
    print_line_ends();
    printf("\n## Rights\n\nRedis does not name a right that is missing inside a script, and stops the script "
           "where it "
           "is, between two writes. So\neverybody asks for all rights before the first move (Redis 7.0 or "
           "later; an older "
           "server cannot be asked, so be sure to\ngive them all). With a database other than 0 add "
           "`+select`.\n\n");
    print_rights();
    return ferror(stdout) != 0;
}
