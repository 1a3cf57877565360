"""The graphs of networks for ONNX Runtime, without their weights: writes facelib/learned/heatmaps.onnx and facelib/parsing/parser.onnx.

Needed anew when a network's shape changes, and then only here: `pip install onnx`. `facelib.learned.onnx_net` puts the weights in.
"""

import io
from pathlib import Path

import onnx
import torch

from facelib.learned import crops, onnx_net
from facelib.learned.keypoint_net import Heatmaps
from facelib.parsing.classes import SIZE
from facelib.parsing.net import Parser

PACKAGE = Path(__file__).resolve().parent.parent / "facelib"


class Read(Heatmaps):
    """The network, and its maps read."""

    def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        maps = super().forward(inputs)
        return self.read(maps), self.spread(maps)


class Likely(Parser):
    """How likely each class is."""

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        return super().forward(inputs).softmax(dim=1)


def write(net: torch.nn.Module, inputs: torch.Tensor, outputs: list[str], path: Path) -> None:
    """Export a network whose inputs may be of any number and side."""
    contents = io.BytesIO()
    for weight in net.parameters():
        torch.nn.init.normal_(weight)  # the exporter makes one of weights that are alike, such as biases of zero
    axes = {onnx_net.INPUT: {0: "faces", 2: "side", 3: "side"}, **{name: {0: "faces"} for name in outputs}}
    names = {"input_names": [onnx_net.INPUT], "output_names": outputs, "dynamic_axes": axes}
    torch.onnx.export(net, (inputs,), contents, opset_version=17, dynamo=False, **names)
    model, start = onnx.load_from_string(contents.getvalue()), 0
    missing = {tensor.name for tensor in model.graph.initializer} ^ set(net.state_dict())
    if missing:
        raise SystemExit(f"the graph and the network have not the same weights: {', '.join(sorted(missing))}")
    for tensor in model.graph.initializer:  # named, and elsewhere: whoever opens the graph brings them along
        length = len(tensor.raw_data)
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in {"location": "weights", "offset": start, "length": length}.items():
            tensor.external_data.add(key=key, value=str(value))
        start += length
    for node in model.graph.node:
        node.ClearField("doc_string")
    path.write_bytes(model.SerializeToString(deterministic=True))
    print(f"{path.name}: {path.stat().st_size:,} bytes, {len(model.graph.node)} nodes")


def main() -> None:
    side = crops.SIZE
    write(Read().eval().fuse(), torch.zeros(2, 1, side, side), ["points", "spread"], PACKAGE / "learned" / "heatmaps.onnx")
    write(Likely().eval().fuse(), torch.zeros(2, 3, SIZE, SIZE), ["shares"], PACKAGE / "parsing" / "parser.onnx")


if __name__ == "__main__":
    main()
