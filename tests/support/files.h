/* SPDX-License-Identifier: MIT */
#ifndef SKEP_TESTS_SUPPORT_FILES_H
#define SKEP_TESTS_SUPPORT_FILES_H

#include <stddef.h>

/* Folders and files that a test makes and removes. All abort on failure: a test cannot go on without them. */
char *test_make_folder(void);          /* a new empty folder; the caller gives it to test_remove_folder */
void test_remove_folder(char *folder); /* with all that is in it; frees the name */
void test_write_file(const char *folder, const char *name, const void *bytes, size_t n);
char *test_read_file(const char *folder, const char *name, size_t *n_out); /* NUL behind it; free() it */
char *test_path(const char *folder, const char *name);                     /* free() it */

#endif
