"""The stand-in for LlamaCloud (tests/servers/llamacloud), as the tests of this folder use it."""
import json
import urllib.request

from servers import Server


class LlamaCloud(Server):
    def __init__(self):
        super().__init__("llamacloud")

    def break_with(self, *faults):
        self.control("POST", {"faults": faults})

    def seen(self):
        return self.control("GET")

    def forget(self):
        self.control("DELETE")

    def count(self, method, path):
        return sum(request["method"] == method and request["path"].startswith(path) for request in self.seen()["requests"])

    def control(self, method, body=None):
        request = urllib.request.Request(self["url"] + "/_control", method=method, data=json.dumps(body).encode() if body else None)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


def scripted(pdf, **script):
    """The document with the line that tells the stand-in what to do with it: a comment, so it stays the same document."""
    head, _, rest = pdf.partition(b"\n")
    return head + b"\n%stub " + json.dumps(script).encode() + b"\n" + rest
