/* SPDX-License-Identifier: MIT */
#include "support/http.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/until.h"

enum { HTTP_MAX_BYTES = 512 << 20 };

static void need(int condition, const char *what)
{
    if (!condition) {
        perror(what);
        abort();
    }
}

int test_http_connect(int port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    need(fd >= 0, "socket");
    need(connect(fd, (const struct sockaddr *)&address, sizeof address) == 0, "connect");
    return fd;
}

/* Until the other end closes, or resets: it may, when it has not read all that was sent. */
static char *read_all(int fd, size_t *n_out)
{
    int64_t end_ms = test_now_ms() + TEST_HTTP_MS;
    size_t n = 0, room = 65536;
    char *all = malloc(room + 1);
    ssize_t got = 1;

    need(all != NULL, "malloc");
    while (got > 0) {
        struct pollfd look = {.fd = fd, .events = POLLIN};
        need(poll(&look, 1, (int)(end_ms - test_now_ms())) == 1, "no answer in time");
        if (n == room) {
            room *= 2;
            need(room <= HTTP_MAX_BYTES, "the answer is too long");
            all = realloc(all, room + 1);
            need(all != NULL, "realloc");
        }
        got = recv(fd, all + n, room - n, 0);
        need(got >= 0 || errno == ECONNRESET, "recv");
        n += got > 0 ? (size_t)got : 0;
    }
    all[n] = '\0';
    *n_out = n;
    return all;
}

struct test_http test_http_send(int port, const void *bytes, size_t n)
{
    int fd = test_http_connect(port);
    struct test_http answer = {0};
    size_t sent = 0, got;
    char *gap;

    while (sent < n) {
        ssize_t now = send(fd, (const char *)bytes + sent, n - sent, MSG_NOSIGNAL);
        if (now < 0) {
            need(errno == EPIPE || errno == ECONNRESET, "send");
            break; /* it has heard enough */
        }
        sent += (size_t)now;
    }
    answer.all = read_all(fd, &got);
    close(fd);
    if (sscanf(answer.all, "HTTP/1.1 %d", &answer.status) != 1) {
        answer.status = 0;
    }
    gap = strstr(answer.all, "\r\n\r\n");
    answer.body = gap != NULL ? gap + 4 : answer.all + got;
    answer.body_n = (size_t)(answer.all + got - answer.body);
    return answer;
}

struct test_http test_http_get(int port, const char *path)
{
    size_t size = strlen(path) + 80;
    char *request = malloc(size);
    struct test_http answer;
    int n;

    need(request != NULL, "malloc");
    n = snprintf(request, size, "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path);
    answer = test_http_send(port, request, (size_t)n);
    free(request);
    return answer;
}

void test_http_free(struct test_http *answer)
{
    free(answer->all);
    *answer = (struct test_http){0};
}
