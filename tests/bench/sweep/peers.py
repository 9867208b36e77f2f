# SPDX-License-Identifier: MIT
"""What NumPy's users write today, timed without imports and without the start of processes.

    sums FILE           the sum of each row in one process: seconds
    pool FILE N         the same by a pool of N processes that map the file, with default chunks: seconds
    check FILE SUMS     same, or where SUMS is not what NumPy has
"""
import multiprocessing
import sys
import time

import numpy

rows = None


def open_rows(path):
    global rows
    rows = numpy.load(path, mmap_mode="r")


def sum_row(i):
    return rows[i].sum()


def sums(path):
    open_rows(path)
    out = numpy.empty(len(rows))
    begin = time.perf_counter()
    for i in range(len(rows)):
        out[i] = rows[i].sum()
    print(time.perf_counter() - begin)


def pool(path, n):
    open_rows(path)
    with multiprocessing.Pool(int(n), open_rows, (path,)) as workers:
        workers.map(sum_row, range(int(n)))
        begin = time.perf_counter()
        out = numpy.array(workers.map(sum_row, range(len(rows))))
        seconds = time.perf_counter() - begin
    assert out.shape == (len(rows),)
    print(seconds)


def check(path, path_sums):
    open_rows(path)
    out = numpy.load(path_sums)
    if out.shape != (len(rows),):
        print(f"shape {out.shape}")
        return
    for i in range(0, len(rows), max(1, len(rows) // 10000)):
        want = rows[i].sum()
        if not abs(out[i] - want) <= 1e-12 * abs(want):
            print(f"row {i} is {out[i]!r}, not {want!r}")
            return
    print("same")


if __name__ == "__main__":
    {"sums": sums, "pool": pool, "check": check}[sys.argv[1]](*sys.argv[2:])
