"""The programs of core/ for the whole chapter, run for real; see core_helpers.py.

Failures that need a second host (a crash, a router) are the scenarios'. What can be had on one host
is proved here: every program's claim, and how it fails.
"""

import ctypes
import errno
import os
import pathlib
import platform
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import threading

import pytest

from tests.support.core_helpers import (
    ABORT, ANY6, CLOSE_WAIT, CORE, DEADLINE_S, ESTABLISHED, HOST, HOST6, LISTEN, PORT, SYN_SENT,
    TEXTS, TIME_WAIT, accept_from, children, end, in_own_network, is_zombie, kill_server_side, libc,
    listener, read_some, sockets, start, start_client_of, start_server, until)

# By what they do: what each needs before its address.
FORKING = {"tcpserv01": [], "tcpserv03": [], "tcpserv04": [], "tcpserv_graceful": [],
           "tcpserv_keepalive": [], "tcpserv_reuseaddr": []}
MULTIPLEXING = {"tcpserv_select": [], "tcpserv_poll": [], "tcpserv_epoll": []}
ONE_PROCESS = {**MULTIPLEXING, "tcpserv_thread": []}
ECHOING = {**FORKING, **ONE_PROCESS, "tcpserv_emfile": ["spare"]}
SERVERS = {**ECHOING, "tcpserv02": [], "tcpserv_unread": [], "tcpserv_noread": [],
           "tcpserv_backlog1": [], "tcpserv_count": [], "tcpserv_stubborn": ["read"]}

ECHO_CLIENTS = ["tcpcli01", "tcpcli04", "tcpcli_select", "tcpcli_poll", "tcpcli_keepalive",
                "tcpcli_linger", "tcpcli_user_timeout"]
WATCHING = ["tcpcli_select", "tcpcli_poll", "tcpcli_keepalive"]
CLIENTS = ECHO_CLIENTS + ["tcpcli_flood", "tcpcli_halfclose", "tcpcli_stubborn"]
PREMATURE = "str_cli: server terminated prematurely\n"


# --- actions and observations of this file ---

def serve(name, *address, **options):
    return start_server(name, *SERVERS[name], *address, **options)


def connect(host=HOST):
    return socket.create_connection((host, PORT), timeout=DEADLINE_S)


def echo(s, text=b"hi\n"):
    """A conversation that works."""
    s.sendall(text)
    assert receive(s, len(text)) == text


def receive(s, nbytes):
    """Exactly nbytes, or less if the connection ends before."""
    data = b""
    while len(data) < nbytes and (more := s.recv(nbytes - len(data))):
        data += more
    return data


def abort(s):
    """Close with an RST."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    s.close()


def state(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def sleeps_in(pid, function):
    """As ps -o wchan shows it."""
    return function in pathlib.Path(f"/proc/{pid}/wchan").read_text()


def stop(process):
    process.send_signal(signal.SIGSTOP)
    until("it has stopped", lambda: state(process.pid) == "T")


def go_on(process):
    process.send_signal(signal.SIGCONT)


def say(stream, text):
    assert read_some(stream, len(text)) == text.encode()


def queued(row):
    """Bytes of a row of /proc/net/tcp: not yet acknowledged, not yet read."""
    return tuple(int(number, 16) for number in row[4].split(":"))


def vanish(s):
    """From now on s neither hears nor says anything, as if its host had crashed."""
    drop_all = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))  # BPF: ret #0
    program = struct.pack("HxxxxxxP", 1, ctypes.addressof(drop_all))
    s.setsockopt(socket.SOL_SOCKET, 26, program)  # SO_ATTACH_FILTER


def forget(s):
    """s is gone without a word, as if its host had crashed and come up again."""
    s.setsockopt(socket.IPPROTO_TCP, 19, 1)  # TCP_REPAIR
    s.close()


# --- echo: every server, every client, both families ---

@pytest.mark.parametrize("name", ECHOING)
@in_own_network
def test_every_server_sends_back_what_it_gets(name):
    serve(name)
    for text in TEXTS.values():
        assert end(start("tcpcli01", HOST), text) == (text, "", 0)


@pytest.mark.parametrize("name", ECHO_CLIENTS)
@in_own_network
def test_every_client_prints_what_comes_back(name):
    start_server()
    for text in TEXTS.values():
        assert end(start(name, HOST), text) == (text, "", 0)


@pytest.mark.parametrize("name", ECHOING)
@in_own_network
def test_a_silent_client_keeps_no_server_from_the_others(name):
    serve(name)
    with connect() as silent, connect() as other:
        echo(other)
        echo(silent, b"at last\n")


def needs_ipv6():
    if not pathlib.Path("/proc/self/net/if_inet6").exists():
        pytest.skip("no IPv6 here")


@pytest.mark.parametrize("name", [*ECHOING, "tcpserv02"])
@in_own_network
def test_every_server_serves_ipv6_and_with_it_ipv4(name):
    needs_ipv6()
    serve(name, ANY6)
    for host in HOST6, HOST:
        with connect(host) as s:
            echo(s)
            if name == "tcpserv02":  # it does not live to see a second client
                break


@pytest.mark.parametrize("name", [*ECHO_CLIENTS, "tcpcli11", "tcpcli11_ignore", "tcpcli11_catch"])
@in_own_network
def test_every_client_speaks_ipv6(name):
    needs_ipv6()
    start_server("tcpserv04", ANY6)
    assert end(start(name, HOST6), b"hi\n") == (b"hi\n", "", 0)


@in_own_network
def test_a_server_of_one_address_is_not_there_at_another():
    start_server("tcpserv04", HOST)
    assert end(start("tcpcli01", HOST), b"hi\n") == (b"hi\n", "", 0)
    refused = "tcpcli01: connect error: Connection refused\n"
    assert end(start("tcpcli01", "127.0.0.2")) == (b"", refused, 1)


# --- 5.9: EINTR ---

@in_own_network
def test_tcpserv02_dies_of_eintr_when_its_first_child_has_ended():
    server = start_server("tcpserv02")
    with connect() as other:
        echo(other)
        client, child = start_client_of(server)
        assert end(client, b"hi\n") == (b"hi\n", "", 0)
        assert server.wait(DEADLINE_S) == 1
        say(server.stdout, f"child {child} terminated\n")
        say(server.stderr, "tcpserv02: accept error: Interrupted system call\n")
        echo(other, b"its child lives\n")


@pytest.mark.parametrize("name", ["tcpserv03", "tcpserv04"])
@in_own_network
def test_tcpserv03_and_04_reap_a_child_and_go_on(name):
    server = start_server(name)
    for _ in range(3):
        client, child = start_client_of(server)
        assert end(client, b"hi\n") == (b"hi\n", "", 0)
        say(server.stdout, f"child {child} terminated\n")
    assert children(server) == []


# --- 5.10: five at once ---

def end_together(server):
    """tcpcli04's five children end while the server is stopped: one SIGCHLD for all."""
    client = start("tcpcli04", HOST)
    pids = until("five children", lambda: len(children(server)) == 5 and children(server))
    stop(server)
    assert end(client, b"hi\n") == (b"hi\n", "", 0)
    until("all have ended", lambda: all(is_zombie(p) for p in pids))
    go_on(server)
    return pids


@in_own_network
def test_tcpserv03_reaps_one_of_five_that_end_together():
    server = start_server("tcpserv03")
    pids = end_together(server)
    line = read_some(server.stdout, len(f"child {pids[0]} terminated\n")).decode()
    reaped = int(line.split()[1])
    assert line == f"child {reaped} terminated\n" and reaped in pids
    with connect() as s:
        echo(s)
        zombies = [p for p in children(server) if is_zombie(p)]
        assert sorted(zombies) == sorted(p for p in pids if p != reaped)


@in_own_network
def test_tcpserv04_reaps_all_five_that_end_together():
    server = start_server("tcpserv04")
    pids = end_together(server)
    out = read_some(server.stdout, sum(len(f"child {p} terminated\n") for p in pids)).decode()
    assert sorted(out.splitlines()) == sorted(f"child {p} terminated" for p in pids)
    assert children(server) == []


@in_own_network
def test_wait_in_a_handler_blocks_the_server_when_a_child_is_only_stopped():
    server = start_server("tcpserv03")
    _, child = start_client_of(server)
    os.kill(child, signal.SIGSTOP)
    until("the handler waits", lambda: sleeps_in(server.pid, "do_wait"))
    with connect() as s:
        s.sendall(b"hi\n")
        assert children(server) == [child]
        os.kill(child, signal.SIGKILL)
        assert receive(s, 3) == b"hi\n"


# --- 5.11: connections that are aborted before accept ---

NUMBERS = {"x86_64": {"accept": 43, "ppoll": 271, "seccomp": 317},
           "aarch64": {"accept": 202, "ppoll": 73, "seccomp": 277}}.get(platform.machine())


class Intercepted:
    """A call of a process, for which the kernel asks us first (seccomp_unotify(2)).

    meanwhile(pid) is done before the call is. It fails with the errors, the first, the second ...,
    and when there are none left, it is as usual.
    """

    def __init__(self, call, errors=(), meanwhile=lambda pid: None):
        self.number, self.errors, self.meanwhile = NUMBERS[call], errors, meanwhile
        self.ours, self.theirs = socket.socketpair()

    def install(self):
        """In the process, before its program."""
        load_number, equal, result = 0x20, 0x15, 0x06
        ask, allow = 0x7FC00000, 0x7FFF0000  # SECCOMP_RET_USER_NOTIF, _ALLOW
        code = [(load_number, 0, 0, 0), (equal, 0, 1, self.number), (result, 0, 0, ask),
                (result, 0, 0, allow)]
        filters = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *c) for c in code))
        program = ctypes.create_string_buffer(
            struct.pack("HxxxxxxP", len(code), ctypes.addressof(filters)))
        libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
        # SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER
        fd = libc.syscall(NUMBERS["seccomp"], 1, 8, program)
        assert fd >= 0, os.strerror(ctypes.get_errno())
        socket.send_fds(self.theirs, [b"x"], [fd])

    def answer(self):
        """From now on. A thread, for a call that nobody answers would never return."""
        fd = socket.recv_fds(self.ours, 1, 1)[1][0]
        threading.Thread(target=self._answer, args=[fd], daemon=True).start()

    def _answer(self, fd):
        receive_request, send_answer = ctypes.c_ulong(0xC0502100), ctypes.c_ulong(0xC0182101)
        while True:
            request = ctypes.create_string_buffer(80)
            if libc.ioctl(fd, receive_request, request) < 0:
                if ctypes.get_errno() == errno.ENOENT:
                    continue  # a signal took the process out of the call
                return
            ident, pid = struct.unpack_from("QI", request)
            self.meanwhile(pid)
            error = self.errors.pop(0) if self.errors else 0
            go_on_with_it = 0 if error else 1  # SECCOMP_USER_NOTIF_FLAG_CONTINUE
            libc.ioctl(fd, send_answer, struct.pack("QqiI", ident, 0, -error, go_on_with_it))


def start_intercepted(name, *how, **more):
    if not NUMBERS:
        pytest.skip("the numbers of the calls on this machine are not known here")
    intercepted = Intercepted(*how, **more)
    server = start(name, *SERVERS[name], before=intercepted.install)
    intercepted.answer()
    return server


def serve_intercepted(name, *how, **more):
    server = start_intercepted(name, *how, **more)
    until(f"{name} listens", lambda: sockets(LISTEN, PORT))
    return server


@pytest.mark.parametrize("name", [n for n in ECHOING if n != "tcpserv03"])
@in_own_network
def test_an_aborted_connection_ends_no_server_but_tcpserv03(name):
    errors = [errno.ECONNABORTED, errno.EPROTO]
    serve_intercepted(name, "accept", errors)
    with connect() as s:
        echo(s)
    assert errors == []


@pytest.mark.parametrize("error, text", [(errno.ECONNABORTED, "Software caused connection abort"),
                                         (errno.EPROTO, "Protocol error")])
@in_own_network
def test_tcpserv03_dies_of_an_aborted_connection(error, text):
    server = start_intercepted("tcpserv03", "accept", [error])
    assert end(server) == (b"", f"tcpserv03: accept error: {text}\n", 1)


@pytest.mark.parametrize("name", [*MULTIPLEXING, "tcpserv_graceful", "tcpserv_emfile"])
@in_own_network
def test_who_waits_elsewhere_does_not_wait_in_accept(name):
    """UNP 16.6: if the client is gone again, accept fails with EAGAIN, and life goes on."""
    server = serve(name)
    inode = until("listens", lambda: sockets(LISTEN, PORT))[0][9]
    fds = pathlib.Path(f"/proc/{server.pid}/fd")
    fd = next(f.name for f in fds.iterdir() if os.readlink(f) == f"socket:[{inode}]")
    info = pathlib.Path(f"/proc/{server.pid}/fdinfo/{fd}").read_text()
    assert int(re.search(r"flags:\s*(\d+)", info)[1], 8) & os.O_NONBLOCK


@pytest.mark.parametrize("name", [*MULTIPLEXING, "tcpserv_graceful", "tcpserv_emfile"])
@in_own_network
def test_a_client_that_is_gone_before_accept_is_passed_over(name):
    errors = [errno.EAGAIN, errno.EAGAIN]
    serve_intercepted(name, "accept", errors)
    with connect() as s:
        echo(s)
    assert errors == []


STUBBORN = {
    "read": "getpeername: -1 ENOTCONN (Transport endpoint is not connected)\n"
            "read: -1 ECONNRESET (Connection reset by peer)\nread: 0\n",
    "write": "getpeername: -1 ENOTCONN (Transport endpoint is not connected)\n"
             "write: -1 ECONNRESET (Connection reset by peer)\nwrite: -1 EPIPE (Broken pipe)\n",
}


@pytest.mark.parametrize("does", STUBBORN)
@in_own_network
def test_linux_hands_out_a_connection_that_was_aborted_in_the_queue(does):
    server = start_server("tcpserv_stubborn", does)
    stop(server)
    assert end(start("tcpcli_linger", HOST)) == (b"", "", 0)
    go_on(server)
    say(server.stdout, STUBBORN[does])
    with connect() as s:  # and if it was not aborted:
        if does == "read":
            s.sendall(b"hi\n")
            say(server.stdout, "getpeername: 0\nread: 3\n")
        else:
            assert receive(s, 18) == b"stubborn\nstubborn\n"
            say(server.stdout, "getpeername: 0\nwrite: 9\nwrite: 9\n")


@pytest.mark.parametrize("name", ECHOING)
@in_own_network
def test_an_rst_before_accept_ends_no_server(name):
    server = serve(name)
    stop(server)
    abort(connect())
    go_on(server)
    say(server.stderr, f"{name}: read error: Connection reset by peer\n")
    with connect() as s:
        echo(s)


# --- one process for all ---

@pytest.mark.parametrize("name", ONE_PROCESS)
@in_own_network
def test_a_client_that_resets_ends_no_other(name):
    server = serve(name)
    with connect() as other:
        echo(other)
        with connect() as s:
            echo(s)
            abort(s)
        say(server.stderr, f"{name}: read error: Connection reset by peer\n")
        echo(other)


@pytest.mark.parametrize("name", ONE_PROCESS)
@in_own_network
def test_an_answer_that_nobody_takes_ends_no_other(name):
    """After the FIN the first answer draws an RST, and the second is EPIPE: it must not kill."""
    server = serve(name)
    with connect() as other:
        echo(other)
        stop(server)
        with connect() as s:
            s.sendall(b"x" * 3 * 4096)
        go_on(server)
        say(server.stderr, f"{name}: write error: Broken pipe\n")
        echo(other)


def send_until_it_waits(s, other):
    """As much as the server takes from a client that does not read; and other is served."""
    sent, before = 0, None
    piece = bytes(range(251)) * 1000
    s.setblocking(False)
    while True:
        try:
            sent += s.send(piece[sent % len(piece):])
        except BlockingIOError:
            echo(other)
            now = queued(sockets(ESTABLISHED, PORT, s.getsockname()[1])[0])
            if all(now) and now == before:  # it has bytes to send, and leaves others unread
                s.settimeout(DEADLINE_S)
                return sent, piece
            before = now


# What a segment takes of the server's 4096 byte pieces decides how its send buffer becomes full.
SEGMENTS = {"partial writes": 1000, "EAGAIN": 4096}


@pytest.mark.parametrize("segment", SEGMENTS.values(), ids=SEGMENTS)
@pytest.mark.parametrize("name", ECHOING)
@in_own_network
def test_a_client_that_does_not_read_blocks_no_other_and_loses_nothing(name, segment):
    server = serve(name)
    with socket.socket() as s, connect() as other:
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment + 12)  # 12: its time stamp
        s.connect((HOST, PORT))
        sent, piece = send_until_it_waits(s, other)
        until("nobody spins", lambda: state(server.pid) == "S")
        s.shutdown(socket.SHUT_WR)
        got = receive(s, sent + 1)
        assert got == (piece * (sent // len(piece) + 1))[:sent]


@pytest.mark.parametrize("name", ONE_PROCESS)
@in_own_network
def test_who_ends_leaves_the_others_as_they_were(name):
    server = serve(name)
    clients = [connect() for _ in range(4)]
    for s in clients:
        echo(s)
    for gone in clients.pop(0), clients.pop(1):
        gone.close()
        for s in clients:
            echo(s)
        until("nobody spins", lambda: state(server.pid) == "S")
    with connect() as s:
        echo(s)


@pytest.mark.parametrize("name", MULTIPLEXING)
@in_own_network
def test_a_client_that_resets_with_its_answer_untaken_ends_no_other(name):
    server = serve(name)
    with connect() as s, connect() as other:
        send_until_it_waits(s, other)
        abort(s)
        say(server.stderr, f"{name}: write error: Connection reset by peer\n")
        echo(other)


def limit_descriptors(soft):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("name", ONE_PROCESS)
@in_own_network
def test_client_1001_waits_until_another_has_ended(name):
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 2048:
        pytest.skip("not enough descriptors here")
    limit_descriptors(2048)
    serve(name, before=lambda: limit_descriptors(1024))
    clients = [connect() for _ in range(1000)]
    echo(clients[-1])
    with connect() as late:
        late.sendall(b"late\n")
        echo(clients[0])
        echo(clients[1])
        assert not select.select([late], [], [], 0)[0]
        clients.pop().close()
        assert receive(late, 5) == b"late\n"


@in_own_network
def test_tcpserv_select_turns_away_who_does_not_fit_into_a_set():
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < 2048:
        pytest.skip("not enough descriptors here")

    def take_descriptors():  # all but one for the listening socket and one for a client
        limit_descriptors(2048)
        null = os.open("/dev/null", os.O_RDONLY)
        for fd in range(3, 1022):
            os.dup2(null, fd)
        os.set_inheritable(null, True)

    serve("tcpserv_select", before=take_descriptors, close_fds=False)
    with connect() as first, connect() as second:
        echo(first)
        assert second.recv(1) == b""
        echo(first)


@in_own_network
def test_a_process_that_was_stopped_and_continued_goes_on():
    """epoll_wait then fails with EINTR, handler or not (signal(7))."""
    for name in MULTIPLEXING:
        server = serve(name)
        with connect() as s:
            echo(s)
            stop(server)
            go_on(server)
            echo(s)
        server.kill()
        assert end(server) == (b"", "", -signal.SIGKILL)
        until("the port is free", lambda: not sockets(LISTEN, PORT))


# --- 5.12: the client learns at once; 6.6: half-close ---

@pytest.mark.parametrize("name", WATCHING)
@in_own_network
def test_a_watching_client_notices_the_fin_without_a_line_typed(name):
    client, child = start_client_of(start_server(), name)
    client.stdin.write(b"hi\n")
    assert read_some(client.stdout, 3) == b"hi\n"
    os.kill(child, signal.SIGKILL)
    assert client.wait(DEADLINE_S) == 1
    assert end(client) == (b"", PREMATURE, 1)


@pytest.mark.parametrize("name", WATCHING)
@in_own_network
def test_a_watching_client_notices_an_rst_without_a_line_typed(name):
    with listener() as s:
        client = start(name, HOST)
        abort(accept_from(s))
        assert client.wait(DEADLINE_S) == 1
        assert end(client) == (b"", f"{name}: read error: Connection reset by peer\n", 1)


@pytest.mark.parametrize("name", WATCHING)
@in_own_network
def test_a_batch_loses_nothing(name):
    start_server()
    text = os.urandom(3_000_000)
    assert end(start(name, HOST), text) == (text, "", 0)


@in_own_network
def test_a_client_that_closes_at_the_end_of_a_batch_would_lose_its_end():
    """What the half-close is for: shutdown, and not close."""
    with listener() as s:
        client = start("tcpcli_select", HOST)
        client.stdin.write(b"hi\n")
        client.stdin.close()
        with accept_from(s) as conn:
            assert (conn.recv(100), conn.recv(100)) == (b"hi\n", b"")  # its FIN
            assert client.poll() is None
            conn.sendall(b"hi\n")
            assert read_some(client.stdout, 3) == b"hi\n"
            assert client.poll() is None
        assert client.wait(DEADLINE_S) == 0


@pytest.mark.parametrize("name", WATCHING)
@in_own_network
def test_a_batch_whose_answer_is_not_complete_is_reported(name):
    with listener() as s:
        client = start(name, HOST)
        client.stdin.write(b"hi there\n")
        client.stdin.close()
        with accept_from(s) as conn:
            assert receive(conn, 100) == b"hi there\n"
            conn.sendall(b"hi")
        assert client.wait(DEADLINE_S) == 1
        assert (client.stdout.read(), client.stderr.read()) == (b"hi", PREMATURE.encode())


@pytest.mark.parametrize("name", WATCHING)
@in_own_network
def test_a_watching_client_reads_while_the_server_takes_nothing(name):
    with listener() as s:
        batch = os.open("/dev/zero", os.O_RDONLY)
        client = start(name, HOST, stdin=batch)
        with accept_from(s) as conn:
            port = conn.getpeername()[1]
            full = lambda: queued(sockets(ESTABLISHED, port)[0])[0]
            until("the client cannot send", lambda: full() > 0 and sleeps_in(client.pid, "poll"))
            conn.sendall(b"hi\n")
            assert read_some(client.stdout, 3) == b"hi\n"


@pytest.mark.parametrize("name", WATCHING)
@in_own_network
def test_a_watching_client_says_what_it_cannot_print(name):
    start_server()
    with open("/dev/full", "w") as full:
        client = start(name, HOST, stdout=full)
        client.stdin.write(b"hi\n")
        assert client.wait(DEADLINE_S) == 1
        assert client.stderr.read() == f"{name}: write error: No space left on device\n".encode()


# --- 5.16: the graceful server, and the others ---

def ask_to_end(server):
    server.send_signal(signal.SIGTERM)
    say(server.stdout, "SIGTERM: no new clients; those who are here may finish\n")


@in_own_network
def test_tcpserv_graceful_without_clients_ends_at_once():
    server = start_server("tcpserv_graceful")
    ask_to_end(server)
    assert end(server) == (b"", "", 0)


@in_own_network
def test_tcpserv_graceful_lets_its_clients_finish_and_takes_no_new_ones():
    server = start_server("tcpserv_graceful")
    client, child = start_client_of(server)
    ask_to_end(server)
    until("it listens no more", lambda: not sockets(LISTEN, PORT))
    refused = "tcpcli01: connect error: Connection refused\n"
    assert end(start("tcpcli01", HOST)) == (b"", refused, 1)
    assert server.poll() is None
    assert end(client, b"still here\n") == (b"still here\n", "", 0)
    assert end(server) == (f"child {child} terminated\n".encode(), "", 0)


@in_own_network
def test_sigterm_to_every_process_of_the_host_ends_no_conversation_of_tcpserv_graceful():
    server = start_server("tcpserv_graceful")
    client, child = start_client_of(server)
    os.kill(child, signal.SIGTERM)
    ask_to_end(server)
    os.kill(child, signal.SIGTERM)
    assert end(client, b"still here\n") == (b"still here\n", "", 0)
    assert end(server) == (f"child {child} terminated\n".encode(), "", 0)


@in_own_network
def test_sigterm_to_every_process_of_the_host_ends_all_conversations_of_tcpserv04():
    server = start_server("tcpserv04")
    client, child = start_client_of(server)
    for pid in child, server.pid:
        os.kill(pid, signal.SIGTERM)
    until("the client's kernel has the FIN", lambda: sockets(CLOSE_WAIT, None, PORT))
    assert end(client, b"still here\n") == (b"", PREMATURE, 1)
    assert server.wait(DEADLINE_S) == -signal.SIGTERM


@in_own_network
def test_tcpserv_graceful_serves_who_was_in_the_queue_before_sigterm():
    server = start_server("tcpserv_graceful")
    stop(server)
    early = [connect() for _ in range(3)]
    server.send_signal(signal.SIGTERM)
    go_on(server)
    for s in early:
        echo(s)
        s.close()
    out, err, status = end(server)
    assert (err, status) == ("", 0)
    assert out.count(b" terminated\n") == 3


@in_own_network
def test_tcpserv_graceful_hears_sigterm_while_clients_never_cease_to_come():
    heard = threading.Event()
    server = serve_intercepted("tcpserv_graceful", "accept",
                               meanwhile=lambda pid: heard.is_set() or connect().close())
    connect().close()  # from now on, there is one more whenever one is accepted
    until("it has had many", lambda: server.stdout.readline())
    server.send_signal(signal.SIGTERM)
    until("it has heard", lambda: server.stdout.readline().startswith(b"SIGTERM"))
    heard.set()
    assert end(server)[1:] == ("", 0)


def waits_to_be_delivered(pid, number):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    pending, blocked = (int(re.search(rf"{field}:\s*(\w+)", status)[1], 16)
                        for field in ("ShdPnd", "SigBlk"))
    return pending & ~blocked & 1 << number - 1


@in_own_network
def test_sigterm_between_the_flag_and_the_sleep_of_tcpserv_graceful_is_not_lost():
    sent = []

    def send(pid):
        if not sent:
            sent.append(os.kill(pid, signal.SIGTERM))
            until("handled, or blocked", lambda: not waits_to_be_delivered(pid, signal.SIGTERM))

    server = start_intercepted("tcpserv_graceful", "ppoll", meanwhile=send)
    ended = b"SIGTERM: no new clients; those who are here may finish\n"
    assert end(server) == (ended, "", 0)


@in_own_network
def test_tcpserv_graceful_reaps_while_it_serves():
    server = start_server("tcpserv_graceful")
    for _ in range(3):
        client, child = start_client_of(server)
        end(client, b"hi\n")
        say(server.stdout, f"child {child} terminated\n")
    assert children(server) == []


# --- neighbours: what ends a connection ---

@in_own_network
def test_tcpcli_linger_ends_with_an_rst():
    with listener() as s:
        client = start("tcpcli_linger", HOST)
        client.stdin.write(b"hi\n")
        with accept_from(s) as conn:
            conn.sendall(conn.recv(100))
            assert end(client) == (b"hi\n", "", 0)
            with pytest.raises(ConnectionResetError):
                conn.recv(100)
    assert not sockets(TIME_WAIT)


@in_own_network
def test_tcpserv_unread_ends_with_an_rst_and_who_goes_on_gets_epipe():
    server = start_server("tcpserv_unread")
    client = start("tcpcli_stubborn", HOST)
    client.stdin.write(b"hello\n")
    say(client.stdout, "write: 6\nread: -1 ECONNRESET (Connection reset by peer)\n")
    say(server.stdout, "close: with 6 bytes unread\n")
    out = b"write: -1 EPIPE (Broken pipe)\nread: 0\n"
    assert end(client, b"again\n") == (out, "", 0)


@in_own_network
def test_tcpserv_unread_with_nothing_unread_ends_with_a_fin():
    server = start_server("tcpserv_unread")
    with connect() as s:
        s.shutdown(socket.SHUT_WR)
        assert s.recv(1) == b""
        say(server.stdout, "close: with 0 bytes unread\n")


@in_own_network
def test_tcpserv_unread_survives_a_reset():
    server = start_server("tcpserv_unread")
    abort(connect())
    say(server.stderr, "tcpserv_unread: recv error: Connection reset by peer\n")
    say(server.stdout, "close: with 0 bytes unread\n")
    assert server.poll() is None


@in_own_network
def test_after_a_fin_and_an_rst_read_returns_0_and_write_fails_with_epipe():
    client, child = start_client_of(start_server(), "tcpcli_stubborn")
    kill_server_side(child)
    client.stdin.write(b"one\n")
    say(client.stdout, "write: 4\nread: 0\n")
    until("the RST has come", lambda: not sockets(CLOSE_WAIT, None, PORT))
    assert end(client, b"two\n") == (b"write: -1 EPIPE (Broken pipe)\nread: 0\n", "", 0)


@in_own_network
def test_a_server_that_has_forgotten_the_connection_answers_with_an_rst():
    with listener() as s:
        client = start("tcpcli_stubborn", HOST)
        forget(accept_from(s))
        client.stdin.write(b"one\n")
        say(client.stdout, "write: 4\nread: -1 ECONNRESET (Connection reset by peer)\n")
        assert end(client, b"two\n") == (b"write: -1 EPIPE (Broken pipe)\nread: 0\n", "", 0)


# --- neighbours: the other side is silent ---

@in_own_network
def test_tcpcli_keepalive_notices_a_silent_server_and_keeps_one_that_answers():
    with listener() as s:
        lost = start("tcpcli_keepalive", HOST)
        silent = accept_from(s)
        vanish(silent)
        kept = start("tcpcli_keepalive", HOST)
        with silent, accept_from(s) as other:
            assert lost.wait(DEADLINE_S) == 1
            assert end(lost) == (b"", "tcpcli_keepalive: read error: Connection timed out\n", 1)
            other.sendall(b"hi\n")
            assert read_some(kept.stdout, 3) == b"hi\n"


@in_own_network
def test_tcpserv_keepalive_notices_a_silent_client_and_keeps_one_that_answers():
    server = start_server("tcpserv_keepalive")
    with connect() as silent, connect() as other:
        pids = until("both are served", lambda: len(children(server)) == 2 and children(server))
        vanish(silent)
        say(server.stderr, "tcpserv_keepalive: read error: Connection timed out\n")
        line = read_some(server.stdout, len(f"child {pids[0]} terminated\n")).decode()
        assert int(line.split()[1]) in pids
        echo(other)


@pytest.mark.parametrize("name, timer", [("tcpserv04", "00"), ("tcpserv_keepalive", "02")])
@in_own_network
def test_only_with_keepalive_a_timer_runs_on_an_idle_connection(name, timer):
    start_server(name)
    with connect() as s:
        port = s.getsockname()[1]
        echo(s)
        until("nothing is under way", lambda: not any(
            any(queued(row)) for row in sockets(ESTABLISHED)))
        until("the timer", lambda: sockets(ESTABLISHED, PORT, port)[0][5].split(":")[0] == timer)


@in_own_network
@pytest.mark.parametrize("limit", [[], ["300"]], ids=str)
def test_tcpcli_user_timeout_gives_up_on_what_is_not_acknowledged(limit):
    with listener() as s:
        client = start("tcpcli_user_timeout", HOST, *limit)
        with accept_from(s) as conn:
            vanish(conn)
            assert end(client, b"hi\n") == (
                b"", "tcpcli_user_timeout: read error: Connection timed out\n", 1)


# --- neighbours: half-close, zero window, queue, port, descriptors ---

@in_own_network
def test_tcpserv_count_answers_a_client_that_half_closes():
    start_server("tcpserv_count")
    assert end(start("tcpcli_halfclose", HOST), b"hi there\n") == (b"9 bytes\n", "", 0)
    assert end(start("tcpcli_halfclose", HOST)) == (b"0 bytes\n", "", 0)


@in_own_network
def test_tcpserv_count_waits_for_a_client_that_does_not():
    server = start_server("tcpserv_count")
    with connect() as s:
        s.sendall(b"hi there\n")
        until("it has read that and waits", lambda: not queued(sockets(ESTABLISHED, PORT)[0])[1]
              and state(server.pid) == "S")
        assert not select.select([s], [], [], 0)[0]
        s.shutdown(socket.SHUT_WR)
        assert receive(s, 100) == b"9 bytes\n"


@in_own_network
def test_tcpserv_count_survives_a_client_that_resets():
    server = start_server("tcpserv_count")
    abort(connect())
    say(server.stderr, "tcpserv_count: read error: Connection reset by peer\n")
    assert end(start("tcpcli_halfclose", HOST), b"hi\n") == (b"3 bytes\n", "", 0)


@in_own_network
def test_tcpcli_flood_waits_for_a_closed_window_and_loses_nothing():
    server = start_server("tcpserv_noread")
    client = start("tcpcli_flood", HOST)
    say(server.stdout, "connected; Enter lets me read\n")

    def probes():  # 04: the timer of zero window probes
        rows = sockets(ESTABLISHED, None, PORT)
        return rows and rows[0][5].startswith("04:")

    until("the client probes a window of 0", probes)
    assert sleeps_in(client.pid, "wait_woken") or sleeps_in(client.pid, "sk_stream_wait_memory")
    assert end(server, b"\n") == (b"read: 65536 bytes, and the end\n", "", 0)
    out, err, status = end(client)
    assert (err, status) == ("", 0)
    assert re.fullmatch(rb"write: \d{4,5} bytes taken; the next one has to wait\n"
                        rb"write: all 65536 bytes taken\n", out)


@in_own_network
def test_tcpcli_flood_says_why_it_ends():
    with listener() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # less than it sends
        client = start("tcpcli_flood", HOST)
        with accept_from(s) as conn:
            until("it waits", lambda: sleeps_in(client.pid, "wait"))
            abort(conn)
        out, err, status = end(client)
        assert (err, status) == ("tcpcli_flood: write error: Connection reset by peer\n", 1)


@in_own_network
def test_tcpserv_backlog1_has_room_for_two_and_does_not_answer_a_third():
    def overflows():
        names, values = [line.split() for line in open("/proc/self/net/netstat")
                         if line.startswith("TcpExt:")]
        return int(values[names.index("ListenOverflows")])

    start_server("tcpserv_backlog1")
    with connect(), connect():
        client = start("tcpcli01", HOST)
        until("its SYN has been dropped", overflows)
        assert sockets(SYN_SENT, None, PORT)
        assert client.poll() is None


@in_own_network
def test_tcpserv_reuseaddr_can_be_restarted_within_time_wait():
    server = start_server("tcpserv_reuseaddr")
    client, child = start_client_of(server)
    kill_server_side(child)
    end(client)
    server.kill()
    server.wait(DEADLINE_S)
    until("TIME_WAIT", lambda: sockets(TIME_WAIT, PORT))
    start_server("tcpserv_reuseaddr")
    assert end(start("tcpcli01", HOST), b"hi\n") == (b"hi\n", "", 0)


LEAKS_UNSEEN = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}  # needs descriptors itself


@in_own_network
def test_tcpserv_emfile_dies_of_its_fourth_client_and_takes_the_others_along():
    server = start_server("tcpserv_emfile", "die", env=LEAKS_UNSEEN)
    clients = [connect() for _ in range(3)]
    for s in clients:
        echo(s)
    stop(server)  # or it might reset the fourth before our connect() has returned
    clients.append(connect())
    go_on(server)
    assert end(server) == (b"", "tcpserv_emfile: accept error: Too many open files\n", 1)
    assert [s.recv(1) for s in clients[:3]] == [b""] * 3


@in_own_network
def test_tcpserv_emfile_with_a_spare_descriptor_turns_away_the_fourth_and_only_that():
    server = start_server("tcpserv_emfile", "spare")
    clients = [connect() for _ in range(3)]
    for s in clients:
        echo(s)
    for _ in range(3):
        with connect() as s:
            assert s.recv(1) == b""
        say(server.stderr, "tcpserv_emfile: accept error: Too many open files\n")
    for s in clients:
        echo(s)
    clients.pop().close()
    until("there is a place", lambda: len(sockets(ESTABLISHED, PORT)) == 2)
    with connect() as s:
        echo(s)


# --- 5.8, 5.10: the demonstrations ---

WAITDEMO = """\
wait: sleeps until a child ends; it called exit(7): exited, status 7
wait: a zombie already; it called exit(263), of which 8 bits arrive: exited, status 7
wait: the second of two has ended: the second came
wait: now the first has: the first came
wait: no child is left: -1 ECHILD (No child processes)
waitpid: asked for the second of two zombies: the second came
waitpid: asked for -1, any: the first came
waitpid: asked for a process that is no child: -1 ECHILD (No child processes)
wnohang: five children at work: 0
wnohang: four have ended: the loop reaped 4, then came 0
wnohang: so has the fifth: it came
wnohang: no child is left: -1 ECHILD (No child processes)
signal: SIGKILL sent to a child: killed by SIGKILL
signal: its WIFEXITED is false, its WIFSIGNALED is true
signal: exit(137), as a shell calls it, is no SIGKILL: exited, status 137
"""

SIGDEMO = """\
signal: signal() returns what was before: SIG_DFL
signal: signal(), BSD's and glibc's, sets: a handler, SA_RESTART
signal: raised twice: USR1 begins, USR1 ends, USR1 begins, USR1 ends
signal: signal(), System V's, sets: a handler, SA_RESETHAND, SA_NODEFER
signal: raised once: USR1 begins, USR1 ends
signal: and then there is: SIG_DFL, SA_RESETHAND, SA_NODEFER
signal: sigaction(), everywhere, sets what it is told: a handler
signal: raised twice: USR1 begins, USR1 ends, USR1 begins, USR1 ends
mask: SIGUSR2 raised in the handler of SIGUSR1: USR1 begins, USR2 begins, USR2 ends, USR1 ends
mask: the same with SIGUSR2 in sa_mask: USR1 begins, USR1 ends, USR2 begins, USR2 ends
mask: SIGUSR1 raised in its own handler: USR1 begins, USR1 ends, USR1 begins, USR1 ends
mask: the same with SA_NODEFER: USR1 begins, USR1 begins, USR1 ends, USR1 ends
mask: SIGUSR1 raised three times while blocked: no handler ran
mask: unblocked; signals do not queue: USR1 begins, USR1 ends
restart: read, interrupted; its handler has no SA_RESTART: -1 EINTR (Interrupted system call)
restart: the same read again: 1
restart: read, interrupted; its handler has SA_RESTART: 1
ignore: SIGTERM raised and survived: SIG_IGN
ignore: a child inherits that; raises SIGTERM: exited, status 0
ignore: SIGCHLD ignored, a child has ended: no zombie: wait: -1 ECHILD (No child processes)
default: SIGTERM raised: killed by SIGTERM
default: SIGCHLD and SIGURG raised, which are ignored: exited, status 0
kill: sigaction(SIGKILL, a handler): -1 EINVAL (Invalid argument)
kill: sigaction(SIGKILL, SIG_IGN): -1 EINVAL (Invalid argument)
kill: sigaction(SIGSTOP, a handler): -1 EINVAL (Invalid argument)
kill: sigaction(SIGSTOP, SIG_IGN): -1 EINVAL (Invalid argument)
kill: sigprocmask(SIG_BLOCK, both): 0
kill: and now blocked are: SIGKILL no, SIGSTOP no
kill: a process that blocks every signal raises SIGKILL: killed by SIGKILL
"""

DEMOS = {"waitdemo": WAITDEMO, "sigdemo": SIGDEMO}
PARTS = {name: list(dict.fromkeys(line.split(":")[0] for line in text.splitlines()))
         for name, text in DEMOS.items()}


@pytest.mark.parametrize("name", DEMOS)
def test_a_demonstration_says_the_same_every_time(name):
    for _ in range(10):
        assert end(start(name)) == (DEMOS[name].encode(), "", 0)


@pytest.mark.parametrize("name, part", [(n, p) for n in DEMOS for p in PARTS[n]])
def test_a_part_of_a_demonstration_can_be_had_alone(name, part):
    lines = [line for line in DEMOS[name].splitlines(True) if line.startswith(part + ":")]
    assert end(start(name, part)) == ("".join(lines).encode(), "", 0)


@pytest.mark.parametrize("name", DEMOS)
def test_a_demonstration_does_not_depend_on_who_starts_it(name):
    def unusual():
        for number in signal.SIGCHLD, signal.SIGUSR1, signal.SIGTERM:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM, signal.SIGCHLD})

    assert end(start(name, before=unusual)) == (DEMOS[name].encode(), "", 0)


# --- refused ---

WORDS = {"tcpserv_stubborn": "read|write ", "tcpserv_emfile": "die|spare "}
BEHIND = {"tcpcli_user_timeout": " [<milliseconds>]"}
USAGES = [(s, [*words, HOST, "x"], f"usage: {s} {WORDS.get(s, '')}[<IPaddress>]\n")
          for s, words in SERVERS.items()]
USAGES += [(s, args, f"usage: {s} {words}[<IPaddress>]\n")
           for s, words in WORDS.items() for args in ([], ["sing"], [HOST])]
USAGES += [(c, args, f"usage: {c} <IPaddress>{BEHIND.get(c, '')}\n") for c in CLIENTS
           for args in ([], [HOST, "1", "x"])]
USAGES += [("tcpcli_user_timeout", [HOST, text], f"tcpcli_user_timeout: not a number of milliseconds: {text}\n")
           for text in ("x", "0")]
USAGES += [(p, [*SERVERS.get(p, []), "foo"], f"{p}: not an IP address: foo\n")
           for p in [*SERVERS, *CLIENTS]]
USAGES += [(d, args, f"usage: {d} [{'|'.join(PARTS[d])}]\n")
           for d in DEMOS for args in (["sing"], [PARTS[d][0], "x"])]


@pytest.mark.parametrize("name, args, err", USAGES, ids=[" ".join([u[0], *u[1]]) for u in USAGES])
def test_wrong_arguments_are_refused_in_one_line(name, args, err):
    assert end(start(name, *args)) == (b"", err, 1)


@in_own_network
def test_every_client_says_that_nobody_listens():
    for name in CLIENTS:
        err = f"{name}: connect error: Connection refused\n"
        assert end(start(name, HOST)) == (b"", err, 1)


@in_own_network
def test_every_server_says_that_the_port_is_busy():
    start_server("tcpserv_reuseaddr")
    for name, words in SERVERS.items():
        for address in [HOST], [], [ANY6]:
            out, err, status = end(start(name, *words, *address))
            assert (out, status) == (b"", 1)
            assert err == f"{name}: bind error on port 9877: Address already in use; " \
                          "to see who has it: ss -tanp sport = :9877\n"


@in_own_network
def test_an_address_of_another_host_is_refused():
    err = "tcpserv04: bind error on port 9877: Cannot assign requested address\n"
    assert end(start("tcpserv04", "192.0.2.1")) == (b"", err, 1)


def test_every_program_is_tested():
    tested = {*SERVERS, *CLIENTS, *DEMOS, "tcpcli11", "tcpcli11_ignore", "tcpcli11_catch"}
    sources = pathlib.Path(__file__).parents[3] / "core"
    assert tested == {source.stem for source in sources.glob("*.c")}
