/* SPDX-License-Identifier: MIT */
#include "producer/ask/secrets.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "queue/url.h"

enum { SECRETS_LINE_BYTES = 1024 };

static const char *const secret_words[] = {"pass",       "token",         "secret", "key",
                                           "credential", "authorization", "pwd"};

/* ---- what is known ---- */

skep_status skep_secrets_know(struct skep_secrets *secrets, const char *bytes, size_t n,
                              struct skep_error *err)
{
    struct skep_secret *secret = &secrets->known[secrets->n_known];

    if (n < SKEP_SECRETS_LEAST_BYTES || secrets->n_known == SKEP_SECRETS_KNOWN) {
        return SKEP_OK;
    }
    secret->bytes = skep_malloc(n);
    if (secret->bytes == NULL) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for what is to be left out");
    }
    memcpy(secret->bytes, bytes, n);
    secret->n = n;
    secrets->n_known++;
    return SKEP_OK;
}

void skep_secrets_release(struct skep_secrets *secrets)
{
    for (size_t i = 0; i < secrets->n_known; i++) {
        explicit_bzero(secrets->known[i].bytes, secrets->known[i].n);
        skep_free(secrets->known[i].bytes);
    }
    *secrets = (struct skep_secrets){0};
}

/* The first line of the password file; one that cannot be read has been complained of before. */
static skep_status secrets_know_file(struct skep_secrets *secrets, const char *path, struct skep_error *err)
{
    char line[SECRETS_LINE_BYTES] = "";
    FILE *file = fopen(path, "re");
    skep_status st;

    if (file != NULL) {
        (void)!fgets(line, sizeof line, file);
        fclose(file);
    }
    st = skep_secrets_know(secrets, line, strcspn(line, "\r\n"), err);
    explicit_bzero(line, sizeof line);
    return st;
}

static skep_status secrets_know_url(struct skep_secrets *secrets, const char *text, struct skep_error *err)
{
    struct skep_url url;
    skep_status st = SKEP_OK;

    if (skep_url_parse(text, &url, NULL) == SKEP_OK) {
        st = skep_secrets_know(secrets, url.password, strlen(url.password), err);
    }
    explicit_bzero(&url, sizeof url);
    return st;
}

skep_status skep_secrets_collect(struct skep_secrets *secrets, const struct skep_server_settings *settings,
                                 struct skep_error *err)
{
    skep_status st = SKEP_OK;

    *secrets = (struct skep_secrets){0};
    if (settings->url != NULL) {
        st = secrets_know_url(secrets, settings->url, err);
    }
    if (st == SKEP_OK && settings->password_file != NULL) {
        st = secrets_know_file(secrets, settings->password_file, err);
    }
    for (char **at = environ; *at != NULL && st == SKEP_OK; at++) {
        const char *equals = strchr(*at, '=');
        if (equals != NULL && skep_secrets_is_name(*at, (size_t)(equals - *at))) {
            st = skep_secrets_know(secrets, equals + 1, strlen(equals + 1), err);
        }
    }
    return st;
}

/* ---- what looks like one ---- */

bool skep_secrets_is_name(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof secret_words / sizeof secret_words[0]; i++) {
        size_t length = strlen(secret_words[i]);
        for (size_t at = 0; at + length <= n; at++) {
            if (strncasecmp(name + at, secret_words[i], length) == 0) {
                return true;
            }
        }
    }
    return false;
}

static bool secrets_is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* What stands at AT is known to be secret: how long it is; 0: no. */
static size_t secrets_known_n(const struct skep_secrets *secrets, const char *at, size_t n)
{
    for (size_t i = 0; i < secrets->n_known; i++) {
        if (secrets->known[i].n <= n && memcmp(at, secrets->known[i].bytes, secrets->known[i].n) == 0) {
            return secrets->known[i].n;
        }
    }
    return 0;
}

static size_t secrets_skip(const char *at, size_t from, size_t n, const char *these)
{
    while (from < n && at[from] != '\0' && strchr(these, at[from]) != NULL) {
        from++;
    }
    return from;
}

/* The end of a value that begins at FROM: at its closing quote, or where words end. */
static size_t secrets_value_end(const char *at, size_t from, size_t n, char quote)
{
    while (from < n) {
        if (quote != '\0' && at[from] == '\\' && from + 1 < n) {
            from += 2;
            continue;
        }
        if (quote != '\0' ? at[from] == quote
                          : at[from] == '\0' || strchr(" \t\r\n,;&}])\"'", at[from]) != NULL) {
            break;
        }
        from++;
    }
    return from;
}

/* "Bearer TOKEN", "Basic TOKEN": the value is two words. */
static bool secrets_is_scheme(const char *at, size_t n)
{
    return (n > 7 && strncasecmp(at, "bearer ", 7) == 0) || (n > 6 && strncasecmp(at, "basic ", 6) == 0);
}

/* A name that ends at FROM is a secret's: the part of AT that is its value, [*BEGIN_OUT, *END_OUT). False: no
 * value follows. `"name" : "value"`, `name=value`, `Name: Bearer value`. */
static bool secrets_find_value(const char *at, size_t from, size_t n, size_t *begin_out, size_t *end_out)
{
    char quote = '\0';

    from = secrets_skip(at, from, n, "\\\"' \t");
    if (from >= n || (at[from] != '=' && at[from] != ':')) {
        return false;
    }
    from = secrets_skip(at, from + 1, n, "\\ \t");
    if (from < n && (at[from] == '"' || at[from] == '\'')) {
        quote = at[from++];
    }
    *begin_out = from;
    *end_out = secrets_value_end(at, from, n, quote);
    if (quote == '\0' && secrets_is_scheme(at + from, n - from)) {
        from = secrets_skip(at, *end_out, n, " ");
        *end_out = secrets_value_end(at, from, n, '\0');
    }
    return *end_out > *begin_out;
}

/* `://user:password@` at AT: where the password is. As queue/url.h has it the last '@' before the next space
 * ends it. */
static bool secrets_find_password(const char *at, size_t n, size_t *begin_out, size_t *end_out)
{
    size_t end = 3, colon = 0, last = 0;

    if (n < 3 || memcmp(at, "://", 3) != 0) {
        return false;
    }
    for (; end < n && !isspace((unsigned char)at[end]) && at[end] != '"'; end++) {
        colon = colon == 0 && at[end] == ':' ? end : colon;
        last = at[end] == '@' ? end : last;
    }
    if (colon == 0 || last <= colon + 1) {
        return false;
    }
    *begin_out = colon + 1;
    *end_out = last;
    return true;
}

/* Whether a name of a secret begins at I and what follows is its value. */
static bool secrets_find_named(const char *bytes, size_t i, size_t n, size_t *begin_out, size_t *end_out)
{
    size_t end = i;

    if (!secrets_is_word(bytes[i]) || (i > 0 && secrets_is_word(bytes[i - 1]))) {
        return false;
    }
    while (end < n && secrets_is_word(bytes[end])) {
        end++;
    }
    return skep_secrets_is_name(bytes + i, end - i) && secrets_find_value(bytes, end, n, begin_out, end_out);
}

/* The next part of N bytes that looks like a secret, if what says so begins at I. */
static bool secrets_find(const char *bytes, size_t i, size_t n, size_t *begin_out, size_t *end_out)
{
    if (secrets_find_password(bytes + i, n - i, begin_out, end_out)) {
        *begin_out += i;
        *end_out += i;
        return true;
    }
    return secrets_find_named(bytes, i, n, begin_out, end_out);
}

/* What is known may stand anywhere, also in the name of something that looks like a secret: so that one is
 * only marked, and left out when it is come to. */
void skep_secrets_add(struct skep_secrets *secrets, struct skep_buf *buf, const char *bytes, size_t n)
{
    size_t begin = 0, end = 0; /* what is marked; BEGIN == END: nothing */

    for (size_t i = 0; i < n;) {
        size_t known = secrets_known_n(secrets, bytes + i, n - i);
        if (begin == end && known == 0 && !secrets_find(bytes, i, n, &begin, &end)) {
            begin = end = 0;
        }
        if (known == 0 && (begin == end || i < begin)) {
            skep_buf_add_char(buf, bytes[i++]);
            continue;
        }
        skep_buf_add_text(buf, SKEP_SECRETS_REMOVED);
        secrets->n_removed++;
        i = known > 0 ? i + known : end;
        begin = begin < i ? i : begin;
        if (begin >= end) {
            begin = end = 0;
        }
    }
}
