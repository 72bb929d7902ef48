"""Reference data that every installation needs: the tree of categories (docs/rules.md §1.3 rule 29, §5.7), the checklist of
entry (§1.6) and the first version of each rule document (§8.2).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext_noop as _

from rulebook.services import ensure_documents
from suppliers.services.attributes import TemplateDraft, ensure_template
from suppliers.services.categories import ensure_category
from suppliers.services.requirements import ensure_requirements
from suppliers.states import AttributeKind, ReturnPolicy
from taoxiaopu.kernel import clock


@dataclass(frozen=True, slots=True)
class Branch:
    """One category: its code (the root's code is the part before '/'), its name and its return policy."""

    code: str
    name: str
    return_policy: ReturnPolicy
    bond_fen: int = 0


CATEGORIES = (
    Branch("food", _("食品健康"), ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("food/snacks", _("休闲零食"), ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("food/tea", _("茶饮冲调"), ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("food/fresh", _("生鲜果蔬"), ReturnPolicy.EXEMPT),
    Branch("food/health", _("营养健康"), ReturnPolicy.OPTIONAL_CONFIRM, bond_fen=200_000),
    Branch("beauty", _("美妆个护"), ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("beauty/skincare", _("护肤"), ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("beauty/makeup", _("彩妆香水"), ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("beauty/hair", _("洗护"), ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("beauty/care", _("个人护理"), ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("baby", _("母婴玩具"), ReturnPolicy.MANDATORY),
    Branch("baby/nursing", _("喂养洗护"), ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("baby/clothes", _("童装童鞋"), ReturnPolicy.MANDATORY),
    Branch("baby/toys", _("玩具"), ReturnPolicy.MANDATORY),
    Branch("home", _("家居家电"), ReturnPolicy.MANDATORY),
    Branch("home/kitchen", _("餐厨用品"), ReturnPolicy.MANDATORY),
    Branch("home/living", _("居家日用"), ReturnPolicy.MANDATORY),
    Branch("home/appliances", _("小家电"), ReturnPolicy.MANDATORY, bond_fen=100_000),
    Branch("apparel", _("服饰运动"), ReturnPolicy.MANDATORY),
    Branch("apparel/clothes", _("服装"), ReturnPolicy.MANDATORY),
    Branch("apparel/shoes", _("鞋包"), ReturnPolicy.MANDATORY),
    Branch("apparel/underwear", _("内衣袜品"), ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("apparel/sports", _("运动户外"), ReturnPolicy.MANDATORY),
)

TEXT, NUMBER, CHOICE, MULTI = (
    AttributeKind.TEXT,
    AttributeKind.NUMBER,
    AttributeKind.CHOICE,
    AttributeKind.MULTI,
)
YES_NO, DATE = AttributeKind.YES_NO, AttributeKind.DATE

# What goods of each root are asked first; staff may add, change and retire questions.
QUESTIONS = (
    ("food", TemplateDraft("origin", _("产地"), TEXT, searchable=True)),
    ("food", TemplateDraft("net_weight", _("净含量"), NUMBER, _("克"))),
    ("food", TemplateDraft("shelf_life", _("保质期"), NUMBER, _("天"), required=True)),
    ("food", TemplateDraft("made_on", _("最早生产日期"), DATE)),
    ("food", TemplateDraft("sugar_free", _("无添加糖"), YES_NO)),
    ("beauty", TemplateDraft("skin", _("适用肤质"), MULTI, options=(_("干性"), _("油性"), _("混合性"), _("敏感性")), searchable=True)),
    ("beauty", TemplateDraft("volume", _("规格容量"), NUMBER, _("毫升"))),
    ("beauty", TemplateDraft("record_no", _("备案编号"), TEXT)),
    ("baby", TemplateDraft("age", _("适用年龄"), CHOICE, options=(_("0 到 1 岁"), _("1 到 3 岁"), _("3 到 6 岁"), _("6 岁以上")), searchable=True)),
    ("baby", TemplateDraft("ccc", _("3C 认证"), YES_NO)),
    ("home", TemplateDraft("material", _("材质"), TEXT, searchable=True)),
    ("home", TemplateDraft("power", _("功率"), NUMBER, _("瓦"))),
    ("apparel", TemplateDraft("fabric", _("面料"), TEXT, searchable=True)),
    ("apparel", TemplateDraft("season", _("适用季节"), MULTI, options=(_("春"), _("夏"), _("秋"), _("冬")), searchable=True)),
)  # fmt: skip


def ensure_reference(using: str | None = None) -> None:
    """Create the categories and documents that are missing; those that exist keep what staff made of them. Safe to run again.

    ``using`` names the database alias (the migrating role's), the default one otherwise.
    """
    for position, branch in enumerate(CATEGORIES):
        ensure_category(
            code=branch.code,
            name=branch.name,
            return_policy=branch.return_policy,
            position=position,
            bond_fen=branch.bond_fen,
            using=using,
        )
    for position, (category, question) in enumerate(QUESTIONS):
        ensure_template(category_code=category, draft=replace(question, position=position), using=using)
    ensure_requirements(using=using)
    ensure_documents(at=first_day(), using=using)


def first_day() -> datetime:
    """From when the first documents count: RULES_IN_FORCE_SINCE, else now."""
    day = settings.RULES_IN_FORCE_SINCE
    return clock.local_instant(date.fromisoformat(day)) if day else clock.now()
