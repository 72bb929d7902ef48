# syntax=docker/dockerfile:1
# Three stages: front-end packages by npm, Python packages by hash, and what runs: neither compiler nor test in it.
FROM node:24-slim AS assets
WORKDIR /assets
COPY assets/package.json assets/package-lock.json assets/.npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.11-slim AS packages
COPY requirements.txt .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

FROM packages AS static
WORKDIR /app
COPY . .
COPY --from=assets /assets/node_modules assets/node_modules
RUN DJANGO_SETTINGS_MODULE=taoxiaopu.settings.build STATIC_ROOT=/static /venv/bin/python manage.py collectstatic --noinput

FROM python:3.11-slim
RUN groupadd --gid 10001 taoxiaopu \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin taoxiaopu \
 && install -d -o 10001 -g 10001 -m 0750 /data /backups
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=taoxiaopu.settings.production \
    DATA_DIR=/data \
    STATIC_ROOT=/static
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=static /static /static
COPY . .
RUN /venv/bin/python -m compileall -q .
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["granian", "taoxiaopu.wsgi:application", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "--workers=2", "--blocking-threads=4"]
