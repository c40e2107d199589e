"""Rule 1: only synthetic people. They come from (country, seed, number) and from nowhere else."""

import ast
import importlib
import inspect
import pkgutil
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import moot
from moot.country.population import BORN, Population
from moot.country.reading import load_country
from moot.country.synthesis import synthesise
from moot.experiment import simulation
from moot.experiment.simulation import simulate
from moot.findings.saving import burn_ins
from moot.society import snapshot
from moot.vocabulary import load_vocabulary
from tests.reference import worlds

PACKAGE = Path(moot.__file__).parent
ABOUT_PEOPLE = {
    "people",
    "persons",
    "population",
    "individuals",
    "agents",
    "citizens",
    "subjects",
    "microdata",
}
HOLDERS = (
    "NDArray",
    "ndarray",
    "DataFrame",
    "Table",
    "dict",
    "Mapping",
    "Sequence",
    "list",
    "Iterable",
    "Any",
)


def public_functions():
    """(name, function) of everything public that is defined in the package, methods included."""
    for found in pkgutil.walk_packages([str(PACKAGE)], "moot."):
        if found.name.endswith("__main__"):
            continue
        module = importlib.import_module(found.name)
        for name, thing in vars(module).items():
            if name.startswith("_") or getattr(thing, "__module__", None) != found.name:
                continue
            if inspect.isfunction(thing):
                yield f"{found.name}.{name}", thing
            elif inspect.isclass(thing):
                yield from (
                    (f"{found.name}.{name}.{method}", made)
                    for method, made in vars(thing).items()
                    if inspect.isfunction(made) and (method == "__init__" or not method.startswith("_"))
                )


def test_no_public_signature_takes_columns_as_people():
    """A parameter about people is a number of them, or the synthesised population itself."""
    wrong = []
    for name, function in public_functions():
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name in ABOUT_PEOPLE and any(word in str(parameter.annotation) for word in HOLDERS):
                wrong.append(f"{name}({parameter.name}: {parameter.annotation})")
    assert wrong == []


def test_the_verbs_take_names_files_and_numbers():
    for name in moot.__all__:
        for parameter in inspect.signature(getattr(moot, name)).parameters.values():
            said = str(parameter.annotation)
            assert not any(word in said for word in ("NDArray", "ndarray", "DataFrame", "dict", "Mapping")), (
                name
            )


def test_a_population_has_no_public_constructor():
    with pytest.raises(TypeError, match="made by"):
        Population(object())
    with pytest.raises(TypeError):
        Population()
    ways = [
        name
        for name, made in vars(Population).items()
        if isinstance(made, (classmethod, staticmethod)) and not name.startswith("_")
    ]
    assert ways == []


def test_people_once_made_cannot_be_changed():
    found = synthesise(load_country("france"), load_vocabulary(), seed=1, people=1_000, when=date(2028, 1, 1))
    arrays = [
        value
        for value in (getattr(found, name) for name in Population.__dataclass_fields__)
        if isinstance(value, np.ndarray)
    ]
    assert arrays
    assert not any(array.flags.writeable for array in arrays)
    with pytest.raises(AttributeError):
        found.country = "elsewhere"


def test_people_are_a_function_of_country_seed_and_number():
    """Beside these a number of threads, and which of how many parts is made: of the same people, fewer."""
    given = list(inspect.signature(synthesise).parameters)
    assert given == ["country", "vocabulary", "seed", "people", "when", "threads", "part", "parts"]


READING_ARRAYS = {"load", "fromfile", "memmap", "loadtxt", "genfromtxt", "frombuffer", "open_memmap"}


def test_no_array_of_people_is_read_from_disk():
    """The rooms that hold people read no file but declarations and their tables, and no array at all."""
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id in {"np", "numpy"} and node.attr in READING_ARRAYS:
                    wrong.append(f"{path.name}:{node.lineno} numpy.{node.attr}")
    assert wrong == []


def test_the_state_of_people_is_kept_in_no_file():
    """No room that knows people's statics opens anything for reading."""
    for name in ("population.py", "people.py", "rates.py", "synthesis.py"):
        text = (PACKAGE / "country" / name).read_text("utf-8")
        assert not any(word in text for word in ("open(", "read_bytes", "read_text", "read_parquet"))
    for path in (PACKAGE / "society").glob("*.py"):
        text = path.read_text("utf-8")
        assert not any(word in text for word in (" open(", "read_bytes", "read_text", "read_parquet")), (
            path.name
        )


def test_no_statics_of_people_are_in_a_checkpoint_and_other_people_are_refused():
    """A checkpoint holds what a run did to people, never who they are: they are made again, and compared."""
    kept = {*snapshot.STATE, *snapshot.ROWS, *snapshot.WHOLE, *snapshot.SUMMED}
    assert not kept & {*snapshot.STATICS, *Population.__dataclass_fields__}
    made = [
        synthesise(load_country("france"), load_vocabulary(), seed=seed, people=1_000, when=date(2028, 1, 1))
        for seed in (1, 1, 2)
    ]
    one, again, other = (snapshot.statics_hashes(people) for people in made)
    assert one == again != other


@pytest.mark.parametrize("person", [0, 777, 1_499])
def test_a_cached_burn_in_of_people_of_whom_one_is_another_is_refused(
    person, tmp_path, monkeypatch, empty_cache
):
    """Nobody is read from the cache: the people are made again, and a burn-in of others is not taken."""
    scenario = worlds.scenario(tmp_path, 3, people=1_500, days=5, burn_in_years=1)
    told = []

    def run():
        cache = burn_ins(least=1)
        cache.tell = told.append
        return simulate(scenario, threads=1, burn_ins=cache)

    honest = simulate(scenario, threads=1)

    def one_is_another(*arguments, **named):
        made = synthesise(*arguments, **named)
        rows = made.person.copy()
        rows[person, BORN] ^= 1
        rows.flags.writeable = False
        object.__setattr__(made, "person", rows)
        return made

    with monkeypatch.context() as others:
        others.setattr(simulation, "synthesise", one_is_another)
        run()
        assert run().burn_in_cached, "the same people are taken"
    assert told == []
    again = run()
    assert not again.burn_in_cached and again.digests == honest.digests
    assert len(told) == 1 and "the people made from the seed are not those" in told[0]
    assert run().burn_in_cached and len(told) == 1, "and it was replaced"


def test_no_statics_of_people_are_in_a_cached_burn_in(tmp_path, empty_cache):
    scenario = worlds.scenario(tmp_path, 3, people=1_500, days=5, burn_in_years=1)
    simulate(scenario, threads=1, burn_ins=burn_ins(least=1))
    files = {one.stem for one in empty_cache.rglob("*.parquet")}
    assert files and not files & set(snapshot.STATICS)
