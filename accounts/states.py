"""Whose pages a letter belongs to, and what it is about."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """One person may be all three; each has an inbox of its own."""

    SHOPPER = "shopper", _("消费者")
    OWNER = "owner", _("掌柜")
    SUPPLIER = "supplier", _("供应商")


class Topic(models.TextChoices):
    """What a letter is about: the filter of the inbox."""

    ORDERS = "orders", _("订单")
    AFTERSALES = "aftersales", _("售后")
    MONEY = "money", _("资金")
    GOODS = "goods", _("商品")
    QUESTIONS = "questions", _("咨询")
    ACCOUNT = "account", _("账号")
    RULES = "rules", _("规则")
