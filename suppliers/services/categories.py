"""Categories: created once by reference data, then staff's to rename."""

from suppliers.models import Category
from suppliers.states import ReturnPolicy


def ensure_category(
    *,
    code: str,
    name: str,
    return_policy: ReturnPolicy,
    position: int = 0,
    bond_fen: int = 0,
    using: str | None = None,
) -> Category:
    """The category with that code, created when it is missing; an existing one is left as it is.

    The parent is the category named by the part of ``code`` before '/'; it must exist. ``using`` names a
    database alias other than the default one.
    """
    table = Category.objects.using(using)
    root, _, child = code.partition("/")
    parent = table.get(code=root) if child else None
    category, _created = table.get_or_create(
        code=code,
        defaults={
            "name": name,
            "parent": parent,
            "return_policy": return_policy,
            "position": position,
            "bond_fen": bond_fen,
        },
    )
    return category
