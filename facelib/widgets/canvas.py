"""The two pieces of the app that are drawn by scripts: `Canvas`, a picture whose box and keypoints can be dragged, and `View`, the result.

Both only show what they are given, and say what a hand did; they decide nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files

import anywidget
import cv2
import numpy as np
import traitlets

from facelib import images, keypoints
from facelib.widgets.photo import Photo, frame

_LARGEST = 2048  # pixels a side that are sent to the browser


def script(name: str) -> str:
    """The text of a file of this folder."""
    return files("facelib.widgets").joinpath(name).read_text(encoding="utf-8")


class Canvas(anywidget.AnyWidget):
    """A picture with its face's box and keypoints.

    `moved` is called with what a hand did: `{"kind": "point", "picture": name, "index": 30, "place": [x, y], "done": False, "number": 7}`
    while a keypoint is dragged and, with `done`, when it is let go; `{"kind": "box", "box": [x, y, width, height], ...}` likewise. The
    picture is the one that the hand saw: another may be on its way to it. `answer(number)` says that what follows from a message is
    shown: until then the canvas holds the next one back, so that a slow line never queues up.
    `received` is called with the name and the contents of a file that was uploaded, dropped onto the canvas, or taken by the camera, and
    `failed` with a line about what the browser refused. `give` hands a file to the browser. (`ipywidgets.FileUpload` would send a file as
    one message; above 10 MiB the server then drops the connection, and the file is lost without a word.)
    """

    _esm = script("dom.js") + script("canvas.js")
    _css = script("widgets.css")

    picture = traitlets.Bytes().tag(sync=True)  # JPEG
    size = traitlets.List(traitlets.Int(), [1, 1]).tag(sync=True)  # width and height, in whose pixels everything below is
    box = traitlets.List(traitlets.Float()).tag(sync=True)
    points = traitlets.List().tag(sync=True)
    frame = traitlets.List(traitlets.Float()).tag(sync=True)  # what a close-up shows
    groups = traitlets.List().tag(sync=True)
    beyond = traitlets.List().tag(sync=True)  # further corners of the mesh, which no hand moves
    mesh = traitlets.List().tag(sync=True)  # triangles to draw: indices into the points and what is beyond them
    folded = traitlets.List().tag(sync=True)  # which of them are folded
    boxed = traitlets.Bool(True).tag(sync=True)  # whether there is a box to drag, and pictures may come from outside
    role = traitlets.Unicode().tag(sync=True)
    name = traitlets.Unicode().tag(sync=True)
    answered = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        role: str,
        moved: Callable[[dict], None],
        received: Callable[[str, bytes], None] = lambda name, contents: None,
        failed: Callable[[str], None] = lambda line: None,
        boxed: bool = True,
    ):
        groups = [{"name": name, "members": list(group), "closed": name in keypoints.CLOSED} for name, group in keypoints.GROUPS.items()]
        super().__init__(role=role, groups=groups, boxed=boxed)
        self._moved, self._received, self._failed = moved, received, failed
        self._shown: np.ndarray | None = None
        self._parts: dict[float, list[bytes]] = {}  # of files on their way
        self.on_msg(self._hear)

    def show(self, photo: Photo) -> None:
        """Show a photo: its picture is sent where it is another one."""
        if photo.picture is not self._shown:
            self._shown = photo.picture
            with self.hold_sync():
                self.picture = jpeg(photo.picture, 90)
                self.size = list(photo.picture.shape[1::-1])
                self.name = photo.name
                self.place(photo)
        else:
            self.place(photo)

    def place(self, photo: Photo, settle: bool = True) -> None:
        """Show a photo's box and points; the close-up follows once the hand has let go (`settle`)."""
        with self.hold_sync():
            self.box = [round(float(value), 2) for value in photo.box]
            self.points = photo.points.round(2).tolist()
            if settle:
                self.frame = list(frame(photo.box, photo.picture.shape))

    def draw(self, picture: np.ndarray, points: np.ndarray, mesh: np.ndarray, folded: np.ndarray, beyond: np.ndarray, name: str) -> None:
        """Show a picture under a mesh: its triangles, (T, 3), have the points' indices, and after them those of what is beyond."""
        with self.hold_sync():
            self.picture = jpeg(picture, 85)
            self.size = list(picture.shape[1::-1])
            self.box = [0.0, 0.0, *map(float, self.size)]
            self.beyond, self.mesh = np.asarray(beyond, float).round(2).tolist(), mesh.tolist()
            self.folded = np.flatnonzero(folded).tolist()
            self.points = points.round(2).tolist()
            self.name = name

    def restore(self) -> None:
        """Draw box and points as they are known here, whatever the hand did."""
        self.send_state(["box", "points"])

    def answer(self, number: int) -> None:
        self.answered = number

    def give(self, name: str, contents: bytes) -> None:
        """Have the browser save a text file."""
        self.send({"kind": "file", "name": name, "type": "text/plain"}, [contents])

    def _hear(self, _: object, message: dict, buffers: list) -> None:
        kind = message.get("kind")
        if kind == "file":
            self._collect(message, bytes(buffers[0]))
        elif kind == "trouble":
            self._failed(str(message.get("line")))
        elif kind in ("point", "box"):
            self._moved(message)

    def _collect(self, message: dict, contents: bytes) -> None:
        """A file comes in parts, in order, perhaps between those of another; with the last one it is whole."""
        parts = self._parts.setdefault(message["id"], [])
        parts.append(contents)
        if len(parts) == message["parts"]:
            self._received(str(message["name"]), b"".join(self._parts.pop(message["id"])))


class View(anywidget.AnyWidget):
    """The result: one picture, two with a divider between them, or a grid of named ones.

    Where there are `downloads`, `wanted` is called when the download button is pressed; `give` then hands the file to the browser.
    """

    _esm = script("dom.js") + script("view.js")
    _css = script("widgets.css")

    pictures = traitlets.List().tag(sync=True)  # {"name": what stands below, "alt": what it shows, "data": JPEG}
    layout_kind = traitlets.Enum(("single", "divider", "grid"), "single").tag(sync=True)
    busy = traitlets.Bool(False).tag(sync=True)
    ready = traitlets.Bool(False).tag(sync=True)  # whether what is shown is the whole result, so that it can be downloaded
    note = traitlets.Unicode().tag(sync=True)
    downloads = traitlets.Bool(True).tag(sync=True)

    def __init__(self, wanted: Callable[[], None] = lambda: None, downloads: bool = True):
        super().__init__(downloads=downloads)
        self._wanted = wanted
        self.on_msg(self._hear)

    def give(self, name: str, contents: bytes) -> None:
        """Have the browser save a file."""
        self.send({"kind": "file", "name": name, "type": "image/png"}, [contents])

    def _hear(self, _: object, message: dict, buffers: list) -> None:
        if message.get("kind") == "download":
            self._wanted()


def jpeg(picture: np.ndarray, quality: int = 85, largest: int = _LARGEST) -> bytes:
    """A picture for the screen: (H, W, 3) float32 in [0, 1], at most so many pixels a side."""
    scale = largest / max(picture.shape[:2])
    if scale < 1:
        size = [max(1, round(scale * length)) for length in picture.shape[1::-1]]
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    ok, encoded = cv2.imencode(".jpg", np.ascontiguousarray(images.to_bytes(picture)[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError(f"picture: OpenCV could not encode shape {picture.shape} as JPEG")
    return encoded.tobytes()
