"""The programs of core/, run for real: what they print, how they end, what they leave behind.

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

CORE = pathlib.Path(__file__).parents[2] / os.environ.get("BUILD", "build") / "core"
HOST, PORT = "127.0.0.1", 9877
DEADLINE_S = 10  # far above what is needed: only a program that hangs comes near it
SERVERS = ["tcpserv01", "tcpserv04"]
CLIENTS = ["tcpcli01", "tcpcli11", "tcpcli11_ignore", "tcpcli11_catch"]
ESTABLISHED, TIME_WAIT, CLOSE_WAIT, LISTEN = "01", "06", "08", "0A"  # as in /proc/net/tcp
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

def start(name, *args):
    assert (CORE / name).exists(), f"{CORE / name} is missing: run make first"
    return subprocess.Popen([CORE / name, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, bufsize=0, preexec_fn=die_with_parent)


def until(what, observe):
    """Look until observe() is true. The kernel tells nobody of these states, so look often."""
    end = time.monotonic() + DEADLINE_S
    while not (seen := observe()):
        assert time.monotonic() < end, f"not seen within {DEADLINE_S} s: {what}"
        select.select([], [], [], 0.002)
    return seen


def sockets(state, local_port=None, remote_port=None):
    rows = [line.split() for line in open("/proc/self/net/tcp").readlines()[1:]]
    port = lambda address: int(address.split(":")[1], 16)
    return [r for r in rows if r[3] == state and local_port in (None, port(r[1]))
            and remote_port in (None, port(r[2]))]


def children(process):
    return [int(p) for p in open(f"/proc/{process.pid}/task/{process.pid}/children").read().split()]


def is_zombie(pid):
    return open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] == "Z"


def start_server(name="tcpserv04"):
    server = start(name)
    until(f"{name} listens", lambda: server.poll() is not None or sockets(LISTEN, PORT))
    assert server.poll() is None, server.stderr.read()
    return server


def start_client_of(server, name="tcpcli01"):
    """The client, and the child of the server that serves it."""
    before = children(server)
    client = start(name, HOST)
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


# --- echo ---

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


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@in_own_network
def test_what_is_typed_comes_back(server, text):
    start_server(server)
    assert end(start("tcpcli01", HOST), text) == (text, "", 0)


@in_own_network
def test_a_line_is_printed_before_the_next_is_typed_even_to_a_pipe():
    client, _ = start_client_of(start_server())
    for line in (b"first\n", b"second\n"):
        client.stdin.write(line)
        assert read_some(client.stdout, len(line)) == line
    assert end(client) == (b"", "", 0)


@in_own_network
def test_clients_are_served_side_by_side():
    server = start_server()
    waiting, _ = start_client_of(server)
    assert end(start("tcpcli01", HOST), b"passing by\n") == (b"passing by\n", "", 0)
    assert end(waiting, b"still here\n") == (b"still here\n", "", 0)


@in_own_network
def test_the_server_echoes_every_byte_to_a_slow_reader():
    start_server()
    text = os.urandom(1_000_000)
    with socket.create_connection((HOST, PORT), timeout=DEADLINE_S) as s:
        sent, got = 0, b""
        while len(got) < len(text):
            writable = [s] if sent < len(text) else []
            can_read, can_write, _ = select.select([s], writable, [], DEADLINE_S)
            assert can_read or can_write
            if can_write:  # as much as goes, and only then a little of what comes
                sent += s.send(text[sent:sent + 100_000], socket.MSG_DONTWAIT)
            elif can_read:
                got += s.recv(5000)
        assert got == text


@in_own_network
def test_an_echo_in_tiny_pieces_is_put_together():
    with listener() as s:
        client = start("tcpcli01", HOST)
        client.stdin.write(b"tiny\n")
        with accept_from(s) as conn:
            for byte in conn.recv(100):
                conn.send(bytes([byte]))
                until("the client has read it", lambda: not any(
                    int(r[4].split(":")[1], 16) for r in sockets(ESTABLISHED, None, PORT)))
            assert read_some(client.stdout, 5) == b"tiny\n"
            assert end(client) == (b"", "", 0)


@in_own_network
def test_an_answer_longer_than_the_line_is_read_to_its_newline():
    with listener() as s:
        client = start("tcpcli01", HOST)
        client.stdin.write(b"x\n")
        with accept_from(s) as conn:
            conn.send(b"input error\n")  # the book's str_echo08
            assert read_some(client.stdout, 12) == b"input error\n"
            assert end(client) == (b"", "", 0)


@in_own_network
def test_tcpcli11_writes_one_byte_and_later_the_rest():
    with listener() as s:
        client = start("tcpcli11", HOST)
        client.stdin.write(b"bye\n")
        with accept_from(s) as conn:
            assert (conn.recv(100), conn.recv(100)) == (b"b", b"ye\n")
            conn.send(b"bye\n")
            assert end(client) == (b"bye\n", "", 0)


# --- the server goes away ---

@pytest.mark.parametrize("name, err, status", [
    ("tcpcli11", "", -signal.SIGPIPE),
    ("tcpcli11_ignore", "tcpcli11_ignore: write error: Broken pipe\n", 1),
    ("tcpcli11_catch", "caught SIGPIPE\ntcpcli11_catch: write error: Broken pipe\n", 1),
], ids=["default", "ignored", "caught"])
@in_own_network
def test_the_second_write_to_a_dead_server_raises_sigpipe(name, err, status):
    client, child = start_client_of(start_server(), name)
    kill_server_side(child)
    assert end(client, b"bye\n") == (b"", err, status)


@in_own_network
def test_sigpipe_that_is_stderrs_own_does_not_catch_itself_for_ever():
    with listener() as s:
        client = start("tcpcli11_catch", HOST)
        accept_from(s)
        client.stderr.close()
        client.send_signal(signal.SIGPIPE)
        assert client.wait(DEADLINE_S) == 1


@in_own_network
def test_tcpcli01_sees_the_fin_of_a_dead_server_only_after_the_next_line():
    client, child = start_client_of(start_server())
    kill_server_side(child)
    assert client.poll() is None
    assert end(client, b"bye\n") == (b"", "str_cli: server terminated prematurely\n", 1)


ENDINGS = {
    "a FIN for an answer": (b"", False, b"", "str_cli: server terminated prematurely\n"),
    "a FIN after half an answer": (b"ab", False, b"ab", "str_cli: server terminated prematurely\n"),
    "an RST for an answer": (b"", True, b"", "tcpcli01: read error: Connection reset by peer\n"),
}


@pytest.mark.parametrize("answer, reset, out, err", ENDINGS.values(), ids=ENDINGS.keys())
@in_own_network
def test_an_answer_cut_short_is_printed_and_reported(answer, reset, out, err):
    with listener() as s:
        client = start("tcpcli01", HOST)
        client.stdin.write(b"abcd\n")
        with accept_from(s) as conn:
            assert conn.recv(100) == b"abcd\n"
            conn.send(answer)
            if reset:
                conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
        assert end(client) == (out, err, 1)


# --- the client goes away ---

@pytest.mark.parametrize("name", SERVERS)
@in_own_network
def test_a_client_that_resets_ends_its_child_and_not_the_server(name):
    server = start_server(name)
    with socket.create_connection((HOST, PORT)) as s:
        until("served", lambda: children(server))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    line = f"{name}: read error: Connection reset by peer\n"
    assert read_some(server.stderr, len(line)) == line.encode()
    assert end(start("tcpcli01", HOST), b"hi\n") == (b"hi\n", "", 0)


def serve_five_at_once(server):
    clients = [start_client_of(server) for _ in range(5)]
    for client, _ in clients:
        client.kill()
    return [child for _, child in clients]


@in_own_network
def test_tcpserv01_leaves_every_child_a_zombie():
    server = start_server("tcpserv01")
    pids = serve_five_at_once(server)
    until("five zombies", lambda: all(is_zombie(p) for p in pids))
    assert sorted(children(server)) == sorted(pids)


@in_own_network
def test_tcpserv04_reaps_children_that_end_together_and_names_each():
    server = start_server("tcpserv04")
    pids = serve_five_at_once(server)
    lines = sorted(f"child {p} terminated" for p in pids)
    out = read_some(server.stdout, sum(len(line) + 1 for line in lines))
    assert sorted(out.decode().splitlines()) == lines
    assert children(server) == []


@in_own_network
def test_tcpserv04_reaps_children_whose_signals_became_one():
    server = start_server("tcpserv04")
    pids = [start_client_of(server)[1] for _ in range(5)]
    server.send_signal(signal.SIGSTOP)
    for p in pids:
        os.kill(p, signal.SIGTERM)
    until("all have ended", lambda: all(is_zombie(p) for p in pids))
    server.send_signal(signal.SIGCONT)
    until("none is left", lambda: not children(server))


# --- refused ---

USAGES = [(c, args, f"usage: {c} <IPaddress>\n") for c in CLIENTS for args in ([], [HOST, "x"])]
USAGES += [(s, ["x"], f"usage: {s}\n") for s in SERVERS]
USAGES += [(c, ["foo"], f"{c}: not an IPv4 address: foo\n") for c in CLIENTS]
USAGES += [("tcpcli01", [bad], f"tcpcli01: not an IPv4 address: {bad}\n")
           for bad in ("", "::1", "127.0.0.256", "localhost")]


@pytest.mark.parametrize("name, args, err", USAGES, ids=[" ".join([u[0], *u[1]]) for u in USAGES])
@in_own_network
def test_wrong_arguments_are_refused_in_one_line(name, args, err):
    assert end(start(name, *args)) == (b"", err, 1)


@in_own_network
def test_connect_says_that_nobody_listens():
    assert end(start("tcpcli01", HOST)) == (b"", "tcpcli01: connect error: Connection refused\n", 1)


BUSY = ": bind error on port 9877: Address already in use; " \
       "to see who has it: ss -tanp sport = :9877\n"


@pytest.mark.parametrize("name", SERVERS)
@in_own_network
def test_a_second_server_says_that_the_port_is_busy(name):
    start_server()
    assert end(start(name)) == (b"", name + BUSY, 1)


@pytest.mark.parametrize("name", SERVERS)
@in_own_network
def test_a_server_cannot_be_restarted_within_time_wait(name):
    server = start_server(name)
    client, child = start_client_of(server)
    kill_server_side(child)  # it closes first, so TIME_WAIT is its to bear
    end(client)
    server.kill()
    server.wait(DEADLINE_S)
    until("TIME_WAIT", lambda: sockets(TIME_WAIT, PORT))
    assert end(start(name)) == (b"", name + BUSY, 1)


@in_own_network
def test_output_that_cannot_be_written_is_reported():
    start_server()
    with open("/dev/full", "w") as full:
        client = subprocess.run([CORE / "tcpcli01", HOST], input=b"hi\n", stdout=full,
                                stderr=subprocess.PIPE, timeout=DEADLINE_S)
    assert client.stderr == b"tcpcli01: output error: No space left on device\n"
    assert client.returncode == 1
