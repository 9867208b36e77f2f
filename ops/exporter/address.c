/* SPDX-License-Identifier: MIT */
#include "address.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/parse.h"

enum { ADDRESS_BACKLOG = 128, ADDRESS_HOST_BYTES = 256, ADDRESS_PORT_MAX = 65535 };

/* "host:port" or "[host]:port" into its parts. */
static skep_status address_split(const char *text, char host_out[ADDRESS_HOST_BYTES], const char **port_out,
                                 struct skep_error *err)
{
    const char *colon = strrchr(text, ':');
    size_t n = colon != NULL ? (size_t)(colon - text) : 0;
    int64_t port = -1;

    if (colon == NULL || n >= ADDRESS_HOST_BYTES || !skep_parse_i64(colon + 1, strlen(colon + 1), &port) ||
        port < 0 || port > ADDRESS_PORT_MAX) {
        return skep_error_set(err, SKEP_E_USAGE, "\"%.100s\" is not ADDRESS:PORT, such as 127.0.0.1:9464",
                              text);
    }
    if (n >= 2 && text[0] == '[' && text[n - 1] == ']') {
        text++;
        n -= 2;
    } else if (memchr(text, ':', n) != NULL) {
        return skep_error_set(err, SKEP_E_USAGE, "an IPv6 address stands in brackets: [%.*s]:%s", (int)n,
                              text, colon + 1);
    }
    memcpy(host_out, text, n);
    host_out[n] = '\0';
    *port_out = colon + 1;
    return SKEP_OK;
}

/* Without a host: of several addresses IPv6's, which hears IPv4 as well where the system does. */
static int address_bind(const struct addrinfo *address)
{
    const int yes = 1, no = 0;
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (address->ai_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
    }
    if (bind(fd, address->ai_addr, address->ai_addrlen) != 0 || listen(fd, ADDRESS_BACKLOG) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void address_tell(int fd, char where_out[SKEP_EXPORT_WHERE_BYTES])
{
    struct sockaddr_storage address;
    socklen_t n = sizeof address;
    char host[64] = "?", port[8] = "?";

    if (getsockname(fd, (struct sockaddr *)&address, &n) == 0) {
        (void)getnameinfo((struct sockaddr *)&address, n, host, sizeof host, port, sizeof port,
                          NI_NUMERICHOST | NI_NUMERICSERV);
    }
    snprintf(where_out, SKEP_EXPORT_WHERE_BYTES, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
}

skep_status skep_export_listen(const char *text, int *fd_out, char where_out[SKEP_EXPORT_WHERE_BYTES],
                               struct skep_error *err)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char host[ADDRESS_HOST_BYTES];
    const char *port = "0";
    skep_status st = address_split(text, host, &port, err);
    int fd = -1, failed;

    *fd_out = -1;
    if (st != SKEP_OK) {
        return st;
    }
    failed = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &found);
    if (failed != 0) {
        return skep_error_set(err, SKEP_E_USAGE, "%.100s: %s", text, gai_strerror(failed));
    }
    for (int wants_v6 = host[0] == '\0'; wants_v6 >= 0 && fd < 0; wants_v6--) {
        for (const struct addrinfo *at = found; at != NULL && fd < 0; at = at->ai_next) {
            fd = !wants_v6 || at->ai_family == AF_INET6 ? address_bind(at) : -1;
        }
    }
    if (fd < 0) {
        st = skep_error_errno(err, SKEP_E_IO, "cannot listen on %.100s", text);
    } else {
        address_tell(fd, where_out);
        *fd_out = fd;
    }
    freeaddrinfo(found);
    return st;
}
