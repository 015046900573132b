"""The tiny checkpoint in 8 bits, as the hub's _quantized files are made: plain weights, then onnxruntime's quantize_dynamic.

    python tools/checkpoint/tiny_q8.py

Reads test/fixtures/tiny-smolvlm and writes the three ONNX files to test/fixtures/tiny-smolvlm-q8.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

sys.path.insert(0, str(Path(__file__).parent))
from quantise import Blocks, dequantise  # noqa: E402

FIXTURES = Path(__file__).parents[2] / "test/fixtures"
PARTS = ("embed_tokens", "vision_encoder", "decoder_model_merged")


def unpack(model: onnx.ModelProto) -> None:
    """Every MatMulNBits becomes a MatMul, tensors kept in 16 bits become plain ones."""
    graph = model.graph
    del graph.value_info[:]
    for tensor in graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT16:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    for node in list(graph.node):
        if node.op_type == "Cast" and node.input[0] in tensors:
            graph.initializer.append(numpy_helper.from_array(tensors[node.input[0]], node.output[0]))
            graph.node.remove(node)
        if node.op_type != "MatMulNBits":
            continue
        out, inputs = (next(a.i for a in node.attribute if a.name == name) for name in ("N", "K"))
        packed, scales, zeros = (tensors[name] for name in node.input[1:4])
        blocks = packed.shape[1]
        weight = dequantise(Blocks(packed, scales.reshape(out, blocks), zeros.reshape(out, -1), inputs))
        name = node.name + "/weight"
        graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(weight.T), name))
        node.op_type, node.domain = "MatMul", ""
        del node.attribute[:]
        del node.input[1:]
        node.input.append(name)
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)


def main() -> None:
    for part in PARTS:
        model = onnx.load(FIXTURES / f"tiny-smolvlm/onnx/{part}_q4.onnx")
        unpack(model)
        out = FIXTURES / f"tiny-smolvlm-q8/onnx/{part}_quantized.onnx"
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plain.onnx"
            onnx.save(model, plain)
            quantize_dynamic(
                plain,
                out,
                weight_type=QuantType.QUInt8,
                extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
            )


if __name__ == "__main__":
    main()
