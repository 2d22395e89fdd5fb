#!/usr/bin/python3
"""A second opinion: decide from the files of a run, without the lab, whether they show its story.

The C engine (harness/expect/) has decided while the story went on; this program has only NAME.json
with the expectations, and the capture. It decodes (wire.py) and matches by its own code and trusts
no verdict. Without PCAP the run's own files are judged whole: the wire from the capture, calls,
signals, ends, states and output from the timeline (timeline.py), and whether the two agree. A PCAP
from anywhere is judged by the wire alone: any conversation in it that shows the story will do.
"""

import argparse
import json
import pathlib
import signal
import sys

from opinion.expectation import COMPARED, WIRE, Broken, Finding, check, flags_of, wanted_text
from opinion.timeline import Timeline

ACCEPTED, REFUSED, CANNOT_RUN, BROKEN = 0, 1, 77, 99
SCHEMA = "brokenpipe/2"

try:
    from opinion import conversations
    from opinion import messages
    from opinion import wire
    from opinion.capture import Capture
except ImportError as reason:
    print(f"verify.py: {sys.executable} cannot import scapy ({reason})\n"
          "  Install it (make deps; or: apt install python3-scapy), and use the Python it belongs\n"
          "  to: /usr/bin/python3 harness opinion.verify ...", file=sys.stderr)
    sys.exit(CANNOT_RUN)


def load_story(path):
    try:
        story = json.loads(path.read_bytes())
    except OSError as error:
        raise Broken(f"cannot read {path}: {error.strerror} (make scenario-NAME writes it)")
    except (ValueError, RecursionError):
        raise Broken(f"{path} is not JSON: give the NAME.json of a run")
    schema = story.get("schema") if isinstance(story, dict) else None
    if schema != SCHEMA:
        raise Broken(f"{path} has the schema {schema!r}, not {SCHEMA!r}: run the scenario again, "
                     "or use the verify.py of the version that wrote it")
    if not story["expectations"]:
        raise Broken(f"{path} has no expectations: there is nothing to judge")
    for expectation in story["expectations"]:
        check(expectation)
    if [event["n"] for event in story["timeline"]] != list(range(len(story["timeline"]))):
        raise Broken(f"{path} has a timeline with gaps: run the scenario again")
    return story


# The wire ----------------------------------------------------------------------------------------

def segment_matches(wanted, segment):
    if not isinstance(segment, wire.Segment):
        return False
    if wanted.get("from", segment.sender) != segment.sender:
        return False
    if "flags" in wanted:
        flags = {name for name in COMPARED if segment.flags & wire.FLAGS[name]}
        if flags != flags_of(wanted) & COMPARED:
            return False
    if any(wanted.get(mark) and not getattr(segment, mark)
           for mark in ("again", "probe", "no_window")):
        return False
    payload = wanted.get("payload_bytes", segment.payload_bytes)
    if isinstance(payload, str):
        return (payload == "some") == (segment.payload_bytes > 0)
    return payload == segment.payload_bytes


def matches(expectation, segment):
    if expectation["kind"] == "icmp":
        return messages.icmp_matches(expectation["icmp"], segment)
    if expectation["kind"] == "question":
        return messages.question_matches(expectation["question"], segment)
    return segment_matches(expectation["segment"], segment)


def find(expectation, segments, start):
    """The index of the first segment (or message) from start on that matches, or None."""
    return next((i for i in range(start, len(segments))
                 if matches(expectation, segments[i])), None)


def judge_wire(expectations, segments):
    """Return findings in the story's order, up to the first segment that does not come.

    One cursor: an expected segment is the first that matches behind the one before, whatever stands
    between (ACKs come delayed or with data). An absence lasts from its place in the story to the
    next segment expected, or to the end; where that one does not come, it is what is missing.
    """
    findings, absences, cursor = [], [], 0
    for expectation in expectations:
        if expectation["kind"] == "no-segment":
            absences.append((expectation, cursor))
            continue
        found = find(expectation, segments, cursor)
        if found is None:
            alike = {"kind": expectation["kind"], expectation["kind"]: {}}
            seen = last_of([s for s in segments[cursor:] if matches(alike, s)])
            return findings + [Finding(expectation, False, seen=seen)]
        findings += judge_absences(absences, segments[:found])
        findings.append(Finding(expectation, True, segments[found]))
        absences, cursor = [], found + 1
    return findings + judge_absences(absences, segments)


def judge_absences(absences, segments):
    findings = []
    for expectation, start in absences:
        found = find(expectation, segments, start)
        against = None if found is None else segments[found]
        findings.append(Finding(expectation, against is None, against,
                                wire.segment_text(against) if against else ""))
    return findings


def last_of(segments):
    return "; ".join(map(wire.segment_text, segments[-4:])) or "nothing similar"


def is_all_met(findings):
    return all(finding.is_met for finding in findings)


# A capture from anywhere -------------------------------------------------------------------------

def judge_foreign(story, segments):
    """Judge every conversation; return the one that shows the story, or else comes nearest."""
    expectations = [e for e in story["expectations"] if e["kind"] in WIRE]
    if all(e["kind"] != "segment" for e in expectations):
        raise Broken("the story expects no segment: a capture alone cannot show it")
    segments = list(conversations.seen_once(segments))
    wire.mark_retransmissions(segments)
    wire.mark_probes(segments)
    candidates = conversations.conversations(segments)
    syns = [e for e in expectations if e["kind"] == "segment" and flags_of(e["segment"]) == {"SYN"}]
    if len(syns) > 1:  # a story of several connections, or of a SYN sent again
        candidates += conversations.together(candidates)
    if not candidates:
        nothing = "no conversation that begins with its SYN"
        return [Finding(expectations[0], False, seen=nothing)], ""
    judged = [(judge_wire(expectations, candidate.segments), str(candidate))
              for candidate in candidates]
    return max(judged, key=lambda judgement: (
        is_all_met(judgement[0]), sum(finding.is_met for finding in judgement[0])))


# Of a packet in the timeline, what is held against the capture, by protocol.
FIELDS = {
    "tcp": ("from", "to", "from_port", "to_port", "flags", "raw_seq", "raw_ack", "len", "window"),
    "icmp": ("from", "icmp"),
    "neighbour": ("from", "neighbour"),
    "other": (),
}


# The run's own capture ---------------------------------------------------------------------------

def judge_run(story, segments):
    """Judge everything. As to the lab, the whole wire is one, and a host is who has its address."""
    hosts = {host["address"]: host["name"] for host in story["hosts"]}
    for segment in segments:
        segment.sender = hosts.get(segment.source[0], "lab")
        if isinstance(segment, messages.Message):
            segment.named(hosts)
    wire.mark_retransmissions(segments)
    wire.mark_probes(segments)
    on_wire = [e for e in story["expectations"] if e["kind"] in WIRE]
    others = [e for e in story["expectations"] if e["kind"] not in WIRE]
    findings = judge_wire(on_wire, segments) + Timeline(story, segments).judge(others)
    return sorted(findings, key=lambda finding: finding.expectation["n"])


def capture_faults(story, times_ns, segments):
    """Yield (wanted, seen) where the capture is not the one the timeline tells of, or not sound."""
    events = [event for event in story["timeline"] if event["kind"] == "packet"]
    segments = {segment.frame: segment for segment in segments}
    if story["capture"]["dropped"]:
        yield "a capture that has lost nothing", f"{story['capture']['dropped']} frames dropped"
    if not len(times_ns) == len(events) == story["capture"]["frames"]:
        yield (f"{story['capture']['frames']} frames",
               f"{len(times_ns)} frames; {len(events)} in the timeline")
    started_ns = int(story["started_ns"])
    for number, (event, time_ns) in enumerate(zip(events, times_ns), 1):
        yield from frame_faults(event, number, segments.get(number))
        noted_ns = started_ns + event["t_ns"]
        if abs(noted_ns - time_ns) >= 1000:  # the file may keep microseconds only
            yield f"frame {number} at {noted_ns} ns, as in the timeline", f"{time_ns} ns"


def frame_faults(event, number, segment):
    noted = {name: event[name] for name in ("protocol", *FIELDS[event["protocol"]])
             if name in event}
    if "icmp" in noted:  # what the error quotes is of the connection, not of the frame
        noted["icmp"] = {name: value for name, value in event["icmp"].items() if name != "quotes"}
    seen = wire.fields_of(segment) if segment else {"protocol": "other"}
    if event["frame"] != number - 1:
        yield f"frame {event['frame'] + 1}, as in the timeline", f"frame {number}"
    for name in dict.fromkeys((*noted, *seen)):
        if noted.get(name) != seen.get(name):
            yield (f"frame {number}: {field_text(name, noted)}, as in the timeline",
                   field_text(name, seen))
    if segment and event["host"] != segment.sender:
        yield f"frame {number}: from {event['host']}, as in the timeline", f"from {segment.sender}"
    wrong = wire.wrong_checksum(segment) if isinstance(segment, wire.Segment) else None
    if wrong:
        yield f"frame {number}: true checksums", f"a wrong {wrong} checksum"


def field_text(name, fields):
    return f"{name} {fields[name]}" if name in fields else f"no {name}"


def disagreements(story, findings):
    """Yield where the lab came to something else, when all is met."""
    packets = [event["n"] for event in story["timeline"] if event["kind"] == "packet"]
    for finding in findings:
        expectation, at = finding.expectation, finding.at
        if expectation["verdict"] != "met":
            yield f"expectation {expectation['n']} is {expectation['verdict']}"
        elif at and "event" in expectation:
            event = at["n"] if isinstance(at, dict) else packets[at.frame - 1]
            if event != expectation["event"]:
                yield (f"expectation {expectation['n']} was met by event {expectation['event']}, "
                       f"not by {event}")
    if story["verdict"] != "met":
        yield f"the whole is {story['verdict']}"


# The words ---------------------------------------------------------------------------------------

def name_of(story):
    variant = "" if story["variant"] == "default" else f"-{story['variant']}"
    return story["scenario"] + variant + ("-inet6" if story.get("family") == "inet6" else "")


def print_wire(story, findings, conversation):
    print(f"{name_of(story)}   UNP {story['section']}   {story['claim']}")
    if conversation:
        print(conversation)
    for finding in findings:
        if finding.expectation["kind"] in WIRE:
            sign = "✓" if finding.is_met else "✗"
            frame = f"frame {finding.at.frame}" if finding.at else ""
            print(f"{sign} {frame:<11} {wanted_text(finding.expectation)}")


def print_accepted(story, findings, foreign):
    on_wire = sum(finding.expectation["kind"] in WIRE for finding in findings)
    by_word = sum(finding.expectation["kind"] == "condition" for finding in findings)
    counts = f"{len(findings)} expectations, {on_wire} on the wire, all met"
    if foreign:
        counts = f"{on_wire} expectations on the wire, all met; only the wire was judged"
    elif by_word:
        counts += f" ({by_word} by the lab's word)"
    print(f"ACCEPTED  {name_of(story)}: {counts}")


def print_refused(what, wanted, seen):
    print(f"REFUSED  {what}\n  wanted  {wanted}\n  seen    {seen}")


# The program -------------------------------------------------------------------------------------

def read_segments(path):
    """Return when each frame was seen, and the segments and messages of those that have one."""
    capture, times_ns, segments = Capture(path), [], []
    for frame in capture:
        times_ns.append(frame.time_ns)
        segment = wire.decode(frame)
        if segment:
            segments.append(segment)
    if capture.is_cut:
        print(f"verify.py: note: {path} ends in the middle of a packet; what is there is judged",
              file=sys.stderr)
    return times_ns, segments


def refuse(finding, foreign):
    expectation = finding.expectation
    print_refused(f"expectation {expectation['n']} ({expectation['at']})",
                  wanted_text(expectation), finding.seen)
    if foreign:
        print(f"  only the wire was judged, in {foreign}")
    elif expectation["verdict"] != "unmet":
        print(f"  the lab said {expectation['verdict']}")
    return REFUSED


def accept_foreign(story, findings, foreign):
    if story["verdict"] != "met":
        raise Broken("the run of the JSON stopped early and has only some of its story's "
                     "expectations: run the scenario again")
    print_accepted(story, findings, foreign)
    return ACCEPTED


def accept_run(story, findings, faults):
    for wanted, seen in faults:
        print_refused("the capture", wanted, seen)
        return REFUSED
    print_accepted(story, findings, None)
    for difference in disagreements(story, findings):
        print(f"  the lab said otherwise: {difference}")
    return ACCEPTED


def verify(path, foreign, is_quiet):
    story = load_story(path)
    capture = pathlib.Path(foreign) if foreign else path.parent / story["capture"]["file"]
    times_ns, segments = read_segments(capture)
    if foreign:
        findings, conversation = judge_foreign(story, segments)
    else:
        findings, conversation = judge_run(story, segments), ""
    if not is_quiet:
        print_wire(story, findings, conversation)
    for finding in findings:
        if isinstance(finding.at, wire.Segment) and not wire.is_as_scapy_reads_it(finding.at):
            raise Broken(f"frame {finding.at.frame} of {capture} is read in two ways: please report it")
        if not finding.is_met:
            return refuse(finding, foreign)
    if foreign:
        return accept_foreign(story, findings, foreign)
    return accept_run(story, findings, capture_faults(story, times_ns, segments))


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise Broken(f"{message}; --help explains")


def parse(arguments):
    parser = Parser(prog="verify.py", description=__doc__.split("\n\n")[0], epilog=(
        "exit status: 0 accepted; 1 refused; 77 scapy is missing; 99 the files cannot be judged"))
    parser.add_argument("story", metavar="NAME.json", type=pathlib.Path, help="what a run has left")
    parser.add_argument("pcap", metavar="PCAP", nargs="?", help="a capture from anywhere "
                        "(pcap or pcapng) in place of the run's own; then only the wire is judged")
    parser.add_argument("-q", "--quiet", action="store_true", help="only the verdict")
    return parser.parse_intermixed_args(arguments)  # -q may stand anywhere


def main(arguments=None):
    try:
        options = parse(arguments)
        return verify(options.story, options.pcap, options.quiet)
    except Broken as error:
        message = str(error)
    except Exception as error:  # Python would end with 1, which means refused
        message = (f"{options.story} is not as docs/HARNESS.md describes it "
                   f"({type(error).__name__}: {error}): run the scenario again")
    print(f"verify.py: {message}", file=sys.stderr)
    return BROKEN


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.stdout.reconfigure(errors="replace")
    sys.exit(main())
