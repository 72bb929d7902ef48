"""What staff decided of held goods and change sets, with the words it was about (docs/rules.md §8.3)."""

from datetime import datetime

from suppliers.models import Good, GoodChange, ReviewDecision
from suppliers.states import Verdict
from taoxiaopu.kernel.actors import Actor
from taoxiaopu.kernel.screening import words_version


def record_decision(
    good: Good, verdict: Verdict, *, change: GoodChange | None = None, reason: str, actor: Actor, at: datetime
) -> ReviewDecision:
    """Keep a verdict in the transaction of its move: the words that were found, and which version of the list found them.

    What was written before versions were kept is said to be of the list in force.
    """
    text = change or good
    return ReviewDecision.objects.create(
        good=good,
        change=change,
        good_version=good.version,
        verdict=verdict,
        words=text.held_words,
        words_version=text.words_version or words_version(),
        reason=reason.strip()[:500],
        person=actor.person or actor.ref,
        decided_at=at,
    )
