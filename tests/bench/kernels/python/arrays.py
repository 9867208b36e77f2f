# SPDX-License-Identifier: MIT
import math

import numpy as np


def sum_numpy(x):
    return lambda: np.sum(x)


def sum_fsum(x):
    return lambda: math.fsum(x)


def sum_nan_numpy(x, nan):
    return lambda: np.nansum(x)


def sum_axis_numpy(x, axis):
    return lambda: np.sum(x, axis=axis)


def mean_numpy(x):
    return lambda: np.mean(x)


def min_numpy(x):
    return lambda: np.min(x)


def max_numpy(x):
    return lambda: np.max(x)


def argmin_numpy(x):
    return lambda: np.argmin(x)


def absmax_numpy(x):
    return lambda: np.max(np.abs(x))


def var_numpy(x):
    return lambda: np.var(x)


def var_axis_numpy(x, axis):
    return lambda: np.var(x, axis=axis)


def std_numpy(x):
    return lambda: np.std(x)


def norm2_numpy(x):
    return lambda: np.linalg.norm(x)


def count_nan_numpy(x):
    return lambda: np.count_nonzero(np.isnan(x))


def stats_numpy(x):
    def run():
        finite = np.isfinite(x)
        n = np.count_nonzero(finite)
        return n, np.min(x), np.max(x), np.mean(x), np.std(x)

    return lambda: run()[3]


def hist_numpy(x, bins=10, range=None):
    def run():
        counts, edges = np.histogram(x, bins, range)
        outside = len(x) - np.sum(counts)
        return np.array([edges, np.append(counts, outside)])

    return run


def dot_numpy(x, y):
    return lambda: np.dot(x, y)


def axpy_numpy(a, x, y):
    return lambda: a * x + y
