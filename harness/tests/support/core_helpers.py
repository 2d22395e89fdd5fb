"""What the tests of core/ share: running a program in a network of its own, and looking at it.

Each test runs in a forked process with a network namespace of its own, so the book's port is free
there, nothing outside is touched, and tests may run side by side. Sockets of a test play the other
side where the real program would not misbehave as needed.

Binaries are taken from $BUILD/core (default: build/core in the repository).
"""

import ctypes
import fcntl
import functools
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import time
import traceback

import pytest

CORE = pathlib.Path(__file__).parents[3] / os.environ.get("BUILD", "build") / "core"
HOST, PORT = "127.0.0.1", 9877
HOST6, ANY6 = "::1", "::"
DEADLINE_S = 10  # far above what is needed: only a program that hangs comes near it
# as in /proc/net/tcp
ESTABLISHED, SYN_SENT, TIME_WAIT, CLOSE_WAIT, LISTEN = "01", "02", "06", "08", "0A"
ABORT = struct.pack("ii", 1, 0)  # SO_LINGER of 0 seconds: close() sends an RST

libc = ctypes.CDLL(None, use_errno=True)


# --- a network of one's own ---

def die_with_parent():
    libc.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def enter_own_network():
    """Return None, or the reason why this machine does not allow it."""
    new_user, new_net = 0x10000000, 0x40000000
    if libc.unshare(new_net) < 0 and libc.unshare(new_user | new_net) < 0:
        return f"no network namespace here: unshare: {os.strerror(ctypes.get_errno())}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        up = struct.pack("16sh14x", b"lo", 1)  # struct ifreq, IFF_UP
        fcntl.ioctl(s, 0x8914, up)  # SIOCSIFFLAGS
    return None


def clean_up(pid):
    """End and reap a test and all it has started."""
    for kill in (os.kill, os.killpg):  # its group may not exist yet
        try:
            kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    os.waitpid(pid, 0)
    try:
        while True:
            os.waitpid(-pid, 0)
    except ChildProcessError:
        libc.prctl(36, 0)


def in_own_network(test):
    """Run the test in a child in a new namespace, and pass on how it ended."""
    @functools.wraps(test)
    def run(*args, **kwargs):
        libc.prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: what the test leaves becomes our child
        report, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            verdict = "fail"
            try:
                os.setsid()  # the group to be killed in the end
                die_with_parent()
                reason = enter_own_network()
                if reason is None:
                    test(*args, **kwargs)
                verdict = "pass" if reason is None else "skip" + reason
            except BaseException:
                verdict = "fail" + traceback.format_exc()
            finally:
                os.write(tell, verdict.encode()[:60000])
                os._exit(0)
        os.close(tell)
        try:
            ready, _, _ = select.select([report], [], [], 3 * DEADLINE_S)
            verdict = os.read(report, 65536).decode() if ready else "failtest hangs"
        finally:
            os.close(report)
            clean_up(pid)
        if verdict.startswith("skip"):
            pytest.skip(verdict[4:])
        if verdict != "pass":
            pytest.fail(verdict[4:] or "test died", pytrace=False)
    return run


# --- actions and observations ---

def start(name, *args, before=lambda: None, **options):
    """Start a program; before() is called in its process, just before it."""
    def prepare():
        die_with_parent()
        before()

    assert (CORE / name).exists(), f"{CORE / name} is missing: run make first"
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
               "bufsize": 0, "preexec_fn": prepare, **options}
    return subprocess.Popen([CORE / name, *args], **options)


def until(what, observe):
    """Look until observe() is true. The kernel tells nobody of these states, so look often."""
    end = time.monotonic() + DEADLINE_S
    while not (seen := observe()):
        assert time.monotonic() < end, f"not seen within {DEADLINE_S} s: {what}"
        select.select([], [], [], 0.002)
    return seen


def sockets(state, local_port=None, remote_port=None):
    """Rows of /proc/net/tcp and tcp6."""
    rows = [line.split() for table in pathlib.Path("/proc/self/net").glob("tcp*")
            for line in table.read_text().splitlines()[1:]]
    port = lambda address: int(address.split(":")[1], 16)
    return [r for r in rows if r[3] == state and local_port in (None, port(r[1]))
            and remote_port in (None, port(r[2]))]


def children(process):
    return [int(p) for p in open(f"/proc/{process.pid}/task/{process.pid}/children").read().split()]


def is_zombie(pid):
    return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"


def start_server(name="tcpserv04", *args, **options):
    server = start(name, *args, **options)
    until(f"{name} listens", lambda: server.poll() is not None or sockets(LISTEN, PORT))
    assert server.poll() is None, server.stderr.read()
    return server


def start_client_of(server, name="tcpcli01", host=HOST):
    """The client, and the child of the server that serves it."""
    before = children(server)
    client = start(name, host)
    new = until(f"{name} is served", lambda: [p for p in children(server) if p not in before])
    return client, new[0]


def kill_server_side(child):
    """The FIN follows when the server, too, has closed its copy of the socket: wait for it."""
    os.kill(child, signal.SIGTERM)
    until("the client's kernel has the FIN", lambda: sockets(CLOSE_WAIT, None, PORT))


def listener():
    s = socket.create_server((HOST, PORT))
    s.settimeout(DEADLINE_S)
    return s


def accept_from(s):
    conn, _ = s.accept()
    conn.settimeout(DEADLINE_S)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return conn


def read_some(stream, nbytes):
    """Exactly nbytes of a process's output, as soon as they are there."""
    data = b""
    while len(data) < nbytes:
        assert select.select([stream], [], [], DEADLINE_S)[0], f"no more output after {data!r}"
        more = os.read(stream.fileno(), nbytes - len(data))
        assert more, f"output ends after {data!r}"
        data += more
    return data


def end(process, data=None):
    """Type data and ^D: what the process then printed, and its status (-N: killed by signal N)."""
    out, err = process.communicate(data, timeout=DEADLINE_S)
    return out, err.decode(), process.returncode


# --- what echoes must not change ---

TEXTS = {
    "a line": b"hi there\n",
    "two lines": b"one\ntwo\n",
    "an empty line": b"\n\n",
    "nothing": b"",
    "Korean": "안녕하세요, 스티븐스\n둘째 줄\n".encode(),
    "bytes that are no UTF-8": bytes(range(256)) + b"\n",
    "NUL bytes": b"a\0b\n\0\n\0",
    "no newline at the end": b"abc",
    "a line, then no newline": b"abc\nd",
    "one byte less than a piece": b"x" * 4094 + b"\n",
    "exactly a piece": b"x" * 4095 + b"\n",
    "one byte more than a piece": b"x" * 4096 + b"\n",
    "a piece without newline": b"x" * 4095,
    "100 kB in a line": b"0123456789" * 10000 + b"\n",
    "100 kB without newline": b"0123456789" * 10000,
}
