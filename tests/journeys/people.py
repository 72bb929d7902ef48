"""The people of the browser journey: each drives pages as a person would, by the words on them."""

import io
import re
import time
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from tests.factories import numbers
from tests.factories.story import small_scan

PASSWORD = "walks-the-long-way-7"


def sign_up(page: Page, identifier: str, nickname: str) -> None:
    """A new account by phone or e-mail, proved by the code that arrives there."""
    page.goto("/accounts/sign-up/")
    page.get_by_label("手机号或邮箱").fill(identifier)
    page.get_by_label("昵称").fill(nickname)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="注册").click()
    page.wait_for_url("**/code/")
    page.get_by_label("验证码").fill(code_sent_to(page, identifier))
    page.get_by_role("button", name="确认").click()
    page.wait_for_url(lambda url: "/code/" not in url)


def code_sent_to(page: Page, identifier: str) -> str:
    """Read the last code on the sandbox's phone, in another tab."""
    tab = page.context.new_page()
    tab.goto("/sandbox/messages/")
    letter = tab.locator(".sandbox-letter", has_text=identifier).first
    expect(letter).to_be_visible(timeout=30_000)
    code = letter.locator(".sandbox-digits").inner_text()
    tab.close()
    return code


def enrol(page: Page) -> None:
    """Turn the second factor on, as the gate before a desk demands, and go on to the desk."""
    page.wait_for_url("**/accounts/second-factor/new/")
    code_now(page, page.locator("#totp-secret").inner_text())
    page.get_by_role("button", name="开启").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    page.get_by_role("link", name="进入工作台").click()


def code_now(page: Page, secret: str) -> None:
    """Type what the authenticator shows; with a breath left before it changes."""
    while time.time() % 30 > 27:
        page.wait_for_timeout(500)
    counter = next(yield_hotp_counters_from_time())
    page.get_by_label("动态码").fill(format_hotp_value(hotp_value(secret, counter)))


@dataclass
class Supplier:
    """A supplier at a desk of 1280 px."""

    page: Page

    def apply(self, name: str, brand: str) -> None:
        sign_up(self.page, "desk@example.com", "山茶花运营")
        page = self.page
        page.goto("/supplier/apply/")
        page.get_by_label("企业名称").fill(name)
        page.get_by_label("统一社会信用代码").fill(numbers.company_code(7))
        page.get_by_label("供应商类型").select_option("brand")
        page.get_by_label("注册资本").fill("999999.99")
        page.get_by_label("本企业是增值税一般纳税人").check()
        page.get_by_label("经营品牌").fill(brand)
        page.get_by_label("品牌授权链路").check()
        page.get_by_label("授权层级").fill("3")
        page.get_by_role("button", name="提交申请").click()
        expect(page.get_by_text("入驻须不低于 ¥1,000,000.00").first).to_be_visible()
        expect(page.get_by_label("企业名称")).to_have_value(name)
        page.get_by_label("注册资本").fill("1000000")
        page.get_by_label("注册资本").blur()
        expect(page.locator("#draft-saved")).to_contain_text("草稿已于")
        with page.expect_response("**/apply/draft/"):
            page.get_by_label("企业名称").fill(name)
        page.goto("/supplier/apply/")
        expect(page.get_by_label("注册资本")).to_have_value("1000000")
        self.hand_in_papers()
        page.get_by_role("button", name="提交申请").click()
        expect(page.get_by_text("申请已提交，等待审核").first).to_be_visible()

    def hand_in_papers(self) -> None:
        """Each place of the checklist, by htmx: what is typed above stays as it is."""
        page = self.page
        empty = page.locator("#papers .check-item", has_text="未提交")
        expect(empty).to_have_count(7)
        for left in range(6, -1, -1):
            place = empty.first
            place.locator("summary").click()
            for field in place.locator("input[type=file]").all():
                field.set_input_files(
                    {"name": "scan.png", "mimeType": "image/png", "buffer": small_scan("scan")}
                )
            for field in place.locator("input[type=date][required]").all():
                until = "valid_until" in (field.get_attribute("name") or "")
                field.fill("2099-12-31" if until else "2026-01-01")
            for field in place.locator("input[type=checkbox]").all():
                field.check()
            place.get_by_role("button", name="提交这份材料").click()
            expect(empty).to_have_count(left)

    def enter_desk(self) -> None:
        """The first time after the approval: only with a second factor."""
        self.page.goto("/supplier/goods/")
        enrol(self.page)
        self.page.wait_for_url("**/supplier/**")

    def pay_deposit(self) -> None:
        """From the desk through the cashier; the notice comes over HTTP."""
        page = self.page
        page.goto("/supplier/")
        page.get_by_role("button", name=re.compile("缴纳")).click()
        page.wait_for_url("**/cashier/**")
        page.get_by_role("button", name="付款成功").click()
        page.wait_for_url("**/result/**")
        page.get_by_role("link", name="返回商城").click()
        expect(page.get_by_text("保证金已到账").first).to_be_visible(timeout=30_000)

    def list_good(self, title: str, price: str, rate: str) -> None:
        page = self.page
        page.goto("/supplier/goods/new/")
        page.get_by_label("标题").fill(title)
        page.get_by_label("类目").select_option("beauty")
        page.get_by_label("品牌").select_option("山茶花")
        page.locator("#id_price").fill("1e3")  # the SKUs below have prices, too
        page.locator("#id_stock").fill("20")
        page.get_by_label("佣金率").fill(rate)
        page.get_by_label("添加图片").set_input_files(photograph())
        page.get_by_role("button", name="发布").last.click()
        expect(page.get_by_text("1e3").first).to_be_visible()  # said what is wrong with it
        page.locator("#id_price").fill(price)
        page.get_by_label("添加图片").set_input_files(photograph())
        page.get_by_role("button", name="发布").last.click()
        expect(page.get_by_text("已上架").first).to_be_visible()

    def set_freight(self, freight: str) -> None:
        self.page.goto("/supplier/freight/")
        self.page.get_by_label("运费").first.fill(freight)
        self.page.get_by_role("button", name="保存", exact=True).click()
        self.page.wait_for_load_state()

    def upload(self, file: Path) -> None:
        page = self.page
        page.goto("/supplier/import/")
        page.get_by_label("CSV 或 XLSX 文件").set_input_files(file)
        page.get_by_label("默认类目").select_option("beauty")
        page.get_by_label("默认库存").fill("30")
        page.get_by_label("默认佣金率").fill("15")
        page.get_by_role("button", name="上传并预览").click()
        page.wait_for_url(re.compile(r"/supplier/import/\w+"))

    def confirm_import(self) -> None:
        self.page.get_by_role("button", name=re.compile("导入")).first.click()
        expect(self.page.get_by_text("已全部写入")).to_be_visible(timeout=60_000)

    def ship(self, order_number: str, tracking: str) -> None:
        page = self.page
        page.goto(f"/supplier/orders/{order_number}/")
        page.get_by_label("快递公司").select_option("sf")
        page.get_by_label("运单号").fill(tracking)
        page.get_by_role("button", name="确认发货").click()
        expect(page.get_by_text("待收货").first).to_be_visible()

    def refuse_case(self, number: str, reason: str) -> None:
        page = self.page
        page.goto(f"/supplier/cases/{number}/")
        page.get_by_role("button", name="拒绝", exact=True).click()
        page.locator("#refuse-form textarea").fill(reason)
        page.get_by_role("button", name="确认拒绝").click()
        expect(page.get_by_text("商家已拒绝").first).to_be_visible()

    def finish_evidence(self, number: str, words: str) -> None:
        page = self.page
        page.goto(f"/supplier/disputes/{number}/")
        page.locator("textarea").first.fill(words)
        page.get_by_role("button", name="提交证据").click()
        expect(page.get_by_text(words).first).to_be_visible()
        page.get_by_role("button", name="我已说完").click()
        page.get_by_role("dialog").get_by_role("button", name="确认").click()
        page.wait_for_load_state()


@dataclass
class Owner:
    """A shop owner on a phone of 375 px."""

    page: Page

    def join(self, invitation: str) -> None:
        sign_up(self.page, numbers.phone(42, 701), "小满")
        page = self.page
        page.goto("/owner/join/")
        page.get_by_label("邀请码").fill("NOPE")
        page.get_by_label("真实姓名").fill("王小满")
        page.get_by_label("身份证号").fill(numbers.identity(42))
        page.get_by_label("我已满 18 周岁").check()
        page.get_by_role("button", name="提交核验").click()
        expect(page.get_by_text("邀请码无效").first).to_be_visible()
        page.get_by_label("邀请码").fill(invitation)
        consent = page.get_by_label("我已满 18 周岁")
        if not consent.is_checked():
            consent.check()
        page.get_by_role("button", name="提交核验").click()
        page.wait_for_url("**/owner/open-shop/**")

    def open_shop(self, name: str) -> None:
        page = self.page
        page.get_by_label("店名").fill("旗\u200b 舰\u200d美妆")
        page.get_by_role("button", name="开张").click()
        expect(page.get_by_text("旗舰").first).to_be_visible()
        page.get_by_label("店名").fill(name)
        page.get_by_label("简介").fill("把用得上的好东西分享给朋友")
        page.get_by_role("button", name="开张").click()
        page.wait_for_url("**/owner/shop/**")

    def pick(self, word: str, title: str) -> None:
        page = self.page
        page.goto(f"/owner/pool/?q={word}")
        expect(page.get_by_text(title).first).to_be_visible()
        page.get_by_role("button", name="选入小铺").first.click()
        expect(page.get_by_text("已选入").first).to_be_visible()

    def recommend(self, pick_id: int, words: str) -> None:
        page = self.page
        page.goto(f"/owner/picks/{pick_id}/")
        page.locator("textarea").fill("亲测最好用")
        page.get_by_role("button", name="保存", exact=True).click()
        expect(page.get_by_text("禁用词").first).to_be_visible()
        page.locator("textarea").fill(words)
        page.get_by_role("button", name="保存", exact=True).click()
        page.wait_for_load_state()

    def share(self, pick_id: int) -> str:
        """Make posters and captions; returns what the QR code of both drawn posters says."""
        page = self.page
        page.goto(f"/owner/picks/{pick_id}/")
        page.get_by_role("button", name="分享赚").click()
        posters = page.locator("img[src*='/owner/posters/']")
        expect(posters).to_have_count(2, timeout=60_000)
        found = set()
        for index in range(2):
            source = posters.nth(index).get_attribute("src")
            assert source
            answer = page.request.get(source)
            assert answer.ok
            code = zxingcpp.read_barcode(Image.open(io.BytesIO(answer.body())))
            assert code
            found.add(code.text)
        assert len(found) == 1
        expect(page.get_by_text("广告").first).to_be_visible()
        return found.pop()


@dataclass
class Consumer:
    """A guest on a phone of 375 px."""

    page: Page

    def order(self, link: str, phone: str) -> str:
        """From a link to a placed trade; returns its number."""
        page = self.page
        page.goto(link)
        page.get_by_role("link", name="立即购买").click()
        page.get_by_role("button", name="下一步").click()
        page.get_by_label("收件人").fill("李青禾")
        page.get_by_label("手机号").fill("12345")
        page.get_by_label("详细地址").fill("浙江省杭州市西湖区文三路 1 号")
        page.get_by_role("button", name="提交订单").click()
        expect(page.get_by_text("11 位中国大陆手机号").first).to_be_visible()
        page.get_by_label("手机号").fill(phone)
        page.get_by_role("button", name="提交订单").click()
        page.wait_for_url("**/trades/**")
        return page.url.rstrip("/").rpartition("/")[2].partition("?")[0]

    def to_cashier(self, trade: str) -> None:
        self.page.goto(f"/trades/{trade}/")
        self.page.get_by_role("button", name=re.compile("去付款")).click()
        self.page.wait_for_url("**/cashier/**")

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button).click()
        self.page.wait_for_url("**/result/**")

    def back_to_shop(self) -> None:
        self.page.get_by_role("link", name="返回商城").click()

    def pay(self, trade: str) -> str:
        """Pay at the sandbox cashier; the notice comes over HTTP. Returns the order's number."""
        self.to_cashier(trade)
        self.press("付款成功")
        self.back_to_shop()
        expect(self.page.get_by_text("付款成功").first).to_be_visible(timeout=30_000)
        self.page.get_by_role("link", name="查看订单").click()
        self.page.wait_for_url("**/orders/**")
        return self.page.url.rstrip("/").rpartition("/")[2]

    def confirm(self, order: str) -> None:
        page = self.page
        page.goto(f"/orders/{order}/")
        page.get_by_role("link", name="确认收货").click()
        page.get_by_role("dialog").get_by_role("button", name="确认收货").click()
        expect(page.get_by_text("交易成功").first).to_be_visible()

    def open_case(self, order: str, amount: str, words: str) -> str:
        page = self.page
        page.goto(f"/orders/{order}/")
        page.get_by_role("link", name="申请退款").click()
        page.get_by_label("退款原因").select_option("quality") if page.locator(
            "select"
        ).count() else page.get_by_label("质量问题").check()
        received = page.get_by_label("已收到货")
        if received.count() and not received.first.is_checked():
            received.first.check()
        page.get_by_label("退款金额").fill(amount)
        page.locator("textarea").first.fill(words)
        page.get_by_role("button", name=re.compile("提交")).click()
        page.wait_for_url("**/cases/**")
        return page.url.rstrip("/").rpartition("/")[2]

    def escalate(self, case: str) -> str:
        page = self.page
        page.goto(f"/cases/{case}/")
        page.get_by_role("button", name="申请平台介入").click()
        page.wait_for_url("**/disputes/**")
        return page.url.rstrip("/").rpartition("/")[2]

    def claim(self, order: str, words: str) -> str:
        page = self.page
        page.goto(f"/orders/{order}/")
        page.get_by_role("link", name="假货/隐蔽缺陷申诉").click()
        page.locator("textarea").first.fill(words)
        page.get_by_role("button", name=re.compile("提交")).click()
        page.wait_for_url("**/disputes/**")
        return page.url.rstrip("/").rpartition("/")[2]

    def finish_evidence(self, dispute: str, words: str) -> None:
        page = self.page
        page.goto(f"/disputes/{dispute}/")
        page.locator("textarea").first.fill(words)
        page.get_by_role("button", name="提交证据").click()
        expect(page.get_by_text(words).first).to_be_visible()
        page.get_by_role("button", name="举证完毕").click()
        page.wait_for_load_state()


def photograph() -> FilePayload:
    """A photograph to upload."""
    picture = Image.new("RGB", (900, 900), "#f3e3d3")
    picture.paste("#c8553d", (300, 200, 600, 760))
    raw = io.BytesIO()
    picture.save(raw, "JPEG")
    return {"name": "photograph.jpg", "mimeType": "image/jpeg", "buffer": raw.getvalue()}
