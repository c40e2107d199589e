"""Compute the exhibits of the ready cases again, from the experiments beside them.

    python scripts/ready_case.py            simulates, writes src/moot/data/cases/NAME/{about,exhibits}.json
    python scripts/ready_case.py --check    simulates, writes nothing; exit 1 if a file differs

The files name the model's code, so that they differ after every change of it: in the hash alone, where the
numbers are the same.
"""

import sys
import tempfile
from pathlib import Path

import moot
from moot.trial.ready import load_ready, packed, ready_folder, ready_names


def main() -> int:
    check, differ = "--check" in sys.argv[1:], False
    for name in ready_names():
        folder = ready_folder(name)
        with tempfile.TemporaryDirectory() as place:
            out = Path(place) / "experiment"
            moot.compare(folder / "experiment.yaml", out=out)
            texts = packed(load_ready(name), out)
        for file, text in zip(("about.json", "exhibits.json"), texts, strict=True):
            path = folder / file
            if check:
                same = path.is_file() and path.read_text("utf-8") == text
                differ |= not same
                print(f"{path}: {'the same' if same else 'differs'}")
            else:
                path.write_text(text, "utf-8")
                print(f"written: {path}, {len(text.encode()):,} bytes")
    return int(differ)


if __name__ == "__main__":
    sys.exit(main())
