"""What pages that stand alone are made of: one file of HTML, light and dark, that asks nothing of the network."""

from __future__ import annotations

import base64
import io
import json

import numpy as np
from PIL import Image

from facelib import images
from facelib.figures.page import quoted

# Not even a page that somebody changed can send anything away; blobs are what it saves.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
_STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #222; --soft: #5b6570; --line: #c9d0d6; --raised: #f1f4f6; --accent: #0b62a4 }
@media (prefers-color-scheme: dark) {
  :root { --page: #14181e; --text: #dfe5ea; --soft: #a3afba; --line: #424c57; --raised: #222932; --accent: #7cc0f5 }
}
* { box-sizing: border-box }
[hidden] { display: none !important }
body { margin: 0; padding: 1rem; font: 16px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page) }
main { margin: 0 auto }
figure { margin: 0 }
img { display: block; max-width: 100%; border-radius: 3px }
figcaption { color: var(--soft); font-size: 0.85rem }
button, input { font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--line); border-radius: 6px }
button { padding: 0.45rem 0.9rem; min-height: 2.75rem; cursor: pointer; touch-action: manipulation }
button:disabled { opacity: 0.45; cursor: default }
button.now { background: var(--accent); color: var(--page); border-color: var(--accent) }
input { padding: 0.35rem 0.5rem; min-height: 2.75rem }
kbd { font: inherit; opacity: 0.7 }
progress { accent-color: var(--accent) }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
footer { margin-top: 2rem; color: var(--soft); font-size: 0.85rem; text-align: center }
@media (scripting: none) { .scripted { display: none } }
"""


def document(title: str, body: str, style: str = "") -> str:
    """A whole page. Its pictures are data inside it, and a browser lets it ask for nothing else.

    Parameters
    ----------
    title : str
        Text.
    body, style : str
        HTML, and CSS beyond what every page has.
    """
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="description" content="{quoted(images.PROVENANCE)}"><title>{quoted(title)}</title><link rel="icon" href="data:,">
<style>{_STYLE}{style}</style></head><body>
{body}
<footer>{quoted(images.PROVENANCE)}</footer>
</body></html>
"""


def jpeg(picture: np.ndarray, quality: int) -> str:
    """A picture as the address of its own data: a JPEG with the provenance mark.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), float32 in [0, 1]
    quality : int
        1 to 95.
    """
    encoded = io.BytesIO()
    Image.fromarray(images.to_bytes(picture)).save(
        encoded, "JPEG", quality=quality, subsampling=0, optimize=True, comment=images.PROVENANCE
    )
    return f"data:image/jpeg;base64,{base64.b64encode(encoded.getvalue()).decode()}"


def image(address: str, alt: str) -> str:
    """The element of a picture of `jpeg`."""
    return f'<img alt="{quoted(alt)}" src="{address}">'


def script_data(data: object) -> str:
    """Data as JSON that may stand in a script element, whatever text is in it.

    >>> script_data("</script>")
    '"\\\\u003c/script>"'
    """
    return json.dumps(data).replace("<", "\\u003c")
