"""What facelib is measured against: the usual ways, written as their users write them, as fast as they go without tricks."""

from itertools import pairwise

import cv2
import numpy as np
from skimage.transform import PiecewiseAffineTransform
from skimage.transform import warp as skimage_warp

from facelib import detect


def warp_by_triangles(image, source_points, target_points, triangles, shape):
    """One `cv2.warpAffine` a triangle, each in its bounding box, pasted through a mask: the recipe of most tutorials."""
    result = np.zeros((*shape, 3), np.float32)
    for corners in triangles:
        source, target = (points[corners].astype(np.float32) for points in (source_points, target_points))
        x, y, w, h = cv2.boundingRect(source)
        left, top, width, height = cv2.boundingRect(target)
        matrix = cv2.getAffineTransform(source - np.float32([x, y]), target - np.float32([left, top]))
        piece = cv2.warpAffine(image[y : y + h, x : x + w], matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101)
        mask = np.zeros((height, width), np.uint8)
        cv2.fillConvexPoly(mask, np.int32(target - np.float32([left, top])), 1)
        cv2.copyTo(piece, mask, result[top : top + height, left : left + width])
    return result


def warp_by_skimage(image, source_points, target_points, triangles, shape):
    """scikit-image's PiecewiseAffineTransform, which makes a triangulation of its own."""
    transform = PiecewiseAffineTransform.from_estimate(target_points, source_points)
    return skimage_warp(image, transform, output_shape=shape)


def yunet(picture):
    """OpenCV's `FaceDetectorYN` on the whole picture, as its samples have it."""
    net = cv2.FaceDetectorYN.create(detect._model(), "", picture.shape[1::-1], 0.9)
    return net.detect(np.ascontiguousarray(picture[..., ::-1]))


def float_pyramid(source_warped, target, mask, levels):
    """Burt and Adelson as the paper has it: two Laplacian pyramids of the whole pictures, and the mask's Gaussian one."""

    def gaussian(image):
        pyramid = [image]
        for _ in range(levels):
            pyramid.append(cv2.pyrDown(pyramid[-1]))
        return pyramid

    def laplacian(image):
        g = gaussian(image)
        return [fine - cv2.pyrUp(coarse, dstsize=fine.shape[1::-1]) for fine, coarse in pairwise(g)] + g[-1:]

    bands = zip(gaussian(mask), laplacian(source_warped), laplacian(target), strict=True)
    mixed = [m[..., None] * s + (1 - m[..., None]) * t for m, s, t in bands]
    result = mixed[-1]
    for band in mixed[-2::-1]:
        result = band + cv2.pyrUp(result, dstsize=band.shape[1::-1])
    return result.clip(0, 1)


def opencv_multiband(source_warped, target, mask, levels):
    """OpenCV's MultiBandBlender, the stitcher's, in 16-bit integers."""
    height, width = mask.shape
    blender = cv2.detail_MultiBandBlender(0, levels)
    blender.prepare((0, 0, width, height))
    inside = (mask > 0.5).astype(np.uint8) * 255
    blender.feed((source_warped * 255).astype(np.int16), inside, (0, 0))
    blender.feed((target * 255).astype(np.int16), 255 - inside, (0, 0))
    result, _ = blender.blend(None, None)
    return result.clip(0, 255).astype(np.float32) / 255


def seamless_clone(source_warped, target, mask):
    """`cv2.seamlessClone` on 8-bit pictures, centred as it wants it."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    centre = (x + width // 2, y + height // 2)
    source, target = ((picture * 255).astype(np.uint8) for picture in (source_warped, target))
    return cv2.seamlessClone(source, target, (mask > 0.5).astype(np.uint8) * 255, centre, cv2.NORMAL_CLONE).astype(np.float32) / 255


def pair(source, target, mask_points, source_points, triangles):
    """Raw composite and blend of a pair, from bytes to bytes: warp by triangles, hull, two float pyramids."""
    picture, crop = (image.astype(np.float32) / 255 for image in (source, target))
    warped = warp_by_triangles(picture, source_points, mask_points, triangles, crop.shape[:2])
    mask = np.zeros(crop.shape[:2], np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.int32(mask_points)), 1.0)
    raw = mask[..., None] * warped + (1 - mask[..., None]) * crop
    return [(image * 255).astype(np.uint8) for image in (raw, float_pyramid(warped, crop, mask, 3))]


def swap_points(source, target, source_points, target_points, triangles):
    """Warp by triangles, hull, colours left alone, `cv2.seamlessClone`: the swap of most tutorials, keypoints given."""
    warped = warp_by_triangles(source, source_points, target_points, triangles, target.shape[:2])
    mask = np.zeros(target.shape[:2], np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.int32(target_points)), 1.0)
    return seamless_clone(warped, target, mask)
