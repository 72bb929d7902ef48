"""The house's own rules, walked over the code and the model registry (CONTRIBUTING.md)."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
# From the top down: an app knows only what stands below it.
LAYERS = (
    "disputes",
    "orders",
    "commissions",
    "tax",
    "storefronts",
    "suppliers",
    "payments",
    "ledger",
    "accounts",
    "rulebook",
    "kernel",
)
APPS = LAYERS[:-1]
ROOMS = {
    "__init__", "apps", "states", "errors", "models", "selectors", "access", "services", "forms", "views", "api",
    "tasks", "admin", "management", "migrations", "gates", "letters",
}  # fmt: skip
# The few extra rooms, each for one hard thing.
EXTRA = {
    "accounts": {"adapters", "authentication", "middleware", "providers", "words"},
    "rulebook": {"numbers", "markdown", "comparison", "texts"},
    "ledger": {"chain", "posting", "shapes"},
    "payments": {"providers"},
    "suppliers": {
        "barcodes",
        "stock",
        "pictures",
        "photographs",
        "catalogue_cells",
        "catalogue_columns",
        "catalogue_file",
        "samples",
        "shapes",
    },
    "storefronts": {"posters", "captions"},
    # points: what violation points do, pure; leaving: what stands between a supplier and its exit, in all apps
    "disputes": {"points", "leaving"},
    "commissions": {"criteria", "papers", "previewing"},
    "tax": {"papers", "providers", "tables", "tables.toml"},
    # staff_blocks: an order's money and parties, shown on staff's pages of orders and of disputes
    "orders": {"exports", "papers", "staff_blocks"},
}
FRONT = {"views", "api", "forms", "tasks", "admin"}
MAY_QUERY = {
    "models",
    "selectors",
    "access",
    "services",
    "stock",
    "posting",
    "photographs",
    "previewing",
    "providers",
    "migrations",
}


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


@cache
def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    return [name for name in listed.stdout.decode().splitlines() if (ROOT / name).is_file()]


def _room_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


@pytest.mark.parametrize("app", APPS)
def test_an_app_has_only_the_known_rooms(app: str) -> None:
    found = {p.name.removesuffix(".py") for p in (ROOT / app).iterdir() if p.name != "__pycache__"}
    assert found - ROOMS - EXTRA.get(app, set()) == set()


def test_foreign_keys_point_down() -> None:
    wrong = []
    for model in apps.get_models():
        if model._meta.app_label not in LAYERS:
            continue
        for field in model._meta.get_fields():
            target = getattr(field, "remote_field", None) and getattr(field, "related_model", None)
            if not target or field.auto_created or target._meta.app_label not in LAYERS:
                continue
            if LAYERS.index(target._meta.app_label) < LAYERS.index(model._meta.app_label):
                wrong.append(f"{model.__name__}.{field.name} -> {target.__name__}")
    assert wrong == []


def test_books_and_payments_know_nobody_by_foreign_key() -> None:
    for model in [*apps.get_app_config("ledger").get_models(), *apps.get_app_config("kernel").get_models()]:
        for field in model._meta.concrete_fields:
            if field.remote_field:
                assert field.related_model._meta.app_label == model._meta.app_label


def test_queries_live_in_few_rooms() -> None:
    wrong = []
    for path in _sources(*APPS):
        if _room_of(path) not in MAY_QUERY and re.search(r"\.objects\b|_base_manager", path.read_text()):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_front_rooms_are_private_to_their_app() -> None:
    wrong = []
    for path in _sources(*APPS, "taoxiaopu/flows", "taoxiaopu/desks"):
        own = path.relative_to(ROOT).parts[0]
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                parts = node.module.split(".")
                if parts[0] in APPS and parts[0] != own and len(parts) > 1 and parts[1] in FRONT:
                    wrong.append(f"{path.relative_to(ROOT)}: {node.module}")
    assert wrong == []


def test_numbers_change_by_publishing_alone() -> None:
    """Nobody but the service that publishes rule documents writes ``RulesVersion`` (decision 15)."""
    writes = re.compile(
        r"RulesVersion(\.objects\b[^\n]*\.(create|bulk_create|update|delete|get_or_create|update_or_create)\(|\()"
    )
    found = [
        str(p.relative_to(ROOT))
        for p in _sources(*APPS, "taoxiaopu", "bench")
        if writes.search(p.read_text())
    ]
    assert found == [
        "rulebook/services/publishing.py",
        "taoxiaopu/kernel/models.py",
    ]  # the model's own class line


def test_only_the_edge_reads_the_clock() -> None:
    services = [
        p
        for p in _sources(*APPS)
        if _room_of(p) in {"services", "selectors", "access", "models", "stock", "posting"}
    ]
    wrong = [
        str(p.relative_to(ROOT))
        for p in services
        if re.search(r"timezone\.now|datetime\.now|time\.time\(", p.read_text())
    ]
    assert wrong == []


def test_no_signals_and_no_acting_save() -> None:
    wrong = []
    for path in _sources(*APPS, "taoxiaopu"):
        text = path.read_text()
        if re.search(r"django\.db\.models\.signals|@receiver\b", text) or (
            "/models.py" in str(path) and "def save(" in text
        ):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_no_room_that_fits_anything() -> None:
    forbidden = {"utils.py", "helpers.py", "common.py", "misc.py", "utils", "helpers", "common", "misc"}
    assert [p for p in _tracked() if forbidden & set(Path(p).parts) and p.endswith(".py")] == []


@pytest.mark.parametrize("room", ["services", "selectors", "access"])
def test_public_functions_say_what_they_do(room: str) -> None:
    missing = []
    for path in _sources(*APPS):
        if _room_of(path) != room:
            continue
        for node in ast.parse(path.read_text()).body:
            if (
                isinstance(node, ast.FunctionDef | ast.ClassDef)
                and not node.name.startswith("_")
                and not ast.get_docstring(node)
            ):
                missing.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert missing == []


def test_services_exported_by_an_app_take_keywords() -> None:
    """A service is called as a sentence: ``orders.services.ship(order=..., at=...)``."""
    allowed_positional = {
        "estimate",
        "complete",
        "shrink",
        "finalise",
        "claw_back",
        "hold",
        "release",
        "close_facts",
    }
    wrong = []
    for app in (
        "rulebook",
        "accounts",
        "payments",
        "suppliers",
        "storefronts",
        "orders",
        "disputes",
        "commissions",
    ):
        for path in _sources(app):
            if _room_of(path) != "services":
                continue
            for node in ast.parse(path.read_text()).body:
                public = (
                    isinstance(node, ast.FunctionDef)
                    and not node.name.startswith("_")
                    and node.name not in allowed_positional
                )
                if public and len(node.args.args) > 4:
                    wrong.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert wrong == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    names = (
        ("files", "python" + "hosted", "org"),
        ("py" + "pi", "org"),
        ("registry", "np" + "mjs", "org"),
        ("deb", "debian", "org"),
    )
    hosts = [".".join(name) for name in names]
    pattern = re.compile("|".join(map(re.escape, hosts)) + r"|(^|[^A-Za-z0-9_.])/(root|wor" + r"k)/")
    wrong = []
    for name in _tracked():
        path = ROOT / name
        if path.suffix in {".png", ".jpg", ".webp", ".csv", ".mo", ".woff2"}:
            continue
        if pattern.search(path.read_text(errors="replace")):
            wrong.append(name)
    assert wrong == []


def test_templates_carry_no_inline_script_or_style() -> None:
    wrong = []
    for path in (ROOT / "templates").rglob("*.html"):
        text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", path.read_text(), flags=re.DOTALL)
        if re.search(
            r"<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son(click|load|change|submit)=|javascript:", text
        ):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


def test_python_files_stay_readable() -> None:
    long = [
        n
        for n in _tracked()
        if n.endswith(".py") and "/migrations/" not in n and (ROOT / n).read_text().count("\n") > 500
    ]
    assert long == []
