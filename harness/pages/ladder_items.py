"""What a ladder shows: the rows of the story, and what a drawing needs of each row's event. Pure.

Which moments are worth a row, in which words and where, the lab decides once (harness/show/rows.h)
and writes into NAME.json. Here a row gets the rest: how long its call was in the kernel, where its
segment goes to, which connection its state is of.
"""

from dataclasses import dataclass, field

from runs.terminal import printable

KINDS = {"packet": "segment", "enter": "call", "return": "call"}  # all others keep their names
# The fields by which two events are of the same sort, whatever their numbers are.
SORT = ("kind", "host", "verb", "protocol", "flags", "icmp_type", "family", "error", "name", "signal",
        "status", "to_state")


@dataclass
class Item:
    """A thing to draw; `at` orders it: nanoseconds, and the number of its event."""

    kind: str
    host: str
    at: tuple
    text: str
    style: str = ""  # "bad": an error, an RST; "again": sent before
    events: list = field(default_factory=list)  # numbers; of a call its entry and its return
    sort: tuple = ()  # equal of items that differ in numbers only
    notes: list = field(default_factory=list)  # what the drawing says without words
    # of a call
    process: tuple = None  # host, pid, thread
    began: tuple = None  # from when until when it was in the kernel
    ended: tuple = None  # None: it never returned
    waiting: str = ""  # its words while it waits
    errno: str = ""
    # of a segment
    to: str = ""  # the host that it is for
    lost_at: str = ""  # the host that drops it
    # of a change of state
    connection: tuple = None  # host, local port, remote port
    state: str = ""
    changes: list = field(default_factory=list)  # the items of states that this one stands for

    @property
    def t_ns(self):
        return self.at[0]


def when(event):
    return event["t_ns"], event["n"]


def words(row, text=None):
    """The row's text after its label."""
    label = row.get("label")
    return printable((f"{label}: " if label else "") + (row["text"] if text is None else text))


def sort_of(event):
    fields = event | {"icmp_type": event.get("icmp", {}).get("type"),
                      "to_state": event.get("to") if event["kind"] == "state" else None}
    if event["kind"] == "output":
        return "output", event["host"], event["text"]
    return tuple(fields.get(name) for name in SORT)


class Maker:
    """What has to be known of the whole run to make one item."""

    def __init__(self, run):
        self.timeline = run.timeline
        self.story = run.story
        self.names = {host["address"]: host["name"] for host in run.hosts}
        self.ends = {event["pid"]: event for event in run.timeline if event["kind"] == "end"}
        self.waiting = {row["event"]: words(row) for row in run.rows
                        if self.event(row)["kind"] == "enter"}
        self.returned = {self.event(row)["entered"]: row for row in self.story
                         if self.event(row)["kind"] == "return"}
        self.entered = {row["event"] for row in self.story
                        if self.event(row)["kind"] == "enter"}

    def event(self, row):
        return self.timeline[row["event"]]

    def items(self):
        for row in self.story:
            event = self.event(row)
            if event["kind"] == "enter":
                yield self.call(row, self.returned.get(event["n"], row))
            elif event["kind"] != "return":
                yield self.other(row, event)
            elif event["entered"] not in self.entered:
                yield self.call(row, row)

    def item(self, row, event, text=None):
        style = "bad" if row.get("style") == "red" else "again" if event.get("again") else ""
        return Item(KINDS.get(event["kind"], event["kind"]), row["side"],
                    (row["t_ns"], row["event"]), words(row, text), style, [event["n"]],
                    sort_of(event))

    def call(self, row, last):
        """A call that has a row for its entry and one for its return is drawn once: at the first,
        in the words of the last."""
        event = self.event(last)
        entry = self.timeline[event.get("entered", event["n"])]
        end = event if event is not entry else self.ends.get(event.get("pid"))
        item = self.item(last, event)
        item.at = row["t_ns"], row["event"]
        item.events = list(dict.fromkeys([entry["n"], event["n"]]))
        item.process = event["host"], event.get("pid"), event.get("tid", event.get("pid"))
        item.began, item.ended = when(entry), when(end) if end else None
        item.waiting, item.errno = self.waiting.get(entry["n"], ""), event.get("error", "")
        return item

    def other(self, row, event):
        if event["kind"] == "state":
            item = self.item(row, event, event["to"])
            item.connection = event["host"], event["local_port"], event["remote_port"]
            item.state, item.changes = event["to"], [item]
            return item
        item = self.item(row, event)
        if event["kind"] == "packet":
            asked = event.get("neighbour", {})
            address = asked.get("about") if asked.get("question") else event.get("to")
            item.to, item.lost_at = self.names.get(address, ""), event.get("lost_at", "")
            item.notes = ["sent again"] * ("again" in event)
            item.notes += [f"dropped at the {item.lost_at}"] * bool(item.lost_at)
        return item


def items(run):
    """The rows of the story in order of time, each call once."""
    return sorted(Maker(run).items(), key=lambda item: item.at)
