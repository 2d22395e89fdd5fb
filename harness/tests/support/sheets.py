"""Reads docs: headings, links, the commands of a worksheet and its display filters.

A command is a line of a `sh` block; a comment below it says how it ends, if not with status 0:
    make scenario-sigpipe CLIENT=build/core/tcpcli01
    # ends with 2: wanted client: reaches the call where the lab pauses it
A filter is the first cell of a table's row; the table is about the capture named last before it, the
packets alone (.pcap) or with the system calls between them (.pcapng).
"""

import re
from dataclasses import dataclass

from tests.support import lab

DOCS = lab.REPO / "docs"
ENGLISH, KOREAN = DOCS / "worksheets", DOCS / "worksheets" / "ko"
SHEETS = sorted(path.name for path in ENGLISH.glob("[0-9]*.md"))
PAGES = sorted([*lab.REPO.glob("README*.md"), *DOCS.rglob("*.md")])
NO_FRAME = ("**No frame.**", "**프레임이 없습니다.**")

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
ENDING = re.compile(r"# (?:ends with|종료 상태) (\d+): wanted (.*)")


@dataclass(frozen=True)
class Command:
    line: str
    status: int = 0
    wanted: str = ""


@dataclass(frozen=True)
class Filter:
    capture: str
    text: str
    matches: bool


def read(path):
    return path.read_text(encoding="utf-8")


def prose(text):
    """Without the blocks; their lines may look like headings and links."""
    return FENCE.sub("", text)


def headings(text, level="#+"):
    return re.findall(rf"^{level} (.*)$", prose(text), re.M)


def commands(text):
    found = []
    for language, block in FENCE.findall(text):
        for line in block.splitlines() if language == "sh" else []:
            if not line.startswith("#"):
                found.append(Command(line))
            else:
                status, wanted = ENDING.fullmatch(line).groups()
                found[-1] = Command(found[-1].line, int(status), wanted)
    return found


def filters(text):
    found, capture = [], None
    for line in text.splitlines():
        if line.startswith("| `"):
            text = re.match(r"\| `(.*?)` \|", line)[1]
            found.append(Filter(capture, text, not any(words in line for words in NO_FRAME)))
        elif named := re.search(r"`captures/([a-z0-9-]+\.pcap(?:ng)?)`", line):
            capture = named[1]
    return found


def stray_stars(text):
    """Emphasis that ends behind a sign and before a letter is none; in Korean that happens."""
    return re.findall(r"[^\w\s*|]\*+\w.{0,20}", re.sub("`.*?`", "", prose(text)))


# Links -------------------------------------------------------------------------------------------

def anchors(text):
    """As GitHub makes them of headings."""
    plain = [re.sub(r"\[(.*?)\]\(.*?\)|[`*]", r"\1", heading) for heading in headings(text)]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def links(text):
    """The relative ones."""
    found = re.findall(r"\]\(([^()\s]+)\)", prose(text))
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def broken_links(path):
    broken = []
    for link in links(read(path)):
        target, _, anchor = link.partition("#")
        there = (path.parent / target).resolve() if target else path
        if not there.exists() or anchor and anchor not in anchors(read(there)):
            broken.append(link)
    return broken
