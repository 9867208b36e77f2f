/* SPDX-License-Identifier: MIT */
/* The one target that must crash: it shows that a fuzzer follows comparisons and that a crash is seen. A
 * fuzzer that is blind would need some 2^48 tries to come upon the word. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size >= 6 && memcmp(data, "canary", 6) == 0) {
        abort();
    }
    return 0;
}
