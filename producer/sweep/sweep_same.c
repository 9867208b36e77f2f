/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_same.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "task/json.h"

enum { SAME_WORDS_BYTES = 160 };

/* The keys of a spec that decide, and what people call them. */
static const struct same_key {
    const char *key, *words;
} same_keys[] = {
    {"kernel", "the kernel"}, {"args", "the arguments"}, {"over", "what varies"},
    {"seed", "--seed"},       {"order", "--order"},      {"take", "--take"},
    {"filter", "--filter"},   {"out", "--out"},          {"inputs", "an input array's size or date"},
};

static bool same_text(const struct skep_node *a, const struct skep_node *b, struct skep_buf *buf)
{
    size_t n;

    if (a == NULL || b == NULL) {
        return a == b;
    }
    skep_buf_reset(buf);
    skep_json_add_node(buf, a);
    n = buf->length;
    skep_json_add_node(buf, b);
    return !skep_buf_failed(buf) && buf->length == 2 * n && memcmp(buf->bytes, buf->bytes + n, n) == 0;
}

/* What differs, in words; "": nothing does. */
static void same_compare(const struct skep_node *here, const struct skep_node *there, char *words,
                         struct skep_buf *buf)
{
    size_t used = 0;

    words[0] = '\0';
    for (size_t i = 0; i < sizeof same_keys / sizeof same_keys[0] && used < SAME_WORDS_BYTES; i++) {
        const char *key = same_keys[i].key;
        if (!same_text(skep_node_get(here, key), skep_node_get(there, key), buf)) {
            int n = snprintf(words + used, SAME_WORDS_BYTES - used, "%s%s", used > 0 ? ", " : "",
                             same_keys[i].words);
            used += n > 0 ? (size_t)n : 0;
        }
    }
}

static skep_status same_parse(struct skep_sweep_setup *setup, const struct skep_sidecar_facts *facts,
                              struct skep_buf *buf, const struct skep_node **here_out,
                              const struct skep_node **there_out, struct skep_error *err)
{
    skep_status st;

    skep_sweep_write(buf, &setup->sweep);
    if (skep_buf_failed(buf)) {
        return skep_error_set(err, SKEP_E_NOMEM, "no memory for the record of the sweep");
    }
    st = skep_json_parse(buf->bytes, buf->length, NULL, &setup->arena, here_out, err);
    if (st == SKEP_OK) {
        st = skep_json_parse(facts->spec, facts->spec_n, NULL, &setup->arena, there_out, err);
    }
    return st == SKEP_E_BAD_RECORD ? SKEP_E_ARRAY_INVALID : st;
}

skep_status skep_sweep_is_same(struct skep_sweep_setup *setup, const struct skep_sidecar_facts *facts,
                               struct skep_error *err)
{
    const struct skep_node *here, *there;
    char words[SAME_WORDS_BYTES];
    struct skep_buf buf;
    skep_status st;

    skep_buf_init(&buf, 2 * SKEP_SWEEP_SPEC_BYTES);
    st = same_parse(setup, facts, &buf, &here, &there, err);
    if (st == SKEP_OK) {
        same_compare(here, there, words, &buf);
        if (words[0] != '\0') {
            st = skep_error_set(err, SKEP_E_CONFLICT,
                                "it is of another sweep: %s differs (--force begins anew)", words);
        }
    }
    if (st == SKEP_OK && facts->kernel_version != setup->kernel->version) {
        st =
            skep_error_set(err, SKEP_E_CONFLICT,
                           "it was begun with version %d of %s, this is version %d, which gives other values "
                           "(--force begins anew)",
                           facts->kernel_version, setup->kernel->name, setup->kernel->version);
    }
    skep_buf_release(&buf);
    return st;
}
