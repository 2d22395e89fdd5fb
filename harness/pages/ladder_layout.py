"""Where everything of a ladder stands. Pure: items in, shapes and texts with their boxes out.

Time runs down, a row for each item, so that no label can meet another: the height of a row says
nothing, the numbers on the left do. Where nothing happens for long there is a row for the gap. A
call is a bar beside its host's lifeline for as long as it is in the kernel; its label stands in the
row of its item. A host's lifeline is a strip for each connection, in the colour of its TCP state.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from pages import ladder_items
from pages import ladder_repeats
from pages.ladder_items import Item
from pages.ladder_rows import (HEADER, HEIGHT, LEFT, LINE, RIGHT, WIDE_KINDS, Geometry, fit,
                               fit_call, lanes, pixels, rows_of)

SLANT = 9
STRIPS_MOST, LANES_MOST = 10, 8
WIRE_KINDS = {"state", "backoff"}


@dataclass
class Text:
    x: float
    y: float  # of the base line
    text: str
    size: float
    style: str = ""
    anchor: str = "start"

    @property
    def box(self):
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


class Drawing:
    """One ladder in the making."""

    def __init__(self, run, geometry):
        self.g, self.hosts = geometry, run.hosts
        items = ladder_repeats.collapse(ladder_items.items(run))
        self.rows = rows_of(items, geometry)
        self.keys = [row.at for row in self.rows]
        self.bottom = self.rows[-1].bottom + 8 if self.rows else HEADER
        self.row_of = {id(item): row for row in self.rows for item in (row.item, row.other) if item}
        self.items = [item for row in self.rows for item in (row.item, row.other) if item]
        self.ground, self.marks = [], []
        self.in_seconds = bool(items) and items[-1].t_ns >= 100e9
        self.place_processes()
        self.place_connections()
        self.place_hosts()

    # Vertical

    def y_of(self, at):
        """Where a moment is: between the rows before it and the rows behind it."""
        i = bisect_left(self.keys, at)
        return self.rows[i].top if i < len(self.rows) else self.bottom

    def span(self, call):
        """Of a call: at least its row."""
        row = self.row_of[id(call)]
        end = self.y_of(call.ended) if call.ended else self.bottom
        return min(row.top, self.y_of(call.began)), max(row.bottom, end)

    # Horizontal

    def place_processes(self):
        """A lane for each process of a host while it makes calls."""
        self.lane_of, self.lane_count = {}, {}
        for host in (LEFT, RIGHT):
            spans = {}
            for call in (i for i in self.items if i.kind == "call" and i.host == host):
                top, bottom = self.span(call)
                begin, end = spans.get(call.pid, (top, bottom))
                spans[call.pid] = min(begin, top), max(end, bottom)
            ordered = sorted(spans, key=lambda pid: spans[pid])
            given = lanes([spans[pid] for pid in ordered], LANES_MOST)
            self.lane_of.update(zip(ordered, given))
            self.lane_count[host] = max(given, default=-1) + 1

    def place_connections(self):
        """A strip for each connection until it is CLOSED: (host, strip, state, top, bottom)."""
        changes = {}
        for item in self.items:
            for change in getattr(item, "changes", [item] if item.kind == "state" else []):
                y = self.row_of[id(item)].middle
                changes.setdefault(change.connection, []).append((y, change.state))
        self.strips, self.strip_count, self.left_out = [], {}, {}
        for host in (LEFT, RIGHT):
            mine = sorted((c for c in changes if c[0] == host), key=lambda c: changes[c][0][0])
            ends = [next((y for y, state in changes[c] if state == "CLOSED"), self.bottom)
                    for c in mine]
            given = lanes([(changes[c][0][0], end) for c, end in zip(mine, ends)], 10**9)
            shown = [(c, lane) for c, lane in zip(mine, given) if lane < STRIPS_MOST]
            self.left_out[host] = len(mine) - len(shown)
            self.strip_count[host] = max([lane for _, lane in shown], default=-1) + 1
            for c, lane in shown:
                states = [*changes[c], (self.bottom, "CLOSED")]
                self.strips += [(c, lane, state, top, bottom) for (top, state), (bottom, _)
                                in zip(states, states[1:]) if state != "CLOSED"]

    def place_hosts(self):
        """The columns, from both edges inwards."""
        g = self.g
        zone = {host: max(1, self.strip_count[host]) * g.strip + 4 for host in (LEFT, RIGHT)}
        lane = {host: self.lane_count[host] * g.lane for host in (LEFT, RIGHT)}
        left, right = g.time + g.margin, g.width - g.margin
        has_wire = any(i.kind in WIRE_KINDS | {"segment"} for i in self.items)
        wire = g.wire if has_wire else min(g.wire, 60)
        room = right - left - sum(zone.values()) - sum(lane.values()) - wire - 12
        label = {host: max(0, room * self.share(host, has_wire)) if wire else 0
                 for host in (LEFT, RIGHT)}
        self.label = {LEFT: (left, left + label[LEFT]), RIGHT: (right - label[RIGHT], right)}
        space = 6 if g.wire else 1
        self.lane_x = {LEFT: self.label[LEFT][1] + space, RIGHT: self.label[RIGHT][0] - space}
        self.zone = {LEFT: (self.lane_x[LEFT] + lane[LEFT], self.lane_x[LEFT] + lane[LEFT]
                            + zone[LEFT]),
                     RIGHT: (self.lane_x[RIGHT] - lane[RIGHT] - zone[RIGHT],
                             self.lane_x[RIGHT] - lane[RIGHT])}
        self.wire = self.zone[LEFT][1], self.zone[RIGHT][0]
        if not g.wire:
            self.label = {host: (self.wire[0] + 4, self.wire[1] - 4) for host in (LEFT, RIGHT)}
        others = [host["name"] for host in self.hosts
                  if host["name"] not in (LEFT, RIGHT)]
        step = (self.wire[1] - self.wire[0]) / (len(others) + 1)
        self.between = {name: self.wire[0] + step * (i + 1) for i, name in enumerate(others)}

    def share(self, host, has_wire):
        """Of the room for labels; where there is no wire, a host without labels needs little."""
        hosts = {item.host for item in self.items}
        if has_wire or (LEFT in hosts) == (RIGHT in hosts):
            return 0.5
        return 0.9 if host in hosts else 0.1

    def lane_box(self, host, pid):
        left = self.lane_x[host] + self.lane_of[pid] * self.g.lane if host == LEFT else \
            self.lane_x[host] - (self.lane_of[pid] + 1) * self.g.lane
        return left + 1, left + self.g.lane - 1

    # What stands behind

    def draw_ground(self):
        for host in (LEFT, RIGHT):
            left, right = self.zone[host]
            self.ground.append(Shape("rect", (left, HEADER - 6, right, self.bottom), "zone"))
            self.header(host, (left + right) / 2)
        for host, x in self.between.items():
            self.ground.append(Shape("rect", (x - 2, HEADER - 6, x + 2, self.bottom), "zone"))
            self.header(host, x)
        for (host, local, remote), strip, state, top, bottom in self.strips:
            left = self.zone[host][0] + 2 + strip * self.g.strip
            self.ground.append(Shape("rect", (left + .5, top, left + self.g.strip - .5, bottom),
                                     f"strip {state}"))
        unit = "s" if self.in_seconds else "ms"
        self.ground.append(Text(self.g.time, HEADER - 10, unit, self.g.font - 1, "time", "end"))
        self.draw_times()

    def header(self, host, x):
        """Over the lifeline; on a phone at its outer edge, where there is room."""
        address = next((h["address"] for h in self.hosts if h["name"] == host), "")
        shown, left_out = self.strip_count.get(host, 0), self.left_out.get(host, 0)
        text = f"{shown} of {shown + left_out} shown" if left_out else address
        anchor = "middle"
        if not self.g.wire and host in self.zone:
            anchor, x = ("start", self.zone[host][0]) if host == LEFT else \
                ("end", self.zone[host][1])
        self.ground.append(Text(x, 16, host, 14, "host", anchor))
        self.ground.append(Text(x, 31, fit(text, self.g.width / 3 - 10, self.g.font - 1),
                                self.g.font - 1, "time", anchor))

    def draw_times(self):
        last = None
        for row in self.rows:
            text = f"{row.at[0] / 1e9:.3f}" if self.in_seconds else f"{row.at[0] / 1e6:.2f}"
            if row.item.kind not in WIDE_KINDS and text != last:
                self.ground.append(Text(self.g.time, row.middle + 3.5, text, self.g.font - 1,
                                        "time", "end"))
                last = text

    # Marks

    def draw(self):
        self.draw_ground()
        for row in self.rows:
            for item in (row.item, row.other):
                if item:
                    mark = Mark(item, item.text)
                    self.draw_item(row, item, mark)
                    self.marks.append(mark)
        breaks = [row.top for before, row in zip(self.rows, self.rows[1:])
                  if before.item.kind != "scene"] + [self.bottom + 8]
        states = list(dict.fromkeys(state for _, _, state, _, _ in self.strips))
        return Ladder(self.g, self.bottom + 8, self.ground, self.marks, breaks, states)

    def draw_item(self, row, item, mark):
        if item.kind in WIDE_KINDS or item.host not in (LEFT, RIGHT) and item.kind != "segment":
            self.draw_wide(row, item, mark)
        elif item.kind == "segment":
            self.draw_segment(row, item, mark)
        elif item.kind in WIRE_KINDS:
            self.draw_on_wire(row, item, mark)
        elif item.kind == "call":
            self.draw_call(row, item, mark)
        else:
            self.draw_label(row, item, mark, item.text)

    def draw_wide(self, row, item, mark):
        """Over the whole width; the lifelines are broken where nothing happens."""
        left = self.g.margin + (self.g.time if item.kind not in WIDE_KINDS else 0)
        right = self.g.width - self.g.margin
        middle = (self.wire[0] + self.wire[1]) / 2
        if item.kind == "gap":
            for host in (LEFT, RIGHT):
                a, b = self.zone[host]
                mark.shapes += [Shape("rect", (a - 1, y, b + 1, y + 2), "break")
                                for y in (row.top + 8, row.top + 12, row.top + 16)]
            mark.texts.append(Text(middle, row.middle + 4, item.text, self.g.font, "gap", "middle"))
            return
        top, bottom = (row.top + 8, row.bottom - 4) if item.kind == "scene" else \
            (row.top + 2, row.bottom - 2)
        mark.shapes.append(Shape("rect", (left, top, right, bottom), item.kind))
        size = self.g.font + (1 if item.kind == "scene" else 0)
        lines = row.lines if item.host == "lab" else \
            [fit(f"{item.host}: {item.text}", right - left - 16, size)]
        first = (top + bottom) / 2 + 4 - LINE * (len(lines) - 1) / 2
        mark.texts += [Text(left + 8, first + LINE * i, line, size, item.kind)
                       for i, line in enumerate(lines)]

    def ends_of_segment(self, item):
        """From whom to whom: the capture is on the client's wire, where routers speak with it."""
        x = {LEFT: self.wire[0], RIGHT: self.wire[1], **self.between}
        start = x.get(item.host, self.wire[0])
        asked = re.search(r"(?:who has|reply to) ([\w.:]+?)\??$", item.text)
        names = [h["name"] for h in self.hosts if asked and h["address"] == asked[1]]
        if names and names[0] != item.host and names[0] in x:
            return start, x[names[0]]
        return start, self.wire[1] if item.host == LEFT else self.wire[0]

    def draw_segment(self, row, item, mark):
        start, end = self.ends_of_segment(item)
        way = 1 if end > start else -1
        top, bottom = row.bottom - 5 - SLANT, row.bottom - 5
        cross = []
        if item.lost_at:
            end, bottom, cross = self.drop(item, start, end, top, bottom)
        mark.shapes.append(Shape("line", (start, top, end - 5 * way, bottom),
                                 f"segment {item.style}"))
        mark.shapes += cross or [Shape("polygon", (
            end, bottom, end - 9 * way, bottom - 4.5, end - 8 * way, bottom + 4),
            f"head {item.style}")]
        mark.shapes.append(Shape("rect", (self.wire[0] + 1, row.top + 1, self.wire[1] - 1,
                                          row.bottom - 1), "hit"))
        room = self.wire[1] - self.wire[0] - 6
        mark.texts.append(Text(sum(self.wire) / 2, row.top + 12,
                               fit(item.text, room, self.g.font), self.g.font, f"segment {item.style}", "middle"))

    def drop(self, item, start, end, top, bottom):
        """Where the line of what is dropped ends, and a cross there, at who drops it."""
        way = 1 if end > start else -1
        x = self.between.get(item.lost_at, end - 14 * way)
        y = top + (bottom - top) * (x - start) / (end - start)
        return x, y, [Shape("line", (x - 5, y - slope, x + 5, y + slope), "segment lost")
                      for slope in (5, -5)]

    def draw_on_wire(self, row, item, mark):
        x = self.wire[0] + 7 if item.host == LEFT else self.wire[1] - 7
        room = (self.wire[1] - self.wire[0]) / (2 if row.other else 1) - 10
        mark.texts.append(Text(x, row.middle + 4, fit(item.text, room, self.g.font),
                               self.g.font, item.kind, "start" if item.host == LEFT else "end"))
        middle = sum(self.wire) / 2 if row.other else self.wire[item.host == LEFT]
        hit = (self.wire[0] + 1, middle - 1) if item.host == LEFT else \
            (middle + 1, self.wire[1] - 1)
        mark.shapes.append(Shape("rect", (hit[0], row.top + 1, hit[1], row.bottom - 1), "hit"))
        edge = self.wire[0] if item.host == LEFT else self.wire[1]
        sign = 1 if item.host == LEFT else -1
        mark.shapes.append(Shape("line", (edge, row.middle, edge + 5 * sign, row.middle), "tick"))

    def draw_label(self, row, item, mark, text, style=""):
        """A box as wide as its text, at the lifeline of its host."""
        left, right = self.label[item.host]
        text = (fit_call if item.kind == "call" else fit)(text, right - left - 12, self.g.font)
        width = pixels(text, self.g.font) + 12
        left, right = (right - width, right) if (item.host == LEFT) == bool(self.g.wire) else \
            (left, left + width)
        mark.shapes.append(Shape("rect", (left, row.top + 2, right, row.bottom - 2),
                                 style or f"{item.kind} {item.style}"))
        mark.texts.append(Text(left + 6, row.middle + 4, text, self.g.font,
                               style or f"{item.kind} {item.style}"))

    def is_alone(self, call, top, bottom):
        """Whether no other label stands beside this call on its side."""
        other_side = RIGHT if call.host == LEFT else LEFT
        return not any(top <= row.top < bottom and row.item is not call
                       and row.item.host != other_side
                       and row.item.kind not in WIRE_KINDS | {"segment", "gap"}
                       for row in self.rows)

    def draw_call(self, row, item, mark):
        top, bottom = self.span(item)
        left, right = self.lane_box(item.host, item.pid)
        style = f"call {item.style}" + ("" if item.ended else " open")
        mark.behind.append(Shape("rect", (left, top + 2, right, bottom - 2),
                                 "bar call" if item.ended else "bar call open"))
        if item.style:
            mark.behind.append(Shape("rect", (left, row.top + 2, right, row.bottom - 2),
                                     f"bar {style}"))
        if not self.g.wire:
            self.draw_label(row, item, mark, item.text)
            return
        a, b = self.label[item.host]
        alone = self.is_alone(item, top, bottom)
        box = (a, top + 2, b, bottom - 2) if alone else (a, row.top + 2, b, row.bottom - 2)
        edge = (b, left) if item.host == LEFT else (right, a)
        mark.behind.insert(0, Shape("line", (edge[0], row.middle, edge[1], row.middle), "tick"))
        mark.shapes.append(Shape("rect", box, style))
        mark.texts.append(Text(a + 6, row.middle + 4,
                               fit_call(item.text, b - a - 12, self.g.font), self.g.font, style))
        if alone and row.top - top >= HEIGHT:
            mark.texts.append(Text(a + 6, top + HEIGHT / 2 + 4,
                                   fit(item.waiting, b - a - 12, self.g.font), self.g.font,
                                   "waiting"))


def layout(run, geometry):
    return Drawing(run, geometry).draw()
