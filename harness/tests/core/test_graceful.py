"""UNP 5.16: a server that ends gracefully, and those that do not."""

import os
import pathlib
import re
import signal
import threading

from tests.support.core_helpers import (
    CLOSE_WAIT, DEADLINE_S, HOST, LISTEN, PORT, children, end, in_own_network, sockets, start,
    start_client_of, start_server, until)
from tests.support.core_programs import PREMATURE, connect, echo, stop, go_on, say
from tests.support.intercepted import start_intercepted, serve_intercepted


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
