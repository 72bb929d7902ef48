"""Settings by environment: DJANGO_SETTINGS_MODULE names development, production or test."""
