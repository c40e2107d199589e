"""Simulating a run again and comparing: the same digests, or a difference and its most likely reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moot.findings.rebuilding import scenario_of
from moot.findings.saving import code_hash, log_of, versions
from moot.store.folder import differing
from moot.store.runs import read_manifest

__all__ = ["Verification", "verify_run"]


@dataclass(frozen=True)
class Verification:
    """What came out: digests recorded and found, by arm, and what may explain a difference."""

    path: Path
    recorded: dict[str, str]
    found: dict[str, str]
    files: tuple[str, ...]
    reasons: tuple[str, ...]
    digest: str

    @property
    def same(self) -> bool:
        """Whether every arm has the digest that was recorded and no file was changed."""
        return self.recorded == self.found and not self.files

    def lines(self) -> list[str]:
        """What `moot verify` prints."""
        lines = [f"{self.path}: {said}" for said in self.files]
        for arm, digest in self.recorded.items():
            again = self.found.get(arm)
            verdict = "the same digest" if digest == again else f"another digest, {again}"
            lines.append(f"{arm}: {digest}: simulated again: {verdict}")
        lines += [f"  {reason}" for reason in self.reasons]
        if self.same:
            lines.append(f"The run was simulated again and is the same; its digest is {self.digest}.")
        elif self.recorded == self.found:
            lines.append(
                f"The run was simulated again and is the same, {self.digest}, but files were changed."
            )
        else:
            lines.append(f"The run was simulated again and is another than the one recorded, {self.digest}.")
        return lines

    def as_dict(self) -> dict[str, Any]:
        """The object of `moot verify --json`."""
        return {
            "run": str(self.path),
            "same": self.same,
            "digest": self.digest,
            "recorded": self.recorded,
            "found": self.found,
            "files": list(self.files),
            "reasons": list(self.reasons),
        }


def verify_run(path: Path, *, threads: int | None = None) -> Verification:
    """Make the people again, simulate again, compare. Nothing of the run but its declarations is read back.

    Raises `RunError` where `path` is no run or its declarations were changed.
    """
    from moot.experiment.simulation import simulate

    manifest = read_manifest(path)
    files = tuple(differing(path, manifest["files"]))
    result = simulate(
        scenario_of(manifest), seed=manifest["seed"], threads=threads, arms=manifest["arms"], panel=0
    )
    recorded, found = dict(manifest["digests"]), dict(result.digests)
    reasons = () if recorded == found else tuple(_reasons(path, manifest))
    return Verification(path, recorded, found, files, reasons, str(manifest["digest"]))


def _reasons(path: Path, manifest: dict[str, Any]) -> list[str]:
    if manifest["code"] != code_hash():
        return [
            f"other code version: the run was made with model code {manifest['code'][:16]} "
            f"(moot {manifest['versions'].get('moot')}), this is {code_hash()[:16]} (moot "
            f"{versions()['moot']})"
        ]
    if _edited(path, manifest):
        return [
            "run.json does not agree with the log beside it: it was changed after the run, and what it asks "
            "for now is not what was run"
        ]
    return ["the model code is the same: this should not happen; please report it with the run folder"]


def _edited(path: Path, manifest: dict[str, Any]) -> bool:
    """Whether the log, which is as it was written, tells of another run than `run.json` does now.

    The log says scenario, sizes, seed and digests. Its line of seconds is left out: writing came after it.
    """
    log = path / "log"
    if differing(path, {"log": manifest["files"].get("log", {})}):
        return False

    def told(text: str) -> list[str]:
        return [line for line in text.splitlines() if not line.startswith("seconds: ")]

    return told(log.read_text("utf-8")) != told(log_of(manifest))
