/* SPDX-License-Identifier: MIT */
#include "support/redis.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "support/files.h"

/* A loaded machine starts a server under a sanitizer in less than this. */
enum { REDIS_START_MS = 30000, REDIS_N_TRIES = 5 };

static void need(int condition, const char *what)
{
    if (!condition) {
        perror(what);
        abort();
    }
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A port that nobody listens on just now. Another process may take it before redis-server does; then the
 * server does not start and another one is tried. */
static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    need(fd >= 0, "socket");
    need(bind(fd, (struct sockaddr *)&address, sizeof address) == 0, "bind");
    need(getsockname(fd, (struct sockaddr *)&address, &size) == 0, "getsockname");
    close(fd);
    return ntohs(address.sin_port);
}

static void write_config(const struct test_redis *redis, const struct test_redis_options *options)
{
    char *path = test_path(redis->folder, "redis.conf");
    FILE *f = fopen(path, "w");

    need(f != NULL, path);
    fprintf(f, "bind 127.0.0.1 -::1\nunixsocket %s\ndir %s\nlogfile %s/redis.log\n", redis->socket,
            redis->folder, redis->folder);
    fprintf(f, "save \"\"\nappendonly no\ndaemonize no\nloglevel notice\nport %d\n", redis->port);
    if (redis->tls_port != 0) {
        const char *tls = options->tls_folder;
        fprintf(f, "tls-port %d\ntls-cert-file %s/server.crt\ntls-key-file %s/server.key\n", redis->tls_port,
                tls, tls);
        fprintf(f, "tls-ca-cert-file %s/ca.crt\ntls-auth-clients no\n", tls);
    }
    if (options->config != NULL) {
        fprintf(f, "%s\n", options->config);
    }
    need(fclose(f) == 0, path);
    free(path);
}

/* In the child: become redis-server, and die when the test does. */
static void become_server(const struct test_redis *redis, pid_t parent)
{
    char config[256];
    int null = open("/dev/null", O_RDWR);

    snprintf(config, sizeof config, "%s/redis.conf", redis->folder);
    dup2(null, 0);
    dup2(null, 1);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        _exit(126);
    }
    execlp("redis-server", "redis-server", config, (char *)NULL);
    perror("redis-server");
    _exit(127);
}

/* Whether a server answers at the socket: anything but "I am loading" is an answer. */
static bool server_answers(const struct test_redis *redis)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = 1};
    char answer[64];
    ssize_t n = -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    need(fd >= 0, "socket");
    need(strlen(redis->socket) < sizeof address.sun_path, "socket path");
    memcpy(address.sun_path, redis->socket, strlen(redis->socket) + 1);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(fd, "PING\r\n", 6, MSG_NOSIGNAL) == 6) {
        n = recv(fd, answer, sizeof answer, 0);
    }
    close(fd);
    return n > 0 && strncmp(answer, "-LOADING", 8) != 0;
}

/* Whether it came up; false when it ended before. */
static bool launch(struct test_redis *redis)
{
    pid_t parent = getpid();
    int64_t end_ms = now_ms() + REDIS_START_MS;

    fflush(NULL);
    redis->pid = fork();
    need(redis->pid >= 0, "fork");
    if (redis->pid == 0) {
        become_server(redis, parent);
    }
    while (!server_answers(redis)) {
        if (waitpid(redis->pid, NULL, WNOHANG) == redis->pid) {
            redis->pid = 0;
            return false;
        }
        if (now_ms() > end_ms) {
            test_redis_kill(redis);
            fprintf(stderr, "redis-server does not answer\n");
            abort();
        }
        poll(NULL, 0, 2); /* between two tries to connect */
    }
    return true;
}

struct test_redis *test_redis_start(const struct test_redis_options *options)
{
    static const struct test_redis_options defaults = {0};
    struct test_redis *redis = calloc(1, sizeof *redis);

    need(redis != NULL, "calloc");
    options = options != NULL ? options : &defaults;
    redis->folder = test_make_folder();
    redis->socket = test_path(redis->folder, "redis.sock");
    snprintf(redis->url, sizeof redis->url, "unix://%s", redis->socket);
    for (int i = 0; i < REDIS_N_TRIES; i++) {
        redis->port = options->with_tcp ? free_port() : 0;
        redis->tls_port = options->tls_folder != NULL ? free_port() : 0;
        write_config(redis, options);
        if (launch(redis)) {
            return redis;
        }
    }
    fprintf(stderr, "redis-server does not start; its log:\n%s\n",
            test_read_file(redis->folder, "redis.log", NULL));
    abort();
}

static void end_server(struct test_redis *redis, int signal)
{
    if (redis->pid != 0) {
        kill(redis->pid, signal);
        kill(redis->pid, SIGCONT); /* a paused one would not notice SIGTERM */
        need(waitpid(redis->pid, NULL, 0) == redis->pid, "waitpid");
        redis->pid = 0;
    }
}

void test_redis_kill(struct test_redis *redis)
{
    end_server(redis, SIGKILL);
}

void test_redis_shut_down(struct test_redis *redis)
{
    end_server(redis, SIGTERM);
}

void test_redis_restart(struct test_redis *redis)
{
    test_redis_kill(redis);
    if (!launch(redis)) {
        fprintf(stderr, "redis-server does not start again; its log:\n%s\n",
                test_read_file(redis->folder, "redis.log", NULL));
        abort();
    }
}

void test_redis_stop(struct test_redis *redis)
{
    if (redis == NULL) {
        return;
    }
    test_redis_kill(redis);
    free(redis->socket);
    test_remove_folder(redis->folder);
    free(redis);
}

void test_redis_pause(struct test_redis *redis)
{
    int status;

    need(kill(redis->pid, SIGSTOP) == 0, "kill");
    need(waitpid(redis->pid, &status, WUNTRACED) == redis->pid && WIFSTOPPED(status), "waitpid");
}

void test_redis_resume(struct test_redis *redis)
{
    need(kill(redis->pid, SIGCONT) == 0, "kill");
}
