"""Commands about declarations: check, list, show, new, schema, test."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from moot.cli.languages import LANG, Lang

if TYPE_CHECKING:
    from moot.declaring.values import Declaration

__all__ = ["register"]

BANNER = "An invented scheme and invented people. Do not write about a real person or a real case."


class Listed(StrEnum):
    """What `moot list` lists."""

    countries = "countries"
    regimes = "regimes"
    scenarios = "scenarios"
    adoptions = "adoptions"
    cases = "cases"
    acts = "acts"


class Made(StrEnum):
    """What `moot new` makes."""

    regime = "regime"
    scenario = "scenario"
    country = "country"


class Described(StrEnum):
    """What `moot schema` describes."""

    vocabulary = "vocabulary"
    country = "country"
    regime = "regime"
    scenario = "scenario"
    adoption = "adoption"
    experiment = "experiment"
    calibration = "calibration"
    fitted = "fitted"
    players = "players"
    assessment = "assessment"
    test = "test"


SAID = {"test": "file of cases", "fitted": "file of fitted ranges", "players": "list of players"}
"""What a kind of file is called, where its name alone would not do."""
_JSON = typer.Option(False, "--json", help="One JSON object on stdout and nothing else.")


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command("check")(check)
    app.command("list")(list_)
    app.command("show")(show)
    app.command("new")(new)
    app.command("schema")(schema)
    app.command("test")(test)


def check(
    what: str = typer.Argument(..., metavar="FILE|NAME", help="A file, or the name of something shipped."),
    as_json: bool = _JSON,
) -> None:
    """Say everything that is wrong with a file: country, regime, scenario, experiment, calibration, …"""
    from moot.errors import DeclarationError, Problem, UserError

    try:
        kind, declaration = _read(what)
    except UserError as error:
        if not as_json:
            raise
        found = (
            error.problems
            if isinstance(error, DeclarationError)
            else [Problem(path=what, message=str(error))]
        )
        _print_json({"what": what, "ok": False, "problems": [problem.as_dict() for problem in found]})
        raise typer.Exit(error.exit_code) from None
    prospect = _prospect(declaration)
    if as_json:
        _print_json(
            {
                "what": what,
                "ok": True,
                "kind": kind,
                "content_hash": declaration.content_hash,
                "problems": [problem.as_dict() for problem in declaration.warnings],
                "prospect": prospect,
            }
        )
        return
    for problem in declaration.warnings:
        print(problem, file=sys.stderr)
    count = len(declaration.warnings)
    noticed = "nothing wrong" if not count else f"nothing wrong, {count} warning{'s' if count > 1 else ''}"
    article = "an" if kind in ("adoption", "assessment", "experiment") else "a"
    print(f"{declaration.shown_path}: {article} {kind} ({declaration.content_hash[:12]}): {noticed}")
    for line in prospect:
        print(line)


def list_(
    what: Listed | None = typer.Argument(
        None, help="countries, regimes, scenarios, adoptions, cases or acts (default: all but acts)."
    ),
    as_json: bool = _JSON,
) -> None:
    """List what is shipped, with a line for each."""
    kinds = [what] if what else [kind for kind in Listed if kind is not Listed.acts]
    found = {kind.value: _named(kind) for kind in kinds}
    if as_json:
        _print_json(found)
        return
    width = max((len(name) for names in found.values() for name in names), default=0)
    for kind, names in found.items():
        if len(found) > 1:
            print(kind)
        for name, words in names.items():
            print(f"  {name:<{width}}  {words}".rstrip())


def show(
    what: str = typer.Argument(
        ..., metavar="NAME|FILE|RUN", help="A regime, scenario, country, run, experiment or calibration."
    ),
    arm: str | None = typer.Option(
        None, "--arm", metavar="NAME", help="Of a run or experiment: the arm told."
    ),
    lang: Lang = LANG,
) -> None:
    """Tell a scheme in sentences: what it sees, what it costs, how one gets out. Of a run: its table."""
    from moot.errors import UserError

    path = Path(what)
    if lang is not Lang.en and path.is_dir():
        raise UserError(f"--lang {lang.value}: what a folder holds is told in English; expected a scheme")
    if (path / "run.json").is_file():
        _show_run(path, arm)
        return
    if _of_a_run(path):
        from moot.cli.reading_runs import show_unfinished

        for line in show_unfinished(path):
            print(line)
        return
    if (path / "experiment.json").is_file():
        from moot.cli.experimenting import show_experiment

        show_experiment(path, arm)
        return
    if (path / "calibration.json").is_file():
        from moot.findings.calibrating import open_calibration

        print(*open_calibration(path).lines(), sep="\n")
        return
    if arm is not None:
        raise UserError(f"--arm chooses an arm of a run, and {what} is no run folder")
    from moot.country.schema import Country
    from moot.experiment.adoption import Adoption
    from moot.experiment.declaration import Experiment
    from moot.experiment.scenario import Scenario
    from moot.regime.schema import Regime
    from moot.regime.words import account

    _, declaration = _read(what, first="regime")
    if isinstance(declaration, Regime):
        lines = account(declaration, language=lang.value)
    elif lang is not Lang.en:
        raise UserError(f"--lang {lang.value}: {what} is told in English; expected a scheme")
    elif isinstance(declaration, Scenario):
        lines = _scenario_lines(declaration)
        for regime in declaration.arm_regimes.values():
            if regime is not None:
                lines += ["", *account(regime, declaration.country_model)]
    elif isinstance(declaration, Country):
        lines = _country_lines(declaration)
    elif isinstance(declaration, Adoption):
        lines = _adoption_lines(declaration)
    elif isinstance(declaration, Experiment):
        lines = _experiment_lines(declaration)
    else:
        lines = [declaration.shown_path]
    _print_wrapped(lines)


def _of_a_run(path: Path) -> bool:
    """Whether a run that did not end is meant. Raises `RunError` for a folder beside runs that is missing."""
    from moot.store.runs import list_runs, read_manifest
    from moot.store.unfinished import is_unfinished, place_beside

    if is_unfinished(place_beside(path)[1]):
        return True
    if len(path.parts) > 1 and not path.exists() and not path.suffix and list_runs(path.parent):
        read_manifest(path)
    return False


def new(
    what: Made = typer.Argument(..., help="regime, scenario or country."),
    name: str = typer.Argument(..., help="Its name: small letters, digits and hyphens."),
    out: Path | None = typer.Option(None, "--out", help="The file to write; NAME.yaml if left out."),
    force: bool = typer.Option(False, "--force", help="Overwrite a file that is there."),
    regime: str | None = typer.Option(
        None, "--regime", metavar="NAME|FILE", help="Of a scenario: the scheme of its second arm."
    ),
    country: str | None = typer.Option(
        None, "--country", metavar="NAME|FILE", help="Of a scenario: its country (default: france)."
    ),
) -> None:
    """Write a commented declaration to begin with; a scenario with the scheme and country that it names."""
    from moot.declaring.files import data_folder, looks_like_name
    from moot.errors import ExistsError, UserError

    if not looks_like_name(name) or len(name) > 60:
        expected = f"expected small letters, digits and hyphens, such as my-{what.value}"
        raise UserError(f"{name!r} is not a name; {expected}")
    path = out or Path(f"{name}.yaml")
    if path.is_dir():
        raise UserError(f"{path} is a folder; expected the name of a file")
    if (path.exists() or path.is_symlink()) and not force:
        raise ExistsError(path)
    text = (data_folder() / "scaffolds" / f"{what.value}.yaml").read_text("utf-8").replace("NAME", name)
    if what is Made.scenario:
        text = _filled(text, path, regime, country)
    elif regime is not None or country is not None:
        raise UserError(f"--regime and --country are of a scenario; a {what.value} names neither")
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise UserError(f"{path} cannot be written: {error.strerror}") from None
    print(f"{path}: a {what.value} to begin with; moot check {path}")
    print(BANNER, file=sys.stderr)


def _filled(text: str, path: Path, regime: str | None, country: str | None) -> str:
    """The scaffold of a scenario with the reader's own scheme and country in it.

    Both are read first, so that a mistake is told now and in the file where it is. The scenario starts on the
    day on which the scheme is announced.
    """
    from moot.country.reading import load_country
    from moot.regime.reading import load_regime

    if country is not None:
        load_country(country)
        text = text.replace("country: france", f"country: {_reference(country, path, 'country')}")
    if regime is not None:
        declared = load_regime(regime)
        arm = f"  {declared.regime}: {{regime: {_reference(regime, path, 'regime')}}}"
        text = text.replace("  rank-my-life-2028: {regime: rank-my-life-2028}", arm)
        if declared.announced is not None:
            text = text.replace("start: 2028-01-01", f"start: {declared.announced}")
    return text


def _reference(named: str, path: Path, key: str) -> str:
    """How a scenario at `path` names a scheme or country: a shipped name, or a file beside it."""
    from moot.declaring.files import looks_like_name
    from moot.errors import UserError

    if looks_like_name(named) and not Path(named).exists():
        return named
    file = Path(named)
    if not file.resolve().parent.is_relative_to(path.resolve().parent):
        raise UserError(
            f"{named} is not in the folder of {path} or below it, and a scenario names nothing outside; "
            f"copy the {key} there, or write the scenario beside it: --out {file.parent / path.name}"
        )
    return file.resolve().relative_to(path.resolve().parent).as_posix()


def schema(
    what: Described = typer.Argument(
        ...,
        help="vocabulary, country, regime, scenario, adoption, experiment, calibration, fitted, players, "
        "assessment or test.",
    ),
) -> None:
    """Print the JSON Schema of a kind of file, for editors."""
    from moot.dossier import assessment
    from moot.experiment.schemas import SCHEMA_KINDS, schema_text

    if what is Described.assessment:
        print(assessment.schema_text(), end="")
    for kind in SCHEMA_KINDS:
        if kind == what.value:
            print(schema_text(kind), end="")


def test(
    path: Path = typer.Argument(
        ...,
        metavar="NAME|FILE|FOLDER",
        help="A shipped regime that has cases, a file NAME.test.yaml, or a folder of them.",
    ),
    as_json: bool = _JSON,
) -> None:
    """Try the cases of a scheme: each passes or fails."""
    from moot.declaring.files import shown
    from moot.errors import CheckFailed
    from moot.regime.cases import case_files, load_cases, run_cases

    results = [(file, run_cases(load_cases(file))) for file in case_files(path)]
    failed = sum(not result.passed for _, cases in results for result in cases)
    count = sum(len(cases) for _, cases in results)
    if as_json:
        _print_json(
            {
                "ok": not failed,
                "files": {
                    str(file): [
                        {
                            "case": one.case,
                            "pass": one.passed,
                            "failures": [f.as_dict() for f in one.failures],
                        }
                        for one in cases
                    ]
                    for file, cases in results
                },
            }
        )
        if failed:
            raise typer.Exit(1)
        return
    for file, cases in results:
        print(shown(file))
        for one in cases:
            print(f"  {'pass' if one.passed else 'FAIL'}  {one.case}")
            for failure in one.failures:
                print(f"{failure}", file=sys.stderr)
    if failed:
        raise CheckFailed(f"{failed} of {count} cases fail")
    print(f"{count} cases pass")


def _read(what: str, first: str = "scenario") -> tuple[str, Declaration]:
    """The kind and the declaration of a name or a path; a name is tried as `first`, then as the rest."""
    import difflib

    from moot.country.reading import country_from, load_country
    from moot.declaring.files import (
        KINDS,
        TELLING,
        Kind,
        find,
        kind_of_source,
        looks_like_name,
        near_name,
        shipped_names,
    )
    from moot.dossier.assessment import assessment_from, is_assessment
    from moot.errors import DeclarationError, Problem, UnknownNameError
    from moot.experiment.adoption import adoption_from, load_adoption
    from moot.experiment.calibration import calibration_from
    from moot.experiment.declaration import experiment_from
    from moot.experiment.fitted import ranges_from
    from moot.experiment.scenario import load_scenario, scenario_from
    from moot.regime.cases import cases_from
    from moot.regime.players import players_from
    from moot.regime.reading import load_regime, regime_from
    from moot.vocabulary import vocabulary_from

    load: dict[Kind, Any] = {
        "scenario": load_scenario,
        "regime": load_regime,
        "country": load_country,
        "adoption": load_adoption,
    }
    if looks_like_name(what) and not Path(what).exists():
        for kind in sorted(load, key=lambda kind: kind != first):
            if what in shipped_names(kind):
                return kind, load[kind](what)
        known = [name for kind in KINDS for name in shipped_names(kind)]
        names = list(dict.fromkeys(known))
        raise UnknownNameError("file, country, regime or scenario", what, names, near_name(what, known))
    source = find("country", Path(what))
    if is_assessment(source):
        return "assessment", assessment_from(source)
    kind_found = kind_of_source(source)
    if kind_found is None:
        message = (
            "declares nothing that Moot knows; expected one of the keys regime, scenario, country, cases, "
            "adoption, experiment, calibration, fitted, players, assessment"
        )
        near = [difflib.get_close_matches(str(key), [*KINDS, *TELLING, "cases"], n=1) for key in source.data]
        hint = next((f'did you mean "{close[0]}"?' for close in near if close), "")
        raise DeclarationError([Problem(path=source.shown, line=1, column=1, message=message, hint=hint)])
    readers: dict[str, Any] = {
        "country": country_from,
        "regime": regime_from,
        "scenario": scenario_from,
        "adoption": adoption_from,
        "experiment": experiment_from,
        "calibration": calibration_from,
        "fitted": ranges_from,
        "players": players_from,
        "test": cases_from,
        "vocabulary": vocabulary_from,
    }
    return SAID.get(kind_found, kind_found), readers[kind_found](source)


def _prospect(declaration: Declaration) -> list[str]:
    """What can be worked out before a run: searches, false alerts, headroom. Empty where there is nothing."""
    from moot.experiment.declaration import Experiment
    from moot.experiment.scenario import Scenario
    from moot.regime.schema import Regime

    if isinstance(declaration, Experiment):
        from moot.experiment.plan import plan_of
        from moot.findings.beside import Beside

        plan = plan_of(declaration)
        beside = Beside(plan)
        beside.check()
        more = f", and {len(beside.jobs)} of metrics, twins and causes" if beside.jobs else ""
        return [f"jobs to be done: {len(plan.jobs)}{more}"]
    if not isinstance(declaration, (Scenario, Regime)):
        return []
    prospect = _optional("experiment.prospect")
    return [str(line) for line in prospect.prospect_lines(declaration)] if prospect else []


def _show_run(path: Path, arm: str | None) -> None:
    from moot.errors import RunError

    runs = _optional("cli.reading_runs")
    if runs is None:
        raise RunError(f"{path} is a run; this installation cannot show runs")
    runs.show_run(path, arm)


def _optional(name: str) -> Any:
    """A module of Moot that may not be there, or None."""
    import importlib

    try:
        return importlib.import_module(f"moot.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"moot.{name}":
            raise
        return None


def _named(kind: Listed) -> dict[str, str]:
    """The shipped names of a kind, each with its words."""
    from moot.declaring.files import Kind, find, shipped_cases, shipped_names
    from moot.declaring.source import read_source
    from moot.vocabulary import load_vocabulary

    if kind is Listed.cases:
        counts = {name: len(read_source(path, name).data["cases"]) for name, path in shipped_cases().items()}
        return {name: f"{count} cases; moot test {name}" for name, count in counts.items()}
    if kind is Listed.acts:
        acts = load_vocabulary().acts
        return {name: f"{act.class_}, {act.domain}: {act.words}" for name, act in acts.items()}
    of: dict[Listed, tuple[Kind, str]] = {
        Listed.countries: ("country", "name"),
        Listed.regimes: ("regime", "name"),
        Listed.scenarios: ("scenario", "title"),
        Listed.adoptions: ("adoption", "title"),
    }
    singular, key = of[kind]
    return {name: str(find(singular, name).data.get(key, "")) for name in shipped_names(singular)}


def _scenario_lines(scenario: Any) -> list[str]:
    lines = [f"{scenario.title} ({scenario.scenario})"]
    lines.append(f"  {scenario.country_model.name}, {scenario.days} days from {scenario.start}.")
    lines.append(f"  {scenario.people:,} synthetic people, after {scenario.burn_in} years of burn-in.")
    arms = [
        f"{name} ({regime.name if regime else 'the comparator'})"
        for name, regime in scenario.arm_regimes.items()
    ]
    lines.append(f"  Arms: {', '.join(arms)}.")
    if scenario.existing_models:
        lines.append(f"  In force in every arm: {', '.join(one.name for one in scenario.existing_models)}.")
    return lines


def _country_lines(country: Any) -> list[str]:
    from moot.regime.words import vacancies_words

    lines = [f"{country.name} ({country.country})", "  Aggregate tables; synthetic people only."]
    residents = f", {country.residents:,} residents" if country.residents else ""
    lines.append(f"  {len(country.regions.rows)} regions{residents}.")
    lines.append(f"  Acts with a rate: {', '.join(country.acts)}.")
    lines.append(f"  Ties: {', '.join(country.tie_names)}.")
    if country.work is not None:
        lines.append(f"  Jobs are found and lost month by month. {vacancies_words(country.work.vacancies)}")
    lines.append(f"  In force today: {', '.join(country.existing) or 'no scheme that is declared'}.")
    return lines


def _experiment_lines(declared: Any) -> list[str]:
    lines = [f"{declared.title} ({declared.experiment})"]
    for one in declared.scenario_models:
        lines += _scenario_lines(one)
    count, people = declared.replicates.count, declared.replicates.people
    which = "the same people and another chance" if people == "fixed" else "other people and another chance"
    lines.append(f"  {count} replicates from seed {declared.seed}, {which} in each.")
    if declared.draws is None:
        lines.append("  Assumptions are not varied.")
    else:
        lines.append(f"  {declared.draws.count} draws of {len(declared.drawn)} declared ranges.")
    lines.append(f"  To be done: moot experiment {declared.shown_path}")
    return lines


def _adoption_lines(plan: Any) -> list[str]:
    lines = [f"{plan.title} ({plan.adoption})", "  An invented scheme; a map of assumptions, not a forecast."]
    lines.append(f"  Sectors: {', '.join(plan.sectors)}; from {plan.start} on.")
    lines.append(f"  Counted: draws in which {plan.condition.sector} is in before {plan.condition.by}.")
    for name, law in plan.laws.items():
        said = f"forbidden from {law.forbidden_from} on" if law.forbidden_from else "never forbidden"
        lines.append(f"  {plan.words_of(name)} ({name}): {said}.")
    lines.append(f"  The map: moot adoption {plan.adoption}")
    return lines


def _print_wrapped(lines: list[str]) -> None:
    import shutil
    import textwrap

    width = min(100, max(40, shutil.get_terminal_size((100, 24)).columns))
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())] + ("  " if line.lstrip().startswith("- ") else "")
        print("\n".join(textwrap.wrap(line, width, subsequent_indent=indent)) or "")


def _print_json(content: dict[str, Any]) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=1))
