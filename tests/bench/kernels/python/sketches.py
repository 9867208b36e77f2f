# SPDX-License-Identifier: MIT
import numpy as np


def distinct_numpy(x):
    return lambda: len(np.unique(x))


def unique_numpy(x, bits):
    """The set itself, where a filter would do."""
    return lambda: np.unique(x)
