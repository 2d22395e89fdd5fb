"""The pages of `make report`: what stands in them, and that they are whole."""

import html.parser
import json
import re
import shutil
import subprocess
import sys

import pytest

from tests.support import lab
from tests.support import made_story
from tests.support.lab import REFERENCE, REPO

from pages import report
from pages import report_book
from pages import report_page

VOID = {"meta", "link", "br", "hr", "img", "input"}
NAMES = sorted(file.stem for file in REFERENCE.glob("*.json"))


class Parser(html.parser.HTMLParser):
    """Tags are closed as they were opened; ids are there once; links lead somewhere."""

    def __init__(self, text):
        super().__init__()
        self.open, self.ids, self.links, self.text, self.tags = [], [], [], "", []
        self.feed(text)
        assert self.open == []
        assert len(self.ids) == len(set(self.ids))

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.ids += [value for name, value in attributes if name == "id"]
        self.links += [value for name, value in attributes if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def page(name, present=()):
    story = made_story.STORIES.get(name) or lab.story_of(REFERENCE, name)
    return report_page.run_page(name, story, list(present))


@pytest.mark.parametrize("name", [*made_story.STORIES, *NAMES])
def test_a_page_is_whole_and_leads_nowhere_outside(name):
    parser = Parser(page(name))
    assert all(re.match(r"#|data:|index\.html$", link) for link in parser.links)
    assert parser.tags.count("h1") == 1 and parser.tags.count("svg") > 3


@pytest.mark.parametrize("name", NAMES)
def test_a_page_tells_every_expectation_scene_and_action(name):
    story, parser = lab.story_of(REFERENCE, name), Parser(page(name))
    for expectation in story["expectations"]:
        assert expectation["wanted"] in parser.text and expectation["at"] in parser.text
    assert f"make scenario-{name}" in parser.text and story["claim"] in parser.text
    for event in story["timeline"]:
        if event["kind"] == "scene" or event["kind"] == "action" and event["text"].startswith("$"):
            assert event["text"].removeprefix("$ ") in parser.text
    for error in lab.runs.errnos(story):
        assert error in parser.text


@pytest.mark.parametrize("name", NAMES)
def test_an_expectation_stands_under_the_scene_that_told_it(name):
    story = lab.story_of(REFERENCE, name)
    told = report_page.by_scene(story)
    assert [e["n"] for _, wanted in told for e in wanted] == [e["n"] for e in story["expectations"]]
    scenes = [event["text"] for event in story["timeline"] if event["kind"] == "scene"]
    assert [text for text, _ in told if text] == scenes


def test_a_run_over_ipv6_is_told_again_over_ipv6():
    text = Parser(report_page.run_page("sigpipe-inet6", lab.story_of(REFERENCE, "sigpipe"), [])).text
    assert "make scenario-sigpipe FAMILY=inet6" in text and "The write after that" in text


def test_what_a_program_prints_does_nothing():
    parser = Parser(page("nasty"))
    assert "b" not in parser.tags and parser.tags.count("script") == 2
    assert "not met" in parser.text and "seen: </script>" in parser.text


def test_what_was_not_reached_is_told_so():
    wanted = {"at": "a.c:1", "kind": "state", "wanted": "this"}
    story = made_story.story([], verdict="unmet", expectations=[
        wanted | {"n": 1, "verdict": "unmet", "seen": "that"}, wanted | {"n": 2, "verdict": "open"}])
    text = Parser(report_page.run_page("made", story, [])).text
    assert "FAIL" in text and "0 of 2" in text and "seen: that" in text and "not reached" in text


def test_the_script_knows_every_event_that_can_be_pointed_at():
    text = page("sigpipe")
    events = json.loads(re.search(r'id="events">(.*?)</script>', text, re.S)[1])
    pointed = {n for numbers in re.findall(r'data-n="([0-9 ]+)"', text) for n in numbers.split()}
    assert pointed <= set(events) and len(pointed) > 50


# --- the book ---

@pytest.mark.parametrize("name", NAMES)
def test_the_page_has_the_section_of_the_book(name):
    said = report_page.book(name, lab.story_of(REFERENCE, name))
    text = Parser(f"<div>{said}</div>").text
    assert said.count("<dt>") >= 3 and "This kernel" in text and "Why" in text
    assert "**" not in text and "`" not in text and "|" not in text


def test_a_section_is_read_with_its_lines_and_its_row_of_the_slides():
    markdown = ("| 5.1 | the slides `a` | here *b* | `one-two` |\n\n### Title <x> (5.1)\n\n"
                "- **The book**: long\n  line [link](x.md).\n- **Why**: `f()`\n\n"
                "| run | errno |\n|---|---|\n| `one` | EPIPE |\n| `one-two` | - |\n\n## Next\n\n"
                "### Other\n\n- **Why**: not this\n")
    said = report_book.book_against_kernel("one-two", markdown)
    assert "<h3>Title &lt;x&gt; (5.1)</h3>" in said and "<dd>long line link.</dd>" in said
    assert "<code>a</code>" in said and "<em>b</em>" in said and "not this" not in said
    assert report_book.book_against_kernel("one-two-inet6", markdown) == said
    assert report_book.book_against_kernel("three", markdown) == ""
    assert "slides say" not in report_book.book_against_kernel("one", markdown)


# --- the index ---

@pytest.fixture
def captures(tmp_path):
    for name in ("normal", "sigpipe", "sigpipe-ignored"):
        for kind in ("json", "pcap"):
            shutil.copy(REFERENCE / f"{name}.{kind}", tmp_path)
    return tmp_path


def test_the_index_has_every_run_in_the_order_of_the_book(captures):
    (captures / "sigpipe.pcapng").write_bytes(b"")
    (captures / "other.json").write_text("{}", encoding="utf-8")
    assert list(report.write(captures)) == ["normal", "sigpipe", "sigpipe-ignored"]
    parser = Parser((captures / "index.html").read_text(encoding="utf-8"))
    assert [link for link in parser.links if "sigpipe." in link] == \
        ["sigpipe.html", "sigpipe.pcap", "sigpipe.pcapng", "sigpipe.json"]
    assert all((captures / link).exists() for link in parser.links if link[0] not in "#d")
    assert "3 runs: 3 PASS" in parser.text and "EPIPE, SIGPIPE" in parser.text


def test_a_run_that_failed_is_seen_in_the_index(captures):
    story = lab.story_of(REFERENCE, "sigpipe") | {"verdict": "unmet"}
    (captures / "sigpipe.json").write_text(json.dumps(story), encoding="utf-8")
    report.write(captures)
    parser = Parser((captures / "index.html").read_text(encoding="utf-8"))
    assert "2 PASS, 1 FAIL" in parser.text


def test_neighbours_are_linked(captures):
    report.write(captures)
    parser = Parser((captures / "sigpipe.html").read_text(encoding="utf-8"))
    assert {"index.html", "normal.html", "sigpipe-ignored.html"} <= set(parser.links)


def test_where_there_is_no_run_it_says_what_to_do(tmp_path):
    run = subprocess.run([sys.executable, REPO / "harness", "pages.report", "--captures", tmp_path],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert run.returncode == 1 and "make scenarios" in run.stderr
    assert not list(tmp_path.iterdir())
