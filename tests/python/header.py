"""A reader of tresor.h, for the comparison with the Python prototypes."""
import re


class Header:
    """`functions`: name -> (type, [types]); `structs`: name -> [(type, member)]; `callbacks`: name -> (type, [types]);
    `enums`: name -> number; `macros`: name -> text; `inits`: the structs that have an _INIT. Types are texts without
    spaces around `*`; a pointer to a function is a pair as well."""

    def __init__(self, text):
        text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
        macros = re.findall(r"^#define (TRESOR_\w+)[ \t]+((?:[^\\\n]|\\\n)+)$", text, re.M)
        self.macros = {name: " ".join(value.replace("\\\n", " ").split()) for name, value in macros}
        self.inits = {name[:-5].lower(): value for name, value in self.macros.items() if name.endswith("_INIT")}
        text = re.sub(r"^\s*#(?:[^\\\n]|\\\n)*$", "", text, flags=re.M)
        text = text[text.index('extern "C" {') + len('extern "C" {'):]
        self.functions, self.structs, self.callbacks, self.enums, self.opaque = {}, {}, {}, {}, set()
        for statement in self._statements(text.rsplit("}", 1)[0]):
            self._read(" ".join(statement.split()))

    @staticmethod
    def _statements(text):
        depth, begin = 0, 0
        for at, character in enumerate(text):
            depth += {"{": 1, "}": -1}.get(character, 0)
            if character == ";" and depth == 0:
                yield text[begin:at]
                begin = at + 1

    def _read(self, statement):
        if match := re.fullmatch(r"typedef enum (\w+) \{(.*)\} \1", statement):
            for one in match[2].split(","):
                name, value = one.split("=")
                self.enums[name.strip()] = eval(value)
        elif match := re.fullmatch(r"typedef struct (\w+) \{(.*)\} \1", statement):
            members = [one.strip() for one in match[2].split(";") if one.strip()]
            self.structs[match[1]] = [pair for one in members for pair in self._members(one)]
        elif match := re.fullmatch(r"typedef struct (\w+) \1", statement):
            self.opaque.add(match[1])
        elif match := re.fullmatch(r"typedef (.+)\(\*(\w+)\)\((.*)\)", statement):
            self.callbacks[match[2]] = (match[1].strip(), self._parameters(match[3]))
        elif match := re.fullmatch(r"TRESOR_API (.+?)(\w+)\((.*)\)", statement):
            self.functions[match[2]] = (self._type(match[1]), self._parameters(match[3]))
        else:
            raise AssertionError(f"not understood: {statement!r}")

    def _members(self, text):
        if match := re.fullmatch(r"(.+)\(\*(\w+)\)\((.*)\)", text):
            return [((match[1].strip(), self._parameters(match[3])), match[2])]
        first, *others = text.split(",")
        type_, name, array = re.fullmatch(r"(.+?)(\w+)(\[\w+\])?", first).groups()
        return [(self._type(type_) + (array or ""), name)] + [(self._type(type_), other.strip()) for other in others]

    def _parameters(self, text):
        found, depth, begin = [], 0, 0
        for at, character in enumerate(text + ","):
            depth += {"(": 1, ")": -1}.get(character, 0)
            if character == "," and depth == 0:
                found.append(text[begin:at].strip())
                begin = at + 1
        if found == ["void"]:
            return []
        return [self._parameter(one) for one in found]

    def _parameter(self, text):
        """(type, name)"""
        if match := re.fullmatch(r"(.+)\(\*(\w+)\)\((.*)\)", text):
            return ((match[1].strip(), self._parameters(match[3])), match[2])
        type_, name, array = re.fullmatch(r"(.+?)(\w+)(\[\w+\])?", text).groups()
        return (self._type(type_) + ("*" if array else ""), name)

    @staticmethod
    def _type(text):
        return re.sub(r"\s*\*\s*", "*", text.strip().replace("*const*", "**").replace("*const *", "**"))
