"""What crosses a topic or is stored has the same bytes as ever."""

import pytest

from schemas.dead_letters import dead_letter_value
from tests.golden.examples import EXAMPLES
from tests.golden.examples.example import Example
from tests.golden.examples.tables import DEAD_LETTER
from tests.golden.files import FOLDER, changes, kept_bytes, write

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.file)


@each_example
def test_today_writes_the_golden_bytes(example: Example):
    assert example.encode(example.value) == kept_bytes(example)


@each_example
def test_the_golden_bytes_read_as_the_same_value(example: Example):
    assert example.decode(kept_bytes(example)) == example.value


def test_every_kept_file_belongs_to_an_example():
    kept = {path.name for path in FOLDER.iterdir() if path.suffix in (".json", ".hex")}
    assert kept == {example.file for example in EXAMPLES}


def test_a_changed_byte_shows_in_the_diff_until_it_is_kept(tmp_path):
    write(tmp_path)
    assert changes(tmp_path) == []
    path = tmp_path / "row_trend.hex"
    path.write_text(path.read_text().replace("01", "02", 1))
    shown = "\n".join(changes(tmp_path))
    assert "kept/row_trend.hex" in shown
    assert "kept/item.json" not in shown
    write(tmp_path)
    assert changes(tmp_path) == []


def test_a_dead_letter_keeps_its_value():
    assert dead_letter_value(DEAD_LETTER) == b'{"type": "stare"}'
