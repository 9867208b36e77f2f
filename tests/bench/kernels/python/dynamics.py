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
