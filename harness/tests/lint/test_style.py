"""make lint finds what is written against the rules, and finds it where it is."""

import pytest

from lint import style, tools
from lint.sources import Finding

MANY, TOO_MANY = style.FILE_LINES, style.FILE_LINES + 1
BODY = "\tx();\n"


def c_function(lines):
    return f"void f(void)\n{{\n{BODY * lines}}}\n"


def python_function(lines):
    return "def f():\n" + "    f()\n" * (lines - 1)


HEADER = "/*\n * my-failure: what it shows (UNP 5.13).\n */\n"

# a rule; a file; a text that keeps it; a text that does not; the line, and words of the finding
RULES = {
    "a long file": ("long_files", "harness/base/a.c", "\n" * MANY, "\n" * TOO_MANY, 401, "401 lines"),
    "a long test": ("long_files", "harness/tests/base/test_a.py", "\n" * MANY, "\n" * TOO_MANY, 401, ""),
    "a long function": ("long_functions", "core/a.c", c_function(60), "\n" + c_function(61), 3,
                        "a function of 61 lines"),
    "a long function in Python": ("long_functions", "harness/runs/a.py", python_function(60),
                                  "\n\n" + python_function(61), 3, "61 lines"),
    "a torn comment": ("torn_comments", "harness/base/a.h", "/*\n * whole\n */\n",
                       "/*\n * torn\n *here\n */\n", 3, "*here"),
    "a sleep": ("sleeps", "scenarios/a.c", '/* sleep(1) */\nf("sleep(1)");\n', "\nusleep(1);\n", 2, ""),
    "a sleep in Python": ("sleeps", "harness/runs/a.py", '"""\ntime.sleep(1)\n"""\nprint("sleep(1)")\n',
                          "import time\ntime.sleep(1)\n", 2, "no sleep"),
    "a hidden function": ("hidden_functions", "harness/story/a.c", "void (*hold)(void);\nint hold(void);\n",
                          "\nstruct actor *(start)(void)\n", 2, "struct actor *(start)("),
    "a scenario without its name": ("scenario_headers", "scenarios/my_failure.c", HEADER,
                                    HEADER.replace("my-", "your-"), 1, "my-failure: CLAIM"),
    "a scenario without its section": ("scenario_headers", "scenarios/my_failure.c", HEADER,
                                       HEADER.replace("UNP ", ""), 1, "names the section"),
    "core that looks out": ("core_of_the_lab", "core/a.c", "int main(void)\n", "\n// Ptrace\n", 2,
                            "Ptrace"),
}


@pytest.mark.parametrize("rule, file, good, bad, line, words", RULES.values(), ids=RULES.keys())
def test_what_breaks_a_rule_is_found_where_it_is(tmp_path, rule, file, good, bad, line, words):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(good)
    assert list(getattr(style, rule)(tmp_path)) == []
    path.write_text(bad)
    found, = getattr(style, rule)(tmp_path)
    assert (found.file, found.line) == (file, line) and words in found.rule


def test_every_rule_has_a_row():
    assert {row[0] for row in RULES.values()} == {rule.__name__ for rule in style.RULES}


def test_a_verb_that_ctags_does_not_see_is_found(tmp_path):
    if not tools.is_universal_ctags(tmp_path):
        pytest.skip("universal-ctags is not installed: make deps-lint")
    for file, text in {
            "harness/story/story.h": "void(hold)(int n);\nvoid scene(int n);\n#define type(x) scene(x)\n",
            "harness/story/a.c": "void(hold)(int n)\n{\n}\nvoid scene(int n)\n{\n}\n",
            "scenarios/a.c": "int f(void)\n{\n\tscene(1);\n\thold(2);\n\ttype(3);\n\tg(4);\n}\n"}.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(text)
    assert list(tools.called(tmp_path)) == ["scene", "hold", "type"]
    assert list(tools.declared(tmp_path)) == ["hold", "scene"]
    assert list(tools.invisible_verbs(tmp_path)) == [
        Finding("harness/story/story.h", 1, "ctags finds no function hold")]


def test_what_a_tool_says_is_a_finding_and_so_is_its_failure():
    said = "/a/b/harness/base/fail.c:3:7: warning: null [core]\nharness/base/fail.c:3: odd\n"
    assert tools.findings("tool", 1, said) == [
        Finding("harness/base/fail.c", 3, "warning: null [core] (tool)"),
        Finding("harness/base/fail.c", 3, "odd (tool)")]
    assert tools.findings("tool", 0, "") == []
    assert tools.findings("tool", 1, "no such option\n") == [
        Finding("Makefile", 1, "tool failed: no such option")]
