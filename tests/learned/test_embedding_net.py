import numpy as np
import torch

from facelib import keypoints
from facelib.learned import crops
from facelib.learned.embedding_net import SIZE, Embedder, Margin, aligned


def test_alignment_samples_where_the_crop_does():
    points = keypoints.transform(np.array([[70, -15, 60], [15, 70, 66.0]]), keypoints.mean_shape())
    y, x = np.mgrid[:128, :128].astype(np.float32)
    ramp = torch.from_numpy(np.stack([x, y, x]))[None]  # each pixel says where it is
    found = aligned(ramp, torch.from_numpy(points)[None].float())[0].permute(1, 2, 0).numpy()[..., :2]
    matrix = np.linalg.inv(np.vstack([crops.crop_matrix(points, SIZE), [0, 0, 1]]))
    wanted = keypoints.transform(matrix[:2], np.mgrid[:SIZE, :SIZE][::-1].transpose(1, 2, 0).astype(float))
    inside = ((wanted > 1) & (wanted < 126)).all(-1)
    assert inside.mean() > 0.8
    np.testing.assert_allclose(found[inside], wanted[inside], atol=0.01)


def test_gradients_flow_back_into_the_picture():
    picture = torch.rand(1, 3, 64, 64, requires_grad=True)
    points = torch.tensor(keypoints.mean_shape() * 40 + 32, dtype=torch.float32)[None]
    Embedder().eval()(aligned(picture, points)).sum().backward()
    assert (picture.grad != 0).any()


def test_embeddings_have_length_one():
    net = Embedder().eval()
    found = net.features(torch.rand(3, 3, SIZE, SIZE))
    assert found[-1].shape == (3, 128)
    torch.testing.assert_close(found[-1].norm(dim=1), torch.ones(3))
    assert len(found) == 5


def test_the_margin_asks_for_more_than_being_nearest():
    head, who = Margin(3), torch.tensor([0, 1, 2])
    centres = torch.nn.functional.normalize(head.centres.detach())
    near = torch.nn.functional.normalize(centres + 0.9 * centres.roll(1, 0))  # nearly between two people
    loss, named = head(near, who)
    easier, _ = _without_margin(head)(near, who)
    assert named == 1
    assert loss > easier + 0.1


def _without_margin(head):
    plain = Margin(3, margin=0.0)
    plain.load_state_dict(head.state_dict())
    return plain
