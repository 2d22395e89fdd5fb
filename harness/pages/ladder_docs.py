"""ladder_docs.py [DOCS]: the ladders of captures/reference as DOCS/ladders/NAME.svg, of the first
variant of each scenario, and DOCS/LADDERS.md, which shows them. `make reference` calls it.
"""

import json
import pathlib
import sys

from pages import ladder_svg
from runs import runs

HEAD = """# Ladders

The runs in `captures/reference/`, the first variant of each scenario. `make reference` draws these pictures from
the runs' JSON; `make report` makes a page like this of your own runs, in which every mark tells its fields.

Time runs down, in the order of events: the numbers on the left are milliseconds since the start of the run, and where
nothing happens for long there is a gap. On the left is the client, on the right the server, between them the wire.

| you see | it is |
|---|---|
| a coloured strip | a connection in a TCP state, as the kernel told; the name stands where the state is first seen |
| a blue bar, a blue box | a system call, for as long as it is in the kernel; dashed: it never returned |
| red | an errno, an RST, a signal that kills |
| an arrow, dashed | a segment; one that takes sequence numbers which were sent before |
| a red cross | where a segment is dropped, after what the lab did there |
| yellow | what the lab did |
| dark | what the scene is about |
"""


def firsts():
    """(name, story) of the first variant of each scenario."""
    for file in sorted(runs.REFERENCE.glob("*.json")):
        story = json.loads(file.read_text(encoding="utf-8"))
        if file.stem == story["scenario"]:
            yield file.stem, story


def files():
    """Text of each file by its path in docs/."""
    made, parts = {}, [HEAD]
    for name, story in firsts():
        made[f"ladders/{name}.svg"] = ladder_svg.alone(story)
        parts.append(f"## {name}\n\nUNP {story['section']}: {story['claim']}.\n\n"
                     f"![ladder of {name}](ladders/{name}.svg)\n")
    return made | {"LADDERS.md": "\n".join(parts)}


def main():
    docs = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else runs.ROOT / "docs")
    (docs / "ladders").mkdir(parents=True, exist_ok=True)
    made = files()
    for path, text in made.items():
        (docs / path).write_text(text, encoding="utf-8")
    for old in (docs / "ladders").glob("*.svg"):
        if f"ladders/{old.name}" not in made:
            old.unlink()


if __name__ == "__main__":
    main()
