"""Staff's pages of cases and disputes: the docket, one page with everything, claim, preview, ruling, second pair of
eyes, appeal.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disputes import selectors, services
from disputes.admin import exits  # noqa: F401  (it adds to the page of suppliers)
from disputes.admin.penalties import PenaltyAdmin, give_address
from disputes.admin.ruling import ANSWERS, RulingForm, digest_of, draft_of, effect_table
from disputes.models import Case, Dispute, Ruling
from disputes.services import RulingDraft
from disputes.states import CASES, DISPUTES, DisputeStatus, Liable, RulingOutcome
from orders.staff_blocks import delivery_facts, money_tables
from payments.selectors import charges_of_trade, refunds_of_order
from suppliers.photographs import SIZES, Seen, file_as_seen
from suppliers.states import ReturnPolicy
from taoxiaopu.kernel import clock
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.errors import DomainError
from taoxiaopu.kernel.models import AuditEntry
from taoxiaopu.kernel.staff import (
    Act,
    Block,
    Fact,
    Facts,
    Head,
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
    name_of,
    names_of,
    pill,
    rows_by,
    staff_actor,
    teach_subject,
    trail,
    when,
)
from taoxiaopu.kernel.templatetags.kernel_format import own_name


def _read_case(entry: AuditEntry) -> str:
    """A case that ended with its dispute says by which outcome."""
    return gettext("争议已撤回") if entry.reason == "withdrawn" else entry.reason


__all__ = ["CaseAdmin", "DisputeAdmin", "PenaltyAdmin"]

teach_subject("case", _("售后单"), CASES, reason=_read_case, find=rows_by(Case, "number"))
teach_subject("dispute", _("争议"), DISPUTES, find=rows_by(Dispute, "number"))

EARLIER = 10
OPEN = frozenset({DisputeStatus.EVIDENCE, DisputeStatus.REVIEW, DisputeStatus.APPEALED})
OVER = (DisputeStatus.CLOSED, DisputeStatus.WITHDRAWN)


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """After-sales cases; they belong to buyer and supplier, staff only reads."""

    chip_field = "status"
    search_fields = ("number", "order__number")
    search_help_text = _("按售后单号或订单号查找")
    ordering = ("-id",)
    list_select_related = ("order__supplier", "line")
    list_filter = ("reason",)
    list_display = columns(
        Case,
        column(_("售后单号"), lambda row: code(row.number), "number"),
        column(_("商品"), lambda row: row.line.title[:30]),
        column(_("供应商"), lambda row: link_to(row.order.supplier)),
        "reason",
        "amount_fen",
        "status",
        column(_("截止时间"), lambda row: _deadline(row.deadline), "deadline"),
        "opened_at",
    )

    def main(self, request: HttpRequest, row: Case) -> list[Any]:
        items = facts_of(
            row,
            "reason",
            "amount_fen",
            "received",
            "before_shipping",
            "attempts",
            "description",
            "opened_at",
            "closed_at",
        )
        return [Facts(_("申请"), items), _talk(row, None)]

    def side(self, request: HttpRequest, row: Case) -> list[Any]:
        dispute = getattr(row, "dispute", None)
        facts = [
            Fact(_("订单"), link_to(row.order)),
            Fact(_("供应商"), link_to(row.order.supplier)),
            Fact(_("争议"), link_to(dispute)),
            Fact(_("截止时间"), _deadline(row.deadline) or "—"),
        ]
        return [Facts(_("归属"), facts), trail("case", row.number)]


def _deadline(at: datetime | None) -> object:
    if at is None:
        return ""
    late = at < clock.now()
    return format_html("{} {}", when(at, "short"), pill("bad", _("已超时"), "bad") if late else "")


def _talk(case: Case | None, dispute: Dispute | None) -> Block:
    said = list(selectors.messages_of(case=case, dispute=dispute))
    return Block(_("双方陈述与证据"), "disputes/staff/_talk.html", {"messages": said, "case": case})


def _claim(row: Dispute, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.claim_dispute(number=row.number, actor=actor, at=at)


def _preview(row: Dispute, actor: Actor, at: datetime, answers: dict[str, Any]) -> dict[str, Any]:
    draft = draft_of(answers)
    preview = services.preview_ruling(dispute=row, draft=draft, at=at)
    return {"preview": preview, "answers": answers | {"seen": digest_of(draft, preview)}}


def _changed(row: Dispute, actor: Actor, at: datetime, answers: dict[str, Any]) -> dict[str, Any] | None:
    """The preview again, when what is confirmed is not what was shown."""
    shown = _preview(row, actor, at, answers)
    return None if shown["answers"]["seen"] == answers["seen"] else shown | {"was_changed": True}


def _decide(row: Dispute, actor: Actor, at: datetime, answers: dict[str, Any]) -> dict[str, Any] | None:
    again = _changed(row, actor, at, answers) if row.status == DisputeStatus.REVIEW else None
    if again is None:
        services.decide(dispute=row, draft=draft_of(answers), actor=actor, at=at)
    return again


def _change(row: Dispute, actor: Actor, at: datetime, answers: dict[str, Any]) -> dict[str, Any] | None:
    again = _changed(row, actor, at, answers) if row.status == DisputeStatus.APPEALED else None
    if again is None:
        services.decide_appeal(dispute=row, draft=draft_of(answers), actor=actor, at=at)
    return again


def _approve(row: Dispute, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.approve_ruling(dispute=row, actor=actor, at=at)


def _send_back(row: Dispute, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.send_back(dispute=row, actor=actor, at=at, reason=answers["reason"])


def _uphold(row: Dispute, actor: Actor, at: datetime, answers: dict[str, Any]) -> None:
    services.decide_appeal(dispute=row, draft=None, actor=actor, at=at)


def _suggested(ruling: Ruling) -> list[Fact]:
    """The penalty that an executed ruling suggests, until it was given: a link to its page, filled in."""
    found = selectors.suggested_penalty(ruling)
    if found is None:
        return []
    party, offence = found
    order = ruling.dispute.order.number
    return [Fact(_("建议处罚"), link(give_address(party, offence=offence, order=order), offence.label))]


def ruling_facts(ruling: Ruling) -> Facts:
    """One ruling with the names of the people who made it."""
    names = names_of({ruling.decided_by, ruling.approved_by})
    return Facts(
        _("裁定（第 {n} 轮）").format(n=ruling.round),
        [
            Fact(_("裁定"), pill("decided", ruling.get_outcome_display())),
            Fact(_("责任方"), ruling.get_liable_display()),
            Fact(_("退款金额"), money(ruling.amount_fen)),
            Fact(_("规则条款"), own_name(ruling.rule_number)),
            Fact(_("裁定人"), names.get(ruling.decided_by, ruling.decided_by), hint=when(ruling.decided_at)),
            Fact(_("复核人"), names.get(ruling.approved_by, ruling.approved_by) or "—"),
            Fact(_("执行时间"), when(ruling.executed_at)),
            Fact(_("理由"), ruling.reason),
            *_suggested(ruling),
        ],
    )


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    """The docket and the arbitrator's page."""

    chip_field = "status"
    search_fields = ("number", "order__number", "order__parcels__tracking_number")
    search_help_text = _("按争议号、订单号或运单号查找")
    list_filter = ("kind",)
    list_display = columns(
        Dispute,
        column(_("争议号"), lambda row: code(row.number), "number"),
        "kind",
        column(_("商品"), lambda row: row.line.title[:28]),
        column(_("供应商"), lambda row: link_to(row.order.supplier)),
        column(_("争议金额"), lambda row: money(row.claim_fen), "claim_fen", num=True),
        "status",
        column(_("承办人"), lambda row: name_of(row.claimed_by)),
        column(_("截止时间"), lambda row: _deadline(row.deadline), "deadline"),
        column(_("立案时间"), lambda row: when(row.opened_at), "opened_at"),
    )
    acts = (
        Act("claim", _("由我承办"), _claim, OPEN, icon="front_hand", done=_("已由您承办")),
        Act("preview", _("预览资金变动"), _preview, asks=RulingForm),
        Act("decide", _("确认裁定"), _decide, asks=RulingForm, done=_("裁定已作出")),
        Act("change", _("确认改判"), _change, asks=RulingForm, done=_("已改判并执行")),
        Act(
            "approve", _("复核通过"), _approve, frozenset({DisputeStatus.SECOND_APPROVAL}), tone="primary",
            icon="check", warns=_("通过后裁定生效，双方可在 72 小时内申诉。"), done=_("已复核通过"),
        ),
        Act(
            "send-back", _("退回重审"), _send_back, frozenset({DisputeStatus.SECOND_APPROVAL}), ReasonForm,
            "danger", "undo", _("退回后原裁定作废，由审理人重新裁定。"), _("已退回重审"),
        ),
        Act(
            "uphold", _("维持原裁定"), _uphold, frozenset({DisputeStatus.APPEALED}), tone="primary", icon="gavel",
            warns=_("维持后立即执行，不能再申诉。"), done=_("已维持原裁定并执行"),
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Dispute]":
        return selectors.docket()

    def own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.picture_view)
        return [path("<int:pk>/seen/<int:size>.webp", view, name="disputes_dispute_picture")]

    def picture_view(self, request: HttpRequest, pk: int, size: int) -> HttpResponseBase:
        """The good's picture as the consumer saw it when ordering."""
        line = self.row_or_404(request, str(pk)).line
        seen = line.snapshot
        if size not in SIZES:
            raise Http404
        wanted = Seen(
            picture=seen["picture"],
            good=seen["good"],
            version=seen["version"],
            title=seen["title"],
            brand=seen["brand"],
            category_code=line.good.category.code,
        )
        try:
            file = file_as_seen(wanted, size).open("rb")
        except FileNotFoundError:
            raise Http404 from None
        return FileResponse(file, content_type="image/webp")

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        return ()

    def hint(self, request: HttpRequest) -> object:
        return _("按截止时间排序；点表头可按金额或立案时间排序。")

    def acts_for(self, request: HttpRequest, row: Dispute) -> list[Act]:
        offered = [a for a in super().acts_for(request, row) if a.name not in ("preview", "decide", "change")]
        if row.claimed_by:
            offered = [a for a in offered if a.name != "claim"]
        me = staff_actor(request).ref
        rulings = list(selectors.rulings_of(row))
        mine = any(me in (ruling.decided_by, ruling.approved_by) for ruling in rulings)
        return [a for a in offered if not (mine and a.name in ("approve", "send-back", "uphold"))]

    def head(self, row: Dispute) -> Head:
        sub = row.get_kind_display()
        if row.claimed_by:
            sub = " · ".join([sub, _("承办人 {who}").format(who=name_of(row.claimed_by))])
        title = _("争议 {number}").format(number=row.number)
        return Head(title, pill(row.status, row.get_status_display()), sub)

    def main(self, request: HttpRequest, row: Dispute) -> list[Any]:
        blocks: list[Any] = [ruling_facts(ruling) for ruling in selectors.rulings_of(row)]
        panel = self._panel(request, row)
        if panel is not None:
            blocks.append(panel)
        blocks += [
            self._snapshot(row),
            _talk(row.case, row),
            *money_tables(row.order),
            self._payments(row),
            self._earlier(_("该消费者的其他售后"), list(selectors.earlier_cases_of_buyer(row)[:EARLIER])),
            self._earlier(_("该供应商的其他售后"), list(selectors.earlier_cases_of_supplier(row)[:EARLIER])),
        ]
        return blocks

    def side(self, request: HttpRequest, row: Dispute) -> list[Any]:
        facts = [
            Fact(_("争议金额"), money(row.claim_fen)),
            Fact(_("截止时间"), _deadline(row.deadline) or "—"),
            *facts_of(row, "opened_at", "closed_at", "buyer_done", "supplier_done"),
        ]
        order = row.order
        parties = [
            Fact(_("订单"), link_to(order), hint=order.get_status_display()),
            Fact(_("供应商"), link_to(order.supplier)),
            Fact(_("掌柜"), link_to(order.owner)),
            Fact(_("售后单"), link_to(row.case)),
            Fact(_("行实付"), money(row.line.paid_fen)),
            Fact(_("行已退"), money(row.line.refunded_fen)),
        ]
        parcels = [
            Fact(p.get_carrier_display(), code(p.tracking_number), hint=when(p.shipped_at))
            for p in order.parcels.all()
        ]
        return [
            Facts(_("争议"), facts),
            Facts(_("各方"), parties),
            delivery_facts(order),
            Facts(_("物流"), parcels or [Fact(_("状态"), _("尚未发货"))]),
            trail("dispute", row.number),
            *([trail("case", row.case.number, _("售后单经过"))] if row.case else []),
        ]

    def _panel(self, request: HttpRequest, row: Dispute) -> Block | None:
        """The ruling form with its preview, for whoever may rule now; what a pending ruling would move, for others."""
        me = staff_actor(request).ref
        shown = getattr(request, "staff_shown", {})
        first = selectors.rulings_of(row).first()
        may_rule = row.status == DisputeStatus.REVIEW and row.claimed_by in ("", me)
        may_change = (
            row.status == DisputeStatus.APPEALED
            and first is not None
            and me not in (first.decided_by, first.approved_by)
        )
        if not (may_rule or may_change):
            return self._pending(row, first)
        opened = getattr(request, "staff_opened", None)
        if "answers" in shown:
            form = RulingForm(self._initial(shown["answers"]))
        elif opened is not None and isinstance(opened[1], RulingForm):
            form = opened[1]
        else:
            form = RulingForm()
        base = "admin:disputes_dispute_act"
        preview = shown.get("preview")
        return Block(
            _("改判") if may_change else _("作出裁定"),
            "disputes/staff/_ruling.html",
            {
                "form": form,
                "preview": preview,
                "effect": effect_table(row, preview) if preview else None,
                "was_changed": shown.get("was_changed", False),
                "answers": ANSWERS,
                "preview_url": reverse(base, args=[row.pk, "preview"]),
                "confirm_url": reverse(base, args=[row.pk, "change" if may_change else "decide"]),
                "confirm_words": _("确认改判") if may_change else _("确认裁定"),
                "left_fen": row.line.remaining_fen,
            },
        )

    def _initial(self, answers: dict[str, Any]) -> dict[str, Any]:
        fen = answers.get("amount")
        return answers | {"amount": f"{fen // 100}.{fen % 100:02d}" if fen else ""}

    def _pending(self, row: Dispute, ruling: Ruling | None) -> Table | None:
        if ruling is None or ruling.executed_at is not None or row.status in OVER:
            return None
        draft = RulingDraft(
            RulingOutcome(ruling.outcome),
            Liable(ruling.liable),
            ruling.amount_fen,
            ruling.reason,
            ruling.rule_number,
        )
        try:
            return effect_table(row, services.preview_ruling(dispute=row, draft=draft, at=self.moment()))
        except DomainError:  # the line was refunded otherwise meanwhile; the page still has to open
            return None

    def _snapshot(self, row: Dispute) -> Block:
        seen = row.line.snapshot
        policy = seen.get("return_policy", "")
        picture = reverse("admin:disputes_dispute_picture", args=[row.pk, 1000])
        data = {
            "seen": seen,
            "line": row.line,
            "picture": picture,
            "policy": ReturnPolicy(policy).label if policy in ReturnPolicy.values else "",
        }
        return Block(_("消费者下单时看到的"), "disputes/staff/_snapshot.html", data)

    def _payments(self, row: Dispute) -> Table:
        rows = [
            (
                _("付款"),
                link_to(c),
                money(c.amount_fen),
                pill(c.status, c.get_status_display()),
                when(c.paid_at),
            )
            for c in charges_of_trade(row.order.trade.number)
        ] + [
            (
                _("退款"),
                link_to(r),
                money(-r.amount_fen),
                pill(r.status, r.get_status_display()),
                when(r.succeeded_at),
            )
            for r in refunds_of_order(row.order.number)
        ]
        heads = (_("类型"), _("单号"), _("金额"), _("状态"), _("时间"))
        return Table(_("付款与退款"), heads, rows, frozenset({2}))

    def _earlier(self, title: object, cases: list[Case]) -> Table:
        rows = [
            (link_to(c), c.line.title[:28], c.get_reason_display(), money(c.amount_fen),
             pill(c.status, c.get_status_display()), when(c.opened_at, "day"))
            for c in cases
        ]  # fmt: skip
        heads = (_("售后单"), _("商品"), _("原因"), _("金额"), _("状态"), _("申请日"))
        return Table(str(title), heads, rows, frozenset({3}), empty=_("没有"))
