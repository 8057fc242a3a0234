#!/usr/bin/python3
"""Writes sigv4.json: requests to S3 as botocore signs them (python3-botocore).

    make_sigv4.py           write it
    make_sigv4.py --check   compare with what is there; exit 1 if anything differs

Each has `method`, `host`, `path`, `query`, `headers` and `body` (hex), none of them encoded; `time`, `region`, `id`, `secret` and
`token` ("" for none); and the `authorization` that comes out. The same in every run.
"""
import datetime
import json
import pathlib
import random
import sys
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

FILE = pathlib.Path(__file__).parent / "sigv4.json"
COUNT = 200
ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "ABCXYZ-._~",
    " !\"#$%&'()*+,:;<=>?@[\\]^`{|}",
    "äöüßéñøłžЖшяあ漢字한글€😀\u0301\u200b",
    "/%2F%25+~*",
)


class Clock(datetime.datetime):
    time = None

    @classmethod
    def utcnow(cls):
        return cls.time


def text(chance, least, most):
    alphabet = chance.choice(ALPHABETS) + chance.choice(ALPHABETS)
    return "".join(chance.choice(alphabet) for _ in range(chance.randint(least, most)))


def word(chance, least, most):
    return "".join(chance.choice("abcdefghijklmnopqrstuvwxyz-0123456789") for _ in range(chance.randint(least, most))).strip("-") or "x"


def secret(chance, size):
    return "".join(chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") for _ in range(size))


def one(chance):
    time = datetime.datetime(2013, 5, 24) + datetime.timedelta(seconds=chance.randrange(10**9))
    parts = [text(chance, 1, 20).strip("/") or "key" for _ in range(chance.randint(1, 4))]
    query = {word(chance, 1, 12) if chance.random() < 0.7 else text(chance, 1, 8): text(chance, 0, 20) for _ in range(chance.randint(0, 5))}
    headers = {"X-Amz-Meta-" + word(chance, 1, 9): "".join(chance.choice("ab c  d=/") for _ in range(chance.randint(1, 30)))
               for _ in range(chance.randint(0, 3))}
    if chance.random() < 0.3:
        headers["If-None-Match"] = "*"
    return {
        "method": chance.choice(("GET", "PUT", "HEAD", "DELETE", "POST")),
        "host": word(chance, 3, 20) + chance.choice((".s3.amazonaws.com", ".example:8080", ".example", ":9000")),
        "path": "/" + "/".join(parts), "query": sorted(query.items()), "headers": sorted(headers.items()),
        "body": chance.randbytes(chance.choice((0, 0, 1, 50))).hex(), "time": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": chance.choice(("us-east-1", "eu-central-1", "auto", "garage")),
        "id": "AKIA" + secret(chance, 16).replace("/", "A").replace("+", "B").replace("=", ":"), "secret": secret(chance, 40),
        "token": secret(chance, 300) if chance.random() < 0.3 else "",
    }


def authorization(made):
    quote = urllib.parse.quote
    url = f"http://{made['host']}{quote(made['path'], safe='/~')}"
    request = botocore.awsrequest.AWSRequest(made["method"], url, headers=dict(made["headers"]), data=bytes.fromhex(made["body"]),
                                             params=dict(made["query"]))
    Clock.time = datetime.datetime.strptime(made["time"], "%Y-%m-%dT%H:%M:%SZ")
    botocore.auth.datetime.datetime = Clock
    keys = botocore.credentials.Credentials(made["id"], made["secret"], made["token"] or None)
    botocore.auth.S3SigV4Auth(keys, "s3", made["region"]).add_auth(request)
    return request.headers["Authorization"]


def main():
    chance, all_of_them = random.Random(9), []
    for _ in range(COUNT):
        made = one(chance)
        all_of_them.append({**made, "authorization": authorization(made)})
    lines = ",\n".join(json.dumps(made, ensure_ascii=False) for made in all_of_them)
    written = f"[\n{lines}\n]\n".encode()
    if "--check" in sys.argv[1:]:
        sys.exit(0 if FILE.exists() and FILE.read_bytes() == written else f"{FILE} is another")
    FILE.write_bytes(written)


main()
