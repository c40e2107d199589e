"""Write the page of all metrics from the file that defines them.

python scripts/metrics.py            writes docs/reference/metrics.md
python scripts/metrics.py --check    writes nothing; exit 1 if the page is not what it would write
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from moot.findings.metric_words import MetricWords, load_metrics

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "metrics.md"
ABOUT = """\
# Metrics

What `moot metrics RUN` tells of each arm with a regime, beside the same people under today's law.
`python scripts/metrics.py` writes this page from `src/moot/data/metrics.yaml`, and a test compares the two.

Each metric is defined once and stays in its own unit. They are never summed into one index: how much of one
burden outweighs another, or an effect, is for those who judge. Synthetic people; mechanism, not forecast. In
text a number has two significant digits, and a star where fewer than ten events are behind it; `--json` has
them raw.

| needs | what of a run it is computed from |
| --- | --- |
| totals | what an arm counted over the run |
| ledger | points by domain at the moment of a decision, which the engine keeps while it runs |
| histories | the panel lives: a random sample of people, nobody chosen by what they did |
| configuration | what the declarations say; not measured |
| several-runs | more than one run |

A *refusal* is one for a list or for a score. The *twin* of a person is the same person in the arm under
today's law. Where there is nothing to divide by there is no number, and the reason stands in its place.
"""


def told(row: MetricWords) -> Iterator[str]:
    """The lines of one metric."""
    yield f"\n## {row.id}: {row.name}\n"
    yield f"- **What.** {row.formula[:1].upper()}{row.formula[1:]}."
    yield f"- **Unit.** {row.unit[:1].upper()}{row.unit[1:]}."
    yield f"- **It is not** {row.is_not}."
    if row.computed:
        groups = "; also by group" if row.groups else ""
        yield f"- **Needs** {', '.join(row.needs)}{groups}."
    else:
        yield f"- **Not computed**: {row.reason}."
    if row.left_out is not None:
        yield f"- **Left out**: {row.left_out}."


def page() -> str:
    """The page as it is to be."""
    rows = load_metrics().rows
    numbers = [row for row in rows if row.id != "QUAL"]
    count = sum(row.computed for row in numbers)
    lines = [
        ABOUT,
        f"{count} of {len(numbers)} metrics are computed; `QUAL` is for what no number is asked of.",
    ]
    for row in rows:
        lines += told(row)
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page, or compare it with the one that is there."""
    parser = argparse.ArgumentParser(description="Write docs/reference/metrics.md.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    text = page()
    if parser.parse_args().check:
        same = PAGE.is_file() and PAGE.read_text("utf-8") == text
        print(f"{PAGE} is {'as it is to be' if same else 'stale: run python scripts/metrics.py'}")
        return 0 if same else 1
    PAGE.write_text(text, "utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
