"""UNP 5.9 and 5.10: children that end, one by one and together, and accept that is interrupted."""

import os
import signal

import pytest

from tests.support.core_helpers import (
    DEADLINE_S, HOST, children, end, in_own_network, is_zombie, read_some, start, start_client_of,
    start_server, until)
from tests.support.core_programs import connect, echo, receive, sleeps_in, stop, go_on, say

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
