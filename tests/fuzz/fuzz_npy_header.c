/* SPDX-License-Identifier: MIT */
/* The start of a .npy file, whatever it is, is refused or understood; what is understood fits into the file.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "npy/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int condition)
{
    if (!condition) {
        abort();
    }
}

/* The same array, with the header that skep writes, is the same array. */
static void check_round_trip(const struct skep_npy_header *header)
{
    unsigned char bytes[SKEP_NPY_HEADER_MAX];
    size_t n = skep_npy_header_write(header->dtype, header->ndim, header->shape, bytes, sizeof bytes);
    struct skep_npy_header again;

    need(n > 0 && n % 64 == 0);
    need(skep_npy_header_parse(bytes, n, n + header->data_bytes, &again, NULL) == SKEP_OK);
    need(again.dtype == header->dtype && again.ndim == header->ndim &&
         again.data_bytes == header->data_bytes);
    need(memcmp(again.shape, header->shape, sizeof again.shape) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct skep_npy_header header;
    struct skep_error err = {0};
    skep_status st = skep_npy_header_parse(data, size, size, &header, &err);
    struct skep_view view;

    if (st != SKEP_OK) {
        need(st == SKEP_E_ARRAY_INVALID && err.text[0] != '\0');
        return 0;
    }
    need(header.data_offset <= size && header.data_bytes <= size - header.data_offset);
    skep_npy_header_view(&header, NULL, &view);
    need((size_t)skep_view_count(&view) * skep_dtype_size(view.dtype) == header.data_bytes);
    check_round_trip(&header);
    return 0;
}
