"""UNP 5.11: connections that are aborted before accept."""

import errno
import os
import pathlib
import re

import pytest

from tests.support.core_helpers import (
    HOST, LISTEN, PORT, end, in_own_network, sockets, start, start_server, until)
from tests.support.core_programs import (
    MULTIPLEXING, ECHOING, serve, connect, echo, receive, abort, stop, go_on, say)
from tests.support.intercepted import start_intercepted, serve_intercepted


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
