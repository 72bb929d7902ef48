"""Serves named files of node_modules and nothing else (settings.VENDOR_FILES: static path -> path in the package)."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage


class NamedFiles(FileSystemStorage):
    """A storage whose names are the keys of a mapping."""

    def __init__(self, root: Path, files: dict[str, str]) -> None:
        super().__init__(location=str(root))
        self.files = files
        self.prefix = None

    def path(self, name: str) -> str:
        return str(Path(self.location) / self.files[name])


class VendorFinder(BaseFinder):
    """Finds whitelisted front-end files. ``find`` answers ``[]``, never None, when it has nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.root = Path(settings.NODE_MODULES)
        self.storage = NamedFiles(self.root, settings.VENDOR_FILES)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        source = settings.VENDOR_FILES.get(path)
        if source is None or not (self.root / source).is_file():
            return []
        hit = str(self.root / source)
        return [hit] if find_all else hit

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, NamedFiles]]:
        for path in settings.VENDOR_FILES:
            yield path, self.storage
