"""Repeats in a ladder: drawn a few times, then counted. Pure."""

from collections import Counter

from pages.ladder_items import Item

MOST_PERIOD = 6  # items that come again and again in this order
SHOWN = 2  # rounds before the others are only counted
REPEATS_LEAST = 8  # rounds; what is sent again is the failure itself, and is drawn for longer
AGAIN_LEAST = 24
MOST_IN_A_SCENE, HEAD, TAIL = 90, 45, 30
NAMES = {"segment": "segments", "call": "calls", "state": "changes of state", "end": "ends",
         "output": "outputs", "process": "looks at processes", "action": "actions"}


def sort_of(item):
    return item.kind, item.host, item.style, item.sort


def rounds(sorts, start, period):
    """How often the items from `start` come again, one round after the other."""
    count = 1
    while sorts[start:start + period] == \
            sorts[start + count * period:start + (count + 1) * period]:
        count += 1
    return count


def counted(left_out):
    """One item in place of many: how many of which kind."""
    kinds = Counter(NAMES.get(item.kind, item.kind) for item in left_out)
    text = "… and so on: " + ", ".join(f"{count} {name}" for name, count in kinds.items()) + " …"
    return Item("more", "lab", left_out[0].at, text,
                events=[n for item in left_out for n in item.events],
                changes=[change for item in left_out for change in item.changes])


def collapse(items):
    """The items, with long repeats counted."""
    sorts, result, i = [sort_of(item) for item in items], [], 0
    while i < len(items):
        for period in range(1, MOST_PERIOD + 1):
            count = rounds(sorts, i, period)
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
