"""`--device`: the processor unless a device is asked for, and never in its place."""

import pytest

from moot.cli.main import main
from tests.cli.test_running import SCENARIO

RUN = ("run", "short.yaml", "--no-folder", "--threads", "1")


@pytest.fixture
def scenario(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short.yaml").write_text(SCENARIO)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line of a command that ends with code 2 and writes nothing else."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    written = capsys.readouterr()
    assert (ended.value.code, written.out, written.err.count("\n")) == (2, "", 1), written
    return written.err


@pytest.fixture
def no_device():
    cuda = pytest.importorskip("numba.cuda")
    if cuda.is_available():
        pytest.skip("there is a device here")


@pytest.mark.parametrize("command", [RUN, ("bench", "ledger-1"), ("bench", "scenario", "short.yaml")])
def test_without_a_device_one_line_says_so(capsys, scenario, no_device, command, monkeypatch):
    from moot.experiment import simulation

    def never(*_, **__):
        raise AssertionError("something was simulated")

    monkeypatch.setattr(simulation, "simulate", never)
    line = refused(capsys, *command, "--device", "cuda")
    assert line.startswith("--device cuda: ")
    assert "numba-cuda" in line or "no CUDA device" in line or "moot[cuda]" in line


def test_what_is_no_device_and_what_shards_are_for(capsys, scenario):
    assert "--device gpu: no such device" in refused(capsys, *RUN, "--device", "gpu")
    line = refused(capsys, *RUN, "--device", "cuda", "--shards", "2")
    assert "--device cuda: a society in shards lives on processors" in line


def test_a_run_tells_its_device_only_where_it_is_another(capsys, scenario):
    with pytest.raises(SystemExit):
        main([*RUN, "--device", "cpu", "--json"])
    assert '"device"' not in capsys.readouterr().out
