#!/usr/bin/env bash
# Found while thousands of letters were measured in one process before they were printed.
#
# Guess:     asking typst for the metadata of a document needs no more memory the hundredth time than the tenth: compiling
#            keeps a cache and empties it of what the last compiles did not use, and a query is a compile without a file.
# Version:   typst 0.15.2 (the Python package)
# Behaviour: compiles stay flat. Queries keep what each of them made, some megabytes for a few pages, for as long as the
#            process lives, and throw nothing out, unless a dozen compiles of an empty page come between.
# For us:    whoever measures each letter by a query, to find its size of type, grows without end in a daemon. We compile
#            empty pages after every ten queries.
set -euo pipefail
[ -r /proc/self/statm ] || { echo "reads the memory as Linux tells it"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check typst==0.15.2
"$folder/env/bin/python" - <<'PYTHON' | tee "$folder/seen"
import json
import os
from pathlib import Path

import typst

PAGES = b"""
#let told = json(bytes(sys.inputs.told))
#for number in range(60) [== #told #number
#lorem(80)]
#metadata(told) <told>
"""
FONTS = typst.Fonts(include_system_fonts=False)


def resident():
    """Megabytes of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def given(number):
    return {"sys_inputs": {"told": str(number)}, "font_paths": FONTS}


def grown(work, numbers):
    """Megabytes that the process has grown by."""
    before = resident()
    for number in numbers:
        work(number)
    return resident() - before


def compiled(number):
    typst.compile(PAGES, **given(number))


def asked(number):
    assert json.loads(typst.query(PAGES, selector="<told>", field="value", **given(number))) == [number]


def asked_and_emptied(number):
    asked(number)
    if number % 10 == 9:
        for _ in range(12):
            typst.compile(b"", font_paths=FONTS)


grown(compiled, range(30))
print("fifty compiles more:", "flat" if grown(compiled, range(30, 80)) < 30 else "grows")
grown(asked_and_emptied, range(100, 120))
print("fifty queries, emptied after each ten:", "flat" if grown(asked_and_emptied, range(120, 170)) < 40 else "grows")
for words in "fifty queries:", "fifty queries more:":
    start = 200 if words == "fifty queries:" else 250
    print(words, "more than 2 MB each" if grown(asked, range(start, start + 50)) > 100 else "flat")
PYTHON
diff "$folder/seen" - <<'SEEN'
fifty compiles more: flat
fifty queries, emptied after each ten: flat
fifty queries: more than 2 MB each
fifty queries more: more than 2 MB each
SEEN
