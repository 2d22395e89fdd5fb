"""The second opinion on captures from anywhere: what must not matter, and what must be refused."""

import pytest

pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")

from tests.support.made_captures import (
    BOTH_VERSIONS, CLIENT, ECHO, FIRST_WRITE, HANDSHAKE, LINKS, MS, NORMAL, REFUSED_CONNECTION,
    RESET, SERVER, SERVER_DIES, SIGPIPE, STARTED_NS, again, capture_of, changed, ethernet,
    frames_of, pcap, pcapng, talk)
from tests.support.made_run import ACCEPTED, REFUSED, assert_accepted, assert_refused, Run, segment
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP

from opinion import capture
from opinion import wire
from opinion.capture import Capture


@pytest.fixture
def run(tmp_path, capsys):
    return Run(tmp_path, capsys)


# --- how it was taken does not matter ---


@pytest.mark.parametrize("ends", BOTH_VERSIONS, ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("link", LINKS)
def test_every_link_type_is_read(run, link, ends):
    assert_accepted(run.judge(capture_of(talk(SIGPIPE, *ends), link)))


FORMATS = {
    "pcap": pcap,
    "pcap, big-endian": lambda frames: pcap(frames, order=">"),
    "pcap, nanoseconds": lambda frames: pcap(frames, nanoseconds=True),
    "pcap, nanoseconds, big-endian": lambda frames: pcap(frames, order=">", nanoseconds=True),
    "pcapng": pcapng,
    "pcapng, big-endian": lambda frames: pcapng(frames, order=">"),
    "pcapng, nanoseconds": lambda frames: pcapng(frames, resolution=9),
    "pcapng, two interfaces": lambda frames: pcapng(frames, interfaces=2),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_file_format_is_read(run, name):
    code, out, err = run.judge(FORMATS[name](frames_of(talk(SIGPIPE))))
    assert (code, err) == (ACCEPTED, ""), out + err
    assert "✓ frame 11    RST from server" in out


@pytest.mark.parametrize("name", FORMATS)
def test_times_are_read_to_the_resolution_of_the_file(tmp_path, name):
    path = tmp_path / "times.pcap"
    path.write_bytes(FORMATS[name](frames_of(talk(SIGPIPE))))
    capture = Capture(path)
    frames = list(capture)
    wanted = STARTED_NS + 1 * MS if "nanoseconds" in name else (STARTED_NS + 1 * MS) // 1000 * 1000
    assert (frames[1].time_ns, capture.is_cut) == (wanted, False)


def test_other_addresses_ports_and_lines_do_not_matter(run):
    script = [row[:2] + ((b"another, longer line\n",) if row in ECHO[::2] else row[2:])
              for row in SIGPIPE]
    packets = talk(script, ("10.1.2.3", 51234), ("203.0.113.9", 7), begins_ns=0, first_seq=77)
    code, out, _ = run.judge(capture_of(packets))
    assert code == ACCEPTED and "10.1.2.3:51234 → 203.0.113.9:7" in out


def test_flags_that_are_not_compared_do_not_matter(run):
    script = [(sender, flags + "PUEC" if flags != "R" else "RP", *payload)
              for sender, flags, *payload in SIGPIPE]
    assert_accepted(run.judge(capture_of(talk(script))))


def test_acks_may_come_anywhere(run):
    script = SIGPIPE[:8] + [("client", "A"), ("client", "A"), FIRST_WRITE, ("server", "A"), RESET]
    assert_accepted(run.judge(capture_of(talk(script))))


@pytest.mark.parametrize("snaplen", [54, 60, 66])  # before, in and behind the TCP options
def test_truncated_packets_keep_their_length_from_the_ip_header(run, snaplen):
    assert_accepted(run.judge(capture_of(talk(SIGPIPE), snaplen=snaplen)))


def test_truncated_before_the_flags_there_is_no_segment():
    frame = frames_of(talk(SIGPIPE))[0][1]
    assert wire.decode(capture.Frame(1, 0, 1, frame[:54], 74, b""))
    assert wire.decode(capture.Frame(1, 0, 1, frame[:53], 74, b"")) is None


def test_padding_is_no_data(run):
    run.expectations[2]["segment"]["payload_bytes"] = "none"
    padded = [(time_ns, frame + b"\x55" * 6) for time_ns, frame in frames_of(talk(SIGPIPE))]
    assert_accepted(run.judge(pcap(padded)))


@pytest.mark.parametrize("ends", BOTH_VERSIONS, ids=["IPv4", "IPv6"])
def test_a_length_of_0_from_offload_is_the_frames_length(run, ends):
    packets = talk(SIGPIPE, *ends)
    ip = packets[-2][1]
    setattr(ip, "len" if ip.version == 4 else "plen", 0)
    assert_accepted(run.judge(capture_of(packets, "raw IP")))


CUT_OFF = {  # how many bytes are missing, and what is left
    "in the last packet": (pcap, 1, REFUSED),
    "before its first byte": (pcap, 60, REFUSED),
    "in its record header": (pcap, 61, REFUSED),
    "in the last packet of a pcapng": (pcapng, 45, REFUSED),
    "in what stands behind it": (pcapng, 20, ACCEPTED),
    "in the last length of a pcapng": (pcapng, 1, ACCEPTED),
}


@pytest.mark.parametrize("name", CUT_OFF)
def test_a_capture_that_is_cut_off_is_judged_and_noted(run, name):
    write, missing, verdict = CUT_OFF[name]
    code, out, err = run.judge(write(frames_of(talk(SIGPIPE)))[:-missing])
    assert "other.pcap ends in the middle of a packet; what is there is judged\n" in err
    assert code == verdict, out
    if verdict == REFUSED:  # what is left of the packet is not taken for it
        assert out.endswith("seen    nothing similar\n  only the wire was judged, in "
                            f"{run.directory / 'other.pcap'}\n")


def test_a_whole_capture_has_no_note(run):
    assert run.judge(capture_of(talk(SIGPIPE)))[2] == ""


# --- other traffic ---

def other_traffic():
    dns = IP(src=CLIENT[0], dst="192.0.2.53") / UDP(sport=53, dport=53) / b"?"
    quoted = talk(SIGPIPE)[10][1]
    unreachable = IP(src="192.0.2.9", dst=CLIENT[0]) / ICMP(type=3, code=1) / bytes(quoted)[:28]
    stranger = talk([("client", "R"), ("client", "PA", b"x")], ("10.0.0.1", 1), ("10.0.0.2", 2))
    packets = [(STARTED_NS + 1, dns), (STARTED_NS + 2 * MS, unreachable), *stranger]
    frames = frames_of(packets + talk(NORMAL, ("192.0.2.1", 40001)) +
                       talk(NORMAL, ("192.0.2.7", 40000)))
    arp = b"\xff" * 6 + b"\x02" * 6 + b"\x08\x06" + bytes(ARP(psrc=CLIENT[0], pdst=SERVER[0]))
    junk = [(STARTED_NS, b""), (STARTED_NS, b"\x00" * 3), (STARTED_NS, ethernet(b"\x45" * 30)),
            (STARTED_NS, ethernet(b"\x45\x00\x00\x28" + b"\x06" * 30)), (STARTED_NS, arp)]
    return frames + junk


def test_other_traffic_in_between_does_not_matter(run):
    frames = sorted(other_traffic() + frames_of(talk(SIGPIPE)))
    assert_accepted(run.judge(pcap(frames)))


def test_other_traffic_alone_is_refused(run):
    assert run.judge(pcap(sorted(other_traffic())))[0] == REFUSED


def test_any_conversation_that_shows_the_story_will_do(run):
    packets = (talk(NORMAL, ("192.0.2.1", 40001)) + talk(REFUSED_CONNECTION, ("192.0.2.1", 40002)) +
               talk(SIGPIPE, ("192.0.2.1", 40003)))
    code, out, _ = run.judge(capture_of(packets))
    assert code == ACCEPTED and "192.0.2.1:40003 → 192.0.2.2:9877" in out


def test_a_syn_with_another_number_is_a_new_conversation_on_used_ports(run):
    packets = talk(NORMAL) + talk(SIGPIPE, begins_ns=STARTED_NS + 60_000 * MS, first_seq=90000)
    assert_accepted(run.judge(capture_of(packets)))


def test_the_halves_of_two_conversations_are_no_whole(run):
    halves = [talk(SIGPIPE[:9], ("192.0.2.1", 40001)),
              talk(HANDSHAKE + [FIRST_WRITE, RESET], ("192.0.2.1", 40002))]
    assert run.judge(capture_of(halves[0] + halves[1]))[0] == REFUSED
    run.expectations.append(run.expectations[14] | segment("client", "SYN", kind="no-segment"))
    assert run.judge(capture_of(halves[0] + halves[1]))[0] == REFUSED
    on_used_ports = talk(SIGPIPE[:9]) + talk(HANDSHAKE + [FIRST_WRITE, RESET],
                                             begins_ns=STARTED_NS + 60_000 * MS, first_seq=90000)
    assert run.judge(capture_of(on_used_ports))[0] == REFUSED


def test_a_syn_sent_again_is_of_the_same_conversation(run):
    packets = talk(SIGPIPE)
    late = [again(packets, 0, -500 * MS, id=7), *packets]
    run.expectations.insert(1, segment("client", "SYN") | run.expectations[1])
    assert_accepted(run.judge(capture_of(late)))
    assert run.judge(capture_of(packets))[0] == REFUSED


def test_a_story_of_two_connections_may_span_two_conversations(run):
    run.expectations = [e for e in run.expectations if e["kind"] in ("segment", "no-segment")]
    second = segment("client", "SYN") | {"n": 30, "at": "x", "verdict": "met"}
    run.expectations[2:2] = [second]
    two = sorted(talk(SIGPIPE[:2], ("192.0.2.1", 40001)) +
                 talk(SIGPIPE, ("192.0.2.1", 40002), begins_ns=STARTED_NS + 9 * MS),
                 key=lambda row: row[0])
    assert_accepted(run.judge(capture_of(two)))
    elsewhere = [(t, p) for t, p in talk(SIGPIPE[:2], ("192.0.2.77", 40001)) + two[2:]]
    assert run.judge(capture_of(elsewhere))[0] == REFUSED


def test_without_its_syn_there_is_no_conversation(run):
    assert_refused(run.judge(capture_of(talk(SIGPIPE)[1:])), 2, "SYN without data from client",
                   "no conversation that begins with its SYN")
    assert_refused(run.judge(pcap([])), 2, "SYN without data from client",
                   "no conversation that begins with its SYN")


def test_the_client_is_who_sends_the_syn(run):
    turned = [("client" if row[0] == "server" else "server", *row[1:]) for row in SIGPIPE]
    assert_accepted(run.judge(capture_of(talk(turned))))


def test_the_report_is_about_the_conversation_that_got_furthest(run):
    packets = (talk(REFUSED_CONNECTION, ("192.0.2.1", 40001)) +
               talk(SIGPIPE[:-1], ("192.0.2.1", 40002)) + talk(NORMAL, ("192.0.2.1", 40003)))
    code, out, _ = outcome = run.judge(capture_of(packets))
    assert "192.0.2.1:40002 → 192.0.2.2:9877" in out
    assert_refused(outcome, 14, "RST from server", "nothing similar")


# --- what a segment is by those before it, and its window ---

def with_client_segment(packets, at, **fields):
    """A copy of packets[at] behind the last one, with other fields of TCP."""
    time_ns, packet = again(packets, at, 100 * MS, id=4711)
    for name, value in fields.items():
        setattr(packet[TCP], name, value)
    del packet[TCP].chksum
    return packets + [(time_ns, packet)]


# seq of the client's segments below, counted from its SYN: ACK 1, data 1 to 9, ACK 10
PROBES = {
    "one before what was sent": (6, 9, True), "what comes next": (6, 10, False),
    "two before": (6, 8, False), "with data": (3, 9, False),
}


@pytest.mark.parametrize("name", PROBES)
@pytest.mark.parametrize("first_seq", [1000, 2**32 - 4], ids=["", "around the end"])
def test_a_probe_is_empty_and_one_before_what_was_sent(run, name, first_seq):
    which, seq, is_probe = PROBES[name]
    packets = talk(HANDSHAKE + ECHO)
    for _, packet in packets:
        if packet[TCP].sport == CLIENT[1]:
            packet[TCP].seq = (packet[TCP].seq - 1000 + first_seq) % 2**32
    packets = with_client_segment(packets, which, seq=(first_seq + seq) % 2**32)
    run.expectations[2:] = [segment("client", "ACK") | {"n": 3, "at": "scenarios/sigpipe.c:23"}]
    run.expectations[2]["segment"]["probe"] = True
    outcome = run.judge(capture_of(packets))
    if is_probe:
        assert_accepted(outcome)
    else:
        assert_refused(outcome, 3, "probe ACK from client", outcome[1].split("  seen    ")[-1]
                       .splitlines()[0])


@pytest.mark.parametrize("flags, window, is_shut", [("A", 0, True), ("A", 1, False),
                                                    ("R", 0, False)])
def test_no_window_is_a_window_of_0(run, flags, window, is_shut):
    packets = with_client_segment(talk(HANDSHAKE + ECHO), 6, flags=flags, window=window)
    run.expectations[2:] = [segment("client") | {"n": 3, "at": "scenarios/sigpipe.c:23"}]
    run.expectations[2]["segment"]["no_window"] = True
    outcome = run.judge(capture_of(packets))
    if is_shut:
        assert_accepted(outcome)
    else:
        last = "RST from client" if flags == "R" else "ACK from client"
        assert_refused(outcome, 3, "segment win=0 from client",
                       f"ACK from server; PSH,ACK len=9 from server; ACK from client; {last}")


def test_a_retransmission_begins_with_what_was_sent_before(run):
    run.expectations[2:] = [segment("client", "ACK") | {"n": 3, "at": "scenarios/sigpipe.c:23"}]
    run.expectations[2]["segment"]["again"] = True
    once = talk(HANDSHAKE + ECHO)
    assert_refused(run.judge(capture_of(once)), 3, "retransmission of ACK from client",
                   "PSH,ACK len=9 from client; ACK from server; PSH,ACK len=9 from server; ACK from client")
    assert_accepted(run.judge(capture_of(with_client_segment(once, 3))))


# --- another failure is refused ---

FIN_AT, WRITE_AT, RST_AT = 7, 9, 10
WRONG = {
    "no RST": (changed(SIGPIPE, RST_AT, None), 14, "RST from server", "nothing similar"),
    "RST with ACK": (changed(SIGPIPE, RST_AT, ("server", "RA")), 14, "RST from server",
                     "RST,ACK from server"),
    "RST from the client": (changed(SIGPIPE, RST_AT, ("client", "R")), 14, "RST from server",
                            "RST from client"),
    "an ACK in place of the RST": (changed(SIGPIPE, RST_AT, ("server", "A")), 14, "RST from server",
                                   "ACK from server"),
    "RST in place of the FIN": (changed(SIGPIPE, FIN_AT, ("server", "RA")), 9,
                                "FIN,ACK from server",
                                "RST,ACK from server; ACK from client; PSH,ACK len=1 from client; "
                                "RST from server"),
    "a FIN without ACK": (changed(SIGPIPE, FIN_AT, ("server", "F")), 9, "FIN,ACK from server",
                          "FIN from server; ACK from client; PSH,ACK len=1 from client; "
                          "RST from server"),
    "no SYN flag in the SYN,ACK": (changed(SIGPIPE, 1, ("server", "A")), 3, "SYN,ACK from server",
                                   "FIN,ACK from server; ACK from client; "
                                   "PSH,ACK len=1 from client; RST from server"),
    "two bytes in the first write": (changed(SIGPIPE, WRITE_AT, ("client", "PA", b"by")), 12,
                                     "ACK len=1 from client",
                                     "ACK from client; PSH,ACK len=2 from client; RST from server"),
    "no byte in the first write": (changed(SIGPIPE, WRITE_AT, ("client", "A")), 12,
                                   "ACK len=1 from client",
                                   "ACK from client; ACK from client; RST from server"),
    "a normal close": (NORMAL, 12, "ACK len=1 from client", "ACK from client"),
    "data in the SYN": (changed(SIGPIPE, 0, ("client", "S", b"early")), 2,
                        "SYN without data from client",
                        "FIN,ACK from server; ACK from client; PSH,ACK len=1 from client; "
                        "RST from server"),
    "the write before the FIN": (SIGPIPE[:7] + [FIRST_WRITE, ("server", "FA"), RESET], 12,
                                 "ACK len=1 from client", "RST from server"),
    "a RST,ACK before the RST": (SIGPIPE[:10] + [("server", "RA"), RESET], 13,
                                 "no RST,ACK from server", "RST,ACK from server"),
    "the client sends after the RST": (SIGPIPE + [("client", "PA", b"ye\n")], 15,
                                       "no segment from client", "PSH,ACK len=3 from client"),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_failure_is_refused_with_what_was_wanted_and_seen(run, name):
    script, number, wanted, seen = WRONG[name]
    code, out, err = outcome = run.judge(capture_of(talk(script)))
    assert_refused(outcome, number, wanted, seen)
    assert out.splitlines()[-1].startswith("  only the wire was judged, in ") and err == ""


@pytest.mark.parametrize("payload, lengths", [("some", (1, 2, 9)), ("none", (0,)), (2, (2,))])
def test_payload_bytes_some_none_and_exact(run, payload, lengths):
    run.expectations[11]["segment"]["payload_bytes"] = payload
    run.expectations[14]["segment"]["payload_bytes"] = "some"
    del run.expectations[12:14]
    for length in (0, 1, 2, 9):
        script = HANDSHAKE + SERVER_DIES[:1] + [("client", "A", b"x" * length)]
        run_code = run.judge(capture_of(talk(script)))[0]
        assert run_code == (ACCEPTED if length in lengths else REFUSED), length


def test_an_absence_begins_behind_the_last_segment_expected(run):
    early = SIGPIPE[:9] + [("server", "RA"), FIRST_WRITE, RESET]
    assert_accepted(run.judge(capture_of(talk(early))))


def test_an_absence_ends_with_the_next_segment_expected(run):
    late = SIGPIPE + [("server", "RA")]
    assert_accepted(run.judge(capture_of(talk(late))))


def test_where_the_segment_after_an_absence_is_missing_it_is_what_is_named(run):
    script = SIGPIPE[:10] + [("server", "RA")]
    assert_refused(run.judge(capture_of(talk(script))), 14, "RST from server",
                   "RST,ACK from server")


def test_one_segment_meets_one_expectation(run):
    run.expectations[13:13] = [run.expectations[13] | {"n": 13.5}]
    assert run.judge(capture_of(talk(SIGPIPE)))[0] == REFUSED


def test_only_the_last_segments_are_shown(run):
    script = SIGPIPE[:-1] + [("server", "A")] * 3 + [("client", "A")] * 2
    assert_refused(run.judge(capture_of(talk(script))), 14, "RST from server",
                   "ACK from server; ACK from server; ACK from client; ACK from client")
