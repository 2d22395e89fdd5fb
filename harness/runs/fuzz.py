"""make fuzz SECONDS=60: random input for what reads packets and captures, under ASan and UBSan.

Built with clang and its libFuzzer; the seeds are the reference captures. What was found before is kept in
BUILD/fuzz/NAME, and fuzzing goes on from there.
"""

import argparse
import os
import pathlib
import shutil
import struct
import subprocess
import sys

from runs.endings import CANNOT_RUN, MET, UNMET, LabError, end_with

REPO = pathlib.Path(__file__).parents[2]
REFERENCE = REPO / "captures" / "reference"
BUILD = REPO / os.environ.get("BUILD", "build")
TRY = "int LLVMFuzzerTestOneInput(const char *d, long n) { (void)d; return n < 0; }\n"
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-g", "-O1", "-fno-omit-frame-pointer",
         "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"]
TARGETS = {  # its name in harness/tests/fuzz: the rooms it is linked with
    "packet": ["base", "record"],
    "capture": ["base", "record", "diagnose"],
}


def missing():
    """Why this machine cannot fuzz, or None."""
    if not shutil.which("clang"):
        return "clang is not here"
    tried = subprocess.run(["clang", *FLAGS, "-x", "c", "-", "-o", "/dev/null"], input=TRY, text=True,
                           capture_output=True)
    return tried.returncode and "clang has no libFuzzer here (Debian: libclang-rt-dev, or libclang-rt-14-dev)"


def build(name):
    sources = [path for room in TARGETS[name] for path in sorted((REPO / "harness" / room).glob("*.c"))
               if path.name != "main.c"]
    binary = BUILD / "fuzz" / f"fuzz_{name}"
    binary.parent.mkdir(parents=True, exist_ok=True)
    target = REPO / "harness" / "tests" / "fuzz" / f"fuzz_{name}.c"
    built = subprocess.run(["clang", *FLAGS, "-I", REPO / "harness", "-o", binary, target, *sources,
                            "-ljansson", "-lmnl", "-lz"])
    if built.returncode:
        raise LabError(f"{target} was not built: clang says why")
    return binary


def frames_of(capture):
    """The frames of a little-endian pcap, as the lab writes them."""
    at = 24
    while at + 16 <= len(capture):
        length = struct.unpack_from("<I", capture, at + 8)[0]
        yield capture[at + 16:at + 16 + length]
        at += 16 + length


def seed(name, directory):
    directory.mkdir(parents=True, exist_ok=True)
    for path in REFERENCE.glob("*.pcap"):
        content = path.read_bytes()
        rows = [content] if name == "capture" else list(frames_of(content))
        for i, row in enumerate(rows):
            (directory / f"seed-{path.stem}-{i}").write_bytes(row)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("targets", nargs="*", default=list(TARGETS), help=", ".join(TARGETS))
    options = parser.parse_args()
    reason = missing()
    if reason:
        print(f"brokenpipe: make fuzz cannot run: {reason}", file=sys.stderr)
        return CANNOT_RUN
    status = MET
    for name in options.targets:
        corpus = BUILD / "fuzz" / name
        seed(name, corpus)
        print(f"{name}: {options.seconds} s", flush=True)
        ended = subprocess.run(
            [build(name), f"-max_total_time={options.seconds}", "-timeout=10", "-rss_limit_mb=1024",
             "-max_len=65536", "-print_final_stats=1", "-verbosity=0",
             f"-artifact_prefix={BUILD / 'fuzz'}/crash-{name}-", corpus],
            env={**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1"}, stderr=subprocess.PIPE, text=True,
            errors="replace")
        if ended.returncode:
            print(f"{ended.stderr[-8000:]}{name}: a fault; the input is in {BUILD / 'fuzz'}", file=sys.stderr)
            status = UNMET
        for line in ended.stderr.splitlines():
            if line.startswith("stat::"):
                print(f"  {line[6:]}")
    return status


if __name__ == "__main__":
    end_with(main)
