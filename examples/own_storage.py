"""A store of one's own in Python: an SQLite file. It can all that a store can, and passes the check."""
import sqlite3
import sys
from datetime import datetime, timezone

import tresor
from tresor import Abilities, Errc, IfAbsent, IfVersion, ObjectInfo, TresorError


class Database(tresor.Storage):
    def __init__(self, path):
        self.db = sqlite3.connect(path, isolation_level=None)
        # A number is given once: it is the version of an object.
        self.db.execute("CREATE TABLE IF NOT EXISTS objects (number INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE,"
                        " content BLOB, modified INTEGER)")

    def describe(self):
        return "an SQLite file"

    def abilities(self):
        return (Abilities.LIST | Abilities.ANY_NAME | Abilities.PUT_IF_ABSENT | Abilities.CONDITIONAL_PUT
                | Abilities.CONDITIONAL_REMOVE)

    def put(self, name, content, condition=None):
        data = content.read()
        with self.db:  # one transaction: all of it or nothing
            self.db.execute("BEGIN IMMEDIATE")
            self.require(name, condition)
            self.db.execute("REPLACE INTO objects (name, content, modified) VALUES (?, ?, ?)",
                            (name, data, int(self.clock().timestamp())))
        return self.stat(name)

    def stat(self, name):
        return next(self.rows("name = ?", name), None)

    def get(self, name, into):
        for (content,) in self.db.execute("SELECT content FROM objects WHERE name = ?", (name,)).fetchall():
            into.write(content)
        return self.stat(name)

    def remove(self, name, condition=None):
        with self.db:
            self.db.execute("BEGIN IMMEDIATE")
            if self.stat(name) is None:
                return False
            self.require(name, condition)
            return self.db.execute("DELETE FROM objects WHERE name = ?", (name,)).rowcount == 1

    def list(self, prefix=""):
        return list(self.rows("substr(name, 1, length(?)) = ?", prefix, prefix))

    def clock(self):
        return tresor.now()

    def rows(self, where, *values):
        query = f"SELECT name, length(content), modified, number FROM objects WHERE {where}"
        for name, size, modified, number in self.db.execute(query, values).fetchall():
            yield ObjectInfo(name, size, datetime.fromtimestamp(modified, timezone.utc), str(number))

    def require(self, name, condition):
        there = self.stat(name)
        if isinstance(condition, IfAbsent) and there is not None:
            raise TresorError(Errc.CONFLICT, f"there is a {name} already")
        if isinstance(condition, IfVersion) and (there is None or there.version != condition.version):
            raise TresorError(Errc.CONFLICT, f"{name} has changed")


if __name__ == "__main__":
    answers = Database(sys.argv[1]).check(again=Database(sys.argv[1]))
    for answer in answers:
        print("yes" if answer.ok else "no ", answer.name, answer.detail)
    sys.exit(not all(answer.ok for answer in answers))
