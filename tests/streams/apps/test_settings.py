"""The settings in words: every one in a table, on a line and in a file that loads back; secrets in none of them."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from streams.apps.settings import chosen_by, show, toml_of
from streams.settings import Settings, load_settings
from streams.settings.origins import Origins
from streams.settings.reference import all_settings
from tests.streams.command import penchant

SECRET = "hunter2-hunter2"
CLIENT = {"PENCHANT_KAFKA__CLIENT": f'{{"sasl.password": "{SECRET}", "sasl.username": "ann"}}'}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    for variable, value in CLIENT.items():
        monkeypatch.setenv(variable, value)
    yield tmp_path


@pytest.mark.parametrize("width", [80, 120])
def test_a_table_shows_every_setting_within_the_width_of_the_terminal(width: int) -> None:
    console = Console(width=width, file=io.StringIO(), force_terminal=True, color_system=None)
    show(console, chosen_by(None), load_settings(), Origins())
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert max(map(len, shown.splitlines())) <= width
    for setting in all_settings():
        assert setting.variable in shown
    assert SECRET not in shown and "sasl.username" in shown and "ann" in shown


def test_a_file_with_the_defaults_loads_back_to_the_defaults(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PENCHANT_KAFKA__CLIENT")
    (folder / "penchant.toml").write_text(toml_of(chosen_by(None)), "utf-8")
    settings, origins = load_settings(), Origins()
    defaults = Settings.model_construct()
    assert settings == defaults
    for setting in all_settings():
        has_value = setting.default is not None and setting.default != {}
        assert origins.of(setting.path)[0].kind == ("file" if has_value or setting.is_table else "default")


def test_a_pipe_gets_one_line_per_setting_without_secrets(folder: Path) -> None:
    (folder / "penchant.toml").write_text("[topics]\npartitions = 7\n")
    done = penchant("settings", environment=CLIENT | {"PENCHANT_WORKER__LISTS": "false"})
    assert (done.returncode, done.stderr) == (0, "")
    lines = {line.split(" = ")[0]: line for line in done.stdout.splitlines()}
    assert list(lines) == [setting.name for setting in all_settings()]
    assert (
        "= 7 [penchant.toml] | a whole number of partitions from 1 to 1,024, default 12" in lines["topics.partitions"]
    )
    assert "= false [environment]" in lines["worker.lists"]
    assert "= 0.1 [default] | a number of seconds > 0" in lines["worker.flush_interval"]
    assert "{sasl.password: ***, sasl.username: ann} [environment]" in lines["kafka.client"]
    assert SECRET not in done.stdout


def test_one_setting_is_shown_in_full() -> None:
    done = penchant("settings", "worker.flush_interval", environment={"PENCHANT_WORKER__FLUSH_INTERVAL": "0.25"})
    for told in (
        "How long changes wait",
        "0.25 (environment variable PENCHANT_WORKER__FLUSH_INTERVAL)",
        "default        0.1",
        "a number of seconds > 0",
        "seconds",
        "flush_interval, below [worker]",
    ):
        assert told in done.stdout


def test_a_section_is_shown_alone() -> None:
    done = penchant("settings", "ranking")
    assert {line.split(".")[0] for line in done.stdout.splitlines()} == {"ranking"}


def test_an_unknown_setting_ends_with_code_2_and_the_nearest() -> None:
    done = penchant("settings", "worker.flsh_interval")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "penchant: there is no setting worker.flsh_interval, did you mean worker.flush_interval?\n"


def test_the_file_of_defaults_is_printed_whatever_is_set() -> None:
    done = penchant("settings", "--toml", environment=CLIENT | {"PENCHANT_TOPICS__PARTITIONS": "many"})
    assert done.returncode == 0
    assert "\npartitions = 12\n" in done.stdout and SECRET not in done.stdout
