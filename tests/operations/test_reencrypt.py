"""A new key in front of the ring, one command, and the old key can go."""

import hashlib
import io

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from suppliers.models import PaperPage
from suppliers.services import page_for_its_supplier
from taoxiaopu.kernel import personal
from tests.factories import story

FRESH = "ZKUuSJDBgn_MUa_3Dm9wLSmfN8ulYVHv0vCVnv3aTVA="


def stored() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user")
        ((token,),) = cursor.fetchall()
    return str(token)


@pytest.mark.django_db
def test_the_ring_turns(settings: object) -> None:
    user = story.user(1)
    before = stored()
    settings.PERSONAL_DATA_KEYS = [FRESH, *settings.PERSONAL_DATA_KEYS]  # type: ignore[attr-defined]
    out = io.StringIO()
    call_command("reencrypt", stdout=out)
    assert "accounts_user.phone: 1 values, 1 written again" in out.getvalue()
    after = stored()
    assert after != before
    settings.PERSONAL_DATA_KEYS = [FRESH]  # type: ignore[attr-defined]
    assert User.objects.get(pk=user.pk).phone == user.phone
    assert personal.decrypt(after) == user.phone
    again = io.StringIO()
    call_command("reencrypt", stdout=again)
    assert "accounts_user.phone: 1 values, 0 written again" in again.getvalue()
    assert stored() == after


@pytest.mark.django_db
def test_papers_are_sealed_anew_with_their_hash(settings: object) -> None:
    supplier = story.supplier(story.noon(2026, 6, 3))
    paper = supplier.papers.filter(pages=1)[0]
    before = page_for_its_supplier(paper=paper, position=1)
    old = bytes(PaperPage.objects.get(paper=paper).sealed)
    settings.PERSONAL_DATA_KEYS = [FRESH, *settings.PERSONAL_DATA_KEYS]  # type: ignore[attr-defined]
    out = io.StringIO()
    call_command("reencrypt", stdout=out)
    pages = PaperPage.objects.count()
    assert f"suppliers_paperpage.sealed: {pages} values, {pages} written again" in out.getvalue()
    settings.PERSONAL_DATA_KEYS = [FRESH]  # type: ignore[attr-defined]
    row = PaperPage.objects.get(paper=paper)
    assert bytes(row.sealed) != old
    assert row.sha256 == hashlib.sha256(bytes(row.sealed)).hexdigest()
    assert page_for_its_supplier(paper=paper, position=1) == before
    assert supplier.papers.exclude(text="")[0].text
