"""The profile in Wireshark: its buttons, colours and columns show what they say."""

import re

import pytest

from tests.support.annotated import (FIN, RST, SYN, captures, needed, rows, rows_of,  # noqa: F401
                                     tshark)
from tests.support.lab import the_lab_can_run  # noqa: F401
from wireshark import wireshark

needed()


def buttons():
    text = (wireshark.CONFIGURATION / "profiles" / wireshark.PROFILE / "dfilter_buttons").read_text()
    unescaped = text.replace(r"\x22", "\x00")
    return {label: display_filter.replace("\x00", '"') for label, display_filter in
            re.findall(r'^"TRUE","([^"]*)","([^"]*)","[^"]*"$', unescaped, re.M)}


def rules():
    text = (wireshark.CONFIGURATION / "profiles" / wireshark.PROFILE / "colorfilters").read_text()
    return dict(re.findall(r"^@(.*?)@(.*)@\[[\d,]+\]\[[\d,]+\]$", text, re.M))


def is_tcp(row):
    return bool(row["flags"])


BUTTONS = {
    "errno": lambda row: row["errno"],
    "signals and exits": lambda row: row["kind"] in ("signal", "exit"),
    "TCP states": lambda row: row["kind"] == "tcp-state" or any(map(row.has, (SYN, FIN, RST))),
    "expected": lambda row: row["comment"] or row["expected"],
    "RST, sent again": lambda row: row.has(RST) or row["again"],
    "story": lambda row: row["kind"] in ("scene", "action") or row["priority"] == "3" or
    row["len"] not in ("", "0") or row.has(FIN) or row.has(RST),
    "client": lambda row: row["host"] == "client" or is_tcp(row),
    "server": lambda row: row["host"] == "server" or is_tcp(row),
    "wire alone": lambda row: row.is_packet,
}


def test_every_button_is_tested():
    assert set(buttons()) == set(BUTTONS)


@pytest.mark.parametrize("label", BUTTONS)
def test_a_button_shows_what_it_says(rows, captures, label):
    for name in ("sigpipe", "server-host-crash"):
        wanted = [row for row in rows(name) if BUTTONS[label](row)]
        assert wanted or name != "sigpipe"  # which has some of all
        shown = rows_of(captures / f"{name}.pcapng", "-2", "-Y", buttons()[label])
        assert [row["time"] + row["message"] for row in shown] == \
            [row["time"] + row["message"] for row in wanted]


RULES = {
    "what kills": lambda row: row["kind"] in ("signal", "exit") and row["priority"] == "3",
    "a call that failed": lambda row: row["errno"],
    "a scene of the story": lambda row: row["kind"] == "scene",
    "what the lab does": lambda row: row["kind"] == "action",
    "a TCP state": lambda row: row["kind"] in ("tcp-state", "timeout"),
    "the client": lambda row: row["host"] == "client",
    "the server": lambda row: row["host"] == "server",
    "RST": lambda row: row.has(RST),
    "sent again": lambda row: row["again"],
    "SYN, FIN": lambda row: row.has(SYN) or row.has(FIN),
    "data": lambda row: row["len"] not in ("", "0"),
    "the rest": lambda row: row.is_packet,
}
OF_OTHER_RUNS = {"any other host", "ICMP error"}  # that have a router


def test_the_filters_of_the_colours_are_accepted(rows, captures):
    rows("sigpipe")
    tshark(captures / "sigpipe.pcapng", "-Y", " || ".join(f"({rule})" for rule in rules().values()))


def test_every_row_has_the_colour_it_should():
    assert set(RULES) | OF_OTHER_RUNS == set(rules())
    assert set(wireshark.colours()) == set(rules())


def test_a_row_has_the_first_colour_that_fits(rows):
    for row in [*rows("sigpipe"), *rows("server-host-crash")]:
        assert row["rule"] == next(rule for rule in RULES if RULES[rule](row)), row
    assert {row["rule"] for row in rows("sigpipe")} | {"sent again"} == set(RULES)


def test_what_a_router_does_and_says_has_its_colours(rows):
    shown = rows("server-host-unreachable")
    assert {row["host"] or row["from"] for row in shown if row["rule"] in OF_OTHER_RUNS} == {"router"}
    assert {row["rule"] for row in shown} > {"ICMP error"}


def test_every_column_has_a_width():
    recent = (wireshark.CONFIGURATION / "profiles" / wireshark.PROFILE / "recent").read_text()
    for layout in re.findall(r'"(%[^"]*)"', wireshark.preference("gui.column.format")):
        assert layout.split(":1:")[0] in recent, layout
