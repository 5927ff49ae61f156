# The worker, and every command that needs no encoder. It has no torch.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_CONSTRAINT=/src/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/penchant
ENV PATH=/opt/penchant/bin:$PATH
# First the dependencies alone, in a layer that a change of our own code leaves as it is.
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
    > requirements.txt \
    && pip install --requirement requirements.txt
COPY README.md LICENSE ./
COPY schemas schemas
COPY models models
COPY streams streams
RUN pip install --no-deps .

FROM python:${PYTHON}
# The data folder and the cache of compiled kernels are all that is written.
RUN useradd --system --uid 10001 --no-create-home penchant \
    && install -d -o penchant -g penchant /var/lib/penchant /var/cache/penchant
COPY --from=build /opt/penchant /opt/penchant
ENV PATH=/opt/penchant/bin:$PATH PYTHONUNBUFFERED=1 NUMBA_CACHE_DIR=/var/cache/penchant
USER 10001
WORKDIR /var/lib/penchant
STOPSIGNAL SIGTERM
ENTRYPOINT ["penchant"]
CMD ["worker"]
