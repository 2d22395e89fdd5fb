"""Repeats in a ladder, told once, and with how many they are. Pure."""

import re
from collections import Counter

from pages.ladder_items import Item

MOST_PERIOD = 6  # items that come again and again in this order
SHOWN = 2  # rounds before the rest is only counted
REPEATS_LEAST = 8  # rounds; what is sent again is the story itself, and is told for longer
AGAIN_LEAST = 24
MOST_IN_A_SCENE, HEAD, TAIL = 90, 45, 30


def shape(item):
    """What two items have in common that differ in numbers only; of what the lab does, the word
    it begins with: a host that is made anew has a dozen sysctls.
    """
    text = item.text.split()[:1] if item.kind == "action" else re.sub(r"\d+", "#", item.text)
    return item.kind, item.host, item.style, text


def rounds(shapes, start, period):
    """How often the items from `start` come again, one behind the other."""
    count = 1
    while shapes[start:start + period] == \
            shapes[start + count * period:start + (count + 1) * period]:
        count += 1
    return count


def counted(left_out):
    """One item in place of many: how many of which kind."""
    names = {"segment": "segments", "call": "calls", "state": "changes of state", "end": "ends",
             "output": "outputs", "process": "looks at processes", "action": "actions"}
    kinds = Counter(names.get(item.kind, item.kind) for item in left_out)
    text = "… and so on: " + ", ".join(f"{count} {name}" for name, count in kinds.items()) + " …"
    more = Item("more", "lab", left_out[0].at, text,
                events=[n for item in left_out for n in item.events])
    more.changes = [item for item in left_out if item.kind == "state"]
    return more


def collapse(items):
    """The items, with long repeats told once."""
    shapes, result, i = [shape(item) for item in items], [], 0
    while i < len(items):
        for period in range(1, MOST_PERIOD + 1):
            count = rounds(shapes, i, period)
            least = AGAIN_LEAST if items[i].style == "again" else REPEATS_LEAST
            if count >= least and not any(item.kind == "scene" for item in items[i:i + period]):
                head, end = i + SHOWN * period, i + (count - 1) * period
                result += [*items[i:head], counted(items[head:end])]
                i = end
                break
        else:
            result.append(items[i])
            i += 1
    return shorten(result)


def shorten(items):
    """A scene with very many items keeps its beginning and its end, and what went wrong."""
    scenes = [[]]
    for item in items:
        if item.kind == "scene":
            scenes.append([])
        scenes[-1].append(item)
    return [item for scene in scenes for item in shortened(scene)]


def shortened(scene):
    if len(scene) <= MOST_IN_A_SCENE:
        return scene
    result, left_out = scene[:HEAD], []
    for i, item in enumerate(scene[HEAD:], HEAD):
        kept = i >= len(scene) - TAIL or (item.style == "bad" and len(result) < MOST_IN_A_SCENE)
        if kept or item.kind == "more":
            result += [counted(left_out), item] if left_out else [item]
            left_out = []
        else:
            left_out.append(item)
    return result
