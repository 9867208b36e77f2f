/* SPDX-License-Identifier: MIT */
/* The handler jumps out of the body. That is safe because of what kernels promise (kernel/kernel.h): they
 * hold no lock, own nothing but memory of the arena, and write nowhere else; and because bind.c keeps to the
 * same while it touches an array, and the cache is sound after it (npy/cache.h). The state is static because
 * signals have no other way to find it; it is per thread, so a fault in another thread is not taken for one
 * of the body's. */
#include "run/fault.h"

#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <ucontext.h>

static __thread sigjmp_buf fault_return;
static __thread const struct skep_npy_cache *fault_cache; /* not NULL while a body runs */
static __thread const char *fault_path;
static __thread uint64_t fault_offset;

static void fault_handle(int signal_number, siginfo_t *info, void *context)
{
    const ucontext_t *interrupted = context;

    if (fault_cache != NULL) {
        fault_path = skep_npy_cache_find_address(fault_cache, info->si_addr, &fault_offset);
        if (fault_path != NULL) {
            pthread_sigmask(SIG_SETMASK, &interrupted->uc_sigmask, NULL); /* as returning would do */
            siglongjmp(fault_return, 1);
        }
    }
    /* Not ours: die of it, as if nobody had looked. The instruction faults again when the handler returns. */
    signal(signal_number, SIG_DFL);
}

skep_status skep_fault_install(struct skep_error *err)
{
    struct sigaction action = {.sa_sigaction = fault_handle, .sa_flags = SA_SIGINFO};

    sigemptyset(&action.sa_mask);
    if (sigaction(SIGBUS, &action, NULL) != 0) {
        return skep_error_errno(err, SKEP_E_IO, "cannot handle SIGBUS");
    }
    return SKEP_OK;
}

skep_status skep_fault_call(const struct skep_npy_cache *cache, skep_fault_body body, void *context,
                            struct skep_error *err)
{
    skep_status st;

    if (sigsetjmp(fault_return, 0) != 0) {
        fault_cache = NULL;
        skep_error_clear(err);
        return skep_error_set(err, SKEP_E_INPUT_CHANGED,
                              "%s was truncated while it was mapped: byte %" PRIu64 " is gone", fault_path,
                              fault_offset);
    }
    fault_cache = cache;
    st = body(context, err);
    fault_cache = NULL;
    return st;
}
