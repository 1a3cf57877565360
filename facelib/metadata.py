"""What a picture's file says beside its pixels: what of it a swap keeps, and the mark that says that the picture is a composite."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from PIL import Image

PROVENANCE = "Composite picture: face swapped with facelib"  # stands in every file that is written
KEPT = ("all", "safe", "none")
DESCRIPTION, ORIENTATION, SOFTWARE, EXIF, GPS, INTEROP, XMP = 0x010E, 0x0112, 0x0131, 0x8769, 0x8825, 0xA005, 0x02BC
# What "safe" keeps: camera, lens, exposure, dates, who made it and whose it is. Everything else is dropped, whatever it is called: the
# place, serial numbers, the owner's name, maker notes, comments.
_SAFE = {0x010F, 0x0110, 0x011A, 0x011B, 0x0128, 0x0132, 0x013B, 0x8298}  # make, model, resolution, date, artist, copyright
_SAFE_EXIF = {
    *(0x829A, 0x829D, 0x8822, 0x8827, 0x8830, 0x8831, 0x8832, 0x9000),  # exposure time, aperture, programme, sensitivity, version
    *(0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9290, 0x9291, 0x9292),  # dates, their offsets, their fractions of a second
    *(0x9201, 0x9202, 0x9203, 0x9204, 0x9205, 0x9206, 0x9207, 0x9208, 0x9209, 0x920A),  # shutter, aperture, ..., flash, focal length
    *(0xA001, 0xA402, 0xA403, 0xA404, 0xA405, 0xA406),  # colour space, mode, white balance, zoom, focal length of 35 mm film, scene
    *(0xA432, 0xA433, 0xA434),  # what the lens can do, its maker, its model
}
# Never kept: what tells how the old file was laid out, its orientation, its size, its profile, the XMP and IPTC that TIFF holds here.
_LAYOUT = {*range(0x00FE, 0x010E), 0x0111, ORIENTATION, 0x0115, 0x0116, 0x0117, 0x0118, 0x0119, 0x011C, *range(0x0120, 0x0128), 0x012D}
_LAYOUT |= {0x013D, *range(0x013E, 0x0160), 0x015B, *range(0x0200, 0x0215), XMP, 0x8649, 0x83BB, 0x8773, 0xA002, 0xA003}
_LAYOUT |= {SOFTWARE, EXIF, GPS, 0x014A, INTEROP, *range(0xC4A5, 0xC800)}  # written anew, or of raw files
_MOST = 60_000  # bytes; a JPEG's Exif must fit into one segment
_DIGITAL_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"
_STATEMENT = (
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    f'Iptc4xmpExt:DigitalSourceType="{_DIGITAL_SOURCE}"/>'
)
_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
_END = b"</rdf:RDF>"


@dataclass(frozen=True)
class Metadata:
    """What one file said."""

    tags: dict[int, object] = field(default_factory=dict)  # Exif's first folder
    folders: dict[int, dict[int, object]] = field(default_factory=dict)  # those below it, by the tag that leads there
    xmp: bytes = b""


def of(picture: Image.Image) -> Metadata:
    """What an opened file says; what in it is malformed is left out."""
    tags: dict[int, object] = {}
    folders: dict[int, dict[int, object]] = {}
    with contextlib.suppress(Exception):
        exif = picture.getexif()
        for tag in list(exif):
            with contextlib.suppress(Exception):
                tags[tag] = exif[tag]
        for tag in (EXIF, GPS):
            with contextlib.suppress(Exception):
                folders[tag] = dict(exif.get_ifd(tag))
        with contextlib.suppress(Exception):
            folders[INTEROP] = dict(exif.get_ifd(INTEROP))
    xmp = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    xmp = b"".join(xmp) if isinstance(xmp, tuple) else xmp  # of a TIFF, before Pillow 11.1
    xmp = xmp.encode() if isinstance(xmp, str) else xmp
    return Metadata(tags, folders, xmp if isinstance(xmp, bytes) else b"")


def exif(said: Metadata | None = None, keep: str = "safe") -> Image.Exif:
    """The tags of a file that is written: the mark, orientation 1, and what is kept of another's.

    Parameters
    ----------
    said : Metadata, optional
    keep : {"all", "safe", "none"}
        "safe" keeps what `_SAFE` and `_SAFE_EXIF` list, "all" everything but what no longer holds, and the thumbnail (the old face).
    """
    said = said or Metadata()
    written = Image.Exif()
    written[SOFTWARE] = "facelib"
    description = _text(said.tags.get(DESCRIPTION, b"")) if keep != "none" else b""
    mark = PROVENANCE.encode()
    written[DESCRIPTION] = mark if not description else description if description.startswith(mark) else mark + b"; " + description
    if keep == "none":
        return written
    written[ORIENTATION] = 1
    texts = {tag: _text(value) if isinstance(value, str) else value for tag, value in said.tags.items()}
    _take(written, texts, lambda tag: tag not in _LAYOUT | {DESCRIPTION} if keep == "all" else tag in _SAFE)
    folders = {}
    for place, tags in said.folders.items():
        if tags and (place == EXIF or keep == "all"):
            made = Image.Exif()
            _take(made, tags, lambda tag: tag not in _LAYOUT if keep == "all" else tag in _SAFE_EXIF)
            folders[place] = dict(made)
    if INTEROP in folders and EXIF in folders:
        folders[EXIF][INTEROP] = folders.pop(INTEROP)
    for place in (EXIF, GPS):
        if folders.get(place):
            written[place] = folders[place]
    return _that_fits(written)


def xmp(said: Metadata | None = None, keep: str = "safe") -> bytes:
    """The XMP packet of a file that is written: IPTC's word for a composite, and with "all" the old packet, unless it shows a thumbnail."""
    old = said.xmp if said and keep == "all" else b""
    usable = old.count(_END) == 1 and b"xmpGImg" not in old
    if usable and _DIGITAL_SOURCE.encode() in old:
        return old
    packet = old if usable and b"DigitalSourceType" not in old else _PACKET.encode()
    return packet.replace(_END, _STATEMENT.encode() + _END)


def is_marked(picture: Image.Image) -> bool:
    """Whether an opened file holds the mark: at the beginning of its Exif description, or as a JPEG's comment."""
    said = [picture.getexif().get(DESCRIPTION), picture.info.get("comment")]
    return any(_text(one).startswith(PROVENANCE.encode()) for one in said if one)


def _take(written: Image.Exif, tags: dict[int, object], wanted: Callable[[int], bool]) -> None:
    """Put the wanted tags into `written`, each once it is known that it can be written."""
    for tag, value in tags.items():
        if wanted(tag) and not isinstance(value, dict):
            trial = Image.Exif()
            with contextlib.suppress(Exception):  # Pillow reads tags that it cannot write
                trial[tag] = value
                trial.tobytes()
                written[tag] = value


def _text(value: object) -> bytes:
    """Text as it stood in the file: Pillow reads it as Latin 1 and would write question marks."""
    if isinstance(value, bytes):
        return value.rstrip(b"\0")
    return str(value).encode("latin-1", "replace").rstrip(b"\0")


def _that_fits(written: Image.Exif) -> Image.Exif:
    """Without its largest tags, where it is too long or cannot be written."""
    while True:
        with contextlib.suppress(Exception):
            if len(written.tobytes()) <= _MOST:
                return written
        places = [place for place in (EXIF, GPS) if isinstance(written.get(place), dict) and written[place]]
        if places:
            place = places[0]
            largest = max(written[place], key=lambda tag: len(str(written[place][tag])))
            written[place] = {tag: value for tag, value in written[place].items() if tag != largest}
            if not written[place]:
                del written[place]
            continue
        others = [tag for tag in written if tag not in (DESCRIPTION, SOFTWARE)]
        if not others:
            written[DESCRIPTION] = PROVENANCE
            return written
        del written[max(others, key=lambda tag: len(str(written[tag])))]
