"""The ladders in docs/: of the first variant of each scenario in captures/reference, as
ladders/NAME.svg, and LADDERS.md, which shows them. `make reference` calls it.
"""

import pathlib
import sys

from pages import ladder_svg
from runs import catalogue
from runs.run_file import RunFile

HEAD = """# Ladders

The runs in `captures/reference/`, the first variant of each scenario. `make reference` draws these pictures from
the runs' JSON; `make report` makes a page for each of your own runs; there, point at
anything to see its fields.

Time runs down, in the order of events: the numbers on the left are milliseconds since the start of the run, and where
nothing happens for long there is a gap. On the left is the client, on the right the server, between them the wire.

| you see | it is |
|---|---|
| a coloured strip | a connection in a TCP state, as the kernel reports it; the name stands where the state is first seen |
| a blue bar, a blue box | a system call, for as long as it is in the kernel; dashed: it never returned |
| red | an error: an errno, an RST, an ICMP error, a signal that kills |
| an arrow; dashed | a segment; one that is sent again |
| a red cross | where a segment is dropped, because of what the lab did there |
| yellow | what the lab did |
| dark | a new scene of the scenario, and what it is about |
"""


def first_variants():
    """The run of the first variant of each scenario."""
    for file in sorted(catalogue.REFERENCE.glob("*.json")):
        run = RunFile.load(catalogue.REFERENCE, file.stem)
        if run.name == run.scenario:
            yield run


def files():
    """Text of each file by its path in docs/."""
    made, parts = {}, [HEAD]
    for run in first_variants():
        made[f"ladders/{run.name}.svg"] = ladder_svg.alone(run)
        parts.append(f"## {run.name}\n\nUNP {run.section}: {run.claim}.\n\n"
                     f"![ladder of {run.name}](ladders/{run.name}.svg)\n")
    return made | {"LADDERS.md": "\n".join(parts)}


def main():
    docs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else catalogue.ROOT / "docs")
    (docs / "ladders").mkdir(parents=True, exist_ok=True)
    made = files()
    for path, text in made.items():
        (docs / path).write_text(text, encoding="utf-8")
    for old in (docs / "ladders").glob("*.svg"):
        if f"ladders/{old.name}" not in made:
            old.unlink()


if __name__ == "__main__":
    main()
