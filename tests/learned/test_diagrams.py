import matplotlib

from facelib.learned import diagrams
from facelib.learned.harmonizer_net import Plain, UNet

matplotlib.use("Agg")


def test_the_drawing_has_a_block_for_each_layer_and_a_skip_for_each_level():
    net = Plain().net
    figure = diagrams.u_net(net, inputs=4, side=128)
    axes = figure.axes[0]
    assert len(axes.patches) == 2 + 1 + len(net.down) + len(net.up)
    labels = [text.get_text() for text in axes.texts if text.get_text()]
    assert labels[:3] == ["4\n128²", "16\n64²", "48\n32²"]
    assert labels[-1] == "3\n128²"
    assert len(axes.texts) - len(labels) == len(net.down)


def test_drawing_leaves_the_network_as_it_was():
    net = UNet(3, 1, widths=(4, 4)).train()
    diagrams.u_net(net, inputs=3, side=32)
    assert net.training
    assert not any(layer._forward_hooks for layer in net.modules())
