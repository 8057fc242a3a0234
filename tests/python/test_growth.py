"""Memory does not grow with the number of calls, whether they go well or fail."""
import gc
import io
import resource

import pytest
from conftest import ACCOUNT, ID, MASTER_KEY, PASSWORD, SCALE, raises
from dict_store import DictStore, MemoryStates

import tresor
from tresor import Errc, TresorError
from tresor._call import hosts
from tresor._handle import _living

NAME = "backups/" + "ab" * 32
MANY = int(20000 * SCALE)
ALLOWED = 3 << 20


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def grown(work, times):
    """By how many bytes the process grows from the first tenth of the calls on."""
    for _ in range(max(times // 10, 10)):
        work()
    gc.collect()
    before = resident()
    for _ in range(times):
        work()
    gc.collect()
    return resident() - before


def test_growth_is_noticed():
    kept = []
    assert grown(lambda: kept.append(bytes(1000)), 20000) > ALLOWED


def test_sealing_and_opening(keys):
    def work():
        assert tresor.open_container(tresor.seal('{"a": 1}', keys), keys).json == b'{"a": 1}'
    assert grown(work, MANY) < ALLOWED


def test_sealing_and_opening_with_keys_of_their_own():
    def work():
        keys = tresor.Keys.from_master(MASTER_KEY)
        tresor.open_container(tresor.seal({"a": 1}, keys), keys)
    assert grown(work, MANY // 4) < ALLOWED


def test_failing_calls(keys):
    sealed = bytearray(tresor.seal('{"a": 1}', keys))
    sealed[-1] ^= 1

    def work():
        with raises("AUTH_FAILED"):
            tresor.open_container(sealed, keys)
        with raises("INVALID_ARGUMENT"):
            tresor.Keys.from_master(b"short")
        with raises("NOT_FOUND"):
            tresor.open_storage("/nowhere/at/all")
    assert grown(work, MANY // 4) < ALLOWED


def test_failing_callbacks():
    store = DictStore()
    errors = [ValueError, lambda: TresorError(Errc.UNAVAILABLE, "busy"), KeyboardInterrupt]

    def stat(name):
        raise errors[len(name) % 3]()
    store.stat = stat
    outer = tresor.Retrying(tresor.Mirror([store]), wait=lambda seconds: None)

    def work():
        for name in ("a", "ab", "abc"):
            try:
                outer.stat(name)
            except BaseException:
                pass
    assert grown(work, MANY // 8) < ALLOWED


def test_stores_and_files():
    def work():
        own, memory = DictStore(), tresor.open_storage("memory:")
        outer = tresor.Retrying(tresor.Mirror([own, memory]))
        outer.put(NAME, io.BytesIO(b"x" * 20000))
        outer.get(NAME, io.BytesIO())
        outer.list()
        tresor.check_password("three quiet otters", min_entropy_bits=1, entropy=lambda password: 99)
    assert grown(work, MANY // 20) < ALLOWED


def test_clients(memory):
    memory.put_limits()
    states = MemoryStates()
    with tresor.SafeClient(states, memory) as client:
        client.enable(PASSWORD, ID, tresor.Account(tresor.User(bytes(range(32)))))

    def work():
        with tresor.SafeClient(states, memory, log=lambda *_: None, progress=lambda *_: None) as one:
            one.tick(tresor.Account(tresor.User(bytes(range(32)))), force=True)
            one.status()
    assert grown(work, MANY // 40) < ALLOWED


def test_accounts():
    assert grown(lambda: tresor.Account.from_json(ACCOUNT).to_json(), max(20, MANY // 200)) < 2 * ALLOWED


def test_nothing_is_left_of_what_was_dropped():
    gc.collect()
    before = len(_living), len(hosts._hosts)
    for _ in range(10):
        own = DictStore()
        client = tresor.SafeClient(MemoryStates(), tresor.Retrying(tresor.Mirror([own, tresor.open_storage("memory:")])))
        with pytest.raises(TresorError):
            client.status()
        del own, client
    gc.collect()
    assert (len(_living), len(hosts._hosts)) == before


def test_an_exception_is_dropped_with_what_it_holds():
    """Nothing of the package keeps it, nor do the two hold each other."""
    import weakref

    class Boom(Exception):
        pass
    store, refs = DictStore(), []

    def stat(name):
        error = Boom()
        refs.append(weakref.ref(error))
        try:
            raise error
        finally:
            del error
    store.stat = stat
    gc.disable()
    try:
        for outer in (tresor.Retrying(store), tresor.Mirror([store])):
            try:
                outer.stat(NAME)
            except Boom:
                pass
        assert len(refs) == 2 and [ref() for ref in refs] == [None, None], "it waits for the collector"
    finally:
        gc.enable()


def test_each_handle_is_freed_once():
    freed = []
    for make in (lambda: tresor.Keys.from_master(MASTER_KEY), lambda: tresor.open_storage("memory:"),
                 lambda: tresor.Retrying(DictStore()), lambda: tresor.SafeClient("a-state.json"),
                 lambda: tresor.StateFile("a-state.json")):
        for end in ("close", "__del__"):
            one = make()
            handle = one._handle
            free, handle._free = handle._free, lambda pointer: (freed.append(pointer), free(pointer))
            if end == "close":
                one.close()
                one.close()
            del one
            gc.collect()
            assert len(freed) == 1, (make, end)
            freed.clear()
