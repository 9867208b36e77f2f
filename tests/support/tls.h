/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_SUPPORT_TLS_H
#define SKEP_TESTS_SUPPORT_TLS_H

/* A folder of throw-away keys and certificates, made with the openssl command; free it with
 * test_remove_folder.
 *
 *   ca.crt ca.key            the authority
 *   server.crt server.key    for localhost, 127.0.0.1 and ::1, signed by it
 *   expired.crt expired.key  the same, expired long ago
 *   other.crt other.key      for elsewhere.example, signed by it
 *   client.crt client.key    a client's, signed by it
 *   secret.key               client.key behind a passphrase
 *   stranger.crt stranger.key  another authority, which signed none of these */
char *test_make_certificates(void);

#endif
