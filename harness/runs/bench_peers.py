"""The lab beside other tools that do a part of its work, where they are installed."""

import contextlib
import os
import re
import shutil
import statistics
import subprocess

from runs.bench_growth import load, number_in
from runs.catalogue import BUILD, ROOT
from runs.endings import LabError
from runs.measure import measured

CALLS, TIMES = 3000, 5
TRACERS = {
    "strace --seccomp-bpf": ["strace", "-f", "--seccomp-bpf", "-e", "trace=network", "-o"],
    "perf trace": ["perf", "trace", "-e", "getpeername,connect", "-o"],
}


def listens(pid):
    """Whether a process in the network namespace of this one does, on the book's port."""
    try:
        with open(f"/proc/{pid}/net/tcp", encoding="ascii") as file:
            return re.search(r"00000000:2695 00000000:0000 0A", file.read())  # 9877; LISTEN
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def server_on_loopback():
    """A network namespace of its own, with the server of the lab's run. Yields how to enter it."""
    prefix = ["unshare", "--net", *(["--map-root-user"] if os.geteuid() else [])]
    with subprocess.Popen([*prefix, "sh", "-c", "ip link set lo up && exec \"$0\"",
                           BUILD / "core" / "tcpserv_epoll"]) as server:
        try:
            while not listens(server.pid):
                if server.poll() is not None:
                    raise LabError("cannot start a server on a loopback interface")
            yield ["nsenter", "--net", *(["--user"] if os.geteuid() else []),
                   "--target", str(server.pid)]
        finally:
            server.kill()


def observed_call_us(captures):
    """What one observed getpeername() takes its program, by each tracer; they take turns."""
    tracers = {name: words for name, words in TRACERS.items() if shutil.which(words[0])}
    rows = {name: [] for name in ("brokenpipe", *tracers, "not observed")}
    client = [BUILD / "programs" / "load", "calls", str(CALLS), "127.0.0.1"]
    with server_on_loopback() as prefix:
        for _ in range(TIMES):
            rows["brokenpipe"].append(load("calls", CALLS, captures).output)
            for name, words in tracers.items():
                rows[name].append(
                    measured([*prefix, *words, f"{captures}/trace.txt", *client]).output)
            rows["not observed"].append(measured([*prefix, *client]).output)
    return {name: statistics.median(number_in(output, "each") for output in outputs) / 1e3
            for name, outputs in rows.items()}


def read_capture_ms(captures, python):
    """CPU time to read a run's packets: the second opinion, and tshark, which has none."""
    load("echoes", 2000, captures)
    readers = {"make verify": [*python, ROOT / "harness", "opinion.verify",
                               f"{captures}/load.json"]}
    if shutil.which("tshark"):
        readers["tshark"] = ["tshark", "-r", f"{captures}/load.pcap"]
    return {name: measured(command).cpu_ms for name, command in readers.items()}


def peers(captures, python):
    print(f"\none observed getpeername(), µs (median of {TIMES} times {CALLS})")
    for name, microseconds in observed_call_us(captures).items():
        print(f"  {name:<22}{microseconds:8.1f}")
    print("\nto read the packets of 2,000 echoes, CPU ms")
    for name, cpu_ms in read_capture_ms(captures, python).items():
        print(f"  {name:<22}{cpu_ms:8.0f}")
