"""What a ladder draws of a record's rows: their words as they are, and the fields of their events."""

import pytest

from tests.support import lab, made_record
from tests.support.made_record import (ROUTED, enter, output, packet, process, record, returned,
                                       run_of, scene, state)

from pages import ladder_layout
from pages.ladder_parts import PAGE


def draw(events, **more):
    return ladder_layout.layout(run_of(record(events, **more)), PAGE)


def marks(events, **more):
    """Without the start of the server."""
    return draw(events, **more).marks[1:]


def labels(events, **more):
    return [mark.item.text for mark in marks(events, **more)]


# --- rows ---

def test_the_rows_of_the_story_are_drawn_in_their_order_and_words():
    for name in ("sigpipe", "normal-many", "server-host-reboot", "sigchld-wait"):
        run = lab.run_of(lab.REFERENCE, name)
        drawn = [mark.item for mark in ladder_layout.layout(run, PAGE).marks
                 if mark.item.kind not in ("gap", "more", "state")]
        rows = {row["event"]: ": ".join(filter(None, [row.get("label"), row["text"]]))
                for row in run.story}
        assert {rows[item.events[-1]] for item in drawn} == {item.text for item in drawn}
        assert [item.at for item in drawn] == sorted(item.at for item in drawn)


def test_the_ladder_of_signals_kill_shows_its_einval():
    run = lab.run_of(lab.REFERENCE, "signals-kill")
    failed = [mark for mark in ladder_layout.layout(run, PAGE).marks if mark.item.errno == "EINVAL"]
    assert [mark.item.text.split(",")[0] for mark in failed] == \
        ["rt_sigaction(SIGKILL"] * 2 + ["rt_sigaction(SIGSTOP"] * 2
    assert all(mark.item.style == "bad" and mark.texts[0].text.endswith("EINVAL")
               for mark in failed)


def test_what_has_no_row_in_the_story_is_not_drawn():
    hidden = [output("hidden") | {"details": ["verbose"]}]
    made = record([*hidden, output("shown")])
    made["rows"][1]["details"] = ["verbose", "ends"]
    drawn = ladder_layout.layout(run_of(made), PAGE).marks
    assert [mark.item.text for mark in drawn] == ["$ tcpserv04", 'prints "shown"']


def test_a_label_stands_before_the_text():
    assert labels([output("hi") | {"label": "client 2"}]) == ['client 2: prints "hi"']
    assert labels([state("CLOSED", label="2")]) == ["2: CLOSED"]


def test_a_row_that_is_red_is_drawn_as_an_error():
    events = [packet("RST seq=0", style="red"), packet("SYN seq=0")]
    assert [mark.item.style for mark in marks(events)] == ["bad", ""]


# --- calls ---

def test_a_call_is_as_long_as_it_is_in_the_kernel():
    mark = marks([enter(4, "read", "3"), packet("SYN seq=0"), packet("RST seq=0", "server"),
                  returned(1, 4, "read", "3")])[2]
    (bar,) = [shape for shape in mark.behind if shape.kind == "rect"]
    assert bar.points[3] - bar.points[1] > 2 * 32


def test_a_call_whose_row_stands_at_its_entry_is_drawn_there():
    events = [enter(4, "write", "3"), packet("PSH,ACK seq=1"), returned(1, 4, "write", "3", at_entry=True)]
    call, segment = marks(events)
    assert (call.item.text, segment.item.text) == ("write(3) = 0", "PSH,ACK seq=1")
    assert call.shapes[0].points[3] >= segment.shapes[0].points[3]


def test_a_call_with_two_rows_is_drawn_once_at_its_entry_in_the_words_of_its_return():
    events = [enter(4, "connect", "3", has_row=True), packet("SYN seq=0"),
              returned(1, 4, "connect", "3")]
    assert labels(events) == ["connect(3) = 0", "SYN seq=0"]
    assert marks(events)[0].item.events == [1, 3]


def test_a_call_that_waited_alone_shows_its_words_at_both_ends():
    made = record([enter(4, "read", "3", has_row=True), packet("SYN seq=0"), packet("FIN seq=1"),
                   returned(1, 4, "read", "3")])
    made["rows"][1]["details"] = ["ends"]  # the entry of the call
    call = ladder_layout.layout(run_of(made), PAGE).marks[3]
    assert [text.text for text in call.texts] == ["read(3) = 0", "read(3) …"]


def test_a_call_that_never_returns_is_open_until_its_process_ends():
    killed = {"kind": "end", "host": "client", "pid": 4, "signal": "SIGKILL"}
    call, end, _ = marks([enter(4, "read", "3"), killed, packet("SYN seq=0")],
                         processes=[process(4)])
    assert call.item.text == "read(3) waits …"
    assert call.behind[1].points[3] <= end.shapes[0].points[1]


def test_of_two_calls_that_overlap_without_meeting_a_row_one_has_a_high_box():
    events = [enter(4, "close", "3"), enter(5, "accept", "3"), packet("SYN seq=0"),
              returned(1, 4, "close", "3", at_entry=True), packet("ACK seq=1"),
              returned(2, 5, "accept", "3")]
    heights = [mark.shapes[0].points[3] - mark.shapes[0].points[1] for mark in marks(events)
               if mark.item.kind == "call"]
    assert sorted(height > 24 for height in heights) == [False, True]


def test_two_threads_of_a_process_have_a_lane_each():
    events = [enter(4, "read", "3"), enter(4, "read", "4", tid=5), returned(1, 4, "read", "3"),
              returned(2, 4, "read", "4", tid=5)]
    a, b = (mark.behind[1].points for mark in marks(events))
    assert a[2] <= b[0] or b[2] <= a[0]


# --- segments ---

def test_what_is_sent_again_is_dashed_and_says_so_in_its_title():
    first, again = marks([packet("SYN seq=0"), packet("SYN seq=0", again=True)])
    assert [first.item.style, again.item.style] == ["", "again"]
    assert [first.title, again.title] == ["SYN seq=0", "SYN seq=0 (sent again)"]


@pytest.mark.parametrize("lost_at", ["server", "router"])
def test_a_segment_that_is_dropped_ends_in_a_cross_where_it_is_dropped(lost_at):
    ladder = draw([packet("SYN seq=0"), packet("SYN seq=0", lost_at=lost_at)], hosts=ROUTED)
    arrives, dropped = (mark.shapes for mark in ladder.marks[1:])
    assert [shape.kind for shape in arrives] == ["line", "polygon", "rect"]
    assert [shape.style for shape in dropped if shape.kind == "line"] == \
        ["segment ", "segment lost", "segment lost"]
    router, = (shape for shape in ladder.ground if isinstance(shape, ladder_layout.Shape)
               and shape.style == "zone" and shape.points[2] - shape.points[0] == 4)
    end = dropped[1].points[0] + 5
    assert (abs(end - router.points[0] - 2) < 1) == (lost_at == "router")
    assert end < arrives[1].points[0]
    assert ladder.marks[2].title == f"SYN seq=0 (dropped at the {lost_at})"


@pytest.mark.parametrize("more", [
    {"protocol": "neighbour", "neighbour": {"question": True, "about": "192.0.2.254"}, "to": "ff02::1"},
    {"protocol": "neighbour", "neighbour": {"question": False, "about": "192.0.2.1"},
     "to": "192.0.2.254"}, {"to": "192.0.2.254"}])
def test_an_arrow_goes_to_the_host_that_it_is_for(more):
    ladder = draw([packet("to the router", **more), packet("to the server"),
                   packet("from the router", "router", to="192.0.2.1")], hosts=ROUTED)
    to_router, to_server, from_router = (mark.shapes[0].points for mark in ladder.marks[1:])
    assert to_router[0] == to_server[0] == pytest.approx(from_router[2] - 5, abs=1)
    assert to_router[2] + 5 == pytest.approx(from_router[0]) and to_router[2] < to_server[2]


# --- states, hosts, gaps ---

def test_a_strip_has_the_colour_of_its_state_until_the_connection_is_closed():
    ladder = draw([state("SYN_SENT"), scene("so"), state("ESTABLISHED"), state("CLOSED"),
                   scene("end")])
    strips = [shape for shape in ladder.ground if shape.style.startswith("strip")]
    assert [strip.style for strip in strips] == ["strip SYN_SENT", "strip ESTABLISHED"]
    assert strips[0].points[3] == strips[1].points[1] and strips[1].points[3] < ladder.height - 40


def test_a_gap_is_marked_with_its_length():
    events = [packet("SYN seq=0"), packet("RST seq=0", "server", t_ns=2_345_000_000)]
    assert [mark.texts[0].text for mark in marks(events) if mark.item.kind == "gap"] == ["… 2.3 s …"]


def test_no_network_at_all_is_a_ladder_too():
    signal = {"kind": "signal", "host": "client", "pid": 4, "name": "SIGUSR1",
              "disposition": "caught", "row_text": "SIGUSR1 (caught)"}
    assert labels([signal]) == ["SIGUSR1 (caught)"]


def test_unknown_kinds_and_hosts_are_shown_as_they_are():
    ladder = ladder_layout.layout(run_of(made_record.router()), PAGE)
    shown = [text.text for mark in ladder.marks for text in mark.texts]
    assert {"451 degrees", "router: ip route add prohibit 192.0.2.2", "moon: seen from afar"} <= \
        set(shown)


def test_what_the_lab_does_across_all_columns_is_wrapped_and_not_cut():
    text = "a long command " * 30
    forged = {"kind": "action", "host": "router", "verb": "forge", "text": text, "side": "lab",
              "label": "router"}
    mark, = marks([forged])
    assert " ".join(line.text for line in mark.texts).split() == f"router: {text}".split()


def test_without_a_wire_the_host_that_has_something_to_say_has_the_room():
    text = "signal: " + "a word " * 15
    *_, said = marks([scene("no network"), output(text, "server")])
    assert said.texts[0].text == f'prints "{text}"'


# --- repeats ---

def test_repeats_are_counted():
    ladder = ladder_layout.layout(run_of(made_record.flood(400)), PAGE)
    (more,) = [mark for mark in ladder.marks if mark.item.kind == "more"]
    assert more.item.text == "… and so on: 794 segments, 397 changes of state …"
    assert len(ladder.marks) < 30 and len(more.item.events) == 3 * 397
    assert ladder.marks[-1].item.style == "bad"


def test_a_few_retransmissions_are_all_drawn():
    again = marks([packet("PSH,ACK seq=1 ack=1 len=5", again=True)] * 17)
    assert [mark.item.style for mark in again] == ["again"] * 17


def test_outputs_that_differ_are_no_repeat():
    assert len(marks([output(f"line {n}") for n in range(20)])) == 20
    assert len(marks([output("a line")] * 20)) == 4


def test_calls_repeat_when_they_are_the_same_call_with_the_same_error():
    def drawn(names, **more):
        return len(labels([event for i, name in enumerate(names) for event in (
            enter(4, name, "3"), returned(2 * i + 1, 4, name, "3", **more))]))
    assert drawn(["read", "write"] * 10) == 2 * 2 + 1 + 2
    assert drawn([f"call{n}" for n in range(20)]) == 20
    assert drawn(["read"] * 10) == drawn(["read"] * 10, error="EAGAIN") == 4
