# SPDX-License-Identifier: MIT
import numpy as np


def expr_numexpr(expr, vars, reduce=None):
    import numexpr

    numexpr.set_num_threads(1)
    if reduce is not None:
        expr = f"{reduce}({expr})"
    return lambda: numexpr.evaluate(expr, local_dict=vars)


def expr_numpy(expr, vars, reduce=None):
    names = {name: getattr(np, name) for name in ("where", "exp", "sin", "log")}
    code = compile(expr, "expr", "eval")
    if reduce is not None:
        return lambda: getattr(np, reduce)(eval(code, names, vars))
    return lambda: eval(code, names, vars)
