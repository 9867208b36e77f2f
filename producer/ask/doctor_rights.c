/* SPDX-License-Identifier: MIT */
#include "producer/ask/doctor_rights.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "producer/ask/doctor_checks.h"

enum { RIGHTS_OLDEST_ASKED = 70000, RIGHTS_FIX_BYTES = 2000 };

/* Is it a key? "key 'skep:q'" is one, "'blmove'" a command. */
static bool rights_is_key(const char *missing)
{
    return strncmp(missing, "key '", 5) == 0;
}

static void rights_add_command(struct skep_buf *buf, const char *missing)
{
    skep_buf_add_text(buf, " +");
    skep_buf_add(buf, missing + 1, strcspn(missing + 1, "'"));
}

void skep_doctor_add_acl(struct skep_buf *buf, const char *user, const struct skep_keys *keys,
                         const char *const *missing, size_t n)
{
    bool of_list = false, of_rest = false;

    skep_buf_printf(buf, "ACL SETUSER %s", user);
    for (size_t i = 0; i < n; i++) {
        if (!rights_is_key(missing[i])) {
            rights_add_command(buf, missing[i]);
        } else if (missing[i][5] == '{') {
            of_rest = true;
        } else {
            of_list = true;
        }
    }
    if (of_list) {
        skep_buf_printf(buf, " ~%s", keys->queue);
    }
    if (of_rest) {
        skep_buf_printf(buf, " ~%s*", keys->prefix);
    }
    if (of_list || of_rest) {
        skep_buf_add_text(buf, " ~" SKEP_KEY_QUEUES);
    }
}

/* One line for those who may not even ask: all that the role needs. */
static void rights_add_all(struct skep_buf *buf, const struct skep_doctor *doctor, const char *user,
                           enum skep_role role)
{
    char names[SKEP_RIGHTS_MAX][SKEP_RIGHTS_NAME_BYTES];
    size_t n = skep_rights_commands(role, names);

    skep_buf_printf(buf, "ACL SETUSER %s ~%s ~%s* ~" SKEP_KEY_QUEUES, user, doctor->keys.queue,
                    doctor->keys.prefix);
    for (size_t i = 0; i < n; i++) {
        char *space = strchr(names[i], ' ');
        if (space != NULL) {
            *space = '|';
        }
        for (char *c = names[i]; *c != '\0'; c++) {
            *c = (char)tolower((unsigned char)*c);
        }
        skep_buf_printf(buf, " +%s", names[i]);
    }
}

static void rights_take_fix(struct skep_doctor_verdict *verdict, struct skep_buf *fix)
{
    snprintf(verdict->fix, sizeof verdict->fix, "%s",
             skep_buf_failed(fix) || fix->bytes == NULL ? "ACL SETUSER; docs/redis-errors.md" : fix->bytes);
    skep_buf_release(fix);
}

/* That he lacks N things: commands by their names, the keys of the queue together. */
static void rights_say_missing(const struct skep_doctor *doctor, struct skep_doctor_verdict *verdict,
                               const char *user, const char *const *missing, size_t n)
{
    struct skep_buf names;
    bool of_list = false, of_rest = false;

    skep_buf_init(&names, sizeof verdict->words);
    for (size_t i = 0; i < n; i++) {
        if (rights_is_key(missing[i])) {
            of_rest = of_rest || missing[i][5] == '{';
            of_list = of_list || missing[i][5] != '{';
        } else {
            skep_buf_add_text(&names, names.length > 0 ? ", " : "");
            skep_buf_add(&names, missing[i] + 1, strcspn(missing[i] + 1, "'"));
        }
    }
    skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, NULL, "user %s lacks what %s needs: %s%s%s%s%s%s", user,
                    skep_rights_role_text(doctor->role), of_list ? "the key " : "",
                    of_list ? doctor->keys.queue : "", of_list && of_rest ? ", " : "",
                    of_rest ? "the keys " : "", of_rest ? doctor->keys.prefix : "", of_rest ? "*" : "");
    if (names.length > 0) {
        size_t used = strlen(verdict->words);
        snprintf(verdict->words + used, sizeof verdict->words - used, "%s%s", of_list || of_rest ? "; " : "",
                 names.bytes);
    }
    skep_buf_release(&names);
}

/* Where no queue is named somebody else's name stands for it. */
static const char *rights_whose_queue(const struct skep_doctor *doctor, char text[SKEP_KEY_BYTES])
{
    snprintf(text, SKEP_KEY_BYTES, doctor->has_queue ? "queue %s" : "any queue (-q asks about yours)",
             doctor->keys.name);
    return text;
}

static void rights_look_role(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const char *user = doctor->url.user[0] != '\0' ? doctor->url.user : "default";
    const char *role = skep_rights_role_text(doctor->role);
    const char *missing[SKEP_RIGHTS_MISSING_MAX];
    char whose[SKEP_KEY_BYTES];
    struct skep_error err = {0};
    struct skep_buf fix;
    size_t n;
    skep_status st = skep_rights_missing(doctor->conn, &doctor->keys, doctor->role, missing, &n, &err);

    skep_buf_init(&fix, RIGHTS_FIX_BYTES);
    if (st == SKEP_E_REFUSED) {
        rights_add_all(&fix, doctor, user, doctor->role);
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, NULL, "%s", skep_error_text(&err, st));
    } else if (st != SKEP_OK) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, NULL, "%s", skep_error_text(&err, st));
        skep_buf_add_text(&fix, "the server answered, and then not as it should: see its log");
    } else if (n > 0) {
        skep_doctor_add_acl(&fix, user, &doctor->keys, missing, n);
        rights_say_missing(doctor, verdict, user, missing, n);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "user %s has all rights that %s needs on %s", user,
                        role, rights_whose_queue(doctor, whose));
        skep_buf_release(&fix);
        return;
    }
    rights_take_fix(verdict, &fix);
}

/* Nobody said what it is wanted for: what it is good for. */
static void rights_look_all(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const char *user = doctor->url.user[0] != '\0' ? doctor->url.user : "default";
    struct skep_buf may, not ;
    char whose[SKEP_KEY_BYTES];
    size_t n_may = 0, n_not = 0;

    skep_buf_init(&may, sizeof verdict->words);
    skep_buf_init(&not, sizeof verdict->words);
    for (int role = 0; role < SKEP_ROLE_COUNT; role++) {
        const char *missing[SKEP_RIGHTS_MISSING_MAX];
        size_t n = 0;
        skep_status st =
            skep_rights_missing(doctor->conn, &doctor->keys, (enum skep_role)role, missing, &n, NULL);
        bool is_good = st == SKEP_OK && n == 0;
        skep_buf_printf(is_good ? &may : &not, "%s%s", (is_good ? n_may : n_not) > 0 ? ", " : "",
                        skep_rights_role_text((enum skep_role)role));
        n_may += is_good;
        n_not += !is_good;
    }
    if (n_may == 0) {
        doctor->role = SKEP_ROLE_MONITOR; /* what needs least */
        rights_look_role(doctor, verdict);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "user %s is good for %s on %s%s%s", user, may.bytes,
                        rights_whose_queue(doctor, whose), n_not > 0 ? "; not for " : "",
                        n_not > 0 ? not .bytes : "");
    }
    skep_buf_release(&may);
    skep_buf_release(&not );
}

void skep_doctor_look_rights(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    if (doctor->server_version > 0 && doctor->server_version < RIGHTS_OLDEST_ASKED) {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL,
                        "servers before 7.0 cannot be asked: what is missing shows when it is used");
    } else if (doctor->has_role) {
        rights_look_role(doctor, verdict);
    } else {
        rights_look_all(doctor, verdict);
    }
}
