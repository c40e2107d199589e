"""What is done for one job of an experiment, in this process or in one of a cluster.

To another process a job goes as plain values: the experiment as its folder declares it, and the job; a job
beside the plan has its own scenario with it. What comes back is the sums of the job, or what went wrong, in
words. The numbers do not depend on where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import numpy as np

from moot.errors import MootError, RunError, UserError
from moot.experiment.executor import Done
from moot.experiment.plan import Job, Plan
from moot.experiment.scenario import Scenario
from moot.experiment.simulation import Result, simulate
from moot.findings.outcomes import Outcome, outcome_of
from moot.findings.rebuilding import scenario_of
from moot.findings.saving import burn_ins, code_hash, versions
from moot.findings.tracing import panel_for, told_of
from moot.store.burnt import BurnIns

__all__ = ["FailedThere", "OnRay", "Progress", "Work", "done"]

T = TypeVar("T")
Progress = Callable[[str, int, int], None]
LOSSES = 3
"""How often a job is lost with its process before it counts as failed."""


class FailedThere(MootError):
    """What went wrong in another process, in the words that it would have here; a fault of ours."""


@contextmanager
def _place_of_burn_in(shared: bool) -> Iterator[BurnIns]:
    """Where the end of a job's burn-in is kept: in the cache for jobs that share it.

    Else until the job is over, so that a box that overflows on a day of the run does not cost a second one,
    and those of other runs stay in the cache.
    """
    kept = burn_ins()
    if shared:
        yield kept
        return
    with TemporaryDirectory(prefix="moot-") as folder:
        kept.folder = Path(folder) / "burn-ins"
        yield kept


@dataclass(frozen=True)
class Work:
    """What is done for a job: `scenario_of` says what it simulates; the others are those of `Asked`."""

    scenario_of: Callable[[Job], Scenario]
    shares: Callable[[Job], bool] = lambda _: False
    threads: int | None = None
    progress: Progress | None = None
    cache: bool = True
    briefly: bool = False
    traced: bool = False

    def __call__(self, job: Job) -> Outcome:
        """Do it here."""
        shared = self.cache and self.shares(job)
        result = done(
            self.scenario_of(job), job, shared=shared, threads=self.threads, progress=self.progress,
            traced=self.traced,
        )  # fmt: skip
        return _kept_of(result, briefly=self.briefly, traced=self.traced)

    def told(self, job: Job) -> dict[str, Any]:
        """The job as plain values for another process; one of the plan itself needs no scenario."""
        plain: dict[str, Any] = {name: getattr(job, name) for name in Job.__dataclass_fields__}
        plain["arms"] = list(job.arms)
        how = {"briefly": self.briefly, "traced": self.traced}
        if type(job) is Job:
            return plain | how
        scenario = self.scenario_of(job)
        return plain | how | {
            "shared": self.cache and self.shares(job),
            "world": {"hash": scenario.content_hash, "resolved": scenario.resolved()},
        }  # fmt: skip


def _kept_of(result: Result, *, briefly: bool, traced: bool) -> Outcome:
    found = outcome_of(result)
    if traced:
        return Outcome(found.digests, found.parts, told_of(result, found))
    return found.brief if briefly else found


class OnRay:
    """Jobs as tasks of a Ray cluster, as many side by side as it has processors for.

    `request`: the experiment as `experiment.json` has it. A job whose process was ended from outside is done
    again; `tell` is given a line about it. `address` is that of a cluster, or ``ray`` for one that is started
    on this machine; `threads` (default 1) are those of each job; `prepare` is called before the first.
    """

    def __init__(
        self,
        address: str,
        request: Mapping[str, Any],
        *,
        threads: int | None = None,
        cache: bool = True,
        tell: Callable[[str], None] = lambda line: None,
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        self.address, self.tell, self.threads = address, tell, threads or 1
        self.prepare = prepare
        self.request = {**request, "threads": self.threads, "cache": cache}

    def run(self, jobs: Iterable[Job], work: Callable[[Job], T]) -> Iterator[Done[T]]:
        """Do the jobs; yield what became of each as it ends. What `work` would do here, others do there."""
        from moot.cluster.ray_tasks import Lost, done_on_ray

        asked = list(jobs)
        self.prepare()
        assert isinstance(work, Work)
        given = [work.told(one) for one in asked]
        for came in done_on_ray(
            self.address, serve, self.request, given, processors=self.threads, losses=LOSSES, tell=self.tell,
            names=[one.words for one in asked],
        ):  # fmt: skip
            job = asked[came.number]
            said = came.value
            if isinstance(said, Lost):
                yield Done(job, None, RunError(said.words), came.seconds)
            elif "error" in said:
                error = UserError if said["user"] else FailedThere
                yield Done(job, None, error(said["error"]), came.seconds)
            else:
                parts = {
                    arm: {name: np.array(one) for name, one in columns.items()}
                    for arm, columns in said["parts"].items()
                }
                outcome: Any = Outcome(said["digests"], parts, said.get("traced"))
                yield Done(job, outcome, None, came.seconds)


_plans: dict[str, Plan] = {}
"""The plan of the experiment that this process serves, by its hash."""


def serve(request: dict[str, Any], job: dict[str, Any]) -> dict[str, Any]:
    """What another process does: one job. Its sums, or what went wrong, and whether the user can mend it."""
    try:
        if request["code"] != code_hash():
            raise RunError(
                f"this process has another version of Moot (model code {code_hash()[:16]}) than the one that "
                f"asks ({request['code'][:16]})"
            )
        plan = _plan_of(request)
        one = Job(**{name: job[name] for name in Job.__dataclass_fields__} | {"arms": tuple(job["arms"])})
        if "world" in job:
            scenario = scenario_of({"scenario": job["world"], "versions": versions()})
            shared = job["shared"]
        else:
            scenario, shared = plan.scenario_of(one), request["cache"] and plan.shares_burn_in(one)
        how = {"briefly": job.get("briefly", False), "traced": job.get("traced", False)}
        result = done(scenario, one, shared=shared, threads=request["threads"], traced=how["traced"])
        outcome = _kept_of(result, **how)
    except MootError as error:
        return {"error": str(error), "user": isinstance(error, UserError)}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {' '.join(str(error).split())}", "user": False}
    parts = {arm: dict(x) for arm, x in outcome.parts.items()}
    return {"digests": dict(outcome.digests), "parts": parts, "traced": outcome.traced}


def _plan_of(request: dict[str, Any]) -> Plan:
    from moot.findings.experimenting import experiment_of

    name = str(request["plan"])
    if name not in _plans:
        _plans.clear()
        plan = Plan(experiment_of(request))
        if plan.content_hash != name:
            raise RunError("the declarations are not those of the plan that was asked for")
        _plans[name] = plan
    return _plans[name]


def done(
    scenario: Scenario,
    job: Job,
    *,
    shared: bool,
    threads: int | None,
    progress: Progress | None = None,
    traced: bool = False,
) -> Result:
    """Simulate the arms of a job; its burn-in is kept in the cache where it is `shared` with others.

    With `traced`, as many lives as there may be are kept; that changes no number.
    """
    with _place_of_burn_in(shared) as kept:
        return simulate(
            scenario, seed=job.seed, chance=job.chance, threads=threads,
            panel=panel_for(scenario.people) if traced else 0, arms=list(job.arms), progress=progress,
            burn_ins=kept,
        )  # fmt: skip
