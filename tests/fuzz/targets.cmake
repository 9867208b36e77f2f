# SPDX-License-Identifier: MIT
# One line a target: skep_fuzz(NAME LINKS MODULE...); the source is fuzz_NAME.c, the corpus lies in corpus/NAME.
skep_fuzz(npy_header LINKS skep_npy)
skep_fuzz(npy_ref LINKS skep_npy)
skep_fuzz(reply LINKS skep_queue)
skep_fuzz(url LINKS skep_queue)
skep_fuzz(verbs LINKS skep_queue)
skep_fuzz(record LINKS skep_task)
skep_fuzz(header LINKS skep_task)
skep_fuzz(glance LINKS skep_producer)
skep_fuzz(sweep_spec LINKS skep_sweep)
skep_fuzz(sweep_plan LINKS skep_run)
skep_fuzz(letter LINKS skep_producer)
skep_fuzz(expr LINKS skep_kernel)
skep_fuzz(ack LINKS skep_sweep)
skep_fuzz(sidecar LINKS skep_sweep)
skep_fuzz(out LINKS skep_sweep)
skep_fuzz(info LINKS skep_monitor)
skep_fuzz(canary) # must crash under a fuzzer that sees; ops/test looks for it
