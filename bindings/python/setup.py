"""Takes the version from the library's header, and the built library into the package, if there is one. What is made on
the way lies in a temporary folder, not in the source tree."""
import atexit
import pathlib
import re
import shutil
import tempfile

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = pathlib.Path(__file__).resolve().parent
HEADER = HERE / "../../include/tresor/version.hpp"
BUILT = HERE / "../../build/lib"

try:
    from wheel.bdist_wheel import bdist_wheel
except ImportError:  # setuptools 70 and later have it
    from setuptools.command.bdist_wheel import bdist_wheel


def version():
    """That of the header; in a source distribution, which has none, what was taken from it."""
    text, pattern = (HEADER, r'TRESOR_VERSION "([^"]+)"') if HEADER.exists() else (HERE / "PKG-INFO", r"(?m)^Version: (.+)$")
    return re.search(pattern, text.read_text(encoding="utf-8")).group(1)


def built_library():
    found = sorted(BUILT.glob("libtresor.so.[0-9]")) + sorted(BUILT.glob("libtresor.[0-9].dylib"))
    return found[0] if found else None


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        library = built_library()
        if library is not None:
            shutil.copyfile(library, pathlib.Path(self.build_lib) / "tresor" / library.name)


class WheelOfPlatform(bdist_wheel):
    """Any Python 3, but with a library in it only machines of this kind."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = built_library() is None

    def get_tag(self):
        return super().get_tag() if self.root_is_pure else ("py3", "none", super().get_tag()[2])


aside = tempfile.mkdtemp(prefix="tresor-build-")
atexit.register(shutil.rmtree, aside, ignore_errors=True)
setup(version=version(), cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": WheelOfPlatform},
      options={"build": {"build_base": aside}, "egg_info": {"egg_base": aside}})
