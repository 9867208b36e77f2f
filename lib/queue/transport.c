/* SPDX-License-Identifier: MIT */
#include "queue/transport.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "queue/line_error.h"

/* A cut cable is noticed 3 s after bytes were sent, or twice that when none are under way. */
enum { TCP_IDLE_S = 3, TCP_PROBE_S = 1, TCP_N_PROBES = 3, TCP_UNACKED_MS = 3000 };

void skep_transport_init(struct skep_transport *transport)
{
    *transport = (struct skep_transport){.fd = -1, .read_events = POLLIN, .write_events = POLLOUT};
}

void skep_transport_close(struct skep_transport *transport)
{
    skep_tls_free(transport->tls);
    if (transport->fd >= 0) {
        close(transport->fd);
    }
    skep_transport_init(transport);
}

/* poll with a deadline, through signals: the number of descriptors, 0 when time is over. */
static int wait_fd(int fd, short events, int timeout_ms)
{
    struct pollfd entry = {.fd = fd, .events = events};
    int64_t end_ms = skep_monotonic_ms() + timeout_ms;

    for (;;) {
        int n = poll(&entry, 1, timeout_ms);
        if (n >= 0 || errno != EINTR) {
            return n;
        }
        timeout_ms = (int)(end_ms - skep_monotonic_ms());
        if (timeout_ms < 0) {
            timeout_ms = 0;
        }
    }
}

skep_status skep_transport_wait(const struct skep_transport *transport, short events, int timeout_ms)
{
    assert(transport->fd >= 0 && timeout_ms >= 0);
    return wait_fd(transport->fd, events, timeout_ms) != 0 ? SKEP_OK : SKEP_EMPTY;
}

/* A connected socket, or -1 and errno. */
static int connect_address(const struct addrinfo *address, int timeout_ms)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int reason = 0;
    socklen_t size = sizeof reason;

    if (fd < 0) {
        return -1;
    }
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
        reason = errno;
        if (reason == EINPROGRESS) {
            reason = ETIMEDOUT;
            if (wait_fd(fd, POLLOUT, timeout_ms) > 0) {
                getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &size);
            }
        }
    }
    if (reason != 0) {
        close(fd);
        errno = reason;
        return -1;
    }
    return fd;
}

static void set_tcp_options(int fd)
{
    static const struct {
        int level, name, number;
    } options[] = {
        {IPPROTO_TCP, TCP_NODELAY, 1},
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, TCP_IDLE_S},
        {IPPROTO_TCP, TCP_KEEPINTVL, TCP_PROBE_S},
        {IPPROTO_TCP, TCP_KEEPCNT, TCP_N_PROBES},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, TCP_UNACKED_MS},
    };

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        /* Without one of them the connection still works, only slower to notice a loss. */
        (void)setsockopt(fd, options[i].level, options[i].name, &options[i].number, sizeof options[i].number);
    }
}

static skep_status transport_open_tcp(struct skep_transport *transport, const struct skep_url *url,
                                      int timeout_ms, struct skep_error *err)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *addresses = NULL;
    int64_t end_ms;
    int n_left = 0, rc;
    char port[8];

    snprintf(port, sizeof port, "%u", url->port);
    rc = getaddrinfo(url->host, port, &hints, &addresses);
    if (rc != 0) {
        return skep_line_error_set(err, SKEP_LINE_NO_HOST,
                                   rc == EAI_SYSTEM ? strerror(errno) : gai_strerror(rc));
    }
    for (const struct addrinfo *a = addresses; a != NULL; a = a->ai_next) {
        n_left++;
    }
    end_ms = skep_monotonic_ms() + timeout_ms;
    for (const struct addrinfo *a = addresses; a != NULL && transport->fd < 0; a = a->ai_next) {
        int64_t share_ms = (end_ms - skep_monotonic_ms()) / n_left--;
        transport->fd = connect_address(a, share_ms > 1 ? (int)share_ms : 1);
    }
    rc = errno;
    freeaddrinfo(addresses);
    if (transport->fd < 0) {
        errno = rc;
        return rc == ETIMEDOUT ? skep_line_error_late(err, SKEP_LINE_CONNECT_LATE, timeout_ms)
                               : skep_line_error_errno(err, SKEP_LINE_REFUSED);
    }
    set_tcp_options(transport->fd);
    return SKEP_OK;
}

/* A unix socket answers at once, except that a server with a full backlog makes a non-blocking connect fail.
 * So this one blocks, with a time limit that Linux takes from the send time-out. */
static skep_status transport_open_unix(struct skep_transport *transport, const struct skep_url *url,
                                       int timeout_ms, struct skep_error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int rc;

    if (fd < 0) {
        return skep_error_errno(err, SKEP_E_UNREACHABLE, "cannot make a socket");
    }
    assert(sizeof url->path <= sizeof address.sun_path);
    memcpy(address.sun_path, url->path, strlen(url->path) + 1);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    do {
        rc = connect(fd, (const struct sockaddr *)&address, sizeof address);
    } while (rc != 0 && errno == EINTR);
    if (rc == 0) {
        rc = fcntl(fd, F_SETFL, O_NONBLOCK);
    }
    if (rc != 0) {
        skep_status st = errno == EAGAIN ? skep_line_error_late(err, SKEP_LINE_CONNECT_LATE, timeout_ms)
                                         : skep_line_error_errno(err, SKEP_LINE_REFUSED);
        close(fd);
        return st;
    }
    transport->fd = fd;
    return SKEP_OK;
}

static skep_status transport_shake_hands(struct skep_transport *transport, const struct skep_url *url,
                                         const struct skep_tls_options *options, int64_t end_ms,
                                         struct skep_error *err)
{
    skep_status st = skep_tls_new(transport->fd, url->host, options, &transport->tls, err);

    while (st == SKEP_OK) {
        short events = POLLIN;
        int64_t left_ms;
        st = skep_tls_handshake(transport->tls, &events, err);
        if (st != SKEP_EMPTY) {
            return st;
        }
        left_ms = end_ms - skep_monotonic_ms();
        if (left_ms <= 0 || wait_fd(transport->fd, events, (int)left_ms) == 0) {
            return skep_error_set(err, SKEP_E_UNREACHABLE,
                                  "the TLS handshake timed out (does the server speak TLS on this port?)");
        }
        st = SKEP_OK;
    }
    return st;
}

skep_status skep_transport_open(struct skep_transport *transport, const struct skep_url *url,
                                const struct skep_tls_options *tls_options, int timeout_ms,
                                struct skep_error *err)
{
    int64_t end_ms = skep_monotonic_ms() + timeout_ms;
    skep_status st;

    skep_transport_close(transport);
    if (url->kind == SKEP_URL_UNIX) {
        return transport_open_unix(transport, url, timeout_ms, err);
    }
    st = transport_open_tcp(transport, url, timeout_ms, err);
    if (st == SKEP_OK && url->kind == SKEP_URL_TLS) {
        st = transport_shake_hands(transport, url, tls_options, end_ms, err);
    }
    if (st != SKEP_OK) {
        skep_transport_close(transport);
    }
    return st;
}

/* What send or recv said when it said less than one byte. */
static skep_status transport_explain(ssize_t result, struct skep_error *err)
{
    if (result == 0 || errno == EPIPE) {
        return skep_line_error_set(err, SKEP_LINE_CLOSED, NULL);
    }
    if (errno == EAGAIN || errno == EINTR) {
        return SKEP_EMPTY;
    }
    if (errno == ETIMEDOUT) {
        return skep_line_error_set(err, SKEP_LINE_DEAD, NULL);
    }
    return skep_line_error_errno(err, SKEP_LINE_BROKEN);
}

skep_status skep_transport_read(struct skep_transport *transport, void *bytes, size_t size, size_t *n_out,
                                struct skep_error *err)
{
    ssize_t got;

    assert(transport->fd >= 0);
    if (transport->tls != NULL) {
        return skep_tls_read(transport->tls, bytes, size, n_out, &transport->read_events, err);
    }
    got = recv(transport->fd, bytes, size, 0);
    if (got <= 0) {
        return transport_explain(got, err);
    }
    *n_out = (size_t)got;
    return SKEP_OK;
}

skep_status skep_transport_write(struct skep_transport *transport, const void *bytes, size_t n, size_t *n_out,
                                 struct skep_error *err)
{
    ssize_t sent;

    assert(transport->fd >= 0);
    if (transport->tls != NULL) {
        return skep_tls_write(transport->tls, bytes, n, n_out, &transport->write_events, err);
    }
    sent = send(transport->fd, bytes, n, MSG_NOSIGNAL);
    if (sent <= 0) {
        return transport_explain(sent, err);
    }
    *n_out = (size_t)sent;
    return SKEP_OK;
}
