"""make lint finds who knows whom he must not: in trees made for it, with the file and the line."""

import subprocess

import pytest

from lint import arrows, lint


@pytest.fixture
def tree(tmp_path):
    """Give a function that writes files, {path: text}, and returns what is found in them."""
    def check(written, build=None):
        for file, text in written.items():
            (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / file).write_text(text)
        return [str(finding) for finding in lint.own_findings(tmp_path, build)]
    return check


HEADERS = {f"harness/{room}/x.h": "" for room in arrows.C_ROOMS} | {
    "harness/story/story.h": "", "core/lib/unp.h": ""}

ALLOWED = {
    "a header of its own room": ("harness/base/a.c", '#include "base/x.h"'),
    "a room below": ("harness/show/a.c", '#include "record/x.h"'),
    "a system header": ("harness/base/a.c", "#include <stdio.h>"),
    "the verbs": ("scenarios/a.c", '/*\n * a: b (UNP 5.1)\n */\n#include "story/story.h"'),
    "the book's header": ("core/a.c", '#include "unp.h"'),
    "anything, for a test": ("harness/tests/base/test_a.c", '#include "lab/x.h"'),
}
FORBIDDEN = {
    "base": ("harness/base/a.c", "record/x.h", "base must not know record: it knows nobody"),
    "an observer": ("harness/observe/a.h", "expect/x.h", "observe must not know expect"),
    "a cause": ("harness/explain/a.c", "expect/x.h", "explain must not know expect"),
    "hosts": ("harness/hosts/a.c", "observe/x.h", "hosts must not know observe"),
    "a shower": ("harness/show/a.c", "lab/x.h", "show must not know lab"),
    "the lab": ("harness/lab/a.h", "story/story.h", "lab must not know story"),
    "a scenario": ("scenarios/a.c", "lab/x.h", "a scenario knows harness/story/story.h and nothing"),
    "a story of the tests": ("harness/tests/stories/a.c", "story/x.h", "a scenario knows"),
    "core": ("core/a.c", "../harness/base/x.h", "core knows nothing but core/lib"),
    "a room without a rule": ("harness/attic/a.c", "base/x.h", "the folder attic has no rule"),
}


@pytest.mark.parametrize("file, line", ALLOWED.values(), ids=ALLOWED.keys())
def test_what_is_allowed_is_not_found(tree, file, line):
    assert tree({**HEADERS, file: f"{line}\n"}) == []


@pytest.mark.parametrize("file, header, reason", FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_forbidden_include_is_found_with_its_line(tree, file, header, reason):
    first = "/*\n * a: b (UNP 5.1)\n */\n" if file.startswith("scenarios") else "\n\n\n"
    found, = tree({**HEADERS, file: f'{first}#include "{header}"\n'})
    assert found.startswith(f"{file}:4: {reason}"), found


def test_angle_brackets_hide_nothing(tree):
    found, = tree({**HEADERS, "harness/base/a.c": "#include <record/x.h>\n"})
    assert found.startswith("harness/base/a.c:1: base must not know record")


def test_a_header_that_does_not_exist_is_found(tree):
    assert tree({"harness/base/a.c": '#include "base/nope.h"\n'}) == [
        "harness/base/a.c:1: there is no base/nope.h"]


PYTHON = {"harness/runs/runs.py": "", "harness/opinion/wire.py": "", "harness/pages/page.py": ""}
IMPORTS = {
    "runs of pages": ("harness/runs/a.py", "from pages import page", "runs must not know pages"),
    "the second opinion of runs": ("harness/opinion/a.py", "import runs.runs",
                                   "opinion must not know runs: it knows nobody"),
    "pages of the second opinion": ("harness/pages/a.py", "from opinion.wire import Segment",
                                    "pages must not know opinion"),
    "in a function": ("harness/runs/a.py", "def f(): import pages.page", "runs must not know pages"),
    "a relative one": ("harness/pages/a.py", "from . import page", "an import names its folder"),
}


@pytest.mark.parametrize("file, line, reason", IMPORTS.values(), ids=IMPORTS.keys())
def test_a_forbidden_import_is_found_with_its_line(tree, file, line, reason):
    found, = tree({**PYTHON, file: f'"""Says so."""\n\n{line}\n'})
    assert found.startswith(f"{file}:3: {reason}"), found


def test_imports_of_runs_and_of_others_are_not_found(tree):
    assert tree({**PYTHON, "harness/pages/a.py": "import json\nfrom runs import runs\n",
                 "harness/tests/runs/test_a.py": "from opinion import wire\n"}) == []


def test_a_circle_of_headers_is_found_once(tree):
    circle = {"harness/base/a.h": '#include "base/b.h"\n', "harness/base/b.h": '#include "base/c.h"\n',
              "harness/base/c.h": '\n#include "base/a.h"\n', "harness/base/c.c": '#include "base/a.h"\n'}
    assert tree(circle) == ["harness/base/a.h:1: a circle of headers: harness/base/a.h → "
                            "harness/base/b.h → harness/base/c.h → harness/base/a.h"]


def test_a_circle_of_python_files_is_found(tree):
    assert tree({"harness/runs/a.py": "from runs import b\n", "harness/runs/b.py": "import runs.a\n"}) == [
        "harness/runs/a.py:1: a circle of files: harness/runs/a.py → harness/runs/b.py → harness/runs/a.py"]


def test_a_circle_of_folders_is_found(tree, monkeypatch):
    monkeypatch.setitem(arrows.C_ROOMS, "base", "record")
    assert tree({"harness/base/a.c": '#include "record/x.h"\n', "harness/record/x.h": "",
                 "harness/record/b.c": '#include "base/x.h"\n', "harness/base/x.h": ""}) == [
        "harness/base/a.c:1: a circle of folders: base → record → base"]


def compiled(root, build, sources):
    for file, text in sources.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
        target = build / "obj" / file.replace(".c", ".o")
        target.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-c", "-o", target, root / file], check=True)


def test_a_call_against_the_rule_is_found_though_nothing_is_included(tree, tmp_path):
    compiled(tmp_path, tmp_path / "build", {
        "harness/base/a.c": "void there(void);\nvoid here(void)\n{\n\tthere();\n}\n",
        "harness/lab/b.c": "void there(void)\n{\n}\n"})
    assert tree({}, tmp_path / "build") == [
        "harness/base/a.c:1: base must not know lab: it knows nobody (harness/lab/b.c)"]


def test_files_that_call_each_other_are_found(tree, tmp_path):
    call = "void {1}(void);\nvoid {0}(void)\n{{\n\t{1}();\n}}\n"
    compiled(tmp_path, tmp_path / "build", {"harness/base/a.c": call.format("a", "b"),
                                            "harness/base/b.c": call.format("b", "a")})
    assert tree({}, tmp_path / "build") == [
        "harness/base/a.c:1: a circle of files that call each other: harness/base/a → harness/base/b "
        "→ harness/base/a"]
