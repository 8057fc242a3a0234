"""For the tests of the tool against servers: what they share stands one folder up."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from tool import *  # noqa: F401,F403,E402
