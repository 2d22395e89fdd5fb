"""The worksheets: one for every scenario of the chapter, the same in both languages, and every
command, display filter and link in them does what the sheet says.
"""

import concurrent.futures
import functools
import re
import shlex
import shutil
import subprocess

import pytest

from tests.support import lab
from tests.support import sheets
from tests.support.sheets import ENGLISH, KOREAN, PAGES, SHEETS, Command, Filter
from tests.support.make import make

PARTS = ["What the book says", "Predict", "Run", "Find in the capture", "Why the kernel does it",
         "Change and try", "What a correct program does"]
PARTS_IN_KOREAN = ["교재의 설명", "예측하기", "실행하기", "캡처에서 찾기", "커널은 왜 이렇게 하는가",
                   "바꾸어 해 보기", "올바른 프로그램은"]
WITH_COMMANDS = ["README.md", *SHEETS]
AT_ONCE = 4  # they wait more than they work


@functools.cache
def english(name):
    return sheets.read(ENGLISH / name)


@functools.cache
def korean(name):
    return sheets.read(KOREAN / name)


# --- which there are, and their shape ---

def sections(name):
    """Of UNP, in the line below the title: (5, 6), (5, 7)."""
    named = re.search(r"^UNP ([\d., ]+) · ", english(name), re.M)[1]
    return [tuple(int(number) for number in one.split(".")) for one in named.split(", ")]


CHAPTER = {name: story["section"] for name in sorted({n.scenario for n in lab.NAMES})
           if (story := lab.story_of(lab.REFERENCE, name))["section"].startswith("5.")}


def test_every_scenario_of_the_chapter_is_run_by_a_sheet_of_its_section():
    def is_run(scenario):
        section = tuple(int(number) for number in CHAPTER[scenario].split(",")[0].split("."))
        there = {name for name in SHEETS for command in sheets.commands(english(name))
                 if re.match(rf"make scenario-{scenario}( |$)", command.line)}
        assert any(section in sections(name) for name in there), CHAPTER[scenario]
    lab.each(CHAPTER, is_run)


def test_the_sheets_are_numbered_in_the_order_of_the_book():
    assert [int(name[:2]) for name in SHEETS] == list(range(1, len(SHEETS) + 1))
    assert [sections(name)[0] for name in SHEETS] == sorted(sections(name)[0] for name in SHEETS)


def test_the_indices_list_every_sheet_once():
    for text in english("README.md"), korean("README.md"):
        assert re.findall(r"^\| (\d+) \| \[(\S+)\]\((\S+)\)", text, re.M) == [
            (str(n), name[3:-3], name) for n, name in enumerate(SHEETS, 1)]


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_has_its_parts_and_two_to_four_questions(name):
    for text, parts in (english(name), PARTS), (korean(name), PARTS_IN_KOREAN):
        assert sheets.headings(text, "##") == parts
        assert len(sheets.headings(text, "#")) == 1
        predict = text.split(f"\n## {parts[1]}\n")[1].split("\n## ")[0]
        questions = re.findall(r"^(\d)\. ((?:.|\n {3})*)", predict, re.M)
        assert 2 <= len(questions) <= 4
        assert all("☐" in question or "____" in question for _, question in questions)


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_both_languages_have_the_same(name):
    texts = english(name), korean(name)
    for what in (sheets.commands, sheets.filters,
                 lambda text: [len(level) for level in re.findall("^(#+) ", sheets.prose(text), re.M)],
                 lambda text: set(re.findall(r"core/[\w/]+\.c", text)),
                 lambda text: set(re.findall(r"RFC\s\d+(?:\s[\d.]*\d)?", text)),
                 lambda text: set(re.findall(r"`\w+\(\)`", text))):
        assert what(texts[0]) == what(texts[1])


def test_there_is_a_korean_page_for_each_english_one():
    assert sorted(path.name for path in KOREAN.glob("*.md")) == sorted(WITH_COMMANDS)


# --- links ---

def test_every_link_leads_somewhere():
    assert {path: broken for path in PAGES if (broken := sheets.broken_links(path))} == {}


def test_what_is_emphasized_is_shown_so():
    assert sheets.stray_stars("*소프트 에러(soft error)*로") and not sheets.stray_stars("*시간*으로")
    assert {path: stars for path in PAGES if (stars := sheets.stray_stars(sheets.read(path)))} == {}


def test_a_link_to_nowhere_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A `title`, of sorts\n[a](page.md#a-title-of-sorts) [b](#no) [c](nope.md)\n"
                    "[d](https://example.org/nope) [e](page.md)\n```\n# not\n[f](a block)\n```\n")
    assert sheets.broken_links(page) == ["#no", "nope.md"]


# --- commands ---

def run(command, captures, patience):
    words = [word.replace("build/", f"{lab.BUILD}/") for word in shlex.split(command.line)]
    if words[0] == "make":
        return make(*words[1:], f"CAPTURES={captures}", **patience)
    return lab.finish(subprocess.Popen(words, cwd=lab.REPO, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE))


def ending(command, captures):
    """What is wrong with how it ends; None if nothing is.

    What is to fail has little time for it first, and what is to be met the time of a student's run.
    On a busy machine that may be too little: only a failure with all the time counts.
    """
    wanted = f"  wanted  {command.wanted}\n" if command.wanted else ""
    for patience in (lab.SOON if command.status else {}), lab.patience(4):
        ended = run(command, captures, patience)
        if ended.status == command.status and wanted in ended.out:
            return None
    return f"{command}\n{ended}"


def first_seen(name):
    """A command that is on several sheets is run for the first of them."""
    before = {command for other in WITH_COMMANDS[:WITH_COMMANDS.index(name)]
              for command in sheets.commands(english(other))}
    return [command for command in dict.fromkeys(sheets.commands(english(name)))
            if command not in before]


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_every_command_ends_as_the_sheet_says(name, tmp_path):
    lab.skip_where_the_lab_cannot_run()
    pytest.importorskip("scapy", reason="python3-scapy is not installed for this Python: make deps")
    to_run = first_seen(name)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as threads:
        wrong = threads.map(ending, to_run, [tmp_path / str(n) for n in range(len(to_run))])
        assert "\n".join(filter(None, wrong)) == ""


def test_a_command_that_ends_otherwise_is_found(tmp_path):
    lab.skip_where_the_lab_cannot_run()
    assert ending(Command("build/core/sigdemo kill"), tmp_path) is None
    assert ending(Command("build/core/sigdemo kill", 2, "x"), tmp_path)
    assert ending(Command("make scenario-sigpipe", 2, "x"), tmp_path)
    wrong = "make scenario-sigpipe CLIENT=build/core/tcpcli11_ignore"
    assert ending(Command(wrong, 2, "client: SIGPIPE, default action"), tmp_path) is None
    assert ending(Command(wrong, 2, "client: SIGPIPE"), tmp_path)
    assert ending(Command(wrong), tmp_path)


def test_what_the_text_names_is_there():
    for text in [read(name) for name in WITH_COMMANDS for read in (english, korean)]:
        for path in re.findall(r"(?:core|captures/reference|harness)/[\w/.-]+\.(?:c|py|pcap)\b", text):
            assert (lab.REPO / path).exists(), path
        for run_name in re.findall(r"make (?:scenario|verify|wireshark|tshark)-([a-z0-9-]+)", text):
            assert run_name in lab.NAMES


# --- display filters ---

def frames(capture, texts):
    """How many frames each filter matches. All in one run of tshark, which takes 0.3 s to start."""
    run = subprocess.run(["tshark", "-n", "-q", "-r", capture, "-z", ",".join(["io,stat,0", *texts])],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 0, run.stderr
    rows = re.findall(r"^\| *[\d.]+ <> .*?\|(.*)\|$", run.stdout, re.M)
    counts = [int(number) for number in re.findall(r"\d+", rows[0])[::2]] if rows else [0] * len(texts)
    assert len(counts) == len(texts), run.stdout
    return counts


def wrong_filters(found, captures):
    """An annotated capture is not committed: it is taken from captures, where a run leaves it."""
    def wrong(capture):
        of_run = [each for each in found if each.capture == capture]
        directory = captures if capture.endswith(".pcapng") else lab.REFERENCE
        counts = frames(directory / capture, [each.text for each in of_run])
        return [f"{each}: {count}" for each, count in zip(of_run, counts) if bool(count) != each.matches]
    return [text for capture in sorted({each.capture for each in found}) for text in wrong(capture)]


@pytest.fixture
def tshark():
    if not shutil.which("tshark"):
        pytest.skip("tshark is not installed")


def all_filters(kind):
    """Of all sheets, each once."""
    found = {each: None for name in SHEETS for each in sheets.filters(english(name))
             if each.capture.endswith(f".{kind}")}
    assert {each.capture for each in found} and all("," not in each.text for each in found)
    return list(found)


def test_every_sheet_has_filters_of_both_kinds():
    for name in SHEETS:
        assert {each.capture.rsplit(".")[1] for each in sheets.filters(english(name))} == {"pcap", "pcapng"}


def test_every_filter_is_accepted_and_matches_what_the_sheets_say(tshark):
    assert wrong_filters(all_filters("pcap"), captures=None) == []


def test_so_is_every_filter_for_an_annotated_capture(ran, tshark):
    lab.skip_where_the_lab_cannot_run()
    found = all_filters("pcapng")
    for name in {each.capture.removesuffix(".pcapng") for each in found}:
        ran(name).ends(lab.MET)
    assert wrong_filters(found, ran.captures) == []


def test_a_filter_that_matches_otherwise_is_found(tshark):
    good = [Filter("sigpipe.pcap", "tcp.flags.reset == 1", True),
            Filter("sigpipe.pcap", "icmp", False)]
    bad = [Filter(each.capture, each.text, not each.matches) for each in good]
    assert wrong_filters(good, None) == []
    assert len(wrong_filters(bad, None)) == 2
    with pytest.raises(AssertionError, match="tcp.nonsense"):
        wrong_filters([Filter("sigpipe.pcap", "tcp.nonsense == 1", True)], None)
