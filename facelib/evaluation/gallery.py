"""Whose face is nearest among many people's: retrieval at rank 1, by which papers on face swapping say whether an identity came along."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from facelib.datasets.frame import Frame
from facelib.datasets.pairs import Pair, face

EACH = 5  # frames of a person at most


@dataclass(frozen=True)
class Gallery:
    """Frames of people, as a judge sees them."""

    frames: Sequence[Frame]
    embeddings: np.ndarray  # (N, D), each of length 1

    def first(self, embeddings: np.ndarray, pairs: Sequence[Pair]) -> tuple[np.ndarray, np.ndarray]:
        """Whether the source's, and whether the target's person is the nearest to each pair's result.

        Parameters
        ----------
        embeddings : ndarray of shape (N, D)
            Of the results.
        pairs : sequence of Pair
            Neither frame of a pair counts for its result.

        Returns
        -------
        tuple of two ndarrays of shape (N,), float64
            1 or 0; NaN where the person has no other picture in the gallery.
        """
        found = np.empty((2, len(pairs)))
        for number, (embedding, pair) in enumerate(zip(embeddings, pairs, strict=True)):
            similar = self._similarities(embedding, {str(pair.source.path), str(pair.target.path)})
            best = max(similar, key=similar.get, default=None)
            for row, frame in enumerate((pair.source, pair.target)):
                found[row, number] = float(best == frame.person) if frame.person in similar else np.nan
        return found[0], found[1]

    def which(self) -> dict:
        """What a record says of the gallery."""
        digest = hashlib.sha256(np.ascontiguousarray(self.embeddings, "<f4").tobytes())
        for frame in self.frames:
            digest.update(f"{frame.path.name}\0{frame.person}\0".encode())
        people = len({frame.person for frame in self.frames})
        return {"name": "gallery", "people": people, "frames": len(self.frames), "sha256": digest.hexdigest()}

    def _similarities(self, embedding: np.ndarray, without: Collection[str]) -> dict[str, float]:
        """The cosine to each person's mean, of the frames that count."""
        rows = defaultdict(list)
        for number, frame in enumerate(self.frames):
            if str(frame.path) not in without:
                rows[frame.person].append(number)
        means = {person: self.embeddings[chosen].mean(0) for person, chosen in rows.items()}
        return {person: float(embedding @ mean / max(np.linalg.norm(mean), 1e-12)) for person, mean in means.items()}


def of(frames: Sequence[Frame], judge: Callable[[np.ndarray, np.ndarray], np.ndarray], size: int = 128, each: int = EACH) -> Gallery:
    """A gallery of everybody in some frames.

    Parameters
    ----------
    frames : sequence of Frame
    judge : callable
        Pictures (N, S, S, 3) uint8 and points (N, 68, 2) to embeddings (N, D) of length 1.
    size : int
        Pixels, the side of the crops that the judge is given, as for `facelib.evaluation.swaps.measure`.
    each : int
        Of each person so many frames at most, as far apart in the list as may be, so that they are not all of one video.

    Raises
    ------
    ValueError
        No frames.
    """
    if not frames:
        raise ValueError("gallery: expected frames of people, got none; give a data set with faces in it")
    people = defaultdict(list)
    for frame in frames:
        people[frame.person].append(frame)
    chosen = [own[at] for own in people.values() for at in np.unique(np.linspace(0, len(own) - 1, each).round().astype(int))]
    faces = [face(frame, size) for frame in chosen]
    embeddings = [judge(one.target[None], one.target_points[None].astype(np.float32))[0] for one in faces]
    return Gallery(chosen, np.stack(embeddings))
