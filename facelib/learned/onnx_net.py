"""The heatmap network through ONNX Runtime, where that is installed: the same answers in about two thirds of the time, on a CPU.

`heatmaps.onnx` holds the graph alone, 25 kB, as `tools/onnx_graph.py` exports it; the weights are those of the torch network that is
given, so that there is one copy of them, and a network that you trained is read as fast as the one that ships.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec

import numpy as np
import torch

from facelib.learned.keypoint_net import Heatmaps

INPUT, OUTPUTS = "crops", ["points", "spread"]


def is_here() -> bool:
    """Whether ONNX Runtime is installed: `pip install onnxruntime`."""
    return find_spec("onnxruntime") is not None


class OnnxHeatmaps:
    """A heatmap network for reading faces only.

    Parameters
    ----------
    net : Heatmaps
        Of the package's own widths, with its batch norms fused (`Heatmaps.fuse`), on the CPU.
    """

    def __init__(self, net: Heatmaps):
        import onnxruntime

        weights = {name: np.ascontiguousarray(value.numpy()) for name, value in net.state_dict().items()}
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.add_external_initializers(list(weights), [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in weights.values()])
        # Threads that wait for more work would slow NumPy.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        graph = files("facelib.learned").joinpath("heatmaps.onnx").read_bytes()
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def answers(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As `facelib.learned.keypoint_net.answers`, of inputs (B, 1, S, S) float32."""
        points, spread = self.session.run(OUTPUTS, {INPUT: inputs})
        return points, spread


def reader(net: torch.nn.Module) -> torch.nn.Module | OnnxHeatmaps:
    """The same network through ONNX Runtime, or itself where that is not installed or does not know its kind."""
    return OnnxHeatmaps(net) if is_here() and isinstance(net, Heatmaps) else net
