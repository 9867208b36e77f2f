/* SPDX-License-Identifier: MIT */
/* `skep doctor` where the way to the server, or this machine, is what is wrong. */
#include "cli.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "support/tls.h"

/* Servers with a port, and one with TLS. */
struct way {
    struct cli cli;
    char *certificates;
    char ca[192], tcp[96], tls[96];
};

static int way_setup(void **state)
{
    static struct way way;

    way.certificates = test_make_certificates();
    way.cli = (struct cli){
        .redis = test_redis_start(&(struct test_redis_options){
            .with_tcp = true, .tls_folder = way.certificates, .config = "tls-auth-clients no\n"}),
        .folder = test_make_folder(),
    };
    way.cli.conn = open_conn(way.cli.redis->url, (struct skep_conn_options){0});
    snprintf(way.cli.env, sizeof way.cli.env, "SKEP_REDIS=%s", way.cli.redis->url);
    snprintf(way.ca, sizeof way.ca, "%s/ca.crt", way.certificates);
    snprintf(way.tcp, sizeof way.tcp, "redis://localhost:%d", way.cli.redis->port);
    snprintf(way.tls, sizeof way.tls, "rediss://localhost:%d", way.cli.redis->tls_port);
    *state = &way;
    return 0;
}

static int way_teardown(void **state)
{
    struct way *way = *state;

    cli_end(&way->cli);
    test_remove_folder(way->certificates);
    return 0;
}

/* A port that nobody listens on: it was somebody's a moment ago. */
static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* No such host, no such port, no such socket: each is told as what it is, with the exit code of a server out
 * of reach. */
static void test_cli_doctor_way__nobody_there(void **state)
{
    struct way *way = *state;
    char url[96];

    cli_run(&way->cli, 3, "FAIL  name         skep.invalid: ", "", "doctor", "--redis",
            "redis://skep.invalid");
    snprintf(url, sizeof url, "redis://127.0.0.1:%d", free_port());
    cli_run(&way->cli, 3, "FAIL  connect      cannot connect: Connection refused", "", "doctor", "--redis",
            url);
    cli_run(&way->cli, 3, "fix: start redis-server on 127.0.0.1", "", "doctor", "--redis", url);
    cli_run(&way->cli, 3, "fix: start redis-server, with `unixsocket /nowhere/s`", "", "doctor", "--redis",
            "unix:///nowhere/s");
    cli_write(&way->cli, "file", "x");
    snprintf(url, sizeof url, "unix://%s/file", way->cli.folder);
    cli_run(&way->cli, 3, "is no socket", "", "doctor", "--redis", url);
}

/* A server that is there and says nothing is told from one that is not. */
static void test_cli_doctor_way__a_silent_server(void **state)
{
    struct way *way = *state;

    test_redis_pause(way->cli.redis);
    cli_run(&way->cli, 3, "FAIL  auth", "", "doctor", "--redis", way->tcp, "--read-timeout", "200ms");
    test_redis_resume(way->cli.redis);
}

/* TLS is good with the right authority; otherwise what is wrong is named, and after it nothing is tried. */
static void test_cli_doctor_way__tls(void **state)
{
    struct way *way = *state;
    char stranger[192], url[96];

    snprintf(stranger, sizeof stranger, "%s/stranger.crt", way->certificates);
    cli_run(&way->cli, 0, "ok    tls          the certificate of localhost is trusted", "", "doctor",
            "--redis", way->tls, "--tls-ca", way->ca);
    cli_run(&way->cli, 3, "FAIL  tls          TLS: the server's certificate is not trusted", "", "doctor",
            "--redis", way->tls, "--tls-ca", stranger);
    cli_run(&way->cli, 3, "FAIL  tls          TLS: ", "", "doctor", "--redis", way->tls, "--tls-ca",
            "/nowhere");
    snprintf(url, sizeof url, "rediss://localhost:%d", way->cli.redis->port);
    cli_run(&way->cli, 3, "FAIL  tls", "", "doctor", "--redis", url, "--tls-ca", way->ca, "--connect-timeout",
            "1");
    cli_run(&way->cli, 3, "fix: write redis:// in place of rediss://", "", "doctor", "--redis", url,
            "--tls-ca", way->ca, "--connect-timeout", "1");
    snprintf(url, sizeof url, "redis://localhost:%d", way->cli.redis->tls_port);
    cli_run(&way->cli, 3, "fix: the server speaks TLS on this port: write rediss://", "", "doctor", "--redis",
            url, "--read-timeout", "1");
}

/* ---- a server of our own ---- */

/* Answers whatever it hears with the same words, to anyone. */
struct parrot {
    char url[160];
    const char *words;
    int fd;
    pthread_t thread;
};

static void *parrot_run(void *context)
{
    struct parrot *parrot = context;
    int fd;

    while ((fd = accept(parrot->fd, NULL, NULL)) >= 0) {
        char heard[1024];
        if (read(fd, heard, sizeof heard) > 0) {
            (void)!write(fd, parrot->words, strlen(parrot->words));
        }
        close(fd);
    }
    return NULL;
}

static void check_parrot(struct way *way, const char *words, int exit_code, const char *out)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct parrot parrot = {.words = words, .fd = socket(AF_UNIX, SOCK_STREAM, 0)};

    snprintf(address.sun_path, sizeof address.sun_path, "%s/parrot", way->cli.folder);
    snprintf(parrot.url, sizeof parrot.url, "unix://%s", address.sun_path);
    (void)unlink(address.sun_path);
    assert_int_equal(bind(parrot.fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(parrot.fd, 5), 0);
    assert_int_equal(pthread_create(&parrot.thread, NULL, parrot_run, &parrot), 0);
    cli_run(&way->cli, exit_code, out, "", "doctor", "--redis", parrot.url);
    shutdown(parrot.fd, SHUT_RDWR);
    pthread_join(parrot.thread, NULL);
    close(parrot.fd);
}

/* A server that is too old lets us in, and is then told its age; what is no Redis is no server. */
static void test_cli_doctor_way__strange_servers(void **state)
{
    check_parrot(*state, "*2\r\n$7\r\nversion\r\n$6\r\n6.0.16\r\n", 3,
                 "FAIL  version      Redis 6.0.16 is too old");
    check_parrot(*state, "-ERR unknown command `HELLO`\r\n", 3, "FAIL  auth         unix://");
    check_parrot(*state, "HTTP/1.1 400 Bad Request\r\n\r\n", 3, "FAIL  auth         unix://");
    check_parrot(*state, "-LOADING Redis is loading the dataset in memory\r\n", 3,
                 "the server is reading its data from disk");
}

/* ---- this machine ---- */

/* Without a server it says what `skep run` needs, and what it lacks. */
static void test_cli_doctor_way__no_server_named(void **state)
{
    struct way *way = *state;
    const char *const none[] = {"SKEP_REDIS", NULL};
    const char *const lost[] = {"SKEP_REDIS", "PATH=/nowhere", NULL};

    cli_expect(cli_start(&way->cli, &(struct test_process_options){.env = none}, "doctor", (char *)NULL), 0,
               "ok    private      no server is named: `skep run` and `skep sweep` bring ", "");
    cli_expect(cli_start(&way->cli, &(struct test_process_options){.env = lost}, "doctor", (char *)NULL), 1,
               "fix: install it", "");
}

/* Folders that are not there are missed, by their option. */
static void test_cli_doctor_way__folders(void **state)
{
    struct way *way = *state;

    cli_run(&way->cli, 0, "1 data folder can be read, 2 output folders written to", "", "doctor", "--data",
            "x=.", "--output", ".", "--output", "y=/tmp");
    cli_run(&way->cli, 1, "FAIL  roots        --data: ", "", "doctor", "--data", "eeg=nowhere");
    cli_run(&way->cli, 1, "FAIL  roots        --output: ", "", "doctor", "--output", "nowhere");
    cli_run(&way->cli, 1, "FAIL  disk         nowhere: no such folder", "", "doctor", "--output", "nowhere",
            "--all");
}

/* A process that may open few files is no worker. */
static void test_cli_doctor_way__limits(void **state)
{
    struct way *way = *state;
    const char *const env[] = {way->cli.env, NULL};
    const char *const few[] = {"/bin/sh", "-c", "ulimit -n 200; exec " CLI_PROGRAM " doctor", NULL};
    const char *const small[] = {"/bin/sh", "-c", "ulimit -f 2048; exec " CLI_PROGRAM " doctor", NULL};

    cli_expect(test_process_start(&(struct test_process_options){.args = few, .env = env}), 1,
               "FAIL  limits       at most 200 open files", "");
    cli_expect(test_process_start(&(struct test_process_options){.args = small, .env = env}), 0,
               "warn  limits       no file may be larger than 1.0 MiB", "");
}

/* Clocks that differ by an hour are a warning. The library that makes ours wrong is not built with
 * sanitizers. */
static void test_cli_doctor_way__a_wrong_clock(void **state)
{
    struct way *way = *state;
    const char *const env[] = {way->cli.env, "LD_PRELOAD=" SKEP_BUILD_DIR "/libskep-clock.so",
                               "CLOCK_SHIFT_S=3600", NULL};

    if (access(SKEP_BUILD_DIR "/libskep-clock.so", R_OK) == 0) {
        cli_expect(cli_start(&way->cli, &(struct test_process_options){.env = env}, "doctor", (char *)NULL),
                   0, "warn  clock        the server's clock is 1 h 0 min behind ours", "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cli_doctor_way__nobody_there),
        cmocka_unit_test(test_cli_doctor_way__a_silent_server),
        cmocka_unit_test(test_cli_doctor_way__tls),
        cmocka_unit_test(test_cli_doctor_way__strange_servers),
        cmocka_unit_test(test_cli_doctor_way__no_server_named),
        cmocka_unit_test(test_cli_doctor_way__folders),
        cmocka_unit_test(test_cli_doctor_way__limits),
        cmocka_unit_test(test_cli_doctor_way__a_wrong_clock),
    };

    return cmocka_run_group_tests(tests, way_setup, way_teardown);
}
