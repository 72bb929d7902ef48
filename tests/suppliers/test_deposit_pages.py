"""The supplier's desk before its deposit came: what is missing, the way to the cashier, and what came of it."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import Charge
from suppliers import services as suppliers
from suppliers.models import Good, Supplier
from taoxiaopu.flows import stage
from taoxiaopu.kernel import clock
from tests.factories import story
from tests.factories.world import picture

pytestmark = pytest.mark.django_db
MISSING = "还差一步：缴纳保证金"


@pytest.fixture
def at() -> datetime:
    return clock.now()


@pytest.fixture
def supplier(at: datetime) -> Supplier:
    story.ensure_reference()
    return stage.let_in(story.applicant(at), story.SYSTEM_STAFF, at)


@pytest.fixture
def client(supplier: Supplier) -> Client:
    signed_in = Client()
    signed_in.force_login(supplier.members.get().user)
    return signed_in


def text(client: Client, name: str) -> str:
    answer = client.get(reverse(f"supplier:{name}"))
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_page_says_what_is_missing(client: Client) -> None:
    for name in ("goods", "good-new", "import", "orders", "cases", "payable", "freight"):
        assert MISSING in text(client, name), name
    home = text(client, "home")
    for words in ("通过入驻审核", "缴纳保证金", "上架商品"):
        assert words in home
    assert "去缴纳保证金" in text(client, "apply")
    page = text(client, "deposit")
    assert "缴纳 ¥10,000.00" in page.replace("¥10000.00", "¥10,000.00")


def test_nothing_can_be_listed_yet(client: Client) -> None:
    words = {
        "title": "滋润面霜", "category": "beauty", "brand": "山茶花", "price": "99", "rate": "20", "stock": "10",
        "ship_within_h": "48",
    }  # fmt: skip
    before = picture()
    answer = client.post(reverse("supplier:good-new"), words)
    assert answer.status_code == 422
    assert "供应商状态为“待缴保证金”，入驻后才能操作" in answer.content.decode()
    assert not Good.objects.exists()
    assert picture() == before


def test_from_the_button_through_the_cashier_to_the_desk(
    client: Client, supplier: Supplier, at: datetime
) -> None:
    place = client.post(reverse("supplier:deposit"))["Location"]
    charge = Charge.objects.get()
    assert place == f"/cashier/{charge.number}/"
    cashier = client.get(place).content.decode()
    assert "供应商保证金 山茶花日化有限公司1" in cashier
    assert f'href="{reverse("supplier:deposit")}"' in cashier
    answer = client.post(place, {"button": "pay", "key": "a" * 24})
    assert (
        f'href="{reverse("supplier:deposit")}?confirming=1"'
        in client.get(answer["Location"]).content.decode()
    )
    waiting = client.get(f"{reverse('supplier:deposit')}?confirming=1").content.decode()
    assert "正在等待渠道确认" in waiting
    assert story.deliver(charge, clock.now()) == "applied"
    done = client.get(f"{reverse('supplier:deposit')}?confirming=1").content.decode()
    assert "保证金已到账，入驻完成" in done
    assert ">10,000<" in done
    assert MISSING not in text(client, "goods")
    assert "回到工作台" in client.get(place).content.decode()


def test_once_it_is_in_the_button_is_gone(client: Client, supplier: Supplier, at: datetime) -> None:
    story.pay_deposit(supplier, at)
    assert "去缴纳" not in text(client, "deposit")
    before = Charge.objects.count()
    answer = client.post(reverse("supplier:deposit"), follow=True)
    assert "不能进行“保证金到账”操作" in answer.content.decode()
    assert Charge.objects.count() == before


def test_money_that_went_back_is_shown(client: Client, supplier: Supplier, at: datetime) -> None:
    charge = suppliers.open_deposit_payment(supplier=supplier, actor=story.supplier_actor(supplier), at=at)
    for number in ("SP1", "SP2"):
        body, headers = story.notice(charge, at, provider_number=number)
        story.receive_notice(provider="sandbox", body=body, headers=headers, at=at)
    assert "有付款已原路退回" in text(client, "deposit")
