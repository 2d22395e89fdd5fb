"""make lint: the rules of the tree. Every line that breaks one is named: FILE:LINE: RULE.

arrows.py has who may know whom, style.py how files are written, tools.py what ctags, cppcheck and
clang-tidy say.

exit status: 0 nothing was found; 1 something was
"""

import argparse
import os
import pathlib
import sys

from lint import arrows, style, tools

ROOT = pathlib.Path(__file__).parents[2]


def own_findings(root, build=None):
    """What takes no other program than Python and binutils; sorted, each once."""
    return sorted({*arrows.check(root, build), *style.check(root)})


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="without cppcheck and clang-tidy")
    quick = parser.parse_args().quick
    found = own_findings(ROOT, ROOT / os.environ.get("BUILD", "build"))
    more, missing = tools.check(ROOT, quick)
    for finding in [*found, *sorted(set(more))]:
        print(finding)
    if missing:
        print(f"lint: left out, for it is not installed (make deps-lint): {' '.join(missing)}",
              file=sys.stderr)
    if not found and not more:
        print("lint: nothing found")
    return 1 if found or more else 0


if __name__ == "__main__":
    sys.exit(main())
