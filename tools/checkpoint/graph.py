"""A small builder of ONNX graphs. Parameters keep their transformers names, so weights can be read back from a file."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from quantise import BLOCK, quantise

MICROSOFT = "com.microsoft"
# Initializers of a quantised layer: the parameter's name and one of these.
PACKED, SCALES, ZERO_POINTS = "_Q4", "_scales", "_zero_points"


class Graph:
    def __init__(self, name: str, state: dict[str, np.ndarray]):
        """state: parameters by transformers name, float32."""
        self.name, self.state = name, state
        self.nodes, self.inputs, self.outputs = [], [], []
        self.initializers: dict[str, onnx.TensorProto] = {}

    def input(self, name: str, kind: int, shape: list) -> str:
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, shape: list) -> None:
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def parameter(self, name: str) -> str:
        return self.constant(name, self.state[name])

    def half(self, name: str) -> str:
        """A parameter stored in 16 bits, used in 32."""
        stored = self.constant(name, self.state[name].astype(np.float16))
        return self.op("Cast", f"/{name}/Cast", [stored], to=TensorProto.FLOAT)

    def op(self, kind: str, path: str, inputs: list[str], outputs: list[str] | None = None, domain="", **attributes) -> str:
        outputs = outputs or [path + "/output_0"]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=path, domain=domain, **attributes))
        return outputs[0]

    def linear(self, path: str, name: str, x: str) -> str:
        """x times the 4-bit weight `name`.weight, plus `name`.bias where there is one."""
        weight = self.state[name + ".weight"]
        blocks = quantise(weight)
        y = self.op(
            "MatMulNBits", path + "/MatMul_Q4",
            [
                x,
                self.constant(name + ".weight" + PACKED, blocks.packed),
                self.constant(name + ".weight" + SCALES, blocks.scales.reshape(-1)),
                self.constant(name + ".weight" + ZERO_POINTS, blocks.zero_points.reshape(-1)),
            ],
            domain=MICROSOFT, K=weight.shape[1], N=weight.shape[0], bits=4, block_size=BLOCK,
        )
        if name + ".bias" not in self.state:
            return y
        return self.op("Add", path + "/Add", [y, self.parameter(name + ".bias")])

    def save(self, path: Path) -> None:
        graph = helper.make_graph(
            self.nodes, self.name, self.inputs, self.outputs, list(self.initializers.values())
        )
        model = helper.make_model(
            graph, producer_name="robot-r1-notebook", ir_version=8,
            opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(MICROSOFT, 1)],
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, path)
