"""A browser without a window, told what to do over two pipes (the DevTools protocol)."""
import itertools
import json
import os
import select
import subprocess
import urllib.parse

QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-software-rasterizer",
         "--no-first-run", "--disable-background-networking"]


class Browser:
    """Opens pages of the disk; `requests` and `complaints` are those of the page that is open."""

    def __init__(self, profile):
        to_browser, self.out = os.pipe()
        self.into, from_browser = os.pipe()
        # The browser reads from 3 and writes to 4, whatever the numbers are here.
        command = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        self.process = subprocess.Popen(
            ["bash", "-c", command, "browser", "chromium", *QUIET, f"--user-data-dir={profile}",
             "--remote-debugging-pipe", "about:blank"],
            pass_fds=(to_browser, from_browser), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=os.environ | {"HOME": str(profile)})
        os.close(to_browser)
        os.close(from_browser)
        self.numbers, self.rest, self.events, self.session = itertools.count(1), b"", [], None
        pages = [one for one in self.call("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        self.session = self.call("Target.attachToTarget", targetId=pages[0]["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def call(self, method, **params):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params} | ({"sessionId": self.session} if self.session else {})
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._message()
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]

    def _message(self):
        while b"\0" not in self.rest:
            assert select.select([self.into], [], [], 60)[0], "the browser says nothing"
            piece = os.read(self.into, 1 << 16)
            assert piece, "the browser is gone"
            self.rest += piece
        one, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(one)
        if "method" in message:
            self.events.append(message)
        return message

    def open(self, path, hash=""):
        self._go("about:blank")  # so that a page with another hash is loaded anew
        self.events.clear()
        self._go("file://" + urllib.parse.quote(str(path)) + hash)

    def _go(self, url):
        loader = self.call("Page.navigate", url=url).get("loaderId")
        while not any(event["method"] == "Page.lifecycleEvent" and event["params"]["name"] == "load"
                      and event["params"]["loaderId"] == loader for event in self.events):
            self._message()

    def run(self, code):
        """The value of an expression; a promise is waited for."""
        result = self.call("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, condition):
        """Waits until an expression is true; says whether it came to that."""
        return self.run("new Promise(done => { let left = 100; const look = () => "
                        f"{{ if ({condition}) done(true); else if (--left) setTimeout(look, 50); else done(false); }}; look(); }})")

    def type(self, text):
        self.call("Input.insertText", text=text)

    def press(self, key, code, **more):
        for kind in ("rawKeyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **more)

    def requests(self):
        urls = (event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent")
        # The browser's own buttons of players are data.
        return [url for url in urls if not url.startswith(("data:", "about:"))]

    def complaints(self):
        return [event["params"]["entry"]["text"] for event in self.events if event["method"] == "Log.entryAdded"]

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        os.close(self.out)
        os.close(self.into)
