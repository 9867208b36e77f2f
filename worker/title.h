/* SPDX-License-Identifier: MIT */
#ifndef SKEP_WORKER_TITLE_H
#define SKEP_WORKER_TITLE_H

/* What ps shows for this process. The space is that of the original command line and environment, so the
 * title is also what hides them. Cheap enough to set for every task: one copy into memory. */

/* Take the space over; to be called once, before threads, with main's own arguments. The environment is moved
 * away. */
void skep_title_init(int argc, char **argv);
void skep_title_set(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
