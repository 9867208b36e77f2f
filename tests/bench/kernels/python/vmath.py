# SPDX-License-Identifier: MIT
import numpy as np


def numpy_of(expr, vars):
    """The expression as Python code over NumPy, which is what a user writes."""
    names = {name: getattr(np, name) for name in dir(np)}
    code = compile(expr, expr, "eval")
    return lambda: eval(code, names, vars)


def numexpr_of(expr, vars):
    import numexpr

    numexpr.set_num_threads(1)
    numexpr.evaluate(expr, local_dict=vars)
    return lambda: numexpr.re_evaluate(local_dict=vars)
