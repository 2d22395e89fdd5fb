"""What every program of core/ says of arguments that are wrong, and of a port or an address that it cannot have."""

import pathlib

from tests.support.core_helpers import ANY6, HOST, end, in_own_network, start, start_server
from tests.support.core_programs import CLIENTS, PARTS, SERVERS
from tests.support import lab

BROKEN = ["tcpcli11", "tcpcli11_ignore", "tcpcli11_catch"]  # they write to a connection that is gone
WORDS = {"tcpserv_stubborn": "read|write ", "tcpserv_emfile": "die|spare "}
BEHIND = {"tcpcli_user_timeout": " [<milliseconds>]"}
USAGES = [(s, [*words, HOST, "x"], f"usage: {s} {WORDS.get(s, '')}[<IPaddress>]\n")
          for s, words in SERVERS.items()]
USAGES += [(s, args, f"usage: {s} {words}[<IPaddress>]\n")
           for s, words in WORDS.items() for args in ([], ["sing"], [HOST])]
USAGES += [(c, args, f"usage: {c} <IPaddress>{BEHIND.get(c, '')}\n") for c in CLIENTS + BROKEN
           for args in ([], [HOST, "1", "x"])]
USAGES += [("tcpcli01", [bad], f"tcpcli01: not an IP address: {bad}\n")
           for bad in ("", "::1::", "127.0.0.256", "localhost")]
USAGES += [("tcpcli_user_timeout", [HOST, text], f"tcpcli_user_timeout: not a number of milliseconds: {text}\n")
           for text in ("x", "0")]
USAGES += [(p, [*SERVERS.get(p, []), "foo"], f"{p}: not an IP address: foo\n")
           for p in [*SERVERS, *CLIENTS, *BROKEN]]
USAGES += [(d, args, f"usage: {d} [{'|'.join(PARTS[d])}]\n")
           for d in PARTS for args in (["sing"], [PARTS[d][0], "x"])]


@in_own_network
def test_wrong_arguments_are_refused_in_one_line():
    def is_refused(usage):
        name, args, err = usage
        assert end(start(name, *args)) == (b"", err, 1)
    lab.each(USAGES, is_refused)


@in_own_network
def test_every_client_says_that_nobody_listens():
    for name in CLIENTS + BROKEN:
        err = f"{name}: connect error: Connection refused\n"
        assert end(start(name, HOST)) == (b"", err, 1)


@in_own_network
def test_every_server_says_that_the_port_is_busy():
    start_server("tcpserv_reuseaddr")
    for name, words in SERVERS.items():
        for address in [HOST], [], [ANY6]:
            out, err, status = end(start(name, *words, *address))
            assert (out, status) == (b"", 1)
            assert err == f"{name}: bind error on port 9877: Address already in use; " \
                          "to see who has it: ss -tanp sport = :9877\n"


@in_own_network
def test_an_address_of_another_host_is_refused():
    err = "tcpserv04: bind error on port 9877: Cannot assign requested address\n"
    assert end(start("tcpserv04", "192.0.2.1")) == (b"", err, 1)


def test_every_program_is_tested():
    tested = {*SERVERS, *CLIENTS, *BROKEN, *PARTS}
    sources = pathlib.Path(__file__).parents[3] / "core"
    assert tested == {source.stem for source in sources.glob("*.c")}
