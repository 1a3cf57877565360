"""What a data set's labeller would have answered, from what a network answers: for scores against labels that have habits of their own.

Labels are not the truth. A labeller places some points a little off in its own way, and differently on a turned head; and a box that is
made from labels tells where the labeller saw the face, and how large, errors included. Three linear maps, fitted to the labels of the
people that the network was trained on, allow for it; the first also takes up what the network itself does wrong by rule. They belong to
scores: where points are wanted on the faces themselves, leave them out.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import torch
from torch import nn

from facelib import keypoints
from facelib.datasets import ytf68_offset

AS_ANSWERED, SHIFTED, HABITS = "as answered", "shifted as the labels are", "with the labeller's habits"
PLACE, SIZE = "with where the box lies", "with how large the box is"
STRENGTH = 0.1  # of the ridge, over the inputs' mean variance; chosen once, on the training people, in five folds of people


class Labeller(nn.Module):
    """Three corrections that take a network's answers, (N, 68, 2) in pixels, to where a labeller would have put them; `fit` makes them."""

    def __init__(self):
        super().__init__()
        self.habits = nn.Linear(2 * keypoints.COUNT, 2 * keypoints.COUNT)  # in the mean face's frame: what every shape shifts
        self.place = nn.Linear(2, 2 * keypoints.COUNT)  # in the picture's axes: what a box shifts that lies further right, further down
        self.size = nn.Linear(1, 2 * keypoints.COUNT)  # and one that is larger

    @torch.inference_mode()
    def with_habits(self, points: np.ndarray) -> np.ndarray:
        """Points as this labeller would place them, judged by the answered shape alone."""
        matrices, upright = _upright(points)
        shifts = self.habits(_rows(upright)).unflatten(1, (-1, 2)).numpy()
        back = map(cv2.invertAffineTransform, matrices)
        return np.stack([keypoints.transform(matrix, shape) for matrix, shape in zip(back, upright + shifts, strict=True)])

    def in_places(self, points: np.ndarray, boxes: Sequence[np.ndarray]) -> np.ndarray:
        """Points, with habits, as this labeller would place them in N boxes, of x, y, width, height in pixels, judged by their middles."""
        beside, _, sizes = _told(points, boxes)
        return points + _shifts(self.place, beside, sizes)

    def in_sizes(self, points: np.ndarray, boxes: Sequence[np.ndarray]) -> np.ndarray:
        """The points of `in_places`, judged by the boxes' sizes as well."""
        _, larger, sizes = _told(points, boxes)
        return points + _shifts(self.size, larger, sizes)


def fit(points: np.ndarray, boxes: Sequence[np.ndarray], labels: np.ndarray) -> Labeller:
    """Learn a labeller's habits, and what boxes of one kind tell of its labels.

    Parameters
    ----------
    points : ndarray of shape (N, 68, 2)
        A network's answers, in pixels. It may have been trained on these faces, but the more it knows their labels by heart, the less is
        left to fit.
    boxes : sequence of N arrays of shape (4,)
        Those in which it answered.
    labels : ndarray of shape (N, 68, 2)
    """
    made = Labeller()
    matrices, upright = _upright(points)
    wanted = np.stack([keypoints.transform(matrix, label) for matrix, label in zip(matrices, labels, strict=True)])
    _fill(made.habits, upright, wanted - upright, STRENGTH)
    points = made.with_habits(points)
    beside, _, sizes = _told(points, boxes)
    _fill(made.place, beside, (labels - points) / sizes, 0)
    points = made.in_places(points, boxes)
    _, larger, sizes = _told(points, boxes)
    _fill(made.size, larger, (labels - points) / sizes, 0)
    return made.eval()


def stages(
    points: np.ndarray, boxes: Sequence[np.ndarray], put_right: bool = True, labeller: Labeller | None = None
) -> dict[str, np.ndarray]:
    """A network's answers, and what becomes of them with one allowance after another for the labels of ytf68, by name.

    Parameters
    ----------
    points : ndarray of shape (N, 68, 2)
        In pixels.
    boxes : sequence of N arrays of shape (4,)
        Those in which the network answered.
    put_right : bool
        Whether it was trained on labels put right, as `facelib.datasets.ytf68_offset` does.
    labeller : Labeller, optional
        Fitted in boxes of the same kind.
    """
    made = {AS_ANSWERED: points}
    if put_right:
        made[SHIFTED] = points = ytf68_offset.as_labelled(points)
    if labeller is not None:
        made[HABITS] = points = labeller.with_habits(points)
        made[PLACE] = points = labeller.in_places(points, boxes)
        made[SIZE] = labeller.in_sizes(points, boxes)
    return made


def _upright(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Similarities to the mean face, (N, 2, 3), and the shapes there."""
    matrices = np.stack([keypoints.similarity(shape, keypoints.mean_shape()) for shape in points])
    return matrices, np.stack([keypoints.transform(matrix, shape) for matrix, shape in zip(matrices, points, strict=True)])


def _told(points: np.ndarray, boxes: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far each box lies beside the answer's own, across and down, (N, 2), and how much larger it is, (N, 1), over the side of a
    square as large as that; and that side in pixels, (N, 1, 1)."""
    own, given = np.stack([keypoints.face_box(shape) for shape in points]), np.array(boxes, float)
    sides = np.sqrt(np.prod(own[:, 2:], axis=1, keepdims=True))
    middles = [box[:, :2] + box[:, 2:] / 2 for box in (own, given)]
    larger = np.sqrt(np.prod(given[:, 2:], axis=1, keepdims=True)) / sides - 1
    return (middles[1] - middles[0]) / sides, larger, sides[..., None]


@torch.inference_mode()
def _shifts(layer: nn.Linear, told: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Of all points, (N, 68, 2) in pixels."""
    return layer(_rows(told)).unflatten(1, (-1, 2)).numpy() * sizes


def _fill(layer: nn.Linear, inputs: np.ndarray, wanted: np.ndarray, strength: float) -> None:
    """Ridge regression: the least squares fit, its weights held down by `strength` times the mean variance of the inputs."""
    inputs, wanted = (values.reshape(len(values), -1).astype(float) for values in (inputs, wanted))
    around, away = inputs - inputs.mean(axis=0), wanted - wanted.mean(axis=0)
    products = around.T @ around
    held = strength * np.trace(products) / len(products) * np.eye(len(products))
    weight = np.linalg.lstsq(products + held, around.T @ away, rcond=None)[0]  # the smallest, where inputs do not vary
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(weight.T))
        layer.bias.copy_(torch.from_numpy(wanted.mean(axis=0) - inputs.mean(axis=0) @ weight))


def _rows(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(values.reshape(len(values), -1).astype(np.float32))
