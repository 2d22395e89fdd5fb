"""A page's frame: its styles, its colours in both schemes. Nothing comes from outside."""

import pathlib
from html import escape

from pages import ladder_svg

HERE = pathlib.Path(__file__).parent
LIGHT = ladder_svg.LIGHT | {"link": "#1554b3", "good": "#126b34", "good-ground": "#e3f4e8",
                            "panel": "#ffffff", "focus": "#0b57d0"}
DARK = ladder_svg.DARK | {"link": "#8ab8ff", "good": "#76d695", "good-ground": "#142c1d",
                          "panel": "#1a212a", "focus": "#8ab8ff"}


def style():
    light, dark = (ladder_svg.variables(palette) for palette in (LIGHT, DARK))
    schemes = (f":root {{ color-scheme: light dark; {light} }}\n"
               f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n")
    return schemes + ladder_svg.STYLE + (HERE / "report.css").read_text(encoding="utf-8")


def verdict(met):
    return f'<span class="verdict {"met" if met else "unmet"}">{"PASS" if met else "FAIL"}</span>'


def page(title, body, script=""):
    """The browser is told to load nothing at all: what is not in the file does not exist."""
    policy = "; ".join(["default-src 'none'", "style-src 'unsafe-inline'",
                        "script-src 'unsafe-inline'", "img-src data:"])
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
{style()}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
{body}
{script}
</body>
</html>
"""
