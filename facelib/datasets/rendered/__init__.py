"""Rendered faces: a parametric head with exact keypoints and masks, and swaps whose right answer is drawn.

person, moment, parameters: what a face consists of, in groups; chance, people, sample: faces at random
template    the average head and its grid            controls  what shapes it besides the 68 points
shape       from a person's numbers to the head      expression, jaw, patches
mark, marks, paint: colours of the skin              openings, hair, glasses, hand, backdrop
light       shading and shadows                      camera, surfaces, film: from the head to the picture
picture     a picture and its truths                 swaps, ladder, write, labelled: what is done with it
"""

from facelib.datasets.rendered.labelled import frames
from facelib.datasets.rendered.moment import Expression, Light, Pose, Scene
from facelib.datasets.rendered.parameters import Face
from facelib.datasets.rendered.person import Hair, Identity, Shape, Skin
from facelib.datasets.rendered.picture import Rendered, render
from facelib.datasets.rendered.sample import face
from facelib.datasets.rendered.swaps import appearance, full, toned

__all__ = [
    "Expression", "Face", "Hair", "Identity", "Light", "Pose", "Rendered", "Scene", "Shape", "Skin", "appearance", "face", "frames", "full",
    "render", "toned",
]  # fmt: skip
