"""make predict-NAME: what will happen? Asks first, then tells the story and holds the answers
against it.

The story is told first, unseen: the questions are those of this very run, and so is what is right.
LESSON_LANG=ko asks in Korean. Options that are not named here are the scenario program's.

exit status: that of the run, whatever was answered
"""

import argparse
import os
import pathlib
import subprocess
import sys
import unicodedata

from runs import runs
from lesson.predict_words import Words, language, understood
from lesson.questions import Story, questions_of

SHEETS = runs.ROOT / "docs" / "worksheets"


# The terminal ------------------------------------------------------------------------------------

def columns(text):
    """How many a terminal gives it: a Korean letter takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def padded(text, width):
    return text + " " * max(0, width - columns(text))


def coloured(code, text):
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ
    return text if plain else f"\033[{code}m{text}\033[0m"


def ask(words, question, place):
    """The token that was answered; "" for none."""
    print(f"\n{coloured('1', f'{place}. ' + words.question(question))}")
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


def action_text(story, action):
    """As a person would type it, and of a kill who it is that is killed."""
    host = "" if action["host"] == "lab" else action["host"] + ": "
    killed = action["text"].startswith("kill ") and action["text"].split()[-1]
    who = [story.name(pid) for pid in story.processes if str(pid) == killed]
    return host + action["text"] + "".join(f"   ({name})" for name in who)


def show_actions(words, story):
    print(f"{coloured('1', words('title', name=story['name'], section=story['section']))}\n\n"
          f"{words('done')}")
    parts = Story(story)
    for number, action in enumerate(parts.actions, 1):
        text = action_text(parts, action)
        print(f"  ({number}) {text if len(text) < 112 else text[:110] + ' …'}")
    print(f"\n{words('how')}")


# What became of it -------------------------------------------------------------------------------

def found_at(words, story, event):
    """The event's time in the ladder, and its frame, as Wireshark counts: from 1."""
    time = f"{event['t_ns'] / 1e6:.2f} ms"
    frames = [packet["frame"] for packet in story["timeline"]
              if packet["kind"] == "packet" and packet["t_ns"] <= event["t_ns"]]
    if not frames:
        return time
    return f"{time}, " + words("frame" if event["kind"] == "packet" else "after",
                               frame=max(frames) + 1)


def rows_of(words, story, questions, answers):
    for place, (question, answer) in enumerate(zip(questions, answers), 1):
        is_right = answer == question.answer
        yield (("✓" if is_right else "·" if not answer else "✗") + f" {place}.",
               words.choice(question, answer) if answer else words("unknown"),
               words.choice(question, question.answer), found_at(words, story, question.event))


def print_table(words, rows):
    headings = ("   ", words("yours"), words("happened"), words("where"))
    widths = [max(map(columns, column)) for column in zip(headings, *rows)]
    print(coloured("1", "  ".join(map(padded, headings, widths)).rstrip()))
    for row in rows:
        line = "  ".join(map(padded, row, widths)).rstrip()
        print(coloured({"✓": "32", "✗": "31"}.get(row[0][0], "2"), line))


def sheet_of(scenario, lang, sheets=SHEETS):
    """The worksheet of a scenario: NN-NAME.md, or of several of a family (sigchld); or None."""
    directory = sheets / "ko" if lang == "ko" and (sheets / "ko").is_dir() else sheets
    fits = [path for path in directory.glob("[0-9]*-*.md")
            if (scenario + "-").startswith(path.stem.split("-", 1)[1] + "-")]
    return max(fits, key=lambda path: len(path.stem), default=None)


def show_answers(words, story, questions, answers):
    rows = list(rows_of(words, story, questions, answers))
    right = sum(answer == question.answer for question, answer in zip(questions, answers))
    print()
    for place, question in enumerate(questions, 1):
        print(f"{place}. {words.question(question)}")
    print()
    print_table(words, rows)
    print("\n" + words("score", right=right, all=len(rows)))
    sheet = sheet_of(story["scenario"], words.lang)
    if sheet:
        print(words("sheet", sheet=sheet.relative_to(runs.ROOT)))


# The run -----------------------------------------------------------------------------------------

def tell(name, options):
    """The whole run, unseen; its exit status and what it said."""
    process = subprocess.run([*name.command, *options], stdin=subprocess.DEVNULL, check=False,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return process.returncode, process.stdout


def find(scenario, variant):
    """The run's name, of a scenario and a variant, or of its files ("sigpipe-ignored")."""
    names = runs.names()
    wanted = scenario if variant in (None, "", "default") else f"{scenario}-{variant}"
    name = next((name for name in names if name == wanted), None)
    if name is None:
        what = ("one variant at a time, not all" if variant == "all" else
                f"there is no scenario \"{wanted}\"; there are: {' '.join(names)}")
        print(f"brokenpipe: {what}", file=sys.stderr)
        sys.exit(runs.BROKEN)
    return name


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
    status, told = tell(name, [*options, "--captures", args.captures])
    if status not in (runs.MET, runs.UNMET) or "FAIL" not in told and status == runs.UNMET:
        print(told, end="")  # there is no story of it
        return status
    story = runs.story_of(pathlib.Path(args.captures), runs.files_of(name))
    story["name"] = name
    questions = questions_of(story)
    show_actions(words, story)
    answers = [ask(words, question, place) for place, question in enumerate(questions, 1)]
    print(f"\n{coloured('1', words('runs'))}\n{told}", end="")
    if questions:
        show_answers(words, story, questions, answers)
    else:
        print(words("nothing", name=name))
    return status


if __name__ == "__main__":
    runs.end_with(main)
