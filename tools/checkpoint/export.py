"""A SmolVLM of Python transformers as the three ONNX files of the hub's layout, linear layers in 4-bit blocks.

    python tools/checkpoint/export.py HF_DIR OUT_DIR

HF_DIR: config.json, model.safetensors and the files of processor.save_processor. OUT_DIR gets the same small
files and onnx/{vision_encoder,embed_tokens,decoder_model_merged}_q4.onnx. Embeddings (tied with the output
layer) and the patch convolution are kept in 16 bits. The result is compared with transformers on the weights
read back from the files (from_onnx.py): the largest difference must stay under 1e-4.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from onnx import TensorProto
from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration

from from_onnx import FILES, load_model
from graph import MICROSOFT, Graph

FLOAT, INT64, INT32, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL
COPIED = [
    "config.json", "generation_config.json", "preprocessor_config.json", "processor_config.json",
    "tokenizer.json", "tokenizer_config.json", "chat_template.jinja",
]
TOLERANCE = 1e-4
EMBEDDINGS = "model.text_model.embed_tokens.weight"


def export(hf_dir: str | Path, out_dir: str | Path) -> None:
    hf, out = Path(hf_dir), Path(out_dir)
    missing = [name for name in COPIED if not (hf / name).exists()]
    if missing:
        raise FileNotFoundError(f"{hf} lacks {missing}: call model.save_pretrained, then processor.save_processor")
    model = SmolVLMForConditionalGeneration.from_pretrained(hf, dtype=torch.float32).eval()
    state = {name: value.detach().numpy() for name, value in model.state_dict().items()}
    out.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        shutil.copy(hf / name, out / name)
    vision_encoder(model, state).save(out / "onnx" / FILES[0])
    embed_tokens(model.config, state).save(out / "onnx" / FILES[1])
    decoder(model.config, state).save(out / "onnx" / FILES[2])
    for file in sorted(p for p in out.rglob("*") if p.is_file()):
        print(f"{file.stat().st_size:>10,}  {file.relative_to(out)}")
    print(f"{sum(p.stat().st_size for p in out.rglob('*') if p.is_file()):>10,}  all")
    verify(model, out)


def embed_tokens(config: SmolVLMConfig, state: dict[str, np.ndarray]) -> Graph:
    g = Graph("embed_tokens", state)
    ids = g.input("input_ids", INT64, ["batch_size", "sequence_length"])
    table = g.constant(EMBEDDINGS, state[EMBEDDINGS].astype(np.float16))
    rows = g.op("Gather", "/embed_tokens/Gather", [table, ids])
    g.op("Cast", "/embed_tokens/Cast", [rows], ["inputs_embeds"], to=FLOAT)
    g.output("inputs_embeds", ["batch_size", "sequence_length", config.text_config.hidden_size])
    return g


def vision_encoder(model: SmolVLMForConditionalGeneration, state: dict[str, np.ndarray], new_graph=Graph) -> Graph:
    """Square pictures of config.image_size, whole: pixel_attention_mask is an input by convention and unused."""
    config = model.config.vision_config
    size, hidden, side = config.image_size, config.hidden_size, config.image_size // config.patch_size
    g = new_graph("vision_encoder", state)
    pixels = g.input("pixel_values", FLOAT, ["batch_size", "num_images", 3, size, size])
    g.input("pixel_attention_mask", BOOL, ["batch_size", "num_images", size, size])
    root = "model.vision_model."

    def shape(name: str, *dims: int) -> str:
        return g.constant("shape." + name, np.array(dims, np.int64))

    flat = g.op("Reshape", "/vision/images/Reshape", [pixels, shape("images", -1, 3, size, size)])
    conv = root + "embeddings.patch_embedding"
    x = g.op(
        "Conv", "/vision/patch_embedding/Conv", [flat, g.half(conv + ".weight"), g.parameter(conv + ".bias")],
        kernel_shape=[config.patch_size] * 2, strides=[config.patch_size] * 2,
    )
    x = g.op("Reshape", "/vision/patches/Reshape", [x, shape("patches", -1, hidden, side * side)])
    x = g.op("Transpose", "/vision/patches/Transpose", [x], perm=[0, 2, 1])
    positions = g.parameter(root + "embeddings.position_embedding.weight")
    rows = g.constant("position_ids", whole_image_positions(model))
    x = g.op("Add", "/vision/positions/Add", [x, g.op("Gather", "/vision/positions/Gather", [positions, rows])])

    def norm(path: str, name: str, x: str) -> str:
        return g.op(
            "LayerNormalization", path + "/LayerNorm", [x, g.parameter(name + ".weight"), g.parameter(name + ".bias")],
            axis=-1, epsilon=config.layer_norm_eps,
        )

    for i in range(config.num_hidden_layers):
        path, name = f"/vision/layers.{i}", f"{root}encoder.layers.{i}."
        h = norm(path + "/layer_norm1", name + "layer_norm1", x)
        q, k, v = (g.linear(f"{path}/attn/{p}", f"{name}self_attn.{p}", h) for p in ("q_proj", "k_proj", "v_proj"))
        h = g.op(
            "MultiHeadAttention", path + "/attn/MultiHeadAttention", [q, k, v],
            domain=MICROSOFT, num_heads=config.num_attention_heads,
        )
        x = g.op("Add", path + "/attn/residual", [x, g.linear(path + "/attn/out_proj", name + "self_attn.out_proj", h)])
        h = norm(path + "/layer_norm2", name + "layer_norm2", x)
        h = g.linear(path + "/mlp/fc1", name + "mlp.fc1", h)
        h = g.op("FastGelu", path + "/mlp/FastGelu", [h], domain=MICROSOFT)
        x = g.op("Add", path + "/mlp/residual", [x, g.linear(path + "/mlp/fc2", name + "mlp.fc2", h)])
    x = norm("/vision/post_layernorm", root + "post_layernorm", x)

    s = model.config.scale_factor
    tokens = (side // s) ** 2
    x = g.op("Reshape", "/connector/columns/Reshape", [x, shape("columns", -1, side, side // s, hidden * s)])
    x = g.op("Transpose", "/connector/columns/Transpose", [x], perm=[0, 2, 1, 3])
    x = g.op("Reshape", "/connector/rows/Reshape", [x, shape("rows", -1, side // s, side // s, hidden * s * s)])
    x = g.op("Transpose", "/connector/rows/Transpose", [x], perm=[0, 2, 1, 3])
    x = g.op("Reshape", "/connector/tokens/Reshape", [x, shape("tokens", -1, tokens, hidden * s * s)])
    x = g.linear("/connector/proj", "model.connector.modality_projection.proj", x)
    g.op("Identity", "/connector/Identity", [x], ["image_features"])
    g.output("image_features", ["num_all_images", tokens, model.config.text_config.hidden_size])
    return g


def whole_image_positions(model: SmolVLMForConditionalGeneration) -> np.ndarray:
    """Rows of the position table that transformers picks for an image without padding."""
    embeddings, seen = model.model.vision_model.embeddings, []
    hook = embeddings.position_embedding.register_forward_hook(lambda _, inputs, __: seen.append(inputs[0]))
    config = model.config.vision_config
    side = config.image_size // config.patch_size
    with torch.no_grad():
        embeddings(torch.zeros(1, 3, config.image_size, config.image_size), torch.ones(1, side, side, dtype=torch.bool))
    hook.remove()
    return seen[0][0].numpy().astype(np.int64)


def decoder(config: SmolVLMConfig, state: dict[str, np.ndarray], new_graph=Graph) -> Graph:
    """The rows of a batch are as long as their attention mask sums to: pad unequal rows on the right."""
    text = config.text_config
    heads, kv_heads, head_dim = text.num_attention_heads, text.num_key_value_heads, text.head_dim
    g = new_graph("decoder_model_merged", state)
    x = g.input("inputs_embeds", FLOAT, ["batch_size", "sequence_length", text.hidden_size])
    mask = g.input("attention_mask", INT64, ["batch_size", "total_sequence_length"])
    positions = g.input("position_ids", INT64, ["batch_size", "sequence_length"])
    keep = g.input("num_logits_to_keep", INT64, [])
    g.output("logits", ["batch_size", "num_logits", text.vocab_size])

    one, last = g.constant("one", np.array([1], np.int64)), g.constant("last", np.array([-1], np.int64))
    length = g.op("ReduceSum", "/mask/ReduceSum", [mask, one], keepdims=0)
    length = g.op("Cast", "/mask/Cast", [g.op("Sub", "/mask/Sub", [length, one])], to=INT32)
    total = g.op("Shape", "/mask/Shape", [mask], start=1, end=2)
    total = g.op("Cast", "/mask/total/Cast", [g.op("Squeeze", "/mask/Squeeze", [total])], to=INT32)
    cos, sin = rotary_cache(config)
    cos, sin = g.constant("cos_cache", cos), g.constant("sin_cache", sin)

    def norm(path: str, name: str, x: str) -> str:
        return g.op(
            "SimplifiedLayerNormalization", path + "/LayerNorm", [x, g.parameter(name + ".weight")],
            axis=-1, epsilon=text.rms_norm_eps, stash_type=1,
        )

    for i in range(text.num_hidden_layers):
        path, name = f"/model/layers.{i}", f"model.text_model.layers.{i}."
        past = [g.input(f"past_key_values.{i}.{kv}", FLOAT, ["batch_size", kv_heads, "past_sequence_length", head_dim]) for kv in ("key", "value")]
        present = [f"present.{i}.key", f"present.{i}.value"]
        for p in present:
            g.output(p, ["batch_size", kv_heads, "total_sequence_length", head_dim])
        h = norm(path + "/input_layernorm", name + "input_layernorm", x)
        q, k, v = (g.linear(f"{path}/attn/{p}", f"{name}self_attn.{p}", h) for p in ("q_proj", "k_proj", "v_proj"))
        q, k = (
            g.op("RotaryEmbedding", f"{path}/attn/{p}/RotaryEmbedding", [y, positions, cos, sin], domain=MICROSOFT)
            for p, y in (("q_rotary", q), ("k_rotary", k))
        )
        h = g.op(
            "GroupQueryAttention", path + "/attn/GroupQueryAttention", [q, k, v, *past, length, total],
            [path + "/attn/GroupQueryAttention/output_0", *present],
            domain=MICROSOFT, num_heads=heads, kv_num_heads=kv_heads,
        )
        x = g.op("Add", path + "/attn/residual", [x, g.linear(path + "/attn/o_proj", name + "self_attn.o_proj", h)])
        h = norm(path + "/post_attention_layernorm", name + "post_attention_layernorm", x)
        gate = g.linear(path + "/mlp/gate_proj", name + "mlp.gate_proj", h)
        up = g.linear(path + "/mlp/up_proj", name + "mlp.up_proj", h)
        gate = g.op("Mul", path + "/mlp/silu/Mul", [gate, g.op("Sigmoid", path + "/mlp/silu/Sigmoid", [gate])])
        h = g.op("Mul", path + "/mlp/Mul", [gate, up])
        x = g.op("Add", path + "/mlp/residual", [x, g.linear(path + "/mlp/down_proj", name + "mlp.down_proj", h)])

    end, axis = g.constant("end", np.array([2**62], np.int64)), one
    start = g.op("Reshape", "/keep/Reshape", [g.op("Neg", "/keep/Neg", [keep]), last])
    x = g.op("Slice", "/keep/Slice", [x, start, end, axis])
    x = norm(f"/model/layers.{text.num_hidden_layers}/final_norm_layernorm", "model.text_model.norm", x)
    if config.tie_word_embeddings:
        table = g.op("Transpose", "/lm_head/Transpose", [g.half(EMBEDDINGS)], perm=[1, 0])
        g.op("MatMul", "/lm_head/MatMul", [x, table], ["logits"])
    else:
        g.op("Identity", "/lm_head/Identity", [g.linear("/lm_head", "lm_head", x)], ["logits"])
    return g


def rotary_cache(config: SmolVLMConfig) -> tuple[np.ndarray, np.ndarray]:
    """cos and sin by position, [max_position_embeddings, head_dim / 2]."""
    text = config.text_config
    rope = text.rope_parameters
    if rope.get("rope_type", "default") != "default":
        raise ValueError(f"rope_type {rope['rope_type']!r} is not supported: use default")
    frequency = 1.0 / rope["rope_theta"] ** (np.arange(0, text.head_dim, 2, dtype=np.float32) / text.head_dim)
    angle = np.arange(text.max_position_embeddings, dtype=np.float32)[:, None] * frequency.astype(np.float32)
    return np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)


@torch.no_grad()
def verify(original: SmolVLMForConditionalGeneration, out: Path) -> None:
    model, config = load_model(out), original.config
    vision, embed, text = (ort.InferenceSession(out / "onnx" / f, providers=["CPUExecutionProvider"]) for f in FILES)
    random, size, length = np.random.default_rng(0), config.vision_config.image_size, 24
    errors: dict[str, float] = {}

    pixels = random.uniform(-1, 1, (1, 2, 3, size, size)).astype(np.float32)
    features = vision.run(None, {"pixel_values": pixels, "pixel_attention_mask": np.ones((1, 2, size, size), bool)})[0]
    expected = model.get_image_features(torch.from_numpy(pixels)).pooler_output.numpy()
    unrounded = original.get_image_features(torch.from_numpy(pixels)).pooler_output.numpy()
    errors["image_features"] = distance(features, expected)
    print(f"image_features: 4-bit rounding changes them by {distance(features, unrounded):.3f} of their size")

    ids = random.integers(0, config.text_config.vocab_size, (2, length))
    embeds = embed.run(None, {"input_ids": ids})[0]
    errors["inputs_embeds"] = distance(embeds, model.get_input_embeddings()(torch.from_numpy(ids)).numpy())
    expected = model(inputs_embeds=torch.from_numpy(embeds)).logits.numpy()
    unrounded = original(inputs_embeds=torch.from_numpy(embeds)).logits.numpy()
    print(f"logits: 4-bit rounding changes them by {distance(expected, unrounded):.3f} of their size")
    past = {
        f"past_key_values.{i}.{kv}": np.zeros((2, config.text_config.num_key_value_heads, 0, config.text_config.head_dim), np.float32)
        for i in range(config.text_config.num_hidden_layers) for kv in ("key", "value")
    }
    logits = []
    for part in [slice(0, length - 3), slice(length - 3, length - 2), slice(length - 2, length - 1), slice(length - 1, length)]:
        feeds = {
            "inputs_embeds": embeds[:, part], "attention_mask": np.ones((2, part.stop), np.int64),
            "position_ids": np.tile(np.arange(part.start, part.stop), (2, 1)), "num_logits_to_keep": np.array(0),
        }
        result = text.run(None, feeds | past)
        logits.append(result[0])
        past = dict(zip(past, result[1:]))
    errors["logits with past"] = distance(np.concatenate(logits, 1), expected)
    for name, error in errors.items():
        print(f"{name}: onnxruntime and transformers differ by {error:.1e} of their size")
        if not error <= TOLERANCE:
            raise ValueError(f"{name} differ by {error:.1e}, more than {TOLERANCE}")


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference, as part of the largest value."""
    return float(np.abs(a - b).max() / np.abs(b).max())


if __name__ == "__main__":
    export(sys.argv[1], sys.argv[2])
