"""A gate before a server that does not check signatures: recomputes each one with botocore, which knows nothing of our signer, refuses
with 403 what AWS would refuse, and passes the rest on. Runs with the Python of build/test-servers.

    GET /gate/requests    how often each X-Amz-Target was passed on since the start: {"AmazonSQS.SendMessageBatch": 3, …}

Source of the rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""
import collections
import datetime
import hashlib
import hmac
import http.client
import http.server
import json
import sys
import threading

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ALGORITHM = "AWS4-HMAC-SHA256 "
CLOCK_SKEW = 15 * 60  # seconds, as AWS allows


class Refused(Exception):
    def __init__(self, kind, why):
        super().__init__(why)
        self.kind = kind


class Gate(http.server.ThreadingHTTPServer):
    """Listens at once; passes on to `upstream`, "host:port", which may be set later."""
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, credentials, region, service):
        super().__init__(("127.0.0.1", port), Handler)
        self.credentials, self.region, self.service = credentials, region, service
        self.upstream = None
        self.counting = threading.Lock()
        self.counts = collections.Counter()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server_port

    def start(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def count(self, target):
        with self.counting:
            self.counts[target] += 1

    def handle_error(self, request, client_address):
        """A client that went away is no event; anything else is a defect of the gate."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def check(self, method, path, headers, body):
        authorization = headers.get("Authorization", "")
        if not authorization.startswith(ALGORITHM):
            raise Refused("MissingAuthenticationTokenException", "Request is missing Authentication Token")
        fields = dict(field.strip().partition("=")[::2] for field in authorization[len(ALGORITHM):].split(","))
        scope = fields.get("Credential", "").split("/")
        names = fields.get("SignedHeaders", "").split(";")
        sent_at = headers.get("X-Amz-Date", "")
        self.check_scope(scope, sent_at)
        self.check_names(names, headers)
        if headers.get("X-Amz-Content-SHA256", hashlib.sha256(body).hexdigest()) != hashlib.sha256(body).hexdigest():
            raise Refused("InvalidSignatureException", "The body is not the one that was hashed")
        if headers.get("X-Amz-Security-Token") != self.credentials.token:
            raise Refused("UnrecognizedClientException", "The security token included in the request is invalid.")
        if not hmac.compare_digest(fields.get("Signature", ""), self.signature(method, path, headers, names, body)):
            raise Refused("InvalidSignatureException", "The request signature we calculated does not match the signature you provided. "
                          "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")

    def check_scope(self, scope, sent_at):
        if len(scope) != 5 or scope[0] != self.credentials.access_key:
            raise Refused("UnrecognizedClientException", "The security token included in the request is invalid.")
        if scope[1:] != [sent_at[:8], self.region, self.service, "aws4_request"]:
            raise Refused("InvalidSignatureException", "Credential should be scoped to a valid region and service.")
        try:
            age = datetime.datetime.now(datetime.timezone.utc) - datetime.datetime.strptime(sent_at + "+0000", "%Y%m%dT%H%M%SZ%z")
        except ValueError:
            raise Refused("IncompleteSignatureException", "X-Amz-Date is not a date") from None
        if abs(age.total_seconds()) > CLOCK_SKEW:
            raise Refused("InvalidSignatureException", "Signature expired: %s" % sent_at)

    def check_names(self, names, headers):
        must = {"host"} | {name.lower() for name in headers if name.lower().startswith("x-amz-") or name.lower() == "content-type"}
        if names != sorted(names) or not must <= set(names):
            raise Refused("IncompleteSignatureException", "Not signed: %s" % ", ".join(sorted(must - set(names))))
        absent = [name for name in names if headers.get(name) is None]
        if absent:
            raise Refused("InvalidSignatureException", "Signed, but absent: %s" % ", ".join(absent))

    def signature(self, method, path, headers, names, body):
        request = AWSRequest(method, "http://%s%s" % (headers["Host"], path), data=body)
        for name in names:
            request.headers[name] = headers[name]
        request.context["timestamp"] = headers["X-Amz-Date"]
        signer = SigV4Auth(self.credentials, self.service, self.region)
        return signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together
    connection = upstream = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            self.server.check(self.command, self.path, self.headers, body)
        except Refused as refused:
            print("gate: refused %s %s: %s" % (self.path, refused.kind, refused), file=sys.stderr, flush=True)
            return self.answer(403, {"__type": "com.amazon.coral.service#" + refused.kind, "message": str(refused)})
        self.server.count(self.headers.get("X-Amz-Target", "?"))
        try:
            status, headers, content = self.pass_on(body)
        except OSError as gone:
            return self.answer(503, {"__type": "com.amazonaws.sqs#ServiceUnavailable", "message": str(gone)})
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.finish_answer(content)

    def do_GET(self):
        if self.path != "/gate/requests":
            return self.do_POST()
        with self.server.counting:
            return self.answer(200, self.server.counts)

    def pass_on(self, body):
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=60)
        try:
            upstream.request(self.command, self.path, body, headers)
            response = upstream.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            upstream.close()

    def answer(self, status, content):
        self.send_response_only(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.finish_answer(json.dumps(content).encode())

    def finish_answer(self, content):
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def open_gate(access_key, secret_key, region, service, port=0):
    """A gate for these credentials; `port` 0 takes a free one."""
    gate = Gate(port, Credentials(access_key, secret_key), region, service)
    gate.start()
    return gate
