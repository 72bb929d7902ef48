"""Conversations: their messages are there one by one, their states are audited, a clock runs where somebody has to answer."""

from django.utils.translation import gettext_lazy as _

from taoxiaopu.flows.verify.check import Check
from taoxiaopu.flows.verify.orders import audited

CHECKS = (
    Check(
        "conversation_messages",
        "storefronts_conversation",
        _("咨询消息缺失、编号不连续或与计数不符"),
        """SELECT c.number AS key, c.messages_count, count(m.id) AS stored, coalesce(max(m.seq), 0) AS last
           FROM storefronts_conversation c
           LEFT JOIN storefronts_conversationmessage m ON m.conversation_id = c.id
           GROUP BY c.id HAVING count(m.id) <> c.messages_count OR coalesce(max(m.seq), 0) <> c.messages_count
           ORDER BY 1""",
    ),
    Check(
        "conversation_clock",
        "storefronts_conversation",
        _("咨询的状态、由谁回复与时限互相不符"),
        """SELECT number AS key, status, handler, due_at, pass_at FROM storefronts_conversation
           WHERE NOT CASE status
               WHEN 'wait_owner' THEN handler = 'owner' AND due_at IS NOT NULL AND due_at <= pass_at
               WHEN 'owner_late' THEN handler = 'owner' AND due_at IS NOT NULL AND due_at = pass_at
               WHEN 'wait_supplier' THEN handler = 'supplier' AND due_at IS NOT NULL AND due_at <= pass_at
               WHEN 'supplier_late' THEN handler = 'supplier' AND due_at IS NOT NULL AND due_at = pass_at
               WHEN 'wait_platform' THEN handler = 'staff' AND due_at IS NULL AND pass_at IS NULL
               WHEN 'answered' THEN due_at IS NOT NULL AND pass_at IS NULL
               ELSE due_at IS NULL AND pass_at IS NULL END
              OR due_at IS NOT NULL AND pass_at IS NULL AND status <> 'answered'
           ORDER BY 1""",
    ),
    Check(
        "conversation_parties",
        "storefronts_conversation",
        _("咨询的掌柜或供应商与小铺、商品不符"),
        """SELECT c.number AS key, c.owner_id, s.owner_id AS owner_of_shop, c.supplier_id, g.supplier_id AS supplier_of_good
           FROM storefronts_conversation c JOIN suppliers_good g ON g.id = c.good_id
           LEFT JOIN storefronts_shop s ON s.id = c.shop_id
           WHERE c.owner_id IS DISTINCT FROM s.owner_id OR c.supplier_id <> g.supplier_id ORDER BY 1""",
    ),
    Check(
        "conversation_line",
        "storefronts_conversation",
        _("咨询所附的订单行不是该商品在该小铺的订单行"),
        """SELECT c.number AS key, c.line ->> 'ref' AS line FROM storefronts_conversation c
           LEFT JOIN orders_orderline l ON l.ref = c.line ->> 'ref'
           LEFT JOIN orders_order o ON o.id = l.order_id
           WHERE c.line IS NOT NULL AND jsonb_typeof(c.line) = 'object'
             AND (l.id IS NULL OR l.good_id <> c.good_id OR o.shop_id IS DISTINCT FROM c.shop_id
                  OR o.number <> c.line ->> 'order') ORDER BY 1""",
    ),
    audited("conversation", "storefronts_conversation", ("wait_owner",)),
)
