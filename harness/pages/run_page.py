"""The page of one run: its ladder, its expectations with their verdicts, its commands, the book."""

import shlex
from dataclasses import dataclass

from markupsafe import Markup

from pages import errno_md, ladder_layout, ladder_svg, templates
from pages.ladder_parts import PAGE, PHONE
from runs.terminal import printable

PAPER = 380  # pixels of the picture: two such pieces on a sheet of A4 across
VERDICTS = {"met": "met", "unmet": "not met", "open": "not reached"}
LINES = (("segment", "a segment"), ("segment again", "sent again"), ("segment bad", "RST, ICMP error"), ("segment lost", "dropped"))
BOXES = (("call", "a system call"), ("action", "what the lab does"),
         ("call bad", "a call that fails"), ("signal bad", "a signal that kills"))


def legend(ladder):
    """Of what occurs: TCP states, and (style, words) of lines and boxes."""
    styles = {shape.style.strip() for mark in ladder.marks
              for shape in (*mark.behind, *mark.shapes)}
    return {"states": ladder.states,
            "lines": [(style, text) for style, text in LINES if style in styles],
            "boxes": [(style, text) for style, text in BOXES if style in styles]}


def shown_events(run, ladder):
    """What the script shows when a mark is pointed at, by the number of the event."""
    numbers = sorted({n for mark in ladder.marks for n in mark.item.events[:2]})
    return {n: {key: printable(value) if isinstance(value, str) else value
                for key, value in run.timeline[n].items()} for n in numbers}


def pictures(run, wide):
    """The ladder three times: as wide as a desk, for a phone, and in pieces for paper."""
    return {"wide": Markup(ladder_svg.svg(wide, run, in_page=True)),
            "narrow": Markup(ladder_svg.svg(ladder_layout.layout(run, PHONE), run, in_page=True)),
            "paper": Markup("".join(ladder_svg.slices(run, PAGE, PAPER)))}


def by_scene(run):
    """(scene, its expectations); an expectation belongs to the scene in which it was met."""
    scenes = [(-1, None)] + [(event["n"], event["text"]) for event in run.timeline
                             if event["kind"] == "scene"]
    found, current = [(text, []) for _, text in scenes], 0
    for expectation in run.expectations:
        event = expectation.get("event", -1)
        current = max([current, *(i for i, (n, _) in enumerate(scenes) if n < event)])
        found[current][1].append(expectation)
    return [(text, wanted) for text, wanted in found if text or wanted]


@dataclass
class Line:
    """What a person would type to do what the lab did: at a prompt, or at a program's terminal."""

    host: str
    prompt: str
    text: str  # "": Enter alone


def line_of(action, label):
    """`label`: which program of its host it is about, where there are several."""
    host = label or action["host"]
    if action["verb"] == "type":
        return Line(host, ">", "^D" if action.get("eof") else action["line"])
    if action["verb"] == "start":
        return Line(host, "$", shlex.join(action["command"]))
    if action["verb"] == "forge":  # at scapy's prompt
        return Line(action["host"], ">", action["text"].removeprefix(">>> "))
    return Line(host, "$", action["text"])


def lines_of(run):
    """What was typed to build the hosts, and what then."""
    labels = {row["event"]: row.get("label") for row in run.rows}
    actions = [event for event in run.timeline if event["kind"] == "action"]
    return ([line_of(event, labels.get(event["n"])) for event in actions if wanted(event)]
            for wanted in (lambda event: event["n"] < run.begins,
                           lambda event: event["n"] >= run.begins))


def again(name):
    """Commands that show the run once more."""
    base, family = name.removesuffix("-inet6"), " FAMILY=inet6" * name.endswith("-inet6")
    return [*(f"make {what}-{base}{family}" for what in ("scenario", "verify", "wireshark")),
            f"tcpdump -n -r captures/{name}.pcap",
            f"tshark -n -r captures/{name}.pcap -Y 'tcp.flags.reset==1'"]


def page(run, files, before=None, after=None):
    """HTML. `files` are the names of the run's files beside it; before and after are other runs."""
    wide = ladder_layout.layout(run, PAGE)
    set_up, actions = lines_of(run)
    return templates.render(
        "run.html.j2", run=run, files=files, before=before, after=after, VERDICTS=VERDICTS,
        ladder=pictures(run, wide), legend=legend(wide), events=shown_events(run, wide),
        scenes=by_scene(run), book=errno_md.entry(run.name) or errno_md.entry(run.scenario),
        met=sum(expectation["verdict"] == "met" for expectation in run.expectations),
        commands=again(run.name), script=templates.trusted("page.js"), set_up=set_up,
        actions=actions)
