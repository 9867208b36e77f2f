/* SPDX-License-Identifier: MIT */
/* The handler jumps out of the body. That is safe because of what kernels promise (kernel/kernel.h): they
 * hold no lock, own nothing but memory of the arena, and write nowhere else; and because bind.c keeps to the
 * same while it touches an array, and the cache is sound after it (npy/cache.h). The state is static because
 * signals have no other way to find it; what belongs to a call is per thread, so a fault in another thread is
 * not taken for one of the body's.
 *
 * It runs on a stack of its own: a stack that is full cannot hold it. */
#include "run/fault.h"

#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <ucontext.h>

#include "base/pages.h"

/* Room for the handler, and for that of a sanitizer if one takes over. */
enum { FAULT_STACK_BYTES = 256 * 1024 };

static const int fault_signals[] = {SIGSEGV, SIGBUS};
enum { N_FAULT_SIGNALS = sizeof fault_signals / sizeof fault_signals[0] };

static struct sigaction fault_before[N_FAULT_SIGNALS]; /* who handled them before us */
static uintptr_t fault_stack_end; /* the lowest address the stack may reach; 0: not known */
static struct skep_fault_record *fault_record;

static __thread sigjmp_buf fault_return;
static __thread const struct skep_fault_realm *fault_realm; /* not NULL while a body runs */
static __thread struct skep_fault fault_found;

/* ---- in the handler: async-signal-safe ---- */

/* What the instruction wanted: the bits of the page fault's error code, or 0 where that is not known. */
enum { FAULT_WANTED_WRITE = 2, FAULT_WANTED_CODE = 16 };
static unsigned fault_wanted(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (unsigned)context->uc_mcontext.gregs[REG_ERR] & (FAULT_WANTED_WRITE | FAULT_WANTED_CODE);
#else
    (void)context;
    return 0;
#endif
}

static bool fault_is_at_stack_end(uintptr_t address)
{
    return fault_stack_end != 0 && address < fault_stack_end + skep_page_bytes() &&
           address >= fault_stack_end - SKEP_GUARD_BYTES;
}

/* What is at the address, and thereby what happened. */
static void fault_look(const siginfo_t *info, const ucontext_t *context, struct skep_fault *fault)
{
    const struct skep_fault_realm *realm = fault_realm;
    const void *address = info->si_addr;
    unsigned wanted = fault_wanted(context);

    *fault = (struct skep_fault){
        .kind = SKEP_FAULT_OTHER, .address = address, .is_write = (wanted & FAULT_WANTED_WRITE) != 0};
    if ((wanted & FAULT_WANTED_CODE) != 0 || (info->si_signo == SIGBUS && info->si_code != BUS_ADRERR)) {
        return; /* a jump into nowhere; broken memory */
    }
    if (realm != NULL && skep_npy_cache_find_address(realm->cache, address, &fault->place)) {
        bool is_inside =
            fault->place.byte >= (int64_t)fault->place.from && fault->place.byte < (int64_t)fault->place.to;
        fault->kind = info->si_signo == SIGBUS ? SKEP_FAULT_GONE
                      : is_inside              ? SKEP_FAULT_WRITE
                                               : SKEP_FAULT_BESIDE;
    } else if (realm != NULL && skep_arena_find_guard(realm->arena, address, &fault->beyond)) {
        fault->kind = SKEP_FAULT_SCRATCH;
    } else if (fault_is_at_stack_end((uintptr_t)address)) {
        fault->kind = SKEP_FAULT_STACK;
    }
}

/* Last words. */
static void fault_write_record(int signal_number, const struct skep_fault *fault)
{
    struct skep_fault_record *record = fault_record;
    const char *path = fault->place.path != NULL ? fault->place.path : "";
    size_t n = 0;

    if (record == NULL) {
        return;
    }
    record->address = (uintptr_t)fault->address;
    record->byte_offset = fault->place.path != NULL ? fault->place.byte : -1;
    for (; path[n] != '\0' && n < sizeof record->path - 1; n++) {
        record->path[n] = path[n];
    }
    record->path[n] = '\0';
    atomic_store(&record->kind, (int)fault->kind);
    atomic_store(&record->signal, signal_number);
}

/* Not ours: die of it, as if nobody had looked. The instruction faults again when the handler returns; what
 * somebody sent has to be sent again. */
static void fault_hand_on(int signal_number, bool is_sent)
{
    for (int i = 0; i < N_FAULT_SIGNALS; i++) {
        if (fault_signals[i] == signal_number) {
            sigaction(signal_number, &fault_before[i], NULL);
        }
    }
    if (is_sent) {
        raise(signal_number);
    }
}

static void fault_handle(int signal_number, siginfo_t *info, void *context)
{
    const ucontext_t *interrupted = context;
    bool is_sent = info->si_code <= 0; /* by a process, not by an instruction: there is no address */
    struct skep_fault fault = {.kind = SKEP_FAULT_OTHER};

    if (!is_sent) {
        fault_look(info, interrupted, &fault);
    }
    if (fault.kind < SKEP_FAULT_STACK) {
        fault_found = fault;
        pthread_sigmask(SIG_SETMASK, &interrupted->uc_sigmask, NULL); /* as returning would do */
        siglongjmp(fault_return, 1);
    }
    fault_write_record(signal_number, &fault);
    fault_hand_on(signal_number, is_sent);
}

/* ---- setting up ---- */

/* The main thread's stack may grow down to its limit and is protected from there on. */
static void fault_find_stack_end(void)
{
    pthread_attr_t attributes;
    struct rlimit limit;
    void *end = NULL;
    size_t bytes = 0;

    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        pthread_getattr_np(pthread_self(), &attributes) != 0) {
        return;
    }
    if (pthread_attr_getstack(&attributes, &end, &bytes) == 0) {
        fault_stack_end = (uintptr_t)end;
    }
    pthread_attr_destroy(&attributes);
}

skep_status skep_fault_install(struct skep_error *err)
{
    struct sigaction action = {.sa_sigaction = fault_handle, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    stack_t stack = {.ss_sp = skep_pages_alloc(FAULT_STACK_BYTES), .ss_size = FAULT_STACK_BYTES};
    stack_t stack_before;

    if (stack.ss_sp == NULL) {
        return skep_error_errno(err, SKEP_E_NOMEM, "no memory for the handler of faults");
    }
    if (sigaltstack(&stack, &stack_before) != 0) {
        return skep_error_errno(err, SKEP_E_IO, "cannot give faults a stack of their own");
    }
    fault_find_stack_end();
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < N_FAULT_SIGNALS; i++) {
        struct sigaction before;
        if (sigaction(fault_signals[i], &action, &before) != 0) {
            return skep_error_errno(err, SKEP_E_IO, "cannot handle signal %d", fault_signals[i]);
        }
        if (before.sa_sigaction != fault_handle) {
            fault_before[i] = before;
        }
    }
    return SKEP_OK;
}

void skep_fault_keep(struct skep_fault_record *record)
{
    fault_record = record;
}

/* ---- calling ---- */

static const char *fault_verb(const struct skep_fault *fault)
{
#if defined(__x86_64__)
    return fault->is_write ? "wrote" : "read";
#else
    (void)fault;
    return "read or wrote";
#endif
}

static skep_status fault_refuse_beside(const struct skep_fault *fault, struct skep_error *err)
{
    const struct skep_npy_place *place = &fault->place;
    const char *verb = fault_verb(fault);

    if (place->byte < 0) {
        return skep_error_set(err, SKEP_E_KERNEL_FINAL,
                              "%.100s: the kernel %s %" PRId64 " bytes before the start of the file",
                              place->path, verb, -place->byte);
    }
    if (place->byte >= (int64_t)place->to && place->to < place->file_bytes) {
        return skep_error_set(err, SKEP_E_KERNEL_FINAL,
                              "%.100s: the kernel %s byte %" PRId64 ", beyond what its slice reaches",
                              place->path, verb, place->byte);
    }
    if (place->byte >= (int64_t)place->to) {
        return skep_error_set(err, SKEP_E_KERNEL_FINAL,
                              "%.100s: the kernel %s byte %" PRId64 ", beyond the end at %" PRIu64,
                              place->path, verb, place->byte, place->to);
    }
    return skep_error_set(err, SKEP_E_KERNEL_FINAL,
                          "%.100s: the kernel %s byte %" PRId64 ", before what its slice reaches",
                          place->path, verb, place->byte);
}

/* In words, when the call has been left. */
static skep_status fault_refuse(const struct skep_fault_realm *realm, const struct skep_fault *fault,
                                struct skep_error *err)
{
    const struct skep_npy_place *place = &fault->place;

    switch (fault->kind) {
    case SKEP_FAULT_GONE:
        if (skep_npy_cache_check(realm->cache, NULL) == SKEP_OK) {
            return skep_error_set(err, SKEP_E_IO, "%.100s: byte %" PRId64 " cannot be read from its disk",
                                  place->path, place->byte);
        }
        return skep_error_set(err, SKEP_E_INPUT_CHANGED,
                              "%.100s: was truncated while it was mapped: byte %" PRId64 " is gone",
                              place->path, place->byte);
    case SKEP_FAULT_WRITE:
        return skep_error_set(err, SKEP_E_KERNEL_FINAL,
                              "%.100s: the kernel wrote to byte %" PRId64
                              " of this input, which is read-only",
                              place->path, place->byte);
    case SKEP_FAULT_BESIDE:
        return fault_refuse_beside(fault, err);
    default:
        return skep_error_set(err, SKEP_E_KERNEL_FINAL,
                              "the kernel %s %" PRId64 " bytes %s its scratch memory", fault_verb(fault),
                              fault->beyond < 0 ? -fault->beyond : fault->beyond,
                              fault->beyond < 0 ? "before the start of" : "beyond the end of");
    }
}

skep_status skep_fault_call(const struct skep_fault_realm *realm, skep_fault_body body, void *context,
                            struct skep_fault *fault_out, struct skep_error *err)
{
    skep_status st;

    *fault_out = (struct skep_fault){0};
    if (sigsetjmp(fault_return, 0) != 0) {
        fault_realm = NULL;
        *fault_out = fault_found;
        skep_error_clear(err);
        return fault_refuse(realm, fault_out, err);
    }
    fault_realm = realm;
    st = body(context, err);
    fault_realm = NULL;
    return st;
}
