"""picture.py FILE.svg COMMAND...: what a command prints on a terminal, as a picture for the docs.

The command runs on a pseudo-terminal, so that it prints colours; its output becomes one text
element per line. Ends with the command's exit status.
"""

import os
import pathlib
import pty
import re
import sys
from html import escape

COLUMN, ROW, MARGIN = 7.8, 17, 14  # pixels, of a 13 px monospaced font
CLASSES = {"0": "", "1": "bold", "2": "dim", "1;31": "red", "1;32": "green"}
STYLE = """
 text { font: 13px "DejaVu Sans Mono", "Noto Sans Mono CJK KR", Menlo, Consolas, monospace;
        fill: #d8dee9; white-space: pre }
 .bold { fill: #ffffff; font-weight: bold } .dim { fill: #8fa1b3 }
 .red { fill: #ff7b72; font-weight: bold } .green { fill: #7ee787; font-weight: bold }
"""


def terminal_output(command):
    """The bytes the command writes to its terminal, and its exit status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.pop("NO_COLOR", None)
        os.execvp(command[0], command)
    chunks = []
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # EIO: the command has ended, pty(7)
            break
        if not chunk:
            break
        chunks.append(chunk)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return b"".join(chunks).decode().replace("\r\n", "\n"), status


def svg_line(line, y):
    """One line of text with SGR escapes (ECMA-48) as an SVG text element."""
    spans, name = [], ""
    for piece in re.split(r"(\x1b\[[\d;]*m)", line.rstrip()):
        code = re.fullmatch(r"\x1b\[([\d;]*)m", piece)
        if code:
            name = CLASSES[code[1]]
        elif piece:
            spans.append(f'<tspan class="{name}">{escape(piece)}</tspan>' if name else
                         f"<tspan>{escape(piece)}</tspan>")
    return f'<text x="{MARGIN}" y="{y}" xml:space="preserve">{"".join(spans)}</text>'


def picture(text):
    lines = text.rstrip("\n").split("\n")
    plain = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in lines]
    width = max(map(len, plain)) * COLUMN + 2 * MARGIN
    height = len(lines) * ROW + 2 * MARGIN
    rows = [svg_line(line, MARGIN + ROW * (i + 0.75)) for i, line in enumerate(lines)]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" role="img">',
        f"<title>{escape(plain[0])}</title>", f"<style>{STYLE}</style>",
        '<rect width="100%" height="100%" rx="8" fill="#161b22"/>', *rows, "</svg>", ""])


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    text, status = terminal_output(sys.argv[2:])
    if status == 0:
        pathlib.Path(sys.argv[1]).write_text(picture(text), encoding="utf-8")
    sys.exit(status)


if __name__ == "__main__":
    main()
