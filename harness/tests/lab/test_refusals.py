"""What a run says when it cannot do its work: evidence that is lost, disks that are full, machines that
refuse, options that are wrong. One message that says what to do, the right exit code, nothing lost.
"""

import os
import re
import resource
import shutil
import signal
import subprocess

import pytest

from tests.support import lab
from tests.support.lab import (BROKEN, CANNOT_RUN, MET, PROGRAMS, UNMET, Mark,
                               the_lab_can_run)  # noqa: F401
from tests.support.left import SIGPIPE, captures, check_files_of_one_run  # noqa

NORMAL = lab.named("normal")


# --- evidence that cannot be had, or kept ---

def test_a_capture_with_lost_frames_is_not_saved(captures, tmp_path):
    before = lab.contents(captures)

    def loses_frames():
        """The ring takes two: on a busy machine the lab may still be in time for each."""
        run = lab.scenario(SIGPIPE, "--ring", "4096", "--client", f"{PROGRAMS}/flood burst 1",
                           captures=captures, env=lab.SOON)
        if run.status == BROKEN:
            return run
        shutil.rmtree(captures)
        shutil.copytree(kept, captures)
        return None
    kept = shutil.copytree(captures, tmp_path / "kept")
    run = lab.until(lambda: "lost frames", loses_frames)
    run.ends(BROKEN, "frames: it is no evidence, and was not saved")
    assert re.search(r"has lost [1-9]\d* frames.*--ring 32768", run.err, re.S), str(run)
    assert lab.contents(captures) == before


def test_a_full_disk_keeps_the_files_of_the_run_before(with_mounts, captures):
    """Run twice in a directory that is large enough for one run's files."""
    size = sum(-(-len(data) // 4096) * 4096 for data in lab.contents(captures).values()) + 8192
    again = f'mount -t tmpfs -o size={size} none {captures}; "$@"; md5sum {captures}/*; ' \
            f'"$@" && exit; status=$?; ls -A {captures}; md5sum {captures}/*; exit $status'
    run = lab.scenario(SIGPIPE, captures=captures, prefix=with_mounts(again))
    run.ends(BROKEN, "No space left on device. The files of the run before are as they were.\n"
                     "  Make room, or name another directory: CAPTURES=DIRECTORY")
    sums = re.findall(r"^([0-9a-f]{32})  (.*)$", run.out, re.M)
    assert len(sums) == 6 and sums[:3] == sums[3:], str(run)
    assert ".new" not in run.out


@pytest.mark.parametrize("disposition", [signal.SIG_DFL, signal.SIG_IGN], ids=["default", "ignored"])
def test_a_file_size_limit_keeps_the_files_of_the_run_before(captures, disposition):
    def limit():
        signal.signal(signal.SIGXFSZ, disposition)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

    before = lab.contents(captures)
    run = lab.scenario(SIGPIPE, captures=captures, preexec_fn=limit)
    run.ends(BROKEN, "File too large. The files of the run before are as they were.")
    assert lab.contents(captures) == before


def test_read_only_captures_are_refused_before_the_story(with_mounts, captures):
    before = lab.contents(captures)
    read_only = f"mount --bind {captures} {captures}; mount -o remount,ro,bind {captures}"
    run = lab.scenario(SIGPIPE, captures=captures, prefix=with_mounts(read_only), quiet=False)
    run.ends(CANNOT_RUN, f"cannot write to {captures}: Read-only file system.\n"
                         "  Name a directory that you may write to: CAPTURES=DIRECTORY")
    assert run.out == "" and lab.contents(captures) == before


def test_captures_of_somebody_else_are_refused(tmp_path, request):
    captures, prefix, program = tmp_path, [], lab.SCENARIOS / "sigpipe"
    if os.geteuid() == 0:
        there = request.getfixturevalue("ordinary_user")
        captures, prefix = there.captures, there.prefix
        program = there.build / "scenarios" / "sigpipe"
    captures.chmod(0o555)
    lab.run(program, captures=captures, prefix=prefix).ends(
        CANNOT_RUN, f"cannot write to {captures}: Permission denied.")
    captures.chmod(0o755)


@pytest.mark.parametrize("place, message", [
    ("file", "cannot write to {}: Not a directory."),
    ("no/such", "cannot make the directory {} for the captures: No such file or directory."),
])
def test_captures_in_an_impossible_place_are_refused(tmp_path, place, message):
    (tmp_path / "file").write_text("")
    lab.scenario(SIGPIPE, captures=tmp_path / place).ends(CANNOT_RUN,
                                                         message.format(tmp_path / place))


def test_captures_are_made_where_there_are_none(tmp_path):
    lab.scenario(SIGPIPE, captures=tmp_path / "new").ends(MET)
    check_files_of_one_run(tmp_path / "new", "sigpipe")


def test_captures_is_the_default_directory_wherever_it_is_run(tmp_path):
    run = subprocess.run([lab.SCENARIOS / "sigpipe", "--quiet"], cwd=tmp_path, stdout=subprocess.PIPE)
    assert run.returncode == MET and b" captures/sigpipe.pcap" in run.stdout
    check_files_of_one_run(tmp_path / "captures", "sigpipe")


# --- machines that refuse ---

FORBIDDEN = {
    "namespaces": ("cannot make namespaces for the lab: Operation not permitted.", "sudo"),
    "network": ("cannot make a network namespace: Operation not permitted.", "CONFIG_NET_NS"),
    "mount": ("cannot mount /proc in a new mount namespace: Operation not permitted.", "sudo"),
    "ptrace": ("cannot trace the lab's own processes (ptrace): Operation not permitted.", "SYS_PTRACE"),
    "packet": ("cannot capture on eth0: ", "CAP_NET_RAW"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_is_forbidden_is_named_with_what_to_do(captures, what):
    before, mark = lab.contents(captures), Mark(captures)
    run = lab.scenario(SIGPIPE, captures=captures, prefix=[PROGRAMS / "forbid", what],
                       env={**mark.env, **lab.NO_LEAK_CHECK})
    for message in FORBIDDEN[what]:
        run.ends(CANNOT_RUN, message)
    assert run.err.count("brokenpipe: ") == 1 and run.out == ""
    assert lab.contents(captures) == before
    mark.wait_until_gone()


def test_an_ordinary_user_without_user_namespaces_is_told_so(request, tmp_path):
    captures, prefix, program = tmp_path, [], lab.SCENARIOS / "sigpipe"
    if os.geteuid() == 0:
        there = request.getfixturevalue("ordinary_user")
        captures, prefix = there.captures, [*there.prefix, there.build / "programs" / "forbid", "user"]
        program = there.build / "scenarios" / "sigpipe"
    else:
        prefix = [PROGRAMS / "forbid", "user"]
    run = lab.run(program, captures=captures, prefix=prefix)
    run.ends(CANNOT_RUN, "cannot make namespaces for the lab: Operation not permitted.")
    run.ends(CANNOT_RUN, "Run the lab with sudo")


def test_root_needs_no_user_namespace(captures):
    if os.geteuid() != 0:
        pytest.skip("is an ordinary user")
    lab.scenario(SIGPIPE, captures=captures, prefix=[PROGRAMS / "forbid", "user"]).ends(MET)


def test_root_of_a_user_namespace_needs_no_other(with_mounts, captures):
    lab.scenario(SIGPIPE, captures=captures, prefix=with_mounts("true")).ends(MET)


def test_a_missing_iptables_is_named_with_what_to_do(with_mounts, tmp_path):
    directories = {os.path.realpath(d) for d in ("/usr/sbin", "/sbin", "/usr/bin", "/bin")
                   if os.path.lexists(f"{d}/iptables")}
    hide = "; ".join(f"mount -t tmpfs none {d}" for d in directories)
    run = lab.run(lab.STORIES / "crash", captures=tmp_path, prefix=with_mounts(hide))
    run.ends(CANNOT_RUN, "iptables is not installed: run `make deps`")
    assert not lab.contents(tmp_path)


def test_an_iptables_that_fails_is_shown(with_mounts, tmp_path):
    fake = tmp_path / "iptables"
    fake.write_text("#!/bin/sh\necho 'iptables: no such table' >&2\nexit 3\n")
    fake.chmod(0o755)
    real = os.path.realpath(shutil.which("iptables", path="/usr/sbin:/usr/bin:/sbin:/bin"))
    run = lab.run(lab.STORIES / "crash", captures=tmp_path / "captures",
                  prefix=with_mounts(f"mount --bind {fake} {real}"))
    run.ends(CANNOT_RUN, "iptables -A INPUT -j DROP failed; its message is above")
    assert run.err.startswith("iptables: no such table\n")


def test_a_machine_without_terminals_is_told_so(with_mounts, captures):
    run = lab.scenario(SIGPIPE, captures=captures, prefix=with_mounts("mount -t tmpfs none /dev"))
    run.ends(CANNOT_RUN, "cannot open a terminal (/dev/ptmx)")


def test_another_tracer_is_named(captures):
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    strace = ["strace", "-o", "/dev/null"]
    run = lab.scenario(SIGPIPE, captures=captures, prefix=[*strace, "-f"],
                       env=lab.NO_LEAK_CHECK)
    if "strace: " in run.err:
        pytest.skip(run.err)
    run.ends(CANNOT_RUN, "not under another tracer (strace, gdb)")
    lab.scenario(SIGPIPE, captures=captures, prefix=strace, env=lab.NO_LEAK_CHECK).ends(MET)


# --- how it is called ---

MISUSE = {
    "an unknown option": (["--nope"], "sigpipe: unrecognized option '--nope'\nTry `sigpipe --help'"),
    "an option without its value": (["--variant"], "option '--variant' requires an argument\n"),
    "a word that is no option": (["sigpipe"], '"sigpipe" is no option\nTry `sigpipe --help\''),
    "an unknown variant": (["--variant", "nope"],
                           'sigpipe has no variant "nope". There are: default ignored caught\n'),
    "a ring that is no number": (["--ring", "x"], 'from 4096 to 2^30, not "x"'),
    "a ring too small": (["--ring", "4095"], 'from 4096 to 2^30, not "4095"'),
    "a pipe in a command": (["--client", "a|b"], 'is not a plain command'),
    "an open quote in a command": (["--client", "a 'b"], 'is not a plain command'),
    "a blank command": (["--client", " "], 'is not a plain command'),
}


@pytest.mark.parametrize("options, message", MISUSE.values(), ids=MISUSE.keys())
def test_misuse_is_explained(tmp_path, options, message):
    run = lab.run(lab.SCENARIOS / "sigpipe", *options, captures=tmp_path)
    run.ends(BROKEN, message)
    assert not lab.contents(tmp_path)


WRONG_VALUES = {
    "family": ("FAMILY", "ipv6", 'is inet or inet6, not "ipv6"'),
    "pace": ("PACE", "slow", 'is lab or real, not "slow"'),
    "seed": ("SEED", "-1", 'takes a whole number from 0 to 4294967295, not "-1"'),
    "patience": ("BROKENPIPE_PATIENCE", "0", 'takes a number above 0, not "0"'),
}


@pytest.mark.parametrize("option", WRONG_VALUES)
def test_a_wrong_value_names_the_option_or_the_variable(tmp_path, option):
    variable, value, message = WRONG_VALUES[option]
    lab.run(lab.SCENARIOS / "sigpipe", f"--{option}={value}", captures=tmp_path).ends(
        BROKEN, f"brokenpipe: --{option} {message}\n")
    lab.run(lab.SCENARIOS / "sigpipe", captures=tmp_path, env={variable: value}).ends(
        BROKEN, f"brokenpipe: {variable} {message}\n")
    assert not lab.contents(tmp_path)


def test_an_option_overrides_its_variable(tmp_path):
    env = {"FAMILY": "inet6", "SEED": "3", "PACE": "real"}
    lab.run(lab.SCENARIOS / "sigpipe", "--family", "inet", "--seed", "4", "--pace=lab", "--patience=2",
            captures=tmp_path, env=env).ends(MET, "SEED=4")
    assert lab.contents(tmp_path).keys() == set(lab.files_of("sigpipe"))


@pytest.mark.parametrize("value", ["abc", "0", "-1", "nan", "1 2"])
def test_a_patience_that_is_no_number_is_explained(tmp_path, value):
    run = lab.scenario(SIGPIPE, captures=tmp_path, env={"BROKENPIPE_PATIENCE": value})
    run.ends(BROKEN, f'BROKENPIPE_PATIENCE takes a number above 0, not "{value}"')


@pytest.mark.parametrize("value", ["", "2", "1e1", "1000000", "1e300", "inf"])
def test_any_patience_above_0_will_do(tmp_path, value):
    lab.scenario(SIGPIPE, captures=tmp_path, env={"BROKENPIPE_PATIENCE": value}).ends(MET)


NO_PROGRAM = {
    "that does not exist": ("/nonexistent", "No such file or directory"),
    "that is not in PATH": ("nonexistent", "No such file or directory"),
    "that is a directory": ("/tmp", "Is a directory"),
    "that is not executable": ("/etc/passwd", "Permission denied"),
    "that is no program": ("{}/empty", "Exec format error"),
    "whose interpreter does not exist": ("{}/script", "No such file or directory"),
}


@pytest.mark.parametrize("role", ["client", "server"])
@pytest.mark.parametrize("command, reason", NO_PROGRAM.values(), ids=NO_PROGRAM.keys())
def test_a_program_that_cannot_be_started_is_named(tmp_path, role, command, reason):
    for name, text in (("empty", "\x7fELF"), ("script", "#!/nonexistent\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    command = command.format(tmp_path)
    run = lab.scenario(SIGPIPE, f"--{role}", f"{command} x", captures=tmp_path / "captures")
    run.ends(UNMET, f'cannot execute {command}, of {role.upper()}="{command} x": {reason}.\n'
                    "  Give a program that exists and is executable")


@pytest.mark.parametrize("name, role", [("connect-refused", "server"), ("signals", "server")])
def test_a_program_that_the_story_does_not_start_is_no_success(tmp_path, name, role):
    run = lab.scenario(lab.named(name), f"--{role}", "true", captures=tmp_path)
    run.ends(BROKEN, f'starts no {role}: there is no place in it for {role.upper()}="true"')
    assert not lab.contents(tmp_path)


@pytest.mark.parametrize("role, wanted", [("server", "server: socket in LISTEN"),
                                          ("client", "client: connect() succeeds")])
def test_nobody_waits_for_a_program_that_is_gone(tmp_path, role, wanted):
    """With deadlines of months: it would not end."""
    run = lab.scenario(NORMAL, f"--{role}", "true", captures=tmp_path, env=lab.patience(10**6))
    run.refuses(wanted, r".*exited with status 0")


def test_nobody_waits_for_a_wire_that_is_silent(tmp_path):
    run = lab.scenario(lab.named("server-host-crash"), "--client", "true", captures=tmp_path,
                       env=lab.patience(10**6))
    run.refuses("ACK with data from server", r".*client exited with status 0")


# --- where the output goes ---

@pytest.mark.parametrize("closed", [[0], [1], [2], [0, 1], [1, 2], [0, 1, 2]], ids=str)
def test_closed_standard_descriptors_do_not_matter(tmp_path, closed):
    command = [lab.SCENARIOS / "sigpipe", "--captures", tmp_path]
    run = subprocess.run(command, stdout=subprocess.DEVNULL,
                         preexec_fn=lambda: [os.close(fd) for fd in closed], timeout=lab.DEADLINE_S)
    assert run.returncode == MET
    check_files_of_one_run(tmp_path, "sigpipe")


def test_a_reader_that_goes_away_does_not_matter(tmp_path):
    head, tail = os.pipe()
    process = lab.start(lab.SCENARIOS / "sigpipe", captures=tmp_path, stdout=tail,
                        stderr=subprocess.PIPE)
    os.close(tail)
    os.close(head)
    lab.finish(process).ends(MET)
    check_files_of_one_run(tmp_path, "sigpipe")


def test_a_story_that_cannot_be_printed_is_no_success(tmp_path):
    with open("/dev/full", "wb") as full:
        process = lab.start(lab.SCENARIOS / "sigpipe", captures=tmp_path, stdout=full,
                            stderr=subprocess.PIPE)
        lab.finish(process).ends(BROKEN, "cannot write to standard output")
    check_files_of_one_run(tmp_path, "sigpipe")


def test_a_reader_sees_the_end_of_the_output_at_the_end_of_the_run(tmp_path):
    """Nothing that is left may keep the pipe open."""
    process = lab.start(lab.SCENARIOS / "sigpipe", captures=tmp_path, stdout=subprocess.PIPE)
    output = process.stdout.read()
    assert b"PASS" in output
    assert process.wait(lab.DEADLINE_S) == MET
