"""Ladders as SVG: well-formed whatever a program prints, shown by more than browsers, up to date."""

import functools
import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

import pytest

from tests.support import lab, made_record
from tests.support.lab import REPO

from pages import ladder_docs, ladder_layout, ladder_svg, palette
from pages.ladder_parts import DOCS, PAGE, Shape, Text

SVG = "{http://www.w3.org/2000/svg}"
MADE = ladder_docs.files()
BYTES_MOST = 60_000  # of a picture in the docs
NAMES = [*made_record.RECORDS, "sigpipe", "sigchld-wait"]


def run_of(name):
    made = made_record.RECORDS.get(name)
    return made_record.run_of(made) if made else lab.run_of(lab.REFERENCE, name)


# --- well-formed ---

@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_well_formed_and_complete_in_itself(name):
    text = ladder_svg.alone(run_of(name))
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg" and root.get("viewBox")
    assert not re.search(r"<script|<style|href|url\(|@import|@font-face|<foreignObject", text)
    assert "tabindex" not in text and root.find(f"{SVG}rect").get("fill") == "#ffffff"


@pytest.mark.parametrize("name", NAMES)
def test_every_mark_has_its_whole_text_as_title(name):
    ladder = ladder_layout.layout(run_of(name), DOCS)
    root = ET.fromstring(ladder_svg.alone(run_of(name)))
    titles = [element.text for element in root.iter(f"{SVG}title")]
    assert {mark.item.text for mark in ladder.marks if mark.item.text} <= set(titles)


def test_what_a_program_prints_is_text_and_nothing_else():
    root = ET.fromstring(ladder_svg.alone(run_of("nasty")))
    words = "".join(root.itertext())
    assert "</script><b>&\"'" in words and "\\x1b[31m\\x00" in words
    assert root.find(f".//{SVG}b") is None and "\u202e" not in words


@pytest.mark.parametrize("name", NAMES)
def test_pieces_for_paper_have_together_what_the_whole_has(name):
    run = run_of(name)
    whole = ET.fromstring(ladder_svg.svg(ladder_layout.layout(run, PAGE), run, in_page=False))
    pieces = [ET.fromstring(text) for text in ladder_svg.slices(run, PAGE, 300)]
    texts = [text for root in pieces for text in root.iter(f"{SVG}text")]
    assert {"".join(text.itertext()) for text in whole.iter(f"{SVG}text")} == \
        {"".join(text.itertext()) for text in texts}
    assert len(texts) == len(list(whole.iter(f"{SVG}text")))  # none is cut in two
    heights = [float(root.get("height")) for root in pieces]
    assert max(heights) <= 300 and abs(sum(heights) - float(whole.get("height"))) < 1


# --- as librsvg draws it, which knows neither custom properties nor media queries ---

ZOOM = 3  # so that a stroke and a thin letter have pixels of their full colour
SHOWN = ["sigpipe", "server-host-unreachable"]


@pytest.fixture(scope="module")
def picture():
    """Give a function: (ladder, a function that gives the set of colours in a box) of a run."""
    if not shutil.which("rsvg-convert"):
        pytest.skip("rsvg-convert is not installed: make deps")
    image = pytest.importorskip("PIL.Image", reason="python3-pil is not installed: make deps")

    @functools.cache
    def draw(name):
        run = run_of(name)
        ladder = ladder_layout.layout(run, DOCS)
        png = subprocess.run(["rsvg-convert", "--zoom", str(ZOOM)], check=True,
                             input=ladder_svg.alone(run).encode(), stdout=subprocess.PIPE).stdout
        whole = image.open(io.BytesIO(png)).convert("RGB")
        assert whole.size == (DOCS.width * ZOOM, round(ladder.height * ZOOM))

        def colours(box):
            part = whole.crop([round(value * ZOOM) for value in box])
            found = part.getcolors(maxcolors=part.width * part.height)
            return {"#%02x%02x%02x" % colour: count for count, colour in found}
        return ladder, colours
    return draw


@pytest.mark.parametrize("name", SHOWN)
def test_a_text_is_there_in_its_colour(picture, name):
    ladder, colours = picture(name)
    texts = [thing for thing in ladder.ground if isinstance(thing, Text)]
    texts += [text for mark in ladder.marks for text in mark.texts]
    assert len(texts) > 60
    for text in texts:
        fill = palette.presentation("text", text.style)["fill"]
        assert colours(text.box).get(fill, 0) > 3 * len(text.text), text


@pytest.mark.parametrize("name", SHOWN)
def test_a_box_and_its_border_are_there_in_their_colours(picture, name):
    ladder, colours = picture(name)
    boxes = [shape for mark in ladder.marks for shape in mark.shapes
             if shape.kind == "rect" and shape.style not in ("hit", "break")]
    assert len(boxes) > 20
    for box in boxes:
        look, (left, top, right, bottom) = palette.presentation("rect", box.style), box.points
        assert colours((left - 1, top - 1, right + 1, bottom + 1)).keys() >= \
            {look["fill"], look.get("stroke", look["fill"])}, box


def test_segments_and_states_are_there_in_their_colours(picture):
    ladder, colours = picture("server-host-unreachable")
    lines = [shape for mark in ladder.marks for shape in mark.shapes if shape.kind == "line"]
    assert {"segment again", "segment lost"} <= {line.style for line in lines}
    for line in lines:
        a, b, c, d = line.points
        box = min(a, c) - 1, min(b, d) - 1, max(a, c) + 1, max(b, d) + 1
        assert palette.presentation("line", line.style)["stroke"] in colours(box), line
    strips = [shape for shape in ladder.ground
              if isinstance(shape, Shape) and shape.style.startswith("strip")]
    assert strips
    for strip in strips:
        assert palette.STATES[strip.style.split()[1]] in colours(strip.points), strip


# --- the docs ---

def test_the_docs_are_up_to_date():
    for path, text in MADE.items():
        assert (REPO / "docs" / path).read_text(encoding="utf-8") == text, f"{path}: make reference"


def test_every_picture_in_the_docs_is_of_a_run():
    there = {f"ladders/{file.name}" for file in (REPO / "docs" / "ladders").glob("*")}
    assert there <= set(MADE)


def test_a_picture_in_the_docs_is_small_and_names_no_machine():
    for path, text in MADE.items():
        assert len(text.encode()) < BYTES_MOST, path
        assert not re.search(r"/(tmp|home|work|root)/", text), path
