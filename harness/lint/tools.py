"""What other programs find: ctags, cppcheck, clang-tidy. One that is not installed is left out."""

import concurrent.futures
import os
import re
import shutil
import subprocess

from lint.sources import Finding, c_code, files, find, line_at, text_of

INCLUDES = ["-D_GNU_SOURCE", "-Iharness", "-Icore/lib"]
LIBRARIES = ["libpcap", "libmnl", "libseccomp", "jansson"]
FOUND = re.compile(r"^(?:\S*?/)?((?:core|harness|scenarios)/[^:\n]+):(\d+):(?:\d+:)? (.*)", re.M)


def output(root, *command):
    ended = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, errors="replace")
    return ended.returncode, ended.stdout


def findings(tool, status, text):
    found = [Finding(file, int(line), f"{words} ({tool})")
             for file, line, words in FOUND.findall(text)]
    if status and not found:  # it could not do its work
        found = [Finding("Makefile", 1, f"{tool} failed: {text.strip()}")]
    return found


# Every verb can be found -------------------------------------------------------------------------

STORY_H = "harness/story/story.h"


def called(root):
    """What scenarios call by a name that story.h has: {verb: where}."""
    known = set(re.findall(r"\b(\w+)\)?\(", c_code(text_of(root, STORY_H))))
    used = {}
    for file in files(root, "scenarios/*.c", "harness/tests/stories/*.c"):
        for place in find(root, file, r"\b\w+(?=\()", "{}", c_code(text_of(root, file))):
            if place.rule in known:
                used.setdefault(place.rule, place)
    return used


def declared(root):
    """The functions of story.h: {name: line}."""
    code = c_code(text_of(root, STORY_H))
    return {match[1]: line_at(code, match.start())
            for match in re.finditer(r"^\w[\w *]*?[ *(](\w+)\)?\((?=[^#]*?\);)", code, re.M)}


def tags(root, kinds, *sources):
    _, text = output(root, "ctags", "-x", f"--kinds-C={kinds}", "--_xformat=%N", "-f", "-", *sources)
    return set(text.split())


def invisible_verbs(root):
    """A verb is a macro or a prototype of story.h, and a function of a source, that ctags sees."""
    header, functions = tags(root, "+pd", STORY_H), tags(root, "f", *files(root, "harness/*/*.c"))
    for verb, place in sorted(called(root).items()):
        if verb not in header:
            yield Finding(place.file, place.line, f"ctags finds no {verb} in {STORY_H}")
    for name, line in declared(root).items():
        if name not in functions:
            yield Finding(STORY_H, line, f"ctags finds no function {name}")


# Static analysis ---------------------------------------------------------------------------------

def cppcheck(root):
    return findings("cppcheck", *output(
        root, "cppcheck", "--quiet", "--error-exitcode=1",
        "--enable=warning,portability,performance", "--inline-suppr",
        "--suppress=missingIncludeSystem", "--template={file}:{line}: {message}", *INCLUDES,
        f"-j{os.cpu_count()}", "core", "harness", "scenarios"))


def clang_tidy(root):
    _, flags = output(root, "pkg-config", "--cflags", *LIBRARIES)

    def one(file):
        return findings("clang-tidy", *output(
            root, "clang-tidy", "--quiet", file, "--", "-std=gnu11", *INCLUDES, *flags.split()))
    sources = files(root, "core/*.c", "core/lib/*.c", "harness/*/*.c", "scenarios/*.c")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as threads:
        return [finding for found in threads.map(one, sources) for finding in found]


def is_universal_ctags(root):
    return shutil.which("ctags") and "Universal Ctags" in output(root, "ctags", "--version")[1]


def check(root, quick=False):
    """Findings; and the tools that are missing, by their packages."""
    tools = [("universal-ctags", is_universal_ctags(root), invisible_verbs)]
    if not quick:
        tools += [("cppcheck", shutil.which("cppcheck"), cppcheck),
                  ("clang-tidy", shutil.which("clang-tidy"), clang_tidy)]
    found = [finding for _, is_there, run in tools if is_there for finding in run(root)]
    return found, [package for package, is_there, _ in tools if not is_there]
