"""A program at a pseudo-terminal, as a person has it: what it shows, and typing at it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

from tests.support import lab


class Terminal:
    """Use with `with`: the program is gone at the end, however it came."""

    def __init__(self, *words, env=None, columns=132):
        self.side, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self.shown = ""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *map(str, words)], stdin=other, stdout=other, stderr=other,
            env={**os.environ, "NO_COLOR": "1", "TERM": "dumb", **(env or {})}, cwd=lab.REPO)
        os.close(other)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            self.status()
        os.close(self.side)

    def read(self):
        """What it shows next; "" at the end."""
        if not select.select([self.side], [], [], lab.DEADLINE_S)[0]:
            raise AssertionError(f"nothing more within {lab.DEADLINE_S} s:\n{self.shown}")
        try:
            text = os.read(self.side, 65536).decode(errors="replace").replace("\r\n", "\n")
        except OSError:  # EIO: nobody has the terminal any more
            text = ""
        self.shown += text
        return text

    def until(self, text):
        """Everything up to this text, since the last call; what comes behind it stays for the next."""
        while text not in self.shown:
            assert self.read(), f"ended without {text!r}:\n{self.shown}"
        before, self.shown = self.shown.split(text, 1)
        return before + text

    def types(self, text):
        os.write(self.side, text.encode())

    def rest(self):
        """Everything else, to its end."""
        while self.read():
            pass
        return self.shown

    def status(self):
        end = time.monotonic() + lab.DEADLINE_S
        while self.process.poll() is None and time.monotonic() < end:
            if select.select([self.side], [], [], 0.01)[0]:  # it may wait for us to read
                try:
                    os.read(self.side, 65536)
                except OSError:
                    self.process.wait(lab.DEADLINE_S)
        return self.process.wait(1)
