"""The second opinion on a run's own files: capture, timeline, expectations; one thing altered."""

import pytest

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")

from tests.support.made_captures import NORMAL, SIGPIPE, capture_of, changed, talk
from tests.support.made_run import (
    ACCEPTED, ACCEPTED_SOCKET, BROKEN, CHILD_PID, CLIENT_PID, END, REFUSED, SERVER_PID, SIGNAL,
    WRITE_EPIPE, WRITE_ONE, assert_accepted, assert_refused, call, renumbered, Run)

from opinion.expectation import wanted_text


@pytest.fixture
def run(tmp_path, capsys):
    return Run(tmp_path, capsys)


# --- the run's own files ---

def test_a_run_is_accepted(run):
    code, out, err = run.verify()
    assert (code, err) == (ACCEPTED, "")
    assert out.splitlines()[1:] == [
        "✓ frame 1     SYN without data from client", "✓ frame 2     SYN,ACK from server",
        "✓ frame 8     FIN,ACK from server", "✓ frame 10    ACK len=1 from client",
        "✓             no RST,ACK from server", "✓ frame 11    RST from server",
        "✓             no segment from client",
        "ACCEPTED  sigpipe: 19 expectations, 7 on the wire, all met (1 by the lab's word)"]


def expect(kind, number, **description):
    def change(run):
        expectation = run.expectations[number - 1]
        assert expectation["kind"] == kind
        expectation[kind] = description
    return change


def happen(kind, where, **fields):
    return lambda run: run.find(kind, **where).update(fields)


def without(kind, **where):
    return lambda run: run.happenings.remove(run.find(kind, **where))


def instead(number, **fields):
    return lambda run: run.expectations[number - 1].update(fields)


EPIPE, ONE, CLIENTS = {"error": "EPIPE"}, {"result": 1}, {"pid": CLIENT_PID}
LAST_WRITE = "client: write() = -1 EPIPE"
ENDED = "killed by SIGPIPE"
ALTERED = {
    "another errno": (happen("return", EPIPE, error="ECONNRESET"), WRITE_EPIPE, LAST_WRITE,
                      f"write(3, 2) = -1 ECONNRESET; {ENDED}"),
    "no error": (happen("return", EPIPE, result=2, error=None), WRITE_EPIPE, LAST_WRITE, None),
    "another errno expected": (expect("call", 17, name="write", error="ENOTCONN"), 17,
                               "client: write() = -1 ENOTCONN", f"write(3, 2) = -1 EPIPE; {ENDED}"),
    "success expected": (expect("call", 17, name="write", error="none"), 17,
                         "client: write() succeeds", f"write(3, 2) = -1 EPIPE; {ENDED}"),
    "another result": (happen("return", ONE, result=2), WRITE_ONE, "client: write() = 1",
                       f"write(3, 9) = 9; write(3, 1) = 2; write(3, 2) = -1 EPIPE; {ENDED}"),
    "a failure has no result": (happen("return", ONE, error="EINTR"), WRITE_ONE,
                                "client: write() = 1", None),
    "a call that never came back": (without("return", error="EPIPE"), WRITE_EPIPE, LAST_WRITE,
                                    ENDED),
    "a call the kernel restarts": (happen("return", EPIPE, restarted=True), WRITE_EPIPE, LAST_WRITE,
                                   None),
    "a call of another process": (happen("return", EPIPE, pid=CHILD_PID), WRITE_EPIPE, LAST_WRITE,
                                  ENDED),
    "another call": (expect("call", 17, name="send", error="EPIPE"), 17,
                     "client: send() = -1 EPIPE", f"write(3, 2) = -1 EPIPE; {ENDED}"),
    "end of file expected": (expect("call", 17, name="write", eof=True), 17,
                             "client: write() = 0, end of file",
                             f"write(3, 2) = -1 EPIPE; {ENDED}"),
    "no signal": (without("signal"), SIGNAL, "client: SIGPIPE, default action", ENDED),
    "another signal": (happen("signal", {}, name="SIGTERM"), SIGNAL,
                       "client: SIGPIPE, default action", f"SIGTERM, default action; {ENDED}"),
    "another disposition": (happen("signal", {}, disposition="ignored"), SIGNAL,
                            "client: SIGPIPE, default action", f"SIGPIPE, ignored; {ENDED}"),
    "another's signal": (happen("signal", {}, pid=SERVER_PID), SIGNAL,
                         "client: SIGPIPE, default action", ENDED),
    "exited": (lambda run: (run.find("end", **CLIENTS).pop("signal"),
                            run.find("end", **CLIENTS).update(status=1)),
               END, "client: killed by SIGPIPE", "exited with status 1"),
    "an exit status expected": (expect("end", 19, status=1), 19, "client: exited with status 1",
                                ENDED),
    "killed by another signal": (happen("end", CLIENTS, signal="SIGKILL"), END,
                                 "client: killed by SIGPIPE", "killed by SIGKILL"),
    "not ended": (without("end", **CLIENTS), END, "client: killed by SIGPIPE",
                  "nothing similar"),
    "the end of another": (happen("end", {"pid": CHILD_PID}, pid=SERVER_PID), 8,
                           "server child: killed by SIGTERM", "nothing similar"),
    "another state": (happen("state", {"to": "CLOSE_WAIT"}, to="ESTABLISHED"), 10,
                      "client: socket in CLOSE_WAIT",
                      f"socket in SYN_SENT; socket in ESTABLISHED; socket in CLOSED; {ENDED}"),
    "the state of another's socket": (happen("state", {"to": "CLOSE_WAIT"}, inode=ACCEPTED_SOCKET),
                                      10, "client: socket in CLOSE_WAIT", None),
    "the state of a socket on another host": (
        happen("state", {"to": "CLOSE_WAIT"}, host="server"), 10, "client: socket in CLOSE_WAIT",
        None),
    "the state of an orphan": (happen("state", {"to": "CLOSE_WAIT"}, inode=0), 10,
                               "client: socket in CLOSE_WAIT", None),
    "no fork": (without("fork"), 5, "server: forks a child",
                "killed by SIGTERM; still in accept(3)"),
    "another process state": (happen("process", {}, state="Z"), 6, None,
                              "process in state Z, wait channel inet_csk_accept; "
                              "killed by SIGTERM; still in accept(3)"),
    "another wait channel": (happen("process", {}, wait_channel="do_wait"), 6, None, None),
    "another call it is in": (expect("process", 6, in_call="read"), 6,
                              "server: process, blocked in read", None),
    "not in the call any more": (
        lambda run: run.happenings.insert(run.happenings.index(run.find("process")),
                                          call(SERVER_PID, "accept", "3", 5)[1]), 6, None, None),
    "the look at another": (happen("process", {}, pid=CLIENT_PID), 6, None, None),
    "other output": (happen("output", {}, text="ho \"there\"\n"), 7, 'client: prints "hi there"',
                     r'"ho \"there\"\n"' + f"; {ENDED}"),
    "the output of another": (happen("output", {}, pid=SERVER_PID), 7, None, ENDED),
    "a condition the lab did not see": (instead(16, verdict="unmet", seen="held elsewhere"), 16,
                                        "client: reaches the call where the lab pauses it",
                                        "held elsewhere"),
    "nothing since": (instead(17, since=1000), 17, LAST_WRITE, "nothing similar"),
}


@pytest.mark.parametrize("name", ALTERED)
def test_an_altered_run_is_refused_with_what_was_wanted_and_seen(run, name):
    change, number, wanted, seen = ALTERED[name]
    change(run)
    code, out, err = outcome = run.verify()
    wanted = wanted or wanted_text(run.expectations[number - 1])
    seen = seen or out.split("  seen    ")[-1].splitlines()[0]
    assert_refused(outcome, number, wanted, seen)


MEANT = {
    "the kernel's name": expect("call", 4, name="connect"),
    "the book's name": lambda run: run.find("return", name="connect").update(name="connectx"),
    "one of two names": expect("call", 17, name="send|write", error="EPIPE"),
    "any call": expect("call", 4),
    "a result of success": expect("call", 11, name="write", error="none", result=1),
    "end of file": lambda run: (run.find("return", result=1).update(result=0),
                                expect("call", 11, name="write", eof=True)(run)),
    "no disposition": expect("signal", 18, name="SIGPIPE"),
    "any process of the program": instead(8, pid=0),
    "any state of a process": expect("process", 6, in_call="accept"),
    "a wait channel the kernel does not tell": happen("process", {}, wait_channel=""),
    "any look": expect("process", 6),
    "a number of times the same look": lambda run: run.expectations.insert(
        6, run.expectations[5] | {"n": 6.5}),
    "a fork without a description": lambda run: run.expectations[4].pop("fork"),
    "an exit with a status": lambda run: (
        run.find("end", **CLIENTS).pop("signal"), run.find("end", **CLIENTS).update(status=0),
        expect("end", 19, status=0)(run)),
}


@pytest.mark.parametrize("name", MEANT)
def test_what_is_not_described_is_not_compared(run, name):
    MEANT[name](run)
    assert_accepted(run.verify())


def swapped(first, second):
    def change(run):
        rows = run.happenings
        one, other = (rows.index(run.find(*where[:1], **where[1])) for where in (first, second))
        rows[one], rows[other] = rows[other], rows[one]
    return change


def test_each_observer_has_an_order(run):
    swapped(("signal", {}), ("end", CLIENTS))(run)
    assert_refused(run.verify(), 19, "client: killed by SIGPIPE", "nothing similar")


def test_one_event_meets_one_expectation(run):
    run.expectations.append(run.expectations[16] | {"n": 20, "at": "scenarios/sigpipe.c:40"})
    assert_refused(run.verify(), 20, LAST_WRITE, "nothing similar")


def test_observers_have_orders_of_their_own(run):
    """The output came before the state in the timeline; a story may ask for them in any order."""
    rows = run.expectations
    rows[6], rows[9] = rows[9] | {"n": 7}, rows[6] | {"n": 10}
    assert_accepted(run.verify())


def test_actors_have_orders_of_their_own(run):
    """The same end, asked for by the program and then by the process."""
    run.expectations.insert(7, run.expectations[7] | {"n": 7.5, "who": "server", "pid": 0})
    assert_accepted(run.verify())


def no_signal(number, name="SIGPIPE"):
    """In place of an expectation: the client gets no such signal before the one that follows."""
    def change(run):
        actor = {key: run.expectations[3][key] for key in ("who", "host", "program", "pid")}
        run.expectations[number - 1] = actor | {
            "kind": "no-signal", "signal": {"name": name}, "n": number,
            "at": f"scenarios/sigpipe.c:{20 + number}", "verdict": "met"}
    return change


def test_an_absence_ends_where_the_next_expectation_of_its_observer_is_met(run):
    no_signal(16)(run)  # up to the write that fails; the signal comes after it
    assert_accepted(run.verify())


def test_an_absence_is_refused_with_what_came(run):
    no_signal(18)(run)  # up to the end of the process
    assert_refused(run.verify(), 18, "client: no SIGPIPE", "SIGPIPE, default action")


def test_an_absence_that_nothing_ends_lasts_to_the_end(run):
    no_signal(19)(run)
    del run.expectations[17]
    assert_refused(run.verify(), 19, "client: no SIGPIPE", "SIGPIPE, default action")


def test_where_an_expectation_is_missing_the_absence_before_it_is_not_what_is_wrong(run):
    no_signal(18)(run)
    run.expectations[18]["end"] = {"signal": "SIGTERM"}
    assert_refused(run.verify(), 19, "client: killed by SIGTERM", "killed by SIGPIPE")


def test_a_match_begins_where_the_lab_began_to_look(run):
    typed = run.happenings.index(run.find("return", result=9, name="write"))
    run.expectations[10]["call"] = {"name": "write"}
    run.expectations[10]["since"] = typed + 1
    run.expectations[10]["event"] = run.happenings.index(run.find("return", result=1))
    code, out, _ = run.verify()
    assert code == ACCEPTED and "otherwise" not in out


def test_what_it_is_still_in_is_seen(run):
    for row in ("signal", "end"):
        without(row, **CLIENTS)(run)
    without("return", error="EPIPE")(run)
    assert_refused(run.verify(), 17, LAST_WRITE, "still in write(3, 2)")


def test_seen_are_the_last_four(run):
    at = run.happenings.index(run.find("return", error="EPIPE"))
    run.happenings[at - 1:at + 1] = [row for i in range(5)
                                     for row in call(CLIENT_PID, "write", f"{i}", 7, by_lab=i == 4)]
    assert_refused(run.verify(), 17, LAST_WRITE, "write(1) = 7; write(2) = 7; write(3) = 7; "
                   "write(4) = 7 (ended by the lab); killed by SIGPIPE")


def test_restarted_calls_are_not_seen_as_returned(run):
    run.find("return", error="EPIPE").update(restarted=True)
    assert_refused(run.verify(), 17, LAST_WRITE, ENDED)


def test_the_first_expectation_of_the_story_is_named(run):
    run.packets = talk(changed(SIGPIPE, len(SIGPIPE) - 1, ("server", "RA")))
    run.find("state", to="CLOSE_WAIT").update(to="CLOSING")
    assert run.verify()[1].count("REFUSED  expectation 10 ") == 1


def test_a_run_without_the_rst_is_refused(run):
    story = run.story()
    without_rst = capture_of(talk(SIGPIPE)[:-1], nanoseconds=True)
    assert_refused(run.verify(story=story, capture=without_rst), 14, "RST from server",
                   "nothing similar")


def test_in_a_run_a_host_is_who_has_its_address(run):
    """As for the C engine: a connection from the server's host is the server's."""
    turned = [("client" if row[0] == "server" else "server", *row[1:]) for row in SIGPIPE]
    packets = talk(turned)
    story = run.story()
    story["timeline"] = [event for event in story["timeline"] if event["kind"] != "packet"]
    assert_refused(run.verify(story=story | {"timeline": renumbered(story["timeline"])},
                              capture=capture_of(packets[:1])),
                   2, "SYN without data from client", "SYN from server")


# --- the lab's verdict is not trusted ---

def test_met_according_to_the_lab_is_not_enough(run):
    run.find("return", error="EPIPE").update(error="ECONNRESET")
    code, out, _ = run.verify()
    assert code == REFUSED and out.endswith("  the lab said met\n")


def test_where_both_refuse_there_is_nothing_to_add(run):
    run.find("return", error="EPIPE").update(error="ECONNRESET")
    run.expectations[16]["verdict"] = "unmet"
    assert "the lab" not in run.verify()[1]


def test_unmet_according_to_the_lab_is_not_enough_either(run):
    run.verdict = run.expectations[16]["verdict"] = "unmet"
    code, out, _ = run.verify()
    assert code == ACCEPTED
    assert out.endswith("  the lab said otherwise: expectation 17 is unmet\n"
                        "  the lab said otherwise: the whole is unmet\n")


def test_another_way_to_the_same_end_is_told(run):
    events = run.timeline()
    run.expectations[13]["event"] = next(e["n"] for e in events if e.get("frame") == 10)
    run.expectations[18]["event"] = len(events) - 1
    assert "otherwise" not in run.verify()[1]
    run.expectations[13]["event"] += 1
    run.expectations[18]["event"] -= 1
    end = len(events) - 1
    at = run.expectations[13]["event"]
    assert run.verify()[1].endswith(
        f"  the lab said otherwise: expectation 14 was met by event {at}, not by {at - 1}\n"
        f"  the lab said otherwise: expectation 19 was met by event {end - 1}, not by {end}\n")


def test_the_lab_has_said_nothing_about_another_capture(run):
    run.expectations[13]["event"] = 0
    code, out, _ = run.judge(capture_of(talk(SIGPIPE)))
    assert code == ACCEPTED and "the lab" not in out
    assert "the lab" not in run.judge(capture_of(talk(NORMAL)))[1]


def test_a_story_that_stopped_early_can_refuse_a_capture_but_not_accept_it(run):
    run.verdict = run.expectations[11]["verdict"] = "unmet"
    del run.expectations[12:]
    code, out, err = run.judge(capture_of(talk(SIGPIPE[:10])))
    assert code == BROKEN and "ACCEPTED" not in out
    assert "the run of the JSON stopped early and has only some of its story's expectations" in err
    assert run.judge(capture_of(talk(NORMAL)))[0] == REFUSED
