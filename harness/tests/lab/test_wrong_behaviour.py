"""What a scenario must refuse: for every one a program that behaves otherwise, or an altered capture.

For every kind of expectation test_unmet.py has a story in which it fails.
"""

import pytest

from tests.support import lab
from tests.support.lab import CORE, NAMES, PROGRAMS, REFERENCE, python, the_lab_can_run  # noqa: F401

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
from scapy.layers.inet import ICMP, TCP, TCPerror
from scapy.utils import rdpcap, wrpcap


# --- a program that behaves otherwise ---

# a run; which program is replaced by which; what is wanted, and seen in its stead
WRONG = {
    "a FIN for the client's RST": (
        "accept-abort", "client", CORE / "tcpcli01",
        "RST,ACK from client", r".*FIN,ACK from client; .*"),
    "a server that does not ask who is there": (
        "accept-abort", "server", CORE / "tcpserv04",
        "server: getpeername() = -1 ENOTCONN", r".*read\(4\) = -1 ECONNRESET; .*"),
    "a read before the write": (
        "accept-abort-write", "server", f"{CORE}/tcpserv_stubborn read",
        "server: write() = -1 ECONNRESET", r"(.*; )?read\(4\) = -1 ECONNRESET; read\(4\) = 0; .*"),
    "a server with no child for nothing": (
        "accept-abort-child", "server", CORE / "tcpserv_select",
        "server: forks a child", r"still in p?select6?\(\)"),
    "a server that dies of ECONNABORTED": (
        "accept-abort-posix", "server", f"{PROGRAMS}/server",
        "server: process in state S, blocked in accept", r".+"),
    "a server that dies of EPROTO": (
        "accept-abort-svr4", "server", f"{PROGRAMS}/server",
        "server: process in state S, blocked in accept", r".+"),
    "an accept that is restarted": (
        "accept-eintr", "server", CORE / "tcpserv04",
        "server: accept() = -1 EINTR", r"(.*; )?still in accept\(3\)"),
    "a server that survives EINTR": (
        "accept-eintr", "server", CORE / "tcpserv03",
        'server: prints "Interrupted system call"', r".*still in accept\(3\)"),
    "a server that dies of EINTR": (
        "accept-eintr-handled", "server", CORE / "tcpserv02",
        "server: process in state S, blocked in accept", r".+"),
    "an accept that is not restarted": (
        "accept-eintr-restarted", "server", CORE / "tcpserv03",
        "server: accept() restarted", r"(.*; )?accept\(3\) = -1 EINTR; still in accept\(3\)"),
    "a bind with SO_REUSEADDR": (
        "bind-in-use", "server", CORE / "tcpserv_reuseaddr",
        "server: bind() = -1 EADDRINUSE", r"(.*; )?bind\(3, .*\) = 0; still in accept\(3\)"),
    "a bind without SO_REUSEADDR": (
        "bind-in-use-reuseaddr", "server", CORE / "tcpserv04",
        "server: bind() succeeds", r"(.*; )?bind\(3, .*\) = -1 EADDRINUSE; exited with status 1"),
    "a server that does not wait in read": (
        "client-host-crash", "server", CORE / "tcpserv_select",
        "server: process in state S, blocked in read", r"process in state S, .*select6?\(\)"),
    "a server without keepalive": (
        "client-host-crash-keepalive", "server", CORE / "tcpserv04",
        "probe ACK from server", r".*client killed by SIGKILL"),
    "a server that reads before it closes": (
        "close-unread-data", "server", CORE / "tcpserv04",
        "RST,ACK from server", r".*PSH,ACK len=6 from server; .*"),
    "a client that does not connect": (
        "connect-refused", "client", "/bin/true",
        "client: connect() = -1 ECONNREFUSED", "exited with status 0"),
    "a client that cannot half-close": (
        "half-close", "client", CORE / "tcpcli01",
        "client: shutdown() succeeds", r"(.*; )?still in read\(3\)"),
    "a client without keepalive": (
        "keepalive", "client", CORE / "tcpcli01",
        "probe ACK from client", r".*"),
    "a FIN for the RST of a close with SO_LINGER": (
        "linger-abort", "client", CORE / "tcpcli01",
        "RST,ACK from client", r".*FIN,ACK from client; .*"),
    "a client that sees the FIN at once": (
        "server-child-killed", "client", CORE / "tcpcli_select",
        "ACK without data from client", r"(.*; )?FIN,ACK from client; .*"),
    "a server that leaves its zombies": (
        "server-child-killed", "server", f"{PROGRAMS}/server",
        "server: SIGCHLD, caught", r".*SIGCHLD, default action; .*"),
    "a client blocked at the keyboard": (
        "server-child-killed-select", "client", CORE / "tcpcli01",
        "client: select() succeeds", r".*still in read\(0\)"),
    "select for poll": (
        "server-child-killed-poll", "client", CORE / "tcpcli_select",
        "client: poll() succeeds", r".*exited with status 1"),
    "a client that does not say what read returned": (
        "server-host-crash", "client", CORE / "tcpcli01",
        'client: prints "read: 6"', r'"hello"; still in read\(0\)'),
    "a client of a reborn host, likewise": (
        "server-host-reboot", "client", CORE / "tcpcli01",
        'client: prints "read: 6"', r'"hello"; still in read\(0\)'),
    "a server whose child survives SIGTERM": (
        "server-host-shutdown", "server", CORE / "tcpserv_graceful",
        "server child: killed by SIGTERM", r".*still in read\(4\)"),
    "a server without grace": (
        "server-host-shutdown-graceful", "server", CORE / "tcpserv04",
        'server: prints "no new clients"', r"killed by SIGTERM"),
    "a server that does not stay": (
        "server-host-shutdown-killed", "server", CORE / "tcpserv04",
        'server: prints "no new clients"', r"killed by SIGTERM"),
    "waitpid in a loop": (
        "sigchld-wait", "server", CORE / "tcpserv04",
        "server: has 4 zombies", r".*wait4\(-1, WNOHANG\) = -1 ECHILD; .*"),
    "no handler at all": (
        "sigchld-wait", "server", CORE / "tcpserv01",
        "server: SIGCHLD, caught", r".*SIGCHLD, default action; .*"),
    "one wait": (
        "sigchld-waitpid", "server", CORE / "tcpserv03",
        "server: wait() succeeds", r"(.*; )?accept\(3\) = -1 EINTR; still in accept\(3\)"),
    "a client without TCP_USER_TIMEOUT": (
        "user-timeout", "client", CORE / "tcpcli01",
        "client: read() = -1 ETIMEDOUT", r".*still in read\(3\)"),
    "a server that reaps its zombies": (
        "zombies", "server", CORE / "tcpserv04",
        "server: SIGCHLD, default action", r"(.*; )?SIGCHLD, caught(; .*)?"),
    "threads, which leave no zombie": (
        "zombies", "server", CORE / "tcpserv_thread",
        "server: exited with status 0", r"still in accept\(3\)"),
    "a client that does not say what read returned, likewise": (
        "server-host-unreachable", "client", CORE / "tcpcli_user_timeout",
        'client: prints "read: 6"', r".*"),
    "a client that dies before the error comes": (
        "server-host-unreachable-net", "client",
        f"sh -c '{CORE}/tcpcli_stubborn $0 | head -n 3; exit 3'",
        "client: read() = -1 ENETUNREACH", r".*"),
    "a client that connects to itself": (
        "connect-unreachable", "client", f"sh -c '{CORE}/tcpcli01 192.0.2.1'",
        "SYN from client", r".*client exited with status 1"),
    "a client that does not even try": (
        "connect-unreachable-local", "client", "/bin/true",
        "client: connect() = -1 ENETUNREACH", r".*exited with status 0"),
    "a client that does not notice an RST": (
        "reset-forged", "client", CORE / "tcpcli01",
        "client: read() = -1 ECONNRESET", r"(.*; )?still in read\(0\)"),
    "a server with no child": (
        "reset-forged", "server", CORE / "tcpserv_thread",
        "server: forks a child", r"still in (accept\(3\)|read\(4\))"),
    "Python ignores SIGPIPE": (
        "sigpipe", "client", python("client.py"),
        "client: SIGPIPE, default action", r"SIGPIPE, ignored; exited with status 1"),
    "SIGPIPE ignored": (
        "sigpipe", "client", CORE / "tcpcli11_ignore",
        "client: SIGPIPE, default action", r"SIGPIPE, ignored(; .*)?"),
    "SIGPIPE not ignored": (
        "sigpipe-ignored", "client", CORE / "tcpcli11",
        "client: SIGPIPE, ignored", r"SIGPIPE, default action(; .*)?"),
    "SIGPIPE not caught": (
        "sigpipe-caught", "client", CORE / "tcpcli11_ignore",
        "client: SIGPIPE, caught", r"SIGPIPE, ignored(; .*)?"),
    "an RST for the FIN of a killed server": (
        "sigpipe", "server", f"{PROGRAMS}/server linger",
        "FIN,ACK from server", r"(.*; )?RST,ACK from server(; client .*)?"),
    "an RST for the server's FIN": (
        "normal", "server", f"{PROGRAMS}/server linger",
        "FIN,ACK from server", r"(.*; )?RST,ACK from server(; client .*)?"),
    "an RST for the client's FIN": (
        "normal", "client", f"{PROGRAMS}/client reset",
        "FIN,ACK from client", r"(.*; )?RST,ACK from client; client exited .* 0"),
    "a server that exits on SIGTERM": (
        "sigpipe", "server", f"{PROGRAMS}/server polite",
        "server child: killed by SIGTERM", r"exited with status 0"),
    "a server that ignores SIGTERM": (
        "sigpipe", "server", f"{PROGRAMS}/server stubborn",
        "server child: killed by SIGTERM", r"still in recvfrom\(4\)"),
    "a client that exits at once": (
        "sigpipe", "client", "/bin/true",
        "client: connect() succeeds", "exited with status 0"),
    "a client of normal that exits at once": (
        "normal", "client", "/bin/true",
        "client: connect() succeeds", "exited with status 0"),
    "a server that exits at once": (
        "sigpipe", "server", "/bin/false",
        "server: socket in LISTEN", r"exited with status 1"),
    "a line in one write": (
        "sigpipe", "client", CORE / "tcpcli01",
        "client: reaches the call where the lab pauses it", r".*exited with status 1"),
    "netcat, which writes once": (
        "sigpipe", "client", python("nc.py", "{host}", "{port}"),
        "client: reaches the call where the lab pauses it", r".+"),
    "netcat, which waits elsewhere": (
        "normal", "client", python("nc.py", "{host}", "{port}"),
        "client: process in state S, blocked in read, wait channel wait_woken|n_tty_read",
        r"process in state S, wait channel \S+;.* still in p?select6?\(\)"),
    "a second write that never comes": (
        "sigpipe", "client", f"{PROGRAMS}/client half",
        "client: reaches the call where the lab pauses it", r".*still in read\(0\)"),
    "a client that writes nothing": (
        "normal", "client", f"{PROGRAMS}/client mute",
        "client: write() succeeds", r".*still in read\(0\)"),
    "a server that does not fork": (
        "normal", "server", f"{PROGRAMS}/server single",
        "server: forks a child", r"still in recvfrom\(4\)"),
    "a server that reaps": (
        "normal", "server", CORE / "tcpserv04",
        "server: SIGCHLD, default action", r"SIGCHLD, caught(; .*)?"),
    "a server with other children": (
        "normal-tcpserv04", "server", CORE / "tcpserv01",
        "server: SIGCHLD, caught", r"SIGCHLD, default action(; .*)?"),
    "a server that forks in place of one that waits for many": (
        "normal-epoll", "server", CORE / "tcpserv04",
        "server: process in state S, blocked in epoll_wait", r".*still in accept\(3\)"),
    "a server that waits for many in place of one that forks": (
        "normal-many", "server", CORE / "tcpserv_epoll", "server: forks a child", r".*"),
    "a server of one client after the other": (
        "normal-many-epoll", "server", f"{PROGRAMS}/server single",
        "server: accept() succeeds", r".*still in recvfrom\(4\)"),
    "a server of four threads": (
        "normal-many-epoll", "server", CORE / "tcpserv_thread", "server: has 1 thread", r".*"),
    "a server without threads": (
        "normal-many-thread", "server", CORE / "tcpserv_epoll", "server: has 4 threads", r".*"),
    "a program that is not refused SIGKILL": (
        "signals-kill", "client", f"sh -c '{CORE}/sigdemo ignore'",
        "client: sigaction() = -1 EINVAL", r".*exited with status 0"),
    "a read that is not interrupted": (
        "signals-restart", "client", f"sh -c '{CORE}/sigdemo mask'",
        "client: read() = -1 EINTR", r".*exited with status 0"),
    "a client that sends no SYN": (
        "connect-timeout", "client", "/bin/true",
        "SYN from client", r"client exited with status 0|nothing similar"),
    "a server that accepts": (
        "backlog-full", "server", CORE / "tcpserv04",
        "no segment from server", r"PSH,ACK len=6 from server"),
    "a server with descriptors to spare": (
        "accept-emfile", "server", CORE / "tcpserv_poll",
        "server: accept() = -1 EMFILE", r".*accept\(3\) = 7(; .*)?"),
    "a server without a spare descriptor": (
        "accept-emfile", "server", f"{CORE}/tcpserv_emfile die",
        "server: accept() succeeds", r"exited with status 1"),
    "a server that survives": (
        "accept-emfile-die", "server", f"{CORE}/tcpserv_emfile spare",
        "server: exited with status 1", r"still in poll\(\)"),
    "a server that reads": (
        "zero-window", "server", f"sh -c 'echo connected; exec {CORE}/tcpserv_count'",
        "ACK win=0 from server", r".*len=12 from server; .*; client exited with status 0"),
    "a server that reads on the quiet": (
        "zero-window-killed", "server", f"sh -c 'echo connected; exec {CORE}/tcpserv_count'",
        "ACK win=0 from server", r".*len=12 from server; .*; client exited with status 0"),
    "a server that reaps silently": (
        "normal", "server", f"{PROGRAMS}/server reaps",
        "server child: process in state Z", r".*"),
}


@pytest.mark.parametrize("name, role, command, wanted, seen", WRONG.values(), ids=WRONG.keys())
def test_another_behaviour_is_refused(tmp_path, name, role, command, wanted, seen):
    def attempt(env):
        run = lab.scenario(lab.named(name), f"--{role}", command, captures=tmp_path, env=env)
        run.refuses(wanted, seen)
        assert lab.story_of(tmp_path, name)["verdict"] == "unmet"
    lab.in_time(attempt, lab.patience(0.4) if "python" in str(command) else lab.SOON)


def test_for_every_scenario_there_is_something_it_refuses():
    refused = {lab.named(row[0]).scenario for row in [*WRONG.values(), *ALTERED.values()]}
    assert {name.scenario for name in NAMES} == refused, "no row of WRONG or ALTERED is about it"


def test_a_failure_prints_the_story_so_far_and_leaves_its_capture(tmp_path):
    def attempt(env):
        run = lab.scenario(lab.named("sigpipe"), "--server", f"{PROGRAMS}/server linger",
                           quiet=False, captures=tmp_path, env=env)
        return run, run.refuses("FIN,ACK from server", ".*RST,ACK from server")
    run, at = lab.in_time(attempt)
    assert run.out.index('types "hi there"') < run.out.index("RST,ACK seq=") < run.out.index("FAIL")
    source, line = at.split(":")
    assert "expect_segment(" in (lab.REPO / source).read_text().splitlines()[int(line) - 1]
    assert any(map(is_reset, rdpcap(str(tmp_path / "sigpipe.pcap"))))
    lab.verify(tmp_path / "sigpipe.json").ends(1, "FIN,ACK from server")


# --- an altered capture ---

def is_reset(packet):
    return TCP in packet and "R" in packet[TCP].flags


def without_the_reset(packets):
    return [packet for packet in packets if not is_reset(packet)]


def with_a_fin_for_the_reset(packets):
    for packet in filter(is_reset, packets):
        packet[TCP].flags = "F"
        del packet[TCP].chksum  # scapy computes it anew
    return packets


def with_an_ack_on_the_reset(packets):
    for packet in filter(is_reset, packets):
        packet[TCP].flags = "RA"
        del packet[TCP].chksum
    return packets


def without_retransmissions(packets):
    seen = set()
    return [packet for packet in packets if TCP not in packet or not len(packet[TCP].payload) or
            packet[TCP].seq not in seen and not seen.add(packet[TCP].seq)]


def without_the_challenge(packets):
    """It is the ACK behind the RST."""
    reset = next(i for i, packet in enumerate(packets) if is_reset(packet))
    return packets[:reset + 1] + packets[reset + 2:]


def from_elsewhere(packets):
    """ICMP errors that no router of this connection sent: they quote another one's ports."""
    for packet in packets:
        if TCPerror in packet:
            packet[TCPerror].sport += 1
            del packet[ICMP].chksum
    return packets


def with_another_code(packets):
    for packet in packets:
        if ICMP in packet:
            packet[ICMP].code = 2  # protocol unreachable: that is final, and not what was told
            del packet[ICMP].chksum
    return packets


# a reference; what is done to its capture; what the second opinion misses then
ALTERED = {
    "the RST removed": ("sigpipe", without_the_reset, "RST from server"),
    "a FIN for the RST": ("sigpipe", with_a_fin_for_the_reset, "RST from server"),
    "RST,ACK for the RST": ("sigpipe", with_an_ack_on_the_reset, "RST from server"),
    "an aborted client's RST removed": ("accept-abort", without_the_reset, "RST,ACK from client"),
    "a refusal removed": ("connect-refused", without_the_reset, "RST,ACK from server"),
    "a FIN for the refusal": ("connect-refused", with_a_fin_for_the_reset, "RST,ACK from server"),
    "keepalive without its RST": ("keepalive", without_the_reset, "RST,ACK from client"),
    "nothing sent again": ("server-host-crash", without_retransmissions,
                           "retransmission of segment with data from client"),
    "nothing sent again before a user timeout": (
        "user-timeout", without_retransmissions, "retransmission of segment with data from client"),
    "a reborn host that is silent": ("server-host-reboot", without_the_reset, "RST from server"),
    "a reborn host's RST,ACK": ("server-host-reboot", with_an_ack_on_the_reset, "RST from server"),
    "no challenge": ("reset-forged-inside", without_the_challenge,
                     "no segment with data from client"),
    "no forged RST": ("reset-forged-outside", without_the_reset, "RST from server"),
    "ICMP about another connection": ("server-host-unreachable", from_elsewhere,
                                      "ICMP host unreachable from router"),
    "ICMP of another code": ("connect-unreachable-net", with_another_code,
                             "ICMP net unreachable from router"),
    "unread data, and a FIN": ("close-unread-data", with_a_fin_for_the_reset,
                               "RST,ACK from server"),
}


@pytest.mark.parametrize("name, change, wanted", ALTERED.values(), ids=ALTERED.keys())
def test_the_second_opinion_refuses_an_altered_capture(tmp_path, name, change, wanted):
    packets = change(rdpcap(str(REFERENCE / f"{name}.pcap")))
    wrpcap(str(tmp_path / "altered.pcap"), packets, nano=True)
    run = lab.verify(REFERENCE / f"{name}.json", tmp_path / "altered.pcap")
    run.ends(1, f"wanted  {wanted}\n")
