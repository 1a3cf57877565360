"""What a dragged point does to the triangles, and what the explorer says of it."""

import threading

import numpy as np
import pytest

from facelib import images, keypoints, triangulation
from facelib.widgets import faces, mesh


@pytest.fixture(scope="module")
def still(collins):
    return mesh.start(collins, faces.points_of(collins))


def test_what_is_no_picture_is_refused(collins):
    points = faces.points_of(collins)
    with pytest.raises(TypeError, match="picture: expected float32, got uint8"):
        mesh.start(images.to_bytes(collins), points)


def test_nothing_moved_changes_nothing(still):
    assert not mesh.folded(still).any()
    assert np.abs(mesh.warped(still) - still.picture).mean() < 1e-3
    assert mesh.said(still) == "0 of 196 triangles fold"


@pytest.mark.parametrize("on", mesh.ON)
def test_a_point_dragged_across_a_triangle_folds_it(still, on):
    far = mesh.moved(mesh.replace(still, on=on), 30, still.source[30] + (90, -30))  # the tip of the nose onto the cheek
    turned = mesh.folded(far)
    assert turned.any()
    assert on == "target" or (mesh.table(far)[turned] == 30).any(axis=1).all()
    assert mesh.said(far).startswith(f"{turned.sum()} of ")
    assert not mesh.folded(mesh.moved(far, 30, still.source[30])).any()  # and back


def test_triangles_of_a_shape_never_fold_in_it(still):
    far = mesh.reshaped(still, "turned away")
    assert mesh.folded(far).any()
    for name, points in (("source", far.source), ("target", far.target)):
        table = mesh.table(mesh.replace(far, on=name))
        assert not triangulation.folds(points, table).any()


def test_unfold_mends_it(still):
    mended = mesh.unfolded(mesh.moved(still, 30, still.source[16]))
    assert not mesh.folded(mended).any()
    assert np.linalg.norm(mended.target[30] - still.source[30]) < np.linalg.norm(still.source[16] - still.source[30])


def test_the_skin_goes_where_the_point_goes(still):
    way = np.array([6.0, 4.0])
    far = mesh.warped(mesh.moved(still, 8, still.source[8] + way))
    x, y = (still.source[8] + way).round().astype(int)
    was_x, was_y = still.source[8].round().astype(int)
    assert np.abs(far[y, x] - still.picture[was_y, was_x]).max() < 0.06
    assert np.array_equal(far[:40, :40], mesh.warped(still)[:40, :40])  # far from it nothing moves


def test_shapes_are_what_they_are_called(still):
    there = mesh.reshaped(still, "mean shape").target[: keypoints.COUNT]
    mean = keypoints.mean_shape()
    assert np.allclose(keypoints.transform(keypoints.similarity(there, mean), there), mean, atol=1e-9)
    assert np.array_equal(mesh.reshaped(still, "as it is").target, still.source)


@pytest.mark.parametrize(("index", "place"), [(68, (1, 1)), (-1, (1, 1)), (3, (np.nan, 1)), (3, (1, 2, 3))])
def test_a_bad_move_is_refused(still, index, place):
    with pytest.raises(ValueError, match=r"expected|numbered"):
        mesh.moved(still, index, place)


def test_folded_triangles_are_orange_in_the_source(still):
    far = mesh.moved(still, 30, still.source[16])
    before, after = mesh.outlined(still), mesh.outlined(far)
    changed = np.abs(after - before).max(axis=2) > 0.05
    assert changed.any()
    assert (after[changed] - before[changed])[:, 2].mean() < 0  # less blue


class TestDelaunayExplorer:
    @pytest.fixture
    def widget(self):
        pytest.importorskip("anywidget")
        from facelib.widgets import DelaunayExplorer

        made = DelaunayExplorer()
        assert made.wait()
        yield made
        made.close()

    def drag(self, widget, index, place, number=1):
        message = {"kind": "point", "index": index, "place": list(map(float, place)), "done": True, "number": number}
        widget._canvas._hear(None, message, [])
        assert widget.wait()

    def test_a_drag_is_answered_by_folds_and_a_picture(self, widget):
        before, old = widget._canvas.picture, widget._view.pictures
        self.drag(widget, 30, widget.state.source[16], number=5)
        assert widget._canvas.answered == 5
        assert len(widget._canvas.folded) == mesh.folded(widget.state).sum() > 0
        assert widget._canvas.picture != before
        assert widget._view.pictures != old
        assert mesh.said(widget.state) in widget.shown.line

    def test_what_is_triangulated_can_be_chosen(self, widget):
        before = widget._canvas.mesh
        widget._on.value = "target"
        assert widget.wait()
        self.drag(widget, 30, widget.state.source[30] + (40, 0))
        assert widget._canvas.mesh != before

    def test_an_error_is_one_line_and_it_goes_on(self, widget):
        self.drag(widget, 99, (1, 1))
        assert widget.error is not None
        assert 'role="alert"' in widget._status.value
        assert "numbered 0 to 67, got 99" in widget._status.value
        self.drag(widget, 30, widget.state.source[30] + (3, 0), number=2)
        assert widget.error is None
        assert widget._status.value == ""

    def test_buttons_unfold_and_start_again(self, widget):
        self.drag(widget, 30, widget.state.source[16])
        widget._unfold(None)
        assert widget.wait()
        assert not mesh.folded(widget.state).any()
        widget._reset(None)
        assert widget.wait()
        assert np.array_equal(widget.state.target, widget.state.source)

    def test_a_move_is_answered_though_something_else_was_asked_for_since(self, widget, monkeypatch):
        begun, go_on, look = threading.Event(), threading.Event(), widget._look

        def held(state):
            begun.set()
            go_on.wait(10)
            yield from look(state)

        monkeypatch.setattr(widget, "_look", held)
        for number in (1, 2):
            move = {"kind": "point", "index": 30, "place": [50.0 * number, 60.0], "done": number == 2, "number": number}
            widget._canvas._hear(None, move, [])
            assert begun.wait(5)
        widget._reset(None)
        go_on.set()
        assert widget.wait()
        assert widget._canvas.answered == 2

    def test_a_shape_can_be_chosen_again_after_a_drag(self, widget):
        for change in (lambda: self.drag(widget, 30, (50, 60)), lambda: widget._unfold(None)):
            widget._shape.value = "mean shape"
            shape = widget.state.target
            change()
            assert widget._shape.value is None
            widget._shape.value = "mean shape"
            assert np.array_equal(widget.state.target, shape)
        assert widget.wait()

    def test_no_face_is_refused(self):
        from facelib.widgets import DelaunayExplorer

        with pytest.raises(ValueError, match="no face found; give its points"):
            DelaunayExplorer(np.full((90, 70, 3), 0.5, np.float32))
