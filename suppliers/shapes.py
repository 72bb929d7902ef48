"""How a good looks over the API. Apps above extend it: the pool adds what a good earns."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from rest_framework import serializers

from suppliers.models import Good
from taoxiaopu.kernel import clock


class GoodBody(serializers.Serializer[Any]):
    """A good as consumers see it; money in fen."""

    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    brand = serializers.CharField()
    category = serializers.CharField(source="category.code")
    description = serializers.CharField()
    price_fen = serializers.IntegerField(source="price_from_fen")
    ship_within_h = serializers.IntegerField()
    supplier = serializers.CharField(source="supplier.name")
    picture = serializers.SerializerMethodField()
    on_sale = serializers.SerializerMethodField()
    sale_from = serializers.DateTimeField(
        allow_null=True, help_text="a seasonal good is on sale from then on"
    )
    sale_until = serializers.DateTimeField(allow_null=True, help_text="and no longer from then on")

    def get_on_sale(self, good: Good) -> bool:
        at = self.root.context.setdefault("at", None) or clock.now()
        self.root.context["at"] = at
        return good.is_sellable_at(at)

    def get_picture(self, good: Good) -> str:
        return settings.BASE_URL + reverse("good-picture", args=[good.public_id, good.version, 480])


class ChoiceBody(serializers.Serializer[Any]):
    """One SKU of a good; ``id`` is what a purchase names."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    price_fen = serializers.IntegerField()
    available = serializers.IntegerField()


class OneGoodBody(GoodBody):
    """A good and what can be chosen of it."""

    options = serializers.ListField(child=serializers.CharField(), source="option_names")
    skus = ChoiceBody(many=True, source="choices")
