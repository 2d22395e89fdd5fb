"""The questions of make predict-NAME, and their keys: made from a run's story (NAME.json), pure.

What is asked follows from the expectations that were met; what is right is what the timeline shows.
A question speaks of an action, which the student sees before, and of nothing that is asked
elsewhere. The list of choices is that of the call or kind, whatever the answer.
"""

import re
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
# Of the lab's actions: how a host is built, or a wait made shorter. The student need not see them.
SET_UP = re.compile(r"sysctl |ip (netns|link|addr|neigh) |ethtool |ip route .* (rto_min|via) |python3 outsider")
OTHER_RETURNS = ("success", "EADDRINUSE", "EINVAL", "EINTR", "ENOTCONN")


@dataclass
class Question:
    kind: str  # names the template of its text (predict_words.py)
    words: dict  # which fill it in
    choices: tuple  # what may be answered, as tokens; none: a number
    answer: str
    event: dict  # which answers it, to be looked up
    weight: int


class Story:
    """A run's events in the order of time, and who is who in it."""

    def __init__(self, run):
        self.run, self.name = run, run.label
        started = next((event["n"] for event in run.timeline
                        if event["kind"] == "action" and event["text"].startswith("$ ")), 0)
        self.by_number = {event["n"]: event for event in run.timeline}
        self.events = [event for event in run.in_time if event["n"] >= started]
        self.actions = [event for event in self.events
                        if event["kind"] == "action" and not SET_UP.match(event["text"].lstrip("$ "))]
        self.processes = run.process

    def place(self, event):
        return self.events.index(event) if event in self.events else -1

    def cause(self, place):
        """The number of the last action before; 0: there was none."""
        return sum(self.place(action) < place for action in self.actions)

    def since(self, number, until=None):
        """The events behind an action, up to a place, or to the next action."""
        start = self.place(self.actions[number - 1]) + 1
        if until is None:
            rest = self.actions[number:number + 1]
            until = self.place(rest[0]) if rest else len(self.events)
        return self.events[start:until]

    def was_sent_by_the_lab(self, pid, name, place):
        """Whether there was an action before that is a kill(1) of the process, or of all."""
        kills = [action["text"].split() for action in self.actions
                 if self.place(action) < place and action["text"].startswith("kill")]
        return any("-" + name[3:] in words and {str(pid), "-1"} & set(words[1:]) for words in kills)


# One maker for each kind: (weight, kind, words, choices, answer), or None ----------------------------

def returned(event):
    if event.get("restarted"):
        return "restarted"
    if event.get("error"):
        return event["error"]
    if event["family"] == "read":
        return "eof" if event["result"] == 0 else "data"
    return "success"


def of_call(story, event, number, _):
    alike = [other for other in story.since(number, story.place(event) + 1)
             if other["kind"] == "return" and other["pid"] == event["pid"] and
             other["family"] == event["family"] and
             bool(other.get("inode")) == bool(event.get("inode"))]
    answer = returned(event)
    return (4 if answer in ("success", "data") else 10, "call",
            {"who": story.name(event["pid"]), "nth": len(alike), "call": event["family"]},
            RETURNS.get(event["family"], OTHER_RETURNS), answer)


def is_tcp(event, host):
    return event["kind"] == "packet" and event["host"] == host and "seq=" in event["text"]


def of_segment(story, event, number, _):
    alike = [other for other in story.since(number, story.place(event) + 1)
             if is_tcp(other, event["host"])]
    answer = event["text"].split()[0]
    if answer not in FLAGS or len(alike) > 3:
        return None
    return (8 if {"RST", "FIN"} & set(answer.split(",")) else 2, "flags",
            {"host": event["host"], "nth": len(alike)}, FLAGS, answer)


def segments_of(story, host, number):
    return sum(is_tcp(event, host) for event in story.since(number))


def of_silence(story, expectation, first, last):
    """Of the actions between which there was silence, the last one on which least was sent."""
    host = expectation["segment"].get("from")
    sent, number = min((segments_of(story, host, number), -number)
                       for number in range(max(first, 1), last + 1))
    if not host or sent > 3:
        return -number, None
    return -number, (5, "how_many_segments", {"host": host}, (), str(sent))


def of_icmp(story, event, number, _):
    answer = next((reason for reason in REASONS if reason in event["text"]), None)
    return (9, "icmp", {"host": event["host"]}, REASONS, answer) if answer else None


def of_signal(story, event, number, _):
    place, pid, name = story.place(event), event["pid"], event["name"]
    if story.was_sent_by_the_lab(pid, name, place):
        return None
    signals = [other for other in story.since(number)
               if other["kind"] == "signal" and other["pid"] == pid]
    alike = [other for other in signals if other["name"] == name]
    if len(alike) > 1:
        return 6, "how_many_signals", {"who": story.name(pid), "signal": name}, (), str(len(alike))
    if signals[0] is not event:
        return None
    return 7, "signal", {"who": story.name(pid)}, SIGNALS, name


def of_end(story, event, number, _):
    answer = event.get("signal") or f"status {event['status']}"
    if "signal" in event and story.was_sent_by_the_lab(event["pid"], answer, story.place(event)):
        return None
    return (3 if answer == "status 0" else 7, "end", {"who": story.name(event["pid"])}, ENDS, answer)


def of_state(story, event, number, expectation):
    alike = [other for other in story.since(number)
             if other["kind"] == "state" and other["host"] == event["host"] and
             other["local_port"] == event["local_port"] and
             other["remote_port"] == event["remote_port"]]
    if event["to"] in ("LISTEN", "ESTABLISHED") or not alike:
        return None
    return 6, "state", {"who": expectation["who"]}, STATES, alike[-1]["to"]


def of_backoff(story, event, number, _):
    times = 2 ** (event["times"] - event["from_times"])
    factor = event["to_us"] / event["from_us"] / times
    answer = "twice" if abs(factor - 1) < .02 else "shorter" if event["to_us"] < event["from_us"] \
        else "same" if event["to_us"] == event["from_us"] else "longer"
    return 9, "backoff", {"host": event["host"]}, ("half", "same", "twice"), answer


def of_process(story, event, number, expectation):
    who = story.name(event["pid"])
    if event["state"] in "SZ" and "in_call" not in expectation["process"]:
        return 6, "ps", {"who": who}, ("R", "S", "T", "Z"), event["state"]
    if "in_call" not in expectation["process"]:
        return None
    entered = [other for other in story.events[:story.place(event)] if other.get("family") and
               other["pid"] == event["pid"] and other.get("tid") == event.get("tid")]
    if not entered or entered[-1]["kind"] != "enter":
        return None
    return 3, "waits", {"who": who}, WAITS, entered[-1]["family"]


def zombies(story, pid, place):
    """Children that have ended, and that no wait has returned, in the events up to there."""
    before = story.events[:place]
    ended = {event["pid"] for event in before if event["kind"] == "end" and
             story.processes[event["pid"]]["parent"] == pid}
    return ended - {event["result"] for event in before
                    if event["kind"] == "return" and event["family"] == "wait"}


MAKERS = {"call": of_call, "segment": of_segment, "icmp": of_icmp, "signal": of_signal,
          "end": of_end, "state": of_state, "backoff": of_backoff, "process": of_process}


# All of a story -----------------------------------------------------------------------------------

def of_zombies(story, expectation, number):
    """How many there are before the next action: they are counted, the expectation is not asked."""
    last = story.place(story.since(number)[-1]) if story.since(number) else len(story.events) - 1
    pid = next(pid for pid, process in story.processes.items()
               if process["program"] == expectation["program"] and
               expectation["pid"] in (0, pid))
    return (9, "zombies", {"who": story.name(pid)}, (), str(len(zombies(story, pid, last + 1))))


def of_children(story):
    """For a story of which little else can be asked."""
    for number, action in enumerate(story.actions, 1):
        if action["text"].startswith("$ ") and action.get("pid") in story.processes:
            children = sum(process["parent"] == action["pid"]
                           for process in story.processes.values())
            yield Question("how_many_children", {"who": story.name(action["pid"]), "number": number},
                           (), str(children), action, 1)


def of_all_segments(story):
    for number, action in enumerate(story.actions, 1):
        if action["text"].startswith("$ ") and action["host"] == "client":
            yield Question("how_many_segments", {"host": "client", "number": number}, (),
                           str(segments_of(story, "client", number)), action, 1)


def made(story, expectation, place, after):
    """The parts of a question, and the event it is about, or None."""
    kind = expectation["kind"]
    event = story.by_number.get(expectation.get("event"))
    if kind in MAKERS and event and story.place(event) >= 0 and expectation["verdict"] == "met":
        number = story.cause(story.place(event))
        return number, MAKERS[kind](story, event, number, expectation) if number else None, event
    number = story.cause(place)
    if expectation["verdict"] != "met" or not number:
        return number, None, None
    if kind == "no-segment":
        number, parts = of_silence(story, expectation, number, max(number, story.cause(after)))
        return number, parts, story.actions[number - 1]
    if kind == "condition" and expectation["condition"]["kind"] == "zombies":
        return number, of_zombies(story, expectation, number), story.events[place - 1]
    return number, None, None


def followed(story):
    """Each expectation, and the place of what is met next on the wire: up to there nothing came."""
    after, pairs = len(story.events), []
    for expectation in reversed(story.run.expectations):
        pairs.append((expectation, after))
        if expectation["kind"] == "segment" and expectation["verdict"] == "met":
            after = story.place(story.by_number[expectation["event"]])
    return reversed(pairs)


def candidates(story):
    place, seen = 0, set()
    for expectation, after in followed(story):
        number, parts, event = made(story, expectation, place, after)
        if expectation["kind"] in MAKERS and event:
            place = max(place, story.place(event) + 1)
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
    """The most telling, not many of one kind, in the order of the story."""
    picked, many = [], []
    for question in sorted(questions, key=lambda question: -question.weight):
        alike = sum(question.kind == other.kind for other in picked)
        (picked if alike < SAME_KIND and len(picked) < MOST else many).append(question)
    picked += many[:max(0, FEWEST - len(picked))]
    return [question for question in questions if question in picked]


def questions_of(run):
    """Up to six questions, in the order in which their answers happen."""
    story = Story(run)
    made_all = list(candidates(story))
    for more in (of_all_segments, of_children):
        if len(made_all) < FEWEST:
            made_all += list(more(story))[:1]
    return pick(sorted(made_all, key=lambda question: (question.words["number"],
                                                       question.event["t_ns"])))
