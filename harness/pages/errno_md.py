"""What docs/ERRNO.md says of a run: its section, and where the slides say something else. Pure, but
for reading that file.
"""

import pathlib
import re
from dataclasses import dataclass

from markupsafe import Markup, escape

ERRNO_MD = pathlib.Path(__file__).parents[2] / "docs" / "ERRNO.md"
SPAN = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*]+)\*\*|\*(?P<em>[^*]+)\*")


@dataclass
class Overview:
    """The row of the table at the top of ERRNO.md."""

    section: str
    slides: str
    here: str


@dataclass
class Entry:
    title: str
    points: list  # (who, what)
    overview: Overview = None


def inline(text):
    """Markdown's code, emphasis and links as HTML; of a link the words alone."""
    text = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", text)
    html, end = Markup(), 0
    for span in SPAN.finditer(text):
        name = span.lastgroup
        html += escape(text[end:span.start()])
        html += Markup(f"<{name}>{{}}</{name}>").format(span[name])
        end = span.end()
    return html + escape(text[end:])


def sections(markdown):
    """(title, text) of each ### section."""
    for part in re.split(r"^### ", markdown, flags=re.M)[1:]:
        title, _, text = part.partition("\n")
        yield title.strip(), re.split(r"^## ", text, flags=re.M)[0]


def points(text):
    """(who, what) of each "- **Who**: what", which may go on over several lines."""
    for bullet in re.split(r"^- ", text.split("\n| ")[0], flags=re.M)[1:]:
        match = re.match(r"\*\*(.+?)\*\*:?\s*(.*)", " ".join(bullet.split()), re.S)
        if match:
            yield match[1].rstrip(":"), match[2]


def row(text, name):
    """The cells of the table row in which this run is named."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and f"`{name}`" in (cells[0], cells[-1]):
            return cells
    return None


def entry(name, markdown=None):
    """What is said of this run; None: nothing. An IPv6 run has the same lesson."""
    markdown = markdown or ERRNO_MD.read_text(encoding="utf-8")
    name = name if f"| `{name}` |" in markdown else name.removesuffix("-inet6")
    for title, text in sections(markdown):
        if row(text, name):
            cells = row(markdown.split("\n### ")[0], name) or []
            overview = Overview(*cells[:3]) if len(cells) == 4 else None
            return Entry(title, list(points(text)), overview)
    return None
