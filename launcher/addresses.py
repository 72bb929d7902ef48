"""The three addresses that Django needs, given by the environment or by the embedded servers."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from launcher.errors import LauncherError

NAMES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")


@dataclass(frozen=True)
class Addresses:
    """``database_url`` signs in as the app's role, ``database_owner_url`` as the role that migrates."""

    database_url: str
    database_owner_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        """The variables as the settings read them."""
        return {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.database_owner_url,
            "REDIS_URL": self.redis_url,
        }


def given(environment: Mapping[str, str] | None = None) -> Addresses | None:
    """The addresses of one's own servers, or None when none is set.

    Raises LauncherError (exit code 2) when only some are set: half of someone's servers and half of ours
    would be nobody's intention.
    """
    values = {name: (os.environ if environment is None else environment).get(name, "") for name in NAMES}
    missing = [name for name in NAMES if not values[name]]
    if len(missing) == len(NAMES):
        return None
    if missing:
        present = [name for name in NAMES if values[name]]
        raise LauncherError(
            f"{' and '.join(present)} {'is' if len(present) == 1 else 'are'} set, "
            f"but {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing. "
            "Set all three to use your own servers, or none to use the embedded ones.",
            code=2,
        )
    return Addresses(values["DATABASE_URL"], values["DATABASE_OWNER_URL"], values["REDIS_URL"])
