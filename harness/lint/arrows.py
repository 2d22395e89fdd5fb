"""Who may know whom: the arrows between the folders (rooms) of the tree.

    base ← record ← {expect, explain, observe, hosts, lines}
    show ← {record, expect, explain};  lab ← all of these;  story ← lab;  scenarios ← story.h alone

An arrow is an #include or an import, or a call from one object file into another. None may lead
against the rule, and none in a circle.
"""

import ast
import pathlib
import re
import subprocess

from lint.sources import PYTHON, Finding, files, line_at, text_of

# What a room may know besides itself. What stands in no row may know nothing.
BELOW_SHOW = "base record expect explain"
BELOW_LAB = f"{BELOW_SHOW} observe hosts lines show"
C_ROOMS = {
    "base": "",
    "record": "base",
    "expect": "base record",
    "explain": "base record",
    "lines": "base record",
    "observe": "base record",
    "hosts": "base record",
    "diagnose": "base record explain",  # what a capture from anywhere shows
    "show": BELOW_SHOW,
    "lab": BELOW_LAB,
    "story": f"{BELOW_LAB} lab",
}
PYTHON_ROOMS = {
    "runs": "",
    "pages": "runs",
    "lesson": "runs",
    "wireshark": "runs",
    "judge": "runs lesson",
    "machines": "runs",
    "lab": "runs",  # a shell in a stopped lab
    "story": "",  # the outsider, a program that stories start
    "opinion": "",  # shares nothing with what it judges
    "lint": "",
}
C_FILES = ("core/*.[ch]", "core/lib/*.[ch]", "harness/*/*.[ch]", "scenarios/*.c",
           "harness/tests/*/*.[ch]")
STORY_H = "harness/story/story.h"  # all that a scenario, and a story of the tests, may know


def room_of(file):
    """"record" of harness/record/names.c; "core", "scenarios", "tests" outside of the rooms."""
    parts = file.split("/")
    return parts[1] if parts[0] == "harness" and len(parts) > 2 else parts[0]


# Who includes and imports whom -------------------------------------------------------------------

def c_arrows(root):
    """(file, line, the file that it includes, or the words where there is none such)."""
    for file in files(root, *C_FILES):
        text = text_of(root, file)
        own = [str(pathlib.PurePath(file).parent), "core/lib" if file.startswith("core/") else "harness"]
        for match in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*(["<])(.*)[">]', text, re.M):
            found = next((f"{place}/{match[2]}" for place in own
                          if (root / place / match[2]).is_file()), None)
            if found or match[1] == '"':
                yield file, line_at(text, match.start()), found or match[2]


def imported(root, node):
    """The files of ours that an import statement names."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif node.level == 0:
        names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    else:
        names = []
    for name in names:
        file = f"harness/{name.replace('.', '/')}.py"
        if (root / file).is_file():
            yield file


def python_arrows(root):
    for file in files(root, *PYTHON):
        for node in ast.walk(ast.parse(text_of(root, file), file)):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from ((file, node.lineno, other) for other in imported(root, node))


def relative_imports(root):
    """They hide the room."""
    for file in files(root, *PYTHON):
        for node in ast.walk(ast.parse(text_of(root, file), file)):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield Finding(file, node.lineno, "an import names its folder: from FOLDER import ...")


# The rule ----------------------------------------------------------------------------------------

def why_not(file, other, rooms):
    """Why the file must not know the other; None where it may."""
    room, known = room_of(file), room_of(other)
    if file.startswith("scenarios/") or file.startswith("harness/tests/stories/"):
        return None if other == STORY_H else f"a scenario knows {STORY_H} and nothing else of ours"
    if room == "core":
        return None if other.startswith("core/lib/") else "core knows nothing but core/lib"
    if room == "tests" or room == known:
        return None
    if room not in rooms:
        return f"the folder {room} has no rule: say in harness/lint/arrows.py what it may know"
    if known in rooms[room].split():
        return None
    return f"{room} must not know {known}: it knows {rooms[room].replace(' ', ', ') or 'nobody'}"


def against_the_rule(arrows, rooms):
    for file, line, other in arrows:
        if "/" not in other or not other.startswith(("core/", "harness/", "scenarios/")):
            yield Finding(file, line, f"there is no {other}")
            continue
        reason = why_not(file, other, rooms)
        if reason:
            yield Finding(file, line, f"{reason} ({other})")


# Circles -----------------------------------------------------------------------------------------

def circle_from(start, graph):
    """The shortest way from start back to it, as a list of nodes that begins with it; or None."""
    before, queue = {}, [start]
    for node in queue:
        for other in sorted(graph.get(node, ())):
            if other == start:
                way = [node]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if other not in before:
                before[other] = node
                queue.append(other)
    return None


def circles(arrows, node_of, what):
    """One finding for each circle, at the place where its first arrow is."""
    graph, places, seen = {}, {}, set()
    for file, line, other in arrows:
        a, b = node_of(file), node_of(other)
        if a != b:
            graph.setdefault(a, set()).add(b)
            places.setdefault((a, b), (file, line))
    for node in sorted(graph):
        way = circle_from(node, graph)
        if way and frozenset(way) not in seen:
            seen.add(frozenset(way))
            yield Finding(*places[way[0], (way + way)[1]],
                          f"a circle of {what}: {' → '.join([*way, way[0]])}")


def itself(file):
    return file


def unit_of(file):
    """Of calls: a source and its header are one, "harness/record/names"."""
    return file.rsplit(".", 1)[0]


def is_in_a_room(file):
    return file.startswith("harness/") and room_of(file) != "tests"


def among_rooms(arrows):
    return [arrow for arrow in arrows if is_in_a_room(arrow[0]) and is_in_a_room(arrow[2])]


# Who calls whom, as the object files tell --------------------------------------------------------

def symbols(objects):
    """{object: (defined here, used here)}."""
    listed = subprocess.run(["nm", "-A", "-g", *map(str, objects)], stdout=subprocess.PIPE,
                            text=True, check=True)
    found = {str(path): (set(), set()) for path in objects}
    for row in listed.stdout.splitlines():
        path, rest = row.split(":", 1)
        kind, name = rest.split()[-2:]
        found[path][kind == "U"].add(name)
    return found


def call_arrows(root, build):
    """As the others, of each call or variable that is used in one source file and is another's."""
    sources = {build / "obj" / (unit_of(file) + ".o"): file for file in files(root, "harness/*/*.c")
               if is_in_a_room(file)}
    by_object = symbols([path for path in sources if path.exists()]) if any(
        path.exists() for path in sources) else {}
    home = {name: path for path, (defined, _) in by_object.items() for name in defined}
    for path, (_, used) in by_object.items():
        file = sources[pathlib.Path(path)]
        text = text_of(root, file)
        for name in sorted(used & home.keys()):
            match = re.search(rf"\b{re.escape(name)}\b", text)
            yield (file, line_at(text, match.start()) if match else 1,
                   sources[pathlib.Path(home[name])])


def check(root, build=None):
    """Every finding; those that only object files tell where there is a build."""
    c, python = list(c_arrows(root)), list(python_arrows(root))
    calls = list(call_arrows(root, build)) if build else []
    yield from against_the_rule(c, C_ROOMS)
    yield from against_the_rule(python, PYTHON_ROOMS)
    yield from relative_imports(root)
    yield from against_the_rule(calls, C_ROOMS)
    yield from circles(c, itself, "headers")
    yield from circles(python, itself, "files")
    yield from circles(calls, unit_of, "files that call each other")
    yield from circles(among_rooms(c), room_of, "folders")
    yield from circles(among_rooms(python), room_of, "folders")
