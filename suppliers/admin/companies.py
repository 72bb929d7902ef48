"""Staff's pages of suppliers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger.models import AccountKind
from ledger.selectors import balance, balances, entries_of, movements_of
from suppliers import selectors, services
from suppliers.admin.brands import MARK_BRAND
from suppliers.admin.papers import paper_entry
from suppliers.models import Supplier, SupplierBrand
from suppliers.states import (
    APPLYING,
    LEAVES,
    SUPPLIERS,
    TOPS_UP,
    WAITS_FOR_REVIEW,
    GoodStatus,
    ProofKind,
    SupplierStatus,
)
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at
from taoxiaopu.kernel.staff import (
    Act,
    Block,
    Fact,
    Facts,
    Head,
    NoteForm,
    ReadOnlyAdmin,
    ReasonForm,
    Table,
    code,
    column,
    columns,
    facts_of,
    link,
    link_to,
    money,
    pill,
    rows_by,
    teach_names,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import listed, local_time

teach_names(selectors.supplier_names, selectors.suppliers_named)
teach_subject("member", _("成员"))
teach_subject("bulk_edit", _("批量修改"))
teach_subject("webhook", _("Webhook"))
teach_subject("supplier", _("供应商"), SUPPLIERS, find=rows_by(Supplier, "public_id"))


def _take(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.take_application(public_id=row.public_id, actor=actor, at=at)


def _ask(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.ask_for_more(public_id=row.public_id, actor=actor, at=at, note=answers["reason"])


def _approve(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_supplier(public_id=row.public_id, actor=actor, at=at, note=answers["reason"])


def _reject(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.reject_supplier(public_id=row.public_id, actor=actor, at=at, reason=answers["reason"])


def _suspend(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.suspend_supplier(public_id=row.public_id, actor=actor, at=at, reason=answers["reason"])


def _resume(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.resume_supplier(public_id=row.public_id, actor=actor, at=at, note=answers["reason"])


def _leave(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.begin_exit(public_id=row.public_id, actor=actor, at=at, reason=answers["reason"])


def _come_back(row: Supplier, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.come_back(public_id=row.public_id, actor=actor, at=at, note=answers["reason"])


def _review_by(row: Supplier) -> object:
    """Until when staff decide; marked once it has passed."""
    if row.review_by is None or row.status not in WAITS_FOR_REVIEW:
        return ""
    late = row.present > row.review_by  # type: ignore[attr-defined]
    return pill("late", gettext("超时"), "bad") if late else when(row.review_by, "short")


def _brand(brand: SupplierBrand) -> str:
    return gettext("{brand}（知名）").format(brand=brand) if brand.is_known else brand.name


def _condition(holds: bool) -> str:
    return "good" if holds else "bad"


@admin.register(Supplier)
class SupplierAdmin(ReadOnlyAdmin):
    """Companies: entry conditions with their evidence, review, suspension."""

    chip_field = "status"
    search_fields = ("name", "credit_code", "public_id", "brands__name")
    search_help_text = _("按企业名称、信用代码或品牌查找")
    ordering = ("-submitted_at", "-id")
    list_display = columns(
        Supplier,
        "name",
        "kind",
        column(_("注册资本"), lambda row: money(row.capital_fen), "capital_fen", num=True),
        "proof",
        "status",
        "submitted_at",
        column(_("审核期限"), _review_by, "review_by"),
        "decided_at",
    )
    acts = (
        Act(
            "take", _("开始审核"), _take, frozenset({SupplierStatus.SUBMITTED}), tone="primary", icon="play_arrow",
            done=_("已开始审核，并已通知申请企业"),
        ),
        Act(
            "ask", _("要求补正"), _ask, frozenset({SupplierStatus.IN_REVIEW}), NoteForm, "plain", "undo",
            _("标为需补正的材料和缺少的材料会一并列给申请企业。"), _("已要求补正"),
        ),
        Act(
            "approve", _("通过入驻"), _approve, frozenset({SupplierStatus.IN_REVIEW}), NoteForm, "primary",
            "check", _("通过后供应商缴纳保证金，到账即可上架商品并接单。"), _("已通过审核，等待保证金"),
        ),
        Act(
            "reject", _("驳回"), _reject, frozenset({SupplierStatus.IN_REVIEW}), ReasonForm, "danger", "close",
            _("原因会显示给申请企业，可修改后重新提交。"), _("已驳回"),
        ),
        Act(
            "suspend", _("暂停"), _suspend, frozenset({SupplierStatus.ACTIVE}), ReasonForm, "danger", "pause",
            _("暂停期间其全部商品不可购买。"), _("已暂停"),
        ),
        Act(
            "resume", _("恢复"), _resume, frozenset({SupplierStatus.SUSPENDED}), NoteForm, "primary", "play_arrow",
            "", _("已恢复"),
        ),
        Act(
            "leave", _("开始退出"), _leave, TOPS_UP, ReasonForm, "danger", "logout",
            _("商品停售，已有订单、售后和争议照常进行。原因会显示给供应商，之后可以撤回。"), _("已开始退出"),
        ),
        Act(
            "come_back", _("撤回退出"), _come_back, frozenset({SupplierStatus.EXITING}), NoteForm, "primary", "undo",
            _("回到退出前的状态。"), _("已撤回退出"),
        ),
        MARK_BRAND,
    )  # fmt: skip

    def acts_for(self, request: HttpRequest, row: Supplier) -> Sequence[Act]:
        """An exit is not taken back while its money is on the way out."""
        found = super().acts_for(request, row)
        return [act for act in found if act.name != "come_back" or row.settling_since is None]

    def head(self, row: Supplier) -> Head:
        sub: object = row.get_kind_display()
        if row.review_by is not None and row.status in WAITS_FOR_REVIEW:
            is_late = self.moment() > row.review_by
            words = _("已超过 {when} 的审核期限") if is_late else _("须在 {when} 前给出结果")
            sub = pill(
                "clock", str(words).format(when=local_time(row.review_by)), "bad" if is_late else "wait"
            )
        return Head(str(row), pill(row.status, row.get_status_display()), sub)

    def main(self, request: HttpRequest, row: Supplier) -> list[Any]:
        if row.status in APPLYING:
            return [self._papers(request, row)]
        goods = selectors.good_counts_of(row).by_status
        base = f"{reverse('admin:suppliers_good_changelist')}?supplier__id__exact={row.pk}"
        counts = [
            Fact(GoodStatus(key).label, link(f"{base}&status__exact={key}", n)) for key, n in goods.items()
        ]
        members = [
            (
                link_to(m.user),
                m.user.masked_phone,
                m.user.email or "—",
                m.get_role_display(),
            )
            for m in row.members.select_related("user")
        ]
        return [
            self._conditions(row),
            self._papers(request, row),
            Facts(_("商品"), counts),
            self._deposit(row),
            Table(_("成员"), (_("账号"), _("手机号"), _("邮箱"), _("角色")), members),
        ]

    def side(self, request: HttpRequest, row: Supplier) -> list[Any]:
        kinds = {key[0]: fen for key, fen in balances(row.public_id).items()}
        wallet = [Fact(AccountKind(kind).label, money(fen)) for kind, fen in kinds.items()]
        terms = facts_of(row, "freight_fen", "free_freight_from_fen", "submitted_at", "decided_at")
        if row.exiting_since is not None:
            terms += facts_of(row, "exiting_since", "exit_from", "exit_by", "exited_at")
        applying = row.status in APPLYING
        return [
            self._conditions(row)
            if applying
            else Facts(_("资金"), wallet or [Fact(_("账户"), _("通过入驻后开立"))]),
            Facts(_("条款与时间"), terms),
            self._violations(row),
            trail("supplier", row.public_id),
        ]

    def _violations(self, row: Supplier) -> Facts:
        standing = selectors.supplier_standing(row)
        penalties = reverse("admin:disputes_penalty_changelist") + f"?supplier__id__exact={row.pk}"
        give = f"{reverse('admin:disputes_penalty_give')}?supplier={row.public_id}"
        facts = [Fact(_("违规分"), standing.points, "bad" if standing.points else "")]
        if standing.points:
            facts += facts_of(standing, "stopped_until", "hidden_until", "doubles_deposit", "is_closed")
        return Facts(
            _("违规"),
            [
                *facts,
                Fact(_("处罚记录"), link(penalties, _("查看"))),
                Fact(_("违规处罚"), link(give, _("处罚"))),
            ],
        )

    def _papers(self, request: HttpRequest, row: Supplier) -> Block:
        """The checklist with its papers beside the facts; while in review, with the verdict on each."""
        items = selectors.all_papers(row, at=self.moment())
        entries = [
            paper_entry(
                item, paper, may_judge=row.status == SupplierStatus.IN_REVIEW or row.status not in APPLYING
            )
            for item in items
            for paper in item.papers or [None]
            if paper is not None or item.place.requirement.category is None
        ]
        return Block(_("证照材料"), "suppliers/staff/_papers.html", {"entries": entries})

    def _deposit(self, row: Supplier) -> Table:
        """Every movement of the deposit, newest first, with its balance below."""
        moved = entries_of(row.public_id, movements_of(row.public_id, [AccountKind.SUPPLIER_DEPOSIT]))
        rows = [
            (
                when(entry.transfer.journal.occurred_at),
                link_to(entry.transfer.journal, entry.transfer.journal.get_kind_display()),
                code(entry.transfer.journal.ref_id),
                money(entry.amount_fen),
            )
            for entry in moved
        ]
        held = balance(AccountKind.SUPPLIER_DEPOSIT, row.public_id)
        missing = 0 if row.status in LEAVES else services.missing_deposit(row, at=self.moment())
        note = _("尚缺 ¥{fen}").format(fen=format_yuan(missing, thousands=True)) if missing else ""
        if row.top_up_by is not None:
            until = local_time(row.top_up_by)
            note = gettext("{note}，须在 {when} 前补足").format(note=note or _("类目保证金不足"), when=until)
        url = f"{reverse('admin:payments_charge_changelist')}?q={row.public_id}"
        return Table(
            _("保证金"),
            (_("时间"), _("事件"), _("来源编号"), _("金额")),
            rows,
            frozenset({3}),
            (link(url, _("支付单")), "", "", money(held)) if rows else (),
            note=note,
        )

    def _conditions(self, row: Supplier) -> Facts:
        rules = rules_at(self.moment())
        gate = format_yuan(rules.SUPPLIER_MIN_CAPITAL_FEN, thousands=True)
        by_chain = row.proof == ProofKind.CHAIN
        levels = row.chain_levels or 0
        evidence = (
            Fact(
                _("授权链路"),
                gettext("{levels} 级").format(levels=levels),
                _condition(1 <= levels <= rules.AUTH_CHAIN_MAX),
                gettext("须为 1 到 {limit} 级").format(limit=rules.AUTH_CHAIN_MAX),
            )
            if by_chain
            else Fact(
                _("采购凭证说明"),
                row.voucher_note or "—",
                _condition(len(row.voucher_note) >= 10),
                gettext("须可追溯至源头"),
            )
        )
        return Facts(
            _("入驻条件与证明"),
            [
                Fact(
                    _("统一社会信用代码"),
                    code(row.credit_code or ""),
                    _condition(bool(row.credit_code)),
                    gettext("校验位已核对") if row.credit_code else gettext("按品牌导入，证照待补"),
                ),
                Fact(
                    _("注册资本"),
                    money(row.capital_fen),
                    _condition(row.capital_fen >= rules.SUPPLIER_MIN_CAPITAL_FEN),
                    gettext("须不低于 ¥{gate}").format(gate=gate),
                ),
                Fact(
                    _("增值税一般纳税人"),
                    gettext("是") if row.is_general_taxpayer else gettext("否"),
                    _condition(row.is_general_taxpayer),
                ),
                Fact(_("货源证明"), row.get_proof_display()),
                evidence,
                Fact(_("经营品牌"), listed(map(_brand, row.brands.all())) or "—"),
                Fact(_("审核意见"), row.decision_note or "—"),
            ],
        )
