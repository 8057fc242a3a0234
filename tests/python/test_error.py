"""The one exception, and findings."""
import copy
import pickle

import pytest
from conftest import raises

import tresor
from tresor import Errc, Finding, TresorError


def test_an_error_carries_code_name_message_and_answers():
    error = TresorError(Errc.UNAVAILABLE, "the server is busy", retry_after=7, http_status=503)
    assert error.code is Errc.UNAVAILABLE and error.code == 9
    assert (error.name, error.message) == ("unavailable", "the server is busy")
    assert (error.retry_after, error.http_status, str(error)) == (7, 503, "unavailable: the server is busy")
    assert isinstance(error, Exception) and error.args == ("the server is busy",)
    bare = TresorError(5)
    assert (bare.code, str(bare), bare.retry_after, bare.http_status) == (Errc.AUTH_FAILED, "auth_failed", None, None)


def test_an_error_of_the_library_carries_them_too():
    with raises("INVALID_ARGUMENT") as caught:
        tresor.parse_identity("ECHO")
    assert caught.error.name == "invalid_argument" and caught.error.message and caught.error.retry_after is None


def test_an_error_is_pickled_and_copied():
    with raises("INVALID_ARGUMENT") as caught:
        tresor.parse_identity("ECHO")
    for error in (TresorError(Errc.UNAVAILABLE, "busy", retry_after=7, http_status=503), caught.error):
        for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert type(again) is TresorError and str(again) == str(error)
            assert (again.code, again.message, again.retry_after, again.http_status) == (
                error.code, error.message, error.retry_after, error.http_status)


def test_a_code_that_does_not_exist_is_refused():
    for code in (0, 14, -5, "io"):
        with pytest.raises(ValueError):
            TresorError(code)
    for wait in (1.5, -1, 2**63, "7"):
        with pytest.raises(ValueError):
            TresorError(Errc.UNAVAILABLE, "busy", retry_after=wait)


def test_a_finding_is_a_value():
    assert Finding("/a", "odd") == Finding("/a", "odd") and len({Finding("/a", "odd"), Finding("/a", "odd")}) == 1
    with pytest.raises(AttributeError):
        Finding("/a", "odd").reason = "even"


def test_a_module_says_its_version_and_nothing_else_that_is_missing():
    assert tresor.__version__ == tresor.library_version() and tresor.abi_version() == 1
    with pytest.raises(AttributeError):
        tresor.nothing_of_that_name
