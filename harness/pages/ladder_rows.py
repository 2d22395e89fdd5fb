"""The rows of a ladder from top to bottom: how high each is, and at which height a moment is. Pure.

Time runs down, a row for each item, so that no label can meet another: the height of a row says
nothing, the numbers on the left do. Where nothing happens for long there is a row for the gap.
"""

from bisect import bisect_left
from dataclasses import dataclass

from pages.ladder_items import Item
from pages.ladder_parts import LEFT, RIGHT, pixels, wrapped

GAP_NS = 50_000_000
HEIGHTS = {"scene": 36, "segment": 32, "gap": 26, "more": 28}
HEIGHT, LINE = 24, 15  # of all others; of each further line of a scene
HEADER = 46
WIDE_KINDS = {"scene", "more", "gap"}
WIRE_KINDS = {"state", "backoff"}  # these stand on the wire, beside the lifeline of their host


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

    @property
    def items(self):
        return [item for item in (self.item, self.other) if item]


def is_wide(item):
    """Whether it stands over the whole width: it is of no host that has a side."""
    return item.kind in WIDE_KINDS or item.kind != "segment" and item.host not in (LEFT, RIGHT)


def wide_text(item):
    """A third host has no side, so its name stands before its words."""
    return item.text if item.host in ("lab", LEFT, RIGHT) else f"{item.host}: {item.text}"


def gap_text(ns):
    return f"… {ns / 1e9:.1f} s …" if ns >= 1e9 else f"… {ns / 1e6:.0f} ms …"


def is_pair(first, second, geometry):
    """Whether both sides change state, and both labels have room in one row."""
    room = (geometry.wire or geometry.width - geometry.time - 110) / 2 - 10
    return first.kind == second.kind == "state" and (first.host, second.host) == (LEFT, RIGHT) \
        and all(pixels(item.text, geometry.font) <= room for item in (first, second))


class Rows:
    """A row for each item and each gap; two sides that change state may share one."""

    def __init__(self, items, geometry):
        self.geometry, self.rows, self.bottom = geometry, [], HEADER
        last = None
        for item in items:
            if last and item.t_ns - last.t_ns >= GAP_NS:
                middle = (last.t_ns + item.t_ns) / 2
                self.add(Item("gap", "lab", (middle, 0), gap_text(item.t_ns - last.t_ns)))
            elif last and not self.rows[-1].other and is_pair(last, item, geometry):
                self.rows[-1].other = last = item
                continue
            self.add(item)
            last = item
        self.bottom += 8 * bool(self.rows)
        self.keys = [row.at for row in self.rows]
        self.row_of = {id(item): row for row in self.rows for item in row.items}
        self.items = [item for row in self.rows for item in row.items]

    def add(self, item):
        g = self.geometry
        room = g.width - 2 * g.margin - 16 - (0 if item.kind in WIDE_KINDS else g.time)
        lines = wrapped(wide_text(item), room, g.font + 1) if is_wide(item) else [item.text]
        self.rows.append(Row(self.bottom, item, lines))
        self.bottom = self.rows[-1].bottom

    def of(self, item):
        return self.row_of[id(item)]

    def height_of(self, at):
        """Where a moment is: between the rows before it and the rows after it."""
        i = bisect_left(self.keys, at)
        return self.rows[i].top if i < len(self.rows) else self.bottom

    def span(self, call):
        """Top and bottom of a call while it is in the kernel: at least its row."""
        row = self.of(call)
        end = self.height_of(call.ended) if call.ended else self.bottom
        return min(row.top, self.height_of(call.began)), max(row.bottom, end)
