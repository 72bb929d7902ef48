"""The demo's clock: what falls due happens on the far side of its deadline and not before; production refuses."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from orders.models import Order
from orders.states import OrderStatus
from taoxiaopu.kernel import clock
from tests.factories import story

pytestmark = pytest.mark.django_db


@pytest.fixture
def shipped() -> Order:
    now = clock.now()
    company = story.supplier(now)
    cream = story.good(company, now)
    order = story.paid_order(cream, now, through=story.picked_shop(now, cream))
    story.ship(order, now)
    return order


def status_of(order: Order) -> str:
    order.refresh_from_db()
    return order.status


def test_sixteen_days_confirm_receipt(shipped):
    call_command("advance", "--days=16", stdout=StringIO())
    assert status_of(shipped) == OrderStatus.COMPLETED


def test_both_sides_of_the_deadlines(shipped):
    out = StringIO()
    call_command("advance", "--days=9", "--hours=23", stdout=out)
    assert status_of(shipped) == OrderStatus.SHIPPED
    call_command("advance", "--hours=1", stdout=out)
    assert status_of(shipped) == OrderStatus.COMPLETED
    call_command("advance", "--days=14", "--hours=23", stdout=out)
    assert status_of(shipped) == OrderStatus.COMPLETED
    call_command("advance", "--hours=1", stdout=out)
    assert status_of(shipped) == OrderStatus.FINALISED
    assert out.getvalue().splitlines()[-1] == f"{clock.local(clock.now()):%Y-%m-%d %H:%M}"


def test_the_clock_runs_ahead_of_the_database(shipped):
    before = clock.now()
    call_command("advance", "--days=1", stdout=StringIO())
    assert timedelta(days=1) <= clock.now() - before < timedelta(days=1, minutes=1)


def test_production_refuses(settings, shipped):
    settings.CLOCK_MAY_ADVANCE = False
    before = clock.now()
    with pytest.raises(CommandError, match="只有演示与测试环境可以拨动时钟"):
        call_command("advance", "--days=16")
    assert clock.now() - before < timedelta(minutes=1)
    assert status_of(shipped) == OrderStatus.SHIPPED


@pytest.mark.parametrize("arguments", [[], ["--days=-1"], ["--hours=-1"], ["--days=0"], ["--days=9999999"]])
def test_a_step_that_is_no_step_forward_is_refused(arguments):
    with pytest.raises(CommandError, match="Say how far"):
        call_command("advance", *arguments)
