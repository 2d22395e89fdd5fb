"""make report: a page for each run in a directory of captures, and index.html that leads to them.

Each is one file that needs nothing else: no network, no other file.
"""

import argparse
import json
import pathlib
import re
import sys
from html import escape

from pages import report_html
from pages import report_page
from runs import runs
from pages.ladder_items import printable

KINDS = ("pcap", "pcapng", "json")


def stories(captures):
    """The runs by name, in the order of the book's sections."""
    found = {}
    for file in captures.glob("*.json"):
        story = json.loads(file.read_text(encoding="utf-8"))
        if story.get("schema") == "brokenpipe/1":
            found[file.stem] = story

    def place(name):
        return [int(n) for n in re.findall(r"\d+", found[name]["section"])], name
    return {name: found[name] for name in sorted(found, key=place)}


def present(captures, name):
    return [f"{name}.{kind}" for kind in KINDS if (captures / f"{name}.{kind}").exists()]


def counted(told):
    return f"{len(told)} run{'s' * (len(told) != 1)}"


def index_row(name, story, files):
    links = " ".join(f'<a href="{escape(file)}" aria-label="{escape(file)}">'
                     f'{escape(file.rsplit(".", 1)[1])}</a>' for file in files)
    cells = [("section", f'<span class="label">UNP </span>{escape(story["section"])}'),
             ("claim", escape(printable(story["claim"]))),
             ("", report_html.verdict(story["verdict"] == "met")),
             ("errno", escape(", ".join(runs.errnos(story)) or "-")), ("files", links)]
    return (f'<tr><th scope="row"><a href="{escape(name)}.html">{escape(name)}</a></th>'
            + "".join(f'<td class="{kind}">{text}</td>' for kind, text in cells) + "</tr>")


def index_page(told, captures):
    met = sum(story["verdict"] == "met" for story in told.values())
    rows = "\n".join(index_row(name, story, present(captures, name))
                     for name, story in told.items())
    body = f"""<header>
<h1>brokenpipe</h1>
<p class="claim">How TCP connections fail (Stevens, UNIX Network Programming, vol. 1), with real
processes on the real kernel: shown and proved.</p>
<p class="facts">{counted(told)}: {met} PASS{f", {len(told) - met} FAIL" * (met < len(told))}</p>
</header>
<main id="main" tabindex="-1">
<table class="runs">
<thead><tr><th scope="col">run</th><th scope="col">UNP</th><th scope="col">what it shows</th>
<th scope="col">verdict</th><th scope="col">errno</th><th scope="col">files</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</main>"""
    return report_html.page("brokenpipe: all runs", body)


def write(captures):
    """All pages; returns the stories they tell."""
    told = stories(captures)
    for before, name, after in zip([None, *told], told, [*list(told)[1:], None]):
        text = report_page.run_page(name, told[name], present(captures, name), before, after)
        (captures / f"{name}.html").write_text(text, encoding="utf-8")
    if told:
        (captures / "index.html").write_text(index_page(told, captures), encoding="utf-8")
    return told


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captures", default="captures", metavar="DIR",
                        help="where the runs are, and the pages go (default: captures)")
    captures = pathlib.Path(parser.parse_args().captures)
    told = write(captures)
    if not told:
        print(f"report: there is no run in {captures}: make scenarios", file=sys.stderr)
        return 1
    print(f"{counted(told)}: {captures / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
