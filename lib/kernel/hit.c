/* SPDX-License-Identifier: MIT */
#include "kernel/hit.h"

#include <math.h>
#include <string.h>

static bool number_is_hit(double x)
{
    return !isnan(x) && x != 0.0;
}

static bool array_is_hit(const struct skep_view *array)
{
    int64_t n = skep_view_count(array);

    for (int64_t i = 0; i < n; i++) {
        if (number_is_hit(skep_view_get_f8(array, i))) {
            return true;
        }
    }
    return false;
}

/* Whether TEXT is WORD with or without spaces in it. */
static bool json_is(const char *text, size_t length, const char *word)
{
    for (size_t i = 0; i < length; i++) {
        if (strchr(" \t\r\n", text[i]) == NULL && text[i] != *word++) {
            return false;
        }
    }
    return *word == '\0';
}

static bool json_is_hit(const char *text, size_t length)
{
    static const char *const misses[] = {"null", "false", "0", "\"\"", "[]", "{}"};

    for (size_t i = 0; i < sizeof misses / sizeof misses[0]; i++) {
        if (json_is(text, length, misses[i])) {
            return false;
        }
    }
    return true;
}

bool skep_value_is_hit(const struct skep_value *value)
{
    switch (value->kind) {
    case SKEP_VALUE_BOOL:
        return value->boolean;
    case SKEP_VALUE_I64:
        return value->i64 != 0;
    case SKEP_VALUE_U64:
        return value->u64 != 0;
    case SKEP_VALUE_F64:
        return number_is_hit(value->f64);
    case SKEP_VALUE_ARRAY:
        return array_is_hit(&value->array);
    case SKEP_VALUE_JSON:
        return json_is_hit(value->json.text, value->json.length);
    case SKEP_VALUE_NULL:
        break;
    }
    return false;
}
