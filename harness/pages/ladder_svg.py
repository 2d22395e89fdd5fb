"""A ladder as SVG: in a page, where its marks can be pointed at; alone in a file; in pieces, for
paper.
"""

import xml.etree.ElementTree as ET

from pages import ladder_layout, palette
from pages.ladder_parts import DOCS, Ladder, Mark, Text
from runs.terminal import printable

SQUARE = {"strip", "zone", "break"}  # all other boxes have round corners
PLACES = {"rect": ("x", "y", "width", "height"), "line": ("x1", "y1", "x2", "y2")}


def number(value):
    return f"{value:.1f}".removesuffix(".0")


class Picture:
    """An <svg> in the making. In a page it has classes, and marks that can be pointed at; in a file
    and on paper it has attributes, always of the light scheme."""

    def __init__(self, width, top, bottom, label, in_page):
        self.in_page = in_page
        height = number(bottom - top)
        form = {"class": "ladder", "role": "group"} if in_page else \
            {"role": "img", "font-family": palette.FONT, "xml:space": "preserve"}
        self.svg = ET.Element("svg", {
            "xmlns": "http://www.w3.org/2000/svg", "width": str(width), "height": height,
            "viewBox": f"0 {number(top)} {width} {height}", "aria-label": label, **form})
        self.add(self.svg, "rect", "ground", y=number(top), width=str(width), height=height, rx="6")

    def add(self, parent, element, style, **place):
        look = {"class": " ".join(style.split())} if self.in_page else \
            palette.presentation(element, style)
        return ET.SubElement(parent, element, {**look, **place})

    def shape(self, parent, shape):
        points = list(shape.points)
        if shape.kind == "polygon":
            self.add(parent, "polygon", shape.style, points=" ".join(map(number, points)))
            return
        round_corners = {}
        if shape.kind == "rect":
            left, top, right, bottom = points
            points[2:] = right - left, max(0, bottom - top)
            round_corners = {} if shape.style.split()[0] in SQUARE else {"rx": "3"}
        place = dict(zip(PLACES[shape.kind], map(number, points)))
        self.add(parent, shape.kind, shape.style, **place, **round_corners)

    def text(self, parent, text):
        anchor = {} if text.anchor == "start" else {"text-anchor": text.anchor}
        made = self.add(parent, "text", text.style, x=number(text.x), y=number(text.y),
                        **{"font-size": number(text.size)}, **anchor)
        made.text = text.text.removesuffix(text.errno)
        if made.text != text.text:
            self.add(made, "tspan", "errno").text = text.errno

    def draw(self, parent, things):
        for thing in things:
            (self.text if isinstance(thing, Text) else self.shape)(parent, thing)

    def group(self, mark, attributes):
        """A <g> with the whole text of its item as title."""
        made = ET.SubElement(self.svg, "g", attributes if self.in_page else {})
        ET.SubElement(made, "title").text = mark.title
        return made

    def behind(self, mark):
        if mark.behind:
            self.draw(self.group(mark, {"aria-hidden": "true", "data-n": numbers(mark)}),
                      mark.behind)

    def mark(self, mark):
        pointed_at = {"class": "mark", "tabindex": "0", "role": "img", "data-n": numbers(mark),
                      "aria-label": f"{mark.item.host}: {mark.title}"}
        group = self.group(mark, {} if mark.item.kind == "gap" else pointed_at)
        self.draw(group, [shape for shape in mark.shapes
                          if self.in_page or shape.style != "hit"])
        self.draw(group, mark.texts)

    def markup(self):
        for element in self.svg:
            element.tail = "\n"
        return ET.tostring(self.svg, encoding="unicode") + "\n"


def numbers(mark):
    """Of its events, for the script of the page: a call's entry and return."""
    return " ".join(map(str, mark.item.events[:2]))


def svg(ladder, run, in_page, top=0, bottom=None):
    """The picture, or what of it is between two heights."""
    label = printable(f"Ladder of {run.scenario}: {run.claim}")
    picture = Picture(ladder.geometry.width, top, bottom or ladder.height, label, in_page)
    picture.draw(picture.svg, ladder.ground)
    for mark in ladder.marks:
        picture.behind(mark)
    for mark in ladder.marks:
        picture.mark(mark)
    return picture.markup()


def alone(run, geometry=DOCS):
    """The text of a file, in the light scheme, which every program that knows SVG 1.1 can show."""
    return svg(ladder_layout.layout(run, geometry), run, in_page=False)


def reaches(shape_or_text, top, bottom):
    """Whether any of it is between two heights."""
    box = shape_or_text.box if isinstance(shape_or_text, Text) else shape_or_text.points
    return min(box[1::2]) < bottom and max(box[1::2]) > top


def piece(ladder, top, bottom):
    """What of a ladder is between two heights."""
    def within(things):
        return [thing for thing in things if reaches(thing, top, bottom)]
    marks = [Mark(mark.item, mark.title, within(mark.behind), within(mark.shapes),
                  within(mark.texts)) for mark in ladder.marks]
    marks = [mark for mark in marks if mark.behind or mark.shapes or mark.texts]
    return Ladder(ladder.geometry, ladder.height, within(ladder.ground), marks, [], [])


def slices(run, geometry, most):
    """The picture in pieces at most so high, cut between rows, for pages of paper."""
    ladder, pieces, top = ladder_layout.layout(run, geometry), [], 0
    while top < ladder.height:
        bottom = max([y for y in ladder.breaks if top < y <= top + most], default=ladder.height)
        pieces.append(svg(piece(ladder, top, bottom), run, False, top, bottom))
        top = bottom
    return pieces
