"""Reference data that every installation needs: the tree of categories (docs/rules.md §1.3 rule 29, §5.7)."""

from dataclasses import dataclass

from suppliers.services.categories import ensure_category
from suppliers.states import ReturnPolicy


@dataclass(frozen=True, slots=True)
class Branch:
    """One category: its code (the root's code is the part before '/'), its name and its return policy."""

    code: str
    name: str
    return_policy: ReturnPolicy


CATEGORIES = (
    Branch("food", "食品健康", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("food/snacks", "休闲零食", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("food/tea", "茶饮冲调", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("food/fresh", "生鲜果蔬", ReturnPolicy.EXEMPT),
    Branch("food/health", "营养健康", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("beauty", "美妆个护", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("beauty/skincare", "护肤", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("beauty/makeup", "彩妆香水", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("beauty/hair", "洗护", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("beauty/care", "个人护理", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("baby", "母婴玩具", ReturnPolicy.MANDATORY),
    Branch("baby/nursing", "喂养洗护", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("baby/clothes", "童装童鞋", ReturnPolicy.MANDATORY),
    Branch("baby/toys", "玩具", ReturnPolicy.MANDATORY),
    Branch("home", "家居家电", ReturnPolicy.MANDATORY),
    Branch("home/kitchen", "餐厨用品", ReturnPolicy.MANDATORY),
    Branch("home/living", "居家日用", ReturnPolicy.MANDATORY),
    Branch("home/appliances", "小家电", ReturnPolicy.MANDATORY),
    Branch("apparel", "服饰运动", ReturnPolicy.MANDATORY),
    Branch("apparel/clothes", "服装", ReturnPolicy.MANDATORY),
    Branch("apparel/shoes", "鞋包", ReturnPolicy.MANDATORY),
    Branch("apparel/underwear", "内衣袜品", ReturnPolicy.OPTIONAL_CONFIRM),
    Branch("apparel/sports", "运动户外", ReturnPolicy.MANDATORY),
)


def ensure_reference(using: str | None = None) -> None:
    """Create the categories that are missing; those that exist keep what staff made of them. Safe to run again.

    ``using`` names the database alias (the migrating role's), the default one otherwise.
    """
    for position, branch in enumerate(CATEGORIES):
        ensure_category(
            code=branch.code,
            name=branch.name,
            return_policy=branch.return_policy,
            position=position,
            using=using,
        )
