"""Pages from templates/: whatever a program printed, it becomes text of a page and no markup."""

import json
import pathlib

import jinja2
from markupsafe import Markup

from pages import errno_md, palette
from runs.terminal import printable

HERE = pathlib.Path(__file__).parent


def text_alone(value):
    """What a template prints; only what is markup already may have control characters."""
    return value if isinstance(value, Markup) else printable(value)


def trusted(name):
    """A file of ours."""
    return Markup((HERE / name).read_text(encoding="utf-8"))


ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, finalize=text_alone,
    undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
ENVIRONMENT.filters["inline"] = errno_md.inline
ENVIRONMENT.policies["json.dumps_kwargs"] = {"ensure_ascii": False}


def render(template, **values):
    style = Markup(palette.style_sheet()) + trusted("page.css")
    return ENVIRONMENT.get_template(template).render(style=style, **values)
