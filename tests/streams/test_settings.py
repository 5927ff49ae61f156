"""Settings: what they mean, which source wins, what a wrong one is told, and that secrets stay secret."""

import json
import os
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from models.ranking.options import RankingOptions
from streams.settings import Settings, SettingsProblem, WorkerSettings, load_settings
from streams.settings.origins import Origins
from streams.settings.reference import MASK, all_settings, sections, setting_at, value_of
from streams.settings.variants import VariantSettings

BASE_UNITS = ("seconds", "bytes", "records")
SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, and no settings in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.upper().startswith("PENCHANT_")]:
        monkeypatch.delenv(name)
    return tmp_path


def complaint(**flags: dict[str, object]) -> str:
    with pytest.raises(SettingsProblem) as told:
        load_settings(**flags)
    assert "\n" not in str(told.value)
    return str(told.value)


# -- the reference


@pytest.mark.parametrize("setting", all_settings(), ids=lambda setting: setting.name)
def test_every_setting_has_a_meaning_a_kind_and_a_variable(setting) -> None:
    assert setting.meaning.endswith(".") and len(setting.meaning) > 10
    assert setting.kind
    assert setting.variable == f"PENCHANT_{setting.name.replace('.', '__').upper()}"
    assert not setting.section or sections()[setting.section].endswith(".")


@pytest.mark.parametrize("setting", all_settings(), ids=lambda setting: setting.name)
def test_a_number_of_seconds_bytes_or_records_has_its_unit(setting) -> None:
    last = setting.path[-1]
    ends = ("interval", "timeout", "retention", "age", "grace", "half_life", "future_limit", "gap", "span", "horizon")
    timed = last.endswith(ends) and isinstance(setting.default, float)
    if timed or last.endswith(("bytes", "records")):
        assert setting.unit in BASE_UNITS
    if setting.unit:
        assert isinstance(setting.default, int | float) and f"number of {setting.unit}" in setting.kind


def test_the_reference_has_every_setting_and_its_default() -> None:
    plain = json.loads(Settings().model_dump_json())
    for setting in all_settings():
        value = plain
        for name in setting.path:
            value = value[name]
        if not setting.is_table:
            assert json.loads(json.dumps(setting.default, default=str)) == value
    names = {setting.path for setting in all_settings()}
    assert names == {(s, n) for s, values in plain.items() if isinstance(values, dict) for n in values} | {
        ("app",),
        ("variants",),
    }


# -- which source wins

VALUES = {
    "worker.flush_interval": st.floats(0.001, 14.0).map(lambda number: round(number, 3)),
    "worker.flush_records": st.integers(1, 10**6),
    "topics.partitions": st.integers(1, 1024),
    "encoder.model": st.sampled_from(["minilm", "fake"]),
    "worker.lists": st.booleans(),
    "interests.half_life": st.floats(1.0, 1e8).map(round),
    "interests.attention": st.sampled_from(["learned", "mass"]),
    "ranking.without": st.lists(st.sampled_from(["interest", "novelty"]), max_size=2).map(tuple),
    "ranking.had": st.lists(st.sampled_from(["view", "like", "hide"]), max_size=3).map(tuple),
    "kafka.bootstrap": st.integers(1, 65_535).map("localhost:{}".format),
}


@trials(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.sampled_from(sorted(VALUES)), data=st.data())
def test_a_flag_wins_over_the_environment_that_over_the_file_and_that_over_the_default(
    folder: Path, name: str, data: st.DataObject
) -> None:
    setting = setting_at(tuple(name.split(".")))
    assert setting is not None
    flag, variable, line = (data.draw(st.none() | VALUES[name], source) for source in ("flag", "variable", "file"))
    file = folder / "penchant.toml"
    file.write_text("" if line is None else f"[{setting.path[0]}]\n{setting.path[1]} = {json.dumps(line)}\n")
    with pytest.MonkeyPatch.context() as patch:
        if variable is not None:
            patch.setenv(setting.variable, variable if isinstance(variable, str) else json.dumps(variable))
        flags = {setting.path[0]: {setting.path[1]: flag}}
        found = value_of(load_settings(**flags), setting)
        origin = Origins({} if flag is None else flags).of(setting.path)[0]
    given = [(flag, "flag"), (variable, "environment"), (line, "file"), (setting.default, "default")]
    assert (found, origin.kind) == next(pair for pair in given if pair[0] is not None)


def test_a_rules_file_is_named_by_its_path_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().worker.rules is None
    (folder / "penchant.toml").write_text('[worker]\nrules = "shop.yml"\n')
    assert load_settings().worker.rules == Path("shop.yml")
    monkeypatch.setenv("PENCHANT_WORKER__RULES", "/etc/penchant/rules.yml")
    assert load_settings().worker.rules == Path("/etc/penchant/rules.yml")


def test_the_shortest_list_is_that_of_the_variant_with_the_shortest_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().shortest_list == 10
    monkeypatch.setenv("PENCHANT_VARIANTS", '{"long": {"share": 0.1, "length": 20}}')
    assert load_settings().shortest_list == 10
    monkeypatch.setenv(
        "PENCHANT_VARIANTS", '{"long": {"share": 0.1, "length": 20}, "short": {"share": 0.0, "length": 6}}'
    )
    assert load_settings().shortest_list == 6


def test_tables_of_several_sources_are_joined(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "penchant.toml").write_text('[kafka.client]\n"client.id" = "a"\n"linger.ms" = "1"\n')
    monkeypatch.setenv("PENCHANT_KAFKA__CLIENT", '{"client.id": "b"}')
    assert load_settings().kafka.client == {"client.id": "b", "linger.ms": "1"}
    assert [origin.kind for origin in Origins().of(("kafka", "client"))] == ["environment", "file"]


def test_a_type_of_behavior_is_changed_without_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENCHANT_INTERESTS__TYPES__VIEW", '{"weight": 3, "half_life": 60}')
    types = load_settings().interests.types
    assert (types["view"].weight, types["view"].half_life) == (3, 60)
    assert types["click"] == Settings.model_construct().interests.types["click"]


@pytest.mark.parametrize("source", ["file", "variable", "variables"])
def test_a_variant_is_as_ranking_is_but_for_what_it_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("PENCHANT_RANKING__LENGTH", "7")
    if source == "file":
        (folder / "penchant.toml").write_text("[variants.bold]\nshare = 0.2\nexploration = 0.05\n")
    elif source == "variable":
        monkeypatch.setenv("PENCHANT_VARIANTS", '{"bold": {"share": 0.2, "exploration": 0.05}}')
    else:
        monkeypatch.setenv("PENCHANT_VARIANTS__BOLD__SHARE", "0.2")
        monkeypatch.setenv("PENCHANT_VARIANTS__BOLD__EXPLORATION", "0.05")
    settings = load_settings()
    (bold,) = settings.ranking_variants
    assert (bold.name, bold.share) == ("bold", 0.2)
    assert bold.options == replace(settings.ranking, exploration=0.05, variant="bold")


def test_a_variant_can_change_all_of_ranking_but_its_name_and_what_users_have_had() -> None:
    changed = {one.name for one in fields(VariantSettings)} - {"share"}
    assert changed == {one.name for one in fields(RankingOptions)} - {"variant", "had"}


def test_addresses_of_services_that_kubernetes_tells_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORKER_SERVICE_HOST", "WORKER_PORT", "SERVICE_PORT_HTTP", "WORKER_PORT_9464_TCP_ADDR"):
        monkeypatch.setenv(f"PENCHANT_{name}", "tcp://10.0.0.1:80")
    assert load_settings() == Settings()


# -- what a wrong one is told

WRONG = [
    ("worker.flush_interval", -1, "a number of seconds > 0"),
    ("worker.flush_interval", "soon", "a number of seconds > 0"),
    ("worker.flush_interval", "nan", "a number of seconds > 0"),
    ("worker.flush_records", 1.5, "a whole number of records >= 1"),
    ("worker.lists", "maybe", "true or false"),
    ("topics.partitions", 0, "a whole number of partitions from 1 to 1,024"),
    ("topics.items", "my items", "up to 200 letters"),
    ("encoder.model", "bert", "one of minilm, fake"),
    ("worker.partitioner", "sha", "one of murmur2, crc32, fnv1a"),
    ("kafka.bootstrap", "kafka", "HOST:PORT"),
    ("kafka.bootstrap", "kafka:9092,other", "HOST:PORT"),
    ("kafka.bootstrap", "kafka://kafka:9092", "HOST:PORT"),
    ("ranking.unwanted", "inf", "a number"),
    ("interests.floor", 1, "a number >= 0 and < 1"),
    ("interests.attention", "best", "one of learned, mass"),
    ("interests.adaptive_half_life", "maybe", "true or false"),
    ("interests.horizon", 0, "a number of seconds > 0"),
    ("interests.learning_rate", -1, "a number >= 0"),
    ("interests.novelty", "nan", "a number"),
    ("interests.proof", 0, "a whole number of behaviors >= 1"),
    ("interests.probation", 2, "a number from 0 to 1"),
    ("interests.burst", 0, "a number of behaviors > 0"),
    ("interests.refill", 0, "a number of behaviors per second > 0"),
]


@pytest.mark.parametrize("source", ["flag", "environment", "file"])
@pytest.mark.parametrize(("name", "value", "allowed"), WRONG)
def test_a_wrong_value_is_told_with_what_is_allowed_and_where_it_came_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, name: str, value: object, allowed: str
) -> None:
    section, last = name.split(".")
    flags: dict[str, dict[str, object]] = {}
    place = f"flag --{last.replace('_', '-')}"
    if source == "flag":
        flags = {section: {last: value}}
    elif source == "environment":
        place = f"environment variable PENCHANT_{section.upper()}__{last.upper()}"
        monkeypatch.setenv(f"PENCHANT_{section.upper()}__{last.upper()}", str(value))
    else:
        place = str(folder / "penchant.toml")
        (folder / "penchant.toml").write_text(f"[{section}]\n{last} = {json.dumps(value)}\n")
    told = complaint(**flags)
    assert told.startswith(f"setting {name} is ")
    assert str(value) in told and f"({place})" in told and f"allowed is {allowed}" in told


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("PENCHANT_KAFKA__CLIENT", "{", "kafka.client .* is a table of texts .*, in JSON"),
        ("PENCHANT_KAFKA", "here", "kafka .* is a section, with names and values, in JSON"),
        ("PENCHANT_RANKING__HAD", "purchase", "ranking.had .* is a list of types of behaviors, in JSON"),
        ("PENCHANT_RANKING__HAD", '["stare"]', "ranking.had names 'stare'"),
        ("PENCHANT_INTERESTS__TYPES__VIEW__WEIGHT", "2", "setting interests.types.view.half_life is missing"),
        ("PENCHANT_VARIANTS__BOLD__LENGTH", "5", "setting variants.bold.share is missing"),
        ("PENCHANT_VARIANTS__BOLD", "half", "variants .* is a table by name of a share .*, in JSON"),
        ("PENCHANT_VARIANTS", '{"bold": {"share": 2}}', "variants.bold.share is 2 .*, allowed is a table by name"),
        ("PENCHANT_VARIANTS", '{"bold": {"share": 0.2, "diversity": 1}}', "variants.bold.diversity is 1 "),
        ("PENCHANT_VARIANTS", '{"a b": {"share": 0.2}}', "'a b' cannot be the name of a variant"),
        ("PENCHANT_VARIANTS", '{"a": {"share": 0.6}, "b": {"share": 0.6}}', "are 1.2 in sum: they are at most 1"),
        ("PENCHANT_VARIANTS", '{"default": {"share": 0.6}}', "two variants are called default"),
    ],
)
def test_a_wrong_form_is_told(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, told: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsProblem, match=told) as problem:
        load_settings()
    assert variable in str(problem.value)


@pytest.mark.parametrize(
    ("unknown", "meant"),
    [
        ("worker.flush_intervall", "worker.flush_interval"),
        ("workre.data", "worker.data"),
        ("kafka.bootstrp", "kafka.bootstrap"),
        ("interests.halflife", "interests.half_life"),
        ("interests.types.view.wieght", "interests.types.view.weight"),
        ("worker.data.folder", "worker.data"),
        ("variants.bold.exploraton", "variants.bold.exploration"),
    ],
)
@pytest.mark.parametrize("source", ["environment", "file"])
def test_an_unknown_name_is_told_with_the_nearest_known_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, unknown: str, meant: str, source: str
) -> None:
    if source == "file":
        (folder / "penchant.toml").write_text(f"{unknown} = 1\n")
    else:
        monkeypatch.setenv(f"PENCHANT_{unknown.replace('.', '__').upper()}", "1")
    told = complaint()
    assert f"there is no setting {unknown} (" in told and f"did you mean {meant}?" in told
    assert ("penchant.toml" if source == "file" else "PENCHANT_") in told


def test_a_variable_at_the_top_that_is_no_setting_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENCHANT_APPP", "shop")
    assert "there is no setting appp (environment variable PENCHANT_APPP), did you mean app?" in complaint()


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"heartbeat_interval": 10.0}, ("worker.heartbeat_interval", "worker.session_timeout")),
        ({"flush_interval": 15.0}, ("worker.flush_interval", "worker.transaction_timeout")),
    ],
)
def test_settings_that_do_not_go_together_are_both_told(values: dict[str, object], named: tuple[str, str]) -> None:
    told = complaint(worker=values)
    for name in named:
        assert f"{name} is " in told
    assert "(flag --" in told and "(by default)" in told
    with pytest.raises(ValueError, match=named[0]):
        WorkerSettings(**values)


def test_settings_of_two_sections_that_do_not_go_together_are_both_told() -> None:
    told = complaint(trends={"flush_interval": 20.0})
    assert "trends.flush_interval is 20.0 (flag --" in told
    assert "worker.transaction_timeout is 15.0 (by default)" in told


def test_two_topics_with_one_name_are_told() -> None:
    told = complaint(topics={"items": "clickstream"})
    assert "topics.clickstream and topics.items" in told and "topics.items is clickstream (flag --items)" in told


def test_all_wrong_settings_are_told_at_once(folder: Path) -> None:
    (folder / "penchant.toml").write_text("[topics]\npartitions = 0\n[encoder]\nthreads = -1\n")
    told = complaint()
    assert "topics.partitions" in told and "encoder.threads" in told


@pytest.mark.parametrize("content", [b"[topics\n", b"\xff\xfe"], ids=["no TOML", "no text"])
def test_a_file_that_cannot_be_read_is_told_with_its_path(folder: Path, content: bytes) -> None:
    (folder / "penchant.toml").write_bytes(content)
    assert f"{folder / 'penchant.toml'} cannot be read" in complaint()


# -- secrets


@pytest.mark.parametrize("name", ["sasl.password", "ssl.key.password", "sasl.oauthbearer.client.secret", "ssl.key.pem"])
@pytest.mark.parametrize("value", [f'"{SECRET}"', f'["{SECRET}"]', f'{{"a": "{SECRET}"}}'])
def test_a_secret_is_shown_neither_as_a_value_nor_in_a_complaint(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    setting = setting_at(("kafka", "client"))
    assert setting is not None
    monkeypatch.setenv("PENCHANT_KAFKA__CLIENT", f'{{"client.id": "me", "{name}": {value}}}')
    try:
        settings = load_settings()
    except SettingsProblem as problem:
        assert SECRET not in str(problem) and f"kafka.client.{name} is {MASK}" in str(problem)
    else:
        assert value_of(settings, setting) == {"client.id": "me", name: MASK}
        assert settings.kafka.client[name] == SECRET
        assert SECRET not in repr(settings)


@pytest.mark.parametrize("value", [SECRET, f"{{{SECRET}", f'"{SECRET}"', f'["{SECRET}"]'])
def test_a_secret_in_the_wrong_form_is_not_shown(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("PENCHANT_KAFKA__CLIENT", value)
    told = complaint()
    assert "kafka.client" in told and SECRET not in told


def test_the_place_of_a_key_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    client = {"ssl.key.location": "/etc/penchant/key"}
    setting = setting_at(("kafka", "client"))
    assert setting is not None
    assert value_of(load_settings(kafka={"client": client}), setting) == client
