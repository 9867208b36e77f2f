# SPDX-License-Identifier: MIT
import numpy as np


def philox():
    """The stream that the calls of the bench have: seed 1, index 0."""
    return np.random.Generator(np.random.Philox(key=[1, 0], counter=[0, 0, 0, 0]))


def count_hits(r):
    x, y = r[0::2], r[1::2]
    return np.count_nonzero(x * x + y * y <= 1.0)


def pi_mc_philox(samples):
    return lambda: count_hits(philox().random(2 * samples))


def pi_mc_sfc64(samples):
    generator = np.random.Generator(np.random.SFC64(1))
    return lambda: count_hits(generator.random(2 * samples))


def pi_mc_sfc64_slices(samples):
    """As fast as NumPy gets: slices that stay in the cache, coordinates side by side."""
    generator = np.random.Generator(np.random.SFC64(1))
    n = 16384
    x, y = np.empty(n), np.empty(n)

    def value():
        hits = 0
        for i in range(0, samples, n):
            generator.random(out=x)
            generator.random(out=y)
            np.multiply(x, x, out=x)
            np.multiply(y, y, out=y)
            np.add(x, y, out=x)
            hits += np.count_nonzero(x[: samples - i] <= 1.0)
        return hits

    return value


def logreg_numpy(X, y, w, iterations, rate):
    def value():
        v = w.copy()
        for _ in range(iterations):
            v -= rate * (((1.0 / (1.0 + np.exp(-y * (X @ v))) - 1.0) * y) @ X)
        return v

    return value


def random_uniform_philox(shape):
    return lambda: philox().random(shape)


def random_uniform_sfc64(shape):
    generator = np.random.Generator(np.random.SFC64(1))
    return lambda: generator.random(shape)


def random_normal_philox(shape, dist):
    generator = philox()
    return lambda: generator.standard_normal(shape)
