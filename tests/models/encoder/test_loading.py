"""Loading says what is missing and how to get it."""

import subprocess
import sys
from pathlib import Path

import pytest

from models.encoder.errors import EncoderError
from models.encoder.fake import FakeEncoder
from models.encoder.loading import load_encoder
from models.encoder.options import BatchOptions, EncoderOptions


def test_the_fake_is_loaded_by_name() -> None:
    assert load_encoder(EncoderOptions(model="fake")).version == FakeEncoder().version


@pytest.mark.parametrize("name", ["model", "device", "precision"])
def test_an_unknown_choice_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(EncoderError, match=rf"encoder\.{name} is 'no-such'; known are "):
        EncoderOptions(**{name: "no-such"})


def test_a_batch_without_room_is_refused() -> None:
    with pytest.raises(EncoderError, match="at least one text"):
        BatchOptions(texts=0)


def test_neither_the_encoder_s_rooms_nor_the_fake_import_torch() -> None:
    script = (
        "import sys, models.encoder, models.encoder.loading as l, models.encoder.options as o\n"
        "l.load_encoder(o.EncoderOptions(model='fake')).encode(['a'])\n"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_missing_extra_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "models.encoder.minilm", raising=False)
    with pytest.raises(EncoderError, match=r"torch.*pip install 'penchant\[encoder\]'"):
        load_encoder(EncoderOptions())


@pytest.mark.weights
def test_missing_weights_are_named_with_the_command_that_installs_them(tmp_path: Path) -> None:
    from models.encoder.minilm import MiniLM

    with pytest.raises(EncoderError, match=r"model\.safetensors is missing.*penchant\[encoder\]"):
        MiniLM(EncoderOptions(), tmp_path)
