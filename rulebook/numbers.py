"""The numbers of docs/rules.md §10 within documents: each belongs to one document, which alone tells and changes it.

A text names a number as ``{{PLATFORM_FEE_BP}}``, one of a list as ``{{BONUS_BP.4}}``; filled in are the values of the day on
which the version takes effect, so that a published text cannot say anything else than what the platform does.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rulebook.errors import BadDraft
from rulebook.states import DocumentCode
from taoxiaopu.kernel.settings import TYPES, Rules
from taoxiaopu.kernel.templatetags.kernel_format import percent_bp, yuan_sign

LANGUAGES = ("zh-hans", "en")
PLACE = re.compile(r"\{\{\s*([A-Za-z_]+)(?:\.([0-9]{1,2}))?\s*\}\}")
_SERVICE, _SUPPLIERS, _OWNERS = DocumentCode.SERVICE, DocumentCode.SUPPLIERS, DocumentCode.OWNERS
_COMMISSION, _TIERS, _DISPUTES = DocumentCode.COMMISSION, DocumentCode.TIERS, DocumentCode.DISPUTES
_PENALTIES = DocumentCode.PENALTIES

# Home of each number, and what it is called. A number that is not here is the service agreement's, under its name.
NUMBERS: Mapping[str, tuple[DocumentCode, str | Promise]] = {
    "CREDIT_MIN_EXCLUSIVE": (_OWNERS, gettext_lazy("信用分须高于")),
    "CREDIT_VALID_D": (_OWNERS, gettext_lazy("信用分查询结果的有效期")),
    "OWNER_MIN_AGE": (_OWNERS, gettext_lazy("掌柜的最低年龄（岁）")),
    "SHOP_SUFFIX": (_OWNERS, gettext_lazy("店铺名后缀")),
    "SHOP_NAME_MIN": (_OWNERS, gettext_lazy("店名最少字符数")),
    "SHOP_NAME_MAX": (_OWNERS, gettext_lazy("店名最多字符数")),
    "SHOP_NUMBER_DIGITS": (_OWNERS, gettext_lazy("店铺号位数")),
    "PICK_LIMIT": (_OWNERS, gettext_lazy("每家店铺的选品上限")),
    "RECOMMENDATION_MAX": (_OWNERS, gettext_lazy("推荐理由最多字数")),
    "PIN_LIMIT": (_OWNERS, gettext_lazy("每家店铺最多置顶的商品数")),
    "SECTION_LIMIT": (_OWNERS, gettext_lazy("每家店铺最多分组数")),
    "PICK_LOW_STOCK": (_OWNERS, gettext_lazy("低于此数提醒掌柜库存不足")),
    "GOOD_RECORD_D": (_OWNERS, gettext_lazy("商品与供应商成交记录的统计期")),
    "CLICK_WINDOW_H": (_OWNERS, gettext_lazy("点击有效期")),
    "CLICKS_PER_HOUR": (_OWNERS, gettext_lazy("同一网络每小时计数的点击上限")),
    "PASSCODE_VALID_D": (_OWNERS, gettext_lazy("口令的有效期")),
    "PASSCODE_TRIES_MIN": (_OWNERS, gettext_lazy("同一网络每分钟识别口令的次数上限")),
    "GREETING_MAX": (_OWNERS, gettext_lazy("海报问候语最多字数")),
    "ASK_OWNER_H": (_OWNERS, gettext_lazy("掌柜回复咨询的时限、未回复转给供应商的时限")),
    "SUPPLIER_MIN_CAPITAL_FEN": (_SUPPLIERS, gettext_lazy("最低注册资本")),
    "SUPPLIER_DEPOSIT_FEN": (_SUPPLIERS, gettext_lazy("保证金")),
    "DEPOSIT_TOP_UP_D": (_SUPPLIERS, gettext_lazy("保证金不足的补缴期限")),
    "EXIT_HOLD_D": (_SUPPLIERS, gettext_lazy("退出时最后一笔订单了结后的保证金保留期")),
    "AUTH_CHAIN_MAX": (_SUPPLIERS, gettext_lazy("授权链路最多级数")),
    "ENTRY_REVIEW_H": (_SUPPLIERS, gettext_lazy("入驻申请的审核时限")),
    "CATEGORY_BOND_MIN_FEN": (_SUPPLIERS, gettext_lazy("类目保证金下限")),
    "PAPER_PAGES_MAX": (_SUPPLIERS, gettext_lazy("每份材料最多页数")),
    "PAPER_REMINDERS_D": (_SUPPLIERS, gettext_lazy("证照到期前的提醒（天）")),
    "CUSTOM_AGREE_H": (_SUPPLIERS, gettext_lazy("定制商品双方确认约定的期限")),
    "CUSTOM_LEAD_MAX_D": (_SUPPLIERS, gettext_lazy("定制商品付款后最长几天发货")),
    "CUSTOM_CANCEL_FEE_MAX_BP": (_SUPPLIERS, gettext_lazy("定制商品开始制作后取消，最多留下")),
    "CUSTOM_FIELDS_MAX": (_SUPPLIERS, gettext_lazy("定制商品由买家决定的内容最多几项")),
    "SHIP_BY_H": (_SUPPLIERS, gettext_lazy("发货时限（商品另有承诺的从其承诺）")),
    "SHIP_OVERDUE_REFUND_D": (_SUPPLIERS, gettext_lazy("逾期未发货自动退款")),
    "COMPENSATION_BP": (_SUPPLIERS, gettext_lazy("逾期发货、缺货、虚假发货的赔付比例")),
    "COMPENSATION_MIN_FEN": (_SUPPLIERS, gettext_lazy("逾期发货、缺货、虚假发货的最低赔付")),
    "COMPENSATION_MAX_FEN": (_SUPPLIERS, gettext_lazy("逾期发货、缺货、虚假发货的最高赔付")),
    "TRACKING_REUSE_D": (_SUPPLIERS, gettext_lazy("同一运单号不得再用的期限")),
    "SHIP_SOON_H": (_SUPPLIERS, gettext_lazy("发货截止前的提醒")),
    "ASK_SUPPLIER_H": (_SUPPLIERS, gettext_lazy("供应商回复咨询的时限、未回复转给平台的时限")),
    "RATE_MIN_BP": (_COMMISSION, gettext_lazy("佣金率下限")),
    "RATE_MAX_BP": (_COMMISSION, gettext_lazy("佣金率上限")),
    "PLATFORM_FEE_BP": (_COMMISSION, gettext_lazy("平台技术服务费占佣金的比例")),
    "SETTLE_DAY": (_COMMISSION, gettext_lazy("结算日（次月）")),
    "SETTLE_HOUR": (_COMMISSION, gettext_lazy("结算时刻（点）")),
    "MIN_WITHDRAW_FEN": (_COMMISSION, gettext_lazy("单次提现下限")),
    "MAX_WITHDRAW_DAY_FEN": (_COMMISSION, gettext_lazy("每日提现上限")),
    "WITHDRAW_REVIEW_FEN": (_COMMISSION, gettext_lazy("高于此额的提现须审核")),
    "WITHDRAW_WORKDAYS": (_COMMISSION, gettext_lazy("提现到账的工作日数")),
    "DEBT_PAUSE_D": (_COMMISSION, gettext_lazy("欠款多久未还清即暂停选品")),
    "FOUR_EYES_JOURNAL_FEN": (_COMMISSION, gettext_lazy("高于此额的手工分录须两人办理")),
    "FOUR_EYES_PAYOUT_FEN": (_COMMISSION, gettext_lazy("高于此额的打款和不符款项退回须两人审核")),
    "SUPPLIER_PAYOUT_HOUR": (_COMMISSION, gettext_lazy("每周二向供应商打款的时刻（点）")),
    "SUPPLIER_STATEMENT_HOUR": (_COMMISSION, gettext_lazy("每月 1 日出供应商月结单的时刻（点）")),
    "TAX_METHOD": (_COMMISSION, gettext_lazy("个人所得税预扣方法")),
    "VAT_FREE_MONTH_FEN": (_COMMISSION, gettext_lazy("增值税月免征额")),
    "SERVICE_VAT_BP": (_COMMISSION, gettext_lazy("佣金发票的增值税税率（含在佣金内）")),
    "SHOPS_PER_TIER": (_TIERS, gettext_lazy("各级可开店铺数")),
    "BONUS_BP": (_TIERS, gettext_lazy("各级奖励占佣金的比例")),
    "TIER_HOUR": (_TIERS, gettext_lazy("每月 1 日评级时刻（点）")),
    "TIER_SALES_FEN": (_TIERS, gettext_lazy("第 2 至 4 级的结算销售额")),
    "TIER_ORDERS": (_TIERS, gettext_lazy("第 2 至 4 级的订单数")),
    "TIER_BUYERS": (_TIERS, gettext_lazy("第 2 至 4 级的买家数")),
    "TIER_REFUND_BP": (_TIERS, gettext_lazy("第 2 至 4 级的退款率上限")),
    "TIER_DISPUTE_BP": (_TIERS, gettext_lazy("第 2 至 4 级的纠纷率上限")),
    "TIER_POINTS_BELOW": (_TIERS, gettext_lazy("第 2 至 4 级的违规分须低于")),
    "TIER_NO_PROTECTION_POINTS": (_TIERS, gettext_lazy("不再享有保级的违规分")),
    "AFTERSALE_WINDOW_D": (_DISPUTES, gettext_lazy("售后期（确认收货后）")),
    "CLAIM_AFTER_FINAL_D": (_DISPUTES, gettext_lazy("结清后可就假货或隐蔽瑕疵索赔的期限")),
    "AS_UNSHIPPED_H": (_DISPUTES, gettext_lazy("未发货申请的商家处理时限")),
    "AS_NOT_RECEIVED_H": (_DISPUTES, gettext_lazy("未收到货申请的商家处理时限")),
    "AS_RECEIVED_H": (_DISPUTES, gettext_lazy("已收到货申请的商家处理时限")),
    "AS_CUSTOM_H": (_DISPUTES, gettext_lazy("定制商品制作中申请的商家处理时限")),
    "AS_AFTER_REJECT_D": (_DISPUTES, gettext_lazy("被拒绝后消费者的处理时限")),
    "AS_MAX_ATTEMPTS": (_DISPUTES, gettext_lazy("同一商品的申请次数")),
    "DISP_EVIDENCE_H": (_DISPUTES, gettext_lazy("举证期")),
    "DISP_SLA_H": (_DISPUTES, gettext_lazy("裁定时限")),
    "DISP_APPEAL_H": (_DISPUTES, gettext_lazy("申诉期")),
    "FOUR_EYES_DISPUTE_FEN": (_DISPUTES, gettext_lazy("高于此额的裁定须两人作出")),
    "POINT_STEPS": (_PENALTIES, gettext_lazy("违规分到达的五级")),
    "POINT_STOP_D": (_PENALTIES, gettext_lazy("达到第二级后停止新分享、上新的天数")),
    "POINT_HIDE_D": (_PENALTIES, gettext_lazy("达到第三、四级后隐藏的天数")),
    "PENALTY_APPEAL_D": (_PENALTIES, gettext_lazy("处罚的申诉期")),
    "LATE_CASES_PER_POINT": (_PENALTIES, gettext_lazy("一个月内逾期发货多少单计 1 分")),
    "PAY_TIMEOUT_MIN": (_SERVICE, gettext_lazy("付款时限")),
    "AUTO_CONFIRM_D": (_SERVICE, gettext_lazy("自动确认收货（发齐后）")),
    "LINE_QUANTITY_MAX": (_SERVICE, gettext_lazy("同一规格单笔最多件数")),
    "UNPAID_PER_SKU_MAX": (_SERVICE, gettext_lazy("同一买家同一规格未付款的件数上限")),
    "IMPORT_UNDO_H": (_SUPPLIERS, gettext_lazy("商品导入完成后可以撤销的时间")),
    "GOOD_PICTURES_MAX": (_SUPPLIERS, gettext_lazy("每件商品最多图片数")),
    "GOOD_REVIEW_H": (_SUPPLIERS, gettext_lazy("商品内容的审核时限")),
    "GOOD_REVIEW_FAST_H": (_SUPPLIERS, gettext_lazy("快速审核的时限")),
    "TAG_MARGIN_BP": (_SUPPLIERS, gettext_lazy("“高毛利”：佣金率不低于")),
    "TAG_REPURCHASE_BP": (_SUPPLIERS, gettext_lazy("“高复购”：复购率不低于")),
    "TAG_REPURCHASE_D": (_SUPPLIERS, gettext_lazy("复购率的统计期")),
    "TAG_REPURCHASE_BUYERS": (_SUPPLIERS, gettext_lazy("复购率的最少买家数")),
    "TAG_PRICE_FEN": (_SUPPLIERS, gettext_lazy("“低门槛”：最低售价不高于")),
    "TAGS_FOR_FAST_REVIEW": (_SUPPLIERS, gettext_lazy("快速审核所需的标签数")),
    "ADDRESS_LIMIT": (_SERVICE, gettext_lazy("收货地址上限")),
    "INBOX_KEEP_D": (_SERVICE, gettext_lazy("站内消息保存期")),
    "ASK_QUIET_D": (_SERVICE, gettext_lazy("回复后多久没有追问，咨询自动结束")),
    "ASK_PER_HOUR": (_SERVICE, gettext_lazy("每小时最多发送的咨询消息")),
    "ASK_OPEN_MAX": (_SERVICE, gettext_lazy("同时进行的咨询上限")),
    "CONFIRM_SOON_H": (_SERVICE, gettext_lazy("自动确认收货前的提醒")),
}


def home_of(name: str) -> DocumentCode:
    """The document that tells a number and may change it."""
    return NUMBERS[name][0] if name in NUMBERS else DocumentCode.SERVICE


def label_of(name: str) -> str:
    """What a number is called, in the reader's language."""
    return str(NUMBERS[name][1]) if name in NUMBERS else name


def numbers_of(code: str) -> list[str]:
    """The names of the numbers of a document, in the order of the settings."""
    return [name for name in TYPES if home_of(name) == code]


def shown(name: str, value: Any) -> str:
    """A number for people, by its unit, in the active language; a list level by level."""
    if isinstance(value, tuple | list):
        return " / ".join(shown(name, one) for one in value)
    if name.endswith("_FEN"):
        return yuan_sign(value).removesuffix(".00")
    if name.endswith("_BP"):
        return percent_bp(value)
    if name.endswith("_H"):
        return ngettext("{n} 小时", "{n} 小时", value).format(n=value)
    if name.endswith("_D"):
        return ngettext("{n} 天", "{n} 天", value).format(n=value)
    if name == "PAY_TIMEOUT_MIN":
        return ngettext("{n} 分钟", "{n} 分钟", value).format(n=value)
    return str(value)


def require_own_names(source: str, code: str) -> None:
    """Raises BadDraft for a ``{{NAME}}`` that is no number of this document, or a place that a list does not have."""
    for found in PLACE.finditer(source):
        name, place = found[1], found[2]
        if name not in TYPES or home_of(name) != code:
            raise BadDraft(what=_("{name} 不是本文件的数字").format(name=found[0]))
        if place is not None and not 1 <= int(place) <= len(_parts(getattr(Rules(), name))):
            raise BadDraft(what=_("{name} 没有这一项").format(name=found[0]))


def filled(source: str, *, code: str, rules: Rules, language: str) -> str:
    """A source as its text: the numbers filled in, and a table of all numbers of the document below it."""

    def value(found: re.Match[str]) -> str:
        number = getattr(rules, found[1])
        return shown(found[1], number if found[2] is None else number[int(found[2]) - 1])

    with translation.override(language):
        text = PLACE.sub(value, source.strip()) + "\n"
        names = numbers_of(code)
        if not names:
            return text
        rows = [f"| {label_of(name)} | {shown(name, getattr(rules, name))} |" for name in names]
        head = [_("附：本规则的数字"), _("项目"), _("数值")]
        table = [f"## {head[0]}", "", f"| {head[1]} | {head[2]} |", "| --- | --- |", *rows]
        return "\n".join([text, *table]) + "\n"


def _parts(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()
