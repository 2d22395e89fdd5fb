"""What the rules of the tree are checked on: the source files, their lines, and what was found."""

import re
from dataclasses import dataclass

C = ("core/*.[ch]", "core/lib/*.[ch]", "harness/**/*.[ch]", "scenarios/*.c")
PYTHON = ("harness/**/*.py",)


@dataclass(frozen=True, order=True)
class Finding:
    """A rule that is broken, and where."""

    file: str  # from the root
    line: int
    rule: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.rule}"


def files(root, *patterns):
    """Paths from the root, sorted."""
    return sorted({str(path.relative_to(root)) for pattern in patterns
                   for path in root.glob(pattern)})


def text_of(root, file):
    return (root / file).read_text(encoding="utf-8")


def line_at(text, position):
    return text.count("\n", 0, position) + 1


def find(root, file, pattern, rule, text=None):
    """A finding for each place that the pattern matches; {} of the rule is the match."""
    text = text_of(root, file) if text is None else text
    for match in re.finditer(pattern, text, re.M):
        yield Finding(file, line_at(text, match.start()), rule.format(match[0].strip()))


def blank(match):
    """As many lines, and nothing in them."""
    return "\n" * match[0].count("\n") + " "


def c_code(text):
    """Without comments and strings; the lines stay."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', blank, text,
                  flags=re.S)


def python_code(text):
    """Without strings; the lines stay. Comments are left: they are short."""
    return re.sub(r'"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.S)
