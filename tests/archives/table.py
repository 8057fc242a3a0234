"""Tables in the dialect of the apps (data-backup.md 3.1), as its writer writes them.

    row  = cell *("," cell) LF
    cell = "" / DQUOTE *(plain / DQUOTE DQUOTE / "\\" "\\") DQUOTE
"""
UNASSIGNED = object()  # a cell that nobody filled: nothing between its commas, not even quotes


def text_of(value):
    """None and "" are the same; a list is joined with semicolons, its empty first elements vanish."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        parts = [text_of(part) for part in value]
        while parts and not parts[0]:
            parts.pop(0)
        return ";".join(parts)
    return str(value)


def quoted(text):
    return '"' + text.replace('"', '""') + '"'


def cell(value):
    return "" if value is UNASSIGNED else quoted(text_of(value).replace("\\", "\\\\"))


def row(values):
    return ",".join(map(cell, values)) + "\n"


def header(columns):
    """Also the rows of `settings`: no backslash is doubled in them."""
    return ",".join(map(quoted, columns)) + "\n"


def table(columns, rows=()):
    """The bytes of a table. A row is a sequence, or a dict of columns; what a dict lacks is empty, what is
    no column is left out."""
    out = [header(columns)]
    for values in rows:
        out.append(row([values.get(name) for name in columns] if isinstance(values, dict) else values))
    return "".join(out).encode("utf-8", "replace")


def settings(version=27):
    return header(["version", str(version)]).encode()
