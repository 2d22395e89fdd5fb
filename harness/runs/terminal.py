"""Text on a terminal: how wide it is, what of it fits, colours, and columns that line up. Pure, but
for two questions about standard output."""

import os
import sys
import unicodedata

BOLD, DIM, RED, GREEN, YELLOW, BOLD_RED = "1", "2", "31", "32", "33", "1;31"
ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text):
    """What a program printed, with its control characters as C writes them."""
    return "".join(ESCAPES.get(c, c if c.isprintable() else f"\\x{ord(c):02x}") for c in str(text))


def width(text):
    """In columns of a terminal: a Korean letter takes two, a combining character none."""
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
               for c in text)


def shortened(text, columns):
    """The text, ending in "…" if it does not fit."""
    if width(text) <= columns:
        return text
    while text and width(text) > columns - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def cell(text, columns):
    """The text in exactly so many columns."""
    text = shortened(text, columns)
    return text + " " * (columns - width(text))


def aligned(rows):
    """The same rows; the cells of each column are as wide as its widest."""
    widths = [max(map(width, column)) for column in zip(*rows)]
    return [list(map(cell, row, widths)) for row in rows]


def is_terminal():
    return sys.stdout.isatty()


def has_colours():
    return is_terminal() and "NO_COLOR" not in os.environ


def coloured(code, text, colour=None):
    """In a colour, where a person sees it and wants it; `colour` decides that for a test."""
    return f"\033[{code}m{text}\033[0m" if (has_colours() if colour is None else colour) else text
