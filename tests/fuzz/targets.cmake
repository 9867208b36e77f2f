# SPDX-License-Identifier: MIT
# One line a target: skep_fuzz(NAME LINKS MODULE...); the source is fuzz_NAME.c, the corpus lies in corpus/NAME.
