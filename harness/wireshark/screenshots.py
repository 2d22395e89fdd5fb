"""make screenshots: pictures of Wireshark with some runs, on a display of its own (Xvfb).

Needs wireshark, xvfb, xdotool, imagemagick and a font (fonts-dejavu-core).
"""

import contextlib
import os
import select
import subprocess
import sys
import time

from runs import catalogue
from wireshark.wireshark import Wireshark, needed

SIZE = (1700, 950)
NAMES = ("sigpipe", "server-host-crash")
DIRECTORY = catalogue.BUILD / "screenshots"
DEADLINE_S = 60


@contextlib.contextmanager
def display():
    """A virtual display; its number goes into the environment."""
    server = subprocess.Popen(
        [needed("Xvfb"), "-displayfd", "1", "-screen", "0", "%dx%dx24" % SIZE, "-nolisten", "tcp"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        os.environ["DISPLAY"] = f":{int(server.stdout.readline())}"
        yield
    finally:
        server.terminate()
        server.wait()


def xdotool(*words):
    return subprocess.run(["xdotool", *map(str, words)], stdout=subprocess.PIPE, check=True,
                          timeout=DEADLINE_S, text=True).stdout


def screen():
    """The screen, when it has not changed for a while."""
    pictures, end = [b""], time.monotonic() + DEADLINE_S
    while time.monotonic() < end and len(set(pictures[-4:])) != 1 or len(pictures) < 5:
        select.select([], [], [], 0.25)
        pictures.append(subprocess.run(["import", "-window", "root", "ppm:-"],
                                       stdout=subprocess.PIPE, check=True).stdout)
    return pictures[-1]


def shoot(wireshark, capture, picture):
    """A picture of the end of the capture, where a run shows its failure."""
    process = wireshark.start("-r", capture)
    try:
        window = xdotool("search", "--sync", "--onlyvisible", "--name", capture.name).split()[0]
        xdotool("windowmove", window, 0, 0, "windowsize", window, *SIZE)
        screen()
        xdotool("mousemove", SIZE[0] // 2, SIZE[1] // 3, "click", 1, "key", "End",
                "mousemove", SIZE[0] - 5, SIZE[1] - 5)
        subprocess.run(["convert", "ppm:-", "-colors", "64", f"png8:{picture}"],
                       input=screen(), check=True)
    finally:
        process.terminate()
        process.wait()


def main():
    for program in ("wireshark", "xdotool", "import", "convert"):
        needed(program)
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with display(), Wireshark() as wireshark:
        for name in catalogue.names(NAMES):
            if name != name.scenario:
                continue
            subprocess.run([*name.command, "--quiet", "--captures", DIRECTORY], check=True)
            shoot(wireshark, DIRECTORY / f"{name}.pcapng", DIRECTORY / f"{name}.png")
            print(DIRECTORY / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
