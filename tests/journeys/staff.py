"""Staff of the browser journey: Django admin at 1280 px."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.test import override_settings
from playwright.sync_api import Page, expect

from accounts.providers.sandbox import TOTP_SECRET
from accounts.services import enrol_totp, sign_up
from disputes.models import Dispute
from orders.models import Order
from suppliers.models import Supplier
from taoxiaopu.kernel import clock
from tests.journeys.people import PASSWORD, code_now

SCRYPT = "django.contrib.auth.hashers.ScryptPasswordHasher"


@dataclass
class Arbitrator:
    """A member of staff, signed in."""

    page: Page

    @classmethod
    def hire(cls, page: Page, number: int) -> "Arbitrator":
        """A new account, made by the operator, that signs in to the admin."""
        email = f"staff{number}@example.com"
        with override_settings(PASSWORD_HASHERS=[SCRYPT]):  # the platform's processes know no test hasher
            person = sign_up(nickname=f"小二{number}", password=PASSWORD, email=email, is_staff=True)
        enrol_totp(user=person, secret=TOTP_SECRET, at=clock.now())
        page.goto("/admin/")
        page.get_by_label("手机号或邮箱").fill(email)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url("**/second-factor/")
        code_now(page, TOTP_SECRET)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_text("今日").first).to_be_visible()
        return cls(page)

    def _act(self, label: str) -> None:
        """Press an act's button and, when it asks first, the one in its dialog."""
        self.page.get_by_role("button", name=label, exact=False).first.click()
        dialog = self.page.locator("[popover]:popover-open")
        if dialog.count():
            dialog.get_by_role("button", name=label, exact=False).click()
        self.page.wait_for_load_state()

    def approve_supplier(self, name: str) -> None:
        row = Supplier.objects.get(name=name)
        self.page.goto(f"/admin/suppliers/supplier/{row.pk}/change/")
        self._act("开始审核")
        verdicts = self.page.get_by_role("button", name="核对无误")
        while left := verdicts.count():
            verdicts.first.click()
            expect(verdicts).to_have_count(left - 1)
        self._act("通过入驻")
        expect(self.page.get_by_text("待缴保证金").first).to_be_visible()

    def invite(self) -> str:
        """A fresh invitation code."""
        page = self.page
        page.goto("/admin/storefronts/invitationcode/issue/")
        page.locator("input[name=code]").fill("DUAT")
        page.locator("input[name=max_uses]").fill("5")
        page.locator("input[name=days]").fill("30")
        page.get_by_role("button", name="发放").last.click()
        page.wait_for_url(re.compile(r"/change/"))
        return "DUAT"

    def rule(
        self,
        number: str,
        *,
        outcome: str,
        liable: str,
        amount: str,
        reason: str,
        look: Callable[[Page, str], None],
    ) -> None:
        """Take the dispute on, preview the ruling, confirm it."""
        page = self.page
        page.goto(f"/admin/disputes/dispute/{Dispute.objects.get(number=number).pk}/change/")
        self._act("承办")
        page.locator("select[name=outcome]").select_option(outcome)
        page.locator("select[name=liable]").select_option(liable)
        page.locator("input[name=amount]").fill(amount)
        page.locator("textarea[name=reason]").fill(reason)
        page.get_by_role("button", name="预览资金变动").click()
        expect(page.get_by_text(amount).first).to_be_visible()
        look(page, f"staff-ruling-preview-{amount}")
        page.locator("button[formaction]").click()
        expect(page.get_by_text("已裁定").first).to_be_visible()
        look(page, f"staff-ruled-{amount}")

    def see_order(self, number: str) -> None:
        """The order's page: all parties, payments, every transfer."""
        self.page.goto(f"/admin/orders/order/{Order.objects.get(number=number).pk}/change/")
        expect(self.page.get_by_text(number).first).to_be_visible()
