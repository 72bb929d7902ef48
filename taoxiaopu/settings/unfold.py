"""The staff's desk: Django admin in django-unfold's look."""

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from taoxiaopu.settings import env

_NAMES = env.brand_names()
_BRAND = lazy(lambda: _NAMES[0 if (get_language() or "zh").startswith("zh") else 1], str)()
_BADGES = "taoxiaopu.desks.dashboard"


def _item(title, icon, name, badge=""):  # type: ignore[no-untyped-def]  # plain data for unfold
    entry = {"title": title, "icon": icon, "link": reverse_lazy(name)}
    return entry | ({"badge": f"{_BADGES}.{badge}"} if badge else {})


def _list(title, icon, model, badge=""):  # type: ignore[no-untyped-def]
    return _item(title, icon, f"admin:{model}_changelist", badge)


def _but(entry, *parts):  # type: ignore[no-untyped-def]
    """Not marked as the present page on a page below it that has its own entry."""
    here = entry["link"]

    def active(request):  # type: ignore[no-untyped-def]
        return request.path.startswith(str(here)) and not any(part in request.path for part in parts)

    return entry | {"active": active}


UNFOLD = {
    "SITE_TITLE": format_lazy(_("{brand}平台管理"), brand=_BRAND),
    "SITE_HEADER": _BRAND,
    "SITE_ICON": lambda request: static("images/logo.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("images/favicon.svg")}
    ],
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "STYLES": [lambda request: static("css/admin.css")],
    "SCRIPTS": [lambda request: static("js/staff.js")],
    "ACCOUNT": {"navigation": [{"title": _("账号与安全"), "link": reverse_lazy("accounts:settings")}]},
    "DASHBOARD_CALLBACK": "taoxiaopu.desks.dashboard.operator",
    "BORDER_RADIUS": "8px",
    "COLORS": {
        "base": {
            "50": "oklch(98.4% 0.004 70)",
            "100": "oklch(96.4% 0.006 70)",
            "200": "oklch(92.2% 0.009 70)",
            "300": "oklch(86.5% 0.012 68)",
            "400": "oklch(71% 0.016 62)",
            "500": "oklch(54.5% 0.018 58)",
            "600": "oklch(44.5% 0.018 55)",
            "700": "oklch(37% 0.017 52)",
            "800": "oklch(28% 0.015 50)",
            "900": "oklch(22% 0.014 48)",
            "950": "oklch(15% 0.012 46)",
        },
        "primary": {
            "50": "oklch(97.7% 0.013 48.6)",
            "100": "oklch(94.4% 0.030 46.3)",
            "200": "oklch(88.7% 0.064 43.9)",
            "300": "oklch(81.0% 0.113 42.1)",
            "400": "oklch(72.8% 0.165 40.3)",
            "500": "oklch(65.3% 0.190 37.4)",
            "600": "oklch(58.1% 0.188 35.1)",
            "700": "oklch(50.6% 0.165 35.0)",
            "800": "oklch(43.4% 0.134 34.6)",
            "900": "oklch(38.1% 0.106 35.1)",
            "950": "oklch(25.0% 0.071 33.5)",
        },
    },
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": _("今日"),
                "items": [
                    _item(_("工作台"), "space_dashboard", "admin:index"),
                    _list(_("争议裁定"), "gavel", "disputes_dispute", "disputes_badge"),
                    _item(_("商品审核"), "fact_check", "admin:suppliers_good_review", "held_badge"),
                ],
            },
            {
                "title": _("供应商与商品"),
                "separator": True,
                "items": [
                    _list(_("供应商"), "factory", "suppliers_supplier", "suppliers_badge"),
                    _list(_("证照材料"), "badge", "suppliers_paper"),
                    _but(_list(_("入驻材料"), "checklist", "suppliers_requirement"), "/new/"),
                    _but(_list(_("商品"), "inventory_2", "suppliers_good"), "/review/"),
                    _list(_("商品修改"), "difference", "suppliers_goodchange", "changes_badge"),
                    _list(_("商品导入"), "upload_file", "suppliers_catalogueimport"),
                    _list(_("类目"), "category", "suppliers_category"),
                    _list(_("条码库"), "barcode", "suppliers_barcodeentry"),
                    _list(_("属性模板"), "list_alt", "suppliers_attributetemplate"),
                ],
            },
            {
                "title": _("掌柜与小铺"),
                "separator": True,
                "items": [
                    _list(_("掌柜"), "badge", "storefronts_owner"),
                    _list(_("小铺"), "storefront", "storefronts_shop", "names_badge"),
                    _list(_("邀请码"), "confirmation_number", "storefronts_invitationcode"),
                    _list(_("月度评级"), "event_repeat", "commissions_tierrun"),
                    _list(_("等级记录"), "military_tech", "commissions_tiermonth"),
                    _list(_("等级人工调整"), "tune", "commissions_tieroverride"),
                ],
            },
            {
                "title": _("订单与售后"),
                "separator": True,
                "items": [
                    _list(_("订单"), "receipt_long", "orders_order"),
                    _list(_("赔付"), "volunteer_activism", "orders_compensation"),
                    _list(_("咨询"), "forum", "storefronts_conversation", "questions_badge"),
                    _list(_("售后单"), "assignment_return", "disputes_case"),
                    _list(_("违规处罚"), "report", "disputes_penalty", "appeals_badge"),
                ],
            },
            {
                "title": _("账本与对账"),
                "separator": True,
                "items": [
                    _item(_("试算平衡"), "balance", "admin:ledger_account_trial"),
                    _but(_list(_("账户"), "account_balance_wallet", "ledger_account"), "/trial/"),
                    _list(_("日记账"), "menu_book", "ledger_journal"),
                    _but(
                        _list(_("手工分录"), "edit_note", "reconciliation_manualjournal", "manuals_badge"),
                        "/propose/",
                    ),
                    _list(_("对账差异"), "rule_settings", "reconciliation_difference", "differences_badge"),
                    _but(_list(_("每晚对账"), "compare_arrows", "reconciliation_run"), "/ages/"),
                    _item(_("清算科目账龄"), "hourglass_bottom", "admin:reconciliation_run_ages"),
                    _item(_("暂停与冻结"), "pause_circle", "staff:holds"),
                    _item(_("月末关账"), "lock", "staff:closing"),
                ],
            },
            {
                "title": _("佣金与结算"),
                "separator": True,
                "items": [
                    _list(_("佣金明细"), "paid", "commissions_commissionline"),
                    _list(_("月结单"), "request_quote", "commissions_statement"),
                    _list(_("结算失败"), "event_busy", "commissions_settlementfailure"),
                    _list(_("提现"), "account_balance", "commissions_withdrawal", "withdrawals_badge"),
                    _list(_("货款月结单"), "calendar_month", "commissions_supplierstatement"),
                    _list(_("供应商结算"), "payments", "commissions_supplierpayout", "payouts_badge"),
                    _list(_("保证金退还"), "savings", "commissions_depositreturn", "returns_badge"),
                    _list(_("供应商结算失败"), "event_busy", "commissions_supplierfailure"),
                ],
            },
            {
                "title": _("税务"),
                "separator": True,
                "items": [
                    _list(_("税务信息"), "assignment_ind", "tax_taxprofile"),
                    _but(
                        _list(_("佣金发票"), "description", "tax_commissioninvoice", "invoices_badge"),
                        "/issue/",
                    ),
                    _but(_list(_("扣缴记录"), "receipt", "tax_withholding"), "/quarters/", "/tables/"),
                    _item(_("季度报送"), "outbox", "admin:tax_withholding_quarters")
                    | {"permission": lambda request: request.user.has_perm("tax.export_income")},
                    _item(_("税率表"), "table", "admin:tax_withholding_tables"),
                    _list(_("增值税提醒"), "notification_important", "tax_vatalarm"),
                ],
            },
            {
                "title": _("支付渠道"),
                "separator": True,
                "items": [
                    _list(_("支付单"), "credit_card", "payments_charge"),
                    _list(_("不符款项"), "money_off", "payments_wrongpayment", "wrong_payments_badge"),
                    _list(_("渠道退款"), "undo", "payments_refund"),
                    _list(_("打款单"), "send_money", "payments_transfer"),
                    _list(_("渠道通知"), "notifications", "payments_notice"),
                ],
            },
            {
                "title": _("平台"),
                "separator": True,
                "items": [
                    _list(_("用户"), "group", "accounts_user"),
                    _list(_("后台任务"), "manufacturing", "kernel_job", "jobs_badge"),
                    _list(_("定时任务"), "schedule", "operations_timetablerun"),
                    _list(_("规则文件"), "policy", "rulebook_version"),
                    _list(_("规则意见"), "forum", "rulebook_comment", "rules_badge"),
                    _list(_("规则同意记录"), "handshake", "rulebook_acceptance"),
                    _list(_("规则版本"), "rule", "kernel_rulesversion"),
                    _list(_("操作记录"), "history", "kernel_auditentry"),
                ],
            },
        ],
    },
}
