"""Half-close, zero window, the queue of a listener, its port, and its descriptors."""

import os
import re
import select
import socket

from tests.support.core_helpers import (
    DEADLINE_S, ESTABLISHED, HOST, PORT, SYN_SENT, TIME_WAIT, accept_from, end, in_own_network,
    kill_server_side, listener, sockets, start, start_client_of, start_server, until)
from tests.support.core_programs import (
    connect, echo, receive, abort, state, sleeps_in, stop, go_on, say, queued)


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
