"""Failures of reconciling and of manual journals."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.kernel.errors import DomainError


class SecondPerson(DomainError):
    """Above FOUR_EYES_JOURNAL_FEN the one who proposed a journal may not approve it."""

    code = "second_person"
    message = _("金额超过 {limit} 元，须由提出人以外的同事复核")


class BelowFloor(DomainError):
    """A party's account would fall below zero."""

    code = "below_floor"
    message = _("{account} 余额 {balance} 元，不足以转出 {amount} 元")


class NoSuchParty(DomainError):
    """The account belongs to nobody."""

    code = "no_such_party"
    message = _("没有这个主体的账户：{party}")
