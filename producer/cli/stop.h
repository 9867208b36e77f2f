/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_STOP_H
#define SKEP_PRODUCER_STOP_H

#include <stdatomic.h>
#include <stdbool.h>

/* SIGINT, SIGTERM and SIGHUP ask the program to finish in good order; a second one ends it at once. SIGPIPE
 * and SIGXFSZ are ignored, so that a failed write says so. */
void skep_stop_install(void);
bool skep_stop_is_asked(void);
int skep_stop_signal(void);              /* which one it was; 0: none */
int skep_stop_fd(void);                  /* readable once it was asked; for poll */
const atomic_uint *skep_stop_word(void); /* not 0 once it was asked; for kernels */

#endif
