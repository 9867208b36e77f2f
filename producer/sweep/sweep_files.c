/* SPDX-License-Identifier: MIT */
#include "producer/sweep/sweep_files.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "producer/sweep/sweep_same.h"
#include "producer/cli/words.h"
#include "sweep/array.h"
#include "sweep/here.h"
#include "sweep/sidecar.h"

enum { FILES_PATH_BYTES = PATH_MAX + 8 };

/* ---- what is there ---- */

static bool files_is_there(const struct skep_sweep_setup *setup, const char *path, const char *suffix)
{
    char name[FILES_PATH_BYTES];
    struct stat info;
    int n = snprintf(name, sizeof name, "%s%s", path, suffix);

    return n < (int)sizeof name && skep_roots_stat(setup->outputs, name, (size_t)n, &info);
}

static skep_status files_refuse(const char *path, bool is_array, struct skep_error *err)
{
    if (is_array) {
        return skep_error_set(
            err, SKEP_E_CONFLICT,
            "%.128s is there already: --resume computes what is missing in it, --force replaces "
            "it",
            path);
    }
    return skep_error_set(
        err, SKEP_E_CONFLICT,
        "%.128s.skep is there, but not its array: has that been deleted or moved? --force begins "
        "anew",
        path);
}

/* How many of the arrays are there. */
static skep_status files_count(const struct skep_sweep_setup *setup, int *n_there_out, struct skep_error *err)
{
    const struct skep_sweep *sweep = &setup->sweep;

    *n_there_out = 0;
    for (int k = 0; k < sweep->n_outs; k++) {
        const char *path = sweep->outs[k].path;
        bool is_array = files_is_there(setup, path, "");
        if (!is_array && !files_is_there(setup, path, ".skep")) {
            continue;
        }
        if (!is_array || !setup->settings->resumes) {
            return files_refuse(path, is_array, err);
        }
        ++*n_there_out;
    }
    return SKEP_OK;
}

/* ---- going on with them ---- */

static skep_status files_resume_one(struct skep_sweep_setup *setup, int k, char *job_out,
                                    struct skep_error *err)
{
    const char *path = setup->sweep.outs[k].path;
    struct skep_sidecar *sidecar = NULL;
    const struct skep_sidecar_facts *facts;
    skep_status st = skep_sidecar_open(setup->outputs, path, false, &sidecar, err);

    if (st == SKEP_E_ARRAY_MISSING) {
        skep_error_clear(err);
        return skep_error_set(
            err, SKEP_E_CONFLICT,
            "%.128s is there without %.64s.skep: no sweep has made it, or it has lost what says "
            "which; --force replaces it",
            path, path);
    }
    if (st != SKEP_OK) {
        return st;
    }
    facts = skep_sidecar_facts(sidecar);
    st = skep_sweep_is_same(setup, facts, err);
    if (st == SKEP_OK && k > 0 && strcmp(facts->token, setup->sweep.token) != 0) {
        st = skep_error_set(err, SKEP_E_CONFLICT,
                            "it belongs to another sweep than %.64s: --force begins both anew",
                            setup->sweep.outs[0].path);
    }
    memcpy(setup->sweep.token, facts->token, sizeof setup->sweep.token);
    snprintf(job_out, SKEP_SWEEP_FILES_JOB_BYTES, "%s", facts->job);
    skep_sidecar_close(sidecar);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.128s", path);
    }
    return st;
}

skep_status skep_sweep_files_look(struct skep_sweep_setup *setup, bool *is_resumed_out, char *job_out,
                                  struct skep_error *err)
{
    int n_there = 0;
    skep_status st = SKEP_OK;

    *is_resumed_out = false;
    if (setup->settings->forces) {
        return SKEP_OK;
    }
    st = files_count(setup, &n_there, err);
    if (st != SKEP_OK || n_there == 0) {
        return st;
    }
    if (n_there < setup->sweep.n_outs) {
        return skep_error_set(
            err, SKEP_E_CONFLICT,
            "only %d of the %d arrays are there: --resume goes on with all of them or none; "
            "--force begins anew",
            n_there, setup->sweep.n_outs);
    }
    for (int k = 0; st == SKEP_OK && k < setup->sweep.n_outs; k++) {
        st = files_resume_one(setup, k, job_out, err);
    }
    *is_resumed_out = st == SKEP_OK;
    return st;
}

/* ---- making them ---- */

static void files_remove(const struct skep_roots *roots, const char *path, const char *suffix)
{
    char name[SKEP_ROOTS_NAME_BYTES], whole[SKEP_ROOTS_NAME_BYTES + 8];
    int folder;

    if (skep_roots_open_folder(roots, path, strlen(path), &folder, name, NULL) == SKEP_OK) {
        snprintf(whole, sizeof whole, "%s%s", name, suffix);
        (void)unlinkat(folder, whole, 0);
        close(folder);
    }
}

static skep_status files_make_sidecars(const struct skep_sweep_setup *setup, const char *job,
                                       const char *queue, int *n_made, struct skep_error *err)
{
    const struct skep_sweep *sweep = &setup->sweep;
    struct skep_sidecar_facts facts = {
        .job = job, .queue = queue, .kernel_version = setup->kernel->version, .n_all = sweep->n_all};
    struct skep_here here;
    struct skep_buf spec;
    skep_status st = SKEP_OK;

    skep_here_get(&here);
    memcpy(facts.boot_id, here.boot_id, sizeof facts.boot_id);
    memcpy(facts.host, here.host, sizeof facts.host);
    memcpy(facts.token, sweep->token, sizeof facts.token);
    skep_buf_init(&spec, SKEP_SWEEP_SPEC_BYTES);
    skep_sweep_write(&spec, sweep);
    facts.spec = spec.bytes;
    facts.spec_n = spec.length;
    if (skep_buf_failed(&spec)) {
        st = skep_error_set(err, SKEP_E_NOMEM, "no memory for the record of the sweep");
    }
    for (*n_made = 0; st == SKEP_OK && *n_made < sweep->n_outs; ++*n_made) {
        facts.out = *n_made;
        st = skep_sidecar_make(setup->outputs, sweep->outs[*n_made].path, &facts, err);
    }
    skep_buf_release(&spec);
    return st;
}

skep_status skep_sweep_files_make(const struct skep_sweep_setup *setup, const char *job, const char *queue,
                                  struct skep_error *err)
{
    const struct skep_sweep *sweep = &setup->sweep;
    int n_arrays = 0, n_sidecars = 0;
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && n_arrays < sweep->n_outs) {
        st = skep_array_make(setup->outputs, &sweep->outs[n_arrays], setup->settings->forces, err);
        n_arrays += st == SKEP_OK;
    }
    if (st == SKEP_OK) {
        st = files_make_sidecars(setup, job, queue, &n_sidecars, err);
    }
    for (int k = 0; st != SKEP_OK && k < n_arrays; k++) {
        files_remove(setup->outputs, sweep->outs[k].path, "");
        if (k < n_sidecars) {
            files_remove(setup->outputs, sweep->outs[k].path, ".skep");
        }
    }
    return st;
}
