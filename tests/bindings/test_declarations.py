"""What the example programs say of functions and structs is what tresor.h says."""
import pathlib
import re

import pytest

SOURCE = pathlib.Path(__file__).parent.parent.parent
PROGRAMS = {"lua": "tresor.lua", "ruby": "tresor.rb", "perl": "tresor.pl"}
PERL_KINDS = {"uint": "unsigned", "void": "void", "int": "int", "int64_t": "int64_t", "size_t": "size_t",
              "uint64_t": "uint64_t"}


def kind(declaration):
    """What a C declaration is for whoever calls: a pointer, an array, or the type of a number."""
    if re.search(r"[*(]|\btresor_(progress|visit)\b", declaration):
        return "pointer"
    array = re.search(r"\w+\s*\[(\d+)\]$", declaration)
    words = [word for word in re.findall(r"\w+", declaration) if word != "const"]
    return f"{words[0]}[{array[1]}]" if array else words[0]


def parameters(text):
    parts = re.split(r",(?![^(]*\))", text)
    return [] if text.strip() in ("", "void") else [kind(part) for part in parts]


def functions_of(c):
    found = re.findall(r"^\s*(\w[\w ]*?[ *]+)(tresor_\w+)\(([^;{]*?)\);", c, re.M)
    return {name: (kind(result), parameters(given)) for result, name, given in found}


def member(declaration):
    """(name, kind)"""
    name = re.search(r"\(\*(\w+)\)", declaration) or re.search(r"(\w+)(\[\w+\])?$", declaration)
    return name[1], kind(declaration)


def members(body):
    flat = re.sub(r"\s+", " ", body)
    return [member(part.strip()) for part in flat.split(";") if part.strip()]


def structs_of(c):
    return {name: members(body) for body, name in re.findall(r"typedef struct \w+ \{(.*?)\} (\w+);", c, re.S)}


def header():
    c = re.sub(r"/\*.*?\*/", "", (SOURCE / "include/tresor.h").read_text(), flags=re.S).replace("TRESOR_API ", "")
    for name, number in re.findall(r"#define (TRESOR_\w+_SIZE) (\d+)", c):
        c = c.replace(f"[{name}]", f"[{number}]")
    return functions_of(c), structs_of(c)


def snake(name):
    return "tresor_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def lua(program):
    return functions_of(program), structs_of(program)


def ruby(program):
    structs = {snake(name).replace("stored_", ""): [member(part) for part in re.findall(r'"(.*?)"', body)]
               for name, body in re.findall(r"(\w+) = struct \[(.*?\"(?:\w|\])*)\]\n", program, re.S)}
    return functions_of(program), structs


def perl_kind(type_name):
    return PERL_KINDS.get(type_name, "pointer")


def perl(program):
    functions = {name: ("int", [perl_kind(given) for given in types.split()])
                 for name, types in re.findall(r"(tresor_\w+)\s*=> \[\s*qw\((.*?)\)", program, re.S)}
    for name, types, result in re.findall(r"(tresor_\w+)\s*=> \[\[(.*?)\] => '(\w+)'\]", program):
        functions[name] = (perl_kind(result), [perl_kind(given) for given in re.findall(r"[\w*]+", types)])
    structs = {}
    for name, body in re.findall(r"package Tresor::(\w+) \{[^}]*?record_layout_1\((.*?)\);", program, re.S):
        pairs = re.findall(r"('[\w ]+'|\w+)\s*=> '(\w+)'", body)
        structs[snake(name)] = [(member_name, perl_kind(given)) for given, member_name in pairs]
    return functions, structs


@pytest.mark.parametrize("language", PROGRAMS)
def test_declarations_are_those_of_the_header(language):
    program = (SOURCE / "bindings" / language / PROGRAMS[language]).read_text()
    functions, structs = globals()[language](program)
    known_functions, known_structs = header()
    assert len(functions) >= 25 and len(structs) >= 6  # else they were not understood
    for name, declared in functions.items():
        assert declared == known_functions.get(name), name
    for name, declared in structs.items():
        assert declared == known_structs.get(name), name
