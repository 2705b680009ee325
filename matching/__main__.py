"""`python -m matching`: see docs/matching.md."""

import sys

from matching import commands

if __name__ == "__main__":
    sys.exit(commands.run(sys.argv[1:]))
