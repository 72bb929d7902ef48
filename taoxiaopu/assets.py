"""Serves the few files of ``assets/node_modules`` that pages use, and nothing else of its 190 MB."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Warning
from django.core.files.storage import FileSystemStorage


class VendorFinder(BaseFinder):
    """A staticfiles finder over ``VENDOR_FILES``: {static path: path inside ``NODE_MODULES``}."""

    def __init__(self, app_names: list[str] | None = None, *args: Any, **kwargs: Any) -> None:
        self.files: Mapping[str, str] = settings.VENDOR_FILES
        self.storage = _RenamedFiles(Path(settings.NODE_MODULES), self.files)
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """A warning for each file that is named but was not installed."""
        return [
            Warning(f"{source} is not in {self.storage.location}.", hint="Run: make setup", id="assets.W001")
            for source in self.files.values()
            if not (Path(self.storage.location) / source).is_file()
        ]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> str | list[str]:
        """The file behind a static path; an empty list, as Django wants it, when there is none."""
        source = self.files.get(path)
        if source is None:
            return []
        found = str(Path(self.storage.location) / source)
        if not Path(found).is_file():
            return []
        return [found] if find_all else found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every static path with the storage that opens it (for collectstatic)."""
        for path in self.files:
            yield path, self.storage


class _RenamedFiles(FileSystemStorage):
    """Opens a file of node_modules by its static path."""

    prefix = None

    def __init__(self, root: Path, files: Mapping[str, str]) -> None:
        super().__init__(location=root)
        self.files = files

    def path(self, name: str) -> str:
        return str(Path(self.location) / self.files[name])
