"""make report: a page for each run in a directory of captures, and index.html that leads to them.

Each page is one file that needs nothing else: no network, no other file.

exit status: 0; 1 there is no run; 99 a run's file is damaged or of another version of this lab
"""

import argparse
import pathlib
import re
import sys

from pages import run_page, templates
from runs.endings import BROKEN, LabError, end_with
from runs.run_file import NotARun, RunFile

KINDS = ("pcap", "pcapng", "json")


def runs_in(captures):
    """The runs in the order of the book's sections, and why others cannot be read.

    JSON that is no run at all is left alone, and so is not spoken of.
    """
    found, unreadable = [], []
    for file in captures.glob("*.json"):
        try:
            found.append(RunFile.load(captures, file.stem))
        except NotARun:
            pass
        except LabError as error:
            unreadable.append(str(error))

    def place(run):
        return [int(n) for n in re.findall(r"\d+", run.section)], run.name
    return sorted(found, key=place), sorted(unreadable)


def files_of(captures, name):
    return [f"{name}.{kind}" for kind in KINDS if (captures / f"{name}.{kind}").exists()]


def counted(runs):
    return f"{len(runs)} run{'s' * (len(runs) != 1)}"


def index_page(runs, captures):
    files = {run.name: files_of(captures, run.name) for run in runs}
    return templates.render("index.html.j2", runs=runs, files=files, counted=counted(runs),
                            met=sum(run.is_met for run in runs))


def write(captures, runs):
    """The page of each run, and the index."""
    names = [run.name for run in runs]
    for before, run, after in zip([None, *names], runs, [*names[1:], None]):
        text = run_page.page(run, files_of(captures, run.name), before, after)
        (captures / f"{run.name}.html").write_text(text, encoding="utf-8")
    (captures / "index.html").write_text(index_page(runs, captures), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--captures", default="captures", metavar="DIR",
                        help="where the runs are, and the pages go (default: captures)")
    captures = pathlib.Path(parser.parse_args().captures)
    runs, unreadable = runs_in(captures)
    for reason in unreadable:
        print(f"brokenpipe: {reason}", file=sys.stderr)
    if runs:
        write(captures, runs)
        print(f"{counted(runs)}: {captures / 'index.html'}")
    elif not unreadable:
        print(f"brokenpipe: there is no run in {captures}: make scenarios", file=sys.stderr)
        return 1
    return BROKEN if unreadable else 0


if __name__ == "__main__":
    end_with(main)
