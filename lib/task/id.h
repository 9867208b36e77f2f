/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TASK_ID_H
#define SKEP_TASK_ID_H

/* Make up an id, unique everywhere and in order of time: 26 characters in the layout of a ULID, 48 bits of
 * milliseconds and 80 bits that begin at chance and count up, in Crockford's base 32. Within a process later
 * ids sort behind earlier ones of the same millisecond. No system call but the clock. TEXT has room for
 * SKEP_ID_BYTES. Safe from any thread and on both sides of a fork. */
enum { SKEP_ID_BYTES = 27 };
void skep_task_make_id(char *text);

#endif
