# SPDX-License-Identifier: MIT
import numpy as np


def te_box_numba(x, y, r):
    """The loop that Numba vectorises: for each point the counts as sums of comparisons over all others."""
    import numba

    @numba.njit(fastmath=False)
    def mean_log(a, x, y, r):
        n = len(a)
        total = 0.0
        for i in range(n):
            c_xyz, c_x, c_xy, c_xx = 0, 0, 0, 0
            for j in range(n):
                in_a = abs(a[i] - a[j]) < r
                in_x = abs(x[i] - x[j]) < r
                in_y = abs(y[i] - y[j]) < r
                c_x += in_x
                c_xy += in_x & in_y
                c_xx += in_x & in_a
                c_xyz += in_x & in_y & in_a
            if c_xyz > 0:
                total += np.log((c_xyz * c_x) / (c_xy * c_xx))
        return total / n

    a, x, y = x[1:].copy(), x[:-1].copy(), y[:-1].copy()
    return lambda: mean_log(a, x, y, r)


def tree_counts(columns, r, exclude):
    """Neighbours of each row at least EXCLUDE rows away, by a tree of SciPy; of those nearer the band is taken out again.
    A point at distance r itself is inside a tree's box, so its r is one step smaller."""
    from scipy.spatial import cKDTree

    points = np.column_stack(columns)
    counts = cKDTree(points).query_ball_point(points, np.nextafter(r, 0), p=np.inf, return_length=True, workers=1)
    for lag in range(exclude):
        near = (np.abs(points[lag:] - points[: len(points) - lag]) < r).all(axis=1)
        counts[lag:] -= near
        if lag > 0:
            counts[:-lag] -= near
    return counts


def te_box_tree(x, y, r, exclude=0):
    a, x, y = x[1:], x[:-1], y[:-1]

    def value():
        joint = tree_counts((a, x, y), r, exclude)
        given = tree_counts((x,), r, exclude)
        product = tree_counts((x, y), r, exclude) * tree_counts((a, x), r, exclude)
        some = joint > 0
        return np.log(joint[some] * given[some] / product[some]).sum() / len(x)

    return value


def mi_box_tree(x, y, r):
    def value():
        joint = tree_counts((x, y), r, 1)
        product = tree_counts((x,), r, 1) * tree_counts((y,), r, 1)
        some = joint > 0
        return np.log(joint[some] * (len(x) - 1) / product[some]).sum() / len(x)

    return value
