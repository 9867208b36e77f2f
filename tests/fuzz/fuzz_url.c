/* SPDX-License-Identifier: MIT */
/* A text is refused, or it is a URL that is printed without its password and read again as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "queue/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int condition)
{
    if (!condition) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct skep_url url, again;
    struct skep_error err = {0};
    char text[4096];

    if (size >= sizeof text) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    if (skep_url_parse(text, &url, &err) != SKEP_OK) {
        need(err.status == SKEP_E_USAGE && err.text[0] != '\0');
        return 0;
    }
    skep_url_format(&url, text, sizeof text);
    need(strlen(text) < SKEP_URL_TEXT_BYTES);
    need(skep_url_parse(text, &again, NULL) == SKEP_OK);
    memset(url.password, 0, sizeof url.password);
    need(memcmp(&url, &again, sizeof url) == 0);
    return 0;
}
