# SPDX-License-Identifier: MIT
import numpy as np


def sum_numpy(x):
    return lambda: np.sum(x)
