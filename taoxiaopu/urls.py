"""All addresses, mounted by audience."""

urlpatterns: list = []
