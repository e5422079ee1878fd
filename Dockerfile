FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOST=0.0.0.0 DATA_DIR=/data \
    DJANGO_SETTINGS_MODULE=config.settings.production
RUN useradd --system --create-home gantry && mkdir --mode=700 /data && chown gantry /data
WORKDIR /srv/gantry
COPY requirements/base.txt requirements/base.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/base.txt
COPY . .
# Collecting files needs settings that load, not settings that matter.
RUN SECRET_KEY=only-while-building-the-image-0001 JWT_SECRET=only-while-building-the-image-0002 \
    DATABASE_URL=postgres://nobody@localhost/none REDIS_URL=redis://localhost \
    ALLOWED_HOSTS=localhost TRUSTED_PROXY_COUNT=1 FRONTEND_URL=https://localhost \
    python manage.py collectstatic --no-input
USER gantry
VOLUME /data
EXPOSE 8000
CMD ["python", "-m", "config.programs", "web"]
