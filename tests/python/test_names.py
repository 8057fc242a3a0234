"""What is public, and what is said of it."""
import dataclasses
import enum
import inspect
import pkgutil
import types
import typing

import pytest
from conftest import PACKAGE

import tresor


def test_all_is_complete_and_sorted():
    public = {name for name, value in vars(tresor).items()
              if not name.startswith("_") and not isinstance(value, types.ModuleType)}
    assert tresor.__all__ == sorted(public) and len(set(tresor.__all__)) == len(tresor.__all__)


def test_each_public_module_has_only_names_that_are_public_or_come_from_elsewhere():
    """Who adds a class to a public module exports it, or gives it an underscore, or lists it here."""
    inner = {"archive": {"Options", "bad_entries"}, "chats": {"value_of"}, "error": {"known", "one_of", "typed", "whole", "wrong"},
             "model": {"Document", "document", "json_text"},
             "object": {"condition_of", "condition_struct", "fill", "info_of", "new_object"},
             "place": {"file_name", "place_of"}, "retention": {"Sweeping", "ask_before_removal", "limits_of"},
             "secret": {"Wiping", "bytes_of", "exposed", "wipe"},
             "stream": {"Sink", "Source", "Watched", "tell_progress"}, "transfer": {"get_file", "put_file", "write_file"},
             "timestamp": {"optional_seconds", "optional_time", "seconds_of", "seconds_or_now", "time_of"}}
    for module in pkgutil.iter_modules([str(PACKAGE / "tresor")]):
        if module.name.startswith("_"):
            continue
        space = vars(__import__(f"tresor.{module.name}", fromlist=["x"]))
        own = {name for name, value in space.items() if not name.startswith("_")
               and getattr(value, "__module__", None) == f"tresor.{module.name}"}
        assert own - set(tresor.__all__) - inner.get(module.name, set()) == set(), module.name


FUNCTIONS = (types.FunctionType, property, classmethod, staticmethod)


ALIASES = {"AccountLike", "ArchiveLike", "BytesLike", "Condition", "FileContent", "Location", "Log", "Password", "Progress", "Store"}


def test_types_of_arguments_can_be_named():
    assert {name for name in tresor.__all__ if typing.get_origin(getattr(tresor, name))} == ALIASES


def public():
    for name in tresor.__all__:
        value = getattr(tresor, name)
        if name in ALIASES:
            continue
        yield name, value
        if isinstance(value, type):
            for member, function in vars(value).items():
                if not member.startswith("_") and isinstance(function, FUNCTIONS):
                    yield f"{name}.{member}", getattr(value, member)


@pytest.mark.parametrize("name, value", [pytest.param(*one, id=one[0]) for one in public()])
def test_each_public_name_has_a_docstring(name, value):
    text = inspect.getdoc(value)
    assert text and (text[0].isupper() or text[0] in '`"36'), name
    if dataclasses.is_dataclass(value) or isinstance(value, type) and issubclass(value, enum.Enum):
        assert vars(value)["__doc__"] and not vars(value)["__doc__"].startswith(f"{name}("), "it is generated"


def test_each_class_of_values_is_frozen_but_those_of_the_account():
    account = {"Account", "Contact", "DistributionList", "Group", "Info", "Link", "Settings", "User"}
    for name, value in public():
        if dataclasses.is_dataclass(value):
            assert value.__dataclass_params__.frozen == (name not in account), name
