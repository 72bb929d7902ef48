"""All addresses, mounted by audience: consumers at the root, owners, suppliers, staff, the API, providers."""

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path

from accounts.states import Audience
from accounts.views import doors
from accounts.views import everyone as accounts_everyone
from accounts.views import language as accounts_language
from accounts.views import sandbox as accounts_sandbox
from accounts.views import shopper as accounts_shopper
from accounts.views.inbox import inbox_pages
from commissions.views import owner as commissions_owner
from commissions.views import payouts as commissions_payouts
from commissions.views import supplier as commissions_supplier
from disputes.views import shopper as disputes_shopper
from disputes.views import supplier as disputes_supplier
from disputes.views.penalties import penalty_pages
from orders.views import agreements as orders_agreements
from orders.views import exports as orders_exports
from orders.views import owner as orders_owner
from orders.views import shopper as orders_shopper
from orders.views import supplier as orders_supplier
from payments.views import shopper as payments_shopper
from storefronts.gates import owner_page
from storefronts.views import owner as storefronts_owner
from storefronts.views import pasting as storefronts_pasting
from storefronts.views import sharing as storefronts_sharing
from storefronts.views import shelf as storefronts_shelf
from storefronts.views import shopper as storefronts_shopper
from suppliers.gates import supplier_page
from suppliers.views import shopper as suppliers_shopper
from suppliers.views import staff as suppliers_staff
from suppliers.views import supplier as suppliers_supplier
from taoxiaopu import api_urls
from taoxiaopu.desks.views import answers, questions
from taoxiaopu.desks.views import everyone as desks_everyone
from taoxiaopu.desks.views import owner as desks_owner
from taoxiaopu.desks.views import rules as desks_rules
from taoxiaopu.desks.views import shopper as desks_shopper
from taoxiaopu.desks.views import staff as desks_staff
from taoxiaopu.desks.views import supplier as desks_supplier
from taoxiaopu.flows.views import providers
from taoxiaopu.operations import reports
from tax.views import owner as tax_owner
from tax.views import supplier as tax_supplier

handler400 = "taoxiaopu.kernel.error_pages.bad_request"
handler403 = "taoxiaopu.kernel.error_pages.forbidden"
handler404 = "taoxiaopu.kernel.error_pages.not_found"
handler429 = "accounts.views.doors.too_many"
handler500 = "taoxiaopu.kernel.error_pages.server_error"

consumers = [
    *desks_rules.urlpatterns,
    *desks_shopper.urlpatterns,
    *accounts_shopper.urlpatterns,
    path(
        "me/",
        include(inbox_pages(Audience.SHOPPER, gate=login_required, layout="layouts/shopper.html")),
    ),
    *suppliers_shopper.urlpatterns,
    *storefronts_shopper.urlpatterns,
    *storefronts_pasting.urlpatterns,
    *orders_shopper.urlpatterns,
    *orders_agreements.urlpatterns,
    *disputes_shopper.urlpatterns,
    *questions.urlpatterns,
]
owners = [
    *desks_owner.urlpatterns,
    *storefronts_owner.urlpatterns,
    *storefronts_sharing.urlpatterns,
    *storefronts_shelf.urlpatterns,
    *orders_owner.urlpatterns,
    *commissions_owner.urlpatterns,
    *commissions_payouts.urlpatterns,
    *tax_owner.urlpatterns,
    *answers.owner_urls,
    *penalty_pages(
        lambda request: request.owner, gate=owner_page, layout="layouts/owner.html", namespace="owner:"
    ),
    *inbox_pages(Audience.OWNER, gate=owner_page, layout="layouts/owner.html", namespace="owner:"),
]
supply = [
    *desks_supplier.urlpatterns,
    *suppliers_supplier.urlpatterns,
    *orders_supplier.urlpatterns,
    *orders_exports.urlpatterns,
    *commissions_supplier.urlpatterns,
    *tax_supplier.urlpatterns,
    *disputes_supplier.urlpatterns,
    *answers.supplier_urls,
    *penalty_pages(
        lambda request: request.supplier,
        gate=supplier_page,
        layout="layouts/supplier.html",
        namespace="supplier:",
    ),
    *inbox_pages(
        Audience.SUPPLIER, gate=supplier_page, layout="layouts/supplier.html", namespace="supplier:"
    ),
]

urlpatterns = [
    path("", include(consumers)),
    path("accounts/", include(doors.urlpatterns)),
    path("accounts/", include(([*accounts_everyone.urlpatterns, *desks_everyone.urlpatterns], "accounts"))),
    *accounts_language.urlpatterns,
    path("cashier/", include((payments_shopper.urlpatterns, "payments"))),
    path("owner/", include((owners, "owner"))),
    path("supplier/", include((supply, "supplier"))),
    path("staff/", include(([*suppliers_staff.urlpatterns, *desks_staff.urlpatterns], "staff"))),
    path("admin/login/", doors.to_sign_in),
    path("admin/", admin.site.urls),
    path("sandbox/", include((accounts_sandbox.urlpatterns, "sandbox"))),
    path("api/v1/", include((api_urls.urlpatterns, "api"))),
    path("hooks/", include(providers.urlpatterns)),
    path("", include(reports.urlpatterns)),
]
