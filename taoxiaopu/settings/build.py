"""For ``collectstatic`` while an image is built: no secret, no server, nothing that could be served."""

from taoxiaopu.settings.base import *  # noqa: F403  (settings modules are layered by star import)
from taoxiaopu.settings.base import env
from taoxiaopu.settings.storages import COMPRESSED

SECRET_KEY = "building"  # noqa: S105  (guards nothing)
STATIC_ROOT = env.Path(env.text("STATIC_ROOT"))
STORAGES = COMPRESSED
