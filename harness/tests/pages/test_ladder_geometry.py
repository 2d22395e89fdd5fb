"""Ladders of every reference, of every width: nothing meets another, nothing is outside, nothing
that matters is missing."""

import itertools

import pytest

from tests.support import lab, made_record

from pages import ladder_layout
from pages.ladder_columns import lanes
from pages.ladder_parts import DOCS, EM, PAGE, PHONE, Shape, Text, fit, fit_call, wrapped
from runs.terminal import width

NAMES = [*made_record.RECORDS, *sorted(file.stem for file in lab.REFERENCE.glob("*.json"))]
GEOMETRIES = {"page": PAGE, "docs": DOCS, "phone": PHONE}


def run_of(name):
    made = made_record.RECORDS.get(name)
    return made_record.run_of(made) if made else lab.run_of(lab.REFERENCE, name)


@pytest.fixture(scope="module")
def drawings():
    """(what it is, the run, its drawing, its ladder), of every run in every width."""
    found = []
    for name, (width_name, geometry) in itertools.product(NAMES, GEOMETRIES.items()):
        run = run_of(name)
        drawing = ladder_layout.Drawing(run, geometry)
        found.append((f"{name}, {width_name}", run, drawing, drawing.draw()))
    return found


def texts(ladder):
    return [thing for thing in ladder.ground if isinstance(thing, Text)] + \
        [text for mark in ladder.marks for text in mark.texts]


def shapes(ladder):
    return [thing for thing in ladder.ground if isinstance(thing, Shape)] + \
        [shape for mark in ladder.marks for shape in (*mark.behind, *mark.shapes)]


def meet(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def meetings(boxes):
    """Pairs of boxes of (box, what it is) that meet."""
    boxes = sorted(boxes, key=lambda pair: pair[0][1])
    for i, (box, thing) in enumerate(boxes):
        for other, another in itertools.takewhile(lambda pair: pair[0][1] < box[3], boxes[i + 1:]):
            if meet(box, other):
                yield thing, another


def test_no_two_labels_meet(drawings):
    for what, _, _, ladder in drawings:
        assert not list(meetings([(text.box, text) for text in texts(ladder)])), what


def test_no_label_meets_a_segment(drawings):
    for what, _, _, ladder in drawings:
        lines = [shape.points for mark in ladder.marks if mark.item.kind == "segment"
                 for shape in mark.shapes if shape.kind == "line"]
        boxes = [((min(a, c), min(b, d), max(a, c), max(b, d)), None) for a, b, c, d in lines]
        labels = [(text.box, text) for text in texts(ladder)]
        assert not [pair for pair in meetings(boxes + labels) if None in pair and pair != (None, None)], \
            what


def test_nothing_is_outside(drawings):
    for what, _, _, ladder in drawings:
        for shape in shapes(ladder):
            assert all(0 <= x <= ladder.geometry.width for x in shape.points[0::2]), (what, shape)
            assert all(0 <= y <= ladder.height for y in shape.points[1::2]), (what, shape)
        for text in texts(ladder):
            left, top, right, bottom = text.box
            assert left >= 0 and right <= ladder.geometry.width, (what, text)
            assert top >= 0 and bottom <= ladder.height, (what, text)


def test_a_text_is_inside_its_box(drawings):
    for what, _, _, ladder in drawings:
        for mark in ladder.marks:
            boxes = [shape.points for shape in mark.shapes if shape.kind == "rect"]
            if not boxes or mark.item.kind == "gap":
                continue
            for text in mark.texts:
                left, top, right, bottom = text.box
                assert any(box[0] <= left and right <= box[2] and box[1] <= top and bottom <= box[3]
                           for box in boxes), (what, text, boxes)


def test_no_two_boxes_meet(drawings):
    for what, _, _, ladder in drawings:
        assert not list(meetings([(shape.points, mark.item) for mark in ladder.marks
                                  for shape in mark.shapes
                                  if shape.kind == "rect" and mark.item.kind != "gap"])), what


def test_every_row_of_the_story_is_there(drawings):
    for what, run, _, ladder in drawings:
        there = {n for mark in ladder.marks for n in mark.item.events}
        assert {row["event"] for row in run.story} <= there, what


def test_what_can_be_pointed_at_is_large_enough(drawings):
    """WCAG 2.2, 2.5.8: 24 pixels; the phone's picture is drawn one to one."""
    for what, _, drawing, _ in drawings:
        assert all(row.bottom - row.top >= 24 for row in drawing.rows.rows), what


# --- text and lanes ---

def test_what_does_not_fit_ends_in_dots():
    assert fit("abcdef", 6 * 10 * EM, 10) == "abcdef"
    assert fit("abcdef", 5 * 10 * EM + 1, 10) == "abcd…"
    assert width(fit("한글한글", 50, 10)) * 10 * EM <= 50


def test_what_a_call_returned_is_never_cut():
    text = 'write(3, "a long line", 11) = -1 EPIPE'
    assert fit_call(text, 30 * 10 * EM, 10) == 'write(3, "a long…) = -1 EPIPE'
    assert fit_call(text, 99 * 10 * EM, 10) == text
    assert width(fit_call(text, 5 * 10 * EM + 1, 10)) <= 5


def test_lines_are_broken_between_words():
    assert wrapped("one two three", 8 * 10 * EM, 10) == ["one two", "three"]


def test_lanes_are_used_again_and_the_last_is_shared():
    assert lanes([(0, 10), (5, 15), (10, 20), (16, 20)], 8) == [0, 1, 0, 1]
    assert lanes([(0, 10)] * 4, 2) == [0, 1, 1, 1]
