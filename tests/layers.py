#!/usr/bin/env python3
"""Checks who includes whom: rooms, floors and vendor headers, as the plan of the house says.

    layers.py [ROOT]      prints each break of the rules; exit 1 if there is one

A room includes lower floors only, never a sibling. A vendor header appears in its room only.
"""
import pathlib
import re
import sys

FLOORS = [
    {"base"},
    {"crypto", "codec"},
    {"identity", "net"},
    {"id_export"},
    {"safe", "data_backup", "storage"},
    {"client", "server"},
    {"capi"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

# Flat public headers that do not bear the name of their room.
HEADER_ROOM = {
    "version": "base", "bytes": "base", "error": "base", "secret": "base", "time": "base", "io": "base",
    "identity": "identity", "backup_id": "identity", "http": "net", "url": "net",
}

VENDOR = [
    (re.compile(r"^(sodium|argon2\.|openssl/)"), "crypto"),
    (re.compile(r"^(zlib\.|isa-l|igzip|nlohmann/|expat\.|pcre2)"), "codec"),
    (re.compile(r"^curl/"), "net"),
    (re.compile(r"^qrcodegen"), "id_export"),
]
# The headers of C++ and, for the one file of a room that may use them, those of the system;
# everything else in <> must be ours or a vendor's.
SYSTEM = re.compile(r"^([a-z0-9_]+|(stddef|stdint|string|dirent|fcntl|unistd)\.h|sys/(file|stat)\.h)$")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of_header(path):
    """The room of tresor/PATH."""
    first = path.split("/")[0].removesuffix(".hpp")
    return HEADER_ROOM.get(first, first)


def room_of_file(path):
    parts = path.parts
    if parts[0] == "src":
        return parts[1]
    if path.name == "tresor.h":
        return "capi"
    return room_of_header("/".join(parts[2:]))


def check_include(room, kind, target):
    """What is wrong with this include, or nothing."""
    vendor = next((owner for form, owner in VENDOR if form.match(target)), None)
    if vendor:
        return None if vendor == room else f"the vendor header {target} belongs to {vendor}"
    if kind == "<" and not target.startswith("tresor"):
        return None if SYSTEM.match(target) else f"<{target}> is no header anybody declared"
    if target == "tresor.h":
        other = "capi"
    elif target.startswith("tresor/"):
        other = room_of_header(target.removeprefix("tresor/"))
    else:
        other = target.split("/")[0]
    if other not in FLOOR:
        return f"{target} is in no known room"
    if other != room and FLOOR[other] >= FLOOR[room]:
        return f"{room} (floor {FLOOR[room]}) includes {target} of {other} (floor {FLOOR[other]})"
    return None


def check(root):
    problems, files = [], 0
    for folder in ("src", "include"):
        for file in sorted((root / folder).rglob("*.[ch]*")):
            files += 1
            name = file.relative_to(root)
            room = room_of_file(name)
            if room not in FLOOR:
                problems.append(f"{name}: no such room: {room}")
                continue
            for number, line in enumerate(file.read_text().splitlines(), 1):
                match = INCLUDE.match(line)
                problem = match and check_include(room, *match.groups())
                if problem:
                    problems.append(f"{name}:{number}: {problem}")
                if match and folder == "include" and not match[2].startswith("tresor") and match[1] == '"':
                    problems.append(f"{name}:{number}: a public header includes a private one")
    if files == 0:
        problems.append(f"{root}: no sources found")
    return problems, files


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent)
    problems, files = check(root)
    for problem in problems:
        print(problem)
    print(f"layers: {files} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
