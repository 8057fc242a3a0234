"""Threads: each with its own, or many with one; the interpreter goes on while the library works."""
import io
import itertools
import os
import sys
import threading
import time

import pytest
from conftest import ACCOUNT, ID, MASTER_KEY, PASSWORD, SCALE
from dict_store import DictStore, MemoryStates

import tresor

NAME = "backups/" + "ab" * 32
ROUNDS = max(3, int(30 * SCALE))


@pytest.fixture(autouse=True)
def switch_often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def in_threads(work, count=8):
    """Runs work(number) in as many threads, at once; raises what one of them raised."""
    barrier, failures = threading.Barrier(count), []

    def run(number):
        try:
            barrier.wait(10)
            work(number)
        except BaseException as error:
            failures.append(error)
    threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60 * max(1, SCALE))
        assert not thread.is_alive(), "two threads wait for each other"
    for failure in failures:
        raise failure


def test_each_thread_has_its_own_handles(tmp_path):
    def work(number):
        with tresor.open_storage(tmp_path / str(number), create=True) as store, tresor.Keys.from_master(MASTER_KEY) as keys:
            own = DictStore()
            mirror = tresor.Mirror([store, own])
            for turn in range(ROUNDS):
                content = tresor.seal(f'{{"{number}": {turn}}}', keys)
                mirror.put_bytes(NAME, content)
                assert own.objects[NAME][1] == content
                assert tresor.open_container(store.get_bytes(NAME), keys).to_dict() == {str(number): turn}
                with pytest.raises(tresor.TresorError) as caught:
                    tresor.parse_identity("x" * (number + 9))
                assert caught.value.code is tresor.Errc.INVALID_ARGUMENT
    in_threads(work)


def test_many_threads_use_one_handle(folder, keys):
    own = DictStore()
    outer = tresor.Retrying(tresor.Mirror([own, folder]))

    def work(number):
        for turn in range(ROUNDS):
            for store in (outer, own, folder):
                store.put_bytes(f"data-backups/{number}", b"%d %d" % (number, turn))
                assert store.get_bytes(f"data-backups/{number}") == b"%d %d" % (number, turn)
            assert keys.backup_id == MASTER_KEY[:32]
            assert tresor.open_container(tresor.seal("{}", keys), keys).json == b"{}"
    in_threads(work)
    assert len(outer.list("data-backups/")) == 8


def test_one_thread_at_a_time_is_in_a_store():
    inside, most = [], []

    class Counting(DictStore):
        def stat(self, name):
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.001)
            inside.pop()
            return super().stat(name)
    for _ in range(10):
        store = Counting()
        # Also when its handle is made, by the first that comes.
        in_threads(lambda number: (store.get_file(NAME, io.BytesIO()), tresor.Retrying(store).stat(NAME)))
    assert set(most) == {1}


def test_two_threads_that_check_two_stores_against_each_other_do_not_wait_forever():
    first, second = DictStore(), DictStore()
    first.objects = second.objects
    folder = tresor.open_storage("memory:")

    def work(number):
        one, other = ((first, second), (second, first))[number % 2]
        for _ in range(5):
            one.check(again=other)
            tresor.Mirror([one, folder] if number % 2 else [folder, one]).stat(NAME)
    in_threads(work, 4)


def test_a_handle_that_is_closed_in_the_middle_serves_its_call_to_the_end():
    for _ in range(ROUNDS):
        store = tresor.open_storage("memory:")
        store.put_bytes(NAME, bytes(100000))

        def work(number):
            if number == 0:
                store.close()
                return
            try:
                assert store.get_bytes(NAME) == bytes(100000)
            except tresor.TresorError as error:
                assert error.code is tresor.Errc.INVALID_ARGUMENT
        in_threads(work, 4)


def test_clients_in_threads(tmp_path):
    def work(number):
        with tresor.open_storage("memory:") as store:
            store.put_limits()
            with tresor.SafeClient(MemoryStates(), store) as client:
                client.enable(PASSWORD, ID, ACCOUNT)
                assert client.verify().differs is False and client.disable()
    in_threads(work, 4)


def test_many_threads_use_one_client(memory):
    memory.put_limits()
    states = MemoryStates()
    with tresor.SafeClient(states, memory) as client:
        client.enable(PASSWORD, ID, ACCOUNT)

        def work(number):
            assert client.tick(ACCOUNT, force=True).kind is tresor.OutcomeKind.UPLOADED
            assert client.status().enabled and client.verify().differs is False
        in_threads(work)
    assert states.locks > 8 and not states.mutex.locked()


def test_exceptions_stay_in_their_threads():
    store = DictStore()
    store.stat = lambda name: int(name)  # raises ValueError with the name in it

    def work(number):
        wrapper = tresor.Retrying(store)
        for turn in range(ROUNDS):
            with pytest.raises(ValueError, match=f"'a{number}.{turn}'"):
                wrapper.stat(f"a{number}.{turn}")
    in_threads(work)


def progress_during(work):
    """How far another thread counts in the meantime."""
    counter, done = itertools.count(), threading.Event()

    def count():
        while not done.is_set():
            next(counter)
            time.sleep(0)  # lets others go on, who else would wait for long
    thread = threading.Thread(target=count)
    thread.start()
    try:
        before = next(counter)
        work()
        return next(counter) - before
    finally:
        done.set()
        thread.join()


def test_another_thread_goes_on_while_the_library_works(keys):
    sys.setswitchinterval(5)  # a call that kept the interpreter would keep it to its end, and after
    content = os.urandom(1 << 22)
    for work in (lambda: tresor.Keys.derive(PASSWORD, ID), lambda: tresor.seal(content, keys)):
        assert progress_during(work) > 5  # 1 if it kept the interpreter, far more on an idle machine


def test_two_threads_derive_at_the_same_time():
    sys.setswitchinterval(5)
    inside, together = set(), []

    def work(number):
        inside.add(number)
        with tresor.Keys.derive(PASSWORD, ID) as keys:
            together.append(len(inside))
            inside.discard(number)
            assert keys.master_key() == MASTER_KEY
    in_threads(work, 2)
    assert max(together) == 2, "one came after the other"
