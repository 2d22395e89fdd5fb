"""What ends a connection, and what a program sees of another side that is silent."""

import socket

import pytest

from tests.support.core_helpers import (
    CLOSE_WAIT, DEADLINE_S, ESTABLISHED, HOST, PORT, TIME_WAIT, accept_from, children, end,
    in_own_network, kill_server_side, listener, read_some, sockets, start, start_client_of,
    start_server, until)
from tests.support.core_programs import connect, echo, abort, say, queued, vanish, forget

# --- what ends a connection ---

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


# --- the other side is silent ---

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
