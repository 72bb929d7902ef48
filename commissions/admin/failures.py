"""Staff's pages of what the runs could not do: whom, why, how often; the hourly run tries again."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from commissions.models import SettlementFailure, SupplierFailure
from commissions.selectors import earnings_of, open_settlement_failures
from commissions.selectors.suppliers import open_supplier_failures, supplier_account_of
from ledger.models import AccountKind
from ledger.selectors import balance
from taoxiaopu.kernel.staff import (
    Block,
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    column,
    columns,
    facts_of,
    link_to,
    money,
    pill,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time


def _stands(row: SettlementFailure | SupplierFailure) -> SafeString:
    return pill("done", _("已补结算"), "over") if row.settled_at else pill("failed", _("待重试"), "bad")


class FailureAdmin(ReadOnlyAdmin):
    """What all failures show."""

    def head(self, row: Any) -> Head:
        return Head(str(row), _stands(row))

    def main(self, request: HttpRequest, row: Any) -> list[Block]:
        return [Facts(_("失败"), facts_of(row, "error", "attempts", "first_at", "last_at", "settled_at"))]


@admin.register(SettlementFailure)
class SettlementFailureAdmin(FailureAdmin):
    """Owners whose month could not be settled."""

    empty = _("每月 20 日结算时没能结清的掌柜会列在这里，连同原因")
    search_fields = ("owner__user__nickname", "error")
    ordering = ("settled_at", "month")
    list_select_related = ("owner__user",)
    list_display = columns(
        SettlementFailure,
        column(_("月份"), lambda row: local_time(row.month, "month"), "month"),
        column(_("掌柜"), lambda row: link_to(row.owner), "owner__user__nickname"),
        column(_("状态"), _stands, "settled_at"),
        "error",
        "attempts",
        "last_at",
    )

    def hint(self, request: HttpRequest) -> object:
        left = open_settlement_failures().count()
        words = ngettext("{n} 位掌柜尚未结算，每小时自动重试", "{n} 位掌柜尚未结算，每小时自动重试", left)
        return words.format(n=left) if left else _("没有未结算的掌柜")

    def side(self, request: HttpRequest, row: SettlementFailure) -> list[Any]:
        earned = earnings_of(row.owner)
        facts = [
            Fact(_("掌柜"), link_to(row.owner)),
            Fact(_("已确认佣金"), money(earned.confirmed_fen)),
            Fact(_("可提现余额"), money(earned.withdrawable_fen)),
        ]
        return [Facts(_("资金"), facts)]


@admin.register(SupplierFailure)
class SupplierFailureAdmin(FailureAdmin):
    """Suppliers who could not be paid."""

    empty = _("没能结算或出月结单的供应商会列在这里，连同原因")
    chip_field = "run"
    search_fields = ("supplier__name", "error")
    ordering = ("settled_at", "period")
    list_select_related = ("supplier",)
    list_display = columns(
        SupplierFailure,
        column(_("供应商"), lambda row: row.supplier.name, "supplier__name"),
        "run",
        "period",
        column(_("状态"), _stands, "settled_at"),
        "error",
        "attempts",
        "last_at",
    )

    def hint(self, request: HttpRequest) -> object:
        left = open_supplier_failures().count()
        words = ngettext("{n} 件尚未办成，每小时自动重试", "{n} 件尚未办成，每小时自动重试", left)
        return words.format(n=left) if left else _("没有未办成的供应商结算")

    def side(self, request: HttpRequest, row: SupplierFailure) -> list[Any]:
        party, account = row.supplier.public_id, supplier_account_of(row.supplier)
        facts = [
            Fact(_("供应商"), link_to(row.supplier)),
            Fact(_("收款账户"), str(account) if account else "—"),
            Fact(_("应付供应商"), money(balance(AccountKind.SUPPLIER_PAYABLE, party))),
            Fact(_("供应商欠款"), money(balance(AccountKind.SUPPLIER_DEBT, party))),
        ]
        return [Facts(_("资金"), facts)]
