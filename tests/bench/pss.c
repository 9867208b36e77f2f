/* SPDX-License-Identifier: MIT */
/* Physical memory of 1 and of 4 slots that all read one array: pss [MIB], 1024 when not said. */
#include "support/test.h"
#include "integration/sharing.h"

#include <stdio.h>
#include <stdlib.h>

static double mib(int64_t bytes)
{
    return (double)bytes / (1 << 20);
}

int main(int argc, char **argv)
{
    static const int n_slots[] = {1, 4};
    int64_t array_bytes = (argc > 1 ? strtoll(argv[1], NULL, 10) : 1024) << 20;
    struct hive *hive;

    if (array_bytes <= 0) {
        fprintf(stderr, "usage: pss [MIB]\n");
        return 2;
    }
    hive = hive_open(NULL);
    printf("one array of %.0f MiB, read by every slot; PSS of all slots together, in MiB\n\n",
           mib(array_bytes));
    printf("slots     all   the array\n");
    for (size_t i = 0; i < sizeof n_slots / sizeof n_slots[0]; i++) {
        struct sharing sharing = sharing_measure(hive, n_slots[i], array_bytes);
        printf("%5d  %6.1f   %9.1f\n", n_slots[i], mib(sharing.all_bytes), mib(sharing.array_bytes));
    }
    hive_close(hive);
    return 0;
}
