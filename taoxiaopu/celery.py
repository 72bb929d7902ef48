"""The Celery app and the whole timetable: the rows are the queue, these are the alarm clocks (Asia/Shanghai)."""

import os

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "taoxiaopu.settings.development")

app = Celery("taoxiaopu")
app.conf.update(settings.CELERY)
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "sweep what fell due": {"task": "flows.sweep", "schedule": 20.0},
    "tell suppliers' own systems": {"task": "flows.webhooks", "schedule": 20.0},
    "watch deposits and bonds": {"task": "flows.deposits", "schedule": 300.0},
    "remind of papers and debts, count late orders": {
        "task": "flows.reminders",
        "schedule": crontab(minute="10", hour="9"),
    },
    "add up the days that are over": {"task": "orders.roll_days", "schedule": crontab(minute="*/5")},
    "settle the month before, on the 20th": {
        "task": "commissions.settle_month",
        "schedule": crontab(minute="0", hour="2", day_of_month="20"),
    },
    "recalculate tiers, on the 1st": {
        "task": "commissions.recalculate_tiers",
        "schedule": crontab(minute="0", hour="3", day_of_month="1"),
    },
    "tell suppliers the month before, on the 1st": {
        "task": "commissions.supplier_statements",
        "schedule": crontab(minute="0", hour="4", day_of_month="1"),
    },
    "pay suppliers, on Tuesdays": {
        "task": "commissions.pay_suppliers",
        "schedule": crontab(minute="0", hour="3", day_of_week="tue"),
    },
    "catch up with a missed settlement, tier run, payday or statement": {
        "task": "commissions.catch_up",
        "schedule": crontab(minute="17"),
    },
    "keep the books": {"task": "ledger.keep", "schedule": crontab(minute="20", hour="0")},
    "count what became of goods' orders": {
        "task": "flows.records",
        "schedule": crontab(minute="50", hour="3"),
    },
    "verify the books": {"task": "flows.verify", "schedule": crontab(minute="30", hour="4")},
    "work out who buys again": {
        "task": "suppliers.refresh_repurchase",
        "schedule": crontab(minute="40", hour="3"),
    },
    "compare the books with providers' bills": {
        "task": "reconciliation.nightly",
        "schedule": crontab(minute="0", hour="5"),
    },
}
