"""A TCP proxy that does to connections what networks and dying servers do. Switched while it runs; one per server.

    with FaultProxy(("127.0.0.1", 5432)) as proxy:
        ... connect to proxy.port ...
        proxy.faults = Faults(delay=(0.1, 0.3))               # for every connection, those that exist too
        proxy.play([(9, Faults()), (1, Faults(cut_after=500))])   # each new connection draws one, by the proxy's seed
        proxy.refuse(); proxy.cut_all(); proxy.heal()

"up" is towards the server, "down" towards the client. What was drawn and when it strikes depends on the seed, on the number of the
connection and on the bytes, not on the time.
"""
import dataclasses
import random
import socket
import struct
import threading
import time
from typing import Optional, Tuple

PIECE = 1 << 16


@dataclasses.dataclass(frozen=True)
class Faults:
    """What happens to a connection; nothing by default."""
    delay: Tuple[float, float] = (0, 0)       # seconds (shortest, longest) that each piece waits
    bytes_per_second: Optional[int] = None    # in each direction
    silent: bool = False                      # connections are accepted and kept, but nothing gets through, until this is over
    cut_after: Optional[int] = None           # the connection is cut when so many bytes have passed...
    direction: Optional[str] = None           # ...in this direction ("up", "down"), or in both together
    lose_answer: Optional[bytes] = None       # the connection is cut when the server sends something with these bytes in it, instead of
    to: bytes = b""                           # passing it on; only after a request with these bytes in it
    cut: str = "rst"                          # how: "rst", "fin", or "half-open": the server is cut off, and the client is not told
    answer: Optional[bytes] = None            # every request gets these bytes and the end of the connection; the server never sees it
    times: Optional[int] = None               # cuts and answers strike only so often


class FaultProxy:
    def __init__(self, upstream, port=0, seed=0):
        self.upstream = upstream  # (host, port); may be changed while it runs
        self.seed = seed
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.connections = []
        self.accepted = 0
        self.passed = {"up": 0, "down": 0}
        self.struck = 0  # cuts, lost answers and invented answers
        self.cut_by_hand = 0
        self._faults, self._script, self._left = Faults(), None, None
        self.closed = False
        self.listener = self._bind(port)
        self.port = self.listener.getsockname()[1]
        self._listen()

    # ---- switches

    @property
    def faults(self):
        return self._faults

    @faults.setter
    def faults(self, faults):
        with self.lock:
            self._faults, self._script, self._left = faults, None, faults.times
            for connection in self.connections:
                connection.drawn = None
            self.changed.notify_all()

    def play(self, script):
        """`script`: [(weight, Faults)]. Connections that exist stay as they are."""
        with self.lock:
            self._script, self._left = list(script), None

    def refuse(self):
        """Nobody listens any more; the port stays ours. Connections that exist go on."""
        with self.lock:
            if self.listening:
                self.listening = False
                _end(self.listener)
                self.listener = self._bind(self.port)

    def heal(self):
        """No faults from now on."""
        self.faults = Faults()
        with self.lock:
            if not self.listening:
                self._listen()

    def cut_all(self, how="rst"):
        """Cuts every connection; returns how many."""
        with self.lock:
            cut = list(self.connections)
        for connection in cut:
            connection.cut(how)
        self.cut_by_hand += len(cut)
        return len(cut)

    def close(self):
        with self.lock:
            self.closed = True
            self.listening = False
            _end(self.listener)
            self.changed.notify_all()
        self.cut_all("fin")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # ---- how it works

    def _bind(self, port):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))  # bound, but not listening: the kernel refuses
        return listener

    def _listen(self):
        self.listener.listen(256)
        self.listening = True
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return  # closed by refuse() or close()
            with self.lock:
                if listener is not self.listener or not self.listening:
                    _reset(client)
                    return
                self.accepted += 1
                connection = _Connection(self, client, self.accepted)
                self.connections.append(connection)
            threading.Thread(target=connection.run, daemon=True).start()

    def _draw(self, number):
        if self._script is None:
            return None
        chance = random.Random(self.seed * 1000003 + number)
        return chance.choices([faults for _, faults in self._script], [weight for weight, _ in self._script])[0]

    def _strikes(self):
        """Whether a cut or an answer may strike once more; counts it."""
        with self.lock:
            if self._left is not None:
                if self._left == 0:
                    return False
                self._left -= 1
            self.struck += 1
            return True


class _Connection:
    def __init__(self, proxy, client, number):
        self.proxy, self.client, self.server = proxy, client, None
        self.chance = random.Random(proxy.seed * 7919 + number)
        self.drawn = proxy._draw(number)
        self.passed = {"up": 0, "down": 0}
        self.request_seen = False
        self.tail = {"up": b"", "down": b""}
        self.over = False

    @property
    def faults(self):
        return self.drawn or self.proxy._faults

    def run(self):
        if not self._connect():
            return self.cut("rst")
        for end in (self.client, self.server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        down = threading.Thread(target=self._pump, args=("down", self.server, self.client), daemon=True)
        down.start()
        self._pump("up", self.client, self.server)
        down.join()
        self._forget()

    def _connect(self):
        self._while_silent()
        try:
            self.server = socket.create_connection(self.proxy.upstream, 10)
            self.server.settimeout(None)
        except OSError:
            return False
        return not self.over

    def _pump(self, direction, source, target):
        try:
            while True:
                piece = source.recv(PIECE)
                self._while_silent()
                if self.over:
                    return
                if not piece:
                    target.shutdown(socket.SHUT_WR)
                    return
                if not self._pass_on(direction, piece, target):
                    return
        except OSError:
            if not self.over:  # the other side is told as we were
                self.cut("rst")

    def _while_silent(self):
        with self.proxy.changed:
            while self.faults.silent and not self.over and not self.proxy.closed:
                self.proxy.changed.wait()

    def _pass_on(self, direction, piece, target):
        faults = self.faults
        if faults.delay[1]:
            time.sleep(self.chance.uniform(*faults.delay))
        if faults.answer is not None and direction == "up" and self.proxy._strikes():
            self._answer(faults.answer)
            return False
        if faults.lose_answer is not None and self._loses(direction, piece, faults) and self.proxy._strikes():
            self.cut(faults.cut)
            return False
        if faults.cut_after is not None and faults.direction in (None, direction):
            room = faults.cut_after - (self.passed[direction] if faults.direction else sum(self.passed.values()))
            if len(piece) > room and self.proxy._strikes():
                self._send(direction, piece[:max(room, 0)], target, faults)
                self.cut(faults.cut)
                return False
        self._send(direction, piece, target, faults)
        return True

    def _send(self, direction, piece, target, faults):
        pace = faults.bytes_per_second
        step = max(1, pace // 20) if pace else len(piece)
        for start in range(0, len(piece), step or 1):
            part = piece[start:start + step]
            if pace:
                time.sleep(len(part) / pace)
            with self.proxy.lock:  # counted first: who got the last byte may look at once
                self.passed[direction] += len(part)
                self.proxy.passed[direction] += len(part)
            target.sendall(part)

    def _loses(self, direction, piece, faults):
        """Notes requests; true for the answer that is to be lost. What is looked for may be spread over two pieces."""
        wanted = faults.to if direction == "up" else faults.lose_answer
        text = self.tail[direction] + piece
        self.tail[direction] = text[-len(wanted):] if wanted else b""
        if direction == "up":
            self.request_seen = self.request_seen or wanted in text
            return False
        return (self.request_seen or not faults.to) and wanted in text

    def _answer(self, answer):
        """Reads on afterwards, because a socket that is closed with unread bytes resets the connection, and the answer is lost."""
        self.client.sendall(answer)
        self.client.shutdown(socket.SHUT_WR)
        self.client.settimeout(5)
        try:
            while self.client.recv(PIECE):
                pass
        except OSError:
            pass  # it had enough
        self.cut("fin")

    def cut(self, how):
        with self.proxy.changed:
            first, self.over = not self.over, True
            self.proxy.changed.notify_all()
        if first and self.server:
            _end(self.server) if how == "fin" else _reset(self.server)
        if how != "half-open":  # such a client is told by the next cut at the latest
            _reset(self.client) if how == "rst" else _end(self.client)
            self._forget()

    def _forget(self):
        """Whatever is still open is closed in order, except for the client's end of a half-open connection."""
        with self.proxy.lock:
            if self in self.proxy.connections and not (self.over and self.client.fileno() >= 0):
                self.proxy.connections.remove(self)
                for end in (self.client, self.server):
                    if end:
                        end.close()


def _end(end):
    """Wakes whoever reads from it, too."""
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # not connected any more
    end.close()


def _reset(end):
    try:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RD)  # wakes whoever reads from it; sends nothing
    except OSError:
        pass  # not connected any more
    end.close()
