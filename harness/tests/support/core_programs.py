"""The programs of core/ by what they do, and what a test does with them beside what core_helpers.py has.

Failures that need a second host (a crash, a router) are the scenarios'. What can be had on one host
is proved by the tests of core/: every program's claim, and how it fails.
"""

import ctypes
import pathlib
import signal
import socket
import struct

from tests.support.core_helpers import (
    ABORT, DEADLINE_S, HOST, PORT, read_some, start_server, until)

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
PARTS = {"waitdemo": ["wait", "waitpid", "wnohang", "signal"],  # of the demonstrations
         "sigdemo": ["signal", "mask", "restart", "ignore", "default", "kill"]}
PREMATURE = "str_cli: server terminated prematurely\n"


# --- actions and observations ---

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
