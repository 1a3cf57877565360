"""The Gaussian-Poisson equation against a direct solver for sparse matrices, and against what its terms say."""

import cv2
import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from facelib.related import gaussian_poisson as gp

SHAPE = (23, 31)  # neither even nor square


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    source, target, colours = rng.random((3, *SHAPE, 3))
    mask = np.zeros(SHAPE, np.float32)
    cv2.ellipse(mask, (15, 11), (9, 7), 20, 0, 360, 1, -1)
    return source, target, mask, colours


def differences(size):
    return sparse.diags([-np.ones(size - 1), np.ones(size - 1)], [0, 1], (size - 1, size))


def blur(size, sigma):
    """The Gaussian as a matrix: a row for each pixel, what lies beyond the edge mirrored."""
    kernel, matrix = gp._kernel(sigma), np.zeros((size, size))
    for row in range(size):
        for offset, weight in zip(range(-(len(kernel) // 2), len(kernel) // 2 + 1), kernel, strict=True):
            column = row + offset
            column = -1 - column if column < 0 else 2 * size - 1 - column if column >= size else column
            matrix[row, column] += weight
    return sparse.csr_matrix(matrix)


def direct(wanted, colours, beta, sigma, form):
    """The same equation as a sparse matrix, by elimination."""
    height, width, channels = colours.shape
    across = sparse.kron(sparse.eye(height), differences(width))
    down = sparse.kron(differences(height), sparse.eye(width))
    gaussian = sparse.kron(blur(height, sigma), blur(width, sigma))
    laplacian = across.T @ across + down.T @ down
    squared = form == "stated"
    matrix = (laplacian + beta * (gaussian.T @ gaussian if squared else gaussian)).tocsc()
    answers = []
    for channel in range(channels):
        right = across.T @ wanted.across[..., channel].ravel() + down.T @ wanted.down[..., channel].ravel()
        seen = colours[..., channel].ravel()
        answers.append(spsolve(matrix, right + beta * (gaussian.T @ seen if squared else seen)).reshape(height, width))
    return np.stack(answers, -1)


@pytest.mark.parametrize("form", gp.POWERS)
@pytest.mark.parametrize(("beta", "sigma"), [(1.0, 0.5), (0.1, 1.5)])
def test_it_is_what_a_direct_solver_finds(problem, form, beta, sigma):
    source, target, mask, colours = problem
    wanted = gp.mixed(source, target, mask)
    answer = direct(wanted, colours, beta, sigma, form)
    np.testing.assert_allclose(gp.solve(wanted, colours, beta, sigma, form), answer, atol=1e-10)
    single = gp.solve(gp.Gradients(*(part.astype(np.float32) for part in wanted)), colours.astype(np.float32), beta, sigma, form)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, answer, atol=1e-5)


def test_each_form_satisfies_its_own_equation_and_not_the_other(problem):
    source, target, mask, colours = problem
    wanted = gp.mixed(source, target, mask)
    for form in gp.POWERS:
        left = {other: np.abs(gp.residual(gp.solve(wanted, colours, form=form), wanted, colours, form=other)).max() for other in gp.POWERS}
        assert left.pop(form) < 1e-10
        assert min(left.values()) > 0.01


def test_the_stated_form_is_the_minimum(problem):
    source, target, mask, colours = problem
    wanted = gp.mixed(source, target, mask)

    def objective(picture):
        apart = [(have - want) for have, want in zip(gp.gradients(picture), wanted, strict=True)]
        return sum((part**2).sum() for part in apart) + gp.BETA * ((gp._blurred(picture, gp.SIGMA) - colours) ** 2).sum()

    found, rng = gp.solve(wanted, colours), np.random.default_rng(1)
    least = objective(found)
    assert all(objective(found + 0.01 * rng.normal(size=found.shape)) > least for _ in range(20))
    assert objective(gp.solve(wanted, colours, form="published")) > least


def test_a_picture_comes_back_from_its_own_gradients_and_colours(problem):
    picture = problem[0]
    np.testing.assert_allclose(gp.solve(gp.gradients(picture), gp._blurred(picture, gp.SIGMA)), picture, atol=1e-10)
    np.testing.assert_allclose(gp.solve(gp.gradients(picture), picture, sigma=0), picture, atol=1e-10)


def test_with_little_weight_on_colours_gradients_decide(problem):
    source, _, _, colours = problem
    found = gp.solve(gp.gradients(source), colours, beta=1e-6)
    apart = found - source
    np.testing.assert_allclose(apart, np.broadcast_to(apart.mean((0, 1)), apart.shape), atol=1e-3)


def test_gradients_are_the_sources_inside_and_the_targets_outside(problem):
    source, target, mask, _ = problem
    wanted, inside = gp.mixed(source, target, mask), mask > 0.5
    assert (wanted.down[5, 0] == target[6, 0] - target[5, 0]).all()
    assert inside[11, 15]
    assert inside[12, 15]
    assert (wanted.down[11, 15] == source[12, 15] - source[11, 15]).all()


def test_the_ladder_keeps_a_picture_that_is_right_already():
    """Where the gradients are one picture's and the small one shows it from afar, that picture comes out, at any size."""
    y, x = np.mgrid[:150, :201].astype(np.float32)
    picture = np.stack([0.5 + 0.3 * np.sin(x / 9), 0.5 + 0.3 * np.cos(y / 7), (x + y) / 400], -1).astype(np.float32)
    small = cv2.resize(picture, (50, 38), interpolation=cv2.INTER_AREA)
    made = gp.ladder(picture, picture, np.ones(picture.shape[:2], np.float32), small)
    assert made.shape == picture.shape
    assert np.abs(made - picture).mean() < 0.01


def test_the_ladder_takes_its_colours_from_the_small_picture():
    grey, mask = np.full((96, 96, 3), 0.5, np.float32), np.ones((96, 96), np.float32)
    small = np.broadcast_to(np.float32([0.2, 0.5, 0.8]), (64, 64, 3)).copy()
    np.testing.assert_allclose(gp.ladder(grey, grey, mask, small), np.broadcast_to(small[0, 0], grey.shape), atol=1e-5)


def test_what_cannot_be_is_refused(problem):
    source, target, mask, colours = problem
    wanted = gp.mixed(source, target, mask)
    with pytest.raises(ValueError, match="form: expected one of stated, published, got 'third'"):
        gp.solve(wanted, colours, form="third")
    with pytest.raises(ValueError, match="beta: expected more than 0"):
        gp.solve(wanted, colours, beta=0)
    with pytest.raises(ValueError, match="gradients of shapes"):
        gp.solve(wanted, colours[1:])
