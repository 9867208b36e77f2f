# SPDX-License-Identifier: MIT
"""The peers that are written in Python: answers the questions of coprocess.c, one line each.

    versions                         numpy 1.24.2 (openblas), numexpr 2.8.4, ...
    load I MODULE NAME FOLDER ARGS   ok, or missing PACKAGE, or failed WORDS; I = 0 forgets the peers of before
    run I REPEAT                     nanoseconds of processor time that REPEAT calls took
    check I RTOL                     same, or the largest relative difference from FOLDER/skep.npy

A peer is a function of python/MODULE.py that takes the record's args (arrays loaded, as keywords) and gives back a
function without arguments: what is timed.
"""
import importlib
import json
import os
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(here, "python"))
sys.dont_write_bytecode = True


def find_blas(numpy):
    """What libblas.so.3 really is: Debian lets the administrator choose."""
    with open("/proc/self/maps") as maps:
        names = {os.path.basename(line.split()[-1]) for line in maps if "blas" in line}
    return ", ".join(sorted(names)) or "no BLAS"


def versions():
    found = ["Python " + sys.version.split()[0]]
    for name in ("numpy", "numexpr", "numba", "scipy"):
        try:
            module = importlib.import_module(name)
            if name == "numpy":
                module.dot(module.ones((8, 8)), module.ones((8, 8)))
            found.append(f"{name} {module.__version__}" + (f" ({find_blas(module)})" if name == "numpy" else ""))
        except ImportError:
            found.append(f"no python3-{name}")
    return ", ".join(found)


def load_arrays(value, folder):
    """References become arrays, in memory."""
    import numpy

    if isinstance(value, str) and value.endswith(".npy"):
        return numpy.load(os.path.join(folder, value))
    if isinstance(value, dict):
        return {key: load_arrays(item, folder) for key, item in value.items()}
    return value


class Peer:
    """One that is loaded: its call, and the value of the last one."""

    def __init__(self, module, name, folder, args):
        args = {key: load_arrays(value, folder) for key, value in json.loads(args).items()}
        self.folder = folder
        self.call = getattr(importlib.import_module(module), name)(**args)
        self.value = self.call()  # compiles, where something is to be compiled


peers = {}


def load(index, *what):
    if index == "0":
        peers.clear()
    try:
        peers[index] = Peer(*what)
    except ImportError as missing:
        return f"missing python3-{(missing.name or 'numpy').split('.')[0]}"
    return "ok"


def run(index, repeat):
    peer = peers[index]
    begin = time.process_time_ns()
    for _ in range(int(repeat)):
        peer.value = peer.call()
    return str(time.process_time_ns() - begin)


def check(index, rtol):
    import numpy

    wanted = numpy.load(os.path.join(peers[index].folder, "skep.npy"))
    got = numpy.asarray(peers[index].value)
    if got.shape != wanted.shape:
        return f"shape {got.shape} instead of {wanted.shape}"
    if numpy.array_equal(got, wanted, equal_nan=got.dtype.kind == "f"):
        return "same"
    got, wanted = got.astype(float), wanted.astype(float)
    worst = numpy.max(numpy.abs(got - wanted)) / (numpy.max(numpy.abs(wanted)) or 1.0)
    return "same" if worst <= float(rtol) else f"{worst:.3g}"


def main():
    answers = {"versions": versions, "load": load, "run": run, "check": check}
    sys.stdout.flush()
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a library prints is no answer
    for line in sys.stdin:
        words = line.rstrip("\n").split(" ", 5)
        try:
            answer = answers[words[0]](*words[1:])
        except Exception as failure:  # one peer that fails is one cell of the table
            answer = f"failed {type(failure).__name__}: {failure}"
        out.write(" ".join(answer.split()) + "\n")
        out.flush()


main()
