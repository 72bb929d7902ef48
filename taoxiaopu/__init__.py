"""The frame of the platform: settings, addresses, the Celery app, the kernel below all apps and the roof above them."""

from taoxiaopu.celery import app as celery_app

__all__ = ["celery_app"]
