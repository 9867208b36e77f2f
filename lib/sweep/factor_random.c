/* SPDX-License-Identifier: MIT */
/* A factor of random draws. The one at a place is a function of the sweep's seed, the factor's number and the
 * place: word 0 of NumPy's Philox(key=[seed, 0], counter=[0, 0, 2**63 + number, place]), made uniform as
 * Generator.uniform does. Kernels use streams below 2^63. */
#include <math.h>

#include "base/parse.h"
#include "base/philox.h"
#include "sweep/factor_rows.h"
#include "task/json.h"
#include "task/text.h"

static skep_status random_parse(const char *text, size_t n, struct skep_factor *factor,
                                struct skep_error *err)
{
    struct skep_grid range;
    char excerpt[SKEP_EXCERPT_BYTES];

    if (n == 0 || text[0] == '@' || skep_grid_parse(text, n, &range, NULL) != SKEP_OK) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "wanted FROM:TO:N (N draws from [FROM, TO)), got %s",
                              skep_text_excerpt(text, n, excerpt, sizeof excerpt));
    }
    factor->from = range.from;
    factor->to = range.to;
    factor->n = range.n;
    return SKEP_OK;
}

static skep_status random_check(struct skep_factor *factor, struct skep_error *err)
{
    if (!isfinite(factor->from) || !isfinite(factor->to) || !isfinite(factor->to - factor->from)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "FROM and TO must be finite");
    }
    if (!(factor->from < factor->to)) {
        return skep_error_set(err, SKEP_E_BAD_ARGS,
                              "FROM must be below TO: nothing is drawn from [%.17g, %.17g)", factor->from,
                              factor->to);
    }
    if (factor->n < 1) {
        return skep_error_set(err, SKEP_E_BAD_ARGS, "the number of draws must be at least 1, not %lld",
                              (long long)factor->n);
    }
    return SKEP_OK;
}

static void random_write(struct skep_buf *buf, const struct skep_factor *factor)
{
    skep_json_add_key(buf, "from");
    skep_buf_add_char(buf, '"');
    skep_json_add_f64(buf, factor->from);
    skep_buf_add_char(buf, ':');
    skep_json_add_f64(buf, factor->to);
    skep_buf_printf(buf, ":%lld\"", (long long)factor->n);
}

static void random_set(const struct skep_axis *axis, int64_t place, struct skep_coordinate *at)
{
    const struct skep_factor *factor = axis->factor;
    const uint64_t key[2] = {axis->seed, 0};
    const uint64_t counter[SKEP_PHILOX_WORDS] = {1, 0, (UINT64_C(1) << 63) + (uint64_t)axis->number,
                                                 (uint64_t)place};
    uint64_t words[SKEP_PHILOX_WORDS];
    double draw;

    skep_philox_block(key, counter, words);
    draw = factor->from + (factor->to - factor->from) * ((double)(words[0] >> 11) * 0x1p-53);
    at->f64 = draw < factor->to ? draw : nextafter(factor->to, factor->from); /* rounding may reach TO */
    at->place = place;
}

const struct skep_factor_row skep_factor_random = {
    .word = "random",
    .n_variables = 1,
    .needs = SKEP_FACTOR_FROM,
    .parse = random_parse,
    .check = random_check,
    .write = random_write,
    .set = random_set,
};
