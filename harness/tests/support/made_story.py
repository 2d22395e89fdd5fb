"""Runs made by hand, for what pictures and pages must bear: an event is a line."""

from runs.run_file import RunFile

HOSTS = [{"name": "client", "address": "192.0.2.1"}, {"name": "server", "address": "192.0.2.2"}]
NASTY = "</script><b>&\"'\x1b[31m\x00\ufffe\u202e]]>"


def story(events, hosts=HOSTS, processes=(), **more):
    """The JSON of a run: the events get their numbers, and a time if they have none."""
    start = {"kind": "action", "host": "server", "text": "$ tcpserv04"}
    numbered = [{"n": n, "t_ns": n * 1_000_000} | event for n, event in enumerate([start, *events])]
    return {"schema": "brokenpipe/1", "scenario": "made", "variant": "default", "section": "5.13",
            "claim": "made by hand", "verdict": "met", "kernel": "6.1", "expectations": [],
            "started": "2026-01-01T00:00:00Z", "started_ns": "0", "hosts": list(hosts),
            "capture": {"file": "made.pcap", "frames": 0, "dropped": 0},
            "processes": list(processes), "timeline": numbered} | more


def run_of(data, name="made"):
    """A run as the lab's own programs read it."""
    return RunFile.of(data, name)


def packet(text, host="client", **more):
    return {"kind": "packet", "host": host, "frame": 0, "text": text} | more


def scene(text):
    return {"kind": "scene", "host": "lab", "text": text}


def state(to, host="client", port=50000, **more):
    local, remote = (port, 9877) if host == "client" else (9877, port)
    return {"kind": "state", "host": host, "inode": port, "local_port": local,
            "remote_port": remote, "from": "CLOSED", "to": to} | more


def enter(pid, name, args, host="client", **more):
    return {"kind": "enter", "host": host, "pid": pid, "name": name, "family": name, "args": args,
            "inode": 1} | more


def returned(entered, pid, name, args, host="client", **more):
    """`entered` counts from 1: the first event is the start of the server."""
    return enter(pid, name, args, host) | {"kind": "return", "entered": entered, "result": 0} | more


def process(pid, parent=0, host="client"):
    return {"pid": pid, "parent": parent, "host": host, "program": int(host == "client"),
            "command": ["tcpcli01"]}


def flood(count):
    """So many clients' SYNs, each with its answer, then a reset."""
    events = [event for i in range(count)
              for event in (packet("SYN seq=0"), packet("SYN,ACK seq=0 ack=1", "server"),
                            state("ESTABLISHED", port=40000 + i))]
    return story([scene("many clients"), *events, packet("RST seq=1", "server")])


def router():
    """A third host between the two, with events of kinds that nobody knows yet."""
    hosts = [*HOSTS, {"name": "router", "address": "198.51.100.1"}]
    return story([
        {"kind": "action", "host": "router", "text": "ip route add unreachable 192.0.2.2"},
        packet("SYN seq=0"), packet("ICMP host unreachable", "router"),
        {"kind": "thermal", "host": "client", "degrees": 451},
        {"kind": "novelty", "host": "moon", "text": "seen from afar"},
        packet("ARP who has 192.0.2.2?", "router")], hosts)


def nasty():
    """Programs that print what should do nothing in a page or a picture."""
    return story([
        {"kind": "output", "host": "client", "pid": 4, "text": NASTY},
        {"kind": "action", "host": "client", "text": f"types \"{NASTY}\""}, scene(NASTY),
        enter(4, "write", f'3, "{NASTY * 4}", 9'), returned(4, 4, "write", NASTY, error="EPIPE"),
        {"kind": "output", "host": "server", "pid": 3, "text": "한글 " * 40}],
        processes=[process(4)], claim=NASTY,
        expectations=[{"n": 1, "at": NASTY, "kind": "output", "wanted": NASTY, "seen": NASTY,
                       "verdict": "unmet"}])


def crowd():
    """More processes and connections at once than there is room for."""
    events, processes = [], []
    for pid in range(10, 50):
        processes.append(process(pid, 3, "server"))
        events += [enter(pid, "read", "4", "server"),
                   state("ESTABLISHED", "server", 40000 + pid), scene(f"number {pid}")]
    return story([*events, {"kind": "end", "host": "server", "pid": 10, "status": 0}],
                 processes=processes)


STORIES = {"empty": story([]), "flood": flood(400), "router": router(), "nasty": nasty(),
           "crowd": crowd()}
