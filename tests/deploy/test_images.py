"""The images are made of files that are there and of the declared dependencies, and run as nobody."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.deploy.files import DOCKERFILES, ROOT, Instruction, compose, instructions

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = {"worker": [], "encoder": PROJECT["optional-dependencies"]["encoder"]}
both = pytest.mark.parametrize("dockerfile", DOCKERFILES, ids=lambda path: path.stem)


def test_every_dockerfile_is_built_by_compose() -> None:
    built = {ROOT / service["build"]["dockerfile"] for service in compose()["services"].values() if "build" in service}
    assert built == set(DOCKERFILES)


@both
def test_an_image_has_the_declared_dependencies_and_torch_only_for_the_encoder(dockerfile: Path) -> None:
    (listing,) = [one.rest for one in runs(dockerfile) if "> requirements.txt" in one.rest]
    command = listing.partition("> requirements.txt")[0].replace("python", sys.executable, 1)
    listed = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert listed.stdout.splitlines() == PROJECT["dependencies"] + EXTRAS[dockerfile.stem]
    assert ("torch" in listed.stdout.splitlines()) == (dockerfile.stem == "encoder")


@both
def test_what_is_copied_is_there_and_not_ignored(dockerfile: Path) -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    copies = [one.rest.split() for one in instructions(dockerfile) if one.name == "COPY"]
    sources = {source for words in copies if not words[0].startswith("--") for source in words[:-1]}
    assert sources == kept
    assert all((ROOT / source).exists() for source in sources)


@both
def test_every_pip_install_keeps_to_the_constraints(dockerfile: Path) -> None:
    environment = " ".join(one.rest for one in instructions(dockerfile) if one.name == "ENV")
    assert "PIP_CONSTRAINT=/src/constraints.txt" in environment
    assert any("pip install" in one.rest for one in runs(dockerfile))


@both
def test_an_image_runs_as_nobody_and_writes_where_its_volume_is(dockerfile: Path) -> None:
    (user,) = [one.rest for one in instructions(dockerfile) if one.name == "USER"]
    assert user.isdigit() and user != "0"
    (made,) = [one.rest for one in runs(dockerfile) if f"--uid {user}" in one.rest]
    volumes = {volume for name in ("worker", "encoder") for volume in compose()["services"][name]["volumes"]}
    assert {volume for volume in volumes if not volume.endswith(":ro")} == {"/var/lib/penchant"}
    assert "install -d -o penchant -g penchant /var/lib/penchant" in made


@both
def test_both_stages_have_the_same_python_that_the_project_supports(dockerfile: Path) -> None:
    bases = [one.rest.split()[0] for one in instructions(dockerfile) if one.name == "FROM"]
    assert bases == ["python:${PYTHON}", "python:${PYTHON}"]
    (tag,) = [one.rest.partition("=")[2] for one in instructions(dockerfile) if one.rest.startswith("PYTHON=")]
    least = tuple(map(int, PROJECT["requires-python"].removeprefix(">=").split(".")))
    assert tuple(map(int, tag.split("-")[0].split("."))) >= least


def runs(dockerfile: Path) -> list[Instruction]:
    """The RUN instructions of a Dockerfile."""
    return [one for one in instructions(dockerfile) if one.name == "RUN"]
