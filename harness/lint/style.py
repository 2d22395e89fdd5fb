"""How files and functions are written, as far as it can be counted."""

import ast
import re

from lint.sources import C, PYTHON, Finding, c_code, files, find, line_at, python_code, text_of

FILE_LINES, FUNCTION_LINES = 400, 60


def long_files(root):
    for file in files(root, *C, *PYTHON):
        count = text_of(root, file).count("\n")
        if count > FILE_LINES:
            yield Finding(file, FILE_LINES + 1, f"{count} lines: a file has at most {FILE_LINES}")


def c_functions(text):
    """(line, how many lines) of each body: by .clang-format { and } stand alone around it."""
    for match in re.finditer(r"^\{\n(.*?)^\}$", text, re.M | re.S):
        yield line_at(text, match.start()), match[1].count("\n")


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def long_functions(root):
    for patterns, functions in ((C, c_functions), (PYTHON, python_functions)):
        for file in files(root, *patterns):
            for line, count in functions(text_of(root, file)):
                if count > FUNCTION_LINES:
                    yield Finding(file, line, f"a function of {count} lines: at most "
                                              f"{FUNCTION_LINES}")


def torn_comments(root):
    """As clang-format leaves one behind that was too long."""
    for file in files(root, *C):
        yield from find(root, file, r"^ \*[^ \t/\n].*", "a torn comment: {}")


def sleeps(root):
    """Who waits, waits for what is observed. core/ shows what the book does."""
    rule = "no sleep: wait for what is observed"
    for file in files(root, "harness/**/*.[ch]", "scenarios/*.c"):
        yield from find(root, file, r"\b(?:u|nano|clock_nano)?sleep\s*\(", rule,
                        c_code(text_of(root, file)))
    for file in files(root, *PYTHON):
        yield from find(root, file, r"\bsleep\(", rule, python_code(text_of(root, file)))


def hidden_functions(root):
    """As `void(hold)(...)`: ctags, cscope and a reader who searches do not find them."""
    for file in files(root, *C):
        yield from find(root, file, r"^\w[\w *]*\(\w+\)\(",
                        "a function whose name stands in parentheses is seen by no tool: {}")


def scenario_headers(root):
    """A scenario begins with its name, its claim and its section."""
    for file in files(root, "scenarios/*.c"):
        header = re.match(r"/\*\n \* (.*?)\*/", text_of(root, file), re.S)
        name = file.rsplit("/", 1)[1].removesuffix(".c").replace("_", "-")
        if not header or not header[1].startswith(f"{name}: "):
            yield Finding(file, 1, f'a scenario begins with a comment "{name}: CLAIM"')
        elif not re.search(r"\((UNP|RFC) [\d., ]+", header[1]):
            yield Finding(file, 1, "the comment at the top names the section: (UNP 5.13)")


def core_of_the_lab(root):
    """The programs under study know nothing of the lab that watches them."""
    for file in files(root, "core/*.c", "core/lib/*.[ch]"):
        yield from find(root, file, r"(?i)ptrace|seccomp|pcap|netns|brokenpipe",
                        "core knows nothing of the lab: {}")


RULES = (long_files, long_functions, torn_comments, sleeps, hidden_functions, scenario_headers,
         core_of_the_lab)


def check(root):
    for rule in RULES:
        yield from rule(root)
