#!/usr/bin/env python3
"""Sends hostile raw HTTP/1.1 to a running server and checks the answers.

    python3 hostile_http.py HOST PORT [--upload /upload] [--health /health] [--key KEY] [--pdf FILE] [--slow] [--only REGEX]

Each case says which status codes are right ("close": the connection closed without an answer). After every case a plain health request
must still be answered 200 within 2 s; that is the invariant that matters most. A smuggling case also fails when the server answers more
requests than were sent. Exit status: number of failed cases, at most 99.
"""
import argparse
import re
import socket
import sys
import time


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--upload", default="/upload", help="path that takes a form with files")
    parser.add_argument("--health", default="/health", help="path that answers 200 to GET")
    parser.add_argument("--key", default="", help="sent as bearer token")
    parser.add_argument("--pdf", help="a good file to upload")
    parser.add_argument("--slow", action="store_true", help="also run the slow clients, up to 90 s")
    parser.add_argument("--only", default="", help="names of cases to run")
    return parser.parse_args()


ARGUMENTS = read_arguments()
KEY = b"Authorization: Bearer " + ARGUMENTS.key.encode() + b"\r\n" if ARGUMENTS.key else b""
H = b"Host: " + ARGUMENTS.host.encode() + b"\r\n" + KEY
UP, HE = ARGUMENTS.upload.encode(), ARGUMENTS.health.encode()
PDF = (b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
       b"trailer<</Root 1 0 R>>\n%%EOF\n")
if ARGUMENTS.pdf:
    with open(ARGUMENTS.pdf, "rb") as good_file:
        PDF = good_file.read()
B = b"XBOUNDX"


def part(name=b"files", filename=b"a.pdf", body=PDF, extra=b"", disp=None):
    disposition = disp if disp is not None else b'form-data; name="' + name + b'"; filename="' + filename + b'"'
    head = b"--" + B + b"\r\nContent-Disposition: " + disposition + b"\r\nContent-Type: application/pdf\r\n" + extra + b"\r\n"
    return head + body + b"\r\n"


def post(body, extra=b"", ct=b"multipart/form-data; boundary=" + B, length=None):
    n = str(len(body)).encode() if length is None else length
    return b"POST " + UP + b" HTTP/1.1\r\n" + H + b"Content-Type: " + ct + b"\r\nContent-Length: " + n + b"\r\n" + extra + b"\r\n" + body


END = b"--" + B + b"--\r\n"
OKUP = {200, 201, 202}
NO = {400, 401, 403, 404, 405, 411, 413, 414, 415, 422, 431, 501, 505, "close"}
GET = b"GET " + HE + b" HTTP/1.1\r\n" + H + b"\r\n"
CHUNK = b"Transfer-Encoding: chunked\r\n"


def line(target):
    return b"GET " + target + b" HTTP/1.1\r\n" + H + b"\r\n"


def upload_head(extra):
    return b"POST " + UP + b" HTTP/1.1\r\n" + H + b"Content-Type: multipart/form-data; boundary=" + B + b"\r\n" + extra + b"\r\n"


# name, bytes, permitted answers, highest permitted number of answers
CASES = [
    ("ok_upload", post(part() + END), OKUP, 1),
    ("ok_chunked", upload_head(CHUNK) + b"%x\r\n" % len(part() + END) + part() + END + b"\r\n0\r\n\r\n", OKUP, 1),
    ("ok_pipeline", GET + GET + GET, {200}, 3),
    ("smuggle_cl_te", post(b"0\r\n\r\n" + GET, CHUNK), NO, 1),
    ("smuggle_te_cl", upload_head(b"Content-Length: 4\r\n" + CHUNK) + b"5c\r\n" + b"x" * 0x5c + b"\r\n0\r\n\r\n", NO, 1),
    ("smuggle_te_space", upload_head(b"Transfer-Encoding : chunked\r\n") + b"0\r\n\r\n", NO, 1),
    ("smuggle_te_xchunked", upload_head(b"Transfer-Encoding: xchunked\r\n") + b"0\r\n\r\n", NO, 1),
    ("smuggle_te_list", upload_head(b"Transfer-Encoding: chunked, identity\r\n") + b"0\r\n\r\n", NO, 1),
    ("smuggle_te_twice", upload_head(CHUNK + b"Transfer-Encoding: identity\r\n") + b"0\r\n\r\n", NO, 1),
    ("smuggle_two_cl", b"GET " + HE + b" HTTP/1.1\r\n" + H + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + GET, NO, 1),
    ("cl_plus", post(b"", length=b"+5"), NO, 1),
    ("cl_negative", post(b"", length=b"-1"), NO, 1),
    ("cl_hex", post(b"hello", length=b"0x5"), NO, 1),
    ("cl_overflow", post(b"", length=b"99999999999999999999999999"), NO, 1),
    ("cl_empty", post(b"", length=b""), NO, 1),
    ("cl_list", post(b"hello", length=b"5, 6"), NO, 1),
    ("cl_huge", post(b"", length=b"1099511627776"), {413, 401, 403, "close"}, 1),
    ("chunk_overflow", upload_head(CHUNK) + b"FFFFFFFFFFFFFFFFF\r\n", NO, 1),
    ("chunk_negative", upload_head(CHUNK) + b"-5\r\n", NO, 1),
    ("chunk_bad_hex", upload_head(CHUNK) + b"zz\r\n", NO, 1),
    ("chunk_ext_64k", upload_head(CHUNK) + b"1;" + b"a" * 65536 + b"\r\nx\r\n0\r\n\r\n", NO, 1),
    ("chunk_bare_lf", upload_head(CHUNK) + b"5\nhello\n0\n\n", NO, 1),
    ("chunk_no_crlf_after", upload_head(CHUNK) + b"5\r\nhelloXX0\r\n\r\n", NO, 1),
    ("trailer_many", upload_head(CHUNK) + b"0\r\n" + b"X-A: b\r\n" * 20000 + b"\r\n", NO, 1),
    ("header_obs_fold", b"GET " + HE + b" HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", NO | {200}, 1),
    ("header_nul", b"GET " + HE + b" HTTP/1.1\r\n" + H + b"X: a\0b\r\n\r\n", NO, 1),
    ("header_bare_cr", b"GET " + HE + b" HTTP/1.1\r\n" + H + b"X: a\rSet-Cookie: b\r\n\r\n", NO, 1),
    ("header_no_colon", b"GET " + HE + b" HTTP/1.1\r\n" + H + b"nonsense\r\n\r\n", NO, 1),
    ("header_space_name", b"GET " + HE + b" HTTP/1.1\r\n" + H + b"X Y: a\r\n\r\n", NO, 1),
    ("header_1mb", b"GET " + HE + b" HTTP/1.1\r\n" + H + b"X: " + b"a" * (1 << 20) + b"\r\n\r\n", NO, 1),
    ("headers_100k", b"GET " + HE + b" HTTP/1.1\r\n" + H + b"X: a\r\n" * 100000 + b"\r\n", NO, 1),
    ("host_missing", b"GET " + HE + b" HTTP/1.1\r\n" + KEY + b"\r\n", NO, 1),
    ("host_two", b"GET " + HE + b" HTTP/1.1\r\n" + H + b"Host: other\r\n\r\n", NO, 1),
    ("uri_1mb", line(b"/" + b"a" * (1 << 20)), NO, 1),
    ("uri_dotdot", line(b"/../../../../etc/passwd"), NO, 1),
    ("uri_encoded_dotdot", line(b"/%2e%2e/%2e%2e/etc/passwd"), NO, 1),
    ("uri_nul", line(b"/%00"), NO, 1),
    ("uri_bad_percent", line(b"/%zz"), NO, 1),
    ("uri_bad_utf8", line(b"/status/%ff%fe"), NO, 1),
    ("id_huge", line(b"/status/99999999999999999999999"), NO, 1),
    ("id_negative", line(b"/status/-1"), NO, 1),
    ("id_sql", line(b"/status/1%27%20OR%201=1--"), NO, 1),
    ("version_9", b"GET / HTTP/9.9\r\n" + H + b"\r\n", NO, 1),
    ("http2_preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NO, 1),
    ("tls_hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200, NO, 1),
    ("noise", bytes(range(256)) * 40, NO, 1),
    ("method_odd", b"BREW " + HE + b" HTTP/1.1\r\n" + H + b"\r\n", NO, 1),
    ("method_64k", b"A" * 65536 + b" / HTTP/1.1\r\n" + H + b"\r\n", NO, 1),
    ("connect", b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n" + H + b"\r\n", NO, 1),
    ("absolute_uri", line(b"http://169.254.169.254/latest/meta-data/"), NO, 1),
    ("expect_100", upload_head(b"Expect: 100-continue\r\nContent-Length: 99999999999\r\n"), NO | {417}, 1),
    ("upgrade", b"GET " + HE + b" HTTP/1.1\r\n" + H + b"Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n\r\n", NO | {200}, 1),
    ("content_encoding_gzip", post(b"\x1f\x8b\x08" + b"\0" * 30, b"Content-Encoding: gzip\r\n"), NO, 1),
    ("multipart_no_boundary", post(part() + END, ct=b"multipart/form-data"), NO, 1),
    ("multipart_boundary_empty", post(part() + END, ct=b"multipart/form-data; boundary="), NO, 1),
    ("multipart_boundary_100k", post(part() + END, ct=b"multipart/form-data; boundary=" + b"b" * 100000), NO, 1),
    ("multipart_no_end", post(part()), NO, 1),
    ("multipart_empty", post(END), NO, 1),
    ("multipart_nested", post(part(extra=b"Content-Type: multipart/mixed; boundary=Y\r\n") + END), NO | OKUP, 1),
    ("multipart_10k_parts", post(part(body=b"x") * 10000 + END), NO, 1),
    ("multipart_part_header_1mb", post(part(extra=b"X: " + b"a" * (1 << 20) + b"\r\n") + END), NO, 1),
    ("multipart_preamble_1mb", post(b"p" * (1 << 20) + b"\r\n" + part() + END), NO | OKUP, 1),
    ("multipart_wrong_field", post(part(name=b"nope") + END), NO, 1),
    ("name_traversal", post(part(filename=b"../../../../tmp/owned.pdf") + END), NO | OKUP, 1),
    ("name_nul", post(part(filename=b"a.pdf\0.exe") + END), NO | OKUP, 1),
    ("name_crlf_encoded", post(part(filename=b"a%0d%0aSet-Cookie:x=1.pdf") + END), NO | OKUP, 1),
    ("name_64k", post(part(filename=b"a" * 65536 + b".pdf") + END), NO, 1),
    ("name_star", post(part(disp=b"form-data; name=\"files\"; filename*=UTF-8''%e2%82%ac.pdf") + END), NO | OKUP, 1),
    ("name_star_bad", post(part(disp=b"form-data; name=\"files\"; filename*=UTF-9''%ff%zz") + END), NO, 1),
    ("name_unterminated", post(part(disp=b"form-data; name=\"files\"; filename=\"a") + END), NO | OKUP, 1),
    ("disposition_missing", post(b"--" + B + b"\r\n\r\nx\r\n" + END), NO, 1),
    ("json_deep", post(b"[" * 200000, ct=b"application/json"), NO, 1),
    ("json_wrong_type", post(b"{}", ct=b"application/json"), NO, 1),
    ("body_on_get", b"GET " + HE + b" HTTP/1.1\r\n" + H + b"Content-Length: 5\r\n\r\nhello", NO | {200}, 1),
]


def talk(data, wait=5.0):
    """Everything the server says to `data`, until it closes, or is silent for 0.7 s after it began to answer."""
    connection = socket.create_connection((ARGUMENTS.host, ARGUMENTS.port), timeout=wait)
    got = b""
    try:
        connection.sendall(data)
    except OSError:
        pass  # the server may refuse before everything is sent
    end = time.time() + wait
    try:
        while time.time() < end:
            connection.settimeout(max(0.05, min(0.7 if got else wait, end - time.time())))
            block = connection.recv(65536)
            if not block:
                break
            got += block
    except OSError:
        pass
    connection.close()
    return got


def answers(got):
    return [int(status) for status in re.findall(rb"(?:^|\n|\})HTTP/1\.[01] (\d{3})", got) if status != b"100"]


def is_healthy():
    began = time.time()
    try:
        got = talk(b"GET " + HE + b" HTTP/1.1\r\n" + H + b"Connection: close\r\n\r\n", 2.0)
    except OSError:
        return False
    return answers(got)[:1] == [200] and time.time() - began < 2


def run_case(name, data, permitted, most):
    try:
        statuses = answers(talk(data))
    except OSError as error:
        statuses = [str(error)]
    first = statuses[0] if statuses else "close"
    right = first in permitted and len(statuses) <= most
    healthy = is_healthy()
    if not (right and healthy):
        after = "" if healthy else "; NOT HEALTHY AFTERWARDS"
        print(f"FAIL {name:28} answers {statuses or 'close'}, wanted {sorted(map(str, permitted))}{after}")
    return right and healthy


def is_open(connection):
    try:
        connection.send(b"a")
        connection.setblocking(False)
        connection.recv(1)
        return False  # an answer or the end
    except BlockingIOError:
        return True
    except OSError:
        return False


def run_slow_clients():
    """500 clients that send a head byte by byte: the server must drop each within its stated time, and stay healthy meanwhile."""
    connections = []
    try:
        for _ in range(500):
            connection = socket.create_connection((ARGUMENTS.host, ARGUMENTS.port), timeout=5)
            connection.sendall(b"POST " + UP + b" HTTP/1.1\r\n" + H + b"X: ")
            connections.append(connection)
    except OSError as error:
        print("slow: only", len(connections), "connections:", error)
    healthy = is_healthy()
    began = time.time()
    still_open = len(connections)
    while still_open and time.time() - began < 90:
        time.sleep(1)
        still_open = sum(is_open(connection) for connection in connections)
    took = time.time() - began
    ending = f"{still_open} still open after 90 s" if still_open else f"all dropped after {took:.0f} s"
    print(f"slow_headers_500: healthy meanwhile: {healthy}; {ending}")
    return healthy and not still_open


def main():
    cases = [case for case in CASES if re.search(ARGUMENTS.only, case[0])]
    failed = sum(not run_case(*case) for case in cases)
    if ARGUMENTS.slow:
        failed += not run_slow_clients()
    print(f"{failed} failed of {len(cases) + ARGUMENTS.slow}")
    sys.exit(min(failed, 99))


if __name__ == "__main__":
    main()
