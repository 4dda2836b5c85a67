"""A small HTTP client for tests: one connection per request, nothing hidden, nothing retried. Standard library only."""
import http.client
import json
import time
import urllib.parse
import uuid


class Answer:
    def __init__(self, status, headers, body, method="", target=""):
        self.status = status
        self.headers = headers  # email.message.Message: names in any case
        self.body = body
        self.method = method
        self.target = target

    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode("utf-8")

    def header(self, name):
        return self.headers.get(name)

    def __repr__(self):
        return "%s %s -> %d %r" % (self.method, self.target, self.status, self.body[:400])


def multipart(files, fields=(), field="files"):
    """(content type, body) of a form with `files` = [(name, bytes)] and `fields` = [(name, text)]."""
    boundary = uuid.uuid4().hex
    body = bytearray()
    for name, value in fields:
        body += ("--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n" % (boundary, name, value)).encode()
    for name, content in files:
        quoted = name.replace("\\", "\\\\").replace('"', "%22")
        body += ("--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\nContent-Type: application/pdf\r\n\r\n"
                 % (boundary, field, quoted)).encode()
        body += content + b"\r\n"
    body += ("--%s--\r\n" % boundary).encode()
    return "multipart/form-data; boundary=" + boundary, bytes(body)


def query(**parameters):
    return "?" + urllib.parse.urlencode(parameters, doseq=True) if parameters else ""


class Client:
    """`watch`, when set, is called with every answer (the OpenAPI check hangs there). The timeout is longer than any wait that the API grants."""

    def __init__(self, port, host="127.0.0.1", timeout=60):
        self.host, self.port, self.timeout = host, port, timeout
        self.watch = None

    def request(self, method, target, body=None, headers=None):
        connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            got = connection.getresponse()
            answer = Answer(got.status, got.headers, got.read(), method, target)
        finally:
            connection.close()
        if self.watch:
            self.watch(answer)
        return answer

    def get(self, target, **headers):
        return self.request("GET", target, headers=_header_names(headers))

    def delete(self, target, **headers):
        return self.request("DELETE", target, headers=_header_names(headers))

    def post(self, target, body=None, **headers):
        return self.request("POST", target, body=body if body is not None else b"", headers=_header_names(headers))

    def post_json(self, target, value):
        return self.post(target, json.dumps(value).encode(), content_type="application/json")

    def upload(self, files, target="/upload", fields=(), field="files", **headers):
        content_type, body = multipart(files, fields, field)
        return self.post(target, body, content_type=content_type, **headers)

    def events(self, target, **headers):
        return EventStream(self, target, _header_names(headers))

    def wait_for_status(self, task_id, wanted=("COMPLETED", "FAILED", "CANCELLED"), seconds=30):
        """Polls the original's status route, which has no long poll, until the task is in one of the wanted states."""
        deadline = time.monotonic() + seconds
        while True:
            answer = self.get("/status/%s" % task_id)
            assert answer.status == 200, answer
            if answer.json()["status"] in wanted:
                return answer.json()
            assert time.monotonic() < deadline, "still %s after %g s" % (answer.body, seconds)
            time.sleep(0.01)


def _header_names(keywords):
    return {name.replace("_", "-"): str(value) for name, value in keywords.items()}


class Event:
    def __init__(self, name, number, data):
        self.name, self.number, self.data = name, number, data

    def __repr__(self):
        return "Event(%r, %r, %r)" % (self.name, self.number, self.data)


class EventStream:
    """Server-sent events (WHATWG HTML, 9.2) of one connection; iterate to wait for them."""

    def __init__(self, client, target, headers):
        self.connection = http.client.HTTPConnection(client.host, client.port, timeout=client.timeout)
        self.connection.request("GET", target, headers={"Accept": "text/event-stream", **headers})
        self.response = self.connection.getresponse()
        self.status = self.response.status
        self.retry = None
        self.comments = 0
        if client.watch:
            client.watch(Answer(self.status, self.response.headers, b"" if self.status == 200 else self.response.read(), "GET", target))

    def __iter__(self):
        name, number, data = "message", None, []
        while True:
            line = self.response.readline()
            if not line:
                return
            line = line.decode("utf-8").rstrip("\r\n")
            if not line:
                if data:
                    yield Event(name, number, "\n".join(data))
                name, data = "message", []
            elif line.startswith(":"):
                self.comments += 1
            else:
                field, _, value = line.partition(":")
                value = value[1:] if value.startswith(" ") else value
                if field == "event":
                    name = value
                elif field == "id":
                    number = value
                elif field == "data":
                    data.append(value)
                elif field == "retry":
                    self.retry = int(value)

    def close(self):
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
