"""What one command costs: wall time, CPU time, memory."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass

from runs.catalogue import BUILD

MIB = 1024.0  # ru_maxrss is in KiB on Linux, getrusage(2)


@dataclass
class Cost:
    """Milliseconds, of the command and of all it waited for; the peak is the largest of them."""

    wall_ms: float
    cpu_ms: float
    peak_mib: float
    output: str


def measured(command, environment=None):
    """Runs a command that must succeed, through build/programs/measure (which says why)."""
    command = [str(word) for word in command]
    ended = subprocess.run([BUILD / "programs" / "measure", *command], capture_output=True,
                           text=True, check=False, env={**os.environ, **(environment or {})})
    *errors, last = ended.stderr.splitlines() or [""]
    numbers = re.fullmatch(r"measured ([\d.]+) ([\d.]+) (\d+)", last)
    if ended.returncode != 0 or not numbers:
        sys.exit(f"bench: {' '.join(command)} ended with {ended.returncode}\n"
                 + "\n".join([ended.stdout, *errors]))
    wall_ms, cpu_ms, peak = map(float, numbers.groups())
    return Cost(wall_ms, cpu_ms, peak / MIB, ended.stdout)
