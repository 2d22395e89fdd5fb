"""make shell-client, shell-server, shell-router: a shell inside a host of a paused lab.

A lab that is paused (make step-NAME) holds a lock on captures/.step, and the kernel says who
does. nsenter(1) enters its namespaces: user, mount, PID, and the host's network. When the lab ends,
the shell in it ends, too.

exit status: that of the shell; 1 no lab is paused; 99 it cannot be entered
"""

import argparse
import fcntl
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import termios

NO_LAB, BROKEN = 1, 99
FLOCK = "hhqqi4x"  # struct flock of a 64-bit Linux: type, whence, start, len, pid
HINTS = {"client": "ss -tanpi, ip route, tcpdump -ni eth0",
         "server": "ss -tanp, ps ax -o pid,ppid,stat,cmd",
         "router": "ip addr, ip route"}


class NoShell(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


def holder(file):
    """The process that has the file locked, as seen from here; None: nobody."""
    asked = struct.pack(FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    kind, _, _, _, pid = struct.unpack(FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
    return None if kind == fcntl.F_UNLCK else pid


def paused_lab(captures):
    """The pid of the lab that is paused there, the name of its run, and its hosts' descriptors."""
    try:
        with open(pathlib.Path(captures) / ".step", encoding="utf-8") as file:
            pid, words = holder(file), dict(line.split() for line in file)
    except OSError:
        pid = None
    if pid is None or not words:
        raise NoShell(NO_LAB, f"no lab is paused in {captures}/. In another terminal: make step-NAME "
                              "(make list has the names), then this again")
    if pid <= 0:
        raise NoShell(BROKEN, "the paused lab runs in a container or PID namespace that cannot be "
                              "seen from here: call this where it was started")
    return pid, words.pop("run"), {host: int(fd) for host, fd in words.items()}


def is_ours(pid, name):
    """Whether we are in the same namespace already: nobody can enter his own user namespace."""
    return os.stat(f"/proc/{pid}/ns/{name}").st_ino == os.stat(f"/proc/self/ns/{name}").st_ino


def command(pid, netns, host):
    """The words that start a shell there."""
    shell = ["bash", "--norc", "--noprofile", "-i"] if shutil.which("bash") else ["sh", "-i"]
    user = [] if is_ours(pid, "user") else [f"--user=/proc/{pid}/ns/user", "--preserve-credentials"]
    return ["nsenter", *user, f"--mount=/proc/{pid}/ns/mnt", f"--pid=/proc/{pid}/ns/pid",
            f"--net=/proc/{pid}/fd/{netns}", "sh", "-c", 'cd "$0"; exec "$@"', os.getcwd(),
            "env", f"PS1={host}# ", *shell]


def run(words):
    """The shell's exit status. A lab that ends kills it, which leaves the terminal as it was."""
    terminal = sys.stdin.isatty() and termios.tcgetattr(sys.stdin)
    for number in (signal.SIGINT, signal.SIGQUIT):  # the shell's: it has the default action again
        signal.signal(number, lambda *_: None)
    status = subprocess.call(words)
    if terminal:
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # the shell's process group had the terminal
        os.tcsetpgrp(sys.stdin.fileno(), os.getpgrp())
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, terminal)
    return status


def enter(captures, host):
    pid, name, hosts = paused_lab(captures)
    if host not in hosts:
        raise NoShell(BROKEN, f"{name} has no {host}: it has {', '.join(hosts)}")
    if not shutil.which("nsenter"):
        raise NoShell(BROKEN, "nsenter is missing: install util-linux")
    try:
        words = command(pid, hosts[host], host)
    except OSError as error:
        raise NoShell(BROKEN, f"the paused lab is another user's: {error.strerror}. Be that user, "
                              "or root") from None
    print(f"the {host} of {name}. Try {HINTS[host]}; ^D leaves", flush=True)
    status = run(words)
    if status in (-signal.SIGKILL, 128 + signal.SIGKILL):
        print("\nthe lab has ended, and with it this shell")
        return 0
    return status if status >= 0 else 128 - status


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host", choices=HINTS)
    parser.add_argument("--captures", default="captures", metavar="DIR",
                        help="where the files of the lab go (default: captures)")
    args = parser.parse_args()
    try:
        return enter(args.captures, args.host)
    except NoShell as reason:
        print(f"brokenpipe: {reason}", file=sys.stderr)
        return reason.status


if __name__ == "__main__":
    sys.exit(main())
