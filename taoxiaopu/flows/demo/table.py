"""The table of addresses and sign-ins, aligned also where Chinese takes two columns a character."""

import unicodedata
from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.selectors import user_by_sign_in
from orders.selectors import last_trade_of_phone
from storefronts.selectors import owner_of, shops_of
from taoxiaopu.flows.demo import cast


def sign_ins() -> str:
    """Where each role begins and how it signs in; an empty text when the demo's data is not there."""
    user = user_by_sign_in(cast.OWNER)
    owner = owner_of(user) if user else None
    shop = shops_of(owner).first() if owner else None
    trade = last_trade_of_phone(cast.GUEST_PHONE)
    if shop is None or trade is None:
        return ""
    base = settings.BASE_URL
    rows = [
        (_("角色"), _("地址"), _("账号"), _("密码")),
        (_("消费者·平台首页"), f"{base}/", _("无需登录"), ""),
        (_("消费者·小铺 {number}").format(number=shop.number), f"{base}/s/{shop.number}/", _("无需登录"), ""),
        (
            _("消费者·查询订单"),
            f"{base}/orders/lookup/",
            cast.GUEST_PHONE,
            _("查询码 {code}").format(code=trade.lookup_code),
        ),
        (_("会员"), f"{base}/orders/", cast.MEMBER, cast.PASSWORD),
        (_("掌柜·精英"), f"{base}/owner/", cast.OWNER, cast.PASSWORD),
        (_("掌柜·资深"), f"{base}/owner/", cast.SENIOR.email, cast.PASSWORD),
        (_("掌柜·新晋"), f"{base}/owner/", cast.ROOKIE.email, cast.PASSWORD),
        (_("供应商·品牌商"), f"{base}/supplier/", cast.SUPPLIER, cast.PASSWORD),
        (_("供应商·工厂"), f"{base}/supplier/", cast.COMPANIES[4].email, cast.PASSWORD),
        (_("供应商·待审核"), f"{base}/supplier/", cast.APPLICANT, cast.PASSWORD),
        (_("管理后台·小二一"), f"{base}/admin/", cast.STAFF[0], cast.PASSWORD),
        (_("管理后台·小二二"), f"{base}/admin/", cast.STAFF[1], cast.PASSWORD),
        (_("验证码与动态口令"), f"{base}/sandbox/messages/", _("无需登录"), ""),
        (_("API 文档"), f"{base}/api/v1/docs/", _("无需登录"), ""),
    ]
    hint = _("自己开店：注册手机号 {phone}（尾数 701 即信用分），邀请码 {code}，身份证号 {number}").format(
        phone=cast.NEW_OWNER_PHONE, code=cast.INVITATION, number=cast.NEW_OWNER_ID
    )
    return f"{aligned(rows)}\n\n{hint}"


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns; the first row is the header and gets a line under it."""
    widths = [max(width(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(_padded(cell, widths[n]) for n, cell in enumerate(row)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * n for n in widths))
    return "\n".join(lines)


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))
