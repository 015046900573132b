"""One small random Llama decoder as different exporters would write it, and what it must give with an adapter.

    python tools/checkpoint/exporters.py

writes test/fixtures/exporters/STYLE.onnx and golden.json. Node and weight names follow Optimum, onnxruntime-genai's
builder (query, key and value packed or not) and torch's own exporter, whose nodes have no telling names. The golden
logits come from onnxruntime on the same graph with the adapter merged into plain weights by PEFT's formula,
W + lora_alpha / r * B A; the graphs in the fixtures hold the base weights.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

from graph import MICROSOFT
from quantise import BLOCK, dequantise, quantise

OUT = Path(__file__).parents[2] / "test/fixtures/exporters"
HIDDEN, INNER, LAYERS, HEADS, KV, DIM, VOCAB, LENGTH, EPS = 32, 64, 2, 2, 1, 16, 40, 5, 1e-5
R, ALPHA = 2, 6
PACKS = {"qkv_proj": ["q_proj", "k_proj", "v_proj"], "gate_up_proj": ["gate_proj", "up_proj"]}
SHAPES = {
    "q_proj": ("self_attn", HIDDEN, HEADS * DIM), "k_proj": ("self_attn", HIDDEN, KV * DIM),
    "v_proj": ("self_attn", HIDDEN, KV * DIM), "o_proj": ("self_attn", HEADS * DIM, HIDDEN),
    "gate_proj": ("mlp", HIDDEN, INNER), "up_proj": ("mlp", HIDDEN, INNER), "down_proj": ("mlp", INNER, HIDDEN),
}
# names: whose; packed: nodes that hold several layers; kind: how a layer multiplies.
STYLES = {
    "optimum": dict(names="optimum", packed=False, kind="matmul"),
    "optimum_q4": dict(names="optimum", packed=False, kind="q4"),
    "optimum_fp16": dict(names="optimum", packed=False, kind="matmul", half=True),
    "genai": dict(names="genai", packed=False, kind="matmul"),
    "genai_packed": dict(names="genai", packed=True, kind="matmul"),
    "genai_packed_q4": dict(names="genai", packed=True, kind="q4"),
    "genai_packed_q4f16": dict(names="genai", packed=True, kind="q4", half=True),
    "torch": dict(names="torch", packed=False, kind="transposed"),
    "gemm": dict(names="optimum", packed=False, kind="gemm"),
}


class Builder:
    def __init__(self, weights: dict[str, np.ndarray], names: str, packed: bool, kind: str, half: bool = False):
        self.weights, self.names, self.packed, self.kind = weights, names, packed, kind
        self.float = np.float16 if half else np.float32
        self.nodes, self.initializers = [], {}

    def constant(self, name: str, value: np.ndarray) -> str:
        self.initializers[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def op(self, kind: str, path: str, inputs: list[str], outputs: list[str] | None = None, domain="", **attributes):
        outputs = outputs or [path + "/output_0"]
        name = f"node_{kind}_{len(self.nodes)}" if self.names == "torch" else path
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name, domain=domain, **attributes))
        return outputs[0]

    def linear(self, layer: int, part: str, name: str, x: str) -> str:
        weight = np.concatenate([self.weights[f"layers.{layer}.{part}.{n}"] for n in PACKS.get(name, [name])])
        short = "attn" if self.names == "genai" and part == "self_attn" else part
        path = f"/model/layers.{layer}/{short}/{name}"
        if self.kind == "q4":
            blocks, op = quantise(weight), "MatMulNBits" if self.packed else "MatMul_Q4"
            stem = f"{path}/{op}"[1:].replace("/", ".")
            return self.op(
                "MatMulNBits", f"{path}/{op}",
                [x, self.constant(stem + ".qweight", blocks.packed),
                 self.constant(stem + ".scales", blocks.scales.astype(self.float).reshape(-1)),
                 self.constant(stem + ".qzeros", blocks.zero_points.reshape(-1))],
                domain=MICROSOFT, K=weight.shape[1], N=weight.shape[0], bits=4, block_size=BLOCK,
            )
        weight = weight.astype(self.float)
        if self.kind == "transposed":
            stored = self.constant(f"model.layers.{layer}.{part}.{name}.weight", weight)
            turned = self.op("Transpose", f"{path}/t", [stored], perm=[1, 0])
            return self.op("MatMul", f"{path}/MatMul", [x, turned])
        if self.kind == "gemm":
            flat = self.op("Reshape", f"{path}/flat", [x, self.constant(f"flat_{weight.shape[1]}", np.array([-1, weight.shape[1]], np.int64))])
            stored = self.constant(f"onnx::Gemm_{len(self.nodes)}", weight)
            y = self.op("Gemm", f"{path}/Gemm", [flat, stored], transB=1)
            return self.op("Reshape", f"{path}/back", [y, self.constant(f"back_{weight.shape[0]}", np.array([1, -1, weight.shape[0]], np.int64))])
        named = f"model.layers.{layer}.{short}.{name}.MatMul.weight" if self.names == "genai" else f"onnx::MatMul_{len(self.nodes)}"
        return self.op("MatMul", f"{path}/MatMul", [x, self.constant(named, weight.T)])

    def norm(self, path: str, weight: str, x: str) -> str:
        scale = self.constant(f"model.{weight}.weight", self.weights[weight].astype(self.float))
        if self.names == "genai":
            return self.op("SimplifiedLayerNormalization", f"/model/{path}/LayerNorm", [x, scale], axis=-1, epsilon=EPS, stash_type=1)
        x32 = self.op("Cast", f"/model/{path}/Cast", [x], to=TensorProto.FLOAT)
        square = self.op("Pow", f"/model/{path}/Pow", [x32, self.constant("two", np.float32(2))])
        mean = self.op("ReduceMean", f"/model/{path}/ReduceMean", [square], axes=[-1])
        root = self.op("Sqrt", f"/model/{path}/Sqrt", [self.op("Add", f"/model/{path}/Add", [mean, self.constant("eps", np.float32(EPS))])])
        y = self.op("Div", f"/model/{path}/Div", [x32, root])
        y = self.op("Cast", f"/model/{path}/Cast_1", [y], to=helper.np_dtype_to_tensor_dtype(np.dtype(self.float)))
        return self.op("Mul", f"/model/{path}/Mul_1", [scale, y])

    def heads(self, path: str, x: str, count: int, perm=(0, 2, 1, 3)) -> str:
        shape = self.constant(f"heads_{count}", np.array([1, LENGTH, count, DIM], np.int64))
        return self.op("Transpose", path + "/Transpose", [self.op("Reshape", path + "/Reshape", [x, shape])], perm=perm)

    def attention(self, layer: int, x: str) -> str:
        path = f"/model/layers.{layer}/attention"
        if self.packed:
            both = self.linear(layer, "self_attn", "qkv_proj", x)
            cut = self.constant("cut", np.array([HEADS * DIM, KV * DIM, KV * DIM], np.int64))
            q, k, v = parts = [f"{path}/{p}" for p in "qkv"]
            self.op("Split", path + "/Split", [both, cut], parts, axis=-1)
        else:
            q, k, v = (self.linear(layer, "self_attn", f"{p}_proj", x) for p in "qkv")
        q, v = self.heads(path + "/q", q, HEADS), self.heads(path + "/v", v, KV)
        k = self.heads(path + "/k", k, KV, (0, 2, 3, 1))
        mask = np.triu(np.full((LENGTH, LENGTH), -1e4), 1).astype(self.float)
        scores = self.op("Mul", path + "/Mul", [self.op("MatMul", path + "/MatMul", [q, k]), self.constant("scale", self.float(DIM**-0.5))])
        shares = self.op("Softmax", path + "/Softmax", [self.op("Add", path + "/Add", [scores, self.constant("mask", mask)])], axis=-1)
        rows = self.op("Transpose", path + "/rows", [self.op("MatMul", path + "/MatMul_1", [shares, v])], perm=[0, 2, 1, 3])
        flat = self.op("Reshape", path + "/flat", [rows, self.constant("joined", np.array([1, LENGTH, HEADS * DIM], np.int64))])
        return self.linear(layer, "self_attn", "o_proj", flat)

    def mlp(self, layer: int, x: str) -> str:
        path = f"/model/layers.{layer}/activation"
        if self.packed:
            gate, up = parts = [path + "/gate", path + "/up"]
            both = self.linear(layer, "mlp", "gate_up_proj", x)
            self.op("Split", path + "/Split", [both, self.constant("halves", np.array([INNER, INNER], np.int64))], parts, axis=-1)
        else:
            gate, up = (self.linear(layer, "mlp", p, x) for p in ("gate_proj", "up_proj"))
        silu = self.op("Mul", path + "/Mul", [gate, self.op("Sigmoid", path + "/Sigmoid", [gate])])
        return self.linear(layer, "mlp", "down_proj", self.op("Mul", path + "/Mul_1", [silu, up]))

    def model(self) -> onnx.ModelProto:
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(self.float))
        x = self.op("Cast", "/model/in", ["inputs_embeds"], to=kind)
        for i in range(LAYERS):
            h = self.norm(f"layers.{i}/input_layernorm", f"layers.{i}.input_layernorm", x)
            x = self.op("Add", f"/model/layers.{i}/Add", [x, self.attention(i, h)])
            h = self.norm(f"layers.{i}/post_attention_layernorm", f"layers.{i}.post_attention_layernorm", x)
            x = self.op("Add", f"/model/layers.{i}/Add_1", [x, self.mlp(i, h)])
        x = self.norm("norm", "norm", x)
        head = self.constant("lm_head.MatMul.weight", self.weights["lm_head"].T.astype(self.float))
        y = self.op("MatMul", "/lm_head/MatMul", [x, head])
        self.op("Cast", "/model/out", [y], ["logits"], to=TensorProto.FLOAT)
        graph = helper.make_graph(
            self.nodes, "decoder", [helper.make_tensor_value_info("inputs_embeds", TensorProto.FLOAT, [1, LENGTH, HIDDEN])],
            [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [1, LENGTH, VOCAB])], list(self.initializers.values()),
        )
        opsets = [helper.make_opsetid("", 14), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, producer_name="robot-r1-notebook", ir_version=8, opset_imports=opsets)


def logits(model: onnx.ModelProto, embeds: np.ndarray) -> np.ndarray:
    return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"inputs_embeds": embeds})[0]


def main() -> None:
    random = np.random.default_rng(0)
    normal = lambda *shape, scale=0.3: (random.standard_normal(shape) * scale).astype(np.float32)
    weights, adapter = {"lm_head": normal(VOCAB, HIDDEN), "norm": 1 + normal(HIDDEN)}, {}
    for i in range(LAYERS):
        for norm in ("input_layernorm", "post_attention_layernorm"):
            weights[f"layers.{i}.{norm}"] = 1 + normal(HIDDEN)
        for name, (part, inputs, out) in SHAPES.items():
            weights[f"layers.{i}.{part}.{name}"] = normal(out, inputs)
            adapter[f"layers.{i}.{part}.{name}"] = {"A": normal(R, inputs), "B": normal(out, R)}
    embeds = normal(1, LENGTH, HIDDEN, scale=1)
    OUT.mkdir(parents=True, exist_ok=True)
    golden = {}
    for style, options in STYLES.items():
        model = Builder(weights, **options).model()
        onnx.save(model, OUT / f"{style}.onnx")
        base = {n: dequantise(quantise(w)) if options["kind"] == "q4" and n in adapter else w for n, w in weights.items()}
        if options.get("half"):
            base = half_scales(weights, adapter) if options["kind"] == "q4" else base
        plain = {**options, "kind": "matmul", "half": False}
        entry = {"base": logits(model, embeds)}
        for modules in (["q_proj", "v_proj"], list(SHAPES)):
            merged = {
                n: w + ALPHA / R * adapter[n]["B"] @ adapter[n]["A"] if n in adapter and n.split(".")[-1] in modules else w
                for n, w in base.items()
            }
            entry["all" if len(modules) > 2 else "qv"] = logits(Builder(merged, **plain).model(), embeds)
        golden[style] = {key: short(value) for key, value in entry.items()}
        print(f"{style}: {(OUT / f'{style}.onnx').stat().st_size:,} bytes, adapter moves logits by {np.abs(entry['all'] - entry['base']).max():.2f}")
    config = {
        "model_type": "smolvlm", "image_token_id": 1,
        "text_config": {
            "hidden_size": HIDDEN, "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
            "num_key_value_heads": KV, "head_dim": DIM, "vocab_size": VOCAB, "rms_norm_eps": EPS,
        },
    }
    flat = {n: {k: short(v) for k, v in pair.items()} for n, pair in adapter.items()}
    norms = {n: w.tolist() for n, w in weights.items() if w.ndim == 1}
    (OUT / "golden.json").write_text(json.dumps(
        {"config": config, "r": R, "lora_alpha": ALPHA, "adapter": flat, "embeds": short(embeds), "norms": norms, "logits": golden}
    ) + "\n")


def half_scales(weights: dict, adapter: dict) -> dict:
    """Blocks whose scales were rounded to 16 bits."""
    out = dict(weights)
    for name in adapter:
        blocks = quantise(weights[name])
        blocks.scales = blocks.scales.astype(np.float16).astype(np.float32)
        out[name] = dequantise(blocks)
    return out


def short(values: np.ndarray) -> list[float]:
    return [float(f"{value:.7g}") for value in values.reshape(-1)]


if __name__ == "__main__":
    main()
