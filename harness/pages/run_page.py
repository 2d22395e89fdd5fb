"""The page of one run: its ladder, its story with every verdict, its commands, and the book."""

import json
import re
from html import escape

from pages import ladder_layout
from pages import ladder_svg
from pages import report_book
from pages import report_html
from runs import runs
from pages.ladder_items import Run, printable
from pages.ladder_rows import PAGE, PHONE

PAPER = 380  # pixels of the picture: two such pieces on a sheet of A4 across


def code(text):
    return f"<code>{escape(printable(text))}</code>"


# The ladder --------------------------------------------------------------------------------------

def legend(ladder):
    """Of what occurs."""
    styles = {shape.style.strip() for mark in ladder.marks for shape in (*mark.behind, *mark.shapes)}
    swatches = [f'<li><svg class="ladder swatch" width="12" height="12" aria-hidden="true"><rect '
                f'class="{state}" width="12" height="12" rx="2"/></svg> {state}</li>'
                for state in map(escape, ladder.states)]
    lines = [("", "a segment"), ("again", "sent again"), ("bad", "RST"), ("lost", "dropped")]
    swatches += [f'<li><svg class="ladder swatch" width="30" height="12" aria-hidden="true"><line '
                 f'class="segment {style}" x1="1" y1="3" x2="29" y2="9"/></svg> {text}</li>'
                 for style, text in lines if f"segment {style}".strip() in styles]
    boxes = [("call", "a system call"), ("action", "what the lab does"),
             ("call bad", "a call that fails"), ("signal bad", "a signal that kills")]
    swatches += [f'<li><svg class="ladder swatch" width="18" height="12" aria-hidden="true"><rect '
                 f'class="{style}" x=".5" y=".5" width="17" height="11" rx="2"/></svg> {text}</li>'
                 for style, text in boxes if style in styles]
    return ('<ul class="legend" aria-label="What the colours and lines mean">'
            + "".join(swatches) + "</ul>")


def shown_events(story, ladder):
    """What the script shows when a mark is pointed at, as JSON that no HTML parser mistakes."""
    numbers = {n for mark in ladder.marks for n in mark.item.events[:2]}
    events = {event["n"]: event for event in story["timeline"] if event["n"] in numbers}
    return json.dumps(events, ensure_ascii=False).replace("<", "\\u003c")


def ladder(story):
    wide = ladder_layout.layout(story, PAGE)
    narrow = ladder_layout.layout(story, PHONE)
    paper = "\n".join(ladder_svg.slices(story, PAGE, PAPER))
    return f"""<section id="ladder" aria-labelledby="ladder-title">
<h2 id="ladder-title">What happened</h2>
<p>Time runs down. On the left the client's process and kernel, on the right the server's, between
them the wire. A box is a system call, as long as it is in the kernel; a strip is a connection, in
the colour of its TCP state. <span class="hint">Point at anything, tap it, or go there with
<kbd>Tab</kbd> and the arrow keys to see its fields.</span> <a class="past" href="#story">Past the
diagram</a></p>
{legend(wide)}
<div class="wide">{ladder_svg.svg(wide, story, is_for_page=True)}</div>
<div class="narrow">{ladder_svg.svg(narrow, story, is_for_page=True)}</div>
<div class="paper" aria-hidden="true">{paper}</div>
<div id="fields" role="status" aria-live="polite" hidden></div>
<script type="application/json" id="events">{shown_events(story, wide)}</script>
</section>"""


# The story ---------------------------------------------------------------------------------------

def by_scene(story):
    """(scene, its expectations); an expectation belongs to the scene in which it was met."""
    scenes = [(-1, None)] + [(event["n"], event["text"]) for event in story["timeline"]
                             if event["kind"] == "scene"]
    told, current = [(text, []) for _, text in scenes], 0
    for expectation in story["expectations"]:
        event = expectation.get("event", -1)
        current = max([current, *(i for i, (n, _) in enumerate(scenes) if n < event)])
        told[current][1].append(expectation)
    return [(text, wanted) for text, wanted in told if text or wanted]


VERDICTS = {"met": "met", "unmet": "not met", "open": "not reached"}


def expectation_item(expectation):
    verdict = expectation["verdict"]
    seen = f'<br><span class="seen">seen: {escape(printable(expectation["seen"]))}</span>' \
        if expectation.get("seen") else ""
    return (f'<li><span class="verdict {escape(verdict)}">{VERDICTS.get(verdict, escape(verdict))}'
            f'</span><span class="wanted">{escape(printable(expectation["wanted"]))}{seen}</span>'
            f'<span class="at">{escape(printable(expectation["at"]))}</span></li>')


def told(story):
    parts = []
    for scene, expectations in by_scene(story):
        parts.append(f"<h3>{escape(printable(scene or 'to begin with'))}</h3>")
        if expectations:
            parts += ['<ul class="expectations">', *map(expectation_item, expectations), "</ul>"]
        else:
            parts.append("<p>Nothing was expected here.</p>")
    met = sum(expectation["verdict"] == "met" for expectation in story["expectations"])
    return f"""<section id="story" tabindex="-1" aria-labelledby="story-title">
<h2 id="story-title">What was expected</h2>
<p>{met} of {len(story["expectations"])} expectations were met, in this order.</p>
{"".join(parts)}
</section>"""


# Commands ----------------------------------------------------------------------------------------

def typed(event, run):
    """An action as a person would do it: at a prompt, or at the program's terminal."""
    text = event["text"].removeprefix("$ ")
    host = escape(run.whose(event).removesuffix(": ") or event["host"])
    line = re.fullmatch(r'types (?:"(.*)"|(.*))|>>> (.*)', text, re.S)
    if line:
        typed_text = line[1] or line[2] or line[3]
        what = code(typed_text) if typed_text else "<kbd>Enter</kbd>"
        return f"<li><span>{host}&gt; </span>{what}</li>"
    return f"<li><span>{host}$ </span>{code(text)}</li>"


def commands(name, story):
    run = Run(story)
    actions = [event for event in story["timeline"] if event["kind"] == "action"]
    set_up = [typed(event, run) for event in actions if event["n"] < run.begins]
    done = [typed(event, run) for event in actions if event["n"] >= run.begins]
    base, family = name.removesuffix("-inet6"), " FAMILY=inet6" * name.endswith("-inet6")
    again = [*(f"make {what}-{base}{family}" for what in ("scenario", "verify", "wireshark")),
             f"tcpdump -n -r captures/{name}.pcap",
             f"tshark -n -r captures/{name}.pcap -Y 'tcp.flags.reset==1'"]
    return f"""<section aria-labelledby="commands-title">
<h2 id="commands-title">What to type</h2>
<h3>To see it again</h3>
<ul class="commands">{"".join(f"<li><span>$ </span>{code(line)}</li>" for line in again)}</ul>
<h3>What the lab did</h3>
<p>Each line at the prompt of its host; behind <code>&gt;</code> what was typed at the program.</p>
<ul class="commands">{"".join(done)}</ul>
<details><summary>How the hosts were made ({len(set_up)} commands)</summary>
<ul class="commands">{"".join(set_up)}</ul></details>
</section>"""


# All of it ---------------------------------------------------------------------------------------

def book(name, story):
    said = report_book.book_against_kernel(name) or \
        report_book.book_against_kernel(story["scenario"])
    return f"""<section aria-labelledby="book-title">
<h2 id="book-title">Book against kernel</h2>
{said}
</section>""" if said else ""


def files(present):
    return " · ".join(f'<a href="{escape(file)}">{escape(file)}</a>' for file in present)


def neighbours(before, after):
    links = [("index.html", "all runs")]
    links += [(f"{before}.html", f"← {before}")] if before else []
    links += [(f"{after}.html", f"{after} →")] if after else []
    return "".join(f'<a href="{escape(to)}">{escape(text)}</a>' for to, text in links)


def run_page(name, story, present, before=None, after=None):
    """HTML; `present` are the names of the run's files beside it."""
    errnos = ", ".join(runs.errnos(story)) or "none"
    body = f"""<header>
<nav aria-label="Runs">{neighbours(before, after)}</nav>
<h1>{escape(name)} {report_html.verdict(story["verdict"] == "met")}</h1>
<p class="claim">{escape(printable(story["claim"]))}</p>
<p class="facts">UNP vol. 1, {escape(story["section"])} · errno: <strong>{escape(errnos)}</strong>
 · Linux {escape(story["kernel"])} · {escape(story["started"])}</p>
<p class="facts">{files(present)}</p>
</header>
<main id="main" tabindex="-1">
{ladder(story)}
{told(story)}
{book(name, story)}
{commands(name, story)}
</main>"""
    script = (report_html.HERE / "report.js").read_text(encoding="utf-8")
    return report_html.page(f"brokenpipe: {name}", body, f"<script>\n{script}</script>")
