"""Staff's pages of the books: balances, journals, the trial balance. Nothing here can be changed."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from ledger import selectors
from ledger.models import DEBIT_NORMAL, Account, AccountKind, Journal, Transfer
from ledger.shapes import BY_HAND
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.exports import csv_response
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.staff import (
    Fact,
    Facts,
    Head,
    ReadOnlyAdmin,
    Table,
    code,
    column,
    columns,
    link,
    link_to,
    money,
    name_of,
    names_of,
    parties_named,
    subject_link,
    subject_words,
    teach_subject,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import local_time

teach_subject("month", _("月末关账"))

SHOWN_TRANSFERS = 200
SHOWN_ON_STATEMENT = 1000


def balance_of(row: Any) -> int:
    """The balance of an account that carries its totals, on its own side."""
    difference: int = row.debit_fen - row.credit_fen
    return difference if row.kind in DEBIT_NORMAL else -difference


def account_label(account: Account, names: dict[str, str]) -> str:
    """An account's kind and whose it is."""
    return " · ".join(
        str(x) for x in (account.get_kind_display(), names.get(account.party, account.party)) if x
    )


def transfer_rows(transfers: Iterable[Transfer]) -> list[Sequence[object]]:
    """Transfers as rows: from where to where, how much, for which line."""
    moved = list(transfers)
    names = names_of({t.debit.party for t in moved} | {t.credit.party for t in moved})
    return [
        (
            link_to(t.debit, account_label(t.debit, names)),
            link_to(t.credit, account_label(t.credit, names)),
            money(t.amount_fen),
            code(t.line_ref),
        )
        for t in moved
    ]


def day_of(text: str, default: date | None = None) -> date | None:
    """A day as a query writes it; the default when it is none."""
    try:
        return parse_date(text) or default
    except ValueError:
        return default


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    """Accounts with balances."""

    empty = _("第一笔入账时建立账户")
    chip_field = "kind"
    search_fields = ("party",)
    search_help_text = _("按掌柜、供应商或编号查找")
    list_display = columns(
        Account,
        column(_("科目"), lambda row: row.get_kind_display(), "kind"),
        column(_("主体"), lambda row: name_of(row.party) if row.party else _("平台"), "party"),
        column(_("编号"), lambda row: code(row.party)),
        column(_("借方合计"), lambda row: money(row.debit_fen), "debit_fen", num=True),
        column(_("贷方合计"), lambda row: money(row.credit_fen), "credit_fen", num=True),
        column(_("余额"), lambda row: money(balance_of(row)), num=True),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Account]":
        return selectors.accounts_with_totals()

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Account]", search_term: str
    ) -> "tuple[QuerySet[Account], bool]":
        """By the party's reference, or by what it is called."""
        text = search_term.replace("\x00", "").strip()
        if not text:
            return queryset, False
        return queryset.filter(Q(party=text) | Q(party__in=parties_named(text))), False

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.trial_view)
        wrap = self.admin_site.admin_view
        return [
            path("trial/", view, name="ledger_account_trial"),
            path("<str:object_id>/statement/", wrap(self.statement_view), name="ledger_account_statement"),
            path(
                "<str:object_id>/statement.csv",
                wrap(self.statement_file),
                name="ledger_account_statement_file",
            ),
        ]

    def tools(self, request: HttpRequest) -> list[tuple[object, str, str]]:
        return [(_("试算平衡"), reverse("admin:ledger_account_trial"), "balance")]

    def trial_view(self, request: HttpRequest) -> HttpResponse:
        """The books by kind: debits equal credits, balances sum to zero."""
        day = day_of(request.GET.get("day", ""))
        rows = selectors.trial_balance(day)
        debit, credit = sum(r.debit_fen for r in rows), sum(r.credit_fen for r in rows)
        net = sum(r.balance_fen if r.kind in DEBIT_NORMAL else -r.balance_fen for r in rows)
        addresses = self._addresses_by_kind(day)
        table = Table(
            _("各科目"),
            (_("科目"), _("方向"), _("账户数"), _("借方合计"), _("贷方合计"), _("余额")),
            [
                (
                    link(addresses[r.kind], r.kind.label),
                    _("借") if r.kind in DEBIT_NORMAL else _("贷"),
                    r.accounts,
                    money(r.debit_fen),
                    money(r.credit_fen),
                    money(r.balance_fen),
                )
                for r in rows
            ],
            frozenset({2, 3, 4, 5}),
            (_("合计"), "", sum(r.accounts for r in rows), money(debit), money(credit), money(net)),
            note=_("余额按各科目自己的方向显示；合计为借方余额减贷方余额，应为零。"),
        )
        context = {
            **self.admin_site.each_context(request),
            "title": _("试算平衡"),
            "head": Head(
                _("试算平衡"), sub=_("截至 {day} 终了").format(day=local_time(day)) if day else _("此刻")
            ),
            "main": [table],
            "side": [seal_facts()],
            "day": day,
            "days": self._days(),
            "verdict": (
                _("借贷相等，账目平衡")
                if debit == credit and net == 0
                else _("借贷不等，请立即停止放款并核查")
            ),
            "is_balanced": debit == credit and net == 0,
        }
        return TemplateResponse(request, "admin/ledger/trial.html", context)

    def _addresses_by_kind(self, day: date | None) -> dict[str, str]:
        """Where each kind's figures come from: the statement of a platform's account, the list of parties' accounts."""
        accounts = reverse("admin:ledger_account_changelist")
        found = {kind.value: f"{accounts}?kind__exact={kind.value}" for kind in AccountKind}
        until = f"?until={day}" if day else ""
        for kind, account in selectors.platform_accounts().items():
            found[kind] = reverse("admin:ledger_account_statement", args=[account.pk]) + until
        return found

    def _days(self) -> list[tuple[object, date]]:
        """Days that people ask for: yesterday, and the ends of the last months."""
        today = clock.local(self.moment()).date()
        days: list[tuple[object, date]] = [(_("昨天"), today - timedelta(days=1))]
        month = today.replace(day=1)
        for _n in range(3):
            days.append(
                (
                    _("{month}末").format(month=local_time(clock.previous_month(month), "month")),
                    month - timedelta(days=1),
                )
            )
            month = clock.previous_month(month)
        return days

    def statement_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """An account's movements between two days, with the balance after each."""
        account = self.row_or_404(request, object_id)
        since, until = self._span(request)
        statement = selectors.statement_of(account, since, until, most=SHOWN_ON_STATEMENT)
        names = names_of({r.other.party for r in statement.rows} | {account.party})
        rows: list[Sequence[object]] = [
            (
                when(r.transfer.posted_on, "day"),
                link_to(r.transfer.journal),
                link_to(r.other, account_label(r.other, names)),
                code(r.transfer.line_ref or r.transfer.journal.order_number),
                money(r.amount_fen),
                money(r.balance_fen),
            )
            for r in statement.rows
        ]
        if statement.is_cut:
            more = _("只显示前 {n} 笔，全部在 CSV 中").format(n=SHOWN_ON_STATEMENT)
            rows.append(("", more, "", "", "", ""))
        elif not rows:
            rows.append(("", _("这段时间没有发生额"), "", "", "", ""))
        table = Table(
            _("对账单"),
            (_("记账日"), _("事件"), _("对方科目"), _("订单行或订单"), _("金额"), _("余额")),
            [(when(since, "day"), _("期初余额"), "", "", "", money(statement.opening_fen)), *rows],
            frozenset({4, 5}),
            (when(until, "day"), _("期末余额"), "", "", "", money(statement.closing_fen)),
        )
        own = reverse("admin:ledger_account_statement", args=[account.pk])
        before = since.replace(day=1) - timedelta(days=1)
        after = clock.next_month(since.replace(day=1))
        context = {
            **self.admin_site.each_context(request),
            "title": _("账户对账单"),
            "head": Head(account_label(account, names), sub=link(self.address(account), _("查看账户"))),
            "main": [table],
            "since": since,
            "until": until,
            "before": f"{own}?since={before.replace(day=1)}&until={before}",
            "after": f"{own}?since={after}&until={clock.next_month(after) - timedelta(days=1)}",
            "file": reverse("admin:ledger_account_statement_file", args=[account.pk])
            + f"?since={since}&until={until}",
        }
        return TemplateResponse(request, "admin/ledger/statement.html", context)

    def statement_file(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """The same as a file."""
        account = self.row_or_404(request, object_id)
        since, until = self._span(request)
        statement = selectors.statement_of(account, since, until)
        names = names_of({r.other.party for r in statement.rows})
        rows: list[Sequence[object]] = [
            (since, "", _("期初余额"), "", "", "", "", format_yuan(statement.opening_fen))
        ]
        rows += [
            (
                r.transfer.posted_on,
                r.transfer.journal_id,
                r.transfer.journal.get_kind_display(),
                account_label(r.other, names),
                r.transfer.journal.order_number,
                format_yuan(r.amount_fen) if r.amount_fen > 0 else "",
                format_yuan(-r.amount_fen) if r.amount_fen < 0 else "",
                format_yuan(r.balance_fen),
            )
            for r in statement.rows
        ]
        head = (
            _("记账日"),
            _("日记账号"),
            _("事件"),
            _("对方科目"),
            _("订单号"),
            _("增加（元）"),
            _("减少（元）"),
            _("余额（元）"),
        )
        return csv_response(f"{account.kind}-{account.party or 'platform'}-{since}-{until}.csv", head, rows)

    def _span(self, request: HttpRequest) -> tuple[date, date]:
        """The days that the query asks for, this month by default; never the wrong way round."""
        today = clock.local(self.moment()).date()
        until = day_of(request.GET.get("until", ""), today) or today
        since = day_of(request.GET.get("since", ""), until.replace(day=1)) or until
        return min(since, until), max(since, until)

    def head(self, row: Any) -> Head:
        return Head(account_label(row, names_of([row.party])), sub=code(row.party))

    def main(self, request: HttpRequest, row: Any) -> list[Any]:
        moved = list(selectors.transfers_of_account(row)[:SHOWN_TRANSFERS])
        names = names_of({t.debit.party for t in moved} | {t.credit.party for t in moved})
        rows = []
        for transfer in moved:
            inward = (transfer.debit_id == row.pk) == (row.kind in DEBIT_NORMAL)
            other = transfer.credit if transfer.debit_id == row.pk else transfer.debit
            rows.append(
                (
                    when(transfer.journal.occurred_at),
                    link_to(transfer.journal),
                    link_to(other, account_label(other, names)),
                    code(transfer.line_ref or transfer.journal.order_number),
                    money(transfer.amount_fen if inward else -transfer.amount_fen),
                )
            )
        facts = Facts(
            _("账户"),
            [
                Fact(_("余额"), money(balance_of(row))),
                Fact(_("借方合计"), money(row.debit_fen)),
                Fact(_("贷方合计"), money(row.credit_fen)),
                Fact(_("增加方向"), _("借") if row.kind in DEBIT_NORMAL else _("贷")),
                Fact(
                    _("对账单"),
                    link(reverse("admin:ledger_account_statement", args=[row.pk]), _("按日期查看")),
                ),
                *self._correct(row),
            ],
        )
        heads = (_("时间"), _("事件"), _("对方科目"), _("订单行或订单"), _("金额"))
        note = _("最近 {n} 笔").format(n=SHOWN_TRANSFERS) if len(moved) == SHOWN_TRANSFERS else ""
        return [facts, Table(_("流水"), heads, rows, frozenset({4}), note=note)]

    def _correct(self, row: Any) -> list[Fact]:
        """Where a manual journal on this account begins; none where only services move money."""
        if row.kind not in BY_HAND:
            return []
        page = reverse("admin:reconciliation_manualjournal_propose") + f"?kind={row.kind}&party={row.party}"
        return [Fact(_("更正"), link(page, _("提出手工分录")))]


@admin.register(Journal)
class JournalAdmin(ReadOnlyAdmin):
    """Every business event that moved money."""

    chip_field = "kind"
    empty = _("第一笔付款入账后，这里会有它的日记账")
    search_fields = ("order_number", "ref_id")
    search_help_text = _("按订单号或来源编号查找")
    ordering = ("-id",)
    list_display = columns(
        Journal,
        column(_("日记账"), str, "id"),
        column(_("发生时间"), lambda row: when(row.occurred_at), "occurred_at"),
        column(_("金额"), lambda row: money(sum(t.amount_fen for t in row.transfers.all())), num=True),
        column(_("来源"), lambda row: subject_words(row.ref_type), "ref_type"),
        column(_("来源编号"), lambda row: code(row.ref_id.partition("/")[0])),
        column(_("订单号"), lambda row: code(row.order_number), "order_number"),
        column(_("记账日"), lambda row: when(row.posted_on, "day"), "posted_on"),
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Journal]":
        found: QuerySet[Journal] = super().get_queryset(request)
        return found.prefetch_related("transfers")

    def head(self, row: Journal) -> Head:
        return Head(str(row), sub=subject_link(row.ref_type, row.ref_id))

    def main(self, request: HttpRequest, row: Journal) -> list[Any]:
        moved = list(selectors.transfers_of_journal(row))
        heads = (_("借"), _("贷"), _("金额"), _("订单行"))
        total = sum(t.amount_fen for t in moved)
        foot = (_("合计"), "", money(total), "")
        return [Table(_("分录"), heads, transfer_rows(moved), frozenset({2}), foot), *self._others(row)]

    def _others(self, row: Journal) -> list[Table]:
        """What else was booked for the same order."""
        if not row.order_number:
            return []
        others = [
            (link_to(j), when(j.occurred_at), money(sum(t.amount_fen for t in j.transfers.all())))
            for j in selectors.journals_of_order(row.order_number)
            if j.pk != row.pk
        ]
        heads = (_("日记账"), _("发生时间"), _("金额"))
        return [Table(_("这一订单的其他日记账"), heads, others, frozenset({2}))]

    def side(self, request: HttpRequest, row: Journal) -> list[Any]:
        source = Fact(subject_words(row.ref_type), subject_link(row.ref_type, row.ref_id))
        order = []
        if row.order_number:
            if row.ref_type != "order":
                order.append(Fact(_("订单"), subject_link("order", row.order_number)))
            if row.order_number.isdecimal():
                page = reverse("staff:order-money", args=[row.order_number])
                order.append(Fact(_("资金去向"), link(page, _("查看每一分钱"))))
        times = [
            Fact(_("发生时间"), when(row.occurred_at)),
            Fact(_("入账时间"), when(row.recorded_at)),
            Fact(_("记账日"), when(row.posted_on, "day"), hint=_month_hint(row)),
        ]
        return [Facts(_("来源"), [source, *order]), Facts(_("时间"), times), seal_facts(row)]


def _month_hint(row: Journal) -> object:
    closed = selectors.closed_through()
    return _("该月已关账") if closed and row.posted_month <= closed else _("该月未关账")


def seal_facts(row: Journal | None = None) -> Facts:
    """The seal that holds a journal, or the last one: whoever changes what it holds breaks the chain."""
    seal = selectors.seal_of(row) if row else selectors.chain_head()
    title = _("封存") if row else _("最近的封存")
    if seal is None:
        words = _("今晚 00:20 封存") if row else _("还没有封存过；每晚 00:20 封存一次")
        return Facts(title, [Fact("", words)])
    facts = [
        Fact(_("封存日"), when(seal.day, "day")),
        Fact(_("日记账"), f"#{seal.after_id + 1} – #{seal.through_id}"),
        Fact(_("摘要"), code(seal.digest[:16]), hint=_("改动其中任何一笔，核验即会发现")),
    ]
    return Facts(title, facts)
