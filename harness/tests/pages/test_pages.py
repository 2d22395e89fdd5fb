"""The pages of `make report`: what stands in them, and that they are whole."""

import dataclasses
import html.parser
import json
import re
import shutil
import subprocess
import sys

import pytest

from tests.support import lab, made_record
from tests.support.lab import BROKEN, REFERENCE, REPO

from pages import errno_md, report, run_page, templates
from runs.run_file import RunFile

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


def page_of(run):
    return run_page.page(run, [])


@pytest.fixture(scope="module")
def parsed():
    """(run, its parsed page) of every reference."""
    runs = [lab.run_of(REFERENCE, name) for name in NAMES]
    return [(run, Parser(page_of(run))) for run in runs]


@pytest.mark.parametrize("name", made_record.RECORDS)
def test_a_page_of_strange_things_is_whole(name):
    Parser(page_of(made_record.run_of(made_record.RECORDS[name])))


def test_a_page_is_whole_and_leads_nowhere_outside(parsed):
    for run, parser in parsed:
        assert all(re.match(r"#|data:|index\.html$", link) for link in parser.links), run.name
        assert parser.tags.count("h1") == 1 and parser.tags.count("svg") > 3, run.name


def test_a_page_shows_every_expectation_scene_and_action(parsed):
    for run, parser in parsed:
        for expectation in run.expectations:
            assert expectation["wanted"] in parser.text and expectation["at"] in parser.text
        assert f"make scenario-{run.name}" in parser.text and run.claim in parser.text
        for event in run.timeline:
            if event["kind"] in ("scene", "action"):
                typed = re.sub(r'^(\$ |types ")|(?<=.)"$', "", event["text"])
                assert typed in parser.text or typed == 'types ""', (run.name, typed)
        assert run.errnos == [] or ", ".join(run.errnos) in parser.text


def test_what_builds_the_hosts_is_apart_from_what_the_scenario_does():
    run = RunFile.load(REFERENCE, "sigpipe")
    set_up, actions = run_page.lines_of(run)
    assert [line.text.split("/")[-1] for line in actions][:1] == ["tcpserv04"]
    assert set_up and not any("tcpserv04" in line.text for line in set_up)


def test_an_expectation_stands_under_the_scene_in_which_it_was_met(parsed):
    for run, _ in parsed:
        shown = run_page.by_scene(run)
        assert [e["n"] for _, wanted in shown for e in wanted] == [e["n"] for e in run.expectations]
        scenes = [event["text"] for event in run.timeline if event["kind"] == "scene"]
        assert [text for text, _ in shown if text] == scenes


def test_a_run_over_ipv6_is_shown_again_over_ipv6():
    run = dataclasses.replace(lab.run_of(REFERENCE, "sigpipe"), name="sigpipe-inet6")
    text = Parser(page_of(run)).text
    assert "make scenario-sigpipe FAMILY=inet6" in text and "The write after that" in text


def test_what_a_program_prints_does_nothing():
    text = page_of(made_record.run_of(made_record.nasty()))
    parser = Parser(text)
    assert "b" not in parser.tags and parser.tags.count("script") == 2
    assert "not met" in parser.text and "seen: </script>" in parser.text
    assert not set(text) & set("\x00\x1b\u202e\ufffe")


def test_a_value_is_text_and_never_markup():
    template = templates.ENVIRONMENT.from_string('<a title="{{ x }}">{{ x }}</a>{{ [x]|tojson }}')
    shown = template.render(x="\"'<b>&\x1b\u202e</script>")
    assert shown.startswith('<a title="&#34;&#39;&lt;b&gt;&amp;\\x1b\\x202e&lt;/script&gt;">&#34;')
    assert shown.count("<") == 2


def test_what_was_not_reached_is_shown_so():
    wanted = {"at": "a.c:1", "kind": "state", "wanted": "this"}
    data = made_record.record([], verdict="unmet", expectations=[
        wanted | {"n": 1, "verdict": "unmet", "seen": "that"}, wanted | {"n": 2, "verdict": "open"}])
    text = Parser(page_of(made_record.run_of(data))).text
    assert "FAIL" in text and "0 of 2" in text and "seen: that" in text and "not reached" in text


def test_the_script_knows_every_event_that_can_be_pointed_at():
    text = page_of(lab.run_of(REFERENCE, "sigpipe"))
    events = json.loads(re.search(r'id="events">(.*?)</script>', text, re.S)[1])
    pointed = {n for numbers in re.findall(r'data-n="([0-9 ]+)"', text) for n in numbers.split()}
    assert pointed <= set(events) and len(pointed) > 50


# --- the book ---

def test_the_page_has_the_section_of_the_book(parsed):
    for run, parser in parsed:
        book = parser.text[parser.text.index("Book vs. this kernel"):parser.text.index("What to type")]
        assert "This kernel" in book and "Why" in book, run.name
        assert not set("*`|") & set(book), run.name


def test_a_section_is_read_with_its_lines_and_its_row_of_the_slides():
    markdown = ("| 5.1 | the slides `a` | here *b* | `one-two` |\n\n### Title <x> (5.1)\n\n"
                "- **The book**: long\n  line [link](x.md).\n- **Why**: `f()`\n\n"
                "| run | errno |\n|---|---|\n| `one` | EPIPE |\n| `one-two` | - |\n\n## Next\n\n"
                "### Other\n\n- **Why**: not this\n")
    entry = errno_md.entry("one-two", markdown)
    assert entry == errno_md.Entry("Title <x> (5.1)", [("The book", "long line [link](x.md)."),
                                                       ("Why", "`f()`")],
                                   errno_md.Overview("5.1", "the slides `a`", "here *b*"))
    assert errno_md.entry("one-two-inet6", markdown) == entry
    assert errno_md.entry("three", markdown) is None
    assert errno_md.entry("one", markdown).overview is None


@pytest.mark.parametrize("markdown, html", [
    ("a `b<c` **d** *e* [f](g.md) <h>",
     "a <code>b&lt;c</code> <strong>d</strong> <em>e</em> f &lt;h&gt;"),
    ("", ""), ("`{x}` & 2 * 3", "<code>{x}</code> &amp; 2 * 3")])
def test_a_line_of_markdown_becomes_html(markdown, html):
    assert errno_md.inline(markdown) == html


# --- the index ---

@pytest.fixture
def captures(tmp_path):
    for name in ("normal", "sigpipe", "sigpipe-ignored"):
        for kind in ("json", "pcap"):
            shutil.copy(REFERENCE / f"{name}.{kind}", tmp_path)
    return tmp_path


def make_report(captures):
    return lab.finish(subprocess.Popen(
        [sys.executable, REPO / "harness", "pages.report", "--captures", captures],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE))


def index_of(captures):
    runs, unreadable = report.runs_in(captures)
    report.write(captures, runs)
    assert unreadable == []
    return Parser((captures / "index.html").read_text(encoding="utf-8"))


def test_the_index_has_every_run_in_the_order_of_the_book(captures):
    (captures / "sigpipe.pcapng").write_bytes(b"")
    (captures / "other.json").write_text("{}", encoding="utf-8")
    index = index_of(captures)
    assert [link for link in index.links if link.endswith(".html")] == \
        ["normal.html", "sigpipe.html", "sigpipe-ignored.html"]
    assert [link for link in index.links if "sigpipe." in link] == \
        ["sigpipe.html", "sigpipe.pcap", "sigpipe.pcapng", "sigpipe.json"]
    assert all((captures / link).exists() for link in index.links if link[0] not in "#d")
    assert "3 runs: 3 PASS" in index.text and "EPIPE, SIGPIPE" in index.text


def test_a_run_that_failed_is_seen_in_the_index(captures):
    story = lab.story_of(REFERENCE, "sigpipe") | {"verdict": "unmet"}
    (captures / "sigpipe.json").write_text(json.dumps(story), encoding="utf-8")
    assert "2 PASS, 1 FAIL" in index_of(captures).text


def test_neighbours_are_linked(captures):
    index_of(captures)
    parser = Parser((captures / "sigpipe.html").read_text(encoding="utf-8"))
    assert {"index.html", "normal.html", "sigpipe-ignored.html"} <= set(parser.links)


def test_where_there_is_no_run_it_says_what_to_do(tmp_path):
    make_report(tmp_path).ends(1, "make scenarios")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_read_is_said_and_the_others_have_their_pages(captures):
    (captures / "sigpipe.json").write_text('{"schema": "brokenpipe/0"}')
    run = make_report(captures)
    run.ends(BROKEN, "2 runs: ")
    assert "run it again: make scenario-sigpipe" in run.err and run.err.count("\n") == 1
    assert (captures / "normal.html").exists() and not (captures / "sigpipe.html").exists()
