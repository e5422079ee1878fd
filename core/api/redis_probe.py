"""Whether Redis answers. Loaded by the first probe of readiness: nothing else needs its client."""

import redis
from django.conf import settings


def answers(seconds: float) -> bool:
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=seconds, socket_connect_timeout=seconds
        ) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
