"""Starts the real servers of tests/servers and stops them."""
import json
import os
import subprocess

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "servers")


class Server:
    """One running server; its facts ("url", …) are items: server["url"]."""

    def __init__(self, name, *arguments):
        self.process = subprocess.Popen([os.path.join(FOLDER, name), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            raise RuntimeError("tests/servers/%s did not start, see its output" % name)
        self.facts = json.loads(line)

    def __getitem__(self, fact):
        return self.facts[fact]

    def stop(self):
        self.process.stdin.close()
        self.process.wait(120)  # the directories of a hundred databases take a while

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
