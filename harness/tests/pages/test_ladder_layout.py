"""Ladders: nothing meets another, nothing is outside, nothing that matters is missing."""

import itertools

import pytest

from tests.support import lab
from tests.support import made_story
from tests.support.made_story import (enter, packet, process, returned, run_of, scene, state,
                                      story)

from pages import ladder_items
from pages import ladder_layout
from pages.ladder_layout import Shape, Text
from pages.ladder_rows import DOCS, EM, PAGE, PHONE, fit, fit_call, lanes, wrapped
from runs.terminal import width

REFERENCES = sorted(file.stem for file in lab.REFERENCE.glob("*.json"))
GEOMETRIES = {"page": PAGE, "docs": DOCS, "phone": PHONE}
SHOWN = {"scene", "action", "packet", "signal", "end", "state", "output", "process", "backoff"}


def told(name):
    made = made_story.STORIES.get(name)
    return made_story.run_of(made) if made else lab.run_of(lab.REFERENCE, name)


@pytest.fixture(params=itertools.product([*made_story.STORIES, *REFERENCES], GEOMETRIES),
                ids="-".join)
def drawn(request):
    name, geometry = request.param
    return told(name), ladder_layout.layout(told(name), GEOMETRIES[geometry])


def texts(ladder):
    return [thing for thing in ladder.ground if isinstance(thing, Text)] + \
        [text for mark in ladder.marks for text in mark.texts]


def shapes(ladder):
    return [thing for thing in ladder.ground if isinstance(thing, Shape)] + \
        [shape for mark in ladder.marks for shape in (*mark.behind, *mark.shapes)]


def meet(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_no_two_labels_meet(drawn):
    _, ladder = drawn
    found = sorted(texts(ladder), key=lambda text: text.box[1])
    for i, text in enumerate(found):
        for other in itertools.takewhile(lambda it: it.box[1] < text.box[3], found[i + 1:]):
            assert not meet(text.box, other.box), (text, other)


def test_no_label_meets_a_segment(drawn):
    _, ladder = drawn
    lines = [shape.points for mark in ladder.marks if mark.item.kind == "segment"
             for shape in mark.shapes if shape.kind == "line"]
    boxes = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in lines]
    for text in texts(ladder):
        assert not any(meet(text.box, box) for box in boxes), text


def test_nothing_is_outside(drawn):
    _, ladder = drawn
    for shape in shapes(ladder):
        assert all(0 <= x <= ladder.geometry.width for x in shape.points[0::2]), shape
        assert all(0 <= y <= ladder.height for y in shape.points[1::2]), shape
    for text in texts(ladder):
        left, top, right, bottom = text.box
        assert left >= 0 and right <= ladder.geometry.width, text
        assert top >= 0 and bottom <= ladder.height, text


def test_a_text_is_inside_its_box(drawn):
    _, ladder = drawn
    for mark in ladder.marks:
        boxes = [shape.points for shape in mark.shapes if shape.kind == "rect"]
        if not boxes or mark.item.kind == "gap":
            continue
        for text in mark.texts:
            left, top, right, bottom = text.box
            assert any(box[0] <= left and right <= box[2] and box[1] <= top and bottom <= box[3]
                       for box in boxes), (text, boxes)


def test_no_two_boxes_meet(drawn):
    _, ladder = drawn
    boxes = [(shape.points, mark.item) for mark in ladder.marks for shape in mark.shapes
             if shape.kind == "rect" and mark.item.kind != "gap"]
    boxes.sort(key=lambda pair: pair[0][1])
    for i, (box, item) in enumerate(boxes):
        for other, _ in itertools.takewhile(lambda pair: pair[0][1] < box[3], boxes[i + 1:]):
            assert not meet(box, other), (item, other)


def test_every_event_that_matters_is_there(drawn):
    told_story, ladder = drawn
    run = ladder_items.Run(told_story)
    there = {n for mark in ladder.marks for n in mark.item.events}
    for event in told_story.timeline[run.begins:]:
        matters = event["kind"] in SHOWN and not run.is_start_up(event)
        fails = event.get("error") and event["error"] != "ECHILD" and event.get("inode")
        assert event["n"] in there or not (matters or fails), event


def test_what_can_be_pointed_at_is_large_enough(drawn):
    """WCAG 2.2, 2.5.8: 24 pixels; the phone's picture is drawn one to one."""
    told_story, ladder = drawn
    rows = ladder_layout.Drawing(told_story, ladder.geometry).rows
    assert all(row.bottom - row.top >= 24 for row in rows)


# --- what is told of a run ---

def marks(events, geometry=PAGE, **more):
    return ladder_layout.layout(run_of(story(events, **more)), geometry).marks


def labels(events, **more):
    return [mark.item.text for mark in marks(events, **more)][1:]


def test_a_call_stands_where_it_came_back_and_one_that_sends_where_it_was_entered():
    for name, order in (("read", ["SYN seq=0", "read(3) = 0"]),
                        ("connect", ["connect(3) = 0", "SYN seq=0"])):
        events = [enter(4, name, "3"), packet("SYN seq=0"), returned(1, 4, name, "3")]
        assert labels(events) == order


def test_a_call_is_as_long_as_it_is_in_the_kernel():
    mark = marks([enter(4, "read", "3"), packet("SYN seq=0"), packet("RST seq=0", "server"),
                  returned(1, 4, "read", "3")])[3]
    (bar,) = [shape for shape in mark.behind if shape.kind == "rect"]
    assert bar.points[3] - bar.points[1] > 2 * 32
    assert mark.texts[1].text == "read(3) …"


def test_a_call_that_never_returns_is_open_until_its_process_ends():
    killed = {"kind": "end", "host": "client", "pid": 4, "signal": "SIGKILL"}
    events = [enter(4, "read", "3"), killed, packet("SYN seq=0")]
    call, end, _ = marks(events, processes=[process(4)])[1:]
    assert call.item.text == "read(3) waits …"
    assert call.behind[1].points[3] <= end.shapes[0].points[1]


def test_an_address_has_its_hosts_name():
    assert labels([enter(4, "connect", "3, 192.0.2.2:9877")]) == ["connect(3, server:9877) waits …"]
    assert labels([enter(4, "connect", "3, 192.0.2.21:9877")]) == \
        ["connect(3, 192.0.2.21:9877) waits …"]
    six = [{"name": "server", "address": "2001:db8::2"}]
    assert labels([enter(4, "connect", "3, [2001:db8::2]:9877")], hosts=six) == \
        ["connect(3, server:9877) waits …"]


@pytest.mark.parametrize("first, second, again", [
    ("PSH,ACK seq=1 ack=1 len=5", "PSH,ACK seq=1 ack=1 len=5", True),
    ("PSH,ACK seq=1 ack=1 len=5", "PSH,ACK seq=1 ack=1 len=9", True),
    ("PSH,ACK seq=1 ack=1 len=5", "PSH,ACK seq=6 ack=1 len=5", False),
    ("SYN seq=0", "SYN seq=0", True), ("ACK seq=1 ack=1", "ACK seq=1 ack=1", False),
    ("FIN,ACK seq=1 ack=1", "FIN,ACK seq=1 ack=1", True), ("ARP reply", "ARP reply", False)])
def test_what_takes_sequence_numbers_that_were_sent_is_sent_again(first, second, again):
    a, b = marks([packet(first), packet(second)])[1:]
    assert a.item.style == "" and (b.item.style == "again") == again


CRASH = "iptables -A INPUT -j DROP; iptables -A OUTPUT -j DROP"
ROUTED = [*made_story.HOSTS, {"name": "router", "address": "192.0.2.254"}]


@pytest.mark.parametrize("hosts, where, text, lost_at", [
    (made_story.HOSTS, "server", CRASH, "server"), (made_story.HOSTS, "client", CRASH, ""),
    (made_story.HOSTS, "server", "ip6tables" + CRASH[8:], "server"),
    (ROUTED, "server", "ip addr del 192.0.2.2/24 dev eth0", "router"),
    (ROUTED, "router", "ip route del 192.0.2.0/24", "router"),
    (ROUTED, "router", "ip -6 route add prohibit 2001:db8:2::2", "router"),
    (made_story.HOSTS, "client", "ip route del 192.0.2.0/24", ""),
    (made_story.HOSTS, "server", "power off, power on", "")])
def test_a_segment_does_not_arrive_where_the_lab_has_it_dropped(hosts, where, text, lost_at):
    fault = {"kind": "action", "host": where, "text": text}
    data = [packet("PSH,ACK seq=1 ack=1 len=5"), packet("ARP who has 192.0.2.2?")]
    drawn = ladder_layout.layout(run_of(story([*data, fault, *data], hosts)), PAGE).marks
    before, asked, after, asked_again = (mark for mark in drawn if mark.item.kind == "segment")
    assert [mark.item.lost_at for mark in (before, asked, after, asked_again)] == \
        ["", "", lost_at, ""]
    arrives = [any(shape.kind == "polygon" for shape in mark.shapes) for mark in (before, after)]
    assert arrives == [True, not lost_at]
    ends = [max(shape.points[2] for shape in mark.shapes if shape.style.startswith("segment ") and
                shape.style != "segment lost") for mark in (before, after)]
    assert (ends[1] < ends[0]) == bool(lost_at)


def test_the_syns_of_two_clients_are_no_retransmission():
    events = [enter(4, "connect", "3"), packet("SYN seq=0"), enter(5, "connect", "3"),
              packet("SYN seq=0")]
    assert [mark.item.style for mark in marks(events)] == [""] * 5


def test_several_connections_have_numbers_and_retransmissions_of_their_own():
    one, two = {"from_port": 50001, "to_port": 9877}, {"from_port": 50002, "to_port": 9877}
    data = "PSH,ACK seq=1 ack=1 len=5"
    assert labels([packet(data, **one), packet(data, **two), packet(data, **two),
                   state("CLOSED", port=50002)]) == \
        [f"1: {data}", f"2: {data}", f"2: again: {data}", "2: CLOSED"]
    assert labels([packet(data, **one), packet(data, **one)]) == [data, f"again: {data}"]


def test_of_several_clients_each_has_its_number():
    processes = [process(4) | {"program": 1}, process(6) | {"program": 2}]
    events = [{"kind": "output", "host": "client", "pid": pid, "text": "hi"} for pid in (6, 4)]
    assert labels(events, processes=processes) == \
        ['client 2: prints "hi"', 'client 1: prints "hi"']


def test_what_a_program_does_before_its_first_socket_is_left_out():
    signal = {"kind": "signal", "host": "client", "pid": 4, "name": "SIGCHLD",
              "disposition": "ignored"}
    assert labels([signal], processes=[process(4)]) == ["SIGCHLD (ignored)"]  # has no sockets
    assert labels([signal, enter(4, "connect", "3")], processes=[process(4)]) == \
        ["connect(3) waits …"]


def test_a_strip_has_the_colour_of_its_state_until_the_connection_is_closed():
    events = [state("SYN_SENT"), scene("so"), state("ESTABLISHED"), state("CLOSED"), scene("end")]
    ladder = ladder_layout.layout(run_of(story(events)), PAGE)
    strips = [shape for shape in ladder.ground if shape.style.startswith("strip")]
    assert [strip.style for strip in strips] == ["strip SYN_SENT", "strip ESTABLISHED"]
    assert strips[0].points[3] == strips[1].points[1] and strips[1].points[3] < ladder.height - 40


def test_a_gap_is_marked_with_its_length():
    events = [packet("SYN seq=0"), packet("RST seq=0", "server", t_ns=2_345_000_000)]
    gaps = [mark.texts[0].text for mark in marks(events) if mark.item.kind == "gap"]
    assert gaps == ["… 2.3 s …"]


def test_repeats_are_counted():
    ladder = ladder_layout.layout(run_of(made_story.flood(400)), PAGE)
    (more,) = [mark for mark in ladder.marks if mark.item.kind == "more"]
    assert more.item.text == "… and so on: 794 segments, 397 changes of state …"
    assert len(ladder.marks) < 30 and len(more.item.events) == 3 * 397
    assert ladder.marks[-1].item.style == "bad"


def test_a_few_retransmissions_are_all_told():
    again = marks([packet("PSH,ACK seq=1 ack=1 len=5")] * 17)[2:]
    assert [mark.item.style for mark in again] == ["again"] * 16


def test_no_network_at_all_is_a_ladder_too():
    assert labels([{"kind": "signal", "host": "client", "pid": 4, "name": "SIGUSR1",
                    "disposition": "caught"}]) == ["SIGUSR1 (caught)"]


def test_unknown_kinds_and_hosts_are_shown_as_they_are():
    ladder = ladder_layout.layout(run_of(made_story.router()), PAGE)
    shown = [text.text for text in texts(ladder)]
    assert {"thermal: degrees=451", "router: ip route add unreachable 192.0.2.2", "router",
            "moon: novelty: seen from afar"} <= set(shown)


def test_a_question_goes_to_whom_it_is_about():
    router = {"name": "router", "address": "192.0.2.254"}
    asked, replied = marks([packet("ARP who has 192.0.2.254?"), packet("ARP reply to 192.0.2.254")],
                           hosts=[*made_story.HOSTS, router])[1:]
    ladder = ladder_layout.Drawing(run_of(made_story.router()), PAGE)
    for mark in (asked, replied):
        assert abs(mark.shapes[1].points[0] - ladder.between["router"]) < 20


def test_without_a_wire_the_host_that_has_something_to_say_has_the_room():
    text = "signal: " + "a word " * 15
    said = marks([scene("no network"), {"kind": "output", "host": "server", "pid": 4, "text": text}])
    assert said[-1].texts[0].text == f'prints "{text}"'


# --- text and lanes ---

def test_what_does_not_fit_ends_in_dots():
    assert fit("abcdef", 6 * 10 * EM, 10) == "abcdef"
    assert fit("abcdef", 5 * 10 * EM + 1, 10) == "abcd…"
    assert width(fit("한글한글", 50, 10)) * 10 * EM <= 50


def test_what_a_call_returned_is_never_cut():
    text = 'write(3, "a long line", 11) = -1 EPIPE'
    assert fit_call(text, 30 * 10 * EM, 10) == \
        'write(3, "a long…) = -1 EPIPE'
    assert fit_call(text, 99 * 10 * EM, 10) == text
    assert width(fit_call(text, 5 * 10 * EM + 1, 10)) <= 5


def test_lines_are_broken_between_words():
    assert wrapped("one two three", 8 * 10 * EM, 10) == ["one two", "three"]


def test_lanes_are_used_again_and_the_last_is_shared():
    assert lanes([(0, 10), (5, 15), (10, 20), (16, 20)], 8) == [0, 1, 0, 1]
    assert lanes([(0, 10)] * 4, 2) == [0, 1, 1, 1]
