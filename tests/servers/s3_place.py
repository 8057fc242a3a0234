"""The tool on a bucket: where it is and with which keys."""
import pathlib
import urllib.parse

import s3_engine
import swift
from conftest import Tool


class S3Tool(Tool):
    """Has its keys where programs for S3 look for them."""
    access, secret, token = swift.ACCESS, swift.SECRET, None

    def env(self):
        keys = {"AWS_ACCESS_KEY_ID": self.access, "AWS_SECRET_ACCESS_KEY": self.secret, "AWS_SESSION_TOKEN": self.token}
        return super().env() | {name: value for name, value in keys.items() if value is not None}


class Place:
    def __init__(self, folder, endpoint, path, region=swift.REGION, options=(), **query):
        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        self.tool, self.endpoint, self.path, self.region, self.options = S3Tool(pathlib.Path(folder)), endpoint, path, region, list(options)
        self.query = {"endpoint": endpoint, "region": region} | query

    @property
    def location(self):
        return f"s3://{self.path}?" + urllib.parse.urlencode(self.query)

    @property
    def bucket(self):
        return self.path.split("/")[0]

    def store(self, command, *arguments, **more):
        return self.tool("store", command, self.location, *arguments, *self.options, password=False, **more)

    def good(self, command, *arguments, **more):
        result = self.store(command, *arguments, **more)
        assert result.code == 0, result.err
        return result

    def init(self, *more):
        self.good("init", *more)
        return self

    def put(self, name, content, *more):
        self.tool.write("to-put", content)
        return self.store("put", "to-put", name, *more)

    def get(self, name):
        """None where there is nothing."""
        result = self.store("get", name, "-")
        assert result.code in (0, 7), result.err
        return result.out if result.code == 0 else None

    def names(self, *prefix):
        return [entry["name"] for entry in self.good("list", *prefix, "--json").json["objects"]]


def on_engine(engine, folder, path="safes", **query):
    """A place in a scripted engine, with keys that are right for it."""
    place = Place(folder, f"{engine.scheme}://127.0.0.1:{engine.port}", path, s3_engine.REGION, **query)
    place.tool.access, place.tool.secret, place.tool.token = s3_engine.ACCESS, s3_engine.SECRET, engine.token
    return place
