"""Rule 2: no senses. Cameras and phones are rates in a table; nothing reads an image, a sound or a trace."""

import ast
import inspect
import typing
from pathlib import Path

import pytest

import moot
from moot.cli.main import main
from moot.declaring.source import source_of_text
from moot.errors import DeclarationError
from moot.regime import recognition
from moot.regime.reading import regime_from
from moot.regime.schema import Gallery, Identification, Sensor
from tests.regime.texts import REGIME

PACKAGE = Path(moot.__file__).parent
SENSED = (
    ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".webp", ".mp4", ".avi", ".mov", ".mkv", ".wav", ".mp3",
    ".flac", ".ogg", ".pcap", ".gpx", ".kml", ".eml", ".mbox", ".npy", ".npz", ".pkl", ".onnx", ".h5",
)  # fmt: skip


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE))
)
def test_no_source_names_a_file_of_the_senses(path):
    strings = [
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert not [text for text in strings for end in SENSED if text.lower().endswith(end)]


def test_nothing_of_the_senses_is_shipped():
    assert not [path.name for path in PACKAGE.rglob("*") if path.suffix.lower() in SENSED]


def test_recognition_takes_numbers_and_gives_numbers():
    """Every argument of the model of recognition is a number, a choice of words, or counts by class."""
    allowed = ("float", "int", "Literal", "Sequence[int]", "Sequence[float]", "Outcome")
    for name in recognition.__all__:
        thing = getattr(recognition, name)
        if inspect.isfunction(thing):
            for parameter in inspect.signature(thing).parameters.values():
                assert str(parameter.annotation).startswith(allowed), f"{name}({parameter})"


def test_a_sensor_is_rates_and_words():
    """Its fields are probabilities, numbers and names; none is a file, an address or bytes."""
    for model in (Sensor, Identification, Gallery):
        for name, field in model.model_fields.items():
            said = str(field.annotation)
            assert "bytes" not in said
            assert "Path" not in said
            assert "Url" not in said
            assert name not in {
                "file",
                "image",
                "video",
                "stream",
                "model",
                "address",
                "template",
                "embedding",
            }


@pytest.mark.parametrize("key", ["images", "stream", "url", "faces", "file", "embeddings"])
def test_a_sensor_cannot_be_given_something_to_look_at(key):
    text = REGIME.replace("coverage: {value: 0.5", f"{key}: faces.png\n    coverage: {{value: 0.5")
    with pytest.raises(DeclarationError, match=key):
        regime_from(source_of_text(text, "text.yaml"))


@pytest.mark.parametrize("name", ["face.png", "street.mp4", "call.wav", "trace.gpx"])
def test_a_file_of_the_senses_is_no_declaration(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(file)])
    assert ended.value.code == 2


def test_the_kinds_of_sensor_are_a_closed_list():
    kinds = typing.get_args(Sensor.model_fields["kind"].annotation)
    assert set(kinds) == {"camera", "phone", "register", "plate", "report", "platform"}
