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


def te_box_tree(x, y, r):
    """Trees of SciPy; a point at distance r itself is inside there, so r is made one step smaller."""
    from scipy.spatial import cKDTree

    a, x, y = x[1:], x[:-1], y[:-1]
    r = np.nextafter(r, 0)

    def count(*columns):
        points = np.column_stack(columns)
        return cKDTree(points).query_ball_point(points, r, p=np.inf, return_length=True, workers=1)

    def value():
        c_xyz = count(a, x, y)
        return np.mean(np.log((c_xyz * count(x)) / (count(x, y) * count(a, x))))

    return value
