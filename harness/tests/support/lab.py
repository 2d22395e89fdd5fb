"""What the tests of whole runs share: running the lab's programs, and looking at what they leave.

Programs are taken from $BUILD (default: build in the repository).
"""

import concurrent.futures
import contextlib
import functools
import io
import json
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

import pytest

REPO = pathlib.Path(__file__).parents[3]

from runs import catalogue
from runs.catalogue import BUILD, REFERENCE, SCENARIOS, names_of  # noqa: F401
from runs.endings import BROKEN, CANNOT_RUN, MET, UNMET  # noqa: F401
from runs.run_file import RunFile

CORE, STORIES, PROGRAMS = BUILD / "core", BUILD / "stories", BUILD / "programs"
SCRIPTS = pathlib.Path(__file__).parents[1] / "programs"
NAMES = catalogue.names()

PATIENCE = float(os.environ.get("BROKENPIPE_PATIENCE") or 1)
DEADLINE_S = 60 * PATIENCE  # far above what is needed: only what hangs comes near it
NOBODY = 65534


def patience(factor):
    """Deadlines this much longer; shorter ones for what is to fail."""
    return {"BROKENPIPE_PATIENCE": str(factor * PATIENCE)}


SOON = patience(0.1)


def in_time(attempt, soon=SOON):
    """Of an attempt in which something is to be waited for in vain: attempt(environment).

    It has little time for that; on a busy machine this may be too little for what comes before, so
    a failure counts only with all the time that it may take.
    """
    try:
        return attempt(soon)
    except AssertionError:
        return attempt(patience(4))


NO_LEAK_CHECK = {"ASAN_OPTIONS": "detect_leaks=0"}  # it needs ptrace itself


# --- running ---

class Run:
    """How a run ended, what it said, where its files are, and how long it took."""

    def __init__(self, status, out, err, captures=None, seconds=None):
        self.status, self.out, self.err = status, out, err
        self.captures, self.seconds = captures, seconds

    def __str__(self):  # pytest shows a string whole, and of other things the first 240 characters
        return f"exit status {self.status}\n{self.out[-20000:]}{self.err[-4000:]}"

    def ends(self, status, message=""):
        """Claims how the run ended, with a message on stderr, or the verdict's on stdout."""
        assert self.status == status, str(self)
        assert message in self.out + self.err, str(self)

    def refuses(self, wanted, seen):
        """Claims that the program did something else. Seen is a regular expression."""
        assert self.status == UNMET, str(self)
        verdict = re.search(r"^FAIL +(\S+)\n +wanted  (.*)\n +seen    (.*)\n", self.out, re.M)
        assert verdict, str(self)
        assert verdict[2] == wanted, str(self)
        assert re.fullmatch(seen, verdict[3]), str(self)
        return verdict[1]


def start(program, *options, captures, prefix=(), env=None, **how):
    """The Popen of a run, for tests that do something to it."""
    command = [*prefix, program, "--captures", captures, *options]
    return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL,
                            env={**os.environ, **(env or {})}, **how)


def run(program, *options, captures, quiet=True, **how):
    """A whole run."""
    options = ["--quiet", *options] if quiet else options
    began = time.monotonic()
    process = start(program, *options, captures=captures, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, **how)
    ended = finish(process, captures)
    ended.seconds = time.monotonic() - began
    return ended


def finish(process, captures=None):
    try:
        out, err = process.communicate(timeout=DEADLINE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        pytest.fail(f"no end within {DEADLINE_S} s\n{out}{err}")
    out, err = ((text or b"").decode(errors="replace") for text in (out, err))
    return Run(process.returncode, out, err, captures)


def scenario(name, *options, **how):
    return run(SCENARIOS / name.scenario, *name.options, *options, **how)


def named(name):
    return next((n for n in NAMES if n == name), None)


def python(script, *args):
    """A command with a Python program in it, for --client and --server."""
    return " ".join([f"'{sys.executable}'", f"'{SCRIPTS / script}'", *args])


def verify(json_file, pcap=None):
    """What opinion/verify.py says, without a new Python that imports scapy anew."""
    from opinion import verify as second_opinion
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = second_opinion.main([str(json_file), *([str(pcap)] if pcap else [])])
    return Run(status, out.getvalue(), err.getvalue())


@functools.cache
def refusal():
    """What the lab says where this machine does not let it work; None where it does."""
    with tempfile.TemporaryDirectory() as captures:
        tried = scenario(NAMES[0], captures=captures)
    return tried.err if tried.status == CANNOT_RUN else None


REFUSED = "the lab cannot run on this machine"  # conftest.py looks for it


def skip_where_the_lab_cannot_run():
    if refusal():
        pytest.skip(f"{REFUSED}: {refusal()}")


@pytest.fixture(autouse=True)
def the_lab_can_run():
    """To be imported where every test needs that."""
    skip_where_the_lab_cannot_run()


# --- many cases of one claim ---

def each(cases, claim, at_once=1):
    """Makes the claim of all, and names those that fail, each with its reason.

    What mostly waits may wait at once, in threads.
    """
    def attempt(case):
        try:
            claim(case)
        except (Exception, pytest.fail.Exception) as reason:
            return f"{case}: {type(reason).__name__}: {reason}"
        return None
    with concurrent.futures.ThreadPoolExecutor(at_once) as threads:
        made = threads.map(attempt, cases) if at_once > 1 else map(attempt, cases)
        failed = [reason for reason in made if reason]
    assert not failed, f"{len(failed)} of {len(cases)}:\n" + "\n".join(failed)


# --- what a run leaves ---

def story_of(captures, name):
    """NAME.json as it is."""
    return json.loads((pathlib.Path(captures) / f"{name}.json").read_text(encoding="utf-8"))


def run_of(captures, name):
    """NAME.json as the lab's own programs read it."""
    return RunFile.load(captures, name)


def contents(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def files_of(*names):
    """What these runs leave."""
    return [f"{name}.{kind}" for name in names for kind in ("pcap", "pcapng", "json")]


def until(what, observe, deadline_s=DEADLINE_S):
    """Look until observe() is true; for what the kernel announces to nobody."""
    end = time.monotonic() + deadline_s
    while not (seen := observe()):
        assert time.monotonic() < end, f"not seen within {deadline_s} s: {what()}"
        select.select([], [], [], 0.002)
    return seen


class Mark:
    """Tells the processes of some runs from all others by their environment."""

    def __init__(self, directory):
        self.env = {"BROKENPIPE_TEST": str(directory)}
        self.bytes = f"BROKENPIPE_TEST={directory}\0".encode()

    def processes(self):
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if self.bytes in (process / "environ").read_bytes():
                    found.append(f"{process.name} {(process / 'cmdline').read_bytes()}")
            except OSError:  # gone, or somebody else's
                pass
        return found

    def wait_until_gone(self):
        """The kernel takes some 20 ms after the end of a run to take its last process down."""
        until(lambda: f"the end of {self.processes()}", lambda: not self.processes(), 10 * PATIENCE)


def mounts():
    """All that this process can see, but for what others do elsewhere at the same time."""
    lines = pathlib.Path("/proc/self/mounts").read_text().splitlines()
    return [line for line in lines if line.split()[1].startswith("/proc")]


# --- users and privileges ---

class Elsewhere:
    """A copy of the build in a directory that everybody can enter, and room for captures."""

    def __init__(self, directory):
        self.directory, self.build = directory, directory / "build"
        for part in ("core", "scenarios", "stories", "programs", "story"):
            shutil.copytree(BUILD / part, self.build / part)
        self.prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

    def make_captures(self):
        self.captures = pathlib.Path(tempfile.mkdtemp(dir=self.directory))
        os.chown(self.captures, NOBODY, NOBODY)


@pytest.fixture(scope="session")
def build_for_everybody():
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield Elsewhere(pathlib.Path(directory))


@pytest.fixture
def ordinary_user(request):
    """For tests run by root: the build, a directory, and the prefix that makes a command nobody's."""
    if os.geteuid() != 0:
        pytest.skip("is an ordinary user already")
    if not shutil.which("setpriv"):
        pytest.skip("setpriv (util-linux) is not installed")
    there = request.getfixturevalue("build_for_everybody")
    there.make_captures()
    return there


@functools.cache
def own_mounts_refusal():
    tried = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return tried.stdout if tried.returncode else None


@pytest.fixture
def with_mounts():
    """Give the prefix that runs a shell command (mounts), then the command behind it, in a mount
    namespace of their own. Works for ordinary users, too: they become root in a user namespace."""
    if not shutil.which("unshare") or own_mounts_refusal():
        pytest.skip(f"no mount namespace here: {own_mounts_refusal()}")
    return lambda command: ["unshare", "-rm", "sh", "-ec", f'{command}; exec "$@"', "sh"]
