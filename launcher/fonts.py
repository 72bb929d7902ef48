"""Chinese letters for a Chromium on a machine that has none: a fontconfig file naming a package's fonts."""

from pathlib import Path
from xml.sax.saxutils import escape

from launcher.processes import package_folder

_PACKAGE = "pylopdf_fonts_zh_cn"
_CONFIGURATION = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="weak"><family>sans-serif</family><accept><family>Noto Sans SC</family></accept></alias>
  <alias binding="weak"><family>serif</family><accept><family>Noto Serif SC</family></accept></alias>
</fontconfig>
"""


def write_configuration(folder: Path) -> Path:
    """Write ``fonts.conf`` into ``folder`` and return its path, for the variable ``FONTCONFIG_FILE``.

    The machine's own fonts stay in use; the package's come after them.
    """
    fonts = package_folder(_PACKAGE)
    assert fonts is not None, f"{_PACKAGE} is a pinned requirement"
    file = folder / "fonts.conf"
    cache = folder / "font-cache"
    file.write_text(_CONFIGURATION.format(fonts=escape(str(fonts)), cache=escape(str(cache))))
    return file
