"""Colours of ladders and pages, and how each part of a ladder looks. Pure.

One table, LOOKS, says how a part looks. It becomes presentation attributes in a file that stands
alone, because librsvg, Inkscape and slide programs know little CSS; and a style sheet in a page,
where the colours are custom properties and follow the reader's light or dark scheme.
"""

# Text has a contrast of 4.5 to what it stands on; strips, lines and borders have one of 3 (WCAG
# 2.2, 1.4.3 and 1.4.11). harness/tests/pages/test_palette.py computes it.
LIGHT = {
    "ground": "#ffffff", "text": "#1b2430", "dim": "#566170", "line": "#38444f", "red": "#b3141f",
    "zone": "#eef1f4", "call": "#e9f0fd", "call-line": "#5f80c4", "bad": "#fdebec",
    "scene": "#27323f", "scene-text": "#ffffff", "more": "#f1f0e6", "action": "#fff6db",
    "action-line": "#997300", "plain": "#f4f5f7", "plain-line": "#808a97",
    "link": "#1554b3", "good": "#126b34", "good-ground": "#e3f4e8", "panel": "#ffffff",
    "focus": "#0b57d0",
}
DARK = {
    "ground": "#11161d", "text": "#e4e9ef", "dim": "#9aa7b5", "line": "#b6c1cc", "red": "#ff8a8a",
    "zone": "#1d252f", "call": "#1a2840", "call-line": "#6f93dd", "bad": "#3a171b",
    "scene": "#3b4a5c", "scene-text": "#ffffff", "more": "#2a2a20", "action": "#322a10",
    "action-line": "#b8922e", "plain": "#1c2229", "plain-line": "#717d8b",
    "link": "#8ab8ff", "good": "#76d695", "good-ground": "#142c1d", "panel": "#1a212a",
    "focus": "#8ab8ff",
}
# The same in both schemes: half-way between white and black.
STATES = {
    "LISTEN": "#8a63d2", "SYN_SENT": "#a8760a", "SYN_RECEIVED": "#8f7a00", "ESTABLISHED": "#1f8a48",
    "FIN_WAIT_1": "#c8640a", "FIN_WAIT_2": "#a5690f", "CLOSE_WAIT": "#d3407a",
    "CLOSING": "#bf5a6c", "LAST_ACK": "#a94fb0", "TIME_WAIT": "#2f7fd1", "CLOSED": "#77808b",
}
FONT = "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', 'Noto Sans Mono CJK KR', monospace"

PLAIN_BOX = {"fill": "plain", "stroke": "plain-line"}
FILLED = {"fill": "red"}
ON_FILLED = {"fill": "ground", "font-weight": "bold"}
# (element, its classes, its look); a value that is a colour's name is that colour. Of rows that fit
# an element the later one wins, as long as it has no fewer classes: so CSS reads the table, too.
LOOKS = (
    ("text", "", {"fill": "text"}),
    ("line", "", {"stroke": "line", "stroke-width": "1.4"}),
    ("tspan", "errno", {"fill": "red", "font-weight": "bold"}),
    ("text", "time", {"fill": "dim"}), ("text", "waiting", {"fill": "dim"}),
    ("text", "gap", {"fill": "dim"}), ("text", "backoff", {"fill": "dim"}),
    ("text", "host", {"font-weight": "bold"}), ("text", "state", {"font-weight": "bold"}),
    ("text", "scene", {"fill": "scene-text", "font-weight": "bold"}),
    ("line", "tick", {"stroke": "plain-line"}), ("line", "again", {"stroke-dasharray": "7 4"}),
    ("line", "bad", {"stroke": "red", "stroke-width": "2.2"}),
    ("line", "lost", {"stroke": "red", "stroke-width": "2.2"}),
    ("polygon", "head", {"fill": "line"}),
    ("rect", "hit", {"fill": "transparent"}),
    ("rect", "ground", {"fill": "ground"}), ("rect", "break", {"fill": "ground"}),
    ("rect", "zone", {"fill": "zone"}), ("rect", "scene", {"fill": "scene"}),
    ("rect", "call", {"fill": "call", "stroke": "call-line"}),
    ("rect", "action", {"fill": "action", "stroke": "action-line"}),
    ("rect", "more", {"fill": "more", "stroke": "plain-line", "stroke-dasharray": "4 3"}),
    *(("rect", kind, PLAIN_BOX)
      for kind in ("signal", "end", "fork", "output", "process", "unknown")),
    ("rect", "bad", {"fill": "bad", "stroke": "red"}),
    ("rect", "open", {"stroke-dasharray": "4 3"}),
    *(("rect", state, {"fill": colour}) for state, colour in STATES.items()),
    ("polygon", "head bad", {"fill": "red"}),
    ("text", "segment bad", {"fill": "red", "font-weight": "bold"}),
    ("rect", "signal bad", FILLED), ("rect", "end bad", FILLED),
    ("text", "signal bad", ON_FILLED), ("text", "end bad", ON_FILLED),
    ("rect", "bar call", {"fill": "call-line", "stroke": "none"}),
    ("rect", "bar call open", {"opacity": ".75"}),
    ("rect", "bar call bad", {"fill": "red"}),
)


def presentation(element, style):
    """The SVG attributes of an element with these classes, in the light scheme."""
    words, look = set(style.split()), {}
    for name, classes, attributes in LOOKS:
        if name == element and words.issuperset(classes.split()):
            look |= attributes
    return {key: LIGHT.get(value, value) for key, value in look.items()}


def rule(element, classes, look):
    selector = ".".join([element, *classes.split()])
    texts = [f"{key}: {f'var(--{value})' if value in LIGHT else value}"
             for key, value in look.items()]
    return f".ladder {selector} {{ {'; '.join(texts)} }}"


def variables(palette):
    return " ".join(f"--{name}: {colour};" for name, colour in palette.items())


def style_sheet():
    """Of a page: the colours in both schemes, and the looks of its ladders. Paper is always light."""
    return "\n".join([
        f":root {{ color-scheme: light dark; {variables(LIGHT)} }}",
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {variables(DARK)} }} }}",
        f".ladder text {{ font-family: {FONT}; white-space: pre }}",
        *(rule(*row) for row in LOOKS), ""])
