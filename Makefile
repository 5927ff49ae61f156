# Every target installs what it needs into .venv, once.
PYTHON ?= python3
UV := .venv/bin/uv
RUN := .venv/bin
export UV_NO_PROGRESS = 1
# Byte code is kept, whatever the shell says: without it each process that a test or a demo starts takes seconds more.
export PYTHONDONTWRITEBYTECODE =

.PHONY: install demo test check format bench bench-startup bench-curve clean

install: .venv/.encoder          ## the penchant command with its encoder

demo: .venv/.encoder             ## a live run on a shipped sample: embedded broker, encoder, worker
	$(RUN)/penchant demo

test: .venv/.dev                 ## every test, on a real Kafka
	$(RUN)/python -m tests

check: .venv/.dev                ## format, lint, types, layers, Dockerfiles, compose file
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports --no-cache
	$(RUN)/hadolint deploy/docker/*.Dockerfile
	$(RUN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml

format: .venv/.dev
	$(RUN)/ruff check --fix-only .
	$(RUN)/ruff format .

bench: .venv/.dev                ## our worker against stock Faust and a bare loop, on a real Kafka
	$(RUN)/python -m tests.bench

bench-startup: .venv/.dev        ## how long the command line and a worker take to start
	$(RUN)/python -m tests.bench startup

bench-curve: .venv/.dev          ## what the capture threshold is worth, as curve.png
	$(RUN)/python -m tests.bench curve curve.png

clean:
	rm -rf .venv .cache build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis penchant-data curve.png

$(UV):
	$(PYTHON) -m venv .venv
	$(RUN)/python -m pip install --quiet --constraint constraints.txt uv

.venv/.encoder: pyproject.toml constraints.txt | $(UV)
	$(UV) pip install --quiet --python $(RUN)/python --constraint constraints.txt --editable '.[encoder]'
	touch $@

.venv/.dev: .venv/.encoder
	$(UV) pip install --quiet --python $(RUN)/python --constraint constraints.txt --editable '.[encoder,dev]'
	touch $@
