"""Cases and disputes in words for the consumer."""

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes.models import Case, Dispute, Ruling
from disputes.states import DisputeStatus
from orders.buyer_orders import Step
from taoxiaopu.kernel import audit

CASE_WORDS: dict[str, tuple[str | Promise, str]] = {
    "apply": (_("您提交了退款申请"), ""),
    "agree": (_("商家同意退款"), "good"),
    "reject": (_("商家拒绝了申请"), "bad"),
    "shipped_meanwhile": (_("商家已发货，申请自动关闭"), ""),
    "silence_refunds": (_("商家超时未处理，系统自动退款"), "good"),
    "silence_disputes": (_("商家超时未处理，平台介入"), ""),
    "modify": (_("您修改了申请"), ""),
    "escalate": (_("您申请了平台介入"), ""),
    "lapse": (_("超时未处理，申请关闭"), ""),
    "withdraw": (_("您撤销了申请"), ""),
    "refunded": (_("退款已到账"), "good"),
    "rule_refund": (_("平台裁定退款"), "good"),
    "rule_reject": (_("平台介入结束，不退款"), ""),
}
DISPUTE_WORDS: dict[str, tuple[str | Promise, str]] = {
    "open": (_("您提交了申诉"), ""),
    "both_done": (_("双方举证完毕，开始审理"), ""),
    "evidence_over": (_("举证期满，开始审理"), ""),
    "appeal": (_("一方提出申诉，由另一位仲裁员复审"), ""),
    "appeal_over": (_("申诉期满，裁定生效"), ""),
    "uphold": (_("复审维持原裁定"), ""),
    "change": (_("复审改判"), ""),
    "executed": (_("裁定已执行，争议结案"), "good"),
    "withdraw": (_("您撤回了争议"), ""),
}


def steps_of_case(case: Case) -> list[Step]:
    """What happened to a case, oldest first, in words for the consumer."""
    steps = []
    for entry in audit.history("case", case.number):
        title, tone = CASE_WORDS.get(entry.event, (entry.event, ""))
        steps.append(Step(title, entry.at, entry.reason if entry.event == "reject" else "", tone))
    return steps


def steps_of_dispute(dispute: Dispute) -> list[Step]:
    """What the parties may know of a dispute's way, oldest first: not who has it on the desk."""
    steps = []
    for entry in audit.history("dispute", dispute.number):
        if entry.event in DISPUTE_WORDS:
            title, tone = DISPUTE_WORDS[entry.event]
            steps.append(Step(title, entry.at, "", tone))
        elif entry.to_state == DisputeStatus.DECIDED:
            steps.append(Step(_("平台已作出裁定"), entry.at))
    return steps


def published_rulings(dispute: Dispute) -> "QuerySet[Ruling]":
    """Rulings that the parties may read, oldest first: none while a second person has yet to approve."""
    rulings = Ruling.objects.filter(dispute=dispute).order_by("round")
    return rulings.none() if dispute.status == DisputeStatus.SECOND_APPROVAL else rulings


def dispute_of_case(case: Case) -> Dispute | None:
    """The dispute that came of a case, or None."""
    return Dispute.objects.filter(case=case).first()
