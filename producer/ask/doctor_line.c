/* SPDX-License-Identifier: MIT */
/* The way to the server, step by step, each over a line of its own: so a step that fails is named as what it
 * is, where a connection would only say that there is none. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "producer/ask/doctor_checks.h"
#include "queue/hello.h"
#include "queue/transport.h"

enum { LINE_SLOW_NAME_MS = 1000, LINE_MAX_NAMED = 4, LINE_FIX_BYTES = 2048 };

static int line_timeout_ms(const struct skep_doctor *doctor)
{
    return (int)(doctor->settings->server.connect_timeout_s * 1000);
}

static double line_ms_since(int64_t began_ns)
{
    return (double)(skep_monotonic_ns() - began_ns) / 1e6;
}

/* ---- name ---- */

static void line_look_socket(const struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const char *path = doctor->url.path;
    char fix[LINE_FIX_BYTES];
    struct stat info;

    if (stat(path, &info) != 0) {
        snprintf(fix, sizeof fix,
                 errno == EACCES ? "let this user into the folder of %s"
                                 : "start redis-server, with `unixsocket %s` in its configuration",
                 path);
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, fix, "%s: %s", path, strerror(errno));
    } else if (!S_ISSOCK(info.st_mode)) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, "name the socket of the server (its setting unixsocket)",
                        "%s is no socket", path);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "%s is a socket", path);
    }
}

static void line_name_addresses(const struct addrinfo *addresses, struct skep_buf *names)
{
    size_t n = 0;

    for (const struct addrinfo *a = addresses; a != NULL; a = a->ai_next, n++) {
        char text[NI_MAXHOST];
        if (n < LINE_MAX_NAMED &&
            getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0) {
            skep_buf_printf(names, "%s%s", n > 0 ? ", " : "", text);
        }
    }
    if (n > LINE_MAX_NAMED) {
        skep_buf_printf(names, " and %zu more", n - LINE_MAX_NAMED);
    }
}

void skep_doctor_look_name(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses = NULL;
    struct skep_buf names;
    char fix[LINE_FIX_BYTES];
    int64_t began_ns = skep_monotonic_ns();
    double ms;
    int rc;

    if (doctor->url.kind == SKEP_URL_UNIX) {
        line_look_socket(doctor, verdict);
        return;
    }
    rc = getaddrinfo(doctor->url.host, NULL, &hints, &addresses);
    ms = line_ms_since(began_ns);
    if (rc != 0) {
        snprintf(fix, sizeof fix,
                 rc == EAI_AGAIN
                     ? "is the name server of /etc/resolv.conf there? `getent hosts %s` asks it"
                     : "mend the host's name in the URL: `getent hosts %s` must print its address",
                 doctor->url.host);
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, fix, "%s: %s", doctor->url.host,
                        rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
        return;
    }
    skep_buf_init(&names, sizeof verdict->words);
    line_name_addresses(addresses, &names);
    freeaddrinfo(addresses);
    if (names.bytes != NULL && strcmp(names.bytes, doctor->url.host) == 0) {
        skep_buf_release(&names);
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "%s is an address", doctor->url.host);
        return;
    }
    skep_doctor_say(verdict, ms > LINE_SLOW_NAME_MS ? SKEP_DOCTOR_WARN : SKEP_DOCTOR_OK,
                    ms > LINE_SLOW_NAME_MS
                        ? "each connection waits for the name server: see /etc/resolv.conf, or /etc/hosts"
                        : NULL,
                    "%s is %s, found in %.2g ms", doctor->url.host,
                    names.bytes != NULL ? names.bytes : "somewhere", ms);
    skep_buf_release(&names);
}

/* ---- connect, tls ---- */

/* Open a line to the address, with TLS or without, and close it. */
static skep_status line_try(const struct skep_doctor *doctor, bool with_tls, double *ms_out,
                            struct skep_error *err)
{
    const struct skep_server_settings *server = &doctor->settings->server;
    const struct skep_tls_options options = {.ca_file = server->ca_file,
                                             .ca_dir = server->ca_dir,
                                             .cert_file = server->cert_file,
                                             .key_file = server->key_file};
    struct skep_transport transport;
    struct skep_url url = doctor->url;
    int64_t began_ns = skep_monotonic_ns();
    skep_status st;

    if (url.kind != SKEP_URL_UNIX) {
        url.kind = with_tls ? SKEP_URL_TLS : SKEP_URL_TCP;
    }
    skep_transport_init(&transport);
    st = skep_transport_open(&transport, &url, &options, line_timeout_ms(doctor), err);
    *ms_out = line_ms_since(began_ns);
    skep_transport_close(&transport);
    return st;
}

void skep_doctor_look_connect(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_url *url = &doctor->url;
    struct skep_error err = {0};
    char fix[LINE_FIX_BYTES];
    double ms;
    skep_status st = line_try(doctor, false, &ms, &err);

    if (st == SKEP_OK && url->kind == SKEP_URL_UNIX) {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "connected in %.2g ms", ms);
    } else if (st == SKEP_OK) {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "connected to port %u in %.2g ms", url->port, ms);
    } else if (url->kind == SKEP_URL_UNIX) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL,
                        "is redis-server running, and may this user write to its socket (unixsocketperm)?",
                        "%s", skep_error_text(&err, st));
    } else if (ms >= 0.9 * line_timeout_ms(doctor)) {
        snprintf(fix, sizeof fix, "does a firewall stand before port %u of %s? Nothing at all comes back",
                 url->port, url->host);
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, fix, "%s", skep_error_text(&err, st));
    } else {
        snprintf(fix, sizeof fix,
                 "start redis-server on %s, let it listen there (its settings port %u and bind), or mend the "
                 "port in the URL",
                 url->host, url->port);
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, fix, "%s", skep_error_text(&err, st));
    }
}

/* Whether what is said to HOST can be overheard. */
static bool line_is_local(const struct skep_url *url)
{
    return url->kind == SKEP_URL_UNIX || strcmp(url->host, "localhost") == 0 ||
           strncmp(url->host, "127.", 4) == 0 || strcmp(url->host, "::1") == 0;
}

static const char *line_tls_fix(skep_status st)
{
    switch (st) {
    case SKEP_E_REFUSED:
        return "the server's certificate must come from an authority that is trusted here (--tls-ca FILE), "
               "be "
               "for the host in the URL, and not have expired; a server that asks for one wants --tls-cert "
               "and "
               "--tls-key";
    case SKEP_E_USAGE:
        return "name readable PEM files with --tls-ca, --tls-cert and --tls-key";
    default:
        return "write redis:// in place of rediss://, or name the port of the server's setting tls-port";
    }
}

void skep_doctor_look_tls(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    struct skep_error err = {0};
    double ms;
    skep_status st;

    if (doctor->url.kind == SKEP_URL_TLS) {
        st = line_try(doctor, true, &ms, &err);
        if (st == SKEP_OK) {
            skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "the certificate of %s is trusted; %.2g ms",
                            doctor->url.host, ms);
        } else {
            skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, line_tls_fix(st), "%s", skep_error_text(&err, st));
        }
    } else if (line_is_local(&doctor->url)) {
        skep_doctor_say(verdict, SKEP_DOCTOR_NONE, NULL, "not used, and on this machine not needed");
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN,
                        "rediss:// and the server's setting tls-port, unless the network is yours alone",
                        "not used: whoever can listen on the way reads tasks and passwords");
    }
}

/* ---- auth ---- */

static bool line_has_password(const struct skep_doctor *doctor)
{
    const char *from_env = getenv(SKEP_SERVER_PASSWORD_ENV);
    struct skep_url url;
    bool has = (from_env != NULL && from_env[0] != '\0') || doctor->settings->server.password_file != NULL;

    if (skep_url_parse(doctor->settings->server.url, &url, NULL) == SKEP_OK) {
        has = has || url.password[0] != '\0';
        explicit_bzero(&url, sizeof url);
    }
    return has;
}

static void line_explain_refusal(const struct skep_doctor *doctor, skep_status st,
                                 struct skep_doctor_verdict *verdict)
{
    const char *user = doctor->url.user[0] != '\0' ? doctor->url.user : "default";
    struct skep_error none = {0};
    double ms;

    if (st == SKEP_E_REFUSED) {
        snprintf(verdict->fix, sizeof verdict->fix,
                 "the user stands in the URL (redis://USER@HOST), the password in " SKEP_SERVER_PASSWORD_ENV
                 " or --password-file FILE; on the server `ACL GETUSER %s` says whether that user is on",
                 user);
    } else if (doctor->url.kind == SKEP_URL_TCP && line_try(doctor, true, &ms, &none) != SKEP_E_UNREACHABLE) {
        snprintf(verdict->fix, sizeof verdict->fix, "the server speaks TLS on this port: write rediss://");
    } else {
        snprintf(verdict->fix, sizeof verdict->fix,
                 "is this a Redis server? `redis-cli -h %s -p %u PING` must be answered", doctor->url.host,
                 doctor->url.port);
    }
}

void skep_doctor_look_auth(struct skep_doctor *doctor, struct skep_doctor_verdict *verdict)
{
    const struct skep_url *url = &doctor->url;
    const char *user = url->user[0] != '\0' ? url->user : "default";
    struct skep_error err = {0};
    skep_status st = skep_conn_connect(doctor->conn, &err);
    bool has_password = line_has_password(doctor);

    doctor->server_version = skep_conn_server_version(doctor->conn);
    if (st == SKEP_E_REFUSED && doctor->server_version > 0 && doctor->server_version < SKEP_OLDEST_REDIS) {
        st = SKEP_OK; /* it let us in; what it is comes later */
    }
    if (st != SKEP_OK) {
        skep_doctor_say(verdict, SKEP_DOCTOR_FAIL, NULL, "%s", skep_error_text(&err, st));
        line_explain_refusal(doctor, st, verdict);
    } else if (!has_password && !line_is_local(url)) {
        skep_doctor_say(verdict, SKEP_DOCTOR_WARN,
                        "set requirepass or ACL users on the server: whoever reaches its port can give work "
                        "to your workers",
                        "user %s, and no password is asked for", user);
    } else {
        skep_doctor_say(verdict, SKEP_DOCTOR_OK, NULL, "user %s%s, database %d", user,
                        has_password ? "" : " without a password", url->db);
    }
}
