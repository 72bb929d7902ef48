from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KernelConfig(AppConfig):
    name = "taoxiaopu.kernel"
    label = "kernel"
    verbose_name = _("平台运行")
    default_auto_field = "django.db.models.BigAutoField"
