"""The graph of the heatmap network for ONNX Runtime, without its weights: writes facelib/learned/heatmaps.onnx.

Needed anew when the network's shape changes, and then only here: `pip install onnx`. `facelib.learned.onnx_net` puts the weights in.
"""

import io
from pathlib import Path

import onnx
import torch

from facelib.learned import crops, onnx_net
from facelib.learned.keypoint_net import Heatmaps

OUT = Path(__file__).resolve().parent.parent / "facelib" / "learned" / "heatmaps.onnx"


class Read(Heatmaps):
    """The network, and its maps read."""

    def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        maps = super().forward(inputs)
        return self.read(maps), self.spread(maps)


def main() -> None:
    net, contents = Read().eval().fuse(), io.BytesIO()
    for weight in net.parameters():
        torch.nn.init.normal_(weight)  # the exporter makes one of weights that are alike, such as biases of zero
    axes = {onnx_net.INPUT: {0: "faces", 2: "side", 3: "side"}, **{name: {0: "faces"} for name in onnx_net.OUTPUTS}}
    names = {"input_names": [onnx_net.INPUT], "output_names": onnx_net.OUTPUTS, "dynamic_axes": axes}
    torch.onnx.export(net, (torch.zeros(2, 1, crops.SIZE, crops.SIZE),), contents, opset_version=17, dynamo=False, **names)
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
    OUT.write_bytes(model.SerializeToString(deterministic=True))
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes, {len(model.graph.node)} nodes")


if __name__ == "__main__":
    main()
