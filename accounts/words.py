"""What allauth makes us say: its messages on pages, its mail and its text messages, by the names it calls them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's subject and text; ``{brand}``, ``{code}`` and ``{minutes}`` are filled in."""

    subject: str | Promise
    text: str | Promise


_CODE = _("您的验证码是 {code}，{minutes} 分钟内有效。请不要告诉任何人，包括自称客服的人。")

MAILS = {
    "account/email/login_code": Letter(_("{brand}登录验证码"), _CODE),
    "account/email/email_confirmation_signup": Letter(_("{brand}注册验证码"), _CODE),
    "account/email/email_confirmation": Letter(_("{brand}邮箱验证码"), _CODE),
    "account/email/password_reset_code": Letter(_("{brand}重设密码验证码"), _CODE),
    "account/email/unknown_account": Letter(
        _("{brand}：该邮箱尚未注册"),
        _("有人用这个邮箱登录{brand}，但它还没有注册。如果是您本人，请先注册；否则请忽略。"),
    ),
    "account/email/account_already_exists": Letter(
        _("{brand}：该邮箱已注册"),
        _(
            "有人用这个邮箱注册{brand}，但它已经注册过了。如果是您本人，请直接登录，忘记密码可以用验证码登录。"
        ),
    ),
}
CODE_SMS = _("【{brand}】验证码 {code}，{minutes} 分钟内有效，请不要告诉任何人。")
UNKNOWN_SMS = _("【{brand}】该手机号尚未注册。如果是您本人在登录，请先注册。")
KNOWN_SMS = _("【{brand}】该手机号已经注册，请直接登录，忘记密码可以用验证码登录。")

# Its messages that people see; the others say nothing that the page does not say.
MESSAGES = {
    "account/messages/login_code_sent.txt": _("验证码已发送"),
    "account/messages/email_confirmation_sent.txt": _("验证码已发送"),
    "account/messages/phone_verification_sent.txt": _("验证码已发送"),
    "account/messages/email_confirmed.txt": _("邮箱已验证"),
    "account/messages/email_confirmation_failed.txt": _("该邮箱已用于另一个账号"),
    "account/messages/phone_verified.txt": _("手机号已验证"),
    "account/messages/password_changed.txt": _("密码已修改"),
    "account/messages/password_set.txt": _("密码已设置"),
    "account/messages/cannot_delete_primary_email.txt": _("邮箱只能更换，不能删除"),
    "mfa/messages/totp_activated.txt": _("二次验证已开启，其他设备上的登录已退出"),
    "mfa/messages/totp_deactivated.txt": _("二次验证已关闭"),
    "mfa/messages/recovery_codes_generated.txt": _("新的恢复码已生成"),
    "usersessions/messages/sessions_logged_out.txt": _("其他登录已全部退出"),
}

_MISMATCH = _("手机号、邮箱或密码不正确")
ERRORS = {
    "account_inactive": _("该账号已停用"),
    "duplicate_email": _("这已经是您的邮箱"),
    "email_password_mismatch": _MISMATCH,
    "phone_password_mismatch": _MISMATCH,
    "username_password_mismatch": _MISMATCH,
    "email_taken": _("该邮箱已用于另一个账号"),
    "phone_taken": _("该手机号已用于另一个账号"),
    "enter_current_password": _("当前密码不正确"),
    "incorrect_code": _("验证码不正确"),
    "incorrect_password": _("密码不正确"),
    "invalid_login": _MISMATCH,
    "max_email_addresses": _("邮箱只能更换"),
    "too_many_login_attempts": _("尝试次数过多，请稍后再试"),
    "same_as_current": _("与现在的相同"),
    "rate_limited": _("操作太频繁，请稍后再试"),
    "unverified_primary_email": _("请先验证邮箱"),
}
SECOND_FACTOR_ERRORS = {
    "add_email_blocked": _("开启二次验证的账号不能添加邮箱"),
    "cannot_delete_authenticator": _("您的账号须开启二次验证，不能关闭"),
    "cannot_generate_recovery_codes": _("请先开启二次验证"),
    "incorrect_code": _("动态码不正确或已用过，请输入下一个"),
    "unverified_email": _("请先验证邮箱"),
}
