"""Networks through ONNX Runtime, where that is installed: the same answers in about two thirds of the time, on a CPU.

The files `*.onnx` hold graphs alone, 25 kB each, as `tools/onnx_graph.py` exports them; the weights are those of the torch network that is
given, so that there is one copy of them, and a network that you trained is run as fast as the one that ships.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec

import numpy as np
import torch

from facelib.learned.keypoint_net import Heatmaps

INPUT = "crops"


def is_here() -> bool:
    """Whether ONNX Runtime is installed: `pip install onnxruntime`."""
    return find_spec("onnxruntime") is not None


class OnnxNet:
    """A network for looking only.

    Parameters
    ----------
    net : Module
        As the graph was exported: of the package's own widths, with its batch norms fused, on the CPU.
    graph : Path or Traversable
        A file that `tools/onnx_graph.py` wrote.
    """

    def __init__(self, net: torch.nn.Module, graph: Traversable):
        import onnxruntime

        weights = {name: np.ascontiguousarray(value.numpy()) for name, value in net.state_dict().items()}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.add_external_initializers(list(weights), [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in weights.values()])
        # Threads that wait for more work would slow NumPy.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        self.session = onnxruntime.InferenceSession(graph.read_bytes(), options, providers=["CPUExecutionProvider"])

    def run(self, inputs: np.ndarray) -> list[np.ndarray]:
        """The graph's outputs for one batch."""
        return self.session.run(None, {INPUT: inputs})


class OnnxHeatmaps(OnnxNet):
    """A heatmap network, `Heatmaps.fuse`d, for reading faces."""

    def __init__(self, net: Heatmaps):
        super().__init__(net, files("facelib.learned").joinpath("heatmaps.onnx"))

    def answers(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `facelib.learned.keypoint_net.answers`, of inputs (B, 1, S, S) float32."""
        points, spread = self.run(inputs)
        return points, spread


def reader(net: torch.nn.Module) -> torch.nn.Module | OnnxHeatmaps:
    """The same network through ONNX Runtime, or itself where that is not installed or does not know its kind."""
    return OnnxHeatmaps(net) if is_here() and isinstance(net, Heatmaps) else net
