"""The pages of `make report` in a real browser, as wide as a phone and as a desk."""

import shutil

import pytest

from tests.support import browser
from tests.support import lab
from pages import report
from tests.support.browser import DOWN, END, ENTER, ESCAPE, TAB

PAGES = ["index", "sigpipe", "sigchld-wait", "connect-refused", "server-host-crash"]
WIDTHS = [375, 700, 1280]
MARKS = "[...document.querySelectorAll('.mark')].filter((mark) => mark.getClientRects().length)"
TABS_MOST = 20  # before the ladder: skip link, neighbours, files, past the diagram


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    directory = tmp_path_factory.mktemp("report")
    for file in lab.REFERENCE.glob("*.*"):
        shutil.copy(file, directory)
    report.write(directory, report.runs_in(directory)[0])
    return directory


@pytest.fixture(scope="module")
def chromium():
    if browser.missing():
        pytest.skip(browser.missing())
    opened = browser.Browser()
    yield opened
    opened.close()


@pytest.fixture
def sigpipe(chromium, pages):
    chromium.look(1280)
    chromium.go(pages / "sigpipe.html")
    return chromium


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_fits_complains_of_nothing_and_loads_nothing(chromium, pages, page, width, scheme):
    chromium.look(width, scheme)
    chromium.complaints(), chromium.loaded()
    chromium.go(pages / f"{page}.html")
    assert chromium.run("return document.documentElement.scrollWidth") <= width
    assert chromium.complaints() == []
    assert [url for url in chromium.loaded() if not url.startswith(("file:", "data:"))] == []
    ground = chromium.run("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


@pytest.mark.parametrize("page", PAGES[1:])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_of_the_ladder_is_wider_than_was_reckoned(chromium, pages, page, width):
    """With the fonts of this machine: not over its box, not over the edge."""
    chromium.look(width)
    chromium.go(pages / f"{page}.html")
    assert chromium.run(f"""return {MARKS}.flatMap((mark) => {{
        const boxes = [...mark.querySelectorAll('rect:not(.break)')].map((box) => box.getBBox());
        return [...mark.querySelectorAll('text')].map((text) => [text, text.getBBox()])
            .filter(([text, b]) => boxes.length && text.className.baseVal !== 'gap' &&
                !boxes.some((box) => box.x <= b.x + 1 && b.x + b.width <= box.x + box.width + 1))
            .map(([text]) => text.textContent);
    }})""") == []


@pytest.mark.parametrize("width", WIDTHS)
def test_tab_leads_to_the_ladder_and_shows_fields(chromium, pages, width):
    chromium.look(width)
    chromium.go(pages / "sigpipe.html")
    for _ in range(TABS_MOST):
        chromium.press(TAB)
        if chromium.run("return document.activeElement.matches('.mark')"):
            break
    fields = "return document.getElementById('fields').innerText"
    assert "$ tcpserv04" in chromium.run(fields)
    chromium.press(DOWN)
    for text in ("bind", "in the kernel for", "0.0.0.0:9877", "server"):
        assert text in chromium.run(fields)
    chromium.press(END)
    assert "killed by SIGPIPE" in chromium.run(fields)
    assert chromium.run("return getComputedStyle(document.activeElement.querySelector('rect'))"
                        ".strokeWidth") == "3px"  # the focus is seen
    chromium.press(ESCAPE)
    assert chromium.run("return document.getElementById('fields').hidden")


@pytest.mark.parametrize("width", [375, 1280])
def test_what_has_the_focus_is_not_behind_the_fields(chromium, pages, width):
    chromium.look(width)
    chromium.go(pages / "server-host-crash.html")
    count = chromium.run(f"{MARKS}[0].focus(); return {MARKS}.length")
    assert count > 40
    for _ in range(count - 1):
        chromium.press(DOWN)
        assert chromium.run(
            "const box = document.activeElement.querySelector('text').getBoundingClientRect();"
            "const fields = document.getElementById('fields').getBoundingClientRect();"
            "return box.top >= 0 && box.bottom <= fields.top")


def test_a_tap_shows_the_fields_and_another_beside_hides_them(chromium, pages):
    chromium.look(375)
    chromium.go(pages / "sigpipe.html")
    chromium.click(".narrow .mark[aria-label*='EPIPE']")
    assert not chromium.run("return document.getElementById('fields').hidden")
    chromium.click("h1")
    assert chromium.run("return document.getElementById('fields').hidden")


def test_the_skip_link_is_first_and_skips(sigpipe):
    sigpipe.press(TAB)
    assert sigpipe.run("return document.activeElement.className") == "skip"
    assert sigpipe.run("return document.activeElement.getBoundingClientRect().left") >= 0
    sigpipe.press(ENTER)
    assert sigpipe.run("return document.activeElement.id") == "main"


def test_every_link_of_the_index_works(chromium, pages):
    chromium.look(1280)
    chromium.go(pages / "index.html")
    links = chromium.run("return [...document.links].map((link) => link.getAttribute('href'))")
    links = [link for link in links if not link.startswith("#")]
    assert len(links) >= 3 * len(list(lab.REFERENCE.glob("*.json")))
    assert sorted(links) == sorted(set(lab.contents(pages)) - {"index.html"})
    chromium.click("th a")
    assert chromium.run("return document.querySelector('h1').textContent") == "connect-refused PASS"
    chromium.click("nav a")
    assert chromium.run("return document.title") == "brokenpipe: all runs"


def test_on_paper_the_ladder_is_cut_between_rows_and_nothing_to_click_is_left(sigpipe):
    sigpipe.look(1100, media="print")
    shown = sigpipe.run("return [...document.querySelectorAll('.paper > svg')]"
                        ".map((svg) => svg.getBoundingClientRect().height)")
    assert len(shown) > 2 and max(shown) < 450
    assert sigpipe.run("return ['.wide', '.narrow', 'nav', '.skip'].filter((selector) =>"
                       "document.querySelector(selector).getClientRects().length)") == []
    sigpipe.look(1280)


def test_without_a_script_titles_and_focus_remain(chromium, pages, tmp_path):
    chromium.look(1280)
    page = tmp_path / "plain.html"
    text = (pages / "sigpipe.html").read_text(encoding="utf-8")
    page.write_text(text[:text.rindex("<script>")] + "</body></html>", encoding="utf-8")
    chromium.go(page)
    assert chromium.run(f"return {MARKS}.every((mark) => mark.tabIndex === 0 &&"
                        "mark.querySelector('title').textContent)")
