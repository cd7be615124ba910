# OneGrid: one image for web, worker, beat, relay and the migration.
FROM python:3.11-slim-bookworm AS packages
COPY requirements/base.txt /requirements.txt
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes -r /requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin onegrid \
 && install -d -o onegrid -g onegrid /app /var/lib/onegrid /var/lib/onegrid/media
COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=governance.settings \
    STATE_DIR=/var/lib/onegrid \
    MEDIA_ROOT=/var/lib/onegrid/media \
    STATIC_ROOT=/app/staticfiles
WORKDIR /app
COPY --chown=onegrid:onegrid . /app
USER onegrid
# The two keys serve this step alone; the containers get theirs from the environment.
RUN SECRET_KEY=build FIELD_KEYS=build python manage.py build_catalogue \
 && SECRET_KEY=build FIELD_KEYS=build python manage.py collectstatic --no-input \
 && python -m compileall -q governance grids requests_hub
EXPOSE 8000
CMD ["gunicorn", "governance.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", \
     "--graceful-timeout", "20", "--timeout", "60", "--access-logfile", "-"]
