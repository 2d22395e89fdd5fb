"""What README.md shows is so."""

import re

from tests.support import sheets
from tests.support.lab import REPO


def test_the_failure_is_where_it_says():
    readme = sheets.read(REPO / "README.md")
    source, line = re.search(r"^FAIL +(\S+):(\d+)\n +wanted  client: SIGPIPE", readme, re.M).groups()
    assert "expect_signal(client, SIGPIPE, " in \
        (REPO / source).read_text().splitlines()[int(line) - 1]


def test_both_languages_have_the_same_parts():
    texts = [sheets.read(REPO / name) for name in ("README.md", "README.ko.md")]
    for count in (sheets.headings, lambda text: re.findall(r"^\|", text, re.M)):
        assert len(count(texts[0])) == len(count(texts[1]))
    assert "](README.ko.md)" in texts[0] and "](README.md)" in texts[1]
