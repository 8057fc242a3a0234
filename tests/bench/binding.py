"""The rows of Python: what a call costs, and sealing beside C++ in the same run. BENCH is the C++ program of rows."""
import statistics
import subprocess
import sys
import time
from ctypes import byref, c_int64

import tresor
from tresor._call import call
from tresor._library import lib

ROUNDS = 101
SIZE = 512 * 1024


def median_us(work, times):
    """Of one call, in microseconds."""
    def once():
        start = time.perf_counter()
        for _ in range(times):
            work()
        return (time.perf_counter() - start) / times * 1e6
    once()
    return statistics.median(once() for _ in range(ROUNDS))


def row(name, value, base=None):
    print(f"  {name:44} {value:9.2f} us" + (f" {value / base:7.2f}" if base else ""))


def bench_calls():
    print("\na call without payload")
    out = c_int64()
    base = median_us(lib.tresor_abi_version, 1000)
    row("ctypes, no argument (base)", base)
    row("tresor.container_size", median_us(lambda: tresor.container_size(5), 1000), base)
    row("tresor.now", median_us(tresor.now, 1000), base)
    state = tresor.CycleState(enabled=True)
    digest = bytes(32)
    row("tresor.CycleState.decide", median_us(lambda: state.decide(digest), 200), base)
    with tresor.Keys.from_master(bytes(64)) as keys, tresor.open_storage("memory:") as store:
        row("tresor.Keys.backup_id", median_us(lambda: keys.backup_id, 500), base)
        row("tresor.Storage.abilities, may call back", median_us(store.abilities, 200), base)
        row("tresor.Storage.clock, may call back", median_us(store.clock, 200), base)
        with store._entered() as pointer:
            row("of that, a call that may call back", median_us(
                lambda: call(lib.tresor_storage_clock, byref(out), pointer), 200), base)


def seal_in_cpp(bench):
    """Microseconds."""
    return float(subprocess.run([bench, "-", "seal"], capture_output=True, text=True, check=True).stdout.split()[-1])


def bench_sealing(bench):
    print(f"\nsealing {SIZE} bytes")
    with tresor.Keys.from_master(bytes(64)) as keys:
        content = b"x" * SIZE
        cpp, python = [], []
        for _ in range(5):
            cpp.append(seal_in_cpp(bench))
            python.append(median_us(lambda: tresor.seal(content, keys), 1))
    base = statistics.median(cpp)
    row("C++ safe::seal (base)", base, base)
    row("tresor.seal", statistics.median(python), base)


if __name__ == "__main__":
    bench_calls()
    bench_sealing(sys.argv[1])
