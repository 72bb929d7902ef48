"""What can go wrong before Django is there, said in one sentence."""


class LauncherError(Exception):
    """An expected failure: the command prints the sentence, without a traceback, and exits with ``code``."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code
