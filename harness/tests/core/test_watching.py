"""UNP 5.12 and 6.6: clients that watch the connection and the keyboard; the half-close."""

import os
import signal

import pytest

from tests.support.core_helpers import (
    DEADLINE_S, ESTABLISHED, HOST, accept_from, end, in_own_network, listener, read_some, sockets,
    start, start_client_of, start_server, until)
from tests.support.core_programs import WATCHING, PREMATURE, receive, abort, sleeps_in, queued


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
