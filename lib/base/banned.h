/* SPDX-License-Identifier: MIT */
/* Functions that are too easy to misuse do not compile here; the build includes this file before every
 * source. The heap's door is base/alloc.h; ops/check-style looks for those who go round it. */
#ifndef SKEP_BASE_BANNED_H
#define SKEP_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#pragma GCC poison strcpy strcat sprintf vsprintf strtok atoi atof gets strncpy strncat

#endif
