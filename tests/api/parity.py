"""The supplier's desk beside its API: for each act of a page the calls that do the same, or why there is none.

``test_parity`` walks the desk's addresses: a new page or act without a row fails the build, as does a row whose call is gone.
"""

Act = tuple[str, str]
Calls = tuple[str, ...]


class Reason(str):
    """Why a page's act has no call of its own."""

    __slots__ = ()


def _acts(verb: str, **rows: str | Calls | Reason) -> dict[Act, Calls | Reason]:
    """Rows by the page's name with ``_`` for ``-``; a call is ``VERB name``."""
    return {
        (name.replace("_", "-"), verb): row if isinstance(row, tuple | Reason) else (row,)
        for name, row in rows.items()
    }


DRAWS_A_FORM = Reason("draws an empty form; its questions are in the OpenAPI document")

PARITY: dict[Act, Calls | Reason] = {
    ("deposit-return", "GET"): Reason(
        "the steps of one return of a deposit; the exit's call says what is due: no call yet"
    ),
    # The first page, money, trail, leaving
    **_acts(
        "GET",
        home="GET supplier-home",
        trail="GET supplier-trail",
        payable="GET supplier-money-movements",
        payable_file="GET supplier-money-file",
        journal="GET supplier-journal",
        order_money="GET supplier-order-money",
        exit="GET supplier-exit",
    ),
    **_acts("POST", exit="POST supplier-exit", exit_return="POST supplier-exit-return"),
    # Entry, papers, deposit, bonds
    **_acts(
        "GET",
        apply="GET supplier-application",
        apply_checklist="GET supplier-papers",
        papers="GET supplier-papers",
        paper_page="GET supplier-paper-page",
        deposit="GET supplier-deposit",
        bonds="GET supplier-bonds",
    ),
    **_acts(
        "POST",
        apply="POST supplier-submission",
        apply_draft="PUT supplier-application",
        paper_new="POST supplier-papers",
        deposit="POST supplier-deposit-payments",
        bonds="POST supplier-bond-payments",
    ),
    # Questions
    **_acts("GET", questions="GET supplier-questions", question="GET supplier-question"),
    **_acts(
        "POST",
        question_answer="POST supplier-question-answers",
        question_block="POST supplier-question-block",
        question_unblock="DELETE supplier-question-block",
    ),
    # Goods
    **_acts(
        "GET",
        goods="GET supplier-goods",
        good="GET supplier-good",
        good_new=DRAWS_A_FORM,
        good_scan="GET supplier-barcode",
        good_attributes=("GET supplier-categories", "GET supplier-category"),
        good_movements="GET supplier-movements",
        earning="GET supplier-earning",
        market="GET supplier-references",
        upload="GET supplier-upload",
        freight="GET supplier-freight",
        goods_export="GET supplier-goods-export",
        goods_bulk="GET supplier-bulk-edits",
    ),
    **_acts(
        "POST",
        good_new="POST supplier-goods",
        good=("PUT supplier-good", "GET supplier-changes"),
        good_list="POST supplier-listing",
        good_delist="POST supplier-delisting",
        good_stock="PATCH supplier-good",
        change_withdraw="POST supplier-change-withdrawal",
        market="POST supplier-references",
        freight="PUT supplier-freight",
        goods_bulk=("POST supplier-bulk-preview", "POST supplier-bulk-edits"),
        goods_bulk_undo="POST supplier-bulk-undoing",
    ),
    # Imports
    ("import", "GET"): ("GET supplier-imports",),
    ("import", "POST"): ("POST supplier-imports",),
    **_acts(
        "GET",
        import_template="GET supplier-import-template",
        import_detail=("GET supplier-import", "GET supplier-import-kept"),
        import_columns="GET supplier-import-columns",
        import_failed="GET supplier-import-failed",
        import_progress="GET supplier-import",
        import_report="GET supplier-import-report",
    ),
    **_acts(
        "POST",
        import_columns="PUT supplier-import-columns",
        import_start="POST supplier-import-start",
        import_undo="POST supplier-import-undoing",
    ),
    # Orders
    **_acts(
        "GET",
        orders=("GET supplier-queue", "GET supplier-queue-counts", "GET supplier-orders"),
        order=("GET supplier-order", "GET supplier-parcels"),
        orders_batch=DRAWS_A_FORM,
        line_shortage="GET supplier-shortage",
        exports=DRAWS_A_FORM,
        orders_export="GET supplier-orders-export",
        agreements="GET supplier-agreements",
        agreement="GET supplier-agreement",
    ),
    **_acts(
        "POST",
        order="POST supplier-parcels",
        agreement_version="POST supplier-agreement-version",
        agreement_acceptance="POST supplier-agreement-acceptance",
        agreement_refusal="POST supplier-agreement-refusal",
        agreement_production="POST supplier-agreement-production",
        orders_batch=("POST supplier-shipments-preview", "POST supplier-shipments"),
        orders_pick_list="POST supplier-pick-lists",
        orders_delivery_notes="POST supplier-delivery-notes",
        line_shortage="POST supplier-shortage",
    ),
    # After-sales and penalties
    **_acts(
        "GET",
        cases=("GET supplier-cases", "GET supplier-case-counts", "GET supplier-disputes"),
        case="GET supplier-case",
        dispute="GET supplier-dispute",
        penalties="GET supplier-penalties",
        penalty="GET supplier-penalty",
    ),
    **_acts(
        "POST",
        case_agreement="POST supplier-case-agreement",
        case_refusal="POST supplier-case-refusal",
        case_message="POST supplier-case-messages",
        dispute_evidence="POST supplier-dispute-evidence",
        dispute_done="POST supplier-dispute-done",
        dispute_appeal="POST supplier-dispute-appeal",
        penalty_appeal="POST supplier-penalty-appeal",
    ),
    # Settlement
    **_acts(
        "GET",
        payouts="GET supplier-payouts",
        payout="GET supplier-payout",
        payout_account="GET supplier-account",
        statements="GET supplier-statements",
        statement=("GET supplier-statement", "GET supplier-statement-lines"),
        statement_csv="GET supplier-statement-csv",
        statement_pdf="GET supplier-statement-pdf",
        invoices="GET supplier-invoices",
        invoices_file="GET supplier-invoices-csv",
        invoice="GET supplier-invoice",
        invoice_pdf="GET supplier-invoice-pdf",
    ),
    **_acts("POST", payout_account="PUT supplier-account"),
    # The team
    **_acts(
        "GET",
        members=("GET supplier-members", "GET supplier-invitations"),
        invitations="GET own-invitations",
    ),
    **_acts(
        "POST",
        members="POST supplier-invitations",
        member_role="PATCH supplier-member",
        member_removal="DELETE supplier-member",
        invitation_withdrawal="DELETE supplier-invitation",
        invitations="POST own-invitation-acceptance",
        view_keep="POST supplier-views",
        view_removal="DELETE supplier-view",
    ),
    # Webhooks
    **_acts("GET", webhooks="GET supplier-webhooks", webhook="GET supplier-deliveries"),
    **_acts(
        "POST",
        webhooks="POST supplier-webhooks",
        webhook_switch="PATCH supplier-webhook",
        webhook_removal="DELETE supplier-webhook",
        webhook_secret="POST supplier-webhook-secrets",
        webhook_resend="POST supplier-resending",
    ),
    # The inbox
    **_acts(
        "GET",
        inbox="GET supplier-inbox",
        inbox_settings="GET supplier-inbox-settings",
        letter="POST supplier-letter-reading",
    ),
    **_acts("POST", inbox_read="POST supplier-inbox-reading", inbox_settings="PUT supplier-inbox-settings"),
}

# What the pages show in passing and programs ask for by itself.
ASKED_ALONE = {
    "GET supplier-money": "the sums on top of the page of money",
    "GET supplier-views": "the chips above each list",
}

# What a member does elsewhere than at the desk, and only signed in: none of it is walked, and none can be called with a token.
SESSION_ONLY = {
    "signing in and out, second factor, recovery codes": "a token stands for a person who proved it was her",
    "making and revoking API tokens": "a token that makes tokens would outlive its own revocation",
    "phone, e-mail, password": "proved by codes that the person types",
    "accepting rules": "a declaration of will by a person; supplier-home says that some wait",
    "paying at the cashier": "at the provider, at the address that a charge carries",
}
