"""The expectations of NAME.json: understood word by word, and put into words again.

The notation is that of harness/expect/, so that the two opinions can be compared by eye.
"""

from dataclasses import dataclass

WIRE = ("segment", "no-segment", "icmp", "question")
COMPARED = {"SYN", "FIN", "RST", "ACK"}  # of the control bits: a RST is not a RST,ACK

# What each kind may describe. An expectation that says more than is understood here must not be
# judged by the rest of what it says.
FIELDS = {
    "segment": {"from", "flags", "payload_bytes", "again", "probe", "no_window"},
    "icmp": {"from", "unreachable"},
    "question": {"from", "about"},
    "call": {"name", "error", "result", "eof", "restarted", "persisted_ms"},
    "fork": set(),
    "signal": {"name", "disposition"},
    "end": {"status", "signal"},
    "process": {"state", "in_call", "wait_channel"},
    "condition": {"kind", "count", "text"},
}
# Conditions in words; those with a number have a plural.
CONDITIONS = {
    "held": "reaches the call where the lab pauses it",
    "serving": "exactly one process has the connection open",
    "zombies": "has {} zombie",
    "threads": "has {} thread",
}
ABSENCES = {"no-segment": "segment", "no-signal": "signal"}  # and what it is that does not come
HOSTS = {"client", "server", "router"}
NAMES = {
    "icmp": {"from": HOSTS, "unreachable": {"net unreachable", "host unreachable",
                                            "port unreachable", "prohibited"}},
    "question": {"from": HOSTS, "about": HOSTS},
    "condition": {"kind": CONDITIONS.keys()},
}
PLAIN = {"state", "backoff", "output"}  # no fields, but a word or a number
COMMON = {"n", "at", "kind", "who", "host", "program", "pid", "since", "wanted", "verdict", "event",
          "seen"}


class Broken(Exception):
    """What was given cannot be judged; the message says what to do."""


@dataclass
class Finding:
    expectation: dict
    is_met: bool
    at: object = None  # the event, or the segment, that met it or stood against it
    seen: str = ""


def check(expectation):
    """Make sure that the expectation says nothing that is not understood."""
    kind = expectation["kind"]
    key = ABSENCES.get(kind, kind)
    unknown = expectation.keys() - COMMON - {key}
    if key in FIELDS:
        description = expectation.setdefault(key, {}) if key == "fork" else expectation[key]
        unknown |= description.keys() - FIELDS[key]
    elif key not in PLAIN:
        unknown = {kind}
    if key == "segment":
        unknown |= unknown_values(expectation[key])
    for field, values in NAMES.get(key, {}).items():
        unknown |= {expectation[key][field]} - values if field in expectation[key] else set()
    if unknown:
        raise Broken(f"expectation {expectation['n']} says what is not understood here: "
                     f"{', '.join(sorted(map(str, unknown)))}")


def unknown_values(segment):
    """A value that no segment can have would make an absence true."""
    payload = segment.get("payload_bytes", "some")
    is_payload = payload in ("some", "none") or (isinstance(payload, int) and payload > 0)
    return (({segment.get("from", "client")} - {"client", "server"}) |
            (flags_of(segment) - COMPARED - {"PSH", "URG"}) | (set() if is_payload else {payload}))


def flags_of(segment):
    return set(segment["flags"].split(",")) if "flags" in segment else set()


# In words ----------------------------------------------------------------------------------------

def end_text(end):
    if "status" in end:
        return f"exited with status {end['status']}"
    return f"killed by {end['signal']}"


def signal_text(signal):
    return ", ".join(signal[field] for field in ("name", "disposition") if field in signal)


def duration_text(ms):
    return f"{ms:g} ms" if ms < 1000 else f"{ms / 1e3:g} s"


def times_text(times):
    return "once" if times == 1 else f"{times} times"


def persistence_text(call):
    if "persisted_ms" not in call:
        return ""
    return f", after retransmitting for {duration_text(call['persisted_ms'])}"


def returned_text(call):
    name = call.get("name", "any call")
    if call.get("restarted"):
        return f"{name}() restarted"
    if call.get("eof"):
        return f"{name}() = 0, end of file"
    if call.get("error", "none") != "none":
        return f"{name}() = -1 {call['error']}" + persistence_text(call)
    if "result" in call:
        return f"{name}() = {call['result']}"
    return f"{name}() {'succeeds' if 'error' in call else 'returns'}"


def look_text(look):
    return ("process" + (f" in state {look['state']}" if "state" in look else "") +
            (f", blocked in {look['in_call']}" if "in_call" in look else "") +
            (f", wait channel {look['wait_channel']}" if "wait_channel" in look else ""))


def described_segment(segment):
    payload = segment.get("payload_bytes")
    data = {None: "", "some": " with data", "none": " without data"}.get(payload, f" len={payload}")
    sender = f" from {segment['from']}" if "from" in segment else ""
    again = "retransmission of " if segment.get("again") else ""
    probe = "probe " if segment.get("probe") else ""
    window = " win=0" if segment.get("no_window") else ""
    return again + probe + segment.get("flags", "segment") + data + window + sender


def described_icmp(icmp):
    sender = f" from {icmp['from']}" if "from" in icmp else ""
    return f"ICMP {icmp.get('unreachable', 'unreachable')}{sender}"


def described_question(question):
    return ("ARP/ND request for the address" +
            (f" of {question['about']}" if "about" in question else "") +
            (f" from {question['from']}" if "from" in question else ""))


def condition_text(condition):
    count = condition.get("count", 1)
    return CONDITIONS[condition["kind"]].format(count) + ("" if count == 1 else "s")


def wanted_text(wanted):
    """What the expectation asks for, made from its description and not from the lab's text."""
    texts = {
        "segment": lambda: described_segment(wanted["segment"]),
        "icmp": lambda: described_icmp(wanted["icmp"]),
        "question": lambda: described_question(wanted["question"]),
        "call": lambda: returned_text(wanted["call"]),
        "fork": lambda: "forks a child",
        "signal": lambda: signal_text(wanted["signal"]),
        "end": lambda: end_text(wanted["end"]),
        "state": lambda: f"socket in {wanted['state']}",
        "backoff": lambda: f"retransmission timeout doubled {times_text(wanted['backoff'])}",
        "process": lambda: look_text(wanted["process"]),
        "output": lambda: f'prints "{wanted["output"]}"',
        "condition": lambda: condition_text(wanted["condition"]),
    }
    actor = f"{wanted['who']}: " if "who" in wanted else ""
    no = "no " if wanted["kind"] in ABSENCES else ""
    return actor + no + texts[ABSENCES.get(wanted["kind"], wanted["kind"])]()
