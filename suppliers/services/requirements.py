"""The checklist that operators configure: seeded once, then staff's to change; every change is in the audit trail."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suppliers import errors
from suppliers.models import Category, Requirement
from suppliers.services.papers import refresh_cover
from suppliers.states import ProofKind, RequirementKind, RequirementScope, SupplierKind
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, NotFound
from taoxiaopu.kernel.locking import lock_rows
from taoxiaopu.kernel.money import format_yuan
from taoxiaopu.kernel.settings import rules_at

DOCUMENT, DECLARATION, TEXT = RequirementKind.DOCUMENT, RequirementKind.DECLARATION, RequirementKind.TEXT


@dataclass(frozen=True, slots=True)
class RequirementDraft:
    """What staff say about one item; ``category`` is a code, empty where the item belongs to no category."""

    name: str
    kind: RequirementKind
    scope: RequirementScope = RequirementScope.COMPANY
    category: str = ""
    supplier_kinds: Sequence[str] = ()
    proof_kinds: Sequence[str] = ()
    is_required: bool = True
    has_expiry: bool = False
    help_text: str = ""
    position: int = 0
    is_active: bool = True


# docs/rules.md §1.3 rules 30 and 31, §8.7: what an installation asks for until its operators change it.
DEFAULTS: tuple[tuple[str, RequirementDraft], ...] = (
    (
        "licence",
        RequirementDraft(
            gettext_noop("营业执照"),
            DOCUMENT,
            has_expiry=True,
            help_text=gettext_noop("彩色扫描件或照片，四角完整。长期有效的不填到期日"),
            position=10,
        ),
    ),
    (
        "taxpayer",
        RequirementDraft(
            gettext_noop("一般纳税人证明"),
            DOCUMENT,
            help_text=gettext_noop("税务机关出具的登记表，或电子税务局查询页"),
            position=20,
        ),
    ),
    (
        "capital",
        RequirementDraft(
            gettext_noop("注册资本证明"),
            DOCUMENT,
            help_text=gettext_noop("验资报告，或国家企业信用信息公示系统的查询页"),
            position=30,
        ),
    ),
    (
        "authorisation",
        RequirementDraft(
            gettext_noop("品牌授权书"),
            DOCUMENT,
            scope=RequirementScope.BRAND,
            proof_kinds=(ProofKind.CHAIN,),
            has_expiry=True,
            help_text=gettext_noop("第 1 级由品牌方出具（自有品牌传商标注册证），逐级授权到本企业"),
            position=40,
        ),
    ),
    (
        "voucher",
        RequirementDraft(
            gettext_noop("采购凭证"),
            DOCUMENT,
            proof_kinds=(ProofKind.VOUCHER,),
            help_text=gettext_noop("进货合同与增值税发票，逐级追溯到源头"),
            position=50,
        ),
    ),
    (
        "source",
        RequirementDraft(
            gettext_noop("货源与质检说明"),
            TEXT,
            is_required=False,
            help_text=gettext_noop("主要产地、工厂和出货前的检验，方便审核"),
            position=60,
        ),
    ),
    (
        "genuine",
        RequirementDraft(
            gettext_noop("正品承诺"),
            DECLARATION,
            help_text=gettext_noop("本企业承诺所售商品均为正品，来源合法，愿承担由此产生的责任"),
            position=70,
        ),
    ),
    (
        "food_permit",
        RequirementDraft(
            gettext_noop("食品经营许可证"),
            DOCUMENT,
            scope=RequirementScope.CATEGORY,
            category="food",
            has_expiry=True,
            help_text=gettext_noop("仅销售预包装食品的，上传备案凭证"),
            position=80,
        ),
    ),
)


def ensure_requirements(*, using: str | None = None) -> None:
    """Create the default items that are missing; those that exist keep what staff made of them. Safe to run again."""
    for code, draft in DEFAULTS:
        category = Category.objects.using(using).get(code=draft.category) if draft.category else None
        Requirement.objects.using(using).get_or_create(code=code, defaults=_fields(draft, category))


def create_requirement(*, code: str, draft: RequirementDraft, actor: Actor, at: datetime) -> Requirement:
    """Ask for one more thing. Raises BadInput, also when the code is taken."""
    if not 2 <= len(code) <= 24 or not code.replace("_", "").isalnum() or not code.isascii():
        raise BadInput(what=_("代码须为 2 到 24 位字母、数字或下划线"))
    fields = _checked(draft, actor)
    with transaction.atomic():
        row, made = Requirement.objects.get_or_create(code=code.lower(), defaults=fields)
        if not made:
            raise BadInput(what=_("代码“{code}”已被使用").format(code=code))
        _record(row, "create", actor, at)
        return row


def edit_requirement(*, code: str, draft: RequirementDraft, actor: Actor, at: datetime) -> Requirement:
    """Change an item; papers that were handed in for it stay. Scope and category cannot change once there are some.

    Raises BadInput, NotFound.
    """
    fields = _checked(draft, actor)
    with transaction.atomic():
        rows = lock_rows(Requirement.objects.filter(code=code))
        if not rows:
            raise NotFound
        row = rows[0]
        category = fields["category"]
        moves = row.scope != draft.scope or row.category != category
        if moves and row.papers.exists():
            raise BadInput(what=_("已有企业提交这项材料，范围和类目不能再改"))
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
        refresh_cover(sorted(set(row.papers.values_list("supplier_id", flat=True))))
        _record(row, "edit", actor, at)
        return row


def set_bond(*, code: str, bond_fen: int, actor: Actor, at: datetime) -> Category:
    """Set what a supplier has to hold before it lists in a category or below it; 0: nothing (§1.3 rule 38).

    Raises BondTooSmall, NotFound, BadInput for anybody but staff.
    """
    least = rules_at(at).CATEGORY_BOND_MIN_FEN
    if bond_fen != 0 and bond_fen < least:
        raise errors.BondTooSmall(least=format_yuan(least, thousands=True))
    if actor.kind != ActorKind.STAFF or bond_fen > 10_000_000_000:
        raise BadInput(what=_("类目保证金超出范围"))
    with transaction.atomic():
        rows = lock_rows(Category.objects.filter(code=code))
        if not rows:
            raise NotFound
        rows[0].bond_fen = bond_fen
        rows[0].save(update_fields=["bond_fen"])
        audit.record(
            actor=actor,
            subject_type="category",
            subject_ref=code,
            event="bond",
            at=at,
            reason=f"{bond_fen} fen",
        )
        return rows[0]


def _record(row: Requirement, event: str, actor: Actor, at: datetime) -> None:
    said = f"{row.name} {row.kind} {row.scope} required={row.is_required} active={row.is_active}"
    audit.record(
        actor=actor, subject_type="requirement", subject_ref=row.code, event=event, at=at, reason=said
    )


def _checked(draft: RequirementDraft, actor: Actor) -> dict[str, object]:
    if actor.kind != ActorKind.STAFF:
        raise BadInput(what=_("只有平台人员可以修改入驻材料"))
    if not 2 <= len(draft.name.strip()) <= 40 or len(draft.help_text) > 200:
        raise BadInput(what=_("名称须为 2 到 40 字，说明最多 200 字"))
    if set(draft.supplier_kinds) - set(SupplierKind.values) or set(draft.proof_kinds) - set(ProofKind.values):
        raise BadInput(what=_("请选择供应商类型和货源证明"))
    is_permit = draft.scope == RequirementScope.CATEGORY
    category = Category.objects.filter(code=draft.category).first() if draft.category else None
    if is_permit != (category is not None):
        raise BadInput(what=_("按类目提交的材料须选择类目，其他材料不选"))
    return _fields(draft, category)


def _fields(draft: RequirementDraft, category: Category | None) -> dict[str, object]:
    return asdict(draft) | {
        "name": draft.name.strip(),
        "category": category,
        "supplier_kinds": list(draft.supplier_kinds),
        "proof_kinds": list(draft.proof_kinds),
    }
