"""Contact data in messages, however it is disguised, and what only looks like it."""

import pytest

from taoxiaopu.kernel.contacts import mask_contacts

HIDDEN = (
    ("打我13800138000谢谢", "打我***谢谢"),
    ("138-0013-8000", "***"),
    ("1 3 8 0 0 1 3 8 0 0 0", "***"),
    ("1.3.8.0.0.1.3.8.0.0.0", "***"),
    ("138*0013*8000", "***"),
    ("138——0013……8000", "***"),
    ("１３８００１３８０００", "***"),
    ("①③⑧⓪⓪①③⑧⓪⓪⓪", "***"),
    ("138\u200b0013\u200b8000", "***"),
    ("一三八零零一三八零零零", "***"),
    ("幺三八 零零幺三 八零零零", "***"),
    ("壹叁捌零零壹叁捌零零零", "***"),
    ("一3八00一3八000", "***"),
    ("+86 138 0013 8000", "***"),
    ("86-13800138000", "***"),
    ("013800138000", "***"),
    ("13800138000 或 13900139000", "*** 或 ***"),
    ("010-62345678", "***"),
    ("400-820-8820 找客服", "*** 找客服"),
    ("加微信 shan_cha88 聊", "加微信 *** 聊"),
    ("微信号：abc12345", "微信号：***"),
    ("微信小号 tea-house", "微信小号 ***"),
    ("ＶＸ：ｔｅａ＿ｈｏｕｓｅ", "ＶＸ：***"),
    ("v信 13800138000", "v信 ***"),
    ("薇信是qing_he2020", "薇信是***"),
    ("wxid_8h3k2l1m9", "***"),
    ("QQ 123456789", "QQ ***"),
    ("扣扣：1 2 3 4 5 6 7", "扣扣：***"),
    ("写信到 li.qh@qq.com 吧", "写信到 *** 吧"),
    ("li.q＠163．com", "***"),
    ("li(at)163(dot)com", "***"),
    ("li艾特163点com", "***"),
    ("看 https://a.cn/x 吧", "看 *** 吧"),
    ("去 www.example.org/a", "去 ***"),
    ("搜 tea-house.com/x 买", "搜 *** 买"),
)  # fmt: skip
FINE = (
    "订单 2026113012345678 什么时候发",
    "订单 1380013800012345 呢",
    "运单 SF1234567890123 到哪了",
    "条码 6901234567892",
    "价格 128.00 元，两件 256",
    "2026-11-30 13:00 能到吗",
    "一共三件，二十一块，五六天到",
    "第一次买，十三四五天没到",
    "50g 和 100ml 哪个好",
    "微信支付可以吗",
    "身高170cm体重60kg 穿多大",
    "满 199 减 30，打 8.5 折",
)


@pytest.mark.parametrize(("text", "shown"), HIDDEN)
def test_contact_data_is_hidden_where_it_was_typed(text: str, shown: str) -> None:
    masked = mask_contacts(text)
    assert (masked.text, masked.found) == (shown, True)


@pytest.mark.parametrize("text", FINE)
def test_numbers_of_orders_and_goods_stay(text: str) -> None:
    masked = mask_contacts(text)
    assert (masked.text, masked.found) == (text, False)


def test_masking_twice_changes_nothing_and_long_texts_are_quick() -> None:
    once = mask_contacts("加微信 shan_cha88，电话 138 0013 8000").text
    assert mask_contacts(once).text == once
    assert mask_contacts("1 3 " * 5_000).text  # no pattern runs away
    assert mask_contacts("a." * 5_000 + "@").text
    assert mask_contacts("微信号是" * 2_000).text
