"""Reference data: five roots with children, made by migrate, safe to make again."""

import pytest
from django.core.management import call_command

from suppliers.models import Category
from taoxiaopu.flows.reference import CATEGORIES, ensure_reference

pytestmark = pytest.mark.django_db


def test_five_roots_with_children():
    ensure_reference()
    roots = Category.objects.filter(parent=None).order_by("position")
    assert [(root.code, root.name) for root in roots] == [
        ("food", "食品健康"),
        ("beauty", "美妆个护"),
        ("baby", "母婴玩具"),
        ("home", "家居家电"),
        ("apparel", "服饰运动"),
    ]
    for root in roots:
        children = list(root.children.values_list("code", flat=True))
        assert len(children) >= 3
        assert all(code.startswith(f"{root.code}/") for code in children)
    assert Category.objects.count() == len(CATEGORIES)


def test_again_changes_nothing_and_keeps_the_names_of_staff():
    ensure_reference()
    Category.objects.filter(code="beauty").update(name="美容")
    before = list(Category.objects.order_by("id").values())
    call_command("ensure_reference")
    assert list(Category.objects.order_by("id").values()) == before
