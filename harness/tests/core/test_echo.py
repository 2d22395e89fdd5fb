"""What every server and every client of core/ does: echo, over both families."""

import pathlib

import pytest

from tests.support.core_helpers import (
    ANY6, HOST, HOST6, TEXTS, end, in_own_network, start, start_server)
from tests.support.core_programs import ECHOING, ECHO_CLIENTS, serve, connect, echo


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
