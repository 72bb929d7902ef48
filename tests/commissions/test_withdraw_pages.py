"""An owner's withdrawal pages: what is said first, what stands in the way, and each step of a withdrawal."""

import re
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from commissions import services as commissions
from commissions.models import PayoutAccount, Withdrawal
from storefronts.models import Owner, OwnerStanding
from taoxiaopu.kernel import clock
from tax.models import TaxProfile
from tests.factories import payouts, story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
KEY = "k" * 24


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def owner(at: datetime) -> Owner:
    """No story, no account, nothing in the balance."""
    return story.owner(at)


@pytest.fixture
def client(owner: Owner) -> Client:
    signed_in = Client()
    signed_in.force_login(owner.user)
    return signed_in


def text(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(f"owner:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def bare(page: str) -> str:
    """What a reader sees, without marks and blanks between figures."""
    return re.sub(r"<[^>]*>|(?<=[0-9.¥,])\s+(?=[0-9.¥,])", "", page)


def post(client: Client, amount: str, key: str = KEY) -> tuple[int, str]:
    answer = client.post(reverse("owner:withdraw"), {"amount": amount, "key": key})
    return answer.status_code, answer.content.decode()


def test_with_nothing_each_page_says_what_comes_next(client: Client) -> None:
    page = text(client, "withdraw")
    assert "余额还不够提现" in page
    assert "3 个工作日内" in page
    assert 'name="amount"' not in page
    assert "还没有提现过" in text(client, "withdrawals")
    assert 'name="account"' in text(client, "payout-account")


def test_an_account_is_asked_for_then_the_amount(client: Client, owner: Owner, at: datetime) -> None:
    payouts.credit(owner, 5_000, at)
    assert "先填写税务信息" in text(client, "withdraw")
    answer = client.post(reverse("owner:tax-info"), {"identity": "person"})
    assert (answer.status_code, TaxProfile.objects.count()) == (422, 0)
    assert "须同意" in answer.content.decode()
    answer = client.post(reverse("owner:tax-info"), {"identity": "person", "consent": "on"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("owner:tax"))
    assert "长期" in text(client, "tax")
    assert "先添加收款账户" in text(client, "withdraw")
    words = {"kind": "bank", "name": "王小滿", "account": payouts.ACCOUNT}
    answer = client.post(reverse("owner:payout-account"), words)
    assert answer.status_code == 422
    assert "户名须与实名认证的姓名一致" in answer.content.decode()
    assert not PayoutAccount.objects.exists()
    answer = client.post(reverse("owner:payout-account"), words | {"name": "王小满"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("owner:withdraw"))
    page = text(client, "withdraw")
    assert "银行卡 ****7890" in page
    assert payouts.ACCOUNT not in page
    assert 'name="amount"' in page
    assert "最多可提 ¥50.00" in page


def test_a_double_click_is_one_withdrawal(client: Client, owner: Owner, at: datetime) -> None:
    payouts.credit(owner, 5_000, at)
    payouts.give_account(owner, at)
    places = [
        client.post(reverse("owner:withdraw"), {"amount": "12.34", "key": KEY})["Location"] for _n in "ab"
    ]
    row = Withdrawal.objects.get()
    assert (row.amount_fen, row.status) == (1_234, "reviewing")
    assert places == [reverse("owner:withdrawal", args=[row.number])] * 2
    page = text(client, "withdrawal", row.number)
    for words in ("审核中", "申请提现", "转人工审核", "3 个工作日内"):
        assert words in page
    assert "有一笔提现正在处理" in text(client, "withdraw")
    assert row.number in text(client, "withdrawals")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("9.99", "每次至少提现 ¥10.00"),
        ("50.01", "可提现余额为 ¥50.00，不足以提现 ¥50.01"),
        ("50000.01", "每天最多提现 ¥50,000.00"),
        ("1e3", "无法识别"),
        ("-10", "无法识别"),
        ("", "必填"),
    ],
)
def test_a_refused_amount_says_why(
    amount: str, words: str, client: Client, owner: Owner, at: datetime
) -> None:
    payouts.credit(owner, 5_000, at)
    payouts.give_account(owner, at)
    client.get(reverse("owner:withdraw"))
    before = picture()
    status, page = post(client, amount)
    assert (status, words in page) == (422, True)
    assert picture() == before


@pytest.mark.parametrize("key", ["", "x" * 81, "a\x00b"])
def test_a_bad_key_does_nothing(key: str, client: Client, owner: Owner, at: datetime) -> None:
    payouts.credit(owner, 5_000, at)
    payouts.give_account(owner, at)
    assert post(client, "12.00", key)[0] == 422
    assert not Withdrawal.objects.exists()


def test_what_stands_in_the_way_is_said(client: Client, owner: Owner, at: datetime) -> None:
    payouts.credit(owner, 5_000, at)
    payouts.give_account(owner, at)
    OwnerStanding.objects.update(suspended=True)
    page = text(client, "withdraw")
    assert "暂时不能提现" in page
    assert 'name="amount"' not in page
    OwnerStanding.objects.update(suspended=False)
    row = payouts.ask(owner, 1_000, at)
    commissions.reject_withdrawal(number=row.number, actor=payouts.ANNA, at=at, reason="户名存疑")
    assert "今天已申请过提现" in text(client, "withdraw")
    page = text(client, "withdrawal", row.number)
    assert "户名存疑" in page
    assert "金额已退回余额" in page


def test_the_owner_hears_what_became_of_it(client: Client, owner: Owner, at: datetime) -> None:
    payouts.credit(owner, 5_000, at)
    payouts.give_account(owner, at, "6222021234560000")
    row = payouts.approved(owner, 1_000, at)
    payouts.arrive(at)
    assert "银行退回" in text(client, "withdrawal", row.number)
    letter = owner.user.letters.get()
    assert (letter.kind, letter.facts["amount_fen"]) == ("withdrawal_returned", 1_000)
    assert letter.link == [row.number]


def test_gross_tax_and_net_are_shown_before_anything_is_asked(
    client: Client, owner: Owner, at: datetime
) -> None:
    payouts.credit(owner, 2_000_000, at)
    payouts.give_account(owner, at)
    answer = client.get(reverse("owner:withdraw"), {"amount": "10000"})
    page = bare(answer.content.decode())
    for words in ("代扣税款", "90.00", "9,910.00", "修改金额"):
        assert words in page
    assert not Withdrawal.objects.exists()
    status, page = (
        (answer := client.get(reverse("owner:withdraw"), {"amount": "x"})).status_code,
        answer.content.decode(),
    )
    assert (status, "无法识别" in page, 'name="key"' in page) == (422, True, False)
    place = client.post(reverse("owner:withdraw"), {"amount": "10000", "key": KEY})["Location"]
    page = bare(client.get(place).content.decode())
    assert ("预计到账" in page, "9,910.00" in page) == (True, True)


def test_the_certificate_as_page_and_file(client: Client, owner: Owner, at: datetime) -> None:
    payouts.credit(owner, 2_000_000, at)
    payouts.give_account(owner, at)
    row = payouts.paid(owner, 1_000_000, at)
    year = clock.local(at).year
    page = bare(text(client, "tax-year", year))
    for words in ("10,000.00", "扣税 ¥90.00，实付 ¥9,910.00"):
        assert words in page
    lines = b"".join(client.get(reverse("owner:tax-year-file", args=[year])).streaming_content).decode()
    assert lines.startswith("\ufeff提现单号,")
    assert f"{row.number}," in lines
    assert lines.rstrip().endswith("10000.00,90.00,9910.00")
    assert client.get(reverse("owner:tax-year", args=[year - 1])).status_code == 404
    assert "实付" in text(client, "withdrawal", row.number)
