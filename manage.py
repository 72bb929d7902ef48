#!/usr/bin/env python
"""Django's command line. It starts the embedded servers that a command needs and stops what it started."""

import sys

from django.core.management import execute_from_command_line

from launcher import commands

if __name__ == "__main__":
    commands.run(sys.argv, execute_from_command_line)
