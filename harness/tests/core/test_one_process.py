"""Servers that are one process for all their clients: none of these keeps another waiting."""

import os
import resource
import select
import signal
import socket

import pytest

from tests.support.core_helpers import (
    DEADLINE_S, ESTABLISHED, HOST, LISTEN, PORT, end, in_own_network, sockets, until)
from tests.support.core_programs import (
    MULTIPLEXING, ONE_PROCESS, ECHOING, serve, connect, echo, receive, abort, state, stop, go_on,
    say, queued)


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
