"""The checklist and its papers: gates, verdicts, what covers a good until when, reminders (docs/rules.md §1.6)."""

from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from PIL import Image

from ledger.models import Account
from suppliers import errors
from suppliers import services as suppliers
from suppliers.models import Paper, PaperPage, Requirement, Supplier
from suppliers.selectors import entry_checklist, profile_of
from suppliers.services import PaperDraft, RequirementDraft
from suppliers.states import PAPERS, PaperStatus, ProofKind, RequirementKind, RequirementScope
from taoxiaopu.flows import stage
from taoxiaopu.kernel import audit
from taoxiaopu.kernel.actors import Actor, ActorKind
from taoxiaopu.kernel.errors import BadInput, MoveRefused, NotFound
from taoxiaopu.kernel.personal import unseal
from tests.factories import story
from tests.factories.papers import AT, LINK, SCAN, STAFF, accept, draft_of, hand_in, letters, place, send_back
from tests.factories.world import picture

pytestmark = pytest.mark.django_db


def in_review() -> Supplier:
    supplier = story.applicant(AT)
    return suppliers.take_application(public_id=supplier.public_id, actor=STAFF, at=AT)


# What is asked for


def asked(supplier: Supplier) -> list[tuple[str, str, int]]:
    return [
        (item.place.requirement.code, item.place.brand, item.place.level)
        for item in entry_checklist(supplier, at=AT)
    ]


def test_a_chain_of_three_is_three_papers_a_brand() -> None:
    supplier = story.applicant(AT, brands=("山茶花", "白茶"))
    links = [("authorisation", brand, level) for brand in ("山茶花", "白茶") for level in (1, 2, 3)]
    once = [("licence", "", 0), ("taxpayer", "", 0), ("capital", "", 0)]
    assert asked(supplier) == [*once, *links, ("source", "", 0), ("genuine", "", 0)]


def test_vouchers_are_asked_for_where_there_is_no_chain() -> None:
    note = "进货合同与发票可追溯至源头工厂"
    supplier = story.applicant(AT, proof=ProofKind.VOUCHER, chain_levels=None, voucher_note=note)
    codes = [code for code, _brand, _level in asked(supplier)]
    assert codes == ["licence", "taxpayer", "capital", "voucher", "source", "genuine"]


def test_a_fourth_level_has_no_place() -> None:
    user = story.user(1)
    draft = suppliers.start_application(user=user, at=AT)
    actor = story.supplier_actor(draft)
    for levels, places in ((3, 3), (4, 0)):
        profile = profile_of(story.applicant(AT, 50)) if levels == 3 else None
        profile = profile or type(profile_of(draft))("brand", "chain", 4, ("山茶花",))
        suppliers.save_draft(supplier=draft, typed={}, profile=profile, actor=actor, at=AT)
        assert len([code for code, *_rest in asked(_fresh(draft)) if code == "authorisation"]) == places
    with pytest.raises(errors.NoSuchPlace):
        hand_in(draft, draft_of("authorisation", level=4, **LINK))


def _fresh(supplier: Supplier) -> Supplier:
    return Supplier.objects.get(pk=supplier.pk)


# Drafts


def test_a_draft_is_kept_word_for_word_and_changes_what_is_asked() -> None:
    draft = suppliers.start_application(user=story.user(1), at=AT)
    actor = story.supplier_actor(draft)
    profile = type(profile_of(draft))("dealer", "voucher", 0, ())
    typed = {"name": "山", "capital": "不知道", "brands": "甲\n乙"}
    assert suppliers.save_draft(supplier=draft, typed=typed, profile=profile, actor=actor, at=AT)
    assert not suppliers.save_draft(supplier=draft, typed=typed, profile=profile, actor=actor, at=AT)
    draft.refresh_from_db()
    assert (draft.status, draft.kind, draft.proof, draft.draft.typed) == ("draft", "dealer", "voucher", typed)
    with pytest.raises(errors.AlreadyMember):
        suppliers.start_application(user=draft.members.get().user, at=AT)


@pytest.mark.parametrize("status", ["submitted", "in_review", "await_deposit", "active", "suspended"])
def test_what_staff_read_or_approved_is_no_draft(status: str) -> None:
    supplier = story.applicant(AT)
    Supplier.objects.filter(pk=supplier.pk).update(status=status)
    before = picture()
    with pytest.raises(MoveRefused):
        suppliers.save_draft(
            supplier=supplier,
            typed={},
            profile=profile_of(supplier),
            actor=story.supplier_actor(supplier),
            at=AT,
        )
    assert picture() == before


# Handing in


def test_a_paper_is_kept_encoded_anew_sealed_and_in_its_place() -> None:
    supplier = suppliers.start_application(user=story.user(1), at=AT)
    paper = hand_in(supplier, draft_of("licence", files=[SCAN + b"<script>alert(1)</script>", SCAN]))
    assert (paper.status, paper.pages, paper.valid_until) == ("handed", 2, None)
    pages = list(PaperPage.objects.filter(paper=paper).order_by("position"))
    for page in pages:
        stored = bytes(page.sealed)
        assert b"WEBP" not in stored
        assert b"RIFF" not in stored
        plain = unseal(stored)
        assert plain.startswith(b"RIFF")
        assert b"script" not in plain
        assert Image.open(BytesIO(plain)).size == (8, 8)
    assert suppliers.page_for_its_supplier(paper=paper, position=2).startswith(b"RIFF")
    with pytest.raises(NotFound):
        suppliers.page_for_its_supplier(paper=paper, position=3)
    last = audit.history("paper", paper.public_id).get()
    assert (last.event, last.actor_kind) == ("hand_in", "supplier")


def test_the_text_of_a_paper_is_sealed_too() -> None:
    supplier = suppliers.start_application(user=story.user(1), at=AT)
    paper = hand_in(supplier, draft_of("source", files=(), text="云南产地直采"))
    assert Paper.objects.get(pk=paper.pk).text == "云南产地直采"
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM suppliers_paper WHERE id = %s", [paper.pk])
        assert "云南" not in cursor.fetchone()[0]


def test_a_second_one_takes_the_open_place() -> None:
    supplier = suppliers.start_application(user=story.user(1), at=AT)
    first, second = (hand_in(supplier, draft_of("licence")) for _n in range(2))
    first.refresh_from_db()
    assert (first.status, place(supplier, "licence").open) == ("replaced", second)


@pytest.mark.parametrize(
    ("draft", "error"),
    [
        (draft_of("nothing"), errors.NoSuchPlace),
        (draft_of("licence", brand="山茶花", level=1), errors.NoSuchPlace),
        (draft_of("licence", files=()), errors.DocumentRefused),
        (draft_of("licence", valid_until=date(2026, 6, 2)), errors.PaperDates),
        (draft_of("licence", valid_from=date(2026, 7, 2), valid_until=date(2026, 7, 1)), errors.PaperDates),
        (draft_of("food_permit"), errors.PaperDates),
        (draft_of("genuine", files=()), BadInput),
        (draft_of("source", files=(), text="一"), BadInput),
        (draft_of("source", files=(), text="一" * 2001), BadInput),
    ],
)
def test_what_does_not_fill_the_place_is_refused(draft: PaperDraft, error: type[Exception]) -> None:
    supplier = suppliers.start_application(user=story.user(1), at=AT)
    before = picture()
    with pytest.raises(error):
        hand_in(supplier, draft)
    assert picture() == before


@pytest.mark.parametrize(
    ("days", "good"),
    [
        ({"valid_from": date(2026, 6, 3), "valid_until": date(2026, 6, 3)}, True),
        ({"valid_from": date(2026, 6, 2), "valid_until": date(2026, 6, 2)}, False),
        ({"valid_from": None}, False),
        ({"valid_until": None}, False),
    ],
)
def test_an_authorisation_says_from_when_until_when(days: dict[str, Any], good: bool) -> None:
    supplier = story.supplier(AT)
    draft = draft_of("authorisation", level=1, **(LINK | days))
    if good:
        assert hand_in(supplier, draft).status == "handed"
        return
    before = picture()
    with pytest.raises(errors.PaperDates):
        hand_in(supplier, draft)
    assert picture() == before


@pytest.mark.parametrize(
    ("status", "may"),
    [
        ("draft", True), ("submitted", False), ("in_review", False), ("need_info", True), ("rejected", True),
        ("await_deposit", True), ("active", True), ("suspended", True),
    ],
)  # fmt: skip
def test_while_staff_read_nothing_is_exchanged(status: str, may: bool) -> None:
    supplier = story.applicant(AT)
    Supplier.objects.filter(pk=supplier.pk).update(status=status)
    before = picture()
    if may:
        assert hand_in(supplier, draft_of("licence")).status == "handed"
        return
    with pytest.raises(MoveRefused):
        hand_in(supplier, draft_of("licence"))
    assert picture() == before


@pytest.mark.parametrize("kind", [k for k in ActorKind if k != ActorKind.SUPPLIER])
def test_only_suppliers_hand_in(kind: ActorKind) -> None:
    supplier = story.applicant(AT)
    Supplier.objects.filter(pk=supplier.pk).update(status="need_info")
    with pytest.raises(MoveRefused):
        suppliers.hand_in_paper(supplier=supplier, draft=draft_of("licence"), actor=Actor(kind, "x"), at=AT)


# Submitting


def test_one_missing_paper_keeps_the_draft() -> None:
    application = story.application(1)
    profile = type(profile_of(story.applicant(AT, 50)))("brand", "chain", 3, ("山茶花",))
    papers = stage.papers_for(profile, AT, story.small_scan)
    before = picture()
    for left_out in range(len(papers)):
        some = papers[:left_out] + papers[left_out + 1 :]
        is_optional = papers[left_out].requirement in ("source", "food_permit")
        if is_optional:
            continue
        with pytest.raises(errors.PapersMissing) as refused, transaction.atomic():
            suppliers.apply(user=story.user(1), application=application, papers=some, at=AT)
        assert refused.value.sentence.count("、") == 0
    assert picture() == before
    done = [p for p in papers if p.requirement not in ("source", "food_permit")]
    assert (
        suppliers.apply(user=story.user(1), application=application, papers=done, at=AT).status == "submitted"
    )


def test_the_clock_of_the_review_starts_anew_each_time() -> None:
    supplier = story.applicant(AT)
    assert supplier.review_by == AT + timedelta(hours=48)
    suppliers.take_application(public_id=supplier.public_id, actor=STAFF, at=AT)
    suppliers.ask_for_more(public_id=supplier.public_id, actor=STAFF, at=AT, note="请补充")
    later = AT + timedelta(days=3)
    again = suppliers.submit(
        supplier=supplier, application=story.application(1), actor=story.supplier_actor(supplier), at=later
    )
    assert (again.status, again.review_by) == ("submitted", later + timedelta(hours=48))


# The review


def test_a_review_from_a_paper_sent_back_to_the_approval() -> None:
    supplier = in_review()
    (letter,) = letters(supplier, "application_taken")
    assert datetime.fromisoformat(letter["due_at"]) == AT + timedelta(hours=48)
    licence = place(supplier, "licence").open
    for item in entry_checklist(supplier, at=AT):
        if item.open is not None and item.open != licence:
            accept(item.open)
    with pytest.raises(errors.PapersUnjudged) as refused:
        suppliers.approve_supplier(public_id=supplier.public_id, actor=STAFF, at=AT)
    assert "营业执照" in refused.value.sentence
    with pytest.raises(errors.NothingToMend):
        suppliers.ask_for_more(public_id=supplier.public_id, actor=STAFF, at=AT)
    send_back(licence)
    with pytest.raises(errors.PapersUnjudged):
        suppliers.approve_supplier(public_id=supplier.public_id, actor=STAFF, at=AT)
    asked = suppliers.ask_for_more(public_id=supplier.public_id, actor=STAFF, at=AT)
    assert (asked.status, asked.decision_note) == ("need_info", "营业执照：缺公章")
    assert letters(supplier, "application_needs_info")[0]["reason"] == "营业执照：缺公章"
    actor, again = story.supplier_actor(supplier), story.application(1)
    with pytest.raises(errors.PapersMissing):
        suppliers.submit(supplier=supplier, application=again, actor=actor, at=AT)
    new = hand_in(supplier, draft_of("licence"))
    assert suppliers.submit(supplier=supplier, application=again, actor=actor, at=AT).status == "submitted"
    suppliers.take_application(public_id=supplier.public_id, actor=STAFF, at=AT)
    accept(new)
    assert not Account.objects.filter(party=supplier.public_id).exists()
    done = suppliers.approve_supplier(public_id=supplier.public_id, actor=STAFF, at=AT)
    assert done.status == "await_deposit"
    trail = [entry.event for entry in audit.history("supplier", supplier.public_id)]
    assert trail == ["submit", "take", "ask", "resubmit", "take", "approve"]


@pytest.mark.parametrize("status", list(PaperStatus))
@pytest.mark.parametrize("is_fine", [True, False])
def test_every_verdict_in_every_state(status: str, is_fine: bool) -> None:
    supplier = in_review()
    paper = place(supplier, "licence").open
    for kind in ActorKind:
        Paper.objects.filter(pk=paper.pk).update(status=status)
        move = PAPERS.find(status, "accept" if is_fine else "return", kind)
        before = picture()
        judge = {"public_id": paper.public_id, "is_fine": is_fine, "actor": Actor(kind, "x"), "at": AT}
        if move is None:
            with pytest.raises(MoveRefused), transaction.atomic():
                suppliers.judge_paper(**judge, note="缺页")
            assert picture() == before
        else:
            assert suppliers.judge_paper(**judge, note="缺页").status == move.target


@pytest.mark.parametrize("status", ["draft", "submitted", "need_info", "rejected"])
def test_no_verdict_outside_the_review(status: str) -> None:
    supplier = in_review()
    paper = place(supplier, "licence").open
    Supplier.objects.filter(pk=supplier.pk).update(status=status)
    before = picture()
    with pytest.raises(MoveRefused):
        accept(paper)
    assert picture() == before


@pytest.mark.parametrize(("note", "good"), [("", False), ("缺", False), ("缺页", True)])
def test_what_is_to_be_mended_is_said(note: str, good: bool) -> None:
    paper = place(in_review(), "licence").open
    if good:
        assert send_back(paper, note).note == note
        return
    with pytest.raises(BadInput):
        send_back(paper, note)


def test_two_papers_that_count_in_one_place_are_impossible() -> None:
    supplier = story.supplier(AT)
    new = hand_in(supplier, draft_of("licence"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=new.pk).update(status="fine")
    page = PaperPage.objects.filter(paper=new).get()
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperPage.objects.filter(pk=page.pk).update(sealed=b"half")


# What operators configure


def test_staff_add_and_change_an_item_and_it_is_written_down() -> None:
    draft = RequirementDraft("商标注册证", RequirementKind.DOCUMENT, supplier_kinds=("brand",))
    made = suppliers.create_requirement(code="mark", draft=draft, actor=STAFF, at=AT)
    assert [e.event for e in audit.history("requirement", "mark")] == ["create"]
    supplier = story.applicant(AT)
    assert ("mark", "", 0) in asked(supplier)
    dealer = story.applicant(AT, 2, kind="dealer")
    assert ("mark", "", 0) not in asked(dealer)
    off = RequirementDraft("商标注册证", RequirementKind.DOCUMENT, is_active=False)
    suppliers.edit_requirement(code="mark", draft=off, actor=STAFF, at=AT)
    assert ("mark", "", 0) not in asked(supplier)
    moved = RequirementDraft("商标注册证", RequirementKind.DOCUMENT, scope=RequirementScope.BRAND)
    with pytest.raises(BadInput):
        suppliers.edit_requirement(code="mark", draft=moved, actor=STAFF, at=AT)
    assert made.papers.count() == 1


@pytest.mark.parametrize(
    ("code", "changes", "actor"),
    [
        ("licence", {}, STAFF),
        ("a", {}, STAFF),
        ("名称", {}, STAFF),
        ("new", {"name": "一"}, STAFF),
        ("new", {"scope": RequirementScope.CATEGORY}, STAFF),
        ("new", {"category": "food"}, STAFF),
        ("new", {"supplier_kinds": ("nobody",)}, STAFF),
        ("new", {}, Actor(ActorKind.SUPPLIER, "x")),
    ],
)
def test_an_item_that_makes_no_sense_is_refused(code: str, changes: dict[str, Any], actor: Actor) -> None:
    draft = RequirementDraft(**({"name": "商标注册证", "kind": RequirementKind.DOCUMENT} | changes))
    before = picture()
    with pytest.raises(BadInput):
        suppliers.create_requirement(code=code, draft=draft, actor=actor, at=AT)
    assert picture() == before


def test_the_defaults_are_made_once_and_keep_what_staff_made_of_them() -> None:
    suppliers.edit_requirement(
        code="source", draft=RequirementDraft("质检说明", RequirementKind.TEXT), actor=STAFF, at=AT
    )
    before = picture()
    suppliers.ensure_requirements()
    assert picture() == before
    assert Requirement.objects.get(code="source").name == "质检说明"
