"""The staff's sign-in form: by phone or e-mail, as everywhere else."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from accounts.access import sign_in_try
from taoxiaopu.kernel.errors import DomainError


class StaffSignInForm(AuthenticationForm):  # type: ignore[misc]  # unfold has no stubs
    """Labels for people who may have no e-mail address; tries are counted as on the other sign-in page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("手机号或邮箱")
        self.fields["password"].label = _("密码")

    def clean(self) -> dict[str, Any]:
        wrong: ValidationError | None = None
        try:
            with sign_in_try(self.cleaned_data.get("username", "")) as attempt:
                try:
                    super().clean()
                    attempt.succeeded = True
                except ValidationError as error:
                    wrong = error
        except DomainError as refused:
            raise ValidationError(refused.sentence) from None
        if wrong is not None:
            raise wrong
        return dict(self.cleaned_data)
