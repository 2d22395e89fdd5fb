"""Records made by hand (schema brokenpipe/2), for what pictures and pages must bear: an event is a
line. Every event has a row in the story, unless it is the entry of a call that returns.
"""

from runs.run_file import RunFile

HOSTS = [{"name": "client", "address": "192.0.2.1"}, {"name": "server", "address": "192.0.2.2"}]
ROUTER = {"name": "router", "address": "192.0.2.254"}
ROUTED = [*HOSTS, ROUTER]
ADDRESSES = {host["name"]: host["address"] for host in ROUTED}
NASTY = "</script><b>&\"'\x1b[31m\x00\ufffe\u202e]]>"


def row_of(event, timeline):
    """The keys "label", "row_text", "style", "at_entry" of an event are for its row, as are "side"
    and "details"; None where it has no row."""
    more = {key: event.pop(key) for key in ("label", "style", "side") if key in event}
    text, at_entry = event.pop("row_text", None), event.pop("at_entry", False)
    if event["kind"] == "enter":
        returned = any(other.get("entered") == event["n"] for other in timeline)
        if returned and not event.pop("has_row", False):
            return None
        text = text or f"{event['name']}({event['args']}) {'…' if returned else 'waits …'}"
    if event["kind"] == "return":
        result = f"-1 {event['error']}" if "error" in event else event["result"]
        text = text or f"{event['name']}({event['args']}) = {result}"
    moment = timeline[event["entered"]] if at_entry else event
    return {"event": event["n"], "t_ns": moment["t_ns"], "details": ["story", "verbose", "ends"],
            "side": event["host"], "text": text or event.get("text", event["kind"])} | more


def record(events, hosts=HOSTS, processes=(), **more):
    """The JSON of a run: the events get their numbers, and a time if they have none."""
    begin = {"kind": "action", "host": "server", "verb": "start", "text": "$ tcpserv04",
             "command": ["tcpserv04"]}
    timeline = [{"n": n, "t_ns": n * 1_000_000} | event for n, event in enumerate([begin, *events])]
    rows = [row for row in (row_of(event, timeline) for event in timeline) if row]
    rows.sort(key=lambda row: (row["t_ns"], row["event"]))
    return {"schema": "brokenpipe/2", "scenario": "made", "variant": "default", "section": "5.13",
            "claim": "made by hand", "verdict": "met", "kernel": "6.1", "expectations": [],
            "started": "2026-01-01T00:00:00Z", "started_ns": "0", "hosts": list(hosts),
            "capture": {"file": "made.pcap", "frames": 0, "dropped": 0}, "begins": 0,
            "processes": list(processes), "timeline": timeline, "rows": rows} | more


def run_of(data, name="made"):
    """A run as the lab's own programs read it."""
    return RunFile.of(data, name)


def packet(text, host="client", **more):
    """A segment between the two hosts."""
    to = "server" if host == "client" else "client"
    return {"kind": "packet", "host": host, "frame": 0, "text": text, "protocol": "tcp",
            "from": ADDRESSES[host], "to": ADDRESSES[to], "flags": text.split()[0], "len": 0} | more


def scene(text):
    return {"kind": "scene", "host": "lab", "text": text}


def state(to, host="client", port=50000, **more):
    local, remote = (port, 9877) if host == "client" else (9877, port)
    return {"kind": "state", "host": host, "inode": port, "local_port": local,
            "remote_port": remote, "from": "CLOSED", "to": to, "row_text": f"CLOSED → {to}"} | more


def enter(pid, name, args, host="client", **more):
    return {"kind": "enter", "host": host, "pid": pid, "name": name, "family": name, "args": args,
            "on": "socket", "inode": 1} | more


def returned(entered, pid, name, args, host="client", **more):
    """`entered` counts from 1: the first event is the start of the server."""
    return enter(pid, name, args, host) | {"kind": "return", "entered": entered, "result": 0} | more


def output(text, host="client", pid=4):
    return {"kind": "output", "host": host, "pid": pid, "text": text, "row_text": f'prints "{text}"'}


def process(pid, parent=0, host="client"):
    return {"pid": pid, "parent": parent, "host": host, "program": int(host == "client"),
            "name": host + " child" * bool(parent)}


def flood(count):
    """So many clients' SYNs, each with its answer, then a reset."""
    events = [event for i in range(count)
              for event in (packet("SYN seq=0"), packet("SYN,ACK seq=0 ack=1", "server"),
                            state("ESTABLISHED", port=40000 + i))]
    return record([scene("many clients"), *events, packet("RST seq=1", "server", style="red")])


def router():
    """A third host between the two, with events of kinds that nobody knows yet."""
    hosts = [*HOSTS, {"name": "router", "address": "198.51.100.1"}]
    return record([
        {"kind": "action", "host": "router", "verb": "prohibit_route",
         "text": "ip route add prohibit 192.0.2.2"},
        packet("SYN seq=0"), packet("ICMP host unreachable", "router", protocol="icmp", style="red"),
        {"kind": "thermal", "host": "client", "degrees": 451, "row_text": "451 degrees"},
        {"kind": "novelty", "host": "moon", "text": "seen from afar"},
        packet("ARP who has 192.0.2.2?", "router", protocol="neighbour",
               neighbour={"question": True, "about": "192.0.2.2"})], hosts)


def nasty():
    """Programs that print what should do nothing in a page or a picture."""
    return record([
        output(NASTY),
        {"kind": "action", "host": "client", "verb": "type", "text": f"types \"{NASTY}\"", "line": NASTY},
        scene(NASTY), enter(4, "write", f'3, "{NASTY * 4}", 9'),
        returned(4, 4, "write", NASTY, error="EPIPE", style="red"), output("한글 " * 40, "server", 3)],
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
    return record([*events, {"kind": "end", "host": "server", "pid": 10, "status": 0,
                            "row_text": "exited with status 0"}], processes=processes)


def silent():
    """Nothing on the wire, and long addresses."""
    hosts = [{"name": "client", "address": "2001:db8:1::1"}, {"name": "server", "address": "2001:db8:1::2"}]
    return record([scene("one host alone"), output("hi")], hosts)


RECORDS = {"empty": record([]), "flood": flood(400), "router": router(), "nasty": nasty(),
           "crowd": crowd(), "silent": silent()}
