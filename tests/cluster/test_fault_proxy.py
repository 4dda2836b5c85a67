"""The fault proxy does what it says: a fault that does not strike would make every test behind it pass."""
import socket
import socketserver
import struct
import threading
import time

import pytest
from fault_proxy import FaultProxy, Faults


class Echo(socketserver.BaseRequestHandler):
    """Answers every piece with the same piece; `seen` is what reached it."""

    def handle(self):
        try:
            while True:
                piece = self.request.recv(1 << 16)
                if not piece:
                    return
                self.server.seen += piece
                self.request.sendall(piece)
        except OSError:
            self.server.resets += 1


@pytest.fixture
def echo():
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    server.seen, server.resets = bytearray(), 0
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def proxy(echo):
    with FaultProxy(echo.server_address, seed=1) as proxy:
        yield proxy


def connect(proxy):
    client = socket.create_connection(("127.0.0.1", proxy.port), 10)
    client.settimeout(10)
    return client


def read_all(client):
    """Everything up to the end, and whether the end was a reset."""
    got = b""
    try:
        while True:
            piece = client.recv(1 << 16)
            if not piece:
                return got, False
            got += piece
    except ConnectionResetError:
        return got, True


def exchange(client, text=b"hello"):
    client.sendall(text)
    got = b""
    while len(got) < len(text):
        piece = client.recv(1 << 16)
        assert piece, "the connection ended"
        got += piece
    return got


def arrived(echo, text, seconds=10):
    """Whether exactly this reaches the server."""
    deadline = time.monotonic() + seconds
    while bytes(echo.seen) != text and time.monotonic() < deadline:
        time.sleep(0.005)
    return bytes(echo.seen) == text


def is_quiet(client, seconds=0.2):
    client.settimeout(seconds)
    try:
        client.recv(1)
        return False
    except socket.timeout:
        return True
    finally:
        client.settimeout(10)


def test_passes_on_and_counts(proxy):
    with connect(proxy) as client:
        assert exchange(client, b"x" * 300000) == b"x" * 300000
    assert (proxy.accepted, proxy.passed, proxy.struck) == (1, {"up": 300000, "down": 300000}, 0)


def test_passes_on_the_end_of_one_direction(proxy, echo):
    with connect(proxy) as client:
        client.sendall(b"last")
        client.shutdown(socket.SHUT_WR)
        assert read_all(client) == (b"last", False)


def test_a_server_that_is_not_there_resets_the_client(proxy):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        proxy.upstream = unused.getsockname()
        with pytest.raises(ConnectionResetError):
            with connect(proxy) as client:
                client.recv(1)


@pytest.mark.parametrize("how, reset", [("rst", True), ("fin", False)])
def test_cuts_in_the_middle(proxy, echo, how, reset):
    proxy.faults = Faults(cut_after=7, direction="up", cut=how)
    with connect(proxy) as client:
        client.sendall(b"0123456789")
        got, was_reset = read_all(client)
    assert was_reset == reset
    assert b"0123456".startswith(got) and (reset or arrived(echo, b"0123456"))
    assert proxy.struck == 1


def test_cuts_the_way_back(proxy, echo):
    proxy.faults = Faults(cut_after=4, direction="down", cut="fin")
    with connect(proxy) as client:
        client.sendall(b"0123456789")
        assert read_all(client) == (b"0123", False)
    assert arrived(echo, b"0123456789")


def test_strikes_only_so_often(proxy):
    proxy.faults = Faults(cut_after=0, times=1)
    with connect(proxy) as client:
        client.sendall(b"x")
        assert read_all(client) == (b"", True)
    with connect(proxy) as client:
        assert exchange(client) == b"hello"


def test_a_half_open_connection_is_gone_for_the_server_only(proxy, echo):
    proxy.faults = Faults(cut_after=5, direction="up", cut="half-open")
    with connect(proxy) as client:
        exchange(client, b"hello")
        client.sendall(b"anybody?")
        assert is_quiet(client)
        assert proxy.cut_all() == 1
        assert read_all(client) == (b"", True)
    assert arrived(echo, b"hello")


def test_loses_the_answer_of_a_request(proxy, echo):
    proxy.faults = Faults(lose_answer=b"commit", to=b"do commit", times=1)
    with connect(proxy) as client:
        assert exchange(client, b"begin") == b"begin"
        client.sendall(b"do comm")
        client.sendall(b"it now")
        got, was_reset = read_all(client)
    assert was_reset and b"commit" not in got
    assert arrived(echo, b"begin" + b"do commit now")  # it was carried out
    with connect(proxy) as client:
        assert exchange(client, b"do commit") == b"do commit"


def test_is_silent_and_then_goes_on(proxy):
    with connect(proxy) as old:
        exchange(old)
        proxy.faults = Faults(silent=True)
        old.sendall(b"old")
        with connect(proxy) as new:
            new.sendall(b"new")
            assert is_quiet(old) and is_quiet(new)
            proxy.heal()
            assert (new.recv(10), old.recv(10)) == (b"new", b"old")


def test_refuses_and_listens_again_on_the_same_port(proxy):
    with connect(proxy) as kept:
        exchange(kept)
        proxy.refuse()
        with pytest.raises(ConnectionRefusedError):
            connect(proxy)
        assert exchange(kept) == b"hello"  # what stands goes on
        proxy.heal()
        with connect(proxy) as client:
            assert exchange(client) == b"hello"


def test_delays(proxy):
    proxy.faults = Faults(delay=(0.05, 0.05))
    with connect(proxy) as client:
        began = time.monotonic()
        exchange(client)
        assert time.monotonic() - began >= 0.1  # there and back


def test_narrows(proxy):
    proxy.faults = Faults(bytes_per_second=100_000)
    with connect(proxy) as client:
        began = time.monotonic()
        exchange(client, b"x" * 20_000)
        assert time.monotonic() - began >= 0.2


def test_answers_in_the_place_of_the_server(proxy, echo):
    proxy.faults = Faults(answer=b"HTTP/1.1 503 Slow Down\r\n\r\n")
    with connect(proxy) as client:
        client.sendall(b"PUT / HTTP/1.1\r\n" + b"x" * 500_000)
        assert read_all(client) == (b"HTTP/1.1 503 Slow Down\r\n\r\n", False)
    assert not echo.seen


def test_cuts_all_connections_that_stand(proxy):
    clients = [connect(proxy) for _ in range(3)]
    for client in clients:
        exchange(client)
    assert proxy.cut_all() == 3
    assert [read_all(client) for client in clients] == [(b"", True)] * 3
    with connect(proxy) as client:
        assert exchange(client) == b"hello"


def outcomes(echo, seed):
    with FaultProxy(echo.server_address, seed=seed) as proxy:
        proxy.play([(1, Faults()), (1, Faults(cut_after=0))])
        found = []
        for _ in range(30):
            with connect(proxy) as client:
                client.sendall(b"x")
                try:
                    found.append(client.recv(1))
                except ConnectionResetError:
                    found.append(None)
        return found


def test_a_script_is_repeated_by_its_seed(echo):
    first = outcomes(echo, 5)
    assert set(first) == {b"x", None}
    assert outcomes(echo, 5) == first
    assert outcomes(echo, 6) != first


def test_a_client_that_resets_is_passed_on(proxy, echo):
    client = connect(proxy)
    exchange(client)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    deadline = time.monotonic() + 10
    while not echo.resets and time.monotonic() < deadline:
        time.sleep(0.005)
    assert echo.resets == 1
