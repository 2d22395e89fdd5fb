"""Captures as they come: halves, copies, wrong order, habits of other stacks, many connections."""

import random

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.packet import Raw

from tests.support.made_captures import ethernet, linux_sll2, pcap
from tests.support.talks import MS, STARTED_NS, Talk, arp, diagnose, diagnose_file, run


def echoed(**how):
    return Talk(**how).open().echo()


def crashed(**how):
    return echoed(**how).send("client", "PA", 5).again("client", 5, 200, 5)


def file_of(tmp_path, frames, link_type=1):
    path = tmp_path / "mine.pcap"
    path.write_bytes(pcap(sorted(frames, key=lambda row: row[0]), link_type))
    return diagnose_file(path)


def tagged(talk, *vlans):
    tags = b"".join(b"\x81\x00" + vlan.to_bytes(2, "big") for vlan in vlans)
    return [(t, ethernet(bytes(p), tags)) for t, p in talk.packets]


def later(packets, ms, ttl=None):
    """The same packets, seen again."""
    copies = []
    for time_ns, packet in packets:
        packet = packet.copy()
        if ttl:
            packet.ttl -= ttl
            del packet.chksum
        copies.append((time_ns + int(ms * MS), packet))
    return copies


# --- no beginning, no end, one direction ---

MID = {
    "crash": (lambda: crashed(), 5, "server-host-crash"),
    "reboot": (lambda: echoed().send("client", "PA", 5, 9000).send("server", "R"), 7, "server-host-reboot"),
    "FINs only": (lambda: echoed().close(), 7, "normal"),
    "abort": (lambda: echoed().send("client", "RA"), 5, "linger-abort"),
    "keepalive": (lambda: echoed().send("client", "A", 0, 9000, seq=1009).send("client", "A", 0, 9000, seq=1009)
                  .send("client", "RA", 0, 9000), 6, "keepalive"),
    "data after FIN": (lambda: echoed().send("server", "FA").send("client", "A").send("client", "PA", 5)
                       .send("server", "R"), 7, "server-child-killed"),
}


@pytest.mark.parametrize("name", MID)
def test_failures_are_seen_without_a_syn_and_roles_are_then_a_guess(tmp_path, name):
    make, cut, wanted = MID[name]
    diagnosis = diagnose(tmp_path, *make().packets[cut:])
    assert diagnosis.ids == [wanted], str(diagnosis)
    row = diagnosis.data["conversations"][0]
    assert row["roles_are_a_guess"] and row["server"]["port"] == 9877
    assert "roles-are-a-guess" in diagnosis.notes()


def test_a_port_where_others_connect_is_the_servers_however_high(tmp_path):
    mid = Talk(client=("192.0.2.1", 1025), server=("192.0.2.2", 9877)).open().echo()
    other = Talk(client=("192.0.2.1", 1026)).open()
    diagnosis = diagnose(tmp_path, *mid.packets[3:], other)
    assert diagnosis.data["conversations"][0]["server"]["port"] == 9877


ONE_WAY = {
    "alive": (lambda: echoed().echo().echo(), "alive"),
    "crash": (lambda: crashed(), "server-host-crash"),
    "outage that is over": (lambda: echoed().send("client", "PA", 5).again("client", 5, 200, 4)
                            .send("server", "A").send("server", "PA", 9).send("client", "A"), "alive"),
    "a close": (lambda: echoed().close(), "normal-one-side"),
    "abort": (lambda: echoed().send("client", "RA"), "linger-abort"),
}


@pytest.mark.parametrize("name", ONE_WAY)
def test_one_direction_only(tmp_path, name):
    make, wanted = ONE_WAY[name]
    client = [row for row in make().packets if row[1].sport == 40000]
    diagnosis = diagnose(tmp_path, *client)
    assert diagnosis.ids == [wanted], str(diagnosis)
    assert "peer-unseen" in diagnosis.notes()


# --- copies ---

COPIES = {
    "at once": (0, 0, True), "15 ms later": (15, 0, True), "85 ms later, TTL - 1": (85, 1, True),
    "no ids": (0.2, 0, False), "no ids, TTL - 1": (40, 1, False),
}


@pytest.mark.parametrize("timestamps", [True, False], ids=["time stamps", "none"])
@pytest.mark.parametrize("name", COPIES)
def test_a_copy_is_no_retransmission(tmp_path, name, timestamps):
    ms, ttl, ids = COPIES[name]
    talk = echoed(timestamps=timestamps, ids=ids).close()
    diagnosis = diagnose(tmp_path, *sorted(talk.packets + later(talk.packets, ms, ttl),
                                           key=lambda row: row[0]))
    assert diagnosis.ids == ["normal"], str(diagnosis)
    assert diagnosis.data["conversations"][0]["copies"] == len(talk.packets)


def test_a_whole_conversation_twice_without_ids_or_time_stamps_is_copied(tmp_path):
    talk = echoed(timestamps=False, ids=False).close()
    rows = sorted(talk.packets + later(talk.packets, 60), key=lambda row: row[0])
    assert diagnose(tmp_path, *rows).data["reading"]["copies"] == len(talk.packets)


@pytest.mark.parametrize("timestamps", [True, False], ids=["time stamps", "none"])
def test_a_fast_retransmission_is_no_copy(tmp_path, timestamps):
    talk = echoed(timestamps=timestamps).send("client", "PA", 5).again("client", 5, 15, 5, 1.5)
    diagnosis = diagnose(tmp_path, talk)
    assert diagnosis.ids == ["server-host-crash"] and diagnosis.data["reading"]["copies"] == 0


def test_a_fast_retransmission_without_numbers_is_no_copy_either(tmp_path):
    talk = echoed(timestamps=False, ids=False).send("client", "PA", 5).again("client", 5, 50, 3, 1)
    diagnosis = diagnose(tmp_path, talk)
    assert diagnosis.ids == ["server-host-crash"] and diagnosis.data["reading"]["copies"] == 0


def test_what_a_router_passed_on_is_a_copy_though_only_one_direction_is(tmp_path):
    talk = echoed(timestamps=False, ids=False).send("client", "PA", 5)
    sent = [row for row in talk.packets if row[1].sport == 40000]
    rows = sorted(talk.packets + later(sent, 40, ttl=1) + later(sent, 80, ttl=2), key=lambda row: row[0])
    diagnosis = diagnose(tmp_path, *rows)
    assert (diagnosis.ids, diagnosis.data["reading"]["copies"]) == (["alive"], 2 * len(sent))


def test_every_frame_four_times_in_one_instant(tmp_path):
    talk = crashed(ids=False)
    diagnosis = diagnose(tmp_path, *[row for row in talk.packets for _ in range(4)])
    assert diagnosis.ids == ["server-host-crash"]
    assert diagnosis.data["reading"]["copies"] == 3 * len(talk.packets)


def test_two_interfaces_of_linux_any_count_once(tmp_path):
    talk = echoed(timestamps=False, ids=False).close()
    frames = [(t + later_ns, linux_sll2(bytes(p), interface=i)) for t, p in talk.packets
              for i, later_ns in ((2, 0), (3, 30 * MS))]
    diagnosis = file_of(tmp_path, frames, 276)
    assert (diagnosis.ids, diagnosis.data["reading"]["copies"]) == (["normal"], len(talk.packets))


# --- order and time ---

def test_frames_are_sorted_by_time(tmp_path):
    talk = echoed().close()
    rows = talk.packets[:]
    random.Random(7).shuffle(rows)
    diagnosis = diagnose(tmp_path, *rows)
    assert diagnosis.ids == ["normal"] and diagnosis.data["reading"]["out_of_order"] > 0


def test_a_syn_ack_recorded_before_its_syn_is_kept(tmp_path):
    talk = echoed().close()
    (first, syn), (second, syn_ack) = talk.packets[:2]
    diagnosis = diagnose(tmp_path, (first, syn_ack), (second, syn), *talk.packets[2:])
    assert (diagnosis.ids, diagnosis.data["conversations"][0]["segments"]) == (["normal"], 11)
    assert diagnosis.data["conversations"][0]["client"]["port"] == 40000


def test_no_times_at_all_leave_the_order_of_the_file(tmp_path):
    rows = [(STARTED_NS, packet) for _, packet in echoed().close().packets]
    assert diagnose(tmp_path, *rows).ids == ["normal"]


def test_a_clock_that_was_set_back_does_not_mix_up_what_happened(tmp_path):
    talk = echoed().echo().echo().send("client", "PA", 5).again("client", 5, 200, 4)
    rows = talk.packets[:7] + [(t - 5000 * MS, p) for t, p in talk.packets[7:]]
    diagnosis = diagnose(tmp_path, *rows)
    assert diagnosis.ids == ["server-host-crash"], str(diagnosis)
    assert diagnosis.findings()[0]["frames"][-5:] == [16, 17, 18, 19, 20]


def test_an_rst_recorded_before_the_data_that_went_before_it_is_an_end_all_the_same(tmp_path):
    talk = echoed().send("server", "PA", 50).send("server", "RA")
    talk.packets[-1], talk.packets[-2] = ((talk.packets[-2][0], talk.packets[-1][1]),
                                          (talk.packets[-1][0], talk.packets[-2][1]))
    assert diagnose(tmp_path, talk).ids == ["linger-abort"]


# --- a stream is not a 4-tuple ---

def test_ports_used_again_are_another_conversation(tmp_path):
    second = Talk(begins_ms=90_000, first=(77_000, 99_000)).send("client", "S").send("server", "RA", seq=0)
    diagnosis = diagnose(tmp_path, echoed().close(), second)
    assert diagnosis.ids == ["normal", "connect-refused"]


def test_ports_used_again_at_once_with_segments_of_both_mixed(tmp_path):
    first, second = echoed().close(), crashed(begins_ms=9, first=(900_000_000, 2_000_000_000))
    rows = sorted(first.packets + second.packets, key=lambda row: row[0])
    assert diagnose(tmp_path, *rows).ids == ["normal", "server-host-crash"]


def test_a_flood_on_the_same_ports_around_the_one_real_syn(tmp_path):
    real = echoed(begins_ms=100).close()
    numbers = random.Random(3)
    flood = []
    for i in range(100):
        flood += Talk(first=(numbers.getrandbits(32), 0), begins_ms=2 * i).send("client", "S").packets
    rows = sorted(real.packets + flood, key=lambda row: row[0])
    diagnosis = diagnose(tmp_path, *rows)
    assert diagnosis.ids.count("normal") == 1 and diagnosis.ids.count("one-syn") == 100


def test_a_flood_from_everywhere_around_the_one_real_syn(tmp_path):
    flood = [(STARTED_NS + i * MS, IP(src=f"10.{i % 200}.{i // 200}.7") / TCP(sport=i + 1, dport=9877, seq=i))
             for i in range(400)]
    for _, packet in flood:
        packet.dst = "192.0.2.2"
    diagnosis = diagnose(tmp_path, *sorted(flood + crashed(begins_ms=50).packets, key=lambda row: row[0]))
    kinds = {kind["id"]: kind["count"] for kind in diagnosis.data["kinds"]}
    assert kinds == {"one-syn": 400, "server-host-crash": 1} and diagnosis.status == 0


def test_the_same_four_numbers_in_three_vlans_are_three_conversations(tmp_path):
    frames = (tagged(echoed(ids=False).close(), 10) + tagged(crashed(ids=False), 20) +
              tagged(Talk(ids=False).send("client", "S").send("server", "RA", seq=0), 30))
    diagnosis = file_of(tmp_path, frames)
    assert sorted(diagnosis.ids) == ["connect-refused", "normal", "server-host-crash"]
    assert {row["vlan"] for row in diagnosis.data["conversations"]} == {10, 20, 30}


def test_one_conversation_seen_in_two_vlans_is_one(tmp_path):
    talk = echoed().close()
    routed = Talk()
    routed.packets = later(talk.packets, 0.5, ttl=1)
    diagnosis = file_of(tmp_path, tagged(talk, 10) + tagged(routed, 20))
    assert (diagnosis.ids, diagnosis.data["reading"]["copies"]) == (["normal"], len(talk.packets))


def test_each_direction_in_a_vlan_of_its_own(tmp_path):
    talk = echoed().send("client", "RA")
    frames = [frame for row in talk.packets
              for frame in tagged(type("One", (), {"packets": [row]}), 10 if row[1].sport == 40000 else 20)]
    diagnosis = file_of(tmp_path, frames)
    assert diagnosis.ids == ["linger-abort"], str(diagnosis)
    assert diagnosis.notes() == []


def test_two_tags_count_both(tmp_path):
    frames = tagged(echoed(ids=False).close(), 1, 7) + tagged(crashed(ids=False), 2, 7)
    assert sorted(file_of(tmp_path, frames).ids) == ["normal", "server-host-crash"]


# --- what is no failure ---

NO_FAILURE = {
    "an outage that ends": (lambda: echoed().send("client", "PA", 5).again("client", 5, 200, 6)
                            .send("server", "A").send("server", "PA", 5).send("client", "A").close(), "outage"),
    "keepalive with one byte, answered":
        (lambda: echoed().send("client", "A", 1, 9000, seq=1009).send("server", "A")
         .send("client", "A", 1, 9000, seq=1009).send("server", "A").close(), "keepalive-answered"),
    "RST after both have closed": (lambda: echoed().close().send("client", "RA"), "late-reset"),
    "data on the SYN": (lambda: Talk().send("client", "S", 30).send("server", "SA").send("client", "A")
                        .send("server", "PA", 9).send("client", "A").close(), "data-on-syn"),
    "a SYN sent again": (lambda: Talk().send("client", "S").again("client", 0, 1000, 2, flags="S")
                         .send("server", "SA").send("client", "A").echo().close(), "accepted-late"),
    "refused at first, as Windows tries again":
        (lambda: Talk().send("client", "S", seq=1000).send("server", "RA", seq=0, ack=1001)
         .send("client", "S", 0, 500).send("server", "SA").send("client", "A").echo().close(), "accepted-late"),
    "a simultaneous open":
        (lambda: Talk().send("client", "S").send("server", "S").send("client", "SA", seq=1000)
         .send("server", "SA", seq=5000).echo().close(), "simultaneous-open"),
    "ICMP that was only a warning":
        (lambda: echoed().send("client", "PA", 5).icmp("client").again("client", 5, 200)
         .send("server", "A").close(), None),
}


@pytest.mark.parametrize("name", NO_FAILURE)
def test_no_failure_whatever_went_before(tmp_path, name):
    make, note = NO_FAILURE[name]
    diagnosis = diagnose(tmp_path, make())
    assert diagnosis.ids == ["normal"], str(diagnosis)
    assert note is None or note in diagnosis.notes()


def test_a_simultaneous_open_has_its_roles_by_who_was_first(tmp_path):
    talk = (Talk().send("client", "S").send("server", "S").send("client", "SA", seq=1000)
            .send("server", "A").send("client", "PA", 4).send("server", "A").send("client", "R"))
    diagnosis = diagnose(tmp_path, talk)
    row = diagnosis.data["conversations"][0]
    assert row["client"]["port"] == 40000
    assert (diagnosis.ids, diagnosis.findings()[0]["by"]) == (["bare-reset"], "client")
    assert "simultaneous-open" in diagnosis.notes()
    assert {1, 2, 7} <= set(diagnosis.findings()[0]["frames"])


def test_a_failure_beside_a_success(tmp_path):
    first = Talk(("::1", 50000), ("::1", 8080)).send("client", "S").send("server", "RA", seq=0)
    second = Talk(("127.0.0.1", 50002), ("127.0.0.1", 8080), begins_ms=5).open().echo().close()
    diagnosis = diagnose(tmp_path, first, second)
    assert diagnosis.ids == ["connect-refused", "normal"]
    assert diagnosis.notes(1) == ["then-success"]


def test_a_full_queue_shows_by_others_that_were_accepted(tmp_path):
    others = [Talk(("192.0.2.1", 40000 + i), begins_ms=i).open() for i in range(2)]
    late = Talk(("192.0.2.1", 41000), begins_ms=90).send("client", "S").again("client", 0, 1000, 3, flags="S")
    diagnosis = diagnose(tmp_path, *others, late)
    assert diagnosis.ids[-1] == "backlog-full" and diagnosis.findings()[-1]["or"] == ["connect-timeout"]


# --- many ---

def test_many_streams_are_counted_by_kind_with_an_example_each(tmp_path):
    talks = [echoed(client=("192.0.2.1", 20000 + i), begins_ms=i).close() for i in range(60)]
    talks.insert(40, crashed(client=("192.0.2.1", 30000)))
    talks.insert(50, echoed(client=("192.0.2.1", 30001)).send("client", "RA"))
    diagnosis = diagnose(tmp_path, *talks)
    kinds = {kind["id"]: (kind["count"], kind["example"]) for kind in diagnosis.data["kinds"]}
    assert kinds == {"normal": (60, 1), "server-host-crash": (1, 41), "linger-abort": (1, 51)}
    text = run(tmp_path / "mine.pcap").out
    assert "       60  normal" in text and "e.g. 41\n" in text
    assert text.count("\n  normal: ") == 1 and text.count("\n  server-host-crash: ") == 1
    assert run("--all", tmp_path / "mine.pcap").out.count("\n  normal: ") == 60


# --- the link ---

def test_a_host_that_is_gone_from_the_link(tmp_path):
    talk = echoed()
    frames = [(t, ethernet(bytes(p))) for t, p in talk.packets]
    frames += [arp("192.0.2.1", "192.0.2.2", ms) for ms in (500, 1500, 2500)]
    diagnosis = file_of(tmp_path, frames)
    assert diagnosis.ids == ["server-host-unreachable-arp"]
    assert diagnosis.findings()[0]["frames"] == [6, 8, 10]


def test_an_answered_question_is_no_failure(tmp_path):
    frames = [(t, ethernet(bytes(p))) for t, p in echoed().packets]
    frames += [arp("192.0.2.1", "192.0.2.2", ms) for ms in (500, 1500)]
    frames += [arp("192.0.2.1", "192.0.2.2", 1501, is_answer=True)]
    assert file_of(tmp_path, frames).ids == ["alive"]


def test_a_connect_whose_arp_is_not_answered_sends_nothing(tmp_path):
    diagnosis = file_of(tmp_path, [arp("192.0.2.1", "192.0.2.2", ms) for ms in (0, 1000, 2000)])
    assert [(row["id"], row["frames"]) for row in diagnosis.data["unanswered_arp"]] == [
        ("connect-unreachable-arp", [1, 3])]
    assert diagnosis.status == 0


NO_CONNECT = {
    "a scan": [arp("192.0.2.1", f"192.0.2.{i}", 1000 * t + i) for i in range(10, 40) for t in range(3)],
    "slowly": [arp("192.0.2.1", "192.0.2.2", 60_000 * t) for t in range(5)],
    "gratuitous": [arp("192.0.2.1", "192.0.2.1", 1000 * t) for t in range(3)],
    "twice only": [arp("192.0.2.1", "192.0.2.2", 1000 * t) for t in range(2)],
}


@pytest.mark.parametrize("name", NO_CONNECT)
def test_other_questions_are_no_connect(tmp_path, name):
    diagnosis = file_of(tmp_path, NO_CONNECT[name])
    assert (diagnosis.status, diagnosis.data["unanswered_arp"]) == (1, [])


def test_no_tcp_is_an_answer(tmp_path):
    dns = IP(src="192.0.2.1", dst="192.0.2.53") / UDP(sport=53, dport=53) / Raw(b"?")
    for rows in ([], [(STARTED_NS, dns)]):
        diagnosis = diagnose(tmp_path, *rows)
        assert (diagnosis.status, diagnosis.ids) == (1, [])
        assert "no TCP here" in run(tmp_path / "mine.pcap").out
