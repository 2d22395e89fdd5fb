"""browser.py: prints the Debian packages that are missing for tests of pages.

A headless Chromium for tests, through chromedriver's own protocol (W3C WebDriver): nothing but
the standard library, so that no version of Selenium has to fit.
"""

import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request

BROWSERS = ("chromium", "google-chrome", "chromium-browser")
DRIVERS = ("chromedriver", os.path.join(os.environ.get("CHROMEWEBDRIVER", ""), "chromedriver"))
DEADLINE_S = 60
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key by which the protocol names an element
TAB, DOWN, END, ESCAPE, ENTER = "\ue004", "\ue015", "\ue010", "\ue00c", "\ue007"


def found(names):
    return next(filter(None, map(shutil.which, names)), None)


def missing():
    """Why no page can be tested here; None if it can."""
    if not found(BROWSERS):
        return f"no {' or '.join(BROWSERS)}: make deps-browser"
    return None if found(DRIVERS) else "no chromedriver: make deps-browser"


class Browser:
    def __init__(self):
        self.home = tempfile.TemporaryDirectory()
        self.driver = subprocess.Popen([found(DRIVERS), "--port=0"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            self.url = f"http://127.0.0.1:{self.port()}"
            self.url += f"/session/{self.open()}"
        except BaseException:
            self.driver.kill()
            raise

    def port(self):
        """What it says when it is ready."""
        for line in self.driver.stdout:
            match = re.search(r"started successfully on port (\d+)", line)
            if match:
                return match[1]
        raise RuntimeError(f"chromedriver ended with {self.driver.wait()}")

    def open(self):
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     f"--user-data-dir={self.home.name}"]
        options = {"binary": found(BROWSERS), "args": arguments}
        wanted = {"goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        answer = self.call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        return answer["sessionId"]

    def call(self, method, path, data=None):
        body = json.dumps(data if data is not None else {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.url + path, body, method=method,
                                         headers={"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from None

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()
            self.driver.stdout.close()
            self.home.cleanup()

    # what a test does

    def command(self, name, **parameters):
        """Of the browser's DevTools."""
        return self.call("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def look(self, width, scheme="light", media=""):
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=800,
                     deviceScaleFactor=1, mobile=width < 600)
        self.command("Emulation.setEmulatedMedia", media=media,
                     features=[{"name": "prefers-color-scheme", "value": scheme}])

    def go(self, file):
        self.call("POST", "/url", {"url": file.as_uri()})

    def run(self, script, *arguments):
        """The value of `return ...`."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def press(self, *keys):
        """Each key at what has the focus."""
        for key in keys:
            element = self.call("GET", "/element/active")[ELEMENT]
            self.call("POST", f"/element/{element}/value", {"text": key})

    def click(self, selector):
        element = self.call("POST", "/element", {"using": "css selector", "value": selector})
        self.call("POST", f"/element/{element[ELEMENT]}/click")

    def complaints(self):
        """What stands in the console since the last time."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def loaded(self):
        """The addresses asked for since the last time."""
        entries = [json.loads(entry["message"])["message"]
                   for entry in self.call("POST", "/se/log", {"type": "performance"})]
        return [entry["params"]["request"]["url"] for entry in entries
                if entry["method"] == "Network.requestWillBeSent"]


def main():
    """For `make deps-browser`, which installs what is printed."""
    print(*[package for package, names in (("chromium", BROWSERS), ("chromium-driver", DRIVERS))
            if not found(names)])


if __name__ == "__main__":
    main()
