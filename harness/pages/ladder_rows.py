"""The rows of a ladder: how high each is, and what text fits into it. Pure."""

from dataclasses import dataclass

from pages.ladder_items import Item
from runs import terminal

GAP_NS = 50_000_000
HEIGHTS = {"scene": 36, "segment": 32, "gap": 26, "more": 28}
HEIGHT, LINE = 24, 15  # of all others; of each further line of a scene
HEADER = 46
LEFT, RIGHT = "client", "server"
WIDE_KINDS = {"scene", "more", "gap"}
EM = 0.61  # columns of a monospaced font are at most so wide


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


PAGE = Geometry(1180, wire=290)
DOCS = Geometry(1040, wire=250)
PHONE = Geometry(351, time=44, font=10, strip=6, lane=6, margin=3)


@dataclass
class Row:
    top: float
    item: Item
    lines: list  # of the text of a row over the whole width
    other: Item = None  # the state of the other side at the same moment

    @property
    def at(self):
        return self.item.at

    @property
    def bottom(self):
        return self.top + HEIGHTS.get(self.item.kind, HEIGHT) + LINE * (len(self.lines) - 1)

    @property
    def middle(self):
        return (self.top + self.bottom) / 2


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


def gap_text(ns):
    return f"… {ns / 1e9:.1f} s …" if ns >= 1e9 else f"… {ns / 1e6:.0f} ms …"


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


def is_pair(first, second, geometry):
    """Whether both sides change state, and both labels have room in one row."""
    room = (geometry.wire or geometry.width - geometry.time - 110) / 2 - 10
    return first.kind == second.kind == "state" and (first.host, second.host) == (LEFT, RIGHT) \
        and all(pixels(item.text, geometry.font) <= room for item in (first, second))


def rows_of(items, geometry):
    """A row for each item, and for each gap; two sides that change state may share one."""
    rows, y, last = [], HEADER, None
    room = geometry.width - 2 * geometry.margin - 16

    def add(item):
        nonlocal y
        is_wide = item.kind in WIDE_KINDS or item.host == "lab"
        lines = wrapped(item.text, room, geometry.font + 1) if is_wide else [item.text]
        rows.append(Row(y, item, lines))
        y = rows[-1].bottom

    for item in items:
        if last and item.t_ns - last.t_ns >= GAP_NS:
            middle = (last.t_ns + item.t_ns) / 2
            add(Item("gap", "lab", (middle, 0), gap_text(item.t_ns - last.t_ns)))
        elif last and not rows[-1].other and is_pair(last, item, geometry):
            rows[-1].other = last = item
            continue
        add(item)
        last = item
    return rows


def lanes(spans, most):
    """The first free lane for each (begin, end), in order; the last one is shared at need."""
    free, given = [], []
    for begin, end in spans:
        lane = next((i for i, until in enumerate(free) if until <= begin), len(free))
        lane = min(lane, most - 1)
        free[lane:lane + 1] = [max(end, free[lane]) if lane < len(free) else end]
        given.append(lane)
    return given
