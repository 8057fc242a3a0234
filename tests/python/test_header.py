"""tresor.h and the Python prototypes are the same."""
import ctypes
import shutil
import subprocess

import pytest
from conftest import SOURCE
from header import Header

import tresor
from tresor import _prototypes, cycle, object as object_module, password
from tresor._library import lib

TEXT = (SOURCE / "include/tresor.h").read_text(encoding="utf-8")
HEADER = Header(TEXT)
PLAIN = {"int": ctypes.c_int, "unsigned": ctypes.c_uint, "size_t": ctypes.c_size_t, "double": ctypes.c_double,
         "int64_t": ctypes.c_int64, "uint64_t": ctypes.c_uint64, "void": None}


def expected(type_, name, siblings):
    """The ctypes type that a type of the header has to have here."""
    if isinstance(type_, tuple):
        return ("function", expected(type_[0], "", []), [expected(one, of, type_[1]) for one, of in type_[1]])
    if type_ in HEADER.callbacks:
        return expected(HEADER.callbacks[type_], name, [])
    bare = type_.replace("const ", "")
    if "[" in bare:
        element, size = bare.rstrip("]").split("[")
        number = int(HEADER.macros[size])
        return ({"char": ctypes.c_char, "unsigned char": ctypes.c_ubyte}[element] * number)
    if type_ == "const char*" and f"{name}_size" not in [of for _, of in siblings]:
        return ctypes.c_char_p
    if bare in ("char*", "unsigned char*", "void*"):
        return ctypes.c_void_p
    if bare.endswith("*"):
        return ctypes.POINTER(expected(bare[:-1], name, siblings))
    return PLAIN[bare] if bare in PLAIN else getattr(_prototypes, bare)


def here(type_):
    """A type of the prototypes in the same form."""
    if hasattr(type_, "_restype_"):
        return ("function", here(type_._restype_), [here(one) for one in type_._argtypes_])
    return type_


def test_the_reader_finds_everything_that_is_in_the_header():
    assert len(HEADER.functions) == TEXT.count("TRESOR_API ") - TEXT.count("#define TRESOR_API ")
    assert len(HEADER.structs) == TEXT.count("typedef struct") - len(HEADER.opaque)
    assert set(HEADER.inits) == {getattr(struct, "__name__") for struct in _prototypes.INITS}


def test_each_function_has_a_prototype_and_each_prototype_a_function():
    assert set(_prototypes.PROTOTYPES) == set(HEADER.functions)


@pytest.mark.parametrize("name", sorted(HEADER.functions))
def test_the_types_of_a_function_are_those_of_the_header(name):
    type_, parameters = HEADER.functions[name]
    restype, arguments = _prototypes.PROTOTYPES[name]
    assert restype is expected(type_, "", [])
    assert [here(one) for one in arguments] == [expected(one, of, parameters) for one, of in parameters]


def test_each_struct_is_here_and_none_else():
    ours = {name for name, value in vars(_prototypes).items()
            if isinstance(value, type) and issubclass(value, ctypes.Structure) and value is not ctypes.Structure}
    assert ours == set(HEADER.structs) | HEADER.opaque


@pytest.mark.parametrize("name", sorted(HEADER.structs))
def test_the_members_of_a_struct_are_those_of_the_header(name):
    members = HEADER.structs[name]
    ours = getattr(_prototypes, name)._fields_
    assert [member for member, _ in ours] == [member for _, member in members]
    assert [here(type_) for _, type_ in ours] == [expected(type_, of, members) for type_, of in members]


def test_numbers_are_those_of_the_header():
    for name, number in HEADER.macros.items():
        ours = getattr(_prototypes, name[len("TRESOR_"):], None)
        if name.endswith(("_SIZE", "_VERSION")) and name != "TRESOR_UNKNOWN_SIZE":
            assert ours == int(number), name
    assert _prototypes.NEVER == -2**63 and HEADER.macros["TRESOR_NEVER"] == "INT64_MIN"
    assert _prototypes.UNKNOWN_SIZE == 2**64 - 1 and HEADER.macros["TRESOR_UNKNOWN_SIZE"] == "UINT64_MAX"


def members(prefix, without=()):
    return {name[len(prefix):]: value for name, value in HEADER.enums.items()
            if name.startswith(prefix) and name[len(prefix):] not in without}


def test_enums_are_those_of_the_header():
    status = {name: -value for name, value in HEADER.enums.items() if value < 0}
    assert {f"TRESOR_{one.name}": one.value for one in tresor.Errc} == status
    for enum, prefix in ((password.PasswordPolicy, "TRESOR_POLICY_"), (cycle.Reason, "TRESOR_REASON_"),
                         (tresor.LogLevel, "TRESOR_LOG_"), (tresor.PasswordIssue, "TRESOR_PASSWORD_"),
                         (tresor.IdScheme, "TRESOR_ID_"), (tresor.ChatFormat, "TRESOR_CHATS_"),
                         (tresor.Every, "TRESOR_EVERY_")):
        assert {one.name: one.value for one in enum} == members(prefix), enum
    abilities = {"CONDITIONAL_PUT": "PUT_CONDITIONALLY", "CONDITIONAL_REMOVE": "REMOVE_CONDITIONALLY"}
    assert {abilities.get(one.name, one.name): one.value for one in tresor.Abilities if one} == members("TRESOR_CAN_")
    assert {one.name: one.value for one in tresor.OutcomeKind} == {
        name: HEADER.enums[f"TRESOR_{name}"] for name in ("UPLOADED", "UNCHANGED", "GRACE", "DISABLED")}
    assert members("TRESOR_IF_") == {"ANY": object_module._IF_ANY, "ABSENT": object_module._IF_ABSENT,
                                     "VERSION": object_module._IF_VERSION}


def test_words_are_those_of_the_library():
    assert all(one.name.lower() == lib.tresor_status_name(-one).decode() for one in tresor.Errc)
    assert all(one.name.lower() == one.word for one in [*tresor.Reason, *tresor.OutcomeKind, *tresor.IdScheme,
                                                     *tresor.Every])
    assert all(issue.text for issue in tresor.PasswordIssue)


def test_sizes_are_those_of_the_library():
    for name in HEADER.functions:
        if name.endswith("_size") and name not in ("tresor_container_size", "tresor_reader_size", "tresor_struct_size"):
            assert getattr(lib, name)() == getattr(_prototypes, name[len("tresor_"):].upper()), name
    assert lib.tresor_version().decode() == tresor.library_version() == tresor.__version__


def test_the_compiler_lays_the_structs_out_as_ctypes_does(tmp_path):
    """And each _INIT sets what new() sets."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    lines = ["#include <stdio.h>", "#include <tresor.h>", "int main(void) {"]
    for name, parts in HEADER.structs.items():
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        lines += [f'printf("{name}.{member} %zu %zu\\n", offsetof({name}, {member}), sizeof((({name} *)0)->{member}));'
                  for _, member in parts]
    for name in HEADER.inits:
        lines.append(f"{{ {name} one = TRESOR_{name[len('tresor_'):].upper()}_INIT;")
        for type_, member in HEADER.structs[name]:
            if isinstance(type_, str) and type_ in PLAIN:
                lines.append(f'printf("{name}={member} %lld\\n", (long long)one.{member});')
            elif "[" not in type_:
                lines.append(f'printf("{name}={member} %d\\n", one.{member} != 0);')
        lines.append("}")
    lines += ["return 0; }"]
    (tmp_path / "layout.c").write_text("\n".join(lines))
    subprocess.run(["gcc", "-std=c99", "-I", SOURCE / "include", "-o", tmp_path / "layout", tmp_path / "layout.c"],
                   check=True)
    told = subprocess.run([tmp_path / "layout"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(told) > 150
    for line in told:
        what, *numbers = line.split()
        numbers = [int(number) for number in numbers]
        if "=" in what:
            struct, member = what.split("=")
            value = getattr(_prototypes.new(getattr(_prototypes, struct)), member)
            signed = int(value) if isinstance(value, (int, float)) else int(bool(value))
            assert signed % 2**64 == numbers[0] % 2**64, line
        elif "." in what:
            struct, member = what.split(".")
            field = getattr(getattr(_prototypes, struct), member)
            assert [field.offset, field.size] == numbers, line
        else:
            assert [ctypes.sizeof(getattr(_prototypes, what))] == numbers, line


@pytest.mark.parametrize("change, where", [
    ("TRESOR_API void tresor_keys_free(tresor_keys *keys);", "functions"),
    ("TRESOR_API int tresor_new_thing(int *out);", "functions"),
])
def test_a_header_that_differs_is_noticed(change, where):
    """The comparison can fail: with one function less, and one more."""
    changed = TEXT.replace(change, "") if change in TEXT else TEXT.replace("/* ---- errors", change + "\n/* ---- errors")
    assert set(getattr(Header(changed), where)) != set(_prototypes.PROTOTYPES)


def test_a_type_that_differs_is_noticed():
    changed = Header(TEXT.replace("tresor_time_format(char out[TRESOR_TIME_SIZE], int64_t time)",
                                  "tresor_time_format(char out[TRESOR_TIME_SIZE], int time)"))
    type_, parameters = changed.functions["tresor_time_format"]
    assert [expected(one, of, parameters) for one, of in parameters] != _prototypes.PROTOTYPES["tresor_time_format"][1]
