"""docs/run.schema.json: every run fits it, and what does not fit is refused. And what no schema can
say: that the numbers in a run lead to what they name, and that its packets are those of the capture.
"""

import bisect
import copy
import functools
import json

import pytest

from tests.support import lab

jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed: make deps")
pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
from scapy.layers.inet import ICMP, TCP, IPerror, TCPerror  # noqa: E402
from scapy.utils import rdpcap  # noqa: E402

SCHEMA = json.loads((lab.REPO / "docs/run.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
REFERENCES = sorted((lab.REPO / "captures/reference").glob("*.json"))

# Most events and rows differ only in what the schema does not look at. One of each shape is held
# against it, which is all of them in a tenth of the time.
LISTS = {"timeline": "event", "rows": "row", "expectations": "expectation"}
FREE = {"text", "args", "label", "wanted", "seen", "line"}  # any string will do
BOUNDS = [0, 1, 256, 65536, 1 << 32]  # of integers: each begins where another one ends


def shape(value, key=""):
    """What the schema can tell apart of a value."""
    if isinstance(value, dict):
        return tuple((key, shape(part, key)) for key, part in value.items())
    if isinstance(value, list):
        return tuple(shape(part, key) for part in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return "integer", bisect.bisect(BOUNDS, value)
    return key if isinstance(value, str) and key in FREE else value


@functools.cache
def validator_of(definition):
    return jsonschema.Draft7Validator({"$ref": f"#/definitions/{definition}",
                                       "definitions": SCHEMA["definitions"]})


SEEN = {}  # faults by shape


def faults_of(definition, value):
    key = definition, shape(value)
    if key not in SEEN:
        SEEN[key] = [error.message[:300] for error in validator_of(definition).iter_errors(value)]
    return SEEN[key]


def faults(run):
    """In words; none: it fits."""
    lists = {key: run[key] for key in LISTS if isinstance(run.get(key), list)}
    found = [error.message[:300]
             for error in VALIDATOR.iter_errors({**run, **{key: [] for key in lists}})]
    return found + [f"{key}/{i}: {fault}" for key, values in lists.items()
                    for i, value in enumerate(values) for fault in faults_of(LISTS[key], value)]


def parts(schema):
    """All schemas in a schema, by the names that they are under."""
    for key, part in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if isinstance(part, (dict, list)):
            yield key, part
            yield from parts(part)


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_a_shape_has_all_that_the_schema_looks_at():
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    for key, part in parts(SCHEMA):
        if key in FREE and "type" in part:
            assert part.keys() <= {"type", "description"} and part["type"] == "string", key
        assert isinstance(part, list) or part.get("minimum", 0) in BOUNDS, key
        assert isinstance(part, list) or part.get("maximum", 0) + 1 in BOUNDS, key
    for key, definition in LISTS.items():
        assert SCHEMA["properties"][key]["items"] == {"$ref": f"#/definitions/{definition}"}


# --- every run ---

def fits(run):
    assert faults(run) == []
    assert list(loose_ends(run)) == []


def test_every_run_fits_the_schema_and_its_numbers_lead_somewhere(ran):
    lab.each(lab.NAMES, lambda name: fits(ran.story(name)))


def test_so_does_every_run_over_ipv6(ran_inet6):
    lab.each(lab.NAMES, lambda name: fits(lab.story_of(ran_inet6(name).captures, f"{name}-inet6")))


def test_every_reference_fits_the_schema():
    lab.each(REFERENCES, lambda path: fits(read(path)))


# of the story `unmet`: one for each kind of expectation
UNMET = ["payload", "absence", "icmp", "question", "errno", "fork", "signal", "no-signal", "status",
         "state", "backoff", "process", "output", "threads"]


def test_an_unmet_run_fits_the_schema_whatever_was_expected(tmp_path):
    lab.skip_where_the_lab_cannot_run()

    def attempt(env):
        lab.each(UNMET, lambda variant: lab.run(lab.STORIES / "unmet", "--variant", variant,
                                                captures=tmp_path, env=env).ends(lab.UNMET), 4)
        runs = {path.stem: read(path) for path in tmp_path.glob("*.json")}
        unmet = [expectation["kind"] for run in runs.values() for expectation in run["expectations"]
                 if expectation["verdict"] == "unmet"]
        kinds = SCHEMA["definitions"]["expectation"]["properties"]["kind"]["enum"]
        assert sorted(unmet) == sorted(kinds)
        lab.each(runs, lambda name: fits(runs[name]))
    lab.in_time(attempt)


# --- what a schema cannot say ---

def loose_ends(run):
    """Numbers that lead nowhere, and orders that are not kept."""
    events, rows = run["timeline"], run["rows"]
    programs, connections = len(run["programs"]), len(run["connections"])
    if [event["n"] for event in events] != list(range(len(events))):
        yield "the events are not numbered from 0"
    frames = [event["frame"] for event in events if event["kind"] == "packet"]
    if frames != list(range(run["capture"]["frames"])):
        yield "the frames are not those of the capture"
    pids = {process["pid"] for process in run["processes"]}
    for event in events:
        if event["kind"] in ("enter", "return", "fork", "signal", "end") and event["pid"] not in pids:
            yield f"event {event['n']} is of an unknown process"
        if event["kind"] == "return" and events[event["entered"]]["kind"] != "enter":
            yield f"event {event['n']} returns from what is no entry"
        if event.get("connection", 0) > connections:
            yield f"event {event['n']} is of an unknown connection"
    for process in run["processes"]:
        if process["program"] >= programs:
            yield f"process {process['pid']} is of an unknown program"
    for expectation in run["expectations"]:
        if expectation.get("event", 0) >= len(events):
            yield f"expectation {expectation['n']} was met by an unknown event"
    if rows != sorted(rows, key=lambda row: (row["t_ns"], row["event"])):
        yield "the rows are not in order"
    for row in rows:
        event = events[row["event"]]
        if row.get("on_wire", False) != (event["kind"] == "packet"):
            yield f"a row of event {event['n']} is on the wire, or is not"
        if row["event"] < run["begins"] and row["details"] != ["verbose"]:
            yield f"a row of event {event['n']} shows the set-up"
    yield from packet_faults(run)


def packet_faults(run):
    """Text and fields say the same; every frame has its row."""
    shown = {row["event"] for row in run["rows"] if "story" in row["details"]}
    for event in run["timeline"]:
        if event["kind"] != "packet":
            continue
        if event["n"] not in shown:
            yield f"frame {event['frame']} is not shown"
        if event["protocol"] == "tcp" and event["text"] != segment_text(event):
            yield f"frame {event['frame']}: {event['text']}, {segment_text(event)}"


def segment_text(event):
    text = f"{event['flags']} seq={event['seq']}"
    text += f" ack={event['ack']}" if "ack" in event else ""
    text += f" len={event['len']}" if event["len"] else ""
    return text + (" win=0" if not event["window"] and "RST" not in event["flags"] else "")


WITH_OPTIONS = ["sigpipe", "zero-window", "keepalive", "reset-forged", "server-host-unreachable",
                "server-host-unreachable-net", "normal-many"]
LETTERS = {"FIN": "F", "SYN": "S", "RST": "R", "PSH": "P", "ACK": "A", "URG": "U"}


def options_of(tcp):
    """As the record has them, but for the numbers of a SACK."""
    names = {"MSS": "mss", "WScale": "window_scale", "SAckOK": "sack_permitted", "SAck": "sack",
             "Timestamp": "timestamps"}
    found = {names[name]: value for name, value in tcp.options if name in names}
    if "timestamps" in found:
        found["timestamps"] = dict(zip(("value", "echo"), found["timestamps"]))
    if "sack_permitted" in found:
        found["sack_permitted"] = True
    return found


@pytest.mark.parametrize("name", WITH_OPTIONS)
def test_the_fields_of_a_segment_are_those_of_the_capture(ran, name):
    run, frames = ran.story(name), rdpcap(str(ran.captures / f"{name}.pcap"))
    segments = [event for event in run["timeline"] if event.get("protocol") == "tcp"]
    assert segments
    for event in segments:
        tcp = frames[event["frame"]][TCP]
        assert {LETTERS[flag] for flag in event["flags"].split(",")} == set(str(tcp.flags))
        assert (event["raw_seq"], event.get("raw_ack", tcp.ack)) == (tcp.seq, tcp.ack)
        assert (event["from_port"], event["to_port"]) == (tcp.sport, tcp.dport)
        assert (event["window"], event["len"]) == (tcp.window, len(tcp.payload))
        assert {**event.get("options", {}), "sack": None} == {**options_of(tcp), "sack": None}


def test_an_icmp_error_quotes_what_the_capture_says(ran):
    run = ran.story("server-host-unreachable-net")
    frames = rdpcap(str(ran.captures / "server-host-unreachable-net.pcap"))
    errors = [event for event in run["timeline"] if event.get("protocol") == "icmp"]
    assert errors
    for event in errors:
        frame, quotes = frames[event["frame"]], event["icmp"]["quotes"]
        assert (event["icmp"]["type"], event["icmp"]["code"]) == (frame[ICMP].type, frame[ICMP].code)
        assert (quotes["from"], quotes["to"]) == (frame[IPerror].src, frame[IPerror].dst)
        assert (quotes["from_port"], quotes["to_port"]) == (frame[TCPerror].sport, frame[TCPerror].dport)
        assert quotes["raw_seq"] == frame[TCPerror].seq
        assert quotes["connection"] == 1
        sent = [other["seq"] for other in run["timeline"]
                if other.get("protocol") == "tcp" and other["raw_seq"] == quotes["raw_seq"]]
        assert quotes["seq"] in sent


# --- what only whole runs show ---

def lines_of(run):
    """The rows that the terminal shows, as it shows them."""
    rows = [row for row in run["rows"] if "story" in row["details"]]
    return [f"{row['label']}: {row['text']}" if "label" in row else row["text"] for row in rows]


def test_a_sigaction_that_fails_has_a_row(ran):
    assert "rt_sigaction(SIGKILL, handler) = -1 EINVAL" in lines_of(ran.story("signals-kill"))


def test_the_rows_are_the_lines_of_the_terminal(ran):
    shown = ran("sigpipe").out.splitlines()
    for row in lines_of(ran.story("sigpipe")):
        assert any(row in line for line in shown), row


@pytest.mark.parametrize("name, drops, lost", [
    ("server-host-crash", {"to": "server", "at": "server"}, "server"),
    ("server-host-unreachable-net", {"to": "server", "at": "router"}, "router"),
    ("sigpipe", None, None),
])
def test_segments_are_lost_from_the_fault_on(ran, name, drops, lost):
    run = ran.story(name)
    faulty = [event for event in run["timeline"] if "drops" in event]
    assert [event["drops"] for event in faulty] == ([drops] if drops else [])
    since_ns = faulty[0]["t_ns"] if faulty else float("inf")
    for event in events_of(run, protocol="tcp"):
        is_lost = event["host"] == "client" and event["t_ns"] > since_ns
        assert event.get("lost_at") == (lost if is_lost else None)
    assert any("lost_at" in event for event in run["timeline"]) == bool(lost)


# --- what does not fit ---

def events_of(run, **fields):
    """The events that have these fields."""
    return [event for event in run["timeline"] if fields.items() <= event.items()]


SPOILT = {
    "another schema": lambda run: run.update(schema="brokenpipe/1"),
    "an unknown field": lambda run: run.update(colour="red"),
    "no rows": lambda run: run.pop("rows"),
    "an unknown kind": lambda run: run["timeline"][0].update(kind="dream"),
    "an unknown field of an event": lambda run: run["timeline"][0].update(mood="good"),
    "a segment without its flags": lambda run: events_of(run, protocol="tcp")[0].pop("flags"),
    "an ack without its raw number": lambda run: events_of(run, flags="SYN,ACK")[0].pop("raw_ack"),
    "again that is false": lambda run: events_of(run, protocol="tcp")[0].update(again=False),
    "an unknown option": lambda run: events_of(run, flags="SYN")[0]["options"].update(mood=1),
    "a state of another name": lambda run: events_of(run, kind="state")[0].update(to="SYN_RECV"),
    "a call that neither returns nor is restarted":
        lambda run: events_of(run, kind="return", family="bind")[0].pop("result"),
    "a call that does both":
        lambda run: events_of(run, kind="return", family="bind")[0].update(restarted=True),
    "an end by status and signal": lambda run: events_of(run, kind="end")[0].update(status=1),
    "a verb with another's field":
        lambda run: events_of(run, verb="type")[0].update(command=["cat"]),
    "a verb without its field": lambda run: events_of(run, verb="start")[0].pop("command"),
    "a line and the end of input": lambda run: events_of(run, verb="type")[0].update(eof=True),
    "an unknown verb": lambda run: events_of(run, verb="type")[0].update(verb="shout"),
    "an expectation without what it describes": lambda run: run["expectations"][0].pop("state"),
    "an expectation of two kinds": lambda run: run["expectations"][0].update(backoff=1),
    "a met expectation without its event": lambda run: run["expectations"][0].pop("event"),
    "an unmet one that does not say what was seen":
        lambda run: run["expectations"][0].update(verdict="unmet"),
    "a row of no detail": lambda run: run["rows"][0].update(details=[]),
    "a row in an unknown style": lambda run: run["rows"][0].update(style="green"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_what_does_not_fit_is_refused(what):
    run = copy.deepcopy(read(lab.REPO / "captures/reference/sigpipe.json"))
    assert not faults(run)
    SPOILT[what](run)
    assert faults(run), what
