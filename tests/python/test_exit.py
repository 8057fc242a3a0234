"""An interpreter ends cleanly, whatever is alive and in whatever order it goes."""
import itertools

import pytest
from conftest import run

MADE = """
import gc, itertools, tresor
from dict_store import DictStore, MemoryStates
own, states, memory = DictStore(), MemoryStates(), tresor.open_storage("memory:")
mirror = tresor.Mirror([own, memory])
retrying = tresor.Retrying(mirror)
retrying.put_limits()
client = tresor.SafeClient(states, retrying, log=lambda *_: None, progress=lambda *_: None)
keys = tresor.Keys.from_master(bytes(64))
account = tresor.Account(tresor.User(bytes(range(32))))
client.enable("three quiet otters", "ECHOECHO", account)
"""


def ends_cleanly(code, cwd=None):
    result = run(code, cwd=cwd)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    return result.stdout


def test_everything_alive():
    ends_cleanly(MADE)


def test_everything_alive_and_no_collector():
    ends_cleanly("import gc; gc.disable()" + MADE)


def test_closed_or_dropped_in_any_order(tmp_path):
    names = ("client", "retrying", "mirror", "own", "memory", "states")
    ends_cleanly(f"""
import itertools
source = {MADE!r}
source = source.replace("client.enable", "#")
code = compile(source, "made", "exec")
for order in itertools.permutations({names!r}):
    for closes in (True, False):
        space = {{}}
        exec(code, space)
        for name in order:
            if closes:
                space[name].close()
            del space[name]
""")


@pytest.mark.parametrize("first, second", itertools.permutations(("client", "store", "states"), 2))
def test_a_client_goes_before_its_store_and_after_it(first, second):
    out = ends_cleanly(f"""
import gc, weakref, tresor
from dict_store import DictStore, MemoryStates
store, states = DictStore(), MemoryStates()
store.put_limits()
client = tresor.SafeClient(states, store)
gone = weakref.ref(store)
del {first}
del {second}
gc.collect()
if "client" in globals():
    client.enable("three quiet otters", "ECHOECHO", tresor.Account(tresor.User(bytes(range(32)))))
    print(client.verify().differs)
globals().pop("client", None), globals().pop("store", None)
gc.collect()
print(gone())
""")
    assert out.split()[-1] == "None" and out.split()[0] in ("None", "False")


def test_cycles():
    out = ends_cleanly("""
import gc, weakref, tresor
from dict_store import DictStore, MemoryStates
class Node(DictStore):
    pass
gc.disable()
for _ in range(50):
    store, states = Node(), MemoryStates()
    store.client = tresor.SafeClient(states, store, log=lambda *one, store=store: store, progress=lambda *one, s=states: s)
    store.me, store.wrapper, states.store = store, tresor.Retrying(store, wait=lambda seconds, store=store: store), store
    store.mirror = tresor.Mirror([store.wrapper, store])
    store.wrapper.stat("config")
    opened = tresor.open_storage("memory:", progress=lambda *one, store=store: store)
    store.opened = opened
gone = weakref.ref(store), weakref.ref(states), weakref.ref(opened)
del store, states, opened
gc.collect()
print([ref() for ref in gone])
from tresor._handle import _living
print(len(_living))
left = Node()
left.me = tresor.SafeClient(MemoryStates(), left)
""")
    assert out.splitlines() == ["[None, None, None]", "0"]


def test_the_end_within_a_callback_and_with_threads_in_calls():
    assert ends_cleanly("""
import sys, tresor
from dict_store import DictStore
store = DictStore()
store.stat = lambda name: sys.exit(0)
tresor.Retrying(store).stat("config")
""") == ""
    ends_cleanly(MADE + """
import threading, time
entered = threading.Event()
class File:
    def read(self, size=-1):
        entered.set()
        time.sleep(60)
threading.Thread(target=lambda: memory.put("config", File()), daemon=True).start()
entered.wait()
""")


def test_an_exit_code_goes_through_a_callback():
    assert run("""
import sys, tresor
from dict_store import DictStore
store = DictStore()
store.stat = lambda name: sys.exit(7)
tresor.Mirror([tresor.Retrying(store)]).stat("config")
""").returncode == 7


def test_use_at_exit():
    assert ends_cleanly("""
import atexit, tresor
from dict_store import DictStore
store = tresor.open_storage("memory:")
def last():
    try:
        print(store.stat("config"))
    except tresor.TresorError as error:
        print(error)
atexit.register(last)
class Late:
    def __del__(self):
        store.close()
        tresor.now()
late = Late()
""") in ("None\n", "invalid_argument: this LibraryStorage is closed\n", "invalid_argument: it is closed\n")
