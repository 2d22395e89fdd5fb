"""make mutants: do the tests test? Puts one fault after another into a copy of the tree (mutants.txt
has them), builds it, runs the tests, and shows which test caught the fault, or that it survived.

The tests of the fault's own folder run first, then those named in NEXT, then all others; the first
that fails ends the run. It must fail again with the fault, and pass again without it: so a test that
fails by itself catches nothing.

exit status: 0 every fault was caught; 1 one survived; 2 the list or the tests are not in order
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

from runs import endings

ROOT = pathlib.Path(__file__).parents[2]
LIST = pathlib.Path(__file__).with_suffix(".txt")
WORK = ROOT / os.environ.get("BUILD", "build") / "mutants"
TESTS = "harness/tests"
# Where the tests of a folder are, if not all in the folder of its name.
NEXT = {"base": ["lab"], "explain": ["show"], "hosts": ["lab"], "observe": ["lab"], "story": ["lab"]}
OF_THE_LIST = f"{TESTS}/lint/test_tree.py::test_every_fault_of_make_mutants_still_has_its_place"
STAGE_S = 900  # far above what all tests take: a fault may make them hang
LEFT_OUT = shutil.ignore_patterns("build", ".git", "__pycache__", "*.pcapng", "*.html")


class Unfit(Exception):
    """The list, or the tree, is not in order; the message says where."""


@dataclass(frozen=True)
class Fault:
    line: int  # of the list
    file: str
    note: str
    old: str
    new: str

    @property
    def folder(self):
        return self.file.split("/")[1]

    def __str__(self):
        return f"{self.file.removeprefix('harness/')}: {self.note}"


# The list ----------------------------------------------------------------------------------------

def read(path=LIST):
    """Of each fault four lines: "@ FILE: NOTE", "- OLD", "+ NEW", and an empty one."""
    faults = []
    text = re.sub(r"^#.*\n", lambda comment: "\n", path.read_text(encoding="utf-8"), flags=re.M)
    for match in re.finditer(r"(?:.+\n)+", text):
        line = text.count("\n", 0, match.start()) + 1
        parts = re.fullmatch(r"@ (\S+): (.+)\n- (.+)\n\+ (.*)\n", match[0])
        if not parts:
            raise Unfit(f"{path}:{line}: a fault is \"@ FILE: NOTE\", \"- OLD\", \"+ NEW\"")
        faults.append(Fault(line, *parts.groups()))
    return faults


def with_fault(fault, text):
    """The file's text with the fault in it."""
    count = text.count(fault.old)
    if count != 1:
        raise Unfit(f"{LIST}:{fault.line}: {fault.file} has {count} times, not once:  {fault.old}")
    return text.replace(fault.old, fault.new)


def unfit(faults, root=ROOT):
    """What is out of date in the list."""
    for fault in faults:
        try:
            with_fault(fault, (root / fault.file).read_text(encoding="utf-8"))
        except (OSError, Unfit) as reason:
            yield str(reason)


# Building and testing a copy ---------------------------------------------------------------------

class Copy:
    """Of the tree, in which faults are put."""

    def __init__(self, directory, jobs):
        self.root, self.jobs = directory, jobs
        self.environment = {name: value for name, value in os.environ.items()
                            if name not in ("BUILD", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
        shutil.rmtree(directory, ignore_errors=True)
        shutil.copytree(ROOT, directory, ignore=LEFT_OUT, symlinks=True)

    def run(self, *command):
        """Exit status and output; of what does not end in time, None. Nothing of it is left."""
        process = subprocess.Popen(command, cwd=self.root, env=self.environment, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        try:
            output, _ = process.communicate(timeout=STAGE_S)
            return process.returncode, output
        except subprocess.TimeoutExpired:
            return None, f"no end within {STAGE_S} s\n"
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()

    def build(self):
        """The compiler's words where it does not build; else None."""
        status, output = self.run("make", f"-j{self.jobs}", "all", "tests")
        return output if status else None

    def failed_test(self, *where):
        """The first test that fails; None where all pass."""
        status, output = self.run(
            sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--import-mode=importlib",
            "-q", "-x", "-rfE", "--tb=no", "-n", str(self.jobs), f"--deselect={OF_THE_LIST}", *where)
        if status == 0:
            return None
        found = re.search(r"^(?:FAILED|ERROR) (\S+?(?:::.*?)?)(?: - .*)?$", output, re.M)
        return found[1] if found else f"(exit status {status})"

    def stages(self, folder):
        """Arguments of pytest, one list after the other."""
        first = [f"{TESTS}/{name}" for name in (folder, *NEXT.get(folder, []))]
        first = [path for path in first if (self.root / path).is_dir()]
        yield from ([path] for path in first)
        yield [TESTS, *(f"--ignore={path}" for path in first)]

    def catcher(self, fault):
        """The test that fails with the fault, twice; None where all pass.

        One that fails once only has another reason for it, and is left out.
        """
        left_out = []
        for stage in self.stages(fault.folder):
            while test := self.failed_test(*stage, *left_out):
                if not self.passes(test):
                    return test
                left_out.append(f"--deselect={test}")
        return None

    def passes(self, test):
        """Whether the test, with all its cases, passes as the tree is."""
        return "::" in test and self.failed_test(test.split("[")[0]) is None

    def examine(self, fault):
        """The test that caught the fault, or None."""
        path = self.root / fault.file
        text = path.read_text(encoding="utf-8")
        path.write_text(with_fault(fault, text), encoding="utf-8")
        try:
            failure = self.build()
            if failure:
                raise Unfit(f"{fault} does not build:\n{failure}")
            test = self.catcher(fault)
        finally:
            path.write_text(text, encoding="utf-8")
        if test and (self.build() or "::" in test and not self.passes(test)):
            raise Unfit(f"{fault}: {test} fails without the fault, too")
        return test


# The program -------------------------------------------------------------------------------------

class Results:
    """What was found, in a file, so that a run can go on where the last one ended."""

    def __init__(self, path, goes_on):
        self.path, self.tests = path, {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if goes_on and path.exists():
            rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
            self.tests = {name: test for name, test in rows}
        self.write()

    def write(self):
        rows = (f"{name}\t{test}\n" for name, test in self.tests.items())
        self.path.write_text("".join(rows), encoding="utf-8")

    def add(self, fault, test):
        self.tests[str(fault)] = test or ""
        self.write()


def report(fault, test, seconds):
    shown = test.removeprefix(f"{TESTS}/") if test else ""
    print(f"{'caught  ' if test else 'survived'}  {fault}   {shown}  {seconds:.0f} s", flush=True)


def examine_all(faults, results, copy):
    """Returns those that are not in order."""
    broken = []
    for fault in faults:
        began = time.monotonic()
        try:
            test = copy.examine(fault)
        except Unfit as reason:
            print(f"no use    {reason}", flush=True)
            broken.append(fault)
            continue
        results.add(fault, test)
        report(fault, test, time.monotonic() - began)
    return broken


def parse():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="only faults with one of these in file or note")
    parser.add_argument("--continue", action="store_true", dest="goes_on",
                        help="leave out those that were caught or survived before")
    parser.add_argument("--jobs", type=int, default=2, metavar="N",
                        help="compilers, and tests, at once (default 2)")
    return parser.parse_args()


def main():
    args = parse()
    try:
        faults = [fault for fault in read()
                  if not args.words or any(word in str(fault) for word in args.words)]
    except Unfit as reason:
        sys.exit(f"mutants: {reason}")
    outdated = list(unfit(faults))
    if outdated:
        print("\n".join(outdated), file=sys.stderr)
        return 2
    results = Results(WORK / "results.txt", args.goes_on)
    rest = [fault for fault in faults if str(fault) not in results.tests]
    copy = Copy(WORK / "tree", args.jobs)
    failure = copy.build()
    if failure:
        print(failure, file=sys.stderr)
        return 2
    broken = examine_all(rest, results, copy)
    found = [results.tests[str(fault)] for fault in faults if fault not in broken]
    survived = found.count("")
    print(f"\n{len(faults)} faults: {len(found) - survived} caught, {survived} survived, "
          f"{len(broken)} of no use")
    return 2 if broken else 1 if survived else 0


if __name__ == "__main__":
    endings.end_with(main)
