"""A ladder as SVG: alone in a file, for an <img>; in a page; in pieces, for paper."""

from html import escape

from pages import ladder_layout
from pages.ladder_items import printable
from pages.ladder_rows import DOCS

# Colours of text have a contrast of 4.5 to what they stand on, those of strips, lines and borders
# of 3 (WCAG 2.2, 1.4.3 and 1.4.11): harness/tests/test_ladder_svg.py computes it.
LIGHT = {
    "ground": "#ffffff", "text": "#1b2430", "dim": "#566170", "line": "#38444f", "red": "#b3141f",
    "zone": "#eef1f4", "call": "#e9f0fd", "call-line": "#5f80c4", "bad": "#fdebec",
    "scene": "#27323f", "scene-text": "#ffffff", "more": "#f1f0e6", "action": "#fff6db",
    "action-line": "#997300", "plain": "#f4f5f7", "plain-line": "#808a97",
}
DARK = {
    "ground": "#11161d", "text": "#e4e9ef", "dim": "#9aa7b5", "line": "#b6c1cc", "red": "#ff8a8a",
    "zone": "#1d252f", "call": "#1a2840", "call-line": "#6f93dd", "bad": "#3a171b",
    "scene": "#3b4a5c", "scene-text": "#ffffff", "more": "#2a2a20", "action": "#322a10",
    "action-line": "#b8922e", "plain": "#1c2229", "plain-line": "#717d8b",
}
# One for both schemes: in the middle between white and black.
STATES = {
    "LISTEN": "#8a63d2", "SYN_SENT": "#a8760a", "SYN_RECEIVED": "#8f7a00", "ESTABLISHED": "#1f8a48",
    "FIN_WAIT_1": "#c8640a", "FIN_WAIT_2": "#a5690f", "CLOSE_WAIT": "#d3407a",
    "CLOSING": "#bf5a6c", "LAST_ACK": "#a94fb0", "TIME_WAIT": "#2f7fd1", "CLOSED": "#77808b",
}
STYLE = """
.ladder text { font-family: "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono",
  "Noto Sans Mono CJK KR", monospace; fill: var(--text); white-space: pre }
.ladder .hit { fill: transparent }
.ladder .ground { fill: var(--ground) } .ladder .zone { fill: var(--zone) }
.ladder text.time { fill: var(--dim) } .ladder text.host { font-weight: bold }
.ladder line { stroke: var(--line); stroke-width: 1.4 } .ladder .head { fill: var(--line) }
.ladder line.bad { stroke: var(--red); stroke-width: 2.2 } .ladder .head.bad { fill: var(--red) }
.ladder line.lost { stroke: var(--red); stroke-width: 2.2 }
.ladder line.again { stroke-dasharray: 7 4 } .ladder line.tick { stroke: var(--plain-line) }
.ladder rect.call { fill: var(--call); stroke: var(--call-line) }
.ladder rect.bar { fill: var(--call-line); stroke: none }
.ladder rect.plain, .ladder rect.signal, .ladder rect.end, .ladder rect.fork, .ladder rect.output,
.ladder rect.process, .ladder rect.unknown { fill: var(--plain); stroke: var(--plain-line) }
.ladder rect.action { fill: var(--action); stroke: var(--action-line) }
.ladder rect.bad { fill: var(--bad); stroke: var(--red) } .ladder rect.bar.bad { fill: var(--red) }
.ladder rect.signal.bad, .ladder rect.end.bad { fill: var(--red) }
.ladder text.signal.bad, .ladder text.end.bad { fill: var(--ground); font-weight: bold }
.ladder rect.open { stroke-dasharray: 4 3 } .ladder rect.bar.open { opacity: .75 }
.ladder text.waiting, .ladder text.gap, .ladder text.backoff { fill: var(--dim) }
.ladder text.segment.bad, .ladder .errno { fill: var(--red); font-weight: bold }
.ladder text.state { font-weight: bold } .ladder .break { fill: var(--ground) }
.ladder rect.scene { fill: var(--scene) }
.ladder text.scene { fill: var(--scene-text); font-weight: bold }
.ladder rect.more { fill: var(--more); stroke: var(--plain-line); stroke-dasharray: 4 3 }
""" + "".join(f".ladder .{state} {{ fill: {colour} }}\n" for state, colour in STATES.items())


def variables(palette):
    return " ".join(f"--{name}: {colour};" for name, colour in palette.items())


def number(value):
    return f"{value:.1f}".removesuffix(".0")


def shape_svg(shape):
    points = [number(value) for value in shape.points]
    if shape.kind == "rect":
        left, top, right, bottom = shape.points
        points[2:] = number(right - left), number(max(0, bottom - top))
    names = {"rect": ("x", "y", "width", "height"), "line": ("x1", "y1", "x2", "y2")}
    if shape.kind == "polygon":
        place = f'points="{" ".join(points)}"'
    else:
        place = " ".join(f'{name}="{value}"' for name, value in zip(names[shape.kind], points))
    corners = ' rx="3"' if shape.kind == "rect" and shape.style.split()[0] not in (
        "strip", "zone", "break") else ""
    return f'<{shape.kind} class="{shape.style.strip()}" {place}{corners}/>'


def text_svg(text):
    words = escape(text.text)
    if "bad" in text.style and "call" in text.style and " = -1 " in words:
        before, errno = words.rsplit(" = -1 ", 1)
        words = f'{before} = -1 <tspan class="errno">{errno}</tspan>'
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    return (f'<text class="{text.style.strip()}" x="{number(text.x)}" y="{number(text.y)}" '
            f'font-size="{number(text.size)}"{anchor}>{words}</text>')


def numbers(mark):
    """Of its events, for the script of the page: a call's entry and return."""
    return " ".join(map(str, mark.item.events[:2]))


def behind_svg(mark, is_for_page):
    if not mark.behind:
        return ""
    opening = f'<g aria-hidden="true" data-n="{numbers(mark)}">' if is_for_page else "<g>"
    return "".join([opening, f"<title>{escape(mark.title)}</title>",
                    *map(shape_svg, mark.behind), "</g>"])


def mark_svg(mark, is_for_page):
    shapes = [shape for shape in mark.shapes if is_for_page or shape.style != "hit"]
    parts = [*map(shape_svg, shapes), *map(text_svg, mark.texts)]
    if is_for_page and mark.item.kind != "gap":
        events = numbers(mark)
        label = escape(f"{mark.item.host}: {mark.title}", quote=True)
        opening = f'<g class="mark" tabindex="0" role="img" aria-label="{label}" data-n="{events}">'
    else:
        opening = "<g>"
    return "".join([opening, f"<title>{escape(mark.title)}</title>", *parts, "</g>"])


def drawn(thing):
    return text_svg(thing) if isinstance(thing, ladder_layout.Text) else shape_svg(thing)


def svg(ladder, story, is_for_page=False, top=0, bottom=None, style=""):
    """The picture, or what of it is between two heights."""
    width, height = ladder.geometry.width, number((bottom or ladder.height) - top)
    name = escape(printable(f"{story['scenario']}: {story['claim']}"), quote=True)
    return "\n".join(filter(None, [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ladder" '
        f'viewBox="0 {number(top)} {width} {height}" width="{width}" height="{height}" '
        f'role="{"group" if is_for_page else "img"}" aria-label="Ladder of {name}">', style,
        f'<rect class="ground" y="{number(top)}" width="{width}" height="{height}" rx="6"/>',
        *map(drawn, ladder.ground), *(behind_svg(mark, is_for_page) for mark in ladder.marks),
        *(mark_svg(mark, is_for_page) for mark in ladder.marks), "</svg>", ""]))


def alone(story, geometry=DOCS):
    """As a file, which brings its colours with it."""
    style = f"<style>.ladder {{ {variables(LIGHT)} }}{STYLE}</style>"
    return svg(ladder_layout.layout(story, geometry), story, style=style)


def reaches(shape_or_text, top, bottom):
    """Whether any of it is between two heights."""
    box = shape_or_text.box if isinstance(shape_or_text, ladder_layout.Text) else \
        shape_or_text.points
    return min(box[1::2]) < bottom and max(box[1::2]) > top


def piece(ladder, top, bottom):
    """What of a ladder is between two heights."""
    def within(things):
        return [thing for thing in things if reaches(thing, top, bottom)]
    marks = [ladder_layout.Mark(mark.item, mark.title, within(mark.behind), within(mark.shapes),
                                within(mark.texts)) for mark in ladder.marks]
    marks = [mark for mark in marks if mark.behind or mark.shapes or mark.texts]
    return ladder_layout.Ladder(ladder.geometry, ladder.height, within(ladder.ground), marks, [], [])


def slices(story, geometry, most):
    """The picture in pieces at most so high, cut between rows, for pages of paper."""
    ladder, pieces, top = ladder_layout.layout(story, geometry), [], 0
    while top < ladder.height:
        bottom = max([y for y in ladder.breaks if top < y <= top + most], default=ladder.height)
        pieces.append(svg(piece(ladder, top, bottom), story, top=top, bottom=bottom))
        top = bottom
    return pieces
