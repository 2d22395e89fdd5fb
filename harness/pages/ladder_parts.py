"""What a ladder is made of: texts and shapes with their places, and what text fits where. Pure."""

from dataclasses import dataclass, field

from pages.ladder_items import Item
from runs import terminal

EM = 0.61  # a column of a monospaced font is at most so many times its size
LEFT, RIGHT = "client", "server"


@dataclass(frozen=True)
class Geometry:
    """Widths in pixels; without a wire of its own, labels stand between the lifelines."""

    width: int
    time: int = 66
    wire: int = 0
    font: float = 11
    strip: int = 9
    lane: int = 11
    margin: int = 8


PAGE = Geometry(1180, wire=306)
DOCS = Geometry(1080, wire=306)
PHONE = Geometry(351, time=44, font=10, strip=6, lane=6, margin=3)


@dataclass
class Text:
    x: float
    y: float  # of the base line
    text: str
    size: float
    style: str = ""
    anchor: str = "start"
    errno: str = ""  # the end of the text, if that is to stand out

    @property
    def box(self):
        """Left, top, right, bottom."""
        width = pixels(self.text, self.size)
        left = self.x - {"start": 0, "middle": width / 2, "end": width}[self.anchor]
        return left, self.y - self.size * 0.8, left + width, self.y + self.size * 0.22


@dataclass
class Shape:
    """A rect (left, top, right, bottom), a line (x, y, x, y) or a polygon."""

    kind: str
    points: tuple
    style: str = ""


@dataclass
class Mark:
    """What belongs to one item: it can be pointed at, and has a title."""

    item: Item
    title: str
    behind: list = field(default_factory=list)  # what the labels of others may cover
    shapes: list = field(default_factory=list)
    texts: list = field(default_factory=list)


@dataclass
class Ladder:
    geometry: Geometry
    height: float
    ground: list  # behind the marks: shapes and texts
    marks: list
    breaks: list  # where a page of paper may end
    states: list  # the TCP states that occur


def pixels(text, size):
    """How wide it is at most, in a monospaced font of this size."""
    return terminal.width(text) * size * EM


def fit(text, width, size):
    """The text, ending in "…" if it is wider."""
    return terminal.shortened(text, int(width / (size * EM)))


def fit_call(text, width, size):
    """As fit, but what a call returned is never cut: its arguments are."""
    call, result = text.rpartition(") = ")[::2]
    tail = f") = {result}"
    room = width - pixels(tail, size)
    if not call or pixels(text, size) <= width or room < 4 * size * EM:
        return fit(text, width, size)
    return fit(call, room, size) + tail


def wrapped(text, width, size):
    """Lines of whole words."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if pixels(longer, size) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return [fit(line, width, size) for line in lines]
