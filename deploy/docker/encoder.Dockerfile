# The encoder, with torch and the model's weights.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS build
# Empty: torch as PyPI has it, with CUDA on Linux. Else an index that has torch for the CPU only (deploy/README.md).
ARG TORCH_INDEX=""
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_CONSTRAINT=/src/constraints.txt PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/penchant
ENV PATH=/opt/penchant/bin:$PATH
# First the dependencies alone, in layers that a change of our own code leaves as they are.
COPY pyproject.toml constraints.txt ./
RUN if [ -n "$TORCH_INDEX" ]; then grep '^torch==' constraints.txt > torch.txt \
    && pip install --no-deps --index-url "$TORCH_INDEX" --requirement torch.txt; fi
RUN python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; \
print(*p['dependencies'], *p['optional-dependencies']['encoder'], sep='\n')" > requirements.txt \
    && pip install --requirement requirements.txt
COPY README.md LICENSE ./
COPY schemas schemas
COPY models models
COPY streams streams
RUN pip install --no-deps .

FROM python:${PYTHON}
# The data folder, with the cache of vectors, is all that is written.
RUN useradd --system --uid 10001 --no-create-home penchant \
    && install -d -o penchant -g penchant /var/lib/penchant /var/cache/penchant
COPY --from=build /opt/penchant /opt/penchant
ENV PATH=/opt/penchant/bin:$PATH PYTHONUNBUFFERED=1 NUMBA_CACHE_DIR=/var/cache/penchant
USER 10001
WORKDIR /var/lib/penchant
STOPSIGNAL SIGTERM
ENTRYPOINT ["penchant"]
CMD ["encoder"]
