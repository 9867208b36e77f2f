/* SPDX-License-Identifier: MIT */
/* Who trusts whom: a real server with the certificates of support/tls.h. */
#include "support/test.h"
#include "support/files.h"
#include "support/redis.h"
#include "support/tls.h"
#include "ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *certificates;

static int make_certificates(void **state)
{
    (void)state;
    certificates = test_make_certificates();
    return 0;
}

static int remove_certificates(void **state)
{
    (void)state;
    test_remove_folder(certificates);
    return 0;
}

/* A server with the certificate NAME, and further lines. */
static struct test_redis *start(const char *name, const char *config)
{
    char lines[1024];

    snprintf(lines, sizeof lines, "tls-cert-file %s/%s.crt\ntls-key-file %s/%s.key\n%s", certificates, name,
             certificates, name, config);
    return test_redis_start(
        &(struct test_redis_options){.tls_folder = certificates, .with_tcp = true, .config = lines});
}

/* Files of the folder, or NULL. */
struct trust {
    const char *ca, *cert, *key;
};

static skep_status try_connect(const char *url, struct trust trust, struct skep_error *err)
{
    char *ca = trust.ca != NULL ? test_path(certificates, trust.ca) : NULL;
    char *cert = trust.cert != NULL ? test_path(certificates, trust.cert) : NULL;
    char *key = trust.key != NULL ? test_path(certificates, trust.key) : NULL;
    struct skep_conn *conn = make_conn(url, (struct skep_conn_options){.ca_file = ca,
                                                                       .cert_file = cert,
                                                                       .key_file = key,
                                                                       .connect_timeout_ms = 1000,
                                                                       .read_timeout_ms = 1000});
    skep_status st = skep_conn_connect(conn, err);

    if (st == SKEP_OK) {
        assert_true(skep_reply_is(ask(conn, "PING"), "PONG"));
    } else {
        assert_false(skep_conn_is_open(conn));
    }
    skep_conn_free(conn);
    free(ca);
    free(cert);
    free(key);
    return st;
}

static void check(const char *url, struct trust trust, skep_status status, const char *words)
{
    struct skep_error err = {0};

    check_failure(try_connect(url, trust, &err), status, &err, words);
}

static const char *url_of(const char *scheme, const char *host, int port)
{
    static char url[128];

    snprintf(url, sizeof url, "%s://%s:%d", scheme, host, port);
    return url;
}

/* The right authority is trusted, for the server's name and for its address. */
static void test_conn_tls__trusts_the_right_server(void **state)
{
    struct test_redis *redis = start("server", "");
    struct trust ours = {.ca = "ca.crt"};

    (void)state;
    check(url_of("rediss", "localhost", redis->tls_port), ours, SKEP_OK, "");
    check(url_of("rediss", "127.0.0.1", redis->tls_port), ours, SKEP_OK, "");
    test_redis_stop(redis);
}

/* Neither the system's authorities nor a stranger's signed this server. */
static void test_conn_tls__refuses_a_wrong_authority(void **state)
{
    struct test_redis *redis = start("server", "");
    const char *url = url_of("rediss", "localhost", redis->tls_port);

    (void)state;
    check(url, (struct trust){0}, SKEP_E_REFUSED, "not trusted");
    check(url, (struct trust){.ca = "stranger.crt"}, SKEP_E_REFUSED, "not trusted");
    test_redis_stop(redis);
}

static void test_conn_tls__refuses_an_expired_certificate(void **state)
{
    struct test_redis *redis = start("expired", "");

    (void)state;
    check(url_of("rediss", "localhost", redis->tls_port), (struct trust){.ca = "ca.crt"}, SKEP_E_REFUSED,
          "expired");
    test_redis_stop(redis);
}

/* A good certificate for another host, whether a name or an address was asked for. */
static void test_conn_tls__refuses_another_host(void **state)
{
    struct test_redis *redis = start("other", "");
    struct trust ours = {.ca = "ca.crt"};

    (void)state;
    check(url_of("rediss", "localhost", redis->tls_port), ours, SKEP_E_REFUSED, "not for localhost");
    check(url_of("rediss", "127.0.0.1", redis->tls_port), ours, SKEP_E_REFUSED, "not for 127.0.0.1");
    test_redis_stop(redis);
}

/* A server that wants to know us: in TLS 1.3 it says so after the handshake, in 1.2 during it. */
static void test_conn_tls__shows_our_certificate(void **state)
{
    static const char *const protocols[] = {"TLSv1.3", "TLSv1.2"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char lines[256];
        struct test_redis *redis;
        const char *url;
        snprintf(lines, sizeof lines, "tls-auth-clients yes\ntls-protocols %s", protocols[i]);
        redis = start("server", lines);
        url = url_of("rediss", "localhost", redis->tls_port);
        check(url, (struct trust){"ca.crt", "client.crt", "client.key"}, SKEP_OK, "");
        check(url, (struct trust){.ca = "ca.crt"}, SKEP_E_REFUSED, "wants a certificate from us");
        check(url, (struct trust){"ca.crt", "stranger.crt", "stranger.key"}, SKEP_E_REFUSED,
              "does not accept our certificate");
        test_redis_stop(redis);
    }
}

/* Files that are not there or not what they should be: a mistake in the settings, named with the file. */
static void test_conn_tls__names_a_bad_file(void **state)
{
    struct test_redis *redis = start("server", "");
    const char *url = url_of("rediss", "localhost", redis->tls_port);
    struct skep_conn *conn = make_conn(url, (struct skep_conn_options){.ca_dir = "/no/such/folder"});
    struct skep_error err = {0};

    (void)state;
    check(url, (struct trust){.ca = "missing.crt"}, SKEP_E_USAGE, "missing.crt");
    check(url, (struct trust){.ca = "ca.conf"}, SKEP_E_USAGE, "ca.conf");
    check(url, (struct trust){"ca.crt", "missing.crt", "client.key"}, SKEP_E_USAGE,
          "missing.crt cannot be used: No such file");
    check(url, (struct trust){"ca.crt", "client.crt", "missing.key"}, SKEP_E_USAGE, "missing.key");
    check(url, (struct trust){"ca.crt", "client.crt", "server.key"}, SKEP_E_USAGE, "server.key");
    check(url, (struct trust){"ca.crt", "client.crt", "secret.key"}, SKEP_E_USAGE, "secret.key");
    check(url, (struct trust){"ca.crt", "client.crt", NULL}, SKEP_E_USAGE, "no key file is given");
    check(url, (struct trust){"ca.crt", NULL, "client.key"}, SKEP_E_USAGE, "without a certificate");
    check_failure(skep_conn_connect(conn, &err), SKEP_E_USAGE, &err, "/no/such/folder");
    skep_conn_free(conn);
    test_redis_stop(redis);
}

/* TLS to a port without it, and no TLS to a port with it. */
static void test_conn_tls__tells_the_wrong_port(void **state)
{
    struct test_redis *redis = start("server", "");
    struct trust ours = {.ca = "ca.crt"};
    skep_status st;
    struct skep_error err = {0};

    (void)state;
    /* Redis waits for the end of the line that the handshake looks like to it. */
    st = try_connect(url_of("rediss", "localhost", redis->port), ours, &err);
    assert_int_equal(st, SKEP_E_UNREACHABLE);
    assert_non_null(strstr(err.text, "speak TLS on this port"));
    st = try_connect(url_of("redis", "localhost", redis->tls_port), ours, NULL);
    assert_true(st == SKEP_E_UNREACHABLE || st == SKEP_E_PROTOCOL);
    test_redis_stop(redis);
}

/* A server that vanishes is noticed by a status, not by SIGPIPE. */
static void test_conn_tls__a_lost_server_raises_no_signal(void **state)
{
    struct test_redis *redis = start("server", "");
    char *ca = test_path(certificates, "ca.crt");
    struct skep_conn *conn =
        open_conn(url_of("rediss", "localhost", redis->tls_port), (struct skep_conn_options){.ca_file = ca});
    skep_status st = SKEP_OK;

    (void)state;
    test_redis_kill(redis);
    for (int i = 0; i < 100 && st == SKEP_OK; i++) {
        build(conn, "PING");
        st = skep_conn_flush(conn, NULL);
    }
    assert_int_equal(st, SKEP_E_UNREACHABLE);
    skep_conn_free(conn);
    free(ca);
    test_redis_stop(redis);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conn_tls__trusts_the_right_server),
        cmocka_unit_test(test_conn_tls__refuses_a_wrong_authority),
        cmocka_unit_test(test_conn_tls__refuses_an_expired_certificate),
        cmocka_unit_test(test_conn_tls__refuses_another_host),
        cmocka_unit_test(test_conn_tls__shows_our_certificate),
        cmocka_unit_test(test_conn_tls__names_a_bad_file),
        cmocka_unit_test(test_conn_tls__tells_the_wrong_port),
        cmocka_unit_test(test_conn_tls__a_lost_server_raises_no_signal),
    };

    return cmocka_run_group_tests(tests, make_certificates, remove_certificates);
}
