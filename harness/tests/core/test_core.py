"""The first programs of core/, run for real: what they print, how they end, what they leave behind.

What all programs have in common is in the other files; core_helpers.py says how they are run.
"""

import os
import select
import signal
import socket
import subprocess

import pytest

from tests.support.core_helpers import (
    ABORT, CORE, DEADLINE_S, ESTABLISHED, HOST, PORT, TIME_WAIT,
    accept_from, children, end, in_own_network, is_zombie, kill_server_side, listener, read_some,
    sockets, start, start_client_of, start_server, until)

SERVERS = ["tcpserv01", "tcpserv04"]


# --- echo ---

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


# --- refused; wrong arguments are in test_arguments.py ---

BUSY = ": bind error on port 9877: Address already in use; " \
       "to see who has it: ss -tanp sport = :9877\n"


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
