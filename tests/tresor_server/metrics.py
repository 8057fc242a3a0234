"""Reads Prometheus text format 0.0.4, and nothing else."""
import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)?\}})? ([+-]?(?:[0-9.]+(?:e[+-]?[0-9]+)?|Inf)|NaN)")
HELP = re.compile(rf"# HELP ({NAME}) [^\n]+")
TYPE = re.compile(rf"# TYPE ({NAME}) (counter|gauge|histogram|summary|untyped)")
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}


def samples_of(text):
    """(name, labels) to value. Each family is announced once, and its samples stand together."""
    assert text.endswith("\n")
    samples, kinds, helped, family = {}, {}, set(), None
    for line in text[:-1].split("\n"):
        if match := HELP.fullmatch(line):
            assert match[1] not in helped, line
            helped.add(match[1])
        elif match := TYPE.fullmatch(line):
            family = match[1]
            assert family not in kinds, line
            kinds[family] = match[2]
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            assert family and match[1] in [family + suffix for suffix in SUFFIXES.get(kinds[family], ("",))], line
            labels = frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or ""))
            assert (match[1], labels) not in samples, line
            samples[match[1], labels] = float(match[3])
    assert samples and helped == set(kinds)
    assert all(value >= 0 for (name, _), value in samples.items() if kinds.get(name) == "counter")
    return samples


def sample(samples, **labels):
    """The sum of all counters of requests with these labels."""
    found = [value for (name, have), value in samples.items()
             if "request" in name and name.endswith("_total") and set(labels.items()) <= set(have)]
    return sum(found)
