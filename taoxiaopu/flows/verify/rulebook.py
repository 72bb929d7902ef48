"""Rule documents: sealed texts, seven days' notice, two people, numbers by published versions, acceptances (docs/rules.md §8.2)."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.orders import audited

SEALED = """encode(sha256(convert_to(concat_ws(E'\\n', v.title_zh, v.title_en, v.text_zh, v.text_en), 'UTF8')), 'hex')"""
CHECKS = (
    Check(
        "rules_text",
        "rulebook_version",
        _("已公布的规则文本与其摘要值不符"),
        f"""SELECT v.number AS key, v.text_hash, {SEALED} AS found_hash FROM rulebook_version v
            WHERE v.published_at IS NOT NULL AND v.text_hash <> {SEALED} ORDER BY 1""",
    ),
    Check(
        "rules_notice",
        "rulebook_version",
        _("规则公布不足 7 天即生效且无法律依据，或由起草人自己公布"),
        """SELECT v.number AS key, v.published_at, v.effective_at, v.author, v.publisher FROM rulebook_version v
           WHERE v.published_at IS NOT NULL AND (v.author = v.publisher OR v.effective_at < v.published_at OR (
               v.effective_at < v.published_at + interval '7 days' AND v.legal_basis = ''
               AND NOT (v.edition = 1 AND v.changes = '{}'))) ORDER BY 1""",
    ),
    Check(
        "rules_numbers",
        "kernel_rulesversion",
        _("规则数字没有对应的已公布规则文件，或内容、生效时间不同"),
        """SELECT coalesce(n.source, n.id::text) AS key, v.status, n.effective_at, v.effective_at AS document_effective_at
           FROM kernel_rulesversion n LEFT JOIN rulebook_version v ON v.number = n.source
           WHERE v.id IS NULL OR v.changes <> n.changes OR v.effective_at IS DISTINCT FROM n.effective_at
              OR (n.withdrawn_at IS NULL) <> (v.status IN ('published', 'superseded'))
              OR n.withdrawn_at IS DISTINCT FROM v.withdrawn_at ORDER BY 1""",
    ),
    Check(
        "rules_numbers_missing",
        "rulebook_version",
        _("已公布的规则文件变更了数字，却没有生效的规则版本"),
        """SELECT v.number AS key, v.status FROM rulebook_version v
           WHERE v.published_at IS NOT NULL AND v.changes <> '{}'
             AND NOT EXISTS (SELECT 1 FROM kernel_rulesversion n WHERE n.source = v.number) ORDER BY 1""",
    ),
    Check(
        "rules_accepted",
        "rulebook_acceptance",
        _("同意记录与公布的规则文本、适用对象不符"),
        """SELECT a.party_kind || ' ' || a.party_ref || ' ' || v.number AS key, v.status, a.at, v.published_at
           FROM rulebook_acceptance a JOIN rulebook_version v ON v.id = a.version_id
           JOIN rulebook_document d ON d.id = v.document_id
           WHERE a.text_hash <> v.text_hash OR v.published_at IS NULL OR a.at < v.published_at
              OR NOT a.party_kind = ANY (d.audiences) ORDER BY 1""",
    ),
    audited("rules", "rulebook_version", ("draft", "published")),
    audited("rules_comment", "rulebook_comment", ("shown", "held")),
)
