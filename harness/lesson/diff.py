"""make diff A=NAME B=NAME: two runs side by side, and where they part.

Compared are segments (flags, length), calls (errno), signals, ends, the TCP states in which a socket
rests, and what was done; not times, ports, sequence numbers or process ids. A scenario of which there
is no NAME.json yet is run first.

exit status: 0, equal or not; 77 and 99 as of a run that could not be made
"""

import argparse
import difflib
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

from lesson.questions import SET_UP, Story
from runs import catalogue, terminal
from runs.endings import BROKEN, MET, UNMET, LabError, end_with
from runs.run_file import RunFile
from runs.terminal import cell, coloured, printable

PASSING = {"SYN_SENT", "SYN_RECV", "FIN_WAIT_1", "LAST_ACK", "CLOSING"}  # seen or not, by chance
CALLS = {"connect", "accept", "read", "write", "shutdown", "bind", "listen"}
COLUMNS = 120  # where there is no terminal


@dataclass
class Row:
    """A line of one run. Order is certain only within a stream: the wire, a process, the lab."""

    stream: str
    text: str
    times: int = 1

    @property
    def key(self):
        """What is compared: another program in the same place is no difference by itself."""
        return re.sub(r"\$ .*", "$", self.text) if self.stream == "lab" else self.text

    @property
    def tells(self):
        """How data is cut into segments, reads and ACKs is chance; how they fail or end is not."""
        if self.stream == "wire":
            return bool(re.search("SYN|FIN|RST|ICMP", self.text)) or self.times > 1
        return not self.text.endswith("= ok")

    def shown(self):
        return printable(self.text) + (f"  ×{self.times}" if self.times > 1 else "")


# What is compared --------------------------------------------------------------------------------

def result_text(event):
    if event.get("restarted"):
        return "restarted"
    if event.get("error"):
        return f"-1 {event['error']}"
    return "0, end of file" if event["family"] == "read" and event["result"] == 0 else "ok"


def packet_text(event):
    text = re.sub(r" (seq|ack)=\d+", "", event["text"])
    return f"◀── {text}" if event["host"] != "client" else f"──▶ {text}"


def action_text(story, event):
    words = [story.name(int(word)) if word.isdecimal() and int(word) in story.processes else word
             for word in event["text"].split(" ")]
    if event["text"].startswith("kill "):
        return " ".join(words)
    return event["text"]


def row_of(story, event):
    """The line of an event, or None where it is not compared."""
    kind, who = event["kind"], None
    if event.get("pid") in story.processes:
        who = story.name(event["pid"])
    if kind == "packet":
        return Row("wire", packet_text(event))
    if kind == "action" and not SET_UP.match(event["text"].lstrip("$ ")):
        host = "" if event["host"] == "lab" else event["host"] + ": "
        return Row("lab", host + action_text(story, event))
    if kind == "return" and (event.get("error") or event["family"] in CALLS and event.get("inode")):
        return Row(who, f"{who}: {event['family']} = {result_text(event)}")
    if kind == "signal":
        return Row(who, f"{who}: {event['name']} ({event['disposition']})")
    if kind == "end":
        how = f"killed by {event['signal']}" if "signal" in event else f"exit {event['status']}"
        return Row(who, f"{who}: {how}")
    if kind == "state" and event["to"] not in PASSING:
        return Row(f"{event['host']} socket", f"{event['host']}: socket {event['to']}")
    return None


def rows_of(run):
    """A run's lines; those that come again at once, as retransmissions do, are one."""
    story, rows, last = Story(run), [], {}
    for event in story.events:
        row = row_of(story, event)
        if row is None:
            continue
        before = last.get(row.stream)
        if before is not None and before.text == row.text and row.stream == "wire":
            before.times += 1
            continue
        last[row.stream] = row
        rows.append(row)
    return rows


def of_stream(rows, stream):
    return [row for row in rows if row.stream == stream]


def common(a, b):
    """How many lines of each stream are the same in both, before one that is not."""
    return {stream: sum(1 for _ in itertools.takewhile(
        lambda pair: pair[0].key == pair[1].key, zip(of_stream(a, stream), of_stream(b, stream))))
            for stream in dict.fromkeys(row.stream for row in a + b)}


def behind(rows, same):
    """The first place of a run that is not in common."""
    count = {}
    for place, row in enumerate(rows):
        count[row.stream] = count.get(row.stream, 0) + 1
        if count[row.stream] > same[row.stream]:
            return place
    return len(rows)


def part(a, b):
    """The first place of each run that is behind what they have in common."""
    same = common(a, b)
    return behind(a, same), behind(b, same)


def telling(rows):
    return [row for row in rows if row.tells]


def partners(a, b):
    """Of each line of a, by its id, the line of b that is the same, stream by stream."""
    found = {}
    for stream in dict.fromkeys(row.stream for row in a):
        left, right = of_stream(a, stream), of_stream(b, stream)
        matcher = difflib.SequenceMatcher(None, [row.key for row in left],
                                          [row.key for row in right], False)
        for block in matcher.get_matching_blocks():
            for place in range(block.size):
                found[id(left[block.a + place])] = right[block.b + place]
    return found


def aligned(a, b):
    """Pairs of lines in a's order, None where one run has nothing beside the other's.

    What b has alone stands before what follows it in b; across streams the order of a counts.
    """
    found = partners(a, b)
    paired = {id(row) for row in found.values()}
    alone = [(place, row) for place, row in enumerate(b) if id(row) not in paired]
    places = {id(row): place for place, row in enumerate(b)}
    for row in a:
        partner = found.get(id(row))
        while partner and alone and alone[0][0] < places[id(partner)]:
            yield None, alone.pop(0)[1]
        yield row, partner
    yield from ((None, row) for _, row in alone)


# On the screen -----------------------------------------------------------------------------------

def summary(names, a, b):
    """Where they part, in words: by the lines that tell, or where those are the same by all."""
    if part(telling(a), telling(b)) != (len(telling(a)), len(telling(b))):
        a, b = telling(a), telling(b)
    a_from, b_from = part(a, b)
    if a_from == len(a) and b_from == len(b):
        yield f"{names[0]} and {names[1]} do not part: the same segments, calls, signals and states"
        return
    if a_from:
        yield f"the same up to  {a[a_from - 1].shown()}"
    stream = (a[a_from:] + b[b_from:])[0].stream  # what the other does there is the answer to it
    for letter, name, rows in (("A", names[0], a), ("B", names[1], b)):
        then = of_stream(rows, stream)[common(a, b)[stream]:]
        yield f"then {letter}  {name}:  {then[0].shown() if then else 'nothing more'}"


def lines_of(names, a, b, columns, colour=None):
    """The whole text, for a screen of so many columns."""
    half = (columns - 3) // 2
    for line in summary(names, a, b):
        yield cell(line, columns).rstrip()
    yield ""
    heading = f"{cell('A ' + names[0], half)}   {cell('B ' + names[1], half)}"
    yield coloured(terminal.BOLD, heading.rstrip(), colour)
    for left, right in aligned(a, b):
        mark = "<" if right is None else ">" if left is None else " "
        line = (f"{cell(left.shown() if left else '', half)} {mark} "
                f"{cell(right.shown() if right else '', half)}").rstrip()
        yield coloured(terminal.YELLOW, line, colour) if mark != " " else line


# The runs ----------------------------------------------------------------------------------------

def run_of(captures, name):
    """The run; makes it if there is none."""
    path = pathlib.Path(captures) / f"{catalogue.stem(name)}.json"
    if not path.exists():
        print(f"{name} has not run yet: running it", file=sys.stderr)
        ended = subprocess.run([*name.command, "--quiet", "--captures", captures], check=False,
                               stdin=subprocess.DEVNULL, stdout=sys.stderr)
        if ended.returncode not in (MET, UNMET) or not path.exists():
            sys.exit(ended.returncode or BROKEN)
    return RunFile.load(captures, path.stem)


def find(wanted, letter):
    if not wanted:
        raise LabError(f"{letter} is not given: make diff A=server-host-crash B=server-host-reboot")
    return catalogue.find(wanted)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--captures", default="captures", metavar="DIR",
                        help="where the files of the runs are (default: captures)")
    args = parser.parse_args()
    names = [find(args.a, "A"), find(args.b, "B")]
    a, b = (rows_of(run_of(args.captures, name)) for name in names)
    columns = max(60, shutil.get_terminal_size((COLUMNS, 24)).columns)
    try:
        print("\n".join(lines_of(names, a, b, columns)), flush=True)
    except BrokenPipeError:  # a pager, or head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return MET


if __name__ == "__main__":
    end_with(main)
