# SPDX-License-Identifier: Apache-2.0
"""A network that fails: passes bytes on between a program and a server.

    proxy.py SERVER-URL SEED FAULTS [EVERY]

Prints its own URL.  At every EVERYth piece of a request or a reply, about (4),
something happens, until there were so many FAULTS; what, follows from SEED:

    drop     the connection is closed, before or in the middle of the piece
    reset    the same, with a reset
    lose     the piece is passed on, and then the connection is closed
    stall    nothing passes for a while, then it goes on
    hang     nothing passes for a while, then the connection is reset
    refuse   the same, and so are new ones for a while

On SIGTERM it prints how often each was done, and ends.
"""

import collections
import os
import random
import signal
import socket
import struct
import sys
import threading
import time
import urllib.parse

WHAT = ("drop", "reset", "lose", "stall", "hang", "refuse")
WHILE_S = 0.15


class Network:
    def __init__(self, url, seed, faults, every):
        parts = urllib.parse.urlsplit(url)
        self.server = (parts.hostname, parts.port)
        self.rng = random.Random(seed)
        self.left = faults
        self.every = every
        self.lock = threading.Lock()
        self.done = collections.Counter()
        self.listener = socket.socket()
        self.refused_until = 0

    def listen(self):
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)

    def draw(self):
        """What happens to this piece, and how much of it passes before."""
        with self.lock:
            if self.left == 0 or self.rng.random() * self.every >= 1:
                return None, 0
            self.left -= 1
            what = self.rng.choice(WHAT)
            self.done[what] += 1
            return what, self.rng.choice((0, 0.5))

    def serve(self):
        while True:
            client = self.listener.accept()[0]
            if time.monotonic() < self.refused_until:
                close(client, True)
                continue
            try:
                Connection(self, client).start()
            except OSError:      # it has gone already
                close(client, True)


def close(one, reset):
    try:
        if reset:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           struct.pack("ii", 1, 0))
        # the thread that reads from it lets go of it
        one.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
    except OSError:
        pass
    one.close()


class Connection:
    def __init__(self, network, client):
        self.network = network
        self.client = client
        self.server = socket.create_connection(network.server)

    def start(self):
        for one, other in ((self.client, self.server),
                           (self.server, self.client)):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.pump, args=(one, other),
                             daemon=True).start()

    def end(self, reset):
        close(self.client, reset)
        close(self.server, reset)

    def fail(self, what, data, share, other):
        """Does it; tells whether the connection goes on."""
        if what in ("stall", "hang"):
            time.sleep(WHILE_S)
        if what == "stall":
            other.sendall(data)
            return True
        if what == "lose":
            other.sendall(data)
            time.sleep(0.01)
        else:
            other.sendall(data[:int(len(data) * share)])
        if what == "refuse":
            self.network.refused_until = time.monotonic() + WHILE_S
        self.end(what in ("reset", "hang", "refuse"))
        return False

    def pump(self, one, other):
        try:
            while True:
                data = one.recv(65536)
                if not data:
                    break
                what, share = self.network.draw()
                if what is None:
                    other.sendall(data)
                elif not self.fail(what, data, share, other):
                    return
        except OSError:
            pass
        self.end(False)


def main(argv):
    every = float(argv[3]) if len(argv) > 3 else 4
    network = Network(argv[0], int(argv[1]), int(argv[2]), every)
    network.listen()

    def told(_number, _frame):
        print(" ".join("%s %d" % pair
                       for pair in sorted(network.done.items())), flush=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, told)
    print("http://127.0.0.1:%d" % network.listener.getsockname()[1], flush=True)
    network.serve()


main(sys.argv[1:])
