/* SPDX-License-Identifier: MIT */
#include "chaos/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { LISTEN_BACKLOG = 512 };

static skep_status listen_unix(const char *path, int *fd_out, struct skep_url *url_out,
                               struct skep_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strlen(path);

    if (n >= sizeof address.sun_path) {
        return skep_error_set(err, SKEP_E_USAGE, "%s: too long for a socket", path);
    }
    memcpy(address.sun_path, path, n + 1);
    memcpy(url_out->path, path, n + 1);
    url_out->kind = SKEP_URL_UNIX;
    (void)unlink(path);
    *fd_out = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd_out < 0 || bind(*fd_out, (const struct sockaddr *)&address, sizeof address) != 0) {
        return skep_error_errno(err, SKEP_E_IO, "cannot listen at %s", path);
    }
    return SKEP_OK;
}

static skep_status listen_tcp(const char *host, int *fd_out, struct skep_url *url_out, struct skep_error *err)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;

    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
        return skep_error_set(err, SKEP_E_USAGE, "%s: no IPv4 address", host);
    }
    *fd_out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd_out < 0 || bind(*fd_out, (const struct sockaddr *)&address, sizeof address) != 0 ||
        getsockname(*fd_out, (struct sockaddr *)&address, &size) != 0) {
        return skep_error_errno(err, SKEP_E_IO, "cannot listen at %s", host);
    }
    url_out->kind = SKEP_URL_TCP;
    snprintf(url_out->host, sizeof url_out->host, "%s", host);
    url_out->port = ntohs(address.sin_port);
    return SKEP_OK;
}

skep_status skep_listen(const char *path, const char *host, int *fd_out, struct skep_url *url_out,
                        struct skep_error *err)
{
    skep_status st;

    *fd_out = -1;
    *url_out = (struct skep_url){0};
    st = path != NULL ? listen_unix(path, fd_out, url_out, err)
                      : listen_tcp(host != NULL ? host : "127.0.0.1", fd_out, url_out, err);
    if (st == SKEP_OK && listen(*fd_out, LISTEN_BACKLOG) != 0) {
        st = skep_error_errno(err, SKEP_E_IO, "cannot listen");
    }
    if (st != SKEP_OK && *fd_out >= 0) {
        close(*fd_out);
        *fd_out = -1;
    }
    return st;
}

int skep_listen_accept(int fd)
{
    int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    int on = 1;

    if (client >= 0) {
        (void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* no effect on a unix socket */
    }
    return client;
}
