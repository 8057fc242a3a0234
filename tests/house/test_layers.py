"""tests/layers.py finds what breaks the rules, and nothing else."""
import pathlib
import subprocess
import sys

import pytest

LAYERS = pathlib.Path(__file__).parent.parent / "layers.py"


def run(root):
    result = subprocess.run([sys.executable, LAYERS, root], capture_output=True, text=True)
    return result.returncode, result.stdout


def tree(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return root


def test_this_house_keeps_its_rules():
    code, out = run(LAYERS.parent.parent)
    assert code == 0, out


def test_a_good_tree_passes(tmp_path):
    code, out = run(tree(tmp_path, {
        "src/safe/keys.cpp": '#include <tresor/safe/keys.hpp>\n#include <vector>\n#include <sys/stat.h>\n#include "crypto/kdf.hpp"',
        "src/crypto/kdf.cpp": "#include <sodium.h>",
        "src/codec/gzip.cpp": "#include <zlib.h>",
        "include/tresor/client.hpp": "#include <tresor/safe.hpp>\n#include <tresor/storage/location.hpp>",
    }))
    assert code == 0, out


@pytest.mark.parametrize("name, text, expected", [
    ("src/base/error.cpp", '#include "codec/hex.hpp"', "base (floor 0) includes codec/hex.hpp"),
    ("src/codec/hex.cpp", '#include "crypto/kdf.hpp"', "of crypto (floor 1)"),
    ("src/safe/keys.cpp", "#include <tresor/storage.hpp>", "of storage (floor 4)"),
    ("src/storage/memory.cpp", "#include <tresor/client/state.hpp>", "of client (floor 5)"),
    ("include/tresor/identity.hpp", "#include <tresor/safe.hpp>", "of safe (floor 4)"),
    ("include/tresor/error.hpp", "#include <tresor/backup_id.hpp>", "of identity (floor 2)"),
    ("src/safe/keys.cpp", "#include <sodium.h>", "belongs to crypto"),
    ("src/safe/keys.cpp", "  #  include <nlohmann/json.hpp>", "belongs to codec"),
    ("include/tresor/safe.hpp", "#include <pcre2.h>", "belongs to codec"),
    ("src/storage/dav.cpp", "#include <curl/curl.h>", "belongs to net"),
    ("src/safe/keys.cpp", "#include <boost/any.hpp>", "no header anybody declared"),
    ("src/codec/gzip.cpp", "#include <lzma.h>", "no header anybody declared"),
    ("src/cellar/wine.cpp", "#include <vector>", "no such room"),
    ("src/safe/keys.cpp", '#include "cellar/wine.hpp"', "no known room"),
    ("include/tresor/safe.hpp", '#include "safe/fields.hpp"', "includes a private one"),
])
def test_a_break_is_found(tmp_path, name, text, expected):
    code, out = run(tree(tmp_path, {name: text}))
    assert code == 1
    assert expected in out


def test_an_empty_tree_is_a_mistake(tmp_path):
    assert run(tmp_path)[0] == 1
