"""`python -m yukuaiban.calendars add 2024-02-08 5`."""

import sys

from yukuaiban.calendars.cli import main

sys.exit(main())
