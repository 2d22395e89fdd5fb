"""Where everything of a ladder stands. Pure: a run in, shapes and texts with their places out.

A call is a bar beside its host's lifeline for as long as it is in the kernel; its label stands in
the row of its item.
"""

from pages import ladder_items, ladder_repeats
from pages.ladder_columns import Columns
from pages.ladder_parts import LEFT, RIGHT, Ladder, Mark, Shape, Text, fit, fit_call, pixels
from pages.ladder_rows import HEADER, HEIGHT, LINE, WIDE_KINDS, WIRE_KINDS, Rows, is_wide

SLANT = 9


class Drawing:
    """One ladder in the making."""

    def __init__(self, run, geometry):
        self.g, self.hosts = geometry, run.hosts
        items = ladder_repeats.collapse(ladder_items.items(run))
        self.in_seconds = bool(items) and items[-1].t_ns >= 100e9
        self.rows = Rows(items, geometry)
        self.columns = Columns(self.rows, run.hosts, geometry)
        self.bottom = self.rows.bottom
        self.ground, self.marks = [], []
        self.tall = {LEFT: [], RIGHT: []}  # (top, bottom) of boxes that are higher than their rows

    # What stands behind

    def draw_ground(self):
        for host in (LEFT, RIGHT):
            left, right = self.columns.zone[host]
            self.ground.append(Shape("rect", (left, HEADER - 6, right, self.bottom), "zone"))
            self.header(host, (left + right) / 2)
        for host, x in self.columns.between.items():
            self.ground.append(Shape("rect", (x - 2, HEADER - 6, x + 2, self.bottom), "zone"))
            self.header(host, x)
        for host, strip, state, top, bottom in self.columns.strips:
            left = self.columns.zone[host][0] + 2 + strip * self.g.strip
            self.ground.append(Shape("rect", (left + .5, top, left + self.g.strip - .5, bottom),
                                     f"strip {state}"))
        unit = "s" if self.in_seconds else "ms"
        self.ground.append(Text(self.g.time, HEADER - 10, unit, self.g.font - 1, "time", "end"))
        self.draw_times()

    def header(self, host, x):
        """Over the lifeline; on a phone at its outer edge, where there is room."""
        address = next((h["address"] for h in self.hosts if h["name"] == host), "")
        shown = self.columns.strip_count.get(host, 0)
        left_out = self.columns.left_out.get(host, 0)
        text = f"{shown} of {shown + left_out} shown" if left_out else address
        anchor = "middle"
        if not self.g.wire and host in self.columns.zone:
            left, right = self.columns.zone[host]
            anchor, x = ("start", left) if host == LEFT else ("end", right)
        self.ground.append(Text(x, 16, host, 14, "host", anchor))
        self.ground.append(Text(x, 31, fit(text, self.g.width / 3 - 10, self.g.font - 1),
                                self.g.font - 1, "time", anchor))

    def draw_times(self):
        last = None
        for row in self.rows.rows:
            text = f"{row.at[0] / 1e9:.3f}" if self.in_seconds else f"{row.at[0] / 1e6:.2f}"
            if row.item.kind not in WIDE_KINDS and text != last:
                self.ground.append(Text(self.g.time, row.middle + 3.5, text, self.g.font - 1,
                                        "time", "end"))
                last = text

    # Marks

    def draw(self):
        self.draw_ground()
        for row in self.rows.rows:
            for item in row.items:
                title = item.text + "".join(f" ({note})" for note in item.notes)
                self.marks.append(Mark(item, title))
                self.draw_item(row, item, self.marks[-1])
        breaks = [row.top for before, row in zip(self.rows.rows, self.rows.rows[1:])
                  if before.item.kind != "scene"] + [self.bottom + 8]
        states = list(dict.fromkeys(state for _, _, state, _, _ in self.columns.strips))
        return Ladder(self.g, self.bottom + 8, self.ground, self.marks, breaks, states)

    def draw_item(self, row, item, mark):
        if item.kind == "gap":
            self.draw_gap(row, item, mark)
        elif is_wide(item):
            self.draw_wide(row, item, mark)
        elif item.kind == "segment":
            self.draw_segment(row, item, mark)
        elif item.kind in WIRE_KINDS:
            self.draw_on_wire(row, item, mark)
        elif item.kind == "call":
            self.draw_call(row, item, mark)
        else:
            self.draw_label(row, item, mark)

    def draw_gap(self, row, item, mark):
        """The lifelines are broken where nothing happens."""
        for host in (LEFT, RIGHT):
            left, right = self.columns.zone[host]
            mark.shapes += [Shape("rect", (left - 1, y, right + 1, y + 2), "break")
                            for y in (row.top + 8, row.top + 12, row.top + 16)]
        mark.texts.append(Text(sum(self.columns.wire) / 2, row.middle + 4, item.text, self.g.font,
                               "gap", "middle"))

    def draw_wide(self, row, item, mark):
        """Over the whole width."""
        left = self.g.margin + (self.g.time if item.kind not in WIDE_KINDS else 0)
        right = self.g.width - self.g.margin
        top, bottom = (row.top + 8, row.bottom - 4) if item.kind == "scene" else \
            (row.top + 2, row.bottom - 2)
        mark.shapes.append(Shape("rect", (left, top, right, bottom), item.kind))
        size = self.g.font + (1 if item.kind == "scene" else 0)
        first = (top + bottom) / 2 + 4 - LINE * (len(row.lines) - 1) / 2
        mark.texts += [Text(left + 8, first + LINE * i, line, size, item.kind)
                       for i, line in enumerate(row.lines)]

    def draw_segment(self, row, item, mark):
        """The capture is on the client's wire, where routers speak with it."""
        wire, ends = self.columns.wire, self.columns.end_of_wire
        start = ends.get(item.host, wire[0])
        end = ends.get(item.to if item.to != item.host else "",
                       wire[1] if item.host == LEFT else wire[0])
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
        mark.shapes.append(Shape("rect", (wire[0] + 1, row.top + 1, wire[1] - 1, row.bottom - 1),
                                 "hit"))
        text = fit(item.text, wire[1] - wire[0] - 6, self.g.font)
        mark.texts.append(Text(sum(wire) / 2, row.top + 12, text, self.g.font,
                               f"segment {item.style}", "middle"))

    def drop(self, item, start, end, top, bottom):
        """Where the line of what is dropped ends, and a cross there, at who drops it."""
        way = 1 if end > start else -1
        x = self.columns.between.get(item.lost_at, end - 14 * way)
        y = top + (bottom - top) * (x - start) / (end - start)
        return x, y, [Shape("line", (x - 5, y - slope, x + 5, y + slope), "segment lost")
                      for slope in (5, -5)]

    def draw_on_wire(self, row, item, mark):
        left, right = self.columns.wire
        x = left + 7 if item.host == LEFT else right - 7
        room = (right - left) / (2 if row.other else 1) - 10
        size = self.g.font - (1 if item.kind == "backoff" else 0)  # more words than a state
        mark.texts.append(Text(x, row.middle + 4, fit(item.text, room, size), size, item.kind,
                               "start" if item.host == LEFT else "end"))
        middle = (left + right) / 2 if row.other else (left, right)[item.host == LEFT]
        hit = (left + 1, middle - 1) if item.host == LEFT else (middle + 1, right - 1)
        mark.shapes.append(Shape("rect", (hit[0], row.top + 1, hit[1], row.bottom - 1), "hit"))
        edge, sign = (left, 1) if item.host == LEFT else (right, -1)
        mark.shapes.append(Shape("line", (edge, row.middle, edge + 5 * sign, row.middle), "tick"))

    def draw_label(self, row, item, mark):
        """A box as wide as its text, at the lifeline of its host."""
        left, right = self.columns.label[item.host]
        text = (fit_call if item.kind == "call" else fit)(item.text, right - left - 12, self.g.font)
        width = pixels(text, self.g.font) + 12
        left, right = (right - width, right) if (item.host == LEFT) == bool(self.g.wire) else \
            (left, left + width)
        style = f"{item.kind} {item.style}"
        mark.shapes.append(Shape("rect", (left, row.top + 2, right, row.bottom - 2), style))
        mark.texts.append(Text(left + 6, row.middle + 4, text, self.g.font, style,
                               errno=item.errno))

    def is_alone(self, call, top, bottom):
        """Whether no other label stands beside this call on its side, so that its box can be as
        high as its bar."""
        other_side = RIGHT if call.host == LEFT else LEFT
        return not any(top <= row.top < bottom and row.item is not call
                       and row.item.host != other_side
                       and row.item.kind not in WIRE_KINDS | {"segment", "gap"}
                       for row in self.rows.rows) and \
            not any(top < end and begin < bottom for begin, end in self.tall[call.host])

    def draw_bar(self, row, item, mark, style, top, bottom):
        left, right = self.columns.lane_box(item.host, item.process)
        mark.behind.append(Shape("rect", (left, top + 2, right, bottom - 2),
                                 "bar call" if item.ended else "bar call open"))
        if item.style:
            mark.behind.append(Shape("rect", (left, row.top + 2, right, row.bottom - 2),
                                     f"bar {style}"))
        a, b = self.columns.label[item.host]
        edge = (b, left) if item.host == LEFT else (right, a)
        if self.g.wire:
            mark.behind.insert(0, Shape("line", (edge[0], row.middle, edge[1], row.middle), "tick"))

    def draw_call(self, row, item, mark):
        top, bottom = self.rows.span(item)
        style = f"call {item.style}" + ("" if item.ended else " open")
        self.draw_bar(row, item, mark, style, top, bottom)
        if not self.g.wire:
            self.draw_label(row, item, mark)
            return
        left, right = self.columns.label[item.host]
        alone = self.is_alone(item, top, bottom)
        if alone:
            self.tall[item.host].append((top, bottom))
        box = (left, top + 2, right, bottom - 2) if alone else \
            (left, row.top + 2, right, row.bottom - 2)
        mark.shapes.append(Shape("rect", box, style))
        mark.texts.append(Text(left + 6, row.middle + 4,
                               fit_call(item.text, right - left - 12, self.g.font), self.g.font,
                               style, errno=item.errno))
        if alone and item.waiting and row.top - top >= HEIGHT:
            mark.texts.append(Text(left + 6, top + HEIGHT / 2 + 4,
                                   fit(item.waiting, right - left - 12, self.g.font), self.g.font,
                                   "waiting"))


def layout(run, geometry):
    return Drawing(run, geometry).draw()
