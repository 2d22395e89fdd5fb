"""UNP 5.8 and 5.10: waitdemo and sigdemo say what signals and wait do."""

import re
import signal

import pytest

from tests.support.core_helpers import end, start
from tests.support.core_programs import PARTS


WAITDEMO = """\
wait: sleeps until a child ends; it called exit(7): exited, status 7
wait: a zombie already; it called exit(263), of which 8 bits arrive: exited, status 7
wait: the second of two has ended: the second came
wait: now the first has: the first came
wait: no child is left: -1 ECHILD (No child processes)
waitpid: asked for the second of two zombies: the second came
waitpid: asked for -1, any: the first came
waitpid: asked for a process that is no child: -1 ECHILD (No child processes)
wnohang: five children at work: 0
wnohang: four have ended: the loop reaped 4, then came 0
wnohang: so has the fifth: it came
wnohang: no child is left: -1 ECHILD (No child processes)
signal: SIGKILL sent to a child: killed by SIGKILL
signal: its WIFEXITED is false, its WIFSIGNALED is true
signal: exit(137), as a shell calls it, is no SIGKILL: exited, status 137
"""

SIGDEMO = """\
signal: signal() returns what was before: SIG_DFL
signal: signal(), BSD's and glibc's, sets: a handler, SA_RESTART
signal: raised twice: USR1 begins, USR1 ends, USR1 begins, USR1 ends
signal: signal(), System V's, sets: a handler, SA_RESETHAND, SA_NODEFER
signal: raised once: USR1 begins, USR1 ends
signal: and then there is: SIG_DFL, SA_RESETHAND, SA_NODEFER
signal: sigaction(), everywhere, sets what it is told: a handler
signal: raised twice: USR1 begins, USR1 ends, USR1 begins, USR1 ends
mask: SIGUSR2 raised in the handler of SIGUSR1: USR1 begins, USR2 begins, USR2 ends, USR1 ends
mask: the same with SIGUSR2 in sa_mask: USR1 begins, USR1 ends, USR2 begins, USR2 ends
mask: SIGUSR1 raised in its own handler: USR1 begins, USR1 ends, USR1 begins, USR1 ends
mask: the same with SA_NODEFER: USR1 begins, USR1 begins, USR1 ends, USR1 ends
mask: SIGUSR1 raised three times while blocked: no handler ran
mask: unblocked; signals do not queue: USR1 begins, USR1 ends
restart: read, interrupted; its handler has no SA_RESTART: -1 EINTR (Interrupted system call)
restart: the same read again: 1
restart: read, interrupted; its handler has SA_RESTART: 1
ignore: SIGTERM raised and survived: SIG_IGN
ignore: a child inherits that; raises SIGTERM: exited, status 0
ignore: SIGCHLD ignored, a child has ended: no zombie: wait: -1 ECHILD (No child processes)
default: SIGTERM raised: killed by SIGTERM
default: SIGCHLD and SIGURG raised, which are ignored: exited, status 0
kill: sigaction(SIGKILL, a handler): -1 EINVAL (Invalid argument)
kill: sigaction(SIGKILL, SIG_IGN): -1 EINVAL (Invalid argument)
kill: sigaction(SIGSTOP, a handler): -1 EINVAL (Invalid argument)
kill: sigaction(SIGSTOP, SIG_IGN): -1 EINVAL (Invalid argument)
kill: sigprocmask(SIG_BLOCK, both): 0
kill: and now blocked are: SIGKILL no, SIGSTOP no
kill: a process that blocks every signal raises SIGKILL: killed by SIGKILL
"""

DEMOS = {"waitdemo": WAITDEMO, "sigdemo": SIGDEMO}


@pytest.mark.parametrize("name", DEMOS)
def test_a_demonstration_says_the_same_every_time(name):
    for _ in range(10):
        assert end(start(name)) == (DEMOS[name].encode(), "", 0)


@pytest.mark.parametrize("name", DEMOS)
def test_each_part_of_a_demonstration_can_be_had_alone(name):
    assert PARTS[name] == list(dict.fromkeys(re.findall(r"^(\w+):", DEMOS[name], re.M)))
    for part in PARTS[name]:
        lines = [line for line in DEMOS[name].splitlines(True) if line.startswith(part + ":")]
        assert end(start(name, part)) == ("".join(lines).encode(), "", 0)


@pytest.mark.parametrize("name", DEMOS)
def test_a_demonstration_does_not_depend_on_who_starts_it(name):
    def unusual():
        for number in signal.SIGCHLD, signal.SIGUSR1, signal.SIGTERM:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1, signal.SIGTERM, signal.SIGCHLD})

    assert end(start(name, before=unusual)) == (DEMOS[name].encode(), "", 0)
