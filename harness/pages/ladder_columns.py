"""The columns of a ladder from left to right: labels, lanes of processes, lifelines, the wire. Pure.

A host's lifeline is a strip for each of its connections, in the colour of its TCP state. Beside it
is a lane for each process, in which its calls are bars.
"""

from pages.ladder_parts import LEFT, RIGHT
from pages.ladder_rows import WIRE_KINDS

STRIPS_MOST, LANES_MOST = 10, 8
FOREVER = 10**9


def lanes(spans, most):
    """The first free lane for each (begin, end), in order; the last one is shared at need."""
    free, given = [], []
    for begin, end in spans:
        lane = next((i for i, until in enumerate(free) if until <= begin), len(free))
        lane = min(lane, most - 1)
        free[lane:lane + 1] = [max(end, free[lane]) if lane < len(free) else end]
        given.append(lane)
    return given


class Columns:
    def __init__(self, rows, hosts, geometry):
        self.g, self.rows = geometry, rows
        self.place_processes()
        self.place_connections()
        self.place_hosts([host["name"] for host in hosts if host["name"] not in (LEFT, RIGHT)])

    def place_processes(self):
        """A lane for each thread of a host while it makes calls."""
        self.lane_of, self.lane_count = {}, {}
        for host in (LEFT, RIGHT):
            spans = {}
            for call in (i for i in self.rows.items if i.kind == "call" and i.host == host):
                top, bottom = self.rows.span(call)
                begin, end = spans.get(call.process, (top, bottom))
                spans[call.process] = min(begin, top), max(end, bottom)
            ordered = sorted(spans, key=lambda process: spans[process])
            given = lanes([spans[process] for process in ordered], LANES_MOST)
            self.lane_of.update(zip(ordered, given))
            self.lane_count[host] = max(given, default=-1) + 1

    def changes(self):
        """Of each connection: (height, state) of every change."""
        found = {}
        for item in self.rows.items:
            for change in item.changes:
                found.setdefault(change.connection, []).append(
                    (self.rows.of(item).middle, change.state))
        return found

    def place_connections(self):
        """A strip for each connection until it is CLOSED: (host, strip, state, top, bottom)."""
        changes, bottom = self.changes(), self.rows.bottom
        self.strips, self.strip_count, self.left_out = [], {}, {}
        for host in (LEFT, RIGHT):
            mine = sorted((c for c in changes if c[0] == host), key=lambda c: changes[c][0][0])
            ends = [next((y for y, state in changes[c] if state == "CLOSED"), bottom)
                    for c in mine]
            given = lanes([(changes[c][0][0], end) for c, end in zip(mine, ends)], FOREVER)
            shown = [(c, lane) for c, lane in zip(mine, given) if lane < STRIPS_MOST]
            self.left_out[host] = len(mine) - len(shown)
            self.strip_count[host] = max([lane for _, lane in shown], default=-1) + 1
            for c, lane in shown:
                states = [*changes[c], (bottom, "CLOSED")]
                self.strips += [(host, lane, state, top, end) for (top, state), (end, _)
                                in zip(states, states[1:]) if state != "CLOSED"]

    def place_hosts(self, others):
        """From both edges inwards; other hosts stand between the two."""
        g = self.g
        zone = {host: max(1, self.strip_count[host]) * g.strip + 4 for host in (LEFT, RIGHT)}
        lane = {host: self.lane_count[host] * g.lane for host in (LEFT, RIGHT)}
        left, right = g.time + g.margin, g.width - g.margin
        has_wire = any(i.kind in WIRE_KINDS | {"segment"} for i in self.rows.items)
        wire = g.wire if has_wire else min(g.wire, 100)  # two IPv6 addresses beside each other
        room = right - left - sum(zone.values()) - sum(lane.values()) - wire - 12
        label = {host: max(0, room * self.share(host, has_wire)) if wire else 0
                 for host in (LEFT, RIGHT)}
        self.label = {LEFT: (left, left + label[LEFT]), RIGHT: (right - label[RIGHT], right)}
        space = 6 if g.wire else 1
        self.lane_x = {LEFT: self.label[LEFT][1] + space, RIGHT: self.label[RIGHT][0] - space}
        begin = {LEFT: self.lane_x[LEFT] + lane[LEFT],
                 RIGHT: self.lane_x[RIGHT] - lane[RIGHT] - zone[RIGHT]}
        self.zone = {host: (begin[host], begin[host] + zone[host]) for host in (LEFT, RIGHT)}
        self.wire = self.zone[LEFT][1], self.zone[RIGHT][0]
        if not g.wire:
            self.label = {host: (self.wire[0] + 4, self.wire[1] - 4) for host in (LEFT, RIGHT)}
        spacing = (self.wire[1] - self.wire[0]) / (len(others) + 1)
        self.between = {name: self.wire[0] + spacing * (i + 1) for i, name in enumerate(others)}
        self.end_of_wire = {LEFT: self.wire[0], RIGHT: self.wire[1], **self.between}

    def share(self, host, has_wire):
        """Of the room for labels; where there is no wire, a host without labels needs little."""
        hosts = {item.host for item in self.rows.items}
        if has_wire or (LEFT in hosts) == (RIGHT in hosts):
            return 0.5
        return 0.9 if host in hosts else 0.1

    def lane_box(self, host, process):
        """Left and right of a bar."""
        lane = self.lane_of[process]
        left = self.lane_x[host] + lane * self.g.lane if host == LEFT else \
            self.lane_x[host] - (lane + 1) * self.g.lane
        return left + 1, left + self.g.lane - 1
