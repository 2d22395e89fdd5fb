"""The questions of make predict-NAME, and their answers: made from a run's record (NAME.json). Pure.

The expectations that were met decide what is asked; the timeline decides what is right. A question
names an action, which the student sees before, and nothing that another question asks. The choices
depend on the call or the kind, never on the answer.
"""

from dataclasses import dataclass

MOST, FEWEST, SAME_KIND = 6, 3, 2
FLAGS = ("ACK", "FIN,ACK", "PSH,ACK", "RST", "RST,ACK", "SYN,ACK")
STATES = ("CLOSED", "CLOSE_WAIT", "ESTABLISHED", "FIN_WAIT_2", "SYN_SENT", "TIME_WAIT")
SIGNALS = ("SIGCHLD", "SIGKILL", "SIGPIPE", "SIGTERM", "SIGURG")
ENDS = ("status 0", "status 1", "SIGKILL", "SIGPIPE", "SIGTERM")
REASONS = ("net unreachable", "host unreachable", "port unreachable", "prohibited")
WAITS = ("accept", "connect", "read", "select", "write")
RETURNS = {
    "read": ("data", "eof", "ECONNRESET", "EHOSTUNREACH", "EINTR", "ETIMEDOUT"),
    "write": ("success", "ECONNRESET", "EHOSTUNREACH", "EPIPE", "ETIMEDOUT"),
    "connect": ("success", "ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"),
    "accept": ("success", "ECONNABORTED", "EINTR", "EMFILE", "restarted"),
    "wait": ("success", "ECHILD", "EINTR", "EINVAL"),
}
OTHER_RETURNS = ("success", "EADDRINUSE", "EINVAL", "EINTR", "ENOTCONN")


@dataclass
class Question:
    kind: str  # names the template of its text (predict_words.py)
    words: dict  # to fill in there
    choices: tuple  # the possible answers, as tokens; none: a number
    answer: str
    event: dict  # where the answer can be looked up
    weight: int


class Lesson:
    """A run's events from the first program on, in order of time, and the actions among them that
    a student sees: not how a host is built or a wait made shorter."""

    def __init__(self, run):
        self.run, self.processes = run, run.process
        started = next((event["n"] for event in run.timeline if is_start(event)), 0)
        self.events = [event for event in run.in_time if event["n"] >= started]
        self.places = {event["n"]: place for place, event in enumerate(self.events)}
        self.actions = [event for event in self.events
                        if event["kind"] == "action" and not event.get("setup")]

    def name(self, pid):
        return self.processes[pid]["name"]

    def place(self, event):
        return self.places.get(event["n"], -1)

    def action_before(self, place):
        """The number of the last action before; 0: there was none."""
        return sum(self.place(action) < place for action in self.actions)

    def since(self, number, until=None):
        """The events after an action, up to a place, or to the next action."""
        start = self.place(self.actions[number - 1]) + 1
        if until is None:
            rest = self.actions[number:number + 1]
            until = self.place(rest[0]) if rest else len(self.events)
        return self.events[start:until]

    def was_sent_by_the_lab(self, pid, signal, place):
        """Whether an action before was a kill(1) of the process, or of all."""
        return any(action["verb"] == "signal" and action["signal"] == signal and
                   (action.get("all") or action.get("to_pid") == pid)
                   for action in self.actions if self.place(action) < place)


def is_start(event):
    """Whether the lab starts a program of the scenario."""
    return event["kind"] == "action" and event["verb"] == "start" and not event.get("setup")


# One maker for each kind: (weight, kind, words, choices, answer), or None ----------------------------

def returned(event):
    if event.get("restarted"):
        return "restarted"
    if event.get("error"):
        return event["error"]
    if event["family"] == "read":
        return "eof" if event["result"] == 0 else "data"
    return "success"


def of_call(lesson, event, number, _):
    alike = [other for other in lesson.since(number, lesson.place(event) + 1)
             if other["kind"] == "return" and other["pid"] == event["pid"] and
             other["family"] == event["family"] and
             other.get("on") == event.get("on")]
    answer = returned(event)
    return (4 if answer in ("success", "data") else 10, "call",
            {"who": lesson.name(event["pid"]), "nth": len(alike), "call": event["family"]},
            RETURNS.get(event["family"], OTHER_RETURNS), answer)


def is_tcp(event, host):
    return event["kind"] == "packet" and event["host"] == host and event["protocol"] == "tcp"


def of_segment(lesson, event, number, _):
    alike = [other for other in lesson.since(number, lesson.place(event) + 1)
             if is_tcp(other, event["host"])]
    answer = event["flags"]
    if answer not in FLAGS or len(alike) > 3:
        return None
    return (8 if {"RST", "FIN"} & set(answer.split(",")) else 2, "flags",
            {"host": event["host"], "nth": len(alike)}, FLAGS, answer)


def segments_of(lesson, host, number):
    return sum(is_tcp(event, host) for event in lesson.since(number))


def of_silence(lesson, expectation, first, last):
    """Of the actions after which nothing was to be sent, the last of those with fewest segments."""
    host = expectation["segment"].get("from")
    sent, number = min((segments_of(lesson, host, number), -number)
                       for number in range(max(first, 1), last + 1))
    if not host or sent > 3:
        return -number, None
    return -number, (5, "how_many_segments", {"host": host}, (), str(sent))


def of_icmp(lesson, event, number, _):
    answer = event["icmp"].get("unreachable")
    return (9, "icmp", {"host": event["host"]}, REASONS, answer) if answer else None


def of_signal(lesson, event, number, _):
    place, pid, name = lesson.place(event), event["pid"], event["name"]
    if lesson.was_sent_by_the_lab(pid, name, place):
        return None
    signals = [other for other in lesson.since(number)
               if other["kind"] == "signal" and other["pid"] == pid]
    alike = [other for other in signals if other["name"] == name]
    if len(alike) > 1:
        return 6, "how_many_signals", {"who": lesson.name(pid), "signal": name}, (), str(len(alike))
    if signals[0] is not event:
        return None
    return 7, "signal", {"who": lesson.name(pid)}, SIGNALS, name


def of_end(lesson, event, number, _):
    answer = event.get("signal") or f"status {event['status']}"
    if "signal" in event and lesson.was_sent_by_the_lab(event["pid"], answer, lesson.place(event)):
        return None
    return (3 if answer == "status 0" else 7, "end", {"who": lesson.name(event["pid"])}, ENDS, answer)


def of_state(lesson, event, number, expectation):
    alike = [other for other in lesson.since(number)
             if other["kind"] == "state" and other["host"] == event["host"] and
             other["local_port"] == event["local_port"] and
             other["remote_port"] == event["remote_port"]]
    if event["to"] in ("LISTEN", "ESTABLISHED") or not alike:
        return None
    return 6, "state", {"who": expectation["who"]}, STATES, alike[-1]["to"]


def of_backoff(lesson, event, number, _):
    times = 2 ** (event["times"] - event["from_times"])
    factor = event["to_us"] / event["from_us"] / times
    answer = "twice" if abs(factor - 1) < .02 else "shorter" if event["to_us"] < event["from_us"] \
        else "same" if event["to_us"] == event["from_us"] else "longer"
    return 9, "backoff", {"host": event["host"]}, ("half", "same", "twice"), answer


def of_process(lesson, event, number, expectation):
    who = lesson.name(event["pid"])
    if event["state"] in "SZ" and "in_call" not in expectation["process"]:
        return 6, "ps", {"who": who}, ("R", "S", "T", "Z"), event["state"]
    if "in_call" not in expectation["process"]:
        return None
    entered = [other for other in lesson.events[:lesson.place(event)] if other.get("family") and
               other["pid"] == event["pid"] and other.get("tid") == event.get("tid")]
    if not entered or entered[-1]["kind"] != "enter":
        return None
    return 3, "waits", {"who": who}, WAITS, entered[-1]["family"]


def zombies(lesson, pid, place):
    """Children that ended and that no wait returned, in the events up to there."""
    before = lesson.events[:place]
    ended = {event["pid"] for event in before if event["kind"] == "end" and
             lesson.processes[event["pid"]]["parent"] == pid}
    return ended - {event["result"] for event in before
                    if event["kind"] == "return" and event["family"] == "wait"}


MAKERS = {"call": of_call, "segment": of_segment, "icmp": of_icmp, "signal": of_signal,
          "end": of_end, "state": of_state, "backoff": of_backoff, "process": of_process}


# All of a run -------------------------------------------------------------------------------------

def of_zombies(lesson, expectation, number):
    """How many there are before the next action: counted in the timeline, not read from the
    expectation."""
    last = lesson.place(lesson.since(number)[-1]) if lesson.since(number) else len(lesson.events) - 1
    pid = next(pid for pid, process in lesson.processes.items()
               if process["program"] == expectation["program"] and
               expectation["pid"] in (0, pid))
    return (9, "zombies", {"who": lesson.name(pid)}, (), str(len(zombies(lesson, pid, last + 1))))


def of_children(lesson):
    """For a run of which little else can be asked."""
    for number, action in enumerate(lesson.actions, 1):
        if is_start(action) and action.get("pid") in lesson.processes:
            children = sum(process["parent"] == action["pid"]
                           for process in lesson.processes.values())
            yield Question("how_many_children", {"who": lesson.name(action["pid"]), "number": number},
                           (), str(children), action, 1)


def of_all_segments(lesson):
    for number, action in enumerate(lesson.actions, 1):
        if is_start(action) and action["host"] == "client":
            yield Question("how_many_segments", {"host": "client", "number": number}, (),
                           str(segments_of(lesson, "client", number)), action, 1)


def made(lesson, expectation, place, after):
    """The parts of a question, and the event it is about, or None."""
    kind = expectation["kind"]
    event = lesson.run.event(expectation.get("event"))
    if kind in MAKERS and event and lesson.place(event) >= 0 and expectation["verdict"] == "met":
        number = lesson.action_before(lesson.place(event))
        return number, MAKERS[kind](lesson, event, number, expectation) if number else None, event
    number = lesson.action_before(place)
    if expectation["verdict"] != "met" or not number:
        return number, None, None
    if kind == "no-segment":
        number, parts = of_silence(lesson, expectation, number, max(number, lesson.action_before(after)))
        return number, parts, lesson.actions[number - 1]
    if kind == "condition" and expectation["condition"]["kind"] == "zombies":
        return number, of_zombies(lesson, expectation, number), lesson.events[place - 1]
    return number, None, None


def followed(lesson):
    """Each expectation, and the place of what is met next on the wire: nothing came before that."""
    after, pairs = len(lesson.events), []
    for expectation in reversed(lesson.run.expectations):
        pairs.append((expectation, after))
        if expectation["kind"] == "segment" and expectation["verdict"] == "met":
            after = lesson.place(lesson.run.event(expectation["event"]))
    return reversed(pairs)


def candidates(lesson):
    place, seen = 0, set()
    for expectation, after in followed(lesson):
        number, parts, event = made(lesson, expectation, place, after)
        if expectation["kind"] in MAKERS and event:
            place = max(place, lesson.place(event) + 1)
        if not parts:
            continue
        weight, kind, words, choices, answer = parts
        key = (kind, number, *sorted(words.items(), key=str))
        if key not in seen:
            seen.add(key)
            if choices and answer not in choices:
                choices = tuple(sorted((*choices, answer)))
            yield Question(kind, {**words, "number": number}, choices, answer, event, weight)


def pick(questions):
    """Those with the most weight, not many of one kind, in the order of the run."""
    picked, many = [], []
    for question in sorted(questions, key=lambda question: -question.weight):
        alike = sum(question.kind == other.kind for other in picked)
        (picked if alike < SAME_KIND and len(picked) < MOST else many).append(question)
    picked += many[:max(0, FEWEST - len(picked))]
    return [question for question in questions if question in picked]


def questions_of(run):
    """Up to six questions, in the order in which their answers happen."""
    lesson = Lesson(run)
    made_all = list(candidates(lesson))
    for more in (of_all_segments, of_children):
        if len(made_all) < FEWEST:
            made_all += list(more(lesson))[:1]
    return pick(sorted(made_all, key=lambda question: (question.words["number"],
                                                       question.event["t_ns"])))
