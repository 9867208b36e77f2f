/* SPDX-License-Identifier: MIT */
/* What a server says of itself in INFO: any bytes. Texts end, and what is not there stays as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "queue/server_facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct skep_server_facts facts = {.has_aof = SKEP_SERVER_UNKNOWN, .n_clients = -7};
    char *text = malloc(size + 1); /* replies have a NUL behind them */

    if (text == NULL) {
        abort();
    }
    memcpy(text, data, size);
    text[size] = '\0';
    skep_server_facts_take_info(text, size, &facts);
    if (memchr(facts.eviction, '\0', sizeof facts.eviction) == NULL ||
        (facts.has_aof != SKEP_SERVER_UNKNOWN && strstr(text, "aof_enabled:") == NULL &&
         memchr(text, '\0', size) == NULL) ||
        (facts.n_clients != -7 && memmem(text, size, "connected_clients:", 18) == NULL) ||
        facts.version < 0 || facts.fsync[0] != '\0') {
        abort();
    }
    free(text);
    return 0;
}
