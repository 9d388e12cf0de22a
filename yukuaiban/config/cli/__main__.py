"""`python -m yukuaiban.config.cli`, where the command itself is not installed."""

import sys

from yukuaiban.config.cli import main

sys.exit(main())
