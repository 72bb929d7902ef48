"""The real supervisor and servers over a stand-in web and a worker that sleeps. Argument: the port."""

import sys
from pathlib import Path

from launcher.demo import Demo
from launcher.errors import LauncherError
from launcher.paths import DataDir

port, data_dir = int(sys.argv[1]), DataDir.from_environment()
demo = Demo(port, data_dir, None)
table = demo.preparation.command[-1]
demo.preparation.command = [sys.executable, "-c", f"open({table!r}, 'w').write('the table')"]
demo.web.command = [sys.executable, str(Path(__file__).with_name("stand_in_web.py")), str(port)]
for child in (demo.worker, demo.beat):
    child.command = [sys.executable, "-c", "import time; time.sleep(1000)", str(data_dir.path)]
try:
    demo.run()
except LauncherError as error:
    sys.exit(f"demo: {error}")
