/* SPDX-License-Identifier: MIT */
/* OpenSSL's own socket BIO writes with write(2) and so raises SIGPIPE when the server is gone; the BIO below
 * uses send and recv on the same socket. */
#include "queue/tls.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/alloc.h"
#include "queue/line_error.h"

struct skep_tls {
    int fd;
    int last_errno; /* of send or recv */
    bool is_done;   /* the other end sent its last byte, or the line failed */
    bool has_cert;  /* we can show one */
    const char *host;
    SSL_CTX *context;
    BIO_METHOD *method;
    SSL *ssl;
};

static int tls_bio_write(BIO *bio, const char *bytes, int n)
{
    struct skep_tls *tls = BIO_get_data(bio);
    ssize_t sent;

    BIO_clear_retry_flags(bio);
    do {
        sent = send(tls->fd, bytes, (size_t)n, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        tls->last_errno = errno;
        if (errno == EAGAIN) {
            BIO_set_retry_write(bio);
        }
    }
    return (int)sent;
}

static int tls_bio_read(BIO *bio, char *bytes, int n)
{
    struct skep_tls *tls = BIO_get_data(bio);
    ssize_t got;

    BIO_clear_retry_flags(bio);
    do {
        got = recv(tls->fd, bytes, (size_t)n, 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        tls->last_errno = errno;
        if (errno == EAGAIN) {
            BIO_set_retry_read(bio);
        }
    }
    if (got == 0) {
        tls->is_done = true;
    }
    return (int)got;
}

static long tls_bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    const struct skep_tls *tls = BIO_get_data(bio);

    (void)number;
    (void)pointer;
    switch (command) {
    case BIO_CTRL_FLUSH:
        return 1;
    case BIO_CTRL_EOF:
        return tls->is_done;
    default:
        return 0;
    }
}

/* The type number tells BIOs in a chain apart, and this one is alone in its chain. */
static BIO_METHOD *tls_bio_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | 0x7f, "socket without SIGPIPE");

    if (method != NULL) {
        BIO_meth_set_write(method, tls_bio_write);
        BIO_meth_set_read(method, tls_bio_read);
        BIO_meth_set_ctrl(method, tls_bio_ctrl);
    }
    return method;
}

/* The reason of OpenSSL's first error, in its words, or in the system's (a file that is not there). */
static const char *tls_reason(void)
{
    unsigned long code = ERR_peek_error();
    const char *reason =
        ERR_SYSTEM_ERROR(code) ? strerror(ERR_GET_REASON(code)) : ERR_reason_error_string(code);

    return reason != NULL ? reason : "unknown reason";
}

static skep_status tls_bad_file(const char *what, const char *path, struct skep_error *err)
{
    return skep_error_set(err, SKEP_E_USAGE, "TLS: %s %s cannot be used: %s", what, path, tls_reason());
}

/* OpenSSL would ask for a passphrase on the terminal. */
static int tls_no_passphrase(char *text, int size, int is_writing, void *context)
{
    (void)text;
    (void)size;
    (void)is_writing;
    (void)context;
    return -1;
}

static skep_status tls_load_trust(SSL_CTX *context, const struct skep_tls_options *options,
                                  struct skep_error *err)
{
    struct stat info;

    if (options->ca_file == NULL && options->ca_dir == NULL) {
        SSL_CTX_set_default_verify_paths(context);
        return SKEP_OK;
    }
    if (options->ca_file != NULL && SSL_CTX_load_verify_file(context, options->ca_file) != 1) {
        return tls_bad_file("CA file", options->ca_file, err);
    }
    if (options->ca_dir == NULL) {
        return SKEP_OK;
    }
    /* OpenSSL looks into the folder only when it wants a certificate, and says nothing if there is none. */
    if (stat(options->ca_dir, &info) != 0 || SSL_CTX_load_verify_dir(context, options->ca_dir) != 1) {
        return skep_error_errno(err, SKEP_E_USAGE, "TLS: CA folder %s cannot be used", options->ca_dir);
    }
    return SKEP_OK;
}

static skep_status tls_load_cert(SSL_CTX *context, const struct skep_tls_options *options,
                                 struct skep_error *err)
{
    const char *key_file = options->key_file != NULL ? options->key_file : options->cert_file;

    if (options->cert_file == NULL) {
        return options->key_file == NULL
                   ? SKEP_OK
                   : skep_error_set(err, SKEP_E_USAGE, "TLS: a key file without a certificate file");
    }
    SSL_CTX_set_default_passwd_cb(context, tls_no_passphrase);
    if (SSL_CTX_use_certificate_chain_file(context, options->cert_file) != 1) {
        return tls_bad_file("certificate file", options->cert_file, err);
    }
    if (SSL_CTX_use_PrivateKey_file(context, key_file, SSL_FILETYPE_PEM) != 1) {
        return options->key_file != NULL
                   ? tls_bad_file("key file", key_file, err)
                   : skep_error_set(err, SKEP_E_USAGE,
                                    "TLS: no key file is given, and %s cannot be used as one: %s", key_file,
                                    tls_reason());
    }
    return SKEP_OK; /* SSL_CTX_use_PrivateKey_file has compared the two */
}

/* The certificate must be for this host; an address is looked up among its addresses, not its names. */
static bool tls_expect_host(SSL *ssl, const char *host)
{
    unsigned char address[sizeof(struct in6_addr)];

    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1) {
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
    }
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

static bool tls_attach(struct skep_tls *tls, const char *host)
{
    BIO *bio;

    tls->method = tls_bio_method();
    tls->ssl = SSL_new(tls->context);
    if (tls->method == NULL || tls->ssl == NULL || !tls_expect_host(tls->ssl, host)) {
        return false;
    }
    bio = BIO_new(tls->method);
    if (bio == NULL) {
        return false;
    }
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio); /* one BIO for both: one reference, which is SSL's now */
    SSL_set_connect_state(tls->ssl);
    return true;
}

skep_status skep_tls_new(int fd, const char *host, const struct skep_tls_options *options,
                         struct skep_tls **tls_out, struct skep_error *err)
{
    struct skep_tls *tls = skep_calloc(1, sizeof *tls);
    skep_status st = SKEP_E_NOMEM;

    *tls_out = NULL;
    ERR_clear_error();
    if (tls == NULL) {
        goto done;
    }
    tls->fd = fd;
    tls->host = host;
    tls->has_cert = options->cert_file != NULL;
    tls->context = SSL_CTX_new(TLS_client_method());
    if (tls->context == NULL) {
        goto done;
    }
    SSL_CTX_set_min_proto_version(tls->context, TLS1_2_VERSION);
    SSL_CTX_set_verify(tls->context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(tls->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    /* A reply says how long it is, so that a line cut in the middle of one is noticed without close_notify.
     */
    SSL_CTX_set_options(tls->context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    st = tls_load_trust(tls->context, options, err);
    if (st == SKEP_OK) {
        st = tls_load_cert(tls->context, options, err);
    }
    if (st == SKEP_OK && !tls_attach(tls, host)) {
        st = SKEP_E_NOMEM;
    }
done:
    if (st != SKEP_OK) {
        skep_tls_free(tls);
        tls = NULL;
    }
    *tls_out = tls;
    return st == SKEP_E_NOMEM ? skep_error_set(err, st, "no memory for TLS") : st;
}

void skep_tls_free(struct skep_tls *tls)
{
    if (tls == NULL) {
        return;
    }
    if (tls->ssl != NULL && SSL_is_init_finished(tls->ssl) && !tls->is_done) {
        SSL_shutdown(tls->ssl); /* once, without waiting for the answer */
    }
    SSL_free(tls->ssl);
    BIO_meth_free(tls->method);
    SSL_CTX_free(tls->context);
    ERR_clear_error();
    skep_free(tls);
}

static skep_status tls_distrust(const struct skep_tls *tls, long verdict, struct skep_error *err)
{
    switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return skep_error_set(err, SKEP_E_REFUSED, "TLS: the server's certificate is not for %s", tls->host);
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return skep_error_set(err, SKEP_E_REFUSED, "TLS: the server's certificate has expired");
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return skep_error_set(
            err, SKEP_E_REFUSED,
            "TLS: the server's certificate is not valid yet (is this machine's clock right?)");
    default:
        return skep_error_set(err, SKEP_E_REFUSED,
                              "TLS: the server's certificate is not trusted: %s (give the file of its CA)",
                              X509_verify_cert_error_string(verdict));
    }
}

/* What OpenSSL's error queue holds after a failure that is not the certificate's. */
static skep_status tls_protocol_failed(const struct skep_tls *tls, struct skep_error *err)
{
    switch (ERR_GET_REASON(ERR_peek_error())) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
        return skep_error_set(err, SKEP_E_REFUSED, "TLS: the server wants a certificate from us");
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE: /* how TLS 1.2 says it, among other things */
        return skep_error_set(err, SKEP_E_REFUSED, "TLS: the server ended the handshake%s",
                              tls->has_cert ? "" : " (perhaps it wants a certificate from us)");
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
        return skep_error_set(err, SKEP_E_REFUSED, "TLS: the server does not accept our certificate: %s",
                              tls_reason());
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
        return skep_error_set(err, SKEP_E_UNREACHABLE,
                              "the server does not speak TLS on this port (redis://)");
    default:
        return skep_error_set(err, SKEP_E_UNREACHABLE, "TLS: %s", tls_reason());
    }
}

/* Why an operation that returned RESULT did not do all. */
static skep_status tls_explain(struct skep_tls *tls, int result, short *events_out, struct skep_error *err)
{
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        *events_out = POLLIN;
        return SKEP_EMPTY;
    case SSL_ERROR_WANT_WRITE:
        *events_out = POLLOUT;
        return SKEP_EMPTY;
    case SSL_ERROR_ZERO_RETURN:
        tls->is_done = true;
        return skep_line_error_set(err, SKEP_LINE_CLOSED, NULL);
    case SSL_ERROR_SYSCALL:
        errno = tls->last_errno;
        if (tls->is_done || errno == 0 || errno == EAGAIN) {
            tls->is_done = true;
            return skep_line_error_set(err, SKEP_LINE_CLOSED, NULL);
        }
        tls->is_done = true;
        return skep_line_error_errno(err, SKEP_LINE_BROKEN);
    default:
        tls->is_done = true; /* OpenSSL forbids SSL_shutdown after this */
        if (SSL_get_verify_result(tls->ssl) != X509_V_OK) {
            return tls_distrust(tls, SSL_get_verify_result(tls->ssl), err);
        }
        return tls_protocol_failed(tls, err);
    }
}

skep_status skep_tls_handshake(struct skep_tls *tls, short *events_out, struct skep_error *err)
{
    int result;

    ERR_clear_error();
    result = SSL_do_handshake(tls->ssl);
    return result == 1 ? SKEP_OK : tls_explain(tls, result, events_out, err);
}

skep_status skep_tls_read(struct skep_tls *tls, void *bytes, size_t size, size_t *n_out, short *events_out,
                          struct skep_error *err)
{
    int result;

    ERR_clear_error();
    result = SSL_read_ex(tls->ssl, bytes, size, n_out);
    return result == 1 ? SKEP_OK : tls_explain(tls, result, events_out, err);
}

skep_status skep_tls_write(struct skep_tls *tls, const void *bytes, size_t n, size_t *n_out,
                           short *events_out, struct skep_error *err)
{
    int result;

    assert(n > 0);
    ERR_clear_error();
    result = SSL_write_ex(tls->ssl, bytes, n, n_out);
    return result == 1 ? SKEP_OK : tls_explain(tls, result, events_out, err);
}
