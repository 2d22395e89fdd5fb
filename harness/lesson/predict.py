"""make predict-NAME: what will happen? Asks, then shows the run and compares the answers with it.

The scenario runs first, unseen: the questions are about this very run, and so are the right answers.
LESSON_LANG=ko asks in Korean. Options that are not named here are the scenario program's.

exit status: that of the run, whatever was answered
"""

import argparse
import subprocess
import sys

from lesson.predict_words import Words, language, understood
from lesson.questions import Lesson, questions_of
from runs import catalogue, terminal
from runs.endings import MET, UNMET, LabError, end_with
from runs.run_file import RunFile
from runs.terminal import coloured, printable, shortened

SHEETS = catalogue.ROOT / "docs" / "worksheets"
ACTION_COLUMNS = 112


# The terminal ------------------------------------------------------------------------------------

def ask(words, question, place):
    """The token of the answer; "" for none."""
    print(f"\n{coloured(terminal.BOLD, f'{place}. ' + words.question(question))}")
    for letter, token in zip("abcdefgh", question.choices):
        print(f"     {letter}) {words.choice(question, token)}")
    while True:
        print("   > " if question.choices else f"   {words('number')} > ", end="", flush=True)
        text = sys.stdin.readline()
        answer = understood(words, question, text)
        if not text:  # ^D: no more answers
            print()
        if answer is not None:
            return answer
        print("   " + words("again", text=text.strip()))


def action_text(run, action):
    """As a person would type it, and of a kill which process is killed."""
    host = "" if action["host"] == "lab" else action["host"] + ": "
    killed = run.process.get(action.get("to_pid"))
    return printable(host + action["text"] + (f"   ({killed['name']})" if killed else ""))


def show_actions(words, run):
    title = words("title", name=run.name, section=run.section)
    print(f"{coloured(terminal.BOLD, title)}\n\n{words('done')}")
    for number, action in enumerate(Lesson(run).actions, 1):
        print(f"  ({number}) {shortened(action_text(run, action), ACTION_COLUMNS)}")
    print(f"\n{words('how')}")


# What became of it -------------------------------------------------------------------------------

def found_at(words, run, event):
    """The event's time in the ladder, and its frame, as Wireshark counts: from 1."""
    time = f"{event['t_ns'] / 1e6:.2f} ms"
    frames = [packet["frame"] for packet in run.timeline
              if packet["kind"] == "packet" and packet["t_ns"] <= event["t_ns"]]
    if not frames:
        return time
    return f"{time}, " + words("frame" if event["kind"] == "packet" else "after",
                               frame=max(frames) + 1)


def rows_of(words, run, questions, answers):
    for place, (question, answer) in enumerate(zip(questions, answers), 1):
        is_right = answer == question.answer
        yield (("✓" if is_right else "·" if not answer else "✗") + f" {place}.",
               words.choice(question, answer) if answer else words("unknown"),
               words.choice(question, question.answer), found_at(words, run, question.event))


def print_table(words, rows):
    headings = ("   ", words("yours"), words("happened"), words("where"))
    colours = {"✓": terminal.GREEN, "✗": terminal.RED, "·": terminal.DIM}
    headings, *rows = terminal.aligned([headings, *rows])
    print(coloured(terminal.BOLD, "  ".join(headings).rstrip()))
    for row in rows:
        print(coloured(colours[row[0][0]], "  ".join(row).rstrip()))


def sheet_of(scenario, lang, sheets=SHEETS):
    """The worksheet of a scenario: NN-NAME.md, or of several of a family (sigchld); or None."""
    directory = sheets / "ko" if lang == "ko" and (sheets / "ko").is_dir() else sheets
    fits = [path for path in directory.glob("[0-9]*-*.md")
            if (scenario + "-").startswith(path.stem.split("-", 1)[1] + "-")]
    return max(fits, key=lambda path: len(path.stem), default=None)


def show_answers(words, run, questions, answers):
    rows = list(rows_of(words, run, questions, answers))
    right = sum(answer == question.answer for question, answer in zip(questions, answers))
    print()
    for place, question in enumerate(questions, 1):
        print(f"{place}. {words.question(question)}")
    print()
    print_table(words, rows)
    print("\n" + words("score", right=right, all=len(rows)))
    sheet = sheet_of(run.scenario, words.lang)
    if sheet:
        print(words("sheet", sheet=sheet.relative_to(catalogue.ROOT)))


# The run -----------------------------------------------------------------------------------------

def run_unseen(name, options):
    """The whole run; its exit status and what it printed."""
    process = subprocess.run([*name.command, *options], stdin=subprocess.DEVNULL, check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return process.returncode, process.stdout


def find(scenario, variant):
    """The run's name, of a scenario and a variant, or of its files ("sigpipe-ignored")."""
    if variant == "all":
        raise LabError("one variant at a time, not all")
    return catalogue.find(scenario if variant in (None, "", "default") else f"{scenario}-{variant}")


def parse():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", help="or the name of its files, as sigpipe-ignored")
    parser.add_argument("--variant", metavar="NAME")
    parser.add_argument("--captures", default="captures", metavar="DIR",
                        help="where the files go (default: captures)")
    return parser.parse_known_args()


def main():
    args, options = parse()
    name, words = find(args.scenario, args.variant), Words(language())
    status, output = run_unseen(name, [*options, "--captures", args.captures])
    if status not in (MET, UNMET) or "FAIL" not in output and status == UNMET:
        print(output, end="")  # it left no file
        return status
    run = RunFile.load(args.captures, catalogue.stem(name))
    questions = questions_of(run)
    show_actions(words, run)
    answers = [ask(words, question, place) for place, question in enumerate(questions, 1)]
    print(f"\n{coloured(terminal.BOLD, words('runs'))}\n{output}", end="")
    if questions:
        show_answers(words, run, questions, answers)
    else:
        print(words("nothing", name=name))
    return status


if __name__ == "__main__":
    end_with(main)
