# SPDX-License-Identifier: MIT
import numpy as np


def star_rk4_numba(theta0, omega_c, omega_e, steps, dt=0.001, **more):
    """One series, step by step, every state recorded."""
    import numba

    coupling = more["lambda"]

    @numba.njit
    def slope(t, k):
        total = 0.0
        for j in range(1, len(t)):
            s = np.sin(t[j] - t[0])
            total += s
            k[j] = omega_e - coupling * s
        k[0] = omega_c + coupling * total

    @numba.njit
    def integrate(t, out):
        m = len(t)
        k1, k2, k3, k4 = np.empty(m), np.empty(m), np.empty(m), np.empty(m)
        stage = np.empty(m)
        for step in range(len(out)):
            slope(t, k1)
            for i in range(m):
                stage[i] = t[i] + dt / 2 * k1[i]
            slope(stage, k2)
            for i in range(m):
                stage[i] = t[i] + dt / 2 * k2[i]
            slope(stage, k3)
            for i in range(m):
                stage[i] = t[i] + dt * k3[i]
            slope(stage, k4)
            for i in range(m):
                t[i] += dt / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i])
                out[step, i] = t[i]

    def value():
        out = np.empty((steps, len(theta0)))
        integrate(np.array(theta0, dtype=float), out)
        return out

    return value


def diffuse1d_numba(u, D, dt, steps):
    """Between two arrays; the ends beside the loop, so that it is vectorised."""
    import numba

    k = D * dt

    @numba.njit
    def step(u, v):
        left, here, right, out = u[:-2], u[1:-1], u[2:], v[1:-1]
        for i in range(len(here)):
            out[i] = here[i] + k * ((right[i] + left[i]) - 2 * here[i])
        v[0] = u[0] + k * ((u[1] + u[-1]) - 2 * u[0])
        v[-1] = u[-1] + k * ((u[0] + u[-2]) - 2 * u[-1])

    def value():
        a, b = u.copy(), np.empty_like(u)
        for _ in range(steps):
            step(a, b)
            a, b = b, a
        return a

    return value


def diffuse1d_numpy(u, D, dt, steps):
    """Every operation into an array that is there already."""
    sum_, twice = np.empty_like(u), np.empty_like(u)

    def value():
        a = u.copy()
        for _ in range(steps):
            add_neighbours(a, sum_)
            np.subtract(sum_, np.multiply(a, 2, out=twice), out=sum_)
            np.add(a, np.multiply(sum_, D * dt, out=sum_), out=a)
        return a

    return value


def add_neighbours(a, out):
    """The sum of the two neighbours along the last axis."""
    np.add(a[..., 2:], a[..., :-2], out=out[..., 1:-1])
    np.add(a[..., 1], a[..., -1], out=out[..., 0])
    np.add(a[..., 0], a[..., -2], out=out[..., -1])


def diffuse2d_numba(u, D, dt, steps):
    """Between two arrays, row by row; the ends of a row beside the loop, so that it is vectorised."""
    import numba

    k = D * dt

    @numba.njit
    def step(u, v):
        n = len(u)
        for i in range(n):
            up, row, down, new = u[i - 1], u[i], u[(i + 1) % n], v[i]
            left, here, right, out = row[:-2], row[1:-1], row[2:], new[1:-1]
            above, below = up[1:-1], down[1:-1]
            for j in range(len(here)):
                out[j] = here[j] + k * (((below[j] + above[j]) - 2 * here[j]) + ((right[j] + left[j]) - 2 * here[j]))
            new[0] = row[0] + k * (((down[0] + up[0]) - 2 * row[0]) + ((row[1] + row[-1]) - 2 * row[0]))
            new[-1] = row[-1] + k * (((down[-1] + up[-1]) - 2 * row[-1]) + ((row[0] + row[-2]) - 2 * row[-1]))

    def value():
        a, b = u.copy(), np.empty_like(u)
        for _ in range(steps):
            step(a, b)
            a, b = b, a
        return a

    return value


def diffuse2d_numba_indices(u, D, dt, steps):
    """Between two arrays, every neighbour by its indices, as it is written first."""
    import numba

    k = D * dt

    @numba.njit
    def step(u, v):
        n, m = u.shape
        for i in range(n):
            for j in range(m):
                here = u[i, j]
                down, up = u[(i + 1) % n, j], u[(i - 1) % n, j]
                right, left = u[i, (j + 1) % m], u[i, (j - 1) % m]
                v[i, j] = here + k * (((down + up) - 2 * here) + ((right + left) - 2 * here))

    def value():
        a, b = u.copy(), np.empty_like(u)
        for _ in range(steps):
            step(a, b)
            a, b = b, a
        return a

    return value


def diffuse2d_numpy(u, D, dt, steps):
    """Every operation into an array that is there already."""
    down, across, twice = np.empty_like(u), np.empty_like(u), np.empty_like(u)

    def value():
        a = u.copy()
        for _ in range(steps):
            np.multiply(a, 2, out=twice)
            add_neighbours(a.T, down.T)
            add_neighbours(a, across)
            np.add(np.subtract(down, twice, out=down), np.subtract(across, twice, out=across), out=down)
            np.add(a, np.multiply(down, D * dt, out=down), out=a)
        return a

    return value


def julia_numba(width, **more):
    """Point by point, with real numbers."""
    import numba

    c_re, c_im = -0.62772, -0.42193

    @numba.njit
    def draw(x, y, out):
        for i in range(len(y)):
            for j in range(len(x)):
                re, im, n = x[j], y[i], 0
                while n < 300 and re * re + im * im < 4:
                    re, im = re * re - im * im + c_re, re * im + im * re + c_im
                    n += 1
                out[i, j] = n

    def coordinates(first, last):
        steps = np.full(width, (last - first) / width)
        steps[0] = first
        return np.cumsum(steps)

    def value():
        out = np.empty((width, width), dtype=np.uint16)
        draw(coordinates(-1.8, 1.8), coordinates(1.8, -1.8), out)
        return out

    return value
