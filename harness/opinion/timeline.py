"""The expectations that no capture can show, decided from the run's timeline.

The rules are those of harness/expect/, written again: every observer of an actor (its calls and
signals, its sockets, its output) has an order of its own, and an expectation takes the first event
that matches behind the last one taken.
"""

from opinion.expectation import ABSENCES, Finding, duration_text, end_text, signal_text, times_text

# The kind of event that can meet an expectation, and the observer whose order it is in.
EVENTS = {
    "call": ("return", "process"),
    "fork": ("fork", "process"),
    "signal": ("signal", "process"),
    "no-signal": ("signal", "process"),
    "end": ("end", "process"),
    "process": ("process", "process"),
    "state": ("state", "state"),
    "backoff": ("backoff", "state"),
    "output": ("output", "output"),
}
SHOWN = 4  # of what was seen instead: the last ones


RTO_MAX_US = 120_000_000  # TCP_RTO_MAX


class Timeline:
    """Of a run, with the segments of its capture, which tell how long TCP has retransmitted."""

    def __init__(self, story, segments):
        started_ns = int(story["started_ns"])
        self.retransmissions = [(segment.sender, segment.seq, segment.time_ns - started_ns)
                                for segment in segments if segment.again]
        self.events = story["timeline"]
        self.programs = {process["pid"]: process["program"] for process in story["processes"]}
        self.ended = {event["pid"] for event in self.events if event["kind"] == "end"}
        self.returned = {event["entered"] for event in self.events if event["kind"] == "return"}
        self.users = {}  # of a socket, by the kernel's inode: those who made a call on it
        for event in self.events:
            if event["kind"] in ("enter", "return") and event.get("inode"):
                self.users.setdefault(event["inode"], set()).add(event["pid"])

    def judge(self, expectations):
        """Return a finding for each; one that is not met leaves its observer where it was.

        An absence lasts to the event that meets the next expectation of its observer, or to the end.
        """
        findings, cursors, absences = [], {}, []
        for wanted in expectations:
            if wanted["kind"] == "condition":  # the lab's word: it saw what is no event
                findings.append(Finding(wanted, wanted["verdict"] == "met",
                                        seen=wanted.get("seen", "")))
                continue
            observer = (wanted["who"], wanted["pid"], wanted["program"], EVENTS[wanted["kind"]][1])
            start = max(cursors.get(observer, 0), wanted.get("since", 0))
            if wanted["kind"] in ABSENCES:
                absences.append((observer, wanted, start))
                continue
            event = next(self.matching(wanted, start), None)
            ended = [absence for of, *absence in absences if of == observer]
            absences = [absence for absence in absences if absence[0] != observer]
            if event is None:  # then that is what is missing: nobody knows where absences end
                findings.append(Finding(wanted, False, seen=self.seen(wanted, start)))
                continue
            findings.append(Finding(wanted, True, event))
            findings += [self.absence(*absence, event["n"]) for absence in ended]
            if wanted["kind"] != "process":  # a look consumes nothing
                cursors[observer] = event["n"] + 1
        return findings + [self.absence(*absence, len(self.events)) for _, *absence in absences]

    def absence(self, wanted, start, end):
        """Whether no event in events[start:end] is what must not come."""
        against = next((event for event in self.matching(wanted, start) if event["n"] < end), None)
        return Finding(wanted, against is None, against, event_text(against) if against else "")

    def matching(self, wanted, start):
        kind = EVENTS[wanted["kind"]][0]
        rule = getattr(self, f"{ABSENCES.get(wanted['kind'], wanted['kind'])}_matches")
        return (event for event in self.events[start:]
                if event["kind"] == kind and rule(wanted, event))

    def is_of(self, wanted, pid):
        """Whether the process is the actor, or one of its program's when no process is named."""
        if wanted["pid"]:
            return pid == wanted["pid"]
        return self.programs.get(pid) == wanted["program"]

    # One rule for each kind of expectation; what is not described is not compared.

    def call_matches(self, wanted, event):
        call = wanted["call"]
        if not self.is_of(wanted, event["pid"]):
            return False
        if event.get("restarted", False) != call.get("restarted", False):
            return False  # the program does not see a call return that the kernel restarts
        if "name" in call and not is_named(call["name"], event):
            return False
        error, result = event.get("error"), event.get("result")
        if call.get("eof"):
            return error is None and result == 0
        if call.get("error") == "none" and error is not None:
            return False
        if call.get("error", "none") != "none" and error != call["error"]:
            return False
        if "result" in call and (error is not None or result != call["result"]):
            return False
        return "persisted_ms" not in call or self.has_persisted(event, call["persisted_ms"] * 10**6)

    def has_persisted(self, end, limit_ns):
        """Whether TCP gave up after so long: at the first end of its timer behind that.

        The time counts from the timer's first retransmission; the first one seen may be a tail-loss
        probe.
        """
        before = [(seq, t_ns) for sender, seq, t_ns in self.retransmissions
                  if sender == end["host"] and t_ns <= end["t_ns"]]
        times = [t_ns for seq, t_ns in before if seq == before[-1][0]]
        return (bool(times) and end["t_ns"] - times[0] >= limit_ns and
                times[-1] - times[min(1, len(times) - 1)] < limit_ns)

    def backoff_matches(self, wanted, event):
        """Twice the timeout each time, up to two minutes, but for the rounding of a kernel clock."""
        timeout_us = event["from_us"]
        for _ in range(event["from_times"], event["times"]):
            timeout_us = min(timeout_us * 2, RTO_MAX_US)
        return (event["times"] >= (wanted["backoff"] or 0) and
                abs(event["to_us"] - timeout_us) <= timeout_us / 100 and
                self.is_on_socket_of(wanted, event))

    def fork_matches(self, wanted, event):
        return self.is_of(wanted, event["pid"])

    def signal_matches(self, wanted, event):
        return self.is_of(wanted, event["pid"]) and agrees(wanted["signal"], event)

    def end_matches(self, wanted, event):
        return self.is_of(wanted, event["pid"]) and agrees(wanted["end"], event)

    def state_matches(self, wanted, event):
        return wanted["state"] in (None, event["to"]) and self.is_on_socket_of(wanted, event)

    def is_on_socket_of(self, wanted, event):
        """A socket is its user's; one that has no inode any more is nobody's."""
        users = self.users.get(event["inode"], ())
        return (event["host"] == wanted["host"] and
                any(self.is_of(wanted, pid) for pid in users))

    def process_matches(self, wanted, event):
        look = wanted["process"]
        if not self.is_of(wanted, event["pid"]):
            return False
        if look.get("state", event["state"]) != event["state"]:
            return False
        channel = event.get("wait_channel")  # empty: this kernel does not tell
        if "wait_channel" in look and channel and channel not in look["wait_channel"].split("|"):
            return False
        return "in_call" not in look or self.is_in_call(look["in_call"], event)

    def is_in_call(self, name, look):
        """Whether the thread's last word before this look at it was that it entered the call."""
        for event in reversed(self.events[:look["n"]]):
            if event["kind"] in ("enter", "return") and thread_of(event) == thread_of(look):
                return event["kind"] == "enter" and is_named(name, event)
        return False

    def output_matches(self, wanted, event):
        return self.is_of(wanted, event["pid"]) and (wanted["output"] or "") in event["text"]

    # What was seen instead.

    def seen(self, wanted, start):
        """As expectation_seen() in harness/expect/seen.c does: the like of it, an end, a call."""
        seen = [event_text(event) for event in self.alike(wanted, start)[-SHOWN:]]
        if wanted["kind"] != "end":
            ends = list(self.matching(wanted | {"kind": "end", "end": {}}, start))
            seen += [event_text(event) for event in ends[-1:]]
        seen += [event_text(event) for event in self.calls_in_progress(wanted)[-1:]]
        return "; ".join(seen) or "nothing similar"

    def alike(self, wanted, start):
        """What would have matched if less had been asked for: of calls, first those of the name."""
        kind = wanted["kind"]
        if kind == "call" and "name" in wanted["call"]:
            same_name = wanted | {"call": {"name": wanted["call"]["name"]}}
            alike = list(self.matching(same_name, start))
            if alike:
                return alike
        anything = None if kind in ("state", "backoff", "output") else {}
        return [event for event in self.matching(wanted | {kind: anything}, start)
                if kind != "call" or not is_preparation(event)]

    def calls_in_progress(self, wanted):
        return [event for event in self.events
                if event["kind"] == "enter" and event["n"] not in self.returned and
                event["pid"] not in self.ended and self.is_of(wanted, event["pid"])]


def thread_of(event):
    """The first thread of a process has the process's number, and is not named."""
    return event.get("tid", event["pid"])


def is_preparation(call):
    """Whether it only prepares or asks: fork, socket and the like, unless that failed visibly."""
    failed = "error" in call and ("inode" in call or call["family"] == "sigaction")
    return not failed and call["family"] in ("fork", "exec", "exit", "sigaction", "getsockopt",
                                             "socket")


def is_named(alternatives, event):
    """Whether the call goes by one of "a|b": its kernel's name, or the book's ("read")."""
    return not {event["name"], event["family"]}.isdisjoint(alternatives.split("|"))


def agrees(description, event):
    return all(event.get(field) == value for field, value in description.items())


# Notation: that of harness/expect/ ---------------------------------------------------------

def quoted(text):
    shown = text.translate({ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t", ord('"'): '\\"',
                            ord("\\"): "\\\\"})
    return '"' + "".join(c if c.isprintable() else hexadecimal(c) for c in shown) + '"'


def hexadecimal(character):
    return "".join(f"\\x{byte:02x}" for byte in character.encode())


def event_text(event):
    kind = event["kind"]
    if kind == "enter":
        return f"still in {event['name']}({event['args']})"
    if kind == "return":
        return call_text(event)
    if kind == "signal":
        return signal_text(event)
    if kind == "end":
        return end_text(event)
    if kind == "state":
        return f"socket in {event['to']}"
    if kind == "backoff":
        return backoff_text(event)
    if kind == "process":
        channel = event.get("wait_channel") or "unknown"
        return f"process in state {event['state']}, wait channel {channel}"
    return quoted(event["text"]) if kind == "output" else "forks a child"


def backoff_text(event):
    timeout = duration_text(event["to_us"] / 1e3)
    if event["times"]:
        return f"retransmission timeout {timeout}, doubled {times_text(event['times'])}"
    return f"retransmission timeout back to {timeout}"


def call_text(event):
    call = f"{event['name']}({event['args']})"
    if event.get("restarted"):
        return f"{call} interrupted, restarted by the kernel"
    result = f"-1 {event['error']}" if "error" in event else event["result"]
    return f"{call} = {result}" + (" (ended by the lab)" if event.get("by_lab") else "")
