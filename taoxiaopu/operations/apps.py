from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "taoxiaopu.operations"
    label = "operations"
    verbose_name = _("运维")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from taoxiaopu.operations import checks  # noqa: F401, PLC0415  (registers itself)
