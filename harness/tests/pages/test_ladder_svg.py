"""Ladders as SVG: well-formed whatever a program prints, legible for everybody, up to date."""

import re
import xml.etree.ElementTree as ET

import pytest

from tests.support import lab
from tests.support import made_story
from tests.support.lab import REPO

from pages import ladder_docs
from pages import ladder_layout
from pages import ladder_svg
from pages import report_html
from pages.ladder_rows import DOCS, PAGE

SVG = "{http://www.w3.org/2000/svg}"
MADE = ladder_docs.files()
BYTES_MOST = 60_000  # of a picture in the docs
NAMES = [*made_story.STORIES, "sigpipe", "sigchld-wait"]


def told(name):
    return made_story.STORIES.get(name) or lab.story_of(lab.REFERENCE, name)


# --- well-formed ---

@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_well_formed_and_complete_in_itself(name):
    text = ladder_svg.alone(told(name))
    root = ET.fromstring(text)
    assert root.tag == f"{SVG}svg" and root.get("viewBox")
    assert not re.search(r"<script|href|url\(|@import|@font-face|<foreignObject", text)
    assert "tabindex" not in text and root.find(f"{SVG}rect").get("class") == "ground"


@pytest.mark.parametrize("name", NAMES)
def test_every_mark_has_its_whole_text_as_title(name):
    ladder = ladder_layout.layout(told(name), DOCS)
    root = ET.fromstring(ladder_svg.alone(told(name)))
    titles = [element.text for element in root.iter(f"{SVG}title")]
    assert {mark.item.text for mark in ladder.marks if mark.item.text} <= set(titles)


def test_what_a_program_prints_is_text_and_nothing_else():
    root = ET.fromstring(ladder_svg.alone(told("nasty")))
    words = "".join(root.itertext())
    assert "</script><b>&\"'" in words and "\\x1b[31m\\x00" in words
    assert root.find(f".//{SVG}b") is None and "\u202e" not in words


@pytest.mark.parametrize("name", NAMES)
def test_pieces_for_paper_have_together_what_the_whole_has(name):
    whole = ET.fromstring(ladder_svg.svg(ladder_layout.layout(told(name), PAGE), told(name)))
    pieces = [ET.fromstring(text) for text in ladder_svg.slices(told(name), PAGE, 300)]
    texts = [text for root in pieces for text in root.iter(f"{SVG}text")]
    assert {"".join(text.itertext()) for text in whole.iter(f"{SVG}text")} == \
        {"".join(text.itertext()) for text in texts}
    assert len(texts) == len(list(whole.iter(f"{SVG}text")))  # none is cut in two
    heights = [float(root.get("height")) for root in pieces]
    assert max(heights) <= 300 and abs(sum(heights) - float(whole.get("height"))) < 1


# --- contrast (WCAG 2.2: 1.4.3 text, 1.4.11 what is no text) ---

def luminance(colour):
    def linear(value):
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    red, green, blue = (linear(int(colour[i:i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXT_ON = [("text", "ground"), ("dim", "ground"), ("red", "ground"), ("link", "ground"),
           ("text", "call"), ("dim", "call"), ("text", "bad"), ("red", "bad"), ("ground", "red"),
           ("scene-text", "scene"), ("text", "more"), ("text", "action"), ("text", "plain"),
           ("good", "good-ground"), ("dim", "plain"), ("text", "panel"), ("dim", "panel"),
           ("dim", "zone"), ("text", "zone")]
SEEN_ON = [("line", "ground"), ("red", "ground"), ("call-line", "ground"), ("focus", "ground"),
           ("action-line", "ground"), ("plain-line", "ground"), ("focus", "panel"),
           ("good", "ground")]
SCHEMES = {"light": report_html.LIGHT, "dark": report_html.DARK}


def test_contrast_is_reckoned_as_the_rule_has_it():
    assert round(contrast("#000000", "#ffffff")) == 21
    assert 4.5 < contrast("#767676", "#ffffff") < 4.6


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("one, other", TEXT_ON)
def test_text_can_be_read(scheme, one, other):
    assert contrast(SCHEMES[scheme][one], SCHEMES[scheme][other]) >= 4.5


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("one, other", SEEN_ON)
def test_lines_and_borders_can_be_seen(scheme, one, other):
    assert contrast(SCHEMES[scheme][one], SCHEMES[scheme][other]) >= 3


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("state", ladder_svg.STATES)
def test_a_strip_can_be_seen(scheme, state):
    assert contrast(ladder_svg.STATES[state], SCHEMES[scheme]["zone"]) >= 3


def test_both_schemes_have_the_same_colours():
    assert report_html.LIGHT.keys() == report_html.DARK.keys()
    used = set(re.findall(r"var\(--([a-z-]+)\)", report_html.style()))
    assert used <= report_html.LIGHT.keys()


def test_every_state_of_the_kernel_has_a_colour():
    names = re.search(r"tcp_state_name.*?\n}", (REPO / "harness" / "record" / "names.c").read_text(), re.S)[0]
    assert set(re.findall(r'"([A-Z_0-9]+)"', names)) == set(ladder_svg.STATES)


# --- the docs ---

@pytest.mark.parametrize("path", MADE)
def test_the_docs_are_up_to_date(path):
    assert (REPO / "docs" / path).read_text(encoding="utf-8") == MADE[path], "make reference"


def test_no_picture_is_of_a_run_that_is_no_more():
    there = {f"ladders/{file.name}" for file in (REPO / "docs" / "ladders").glob("*")}
    assert there <= set(MADE)


@pytest.mark.parametrize("path", [path for path in MADE if path.endswith(".svg")])
def test_a_picture_in_the_docs_is_small_and_tells_of_no_machine(path):
    assert len(MADE[path].encode()) < BYTES_MOST
    assert not re.search(r"/(tmp|home|work|root)/", MADE[path])
