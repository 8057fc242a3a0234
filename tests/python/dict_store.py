"""A store and a state store in Python, as a program might write them."""
import re
import threading

import tresor
from tresor import Abilities, Errc, IfAbsent, IfVersion, ObjectInfo, TresorError


class DictStore(tresor.Storage):
    """Each object is a value in a dict. Does all that a store can do."""

    def __init__(self):
        self.objects = {}
        self.puts = 0

    def describe(self):
        return "a dict"

    def abilities(self):
        return (Abilities.LIST | Abilities.ANY_NAME | Abilities.PUT_IF_ABSENT | Abilities.CONDITIONAL_PUT
                | Abilities.CONDITIONAL_REMOVE)

    def require(self, name, condition):
        there = self.stat(name)
        if isinstance(condition, IfAbsent) and there is not None:
            raise TresorError(Errc.CONFLICT, "there is one")
        if isinstance(condition, IfVersion) and (there is None or there.version != condition.version):
            raise TresorError(Errc.CONFLICT, "it has another version")

    def put(self, name, content, condition=None):
        data = content.read()
        self.require(name, condition)
        self.puts += 1
        info = ObjectInfo(name, len(data), tresor.now(), str(self.puts))
        self.objects[name] = (info, data)
        return info

    def stat(self, name):
        return self.objects[name][0] if name in self.objects else None

    def get(self, name, into):
        if name not in self.objects:
            return None
        info, data = self.objects[name]
        into.write(data)
        return info

    def remove(self, name, condition=None):
        if name not in self.objects:
            return False
        self.require(name, condition)
        del self.objects[name]
        return True

    def list(self, prefix=""):
        return [info for info, _ in self.objects.values() if info.name.startswith(prefix)]

    def clock(self):
        return tresor.now()


class PlainStore(DictStore):
    """Can do as little as a store may: no list, no conditions, no times, no versions, no other names."""

    def abilities(self):
        return Abilities.NONE

    def require(self, name, condition):
        if condition is not None:
            raise TresorError(Errc.UNSUPPORTED, "no conditions")

    def put(self, name, content, condition=None):
        if not re.fullmatch("config|backups/[0-9a-f]{64}", name):
            raise TresorError(Errc.UNSUPPORTED, "no other names")
        info = super().put(name, content, condition)
        self.objects[name] = (ObjectInfo(name, info.size), self.objects[name][1])
        return self.objects[name][0]

    def remove(self, name, condition=None):
        self.require(name, condition)
        return super().remove(name)

    list = tresor.Storage.list
    clock = tresor.Storage.clock


class MemoryStates(tresor.StateStore):
    def __init__(self):
        self.saved = None
        self.locks = 0
        self.mutex = threading.Lock()

    def load(self):
        return self.saved

    def save(self, state):
        self.saved = state

    def lock(self):
        self.mutex.acquire()
        self.locks += 1

    def unlock(self):
        self.mutex.release()
