/* SPDX-License-Identifier: MIT */
/* Knows only strings, escapes and brackets: what is needed to refuse, before jansson sees it, a text that is
 * too deep, is not UTF-8 or has a NUL byte. jansson recurses as deep as it is told to. */
#include "task/json_scan.h"

#include "task/text.h"

enum scan_class { SCAN_PLAIN, SCAN_QUOTE, SCAN_ESCAPE, SCAN_OPEN, SCAN_CLOSE, SCAN_NUL, SCAN_HIGH };

struct scan {
    const char *bytes;
    size_t n;
    size_t at;
    int depth;
    int most_depth;
    struct skep_error *err;
};

static const unsigned char scan_classes[256] = {
    ['\0'] = SCAN_NUL, ['"'] = SCAN_QUOTE, ['\\'] = SCAN_ESCAPE, ['['] = SCAN_OPEN,
    ['{'] = SCAN_OPEN, [']'] = SCAN_CLOSE, ['}'] = SCAN_CLOSE,   [0x80 ... 0xFF] = SCAN_HIGH,
};

static enum scan_class scan_class_at(const struct scan *scan)
{
    return (enum scan_class)scan_classes[(unsigned char)scan->bytes[scan->at]];
}

static skep_status scan_refuse_nul(const struct scan *scan)
{
    return skep_error_set(scan->err, SKEP_E_BAD_RECORD, "a NUL byte at byte %zu", scan->at);
}

static skep_status scan_pass_high(struct scan *scan)
{
    size_t length = skep_utf8_length(scan->bytes + scan->at, scan->n - scan->at);

    if (length == 0) {
        return skep_error_set(scan->err, SKEP_E_BAD_RECORD, "not UTF-8 at byte %zu", scan->at);
    }
    scan->at += length;
    return SKEP_OK;
}

/* From behind an opening quote to behind the closing one. One that is not closed is left to jansson. */
static skep_status scan_string(struct scan *scan)
{
    while (scan->at < scan->n) {
        switch (scan_class_at(scan)) {
        case SCAN_QUOTE:
            scan->at++;
            return SKEP_OK;
        case SCAN_NUL:
            return scan_refuse_nul(scan);
        case SCAN_HIGH: {
            skep_status st = scan_pass_high(scan);
            if (st != SKEP_OK) {
                return st;
            }
            break;
        }
        case SCAN_ESCAPE:
            /* The byte behind it is no closing quote; if it is a NUL or high, it gets its own turn. */
            scan->at++;
            if (scan->at < scan->n && scan_class_at(scan) < SCAN_NUL) {
                scan->at++;
            }
            break;
        default:
            scan->at++;
            break;
        }
    }
    return SKEP_OK;
}

static skep_status scan_all(struct scan *scan)
{
    skep_status st = SKEP_OK;

    while (scan->at < scan->n && st == SKEP_OK) {
        switch (scan_class_at(scan)) {
        case SCAN_QUOTE:
            scan->at++;
            st = scan_string(scan);
            break;
        case SCAN_OPEN:
            if (++scan->depth > scan->most_depth) {
                return skep_error_set(scan->err, SKEP_E_BAD_RECORD, "nested more than %d deep at byte %zu",
                                      scan->most_depth, scan->at);
            }
            scan->at++;
            break;
        case SCAN_CLOSE:
            scan->depth--;
            scan->at++;
            break;
        case SCAN_NUL:
            return scan_refuse_nul(scan);
        case SCAN_HIGH:
            st = scan_pass_high(scan);
            break;
        default:
            scan->at++;
            break;
        }
    }
    return st;
}

skep_status skep_json_scan(const char *bytes, size_t n, int most_depth, struct skep_error *err)
{
    struct scan scan = {.bytes = bytes, .n = n, .most_depth = most_depth, .err = err};

    return scan_all(&scan);
}
