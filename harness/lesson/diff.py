"""make diff A=NAME B=NAME: two runs side by side, and where they part.

diff_lines.py says what is compared. A scenario of which there is no NAME.json yet is run first.

exit status: 0, equal or not; 77 and 99 as of a run that could not be made
"""

import argparse
import difflib
import os
import pathlib
import shutil
import subprocess
import sys

from lesson.diff_lines import differences, lines_of, of_stream, part, streams_of, that_matter
from runs import catalogue, terminal
from runs.endings import BROKEN, MET, UNMET, LabError, end_with
from runs.run_file import RunFile
from runs.terminal import cell, coloured

COLUMNS = 120  # where there is no terminal


# Beside each other ---------------------------------------------------------------------------------

def partners(a, b):
    """Of each line of a, by its id, the line of b that is the same, stream by stream."""
    found = {}
    for stream in streams_of(a):
        left, right = of_stream(a, stream), of_stream(b, stream)
        matcher = difflib.SequenceMatcher(None, [line.key for line in left],
                                          [line.key for line in right], False)
        for block in matcher.get_matching_blocks():
            for place in range(block.size):
                found[id(left[block.a + place])] = right[block.b + place]
    return found


def aligned(a, b):
    """Pairs of lines in a's order, None where one run has nothing beside the other's.

    What b has alone stands before what follows it in b; across streams the order of a counts.
    """
    found = partners(a, b)
    paired = {id(line) for line in found.values()}
    alone = [(place, line) for place, line in enumerate(b) if id(line) not in paired]
    places = {id(line): place for place, line in enumerate(b)}
    for line in a:
        partner = found.get(id(line))
        while partner and alone and alone[0][0] < places[id(partner)]:
            yield None, alone.pop(0)[1]
        yield line, partner
    yield from ((None, line) for _, line in alone)


# On the screen -----------------------------------------------------------------------------------

def summary(names, a, b):
    """Where they part, in words: by the lines that matter; if those are the same, by all lines."""
    if part(that_matter(a), that_matter(b)) != [len(that_matter(a)), len(that_matter(b))]:
        a, b = that_matter(a), that_matter(b)
    places = part(a, b)
    if places == [len(a), len(b)]:
        yield f"{names[0]} and {names[1]} do not part: the same segments, calls, signals and states"
        return
    found = partners(a, b)
    common = [line for line in a[:places[0]] if id(line) in found]
    if common:
        yield f"the same up to  {common[-1].shown()}"
    stream = (a[places[0]:] + b[places[1]:])[0].stream  # what both do there
    found = differences(a, b)[stream]
    for letter, name, lines, place in zip("AB", names, (a, b), found):
        then = of_stream(lines, stream)[place:]
        yield f"then {letter}  {name}:  {then[0].shown() if then else 'nothing more'}"


def screen_of(names, a, b, columns, colour=None):
    """The whole text, for a screen of so many columns."""
    half = (columns - 3) // 2
    for line in summary(names, a, b):
        yield cell(line, columns).rstrip()
    yield ""
    heading = f"{cell('A ' + names[0], half)}   {cell('B ' + names[1], half)}"
    yield coloured(terminal.BOLD, heading.rstrip(), colour)
    for left, right in aligned(a, b):
        mark = "<" if right is None else ">" if left is None else " "
        line = (f"{cell(left.shown() if left else '', half)} {mark} "
                f"{cell(right.shown() if right else '', half)}").rstrip()
        yield coloured(terminal.YELLOW, line, colour) if mark != " " else line


# The runs ----------------------------------------------------------------------------------------

def run_of(captures, name):
    """The run; makes it if there is none."""
    path = pathlib.Path(captures) / f"{catalogue.stem(name)}.json"
    if not path.exists():
        print(f"{name} has not run yet: running it", file=sys.stderr)
        ended = subprocess.run([*name.command, "--quiet", "--captures", captures], check=False,
                               stdin=subprocess.DEVNULL, stdout=sys.stderr)
        if ended.returncode not in (MET, UNMET) or not path.exists():
            sys.exit(ended.returncode or BROKEN)
    return RunFile.load(captures, path.stem)


def find(wanted, letter):
    if not wanted:
        raise LabError(f"{letter} is not given: make diff A=server-host-crash B=server-host-reboot")
    return catalogue.find(wanted)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("a")
    parser.add_argument("b")
    parser.add_argument("--captures", default="captures", metavar="DIR",
                        help="where the files of the runs are (default: captures)")
    args = parser.parse_args()
    names = [find(args.a, "A"), find(args.b, "B")]
    a, b = (lines_of(run_of(args.captures, name)) for name in names)
    columns = max(60, shutil.get_terminal_size((COLUMNS, 24)).columns)
    try:
        print("\n".join(screen_of(names, a, b, columns)), flush=True)
    except BrokenPipeError:  # a pager, or head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return MET


if __name__ == "__main__":
    end_with(main)
