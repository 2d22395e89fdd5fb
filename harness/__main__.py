"""python3 harness FOLDER.MODULE [ARGUMENT ...]: runs one of the lab's Python programs.

Python puts this folder first in its path, so that they import each other by folder and module.
"""

import runpy
import sys

runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
