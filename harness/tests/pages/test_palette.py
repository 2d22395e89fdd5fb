"""Colours can be seen by everybody, and a part of a ladder looks the same in a file and in a page."""

import re

import pytest

from tests.support.lab import REPO

from pages import palette, templates

SCHEMES = {"light": palette.LIGHT, "dark": palette.DARK}


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


def test_contrast_is_computed_by_the_rule():
    assert round(contrast("#000000", "#ffffff")) == 21
    assert 4.5 < contrast("#767676", "#ffffff") < 4.6


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES.keys())
def test_everything_can_be_seen(scheme):
    for one, other in TEXT_ON:
        assert contrast(scheme[one], scheme[other]) >= 4.5, (one, other)
    for one, other in SEEN_ON:
        assert contrast(scheme[one], scheme[other]) >= 3, (one, other)
    for state, colour in palette.STATES.items():
        assert contrast(colour, scheme["zone"]) >= 3, state


def test_both_schemes_have_the_same_colours():
    assert palette.LIGHT.keys() == palette.DARK.keys()
    used = set(re.findall(r"var\(--([a-z-]+)\)", palette.style_sheet() + templates.trusted("page.css")))
    assert used <= palette.LIGHT.keys()


def test_every_state_of_the_kernel_has_a_colour():
    names = re.search(r"tcp_state_name.*?\n}", (REPO / "harness" / "record" / "names.c").read_text(),
                      re.S)[0]
    assert set(re.findall(r'"([A-Z_0-9]+)"', names)) == set(palette.STATES)


# --- looks ---

@pytest.mark.parametrize("element, style, wanted", [
    ("rect", "call", {"fill": "#e9f0fd", "stroke": "#5f80c4"}),
    ("rect", "call bad", {"fill": "#fdebec", "stroke": "#b3141f"}),
    ("rect", "bar call bad", {"fill": "#b3141f", "stroke": "none"}),
    ("rect", "bar call open", {"fill": "#5f80c4", "stroke": "none", "stroke-dasharray": "4 3",
                               "opacity": ".75"}),
    ("rect", "strip CLOSE_WAIT", {"fill": "#d3407a"}),
    ("line", "segment again", {"stroke": "#38444f", "stroke-width": "1.4", "stroke-dasharray": "7 4"}),
    ("text", "signal bad", {"fill": "#ffffff", "font-weight": "bold"}),
    ("text", "unheard of", {"fill": "#1b2430"})])
def test_a_part_has_its_look_as_attributes(element, style, wanted):
    assert palette.presentation(element, style) == wanted


def test_css_decides_between_looks_as_the_table_does():
    """A later row wins in the table; in CSS it does only if it has no fewer classes."""
    for place, (element, classes, look) in enumerate(palette.LOOKS):
        for other, more, other_look in palette.LOOKS[:place]:
            if element == other and look.keys() & other_look.keys():
                assert len(classes.split()) >= len(more.split()), (classes, more)
