"""python -m tresor: which versions these are, and whether they work."""
from __future__ import annotations

import sys
from typing import Callable, Tuple

from . import Keys, Secret, abi_version, library_path, library_version, open_container, open_storage, seal
from ._library import package_version

# The official test vector.
MASTER_KEY = ("066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3"
              "51c3d8d752fb6e1fd3199ead7f0895d6e3893ff691f2a5ee1976ed0897fc2f66")


def keys_are_right() -> bool:
    with Keys.derive("shootdeathstar", "ECHOECHO") as keys, keys.master_key() as master_key:
        return master_key == bytes.fromhex(MASTER_KEY)


def what_is_sealed_can_be_opened() -> bool:
    with Keys.from_master(bytes.fromhex(MASTER_KEY)) as keys:
        return open_container(seal('{"text": "héllo"}', keys), keys).json == Secret('{"text": "héllo"}')


def a_store_keeps_its_word() -> bool:
    with open_storage("memory:") as store:
        return all(answer.ok for answer in store.check(again=store))


CHECKS: Tuple[Tuple[str, Callable[[], bool]], ...] = (
    ("keys are those of the official apps", keys_are_right),
    ("what is sealed can be opened", what_is_sealed_can_be_opened),
    ("a store in memory keeps its word", a_store_keeps_its_word),
)


def main() -> int:
    print(f"package  {package_version()}\nlibrary  {library_version()}, ABI {abi_version()}\n         {library_path()}")
    all_good = True
    for name, check in CHECKS:
        try:
            good, detail = check(), ""
        except Exception as error:
            good, detail = False, f": {error}"
        all_good = all_good and good
        print(f"{'yes' if good else 'no ':5}{name}{detail}")
    return 0 if all_good else 1


if __name__ == "__main__":
    sys.exit(main())
