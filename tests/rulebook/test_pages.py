"""The rules in public, at the desks and at the staff's desk."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from rulebook import services
from rulebook.comparison import compare
from rulebook.markdown import as_html
from rulebook.models import Acceptance, Comment, Version
from rulebook.states import NOTICE
from taoxiaopu.kernel import clock
from tests.factories import rulebook, story
from tests.staff import world
from tests.staff.conftest import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def coming() -> Version:
    """A version that was published just now and comes in seven days."""
    return rulebook.published("commission", clock.now() + NOTICE, PLATFORM_FEE_BP=1200)


def get(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url, headers={"accept-language": "zh-hans"})
    assert answer.status_code == status, url
    return answer.content.decode()


def test_everybody_reads_what_is_in_force_and_what_comes(client: Client, coming: Version) -> None:
    shown = get(client, "/rules/")
    assert "佣金与结算规则" in shown
    assert "即将变更" in shown
    page = get(client, "/rules/commission/")
    assert "平台技术服务费 = 佣金 × 10%" in page
    assert "新版将于" in page
    assert "平台技术服务费 = 佣金 × 12%" in get(client, "/rules/commission/2/")
    changes = get(client, "/rules/commission/2/changes/")
    assert "<del>10%</del>" in changes
    assert "<ins>12%</ins>" in changes
    english = client.get("/rules/commission/2/", headers={"accept-language": "en"}).content.decode()
    assert "Platform fee = commission × 12%" in english


def test_drafts_are_nobodys_business(client: Client) -> None:
    draft = rulebook.draft("commission", clock.now())
    for page in ("", "changes/"):
        get(client, f"/rules/commission/{draft.edition}/{page}", 404)
    get(client, "/rules/nothing/", 404)
    services.withdraw(number=draft.number, actor=rulebook.WRITER, at=clock.now(), reason="不再需要")
    get(client, f"/rules/commission/{draft.edition}/", 404)


def test_an_owner_is_asked_reads_and_accepts(client: Client) -> None:
    at = clock.now() - timedelta(days=40)
    owner = story.owner(at)
    version = rulebook.published("owners", clock.now() - timedelta(days=1), PICK_LIMIT=900)
    client.force_login(owner.user)
    assert "1 份生效的规则待您阅读确认" in get(client, reverse("owner:home"))
    page = get(client, reverse("rule-acceptance"))
    assert f"{version.number}:{version.text_hash}" in page
    assert "不收取任何费用" in page
    accept = reverse("rule-acceptance")
    seen = f"{version.number}:{version.text_hash}"
    assert client.post(accept, {"role": "supplier", "seen": seen}).status_code == 404
    assert client.post(accept, {"role": "owner"}).status_code == 400
    assert client.post(accept, {"role": "owner", "seen": f"{version.number}:x"}).status_code == 409
    assert not Acceptance.objects.filter(version=version).exists()
    assert client.post(accept, {"role": "owner", "seen": seen}).status_code == 302
    row = Acceptance.objects.get(version=version)
    assert (row.party_kind, row.party_ref, row.person, row.channel) == (
        "owner", owner.public_id, owner.user.public_id, "read",
    )  # fmt: skip
    assert "待您阅读确认" not in get(client, reverse("owner:home"))


def test_comments_by_those_concerned(client: Client) -> None:
    version = rulebook.in_comment("owners", clock.now())
    url = reverse("rule-comments", args=["owners", version.edition])
    page = reverse("rule-edition", args=["owners", version.edition])
    assert "登录后发表意见" in get(client, page)
    assert client.post(url, {"role": "owner", "text": "建议放宽"}).status_code == 302  # to sign-in
    client.force_login(story.user(3))
    assert client.post(url, {"role": "buyer", "text": "建议放宽"}).status_code == 404  # only for owners
    assert Comment.objects.count() == 0
    owner = story.owner(clock.now())
    client.force_login(owner.user)
    assert client.post(url, {"role": "owner", "text": "x"}).status_code == 422
    assert client.post(url, {"role": "owner", "text": "建议放宽 <b>限制</b>"}).status_code == 302
    shown = get(client, page)
    assert "建议放宽 &lt;b&gt;限制&lt;/b&gt;" in shown
    assert owner.user.nickname not in shown
    assert client.post(url, {"role": "owner", "text": "再说一句"}).status_code == 422
    assert client.get(url).status_code == 405


def test_a_form_of_sign_up_accepts(client: Client) -> None:
    form = {"identifier": "13800138999", "nickname": "新来的", "password1": ""}
    client.post(reverse("account_signup"), form)
    assert Acceptance.objects.filter(party_kind="buyer", channel="sign_up").count() == 3


def test_staff_drafts_opens_and_another_publishes() -> None:
    first, second = world.staff_user(901, "青禾"), world.staff_user(902, "云舟")
    desk, other = signed_in(first), signed_in(second)
    document = Version.objects.get(number="commission-1").document
    base = "admin:rulebook_version"
    desk.post(reverse("admin:rulebook_document_act", args=[document.pk, "draft"]))
    row = Version.objects.get(number="commission-2")
    get(desk, reverse(f"{base}_changelist"))
    get(desk, reverse("admin:rulebook_document_change", args=[document.pk]))
    edit = reverse(f"{base}_edit", args=[row.pk])
    assert "PLATFORM_FEE_BP = 1000（10%） · 0 – 10000" in get(desk, edit)
    words = {
        "title_zh": row.title_zh, "title_en": row.title_en, "summary_zh": "服务费调整", "summary_en": "The fee changes",
        "source_zh": row.source_zh, "source_en": row.source_en,
    }  # fmt: skip
    for bad in ("12x", "10001", "1, 2", "799"):
        answer = desk.post(edit, words | {"PLATFORM_FEE_BP": bad})
        if bad == "799":
            continue  # a number like any other: whether it fits the bonus is judged when comments open
        assert answer.status_code == 422, bad
    act = f"{base}_act"
    assert desk.post(reverse(act, args=[row.pk, "comments"]), {"days": 3}).status_code == 422
    assert desk.post(edit, words | {"PLATFORM_FEE_BP": "1200"}).status_code == 302
    page = get(desk, reverse(f"{base}_change", args=[row.pk]))
    assert "平台技术服务费占佣金的比例" in page
    assert "12%" in page
    assert desk.post(reverse(act, args=[row.pk, "comments"]), {"days": 3}).status_code == 302
    get(desk, edit, 404)
    clock.advance(timedelta(days=3, seconds=5))
    at = clock.local(clock.now())
    when = {"effective_at": (at + timedelta(days=7, hours=1)).strftime("%Y-%m-%d %H:%M:%S")}
    publish = reverse(act, args=[row.pk, "publish"])
    assert desk.post(publish, when).status_code == 409  # the author
    soon = {"effective_at": (at + timedelta(days=6)).strftime("%Y-%m-%d %H:%M:%S")}
    assert other.post(publish, soon).status_code == 422
    assert other.post(publish, when).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.author, row.publisher) == ("published", first.public_id, second.public_id)
    assert "撤回" in get(other, reverse(f"{base}_change", args=[row.pk]))
    get(desk, reverse("admin:kernel_rulesversion_changelist"))


def test_staff_answers_comments_in_public() -> None:
    desk = signed_in(world.staff_user(901, "青禾"))
    version = rulebook.in_comment("service", clock.now())
    party = rulebook.Actor(rulebook.ActorKind.BUYER, "c", "c")
    said = services.comment(version=version, text="全网第一", party=party, shown_name="林**", at=clock.now())
    get(desk, reverse("admin:rulebook_comment_changelist"))
    page = reverse("admin:rulebook_comment_change", args=[said.pk])
    assert "全网第一" in get(desk, page)
    for act, answers in (
        ("show", {}),
        ("answer", {"text": "谢谢，已采纳"}),
        ("hide", {"reason": "违法内容"}),
    ):
        url = reverse("admin:rulebook_comment_act", args=[said.pk, act])
        assert desk.post(url, answers).status_code == 302
        said.refresh_from_db()
    assert (said.status, said.answer) == ("hidden", "谢谢，已采纳")
    get(desk, reverse("admin:rulebook_version_change", args=[version.pk]))
    services.accept_present(party=party, channel="sign_up", at=clock.now())
    get(desk, reverse("admin:rulebook_acceptance_changelist"))
    get(desk, reverse("admin:rulebook_acceptance_change", args=[Acceptance.objects.order_by("pk")[0].pk]))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](//evil.example)", "<p>[x](//evil.example)</p>\n"),
        ("[x](http://plain.example)", "<p>[x](http://plain.example)</p>\n"),
        ("[x](/rules/tiers/)", '<p><a href="/rules/tiers/">x</a></p>\n'),
        ("![x](/media/x.png)", '<p>!<a href="/media/x.png">x</a></p>\n'),
        ("**b**", "<p><strong>b</strong></p>\n"),
    ],
)
def test_markdown_is_tame(text: str, html: str) -> None:
    assert as_html(text) == html


def test_differences() -> None:
    old, new = (
        "一\n\n二\n\n费率 10%，不变\n\n四\n\n五\n\n六\n\n七",
        "一\n\n二\n\n费率 12%，不变\n\n四\n\n五\n\n六\n\n七\n\n八",
    )
    shown = [
        (line.kind, [part for part, is_changed in line.pieces if is_changed]) for line in compare(old, new)
    ]
    assert shown == [
        ("same", []), ("same", []), ("gone", ["10%"]), ("come", ["12%"]), ("same", []), ("same", []),
        ("same", []), ("same", []), ("come", ["八"]),
    ]  # fmt: skip
    assert compare(old, old) == []
    long = "\n".join(str(n) for n in range(30))
    assert [line.kind for line in compare(long, long + "\nx")] == ["skip", "same", "same", "come"]
