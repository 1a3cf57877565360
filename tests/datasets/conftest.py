"""A web server that can do what the servers of the data sets do, and what goes wrong with them; archives to put on it."""

import io
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image


class Server(ThreadingHTTPServer):
    """Serves `contents` at any address but /missing; `ranges`, `chunked` and `break_after` (bytes, once) say how."""

    contents = b""
    ranges = True
    chunked = False
    break_after = None

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []  # the Range header of each request, or None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/data.tar.gz"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server, wanted, start = self.server, self.headers.get("Range"), 0
        server.asked.append(wanted)
        if self.path == "/missing":
            return self.send_error(404)
        if wanted and server.ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(server.contents):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(server.contents)}")
                self.send_header("Content-Length", "0")
                return self.end_headers()
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(server.contents) - 1}/{len(server.contents)}")
        else:
            self.send_response(200)
        body, stop = server.contents[start:], server.break_after
        server.break_after = None
        if server.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            body, stop = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body), stop and stop + 8
        else:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body[:stop])
        self.close_connection = True

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def pack():
    """Makes a .tar.gz from names and contents; a contents that is a TarInfo is put in as it is."""

    def pack(members):
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            for name, contents in members.items():
                if isinstance(contents, tarfile.TarInfo):
                    contents.name = name
                    archive.addfile(contents)
                else:
                    member = tarfile.TarInfo(name)
                    member.size = len(contents)
                    archive.addfile(member, io.BytesIO(contents))
        return packed.getvalue()

    return pack


@pytest.fixture(scope="session")
def encoded():
    """Makes a picture of noise, (H, W) or (H, W, 4), as the bytes of a file."""

    def encoded(shape=(90, 71), kind="JPEG", seed=0):
        file = io.BytesIO()
        Image.fromarray(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)).save(file, kind)
        return file.getvalue()

    return encoded


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """No data set in the environment, and an empty cache; the cache's folder."""
    monkeypatch.delenv("FACELIB_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "facelib"
