"""The staff's sign-in form: by phone or e-mail, as everywhere else."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm


class StaffSignInForm(AuthenticationForm):  # type: ignore[misc]  # unfold has no stubs
    """Labels for people who may have no e-mail address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("手机号或邮箱")
        self.fields["password"].label = _("密码")
