"""What can be measured about keypoints, about a composite, and about a picture against the right answer; without a trained network."""

from facelib.metrics.answer import colour_error, fmse, psnr
from facelib.metrics.detail import sharpness_ratio, source_detail
from facelib.metrics.head import expression_distance, pose_error
from facelib.metrics.labels import FAILURE, NORMALISATIONS, area_under_ced, ced, face_sizes, failures, nme, point_errors
from facelib.metrics.regions import seam_band
from facelib.metrics.skin import colour_gap, skin_gradient_excess, skin_pixels, tone_spread, typology_angle
from facelib.metrics.structure import ms_ssim, ssim
from facelib.metrics.untouched import Change, background_change, seam_energy

__all__ = [
    "FAILURE",
    "NORMALISATIONS",
    "Change",
    "area_under_ced",
    "background_change",
    "ced",
    "colour_error",
    "colour_gap",
    "expression_distance",
    "face_sizes",
    "failures",
    "fmse",
    "ms_ssim",
    "nme",
    "point_errors",
    "pose_error",
    "psnr",
    "seam_band",
    "seam_energy",
    "sharpness_ratio",
    "skin_gradient_excess",
    "skin_pixels",
    "source_detail",
    "ssim",
    "tone_spread",
    "typology_angle",
]
