"""Papers of suppliers: their pages are whole and sealed, their states are audited, goods say until when they are covered.
What staff decided about goods is kept.
"""

from django.utils.translation import gettext_lazy as _

from suppliers.services.papers import COVER
from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.orders import audited

CHECKS = (
    Check(
        "paper_pages",
        "suppliers_paper",
        _("证照材料缺页、多页、内容与哈希不符，或未加密"),
        """SELECT p.public_id AS key, p.pages, count(l.id) AS stored,
                  count(*) FILTER (WHERE l.sha256 <> encode(sha256(l.sealed), 'hex')
                                      OR get_byte(l.sealed, 0) <> 128 OR l.position NOT BETWEEN 1 AND p.pages) AS broken
           FROM suppliers_paper p LEFT JOIN suppliers_paperpage l ON l.paper_id = p.id
           GROUP BY p.id
           HAVING count(l.id) <> p.pages OR (p.text <> '' AND p.text NOT LIKE 'gAAAA%%')
               OR count(*) FILTER (WHERE l.sha256 <> encode(sha256(l.sealed), 'hex')
                                      OR get_byte(l.sealed, 0) <> 128 OR l.position NOT BETWEEN 1 AND p.pages) > 0
           ORDER BY 1""",
    ),
    Check(
        "good_cover",
        "suppliers_good",
        _("商品的证照有效期与覆盖它的材料不符"),
        f"""SELECT g.public_id AS key, g.covered_until, c.covered_until AS papers_until
            FROM suppliers_good g JOIN ({COVER.format(only="true")}) c ON c.id = g.id
            WHERE g.covered_until IS DISTINCT FROM c.covered_until ORDER BY 1""",
    ),
    Check(
        "supplier_hidden",
        "suppliers_supplier",
        _("供应商商品的隐藏期限与其违规分的后果不符"),
        """SELECT s.public_id AS key, s.hidden_until, t.hidden_until AS by_points, t.is_closed
           FROM suppliers_supplier s LEFT JOIN suppliers_supplierstanding t ON t.supplier_id = s.id
           WHERE s.hidden_until IS DISTINCT FROM
               CASE WHEN t.is_closed THEN '9000-01-01 00:00:00+00'::timestamptz ELSE t.hidden_until END ORDER BY 1""",
    ),
    # Those that were decided before versions of the words were kept have none.
    Check(
        "review_decision",
        "suppliers_goodchange",
        _("已审核的商品修改没有审核结论，或与结论不符"),
        """SELECT c.public_id AS key, c.status, d.verdict
           FROM suppliers_goodchange c LEFT JOIN suppliers_reviewdecision d ON d.change_id = c.id
           WHERE c.words_version <> '' AND (d.good_id <> c.good_id OR d.verdict IS DISTINCT FROM
               CASE WHEN c.status IN ('approved', 'refused') THEN c.status END)
           ORDER BY 1""",
    ),
    audited("paper", "suppliers_paper", ("handed",), "public_id"),
)
