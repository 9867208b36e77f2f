/* SPDX-License-Identifier: MIT */
/* What is handed on, out of any bytes: what is known to be secret is in none of it, nothing is made up, and
 * what comes out holds nothing more that would be left out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producer/ask/secrets.h"
#include "producer/ask/task_search.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth)
{
    if (!truth) {
        abort();
    }
}

static const char known[] = "hunter2";

static void check_secrets(const char *bytes, size_t n)
{
    struct skep_secrets secrets = {0};
    struct skep_buf buf;

    demand(skep_secrets_know(&secrets, known, sizeof known - 1, NULL) == SKEP_OK);
    skep_buf_init(&buf, 64 << 20);
    skep_secrets_add(&secrets, &buf, bytes, n);
    demand(!skep_buf_failed(&buf));
    demand(buf.length <= n + secrets.n_removed * sizeof SKEP_SECRETS_REMOVED);
    demand(buf.length == 0 || memmem(buf.bytes, buf.length, known, sizeof known - 1) == NULL);
    demand(secrets.n_removed > 0 || (buf.length == n && (n == 0 || memcmp(buf.bytes, bytes, n) == 0)));
    skep_buf_release(&buf);
    skep_secrets_release(&secrets);
}

/* An element of a list, looked at for a name: what is found points into it. */
static void check_match(const char *bytes, size_t n)
{
    const struct skep_bytes element = {bytes, n};
    struct skep_task_wanted wanted;
    struct skep_arena arena;

    skep_task_wanted_read(&wanted, "job:5");
    skep_arena_init(&arena, 64 << 20);
    for (int place = 0; place < SKEP_TASK_PLACES; place++) {
        struct skep_task_hit hit = {0};
        if (skep_task_matches(&wanted, (enum skep_task_place)place, &element, &arena, &hit)) {
            demand(hit.bytes.bytes == bytes && hit.bytes.n == n);
            demand(hit.body.bytes + hit.body.n == bytes + n && hit.body.n <= n);
        }
    }
    skep_arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_secrets((const char *)data, size);
    check_match((const char *)data, size);
    return 0;
}
