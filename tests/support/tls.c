/* SPDX-License-Identifier: MIT */
#include "support/tls.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/files.h"

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
    char *command;
    va_list args;

    va_start(args, format);
    if (vasprintf(&command, format, args) < 0) {
        abort();
    }
    va_end(args);
    if (system(command) != 0) {
        fprintf(stderr, "failed: %s\n", command);
        abort();
    }
    free(command);
}

static void make_authority(const char *folder, const char *name)
{
    run("cd %s && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
        "'/CN=%s' "
        "-keyout %s.key -out %s.crt 2>openssl.log",
        folder, name, name, name);
}

/* A certificate NAME for NAMES that ca.crt signs. WHEN: openssl's words for how long it lasts. */
static void make_certificate(const char *folder, const char *name, const char *names, const char *when)
{
    run("cd %s && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=%s' -keyout "
        "%s.key "
        "-out %s.csr 2>openssl.log",
        folder, name, name, name);
    run("cd %s && printf 'subjectAltName=%s\\n' > %s.ext", folder, names, name);
    run("cd %s && openssl ca -batch -config ca.conf -in %s.csr -out %s.crt -extfile %s.ext %s 2>openssl.log",
        folder, name, name, name, when);
}

char *test_make_certificates(void)
{
    static const char config[] =
        "[ca]\ndefault_ca=ours\n[ours]\ndatabase=index.txt\nrand_serial=yes\n"
        "new_certs_dir=.\ncertificate=ca.crt\nprivate_key=ca.key\ndefault_md=sha256\n"
        "policy=any\nunique_subject=no\n[any]\ncommonName=supplied\n";
    char *folder = test_make_folder();

    test_write_file(folder, "ca.conf", config, sizeof config - 1);
    test_write_file(folder, "index.txt", "", 0);
    make_authority(folder, "ca");
    make_authority(folder, "stranger");
    make_certificate(folder, "server", "DNS:localhost,IP:127.0.0.1,IP:::1", "-days 2");
    make_certificate(folder, "expired", "DNS:localhost,IP:127.0.0.1,IP:::1",
                     "-startdate 20010101000000Z -enddate 20020101000000Z");
    make_certificate(folder, "other", "DNS:elsewhere.example", "-days 2");
    make_certificate(folder, "client", "DNS:client.example", "-days 2");
    run("cd %s && openssl ec -aes128 -passout pass:secret -in client.key -out secret.key 2>openssl.log",
        folder);
    return folder;
}
