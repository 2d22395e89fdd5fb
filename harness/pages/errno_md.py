"""What docs/ERRNO.md says of a run, as HTML: its section, and where the slides say otherwise."""

import pathlib
import re
from html import escape

ERRNO_MD = pathlib.Path(__file__).parents[2] / "docs" / "ERRNO.md"


def inline(text):
    """Code, emphasis and links of Markdown; a link keeps its words only."""
    text = re.sub(r"\[([^]]+)\]\([^)]*\)", r"\1", text)
    pieces = re.split(r"(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*)", text)
    def one(piece):
        if re.fullmatch(r"`[^`]+`", piece):
            return f"<code>{escape(piece[1:-1])}</code>"
        if re.fullmatch(r"\*\*[^*]+\*\*", piece):
            return f"<strong>{escape(piece[2:-2])}</strong>"
        if re.fullmatch(r"\*[^*]+\*", piece):
            return f"<em>{escape(piece[1:-1])}</em>"
        return escape(piece)
    return "".join(map(one, pieces))


def sections(markdown):
    """(title, text) of each ### section."""
    for part in re.split(r"^### ", markdown, flags=re.M)[1:]:
        title, _, text = part.partition("\n")
        yield title.strip(), re.split(r"^## ", text, flags=re.M)[0]


def points(text):
    """(who, what) of each "- **Who**: what", which may go on over several lines."""
    for bullet in re.split(r"^- ", text.split("\n| ")[0], flags=re.M)[1:]:
        match = re.match(r"\*\*(.+?)\*\*:?\s*(.*)", " ".join(bullet.split()), re.S)
        if match:
            yield match[1].rstrip(":"), match[2]


def row(text, name):
    """The cells of the table row in which this run is named."""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and f"`{name}`" in (cells[0], cells[-1]):
            return cells
    return None


def book_against_kernel(name, markdown=None):
    """HTML of what is said of this run; "" when nothing is. An IPv6 run has the same lesson."""
    markdown = markdown or ERRNO_MD.read_text(encoding="utf-8")
    name = name if f"| `{name}` |" in markdown else name.removesuffix("-inet6")
    for title, text in sections(markdown):
        if row(text, name):
            break
    else:
        return ""
    parts = [f"<h3>{inline(title)}</h3>", "<dl class=\"book\">"]
    parts += [f"<dt>{inline(who)}</dt><dd>{inline(what)}</dd>" for who, what in points(text)]
    parts.append("</dl>")
    overview = row(markdown.split("\n### ")[0], name)
    if overview and len(overview) == 4:
        section, slides, here = map(inline, overview[:3])
        parts.append(f'<p class="otherwise"><strong>The slides say</strong> (§ {section}) {slides}. '
                     f"<strong>Here</strong> {here}.</p>")
    return "\n".join(parts)
