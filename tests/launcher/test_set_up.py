"""What the set-up commits to: pinned, hashed, from nowhere in particular, and only named files served."""

import json
import os
import re
import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from launcher import browser, fonts
from launcher.paths import ROOT
from launcher.pytest_plugin import redis_database
from taoxiaopu.assets import VendorFinder

PINS = ("requirements.txt", "requirements-test.txt", "assets/requirements-node.txt")


@pytest.mark.parametrize("name", PINS)
def test_python_pins_have_hashes_and_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    pins = [line for line in text.splitlines() if re.match(r"[a-zA-Z0-9]", line)]
    assert pins
    assert all(re.match(r"[\w.\[\],-]+==[\w.]+ ", line) for line in pins)
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text


def test_npm_lock_has_hashes_and_no_registry() -> None:
    lock = json.loads((ROOT / "assets/package-lock.json").read_text())
    wanted = json.loads((ROOT / "assets/package.json").read_text())["dependencies"]
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_ci_runs_the_test_command_and_nothing_else() -> None:
    script = ROOT / ".ci/run"
    lines = [line for line in script.read_text().splitlines() if line and not line.startswith("#")]
    assert lines == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "exec make test"]
    assert script.stat().st_mode & stat.S_IXUSR


def test_only_named_files_of_node_modules_are_served() -> None:
    named = next(iter(settings.VENDOR_FILES))
    assert finders.find(named) == str(Path(settings.NODE_MODULES) / settings.VENDOR_FILES[named])
    assert finders.find("@tabler/core/package.json") is None
    assert finders.find("vendor/../package.json") is None
    finder = VendorFinder()
    assert finder.check() == []
    assert {path for path, _ in finder.list([])} == set(settings.VENDOR_FILES)
    for path, storage in finder.list([]):
        with storage.open(path) as file:
            assert file.size > 0


def test_the_browser_is_the_named_one_or_the_first_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TXP_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "_MAC", tmp_path / "none")
    assert browser.find() is None
    assert browser.main() == 1
    assert "apt-get install chromium" in capsys.readouterr().err
    for name in ("google-chrome", "chromium"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
        assert browser.find() == str(tmp_path / name)
    assert browser.main() == 0
    monkeypatch.setenv("TXP_CHROMIUM", str(tmp_path / "missing"))
    assert browser.find() is None
    assert browser.main() == 1
    assert f"TXP_CHROMIUM names {tmp_path / 'missing'}" in capsys.readouterr().err


def test_the_font_configuration_names_chinese_fonts(tmp_path: Path) -> None:
    text = fonts.write_configuration(tmp_path).read_text()
    folder = re.search(r"<dir>(.+)</dir>", text)
    assert folder is not None
    assert (Path(folder.group(1)) / "NotoSansSC-Regular.otf").exists()
    assert os.environ["FONTCONFIG_FILE"].endswith("fonts.conf")


def test_each_test_worker_has_a_redis_database_of_its_own() -> None:
    assert redis_database("redis://:pw@127.0.0.1:6379/0", 1) == "redis://:pw@127.0.0.1:6379/1"
    assert redis_database("redis://host:6379", 2) == "redis://host:6379/2"
    assert redis_database("redis://host/3?x=1", 2) == "redis://host/5?x=1"
