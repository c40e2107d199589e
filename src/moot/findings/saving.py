"""From a finished run in memory to its manifest and its folder."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from moot.declaring.files import data_folder
from moot.errors import RunError
from moot.findings.changing import in_sentences
from moot.findings.tables import measures_of, stocks_of, tables_of
from moot.store.burnt import BurnIns
from moot.store.folder import checksums, free_place, whole_folder
from moot.store.parquet import Tables
from moot.store.runs import FORMAT, MANIFEST, TABLES, is_run_folder
from moot.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from moot.experiment.scenario import Scenario
    from moot.experiment.simulation import Result

__all__ = [
    "FEWEST",
    "LABELS",
    "LARGEST_PANEL",
    "SAYS",
    "code_hash",
    "manifest_and_tables",
    "manifest_of",
    "panel_in",
    "save",
    "writable",
]

FEWEST = 1_000
"""People in a run that leaves a folder."""
LARGEST_PANEL = 10_000
MODEL_PACKAGES = ("draws", "country", "regime", "society", "experiment")

LABELS = {
    "synthetic": True,
    "people": "synthetic people",
    "status": "mechanism, not forecast",
    "about": "an invented or documented scheme, simulated; no decision about anyone",
}
SAYS = [
    "Synthetic people; mechanism, not forecast; what the model leaves out is told with every result.",
    "One run, assumptions not varied: no range, no interval; an anecdote, not a result to quote.",
    "Not a fundamental rights impact assessment, data protection impact assessment, audit or approval.",
]


def code_hash() -> str:
    """SHA-256 (hex) of the model's code, the same on every machine: what the digests depend on beside the
    data."""
    import moot.draws

    root = Path(next(iter(moot.draws.__path__))).resolve().parent
    digest = hashlib.sha256()
    for package in MODEL_PACKAGES:
        for path in sorted((root / package).glob("*.py")):
            digest.update(f"{package}/{path.name}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def burn_ins(*, least: int | None = None) -> BurnIns:
    """The kept burn-ins of this version of Moot, from `least` person-days on (see `moot.store.burnt`).

    The code's hash enters their keys: another version neither finds nor replaces them.
    """
    return BurnIns({"code": code_hash()}, least=least)


def versions() -> dict[str, str]:
    """Versions of what a run depends on."""
    found = {"python": platform.python_version()}
    for package in ("moot", "numpy", "numba", "duckdb"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def manifest_of(result: Result) -> dict[str, Any]:
    """Everything needed to run it again and to compare: the content of `run.json`, without the files."""
    scenario, compiled = result.scenario, result.compiled
    country = scenario.country_model
    regimes = {name: regime for name, regime in scenario.arm_regimes.items() if name in result.arms}
    return {
        "format": FORMAT,
        "labels": LABELS,
        "says": SAYS,
        **({"changes": in_sentences(scenario)} if scenario.changes else {}),
        "scenario": {
            "name": scenario.scenario,
            "title": scenario.title,
            "hash": scenario.content_hash,
            "file": file_of(scenario),
            "resolved": scenario.resolved(),
        },
        "declarations": {
            "country": {"name": country.country, "hash": country.content_hash},
            "existing": {one.regime: one.content_hash for one in scenario.existing_models},
            "arms": {name: one.content_hash if one else None for name, one in regimes.items()},
            "vocabulary": load_vocabulary().content_hash,
        },
        "seed": result.seed,
        "people": result.people,
        "days": result.days,
        "start": scenario.start.isoformat(),
        "arms": list(result.arms),
        "burn_in_days": result.burn_in_days,
        "burn_in_cached": result.burn_in_cached,
        "threads": result.threads,
        **({"device": result.device} if result.device != "cpu" else {}),
        **({"shards": result.shards, "traffic": result.traffic} if result.shards > 1 else {}),
        "digest": result.digest,
        "digests": result.digests,
        "code": code_hash(),
        "versions": versions(),
        "seconds": {name: round(value, 4) for name, value in result.seconds.items()},
        "person_days_per_s": round(result.person_days_per_s),
        "peak_rss_bytes": result.peak_rss_bytes,
        "normaliser": result.normaliser,
        "certainty": compiled.certainty,
        "sizes": result.sizes,
        "measures": {arm: measures_of(result, a) for a, arm in enumerate(result.arms)},
        "stocks": stocks_of(result),
        "regions": [list(region) for region in compiled.regions],
        "slots": [list(slot) for slot in compiled.slots],
        "panel": panel_in(result),
    }


def panel_in(result: Result) -> list[dict[str, Any]]:
    """What is said of each person of the panel: number, five-year age band, sex, kind of place, region."""
    from moot.experiment.simulation import number_of

    compiled, residents = result.compiled, result.residents
    panel = []
    for x, person in enumerate(result.panel.tolist()):  # in the order of their places
        attributes = {
            a: level for slot in residents.levels[x].tolist() for a, level in [compiled.slots[slot]]
        }
        band = int(residents.age5[x])
        panel.append(
            {
                "number": number_of(result.population, person),
                "age": "85 and over" if band == 17 else f"{5 * band} to {5 * band + 4}",
                "sex": attributes.get("sex", ""),
                "stratum": attributes.get("stratum", ""),
                "region": compiled.regions[int(residents.region[x])][0],
                "synthetic": True,
            }
        )
    return panel


def file_of(scenario: Scenario) -> str:
    """The name of the file that a scenario was read from; empty for a shipped one, which goes by its name."""
    path = scenario.source_path
    return "" if path is None or path.resolve().is_relative_to(data_folder().resolve()) else path.name


def manifest_and_tables(result: Result) -> tuple[dict[str, Any], Tables]:
    """What a run folder says of a run, and its tables, with the seconds and the memory of making them."""
    from moot.experiment.simulation import peak_rss_bytes

    began = time.perf_counter()
    tables = tables_of(result)
    content = manifest_of(result)
    content["seconds"]["tables"] = round(time.perf_counter() - began, 4)
    content["peak_rss_bytes"] = peak_rss_bytes()
    return content, tables


def save(
    result: Result,
    path: Path,
    *,
    force: bool = False,
    manifest: dict[str, Any] | None = None,
    tables: Tables | None = None,
) -> dict[str, Any]:
    """Write a run folder, whole or not at all; the manifest as written.

    `manifest` and `tables` are those of `manifest_and_tables`, where they are there already. The peak of
    memory is that of the process when the tables are written.

    Raises `ExistsError` where `path` is taken and `force` is not given; `RunError` for fewer than 1,000
    people, for too large a panel, for people and chance of two seeds, and where `path` holds something else
    than a run.
    """
    from moot.experiment.simulation import peak_rss_bytes

    if result.chance != result.seed:
        raise RunError("chance has a seed of its own: such a run is a replicate of an experiment")
    writable(path, result.people, len(result.panel), force=force)
    if manifest is None or tables is None:
        manifest, tables = manifest_and_tables(result)
    content = dict(manifest)
    began = time.perf_counter()
    with whole_folder(path) as folder:
        # Side by side: one is mostly the work of DuckDB, the other mostly of Python.
        with ThreadPoolExecutor(len(TABLES)) as writers:
            writing = [writers.submit(tables.write, name, folder / file) for name, file in TABLES.items()]
        for one in writing:
            one.result()
        content["peak_rss_bytes"] = peak_rss_bytes()
        (folder / "log").write_text(log_of(content), "utf-8")
        content["seconds"] = {**content["seconds"], "write": round(time.perf_counter() - began, 4)}
        content["files"] = checksums(folder)
        (folder / MANIFEST).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return content


def writable(path: Path, people: int, panel: int, *, force: bool = False) -> None:
    """Raise where a run of this size leaves no folder, or not there: to be asked before the work is done."""
    if people < FEWEST:
        raise RunError(
            f"a run of {people:,} people leaves no folder; simulate at least {FEWEST:,}, or say --no-folder"
        )
    most = min(LARGEST_PANEL, max(200, people // 100))
    if panel > most:
        raise RunError(f"a panel of {panel:,} is too large for {people:,} people; at most {most:,}")
    above = next(one for one in path.absolute().parents if one.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        raise RunError(f"cannot write {path}: {above} is no folder that can be written to")
    free_place(path, force=force, is_ours=is_run_folder(path))


def log_of(content: dict[str, Any]) -> str:
    """What a reader of the folder finds in `log`: what was run, how long it took, what came out."""
    seconds = {name: value for name, value in content["seconds"].items() if name != "compile"}
    compiled = content["seconds"].get("compile", 0.0)
    lines = [
        f"moot {content['versions']['moot']}, model code {content['code'][:16]}",
        f"scenario {content['scenario']['name']} ({content['scenario']['hash'][:16]}): {content['people']:,} "
        f"synthetic people, "
        f"{content['days']} days from {content['start']}, seed {content['seed']}, {content['threads']} "
        f"threads",
        f"arms: {', '.join(content['arms'])}; burn-in of {content['burn_in_days']} days under today's law"
        + (", its end read from the cache" if content.get("burn_in_cached") else ""),
        "seconds: " + ", ".join(f"{name} {value:.2f}" for name, value in seconds.items()),
        *([f"compiling, once: {compiled:.2f} seconds, which are in none of these"] if compiled else []),
        f"person-days a second: {content['person_days_per_s']:,}; peak memory "
        f"{content['peak_rss_bytes'] / 2**20:,.0f} MiB",
        *(f"digest of {arm}: {digest}" for arm, digest in content["digests"].items()),
        f"digest of the run: {content['digest']}",
        *content["says"],
        *content.get("changes", ()),
    ]
    return "\n".join(lines) + "\n"
