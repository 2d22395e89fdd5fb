"""Text on a terminal: its width, what fits, and columns that line up."""

import pytest

from runs import terminal
from runs.terminal import aligned, cell, coloured, printable, shortened, width


@pytest.mark.parametrize("text, columns", [("abc", 3), ("한글", 4), ("é", 1), ("e\u0301", 1), ("", 0)])
def test_a_text_is_as_wide_as_a_terminal_shows_it(text, columns):
    assert width(text) == columns


@pytest.mark.parametrize("text, columns, shown", [
    ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("ab cdef", 4, "ab…"), ("안녕하세요", 6, "안녕…"),
    ("한글", 4, "한글"), ("abc", 1, "…")])
def test_what_does_not_fit_ends_in_dots(text, columns, shown):
    assert shortened(text, columns) == shown
    assert width(cell(text, columns)) == columns and cell(text, columns).startswith(shown)


def test_columns_line_up():
    assert aligned([["한글", "a"], ["b", "ccc"]]) == [["한글", "a  "], ["b   ", "ccc"]]


def test_control_characters_do_nothing():
    assert printable("a\n\t\x1b[31m\x00\u202e한") == r"a\n\t\x1b[31m\x00\x202e한"


def test_colours_are_for_a_terminal():
    assert coloured(terminal.RED, "x", True) == "\033[31mx\033[0m"
    assert coloured(terminal.RED, "x", False) == "x"
