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
    for code in (0, 14, -5, 2**32 + 5):
        with pytest.raises(ValueError):
            TresorError(code)


def test_an_answer_out_of_range_is_refused():
    for wait in (-1, 2**63):
        with pytest.raises(ValueError):
            TresorError(Errc.UNAVAILABLE, "busy", retry_after=wait)
    for status in (-1, 2**31, 2**40):
        with pytest.raises(ValueError):
            TresorError(Errc.UNAVAILABLE, "busy", http_status=status)


def test_an_argument_of_a_wrong_type_is_a_type_error():
    for arguments in ({"code": "io"}, {"code": 1.5}, {"code": 9, "retry_after": 1.5}, {"code": 9, "retry_after": "7"},
                      {"code": 9, "http_status": "503"}, {"code": 9, "http_status": 503.0}):
        with pytest.raises(TypeError):
            TresorError(**arguments)


def test_an_error_with_strange_attributes_is_shown_and_pickled():
    error = TresorError(Errc.UNAVAILABLE, "busy", retry_after=7)
    error.code, error.http_status = "io", "503"
    assert str(error) == "internal: busy"
    again = pickle.loads(pickle.dumps(error))
    assert (again.code, again.message, again.retry_after, again.http_status) == (Errc.INTERNAL, "busy", 7, None)


def test_a_finding_is_a_value():
    assert Finding("/a", "odd") == Finding("/a", "odd") and len({Finding("/a", "odd"), Finding("/a", "odd")}) == 1
    with pytest.raises(AttributeError):
        Finding("/a", "odd").reason = "even"


def test_a_module_says_its_version_and_nothing_else_that_is_missing():
    assert tresor.__version__ == tresor.library_version() and tresor.abi_version() == 1
    with pytest.raises(AttributeError):
        tresor.nothing_of_that_name
