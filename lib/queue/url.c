/* SPDX-License-Identifier: MIT */
/* A hand parser, because the usual ones accept too much and say too little. It cuts the text into pieces from
 * the left, and every piece goes through one percent-decoder into a field of fixed size. A function that
 * reads a piece returns NULL or what is wrong with it. No message quotes the text: it holds a password, and
 * after a typing mistake any part of it may be one. */
#include "queue/url.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

enum { URL_DEFAULT_PORT = 6379, URL_MAX_DB = 1000000 };

static const struct url_scheme {
    const char *text;
    enum skep_url_kind kind;
    const char *form;
} url_schemes[] = {
    {"redis://", SKEP_URL_TCP, "redis://[user:password@]host[:port][/db]"},
    {"rediss://", SKEP_URL_TLS, "rediss://[user:password@]host[:port][/db]"},
    {"unix://", SKEP_URL_UNIX, "unix://[user:password@]/path[?db=N]"},
};
enum { URL_N_SCHEMES = sizeof url_schemes / sizeof url_schemes[0] };

/* A part of the text; AT is NULL when the text does not have it. */
struct url_piece {
    const char *at;
    size_t n;
};

/* Cut PIECE at AT, a byte inside it: what is before stays, what is behind is returned. */
static struct url_piece piece_split(struct url_piece *piece, const char *at)
{
    struct url_piece rest = {at + 1, piece->n - (size_t)(at + 1 - piece->at)};

    piece->n = (size_t)(at - piece->at);
    return rest;
}

static const char *piece_find(struct url_piece piece, char c)
{
    return piece.n > 0 ? memchr(piece.at, c, piece.n) : NULL;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

static const char *piece_decode(struct url_piece piece, char *out, size_t size)
{
    size_t length = 0;

    for (size_t i = 0; i < piece.n; i++) {
        char c = piece.at[i];
        if (c == '%') {
            int high = piece.n - i > 2 ? hex_value(piece.at[i + 1]) : -1;
            int low = piece.n - i > 2 ? hex_value(piece.at[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return "has a '%' without two hexadecimal digits behind it ('%' itself is %25)";
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (is_control(c)) {
            return "contains a control character";
        }
        if (length + 1 >= size) {
            return "has a part that is too long";
        }
        out[length++] = c;
    }
    out[length] = '\0';
    return NULL;
}

/* "user:password", "user", ":password" */
static const char *url_read_login(struct url_piece login, struct skep_url *url)
{
    const char *colon = piece_find(login, ':');
    const char *wrong = NULL;

    if (colon != NULL) {
        struct url_piece password = piece_split(&login, colon);
        wrong = piece_decode(password, url->password, sizeof url->password);
    }
    return wrong != NULL ? wrong : piece_decode(login, url->user, sizeof url->user);
}

static const char *url_read_port(struct url_piece text, struct skep_url *url)
{
    uint64_t port;

    if (!skep_parse_u64(text.at, text.n, &port) || port == 0 || port > UINT16_MAX) {
        return "has a port that is no number from 1 to 65535 (a password's ':', '/' and '@' are %3A, %2F, "
               "%40)";
    }
    url->port = (uint16_t)port;
    return NULL;
}

static const char *url_read_db(struct url_piece text, struct skep_url *url)
{
    uint64_t db;

    if (!skep_parse_u64(text.at, text.n, &db) || db > URL_MAX_DB) {
        return "has a database that is no number (a password's '/' is %2F)";
    }
    url->db = (int)db;
    return NULL;
}

/* Cut "host", "host:port", "[::1]", "[::1]:port" in two; HOST loses its brackets. */
static const char *url_cut_port(struct url_piece *host, struct url_piece *port_out)
{
    const char *end;

    *port_out = (struct url_piece){0};
    if (host->n > 0 && host->at[0] == '[') {
        end = piece_find(*host, ']');
        if (end == NULL || piece_find((struct url_piece){host->at, (size_t)(end - host->at)}, ':') == NULL) {
            return "has a '[' that is not followed by an IPv6 address and ']'";
        }
        *port_out = piece_split(host, end);
        *host = (struct url_piece){host->at + 1, host->n - 1};
        if (port_out->n == 0) {
            *port_out = (struct url_piece){0};
            return NULL;
        }
        if (port_out->at[0] != ':') {
            return "goes on behind ']' with something other than ':' and a port";
        }
        *port_out = (struct url_piece){port_out->at + 1, port_out->n - 1};
        return NULL;
    }
    end = piece_find(*host, ':');
    if (end != NULL) {
        *port_out = piece_split(host, end);
    }
    if (piece_find(*port_out, ':') != NULL) {
        return "has several ':' in its host (an IPv6 address stands in brackets)";
    }
    return NULL;
}

static const char *url_read_host(struct url_piece host, struct skep_url *url)
{
    struct url_piece port;
    const char *wrong = url_cut_port(&host, &port);

    url->port = URL_DEFAULT_PORT;
    if (wrong == NULL && port.at != NULL) {
        wrong = url_read_port(port, url);
    }
    if (wrong == NULL) {
        wrong = host.n == 0 ? "has no host" : piece_decode(host, url->host, sizeof url->host);
    }
    return wrong;
}

/* What follows redis:// and rediss://. */
static const char *url_read_tcp(struct url_piece rest, struct skep_url *url)
{
    const char *slash = piece_find(rest, '/');
    struct url_piece db = {0};
    const char *at, *wrong = NULL;

    if (piece_find(rest, '?') != NULL || piece_find(rest, '#') != NULL) {
        return "has a '?' or '#' (a password's are %3F and %23)";
    }
    if (slash != NULL) {
        db = piece_split(&rest, slash);
    }
    /* The last '@': people do not encode the one in their password, and a host has none. */
    at = rest.n > 0 ? memrchr(rest.at, '@', rest.n) : NULL;
    if (at != NULL) {
        struct url_piece host = piece_split(&rest, at);
        wrong = url_read_login(rest, url);
        rest = host;
    }
    if (wrong == NULL) {
        wrong = url_read_host(rest, url);
    }
    if (wrong == NULL && db.n > 0) {
        wrong = url_read_db(db, url);
    }
    return wrong;
}

/* What follows unix://. */
static const char *url_read_unix(struct url_piece rest, struct skep_url *url)
{
    const char *slash = piece_find(rest, '/');
    const char *question = piece_find(rest, '?');
    const char *wrong = NULL;

    if (slash == NULL || (slash > rest.at && slash[-1] != '@')) {
        return "needs an absolute path (a password's '/' is %2F)";
    }
    if (question != NULL) {
        struct url_piece option = piece_split(&rest, question);
        if (option.n < 3 || memcmp(option.at, "db=", 3) != 0) {
            return "has a '?' that is not followed by db=N (a path's own '?' is %3F)";
        }
        wrong = url_read_db((struct url_piece){option.at + 3, option.n - 3}, url);
    }
    if (wrong == NULL && slash > rest.at) {
        struct url_piece login = {rest.at, (size_t)(slash - 1 - rest.at)};
        wrong = url_read_login(login, url);
    }
    if (wrong == NULL) {
        struct url_piece path = {slash, rest.n - (size_t)(slash - rest.at)};
        wrong = piece_decode(path, url->path, sizeof url->path);
    }
    return wrong;
}

skep_status skep_url_parse(const char *text, struct skep_url *url_out, struct skep_error *err)
{
    const struct url_scheme *scheme = NULL;
    struct url_piece rest;
    const char *wrong;

    *url_out = (struct skep_url){0};
    for (size_t i = 0; i < URL_N_SCHEMES && scheme == NULL; i++) {
        if (strncmp(text, url_schemes[i].text, strlen(url_schemes[i].text)) == 0) {
            scheme = &url_schemes[i];
        }
    }
    if (scheme == NULL) {
        return skep_error_set(
            err, SKEP_E_USAGE,
            "the Redis URL does not begin with redis://, rediss:// or unix://; the forms are "
            "redis://[user:password@]host[:port][/db] and unix:///path[?db=N]");
    }
    url_out->kind = scheme->kind;
    rest.at = text + strlen(scheme->text);
    rest.n = strlen(rest.at);
    wrong = scheme->kind == SKEP_URL_UNIX ? url_read_unix(rest, url_out) : url_read_tcp(rest, url_out);
    if (wrong != NULL) {
        *url_out = (struct skep_url){0};
        return skep_error_set(err, SKEP_E_USAGE, "the Redis URL %s; the form is %s", wrong, scheme->form);
    }
    return SKEP_OK;
}

/* Text that grows inside a given array and is cut at its end. */
struct url_text {
    char *bytes;
    size_t size;
    size_t length;
};

static void text_add(struct url_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void text_add(struct url_text *text, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text->bytes + text->length, text->size - text->length, format, args);
    va_end(args);
    assert(n >= 0);
    text->length += (size_t)n;
    if (text->length >= text->size) {
        text->length = text->size - 1;
    }
}

/* As skep_url_parse wants it back. */
static void text_add_encoded(struct url_text *text, const char *part, const char *plain)
{
    for (const char *p = part; *p != '\0'; p++) {
        bool is_plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                        strchr(plain, *p) != NULL;
        text_add(text, is_plain ? "%c" : "%%%02X", (unsigned char)*p);
    }
}

void skep_url_format(const struct skep_url *url, char *text, size_t size)
{
    struct url_text out = {text, size, 0};

    assert(size > 0);
    text_add(&out, "%s", url_schemes[url->kind].text);
    assert(url_schemes[url->kind].kind == url->kind);
    if (url->user[0] != '\0') {
        text_add_encoded(&out, url->user, "-_.~");
        text_add(&out, "@");
    }
    if (url->kind == SKEP_URL_UNIX) {
        text_add_encoded(&out, url->path, "-_.~/");
        if (url->db != 0) {
            text_add(&out, "?db=%d", url->db);
        }
        return;
    }
    if (strchr(url->host, ':') != NULL) {
        text_add(&out, "[");
        text_add_encoded(&out, url->host, "-_.~:");
        text_add(&out, "]");
    } else {
        text_add_encoded(&out, url->host, "-_.~");
    }
    text_add(&out, ":%u", url->port);
    if (url->db != 0) {
        text_add(&out, "/%d", url->db);
    }
}
