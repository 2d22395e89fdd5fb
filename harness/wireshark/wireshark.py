"""make wireshark-NAME, make tshark-NAME: an annotated capture in Wireshark, or in a terminal, with
the columns, colours and buttons of harness/wireshark/configuration/.
"""

import argparse
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from runs import terminal
from runs.endings import CANNOT_RUN

PROFILE = "brokenpipe"
CONFIGURATION = pathlib.Path(__file__).parent / "configuration"
RULE_COLUMN = '"rule","%Cus:frame.coloring_rule.name:1:R"'


def needed(program):
    """Its path. Without it the rest of the lab works as well."""
    path = shutil.which(program)
    if not path:
        print(f"brokenpipe: {program} is not installed: sudo apt install {program}\n"
              "  (or your system's package); every other program that reads pcapng shows the packets",
              file=sys.stderr)
        sys.exit(CANNOT_RUN)
    return path


# In a terminal -----------------------------------------------------------------------------------

def preference(name):
    """The value in the profile, as -o wants it; its further lines are indented."""
    text = (CONFIGURATION / "profiles" / PROFILE / "preferences").read_text(encoding="utf-8")
    return re.search(rf"^{re.escape(name)}:(.*(?:\n\t.*)*)", text, re.M)[1].replace("\n\t", "").strip()


def columns():
    """Titles, in order."""
    return re.findall(r'"([^"]*)", *"[^"]*"', preference("gui.column.format"))


def colours():
    """Escape sequences by the name of the rule."""
    def channels(text):
        return ";".join(str(int(value) >> 8) for value in text.split(","))

    text = (CONFIGURATION / "profiles" / PROFILE / "colorfilters").read_text(encoding="utf-8")
    return {name: f"\033[48;2;{channels(back)};38;2;{channels(front)}m" for name, back, front in
            re.findall(r"^@(.*?)@.*@\[([\d,]+)\]\[([\d,]+)\]$", text, re.M)}


def tshark(capture, *options):
    """Rows of cells; the first is the name of the colour's rule."""
    layout = f'gui.column.format:{RULE_COLUMN},{preference("gui.column.format")}'
    command = [needed("tshark"), "-C", PROFILE, "-o", layout, "--color", "-T", "tabs", "-r", capture,
               *options]
    ended = subprocess.run(command, env={**os.environ, "WIRESHARK_CONFIG_DIR": str(CONFIGURATION)},
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    if ended.returncode:
        sys.exit(f"brokenpipe: tshark cannot read {capture}:\n{ended.stderr}")
    return [row.split("\t") for row in ended.stdout.splitlines()]


def print_rows(rows, terminal_columns=None):
    """Aligned. In a terminal coloured, and as wide as that."""
    by_rule = colours() if terminal_columns else {}
    rules = ["", *(rule for rule, *_ in rows)]
    table = terminal.aligned([columns(), *([cell.strip() for cell in row] for _, *row in rows)])
    for rule, row in zip(rules, table):
        line = "  ".join(row)
        if terminal_columns:
            line = f"{by_rule.get(rule, '')}{terminal.cell(line.rstrip(), terminal_columns)}\033[0m"
        print(line.rstrip())


def show_in_terminal(capture):
    print_rows(tshark(capture), shutil.get_terminal_size().columns if terminal.has_colours() else None)


# In Wireshark ------------------------------------------------------------------------------------

class Wireshark:
    """On a copy of the configuration, for it writes its own into it when it ends."""

    def __enter__(self):
        self.program = needed("wireshark")
        if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            print("brokenpipe: Wireshark needs a display, and there is none (DISPLAY is not set)\n"
                  "  make tshark-NAME shows the same in the terminal", file=sys.stderr)
            sys.exit(CANNOT_RUN)
        self.directory = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.directory.name)
        shutil.copytree(CONFIGURATION, self.path / "configuration")
        return self

    def __exit__(self, *_):
        self.directory.cleanup()

    def start(self, *options):
        return subprocess.Popen(
            [self.program, "-C", PROFILE, *options], stdin=subprocess.DEVNULL,
            env={**os.environ, "WIRESHARK_CONFIG_DIR": str(self.path / "configuration")})


def show_in_window(capture):
    with Wireshark() as wireshark:
        return wireshark.start("-r", capture).wait()


def show_live(command):
    """The scenario writes into a FIFO as things happen, and Wireshark reads it as an interface.

    At a terminal it pauses at each scene: most runs take less than a tenth of a second.
    """
    pauses = ["--step"] if sys.stdin.isatty() else []
    with Wireshark() as wireshark:
        fifo = wireshark.path / "live"
        os.mkfifo(fifo)
        window = wireshark.start("-k", "-i", fifo)
        scenario = subprocess.Popen([*command, *pauses, "--live", fifo])
        first, status = os.wait()
        if first == scenario.pid:
            scenario.returncode = os.waitstatus_to_exitcode(status)
            window.wait()
        else:  # a Wireshark that did not start would leave the scenario waiting for it
            scenario.terminate()
        return scenario.wait()


def main(arguments):
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # head, a pager
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("how", choices=["wireshark", "tshark", "live"])
    parser.add_argument("what", nargs=argparse.REMAINDER,
                        help="the capture; with live the scenario's command")
    options = parser.parse_args(arguments)
    if options.how == "live":
        return show_live(options.what)
    show = {"wireshark": show_in_window, "tshark": show_in_terminal}[options.how]
    return show(*options.what)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
