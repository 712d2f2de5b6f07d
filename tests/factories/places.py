"""Countries."""

from registry.places.models import Country
from tests.factories.base import Factory


class CountryFactory(Factory):
    """Kazakhstan."""

    class Meta:
        model = Country

    code = "KZ"
    zone = "Asia/Almaty"
