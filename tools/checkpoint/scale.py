"""SmolVLM-256M or 500M with random weights, in the hub's layout: true shapes and file names, nothing learned.

    python tools/checkpoint/scale.py 256M OUT_DIR [--precision q4 q4f16 fp16] [--external] [--layers N]

For tests and benches at scale; too large to commit. The shapes are those of the config.json of
HuggingFaceTB/SmolVLM-256M-Instruct and SmolVLM-500M-Instruct (the SmolVLM2 ones are alike). The tokenizer knows
this project's prompts by tiny.py's merges, has the true special tokens at their true ids and fills the other ids up.
--external puts the tensors into NAME.onnx_data beside NAME.onnx. --layers cuts both towers to N layers, for software GPUs.
"""

import argparse
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, SmolVLMConfig, SmolVLMForConditionalGeneration
from transformers.models.smolvlm.modeling_smolvlm import SmolVLMVisionEmbeddings

from export import COPIED, decoder, embed_tokens, vision_encoder
from graph import MICROSOFT, PACKED, SCALES, ZERO_POINTS, Graph
from processor import END, FAKE, GLOBAL, IMAGE, PAD, START, save_processor
from quantise import BLOCK
from tiny import WORDS, build_tokenizer

TEXT = {
    "256M": {"hidden_size": 576, "num_hidden_layers": 30, "num_attention_heads": 9, "num_key_value_heads": 3, "intermediate_size": 1536},
    "500M": {"hidden_size": 960, "num_hidden_layers": 32, "num_attention_heads": 15, "num_key_value_heads": 5, "intermediate_size": 2560},
}
VOCAB = 49280
IDS = {"<|endoftext|>": 0, START: 1, PAD: 2, GLOBAL: 49152, FAKE: 49189, IMAGE: 49190, END: 49279}
SPREAD = 0.02
HALF = TensorProto.FLOAT16


def config_of(size: str, layers: int | None = None) -> SmolVLMConfig:
    config = SmolVLMConfig(
        vision_config={
            "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12,
            "image_size": 512, "patch_size": 16,
        },
        text_config={
            **TEXT[size], "model_type": "llama", "head_dim": 64, "vocab_size": VOCAB, "max_position_embeddings": 8192,
            "rms_norm_eps": 1e-5, "rope_parameters": {"rope_type": "default", "rope_theta": 100000.0},
            "tie_word_embeddings": False, "bos_token_id": 1, "eos_token_id": IDS[END], "pad_token_id": IDS[PAD],
        },
        scale_factor=4, image_token_id=IDS[IMAGE], pad_token_id=IDS[PAD], bos_token_id=1, eos_token_id=IDS[END],
        tie_word_embeddings=False,
    )
    if layers is not None:
        config.vision_config.num_hidden_layers = config.text_config.num_hidden_layers = layers
    return config


class RandomState(dict):
    """Parameters by transformers name, made when asked for and not kept."""

    def __init__(self, shapes: dict[str, tuple[int, ...]]):
        super().__init__(shapes)
        self.random = np.random.default_rng(0)

    def __getitem__(self, name: str) -> np.ndarray:
        shape = self.shape(name)
        if name.endswith("bias"):
            return np.zeros(shape, np.float32)
        values = self.random.standard_normal(shape, np.float32) * np.float32(SPREAD)
        return values + np.float32(1) if "norm" in name else values

    def shape(self, name: str) -> tuple[int, ...]:
        return super().__getitem__(name)


class ScaleGraph(Graph):
    """Linear layers as random 4-bit blocks, or in 16 bits. With `half` all is computed in 16 bits, but for the graph's
    32-bit inputs and outputs; keys and values are kept in 16, as the hub's exports have it."""

    def __init__(self, name: str, state: RandomState, blocks: bool, half: bool, external: bool):
        super().__init__(name, state)
        self.blocks, self.is_half, self.external = blocks, half, external

    def input(self, name: str, kind: int, shape: list) -> str:
        if not self.is_half or kind != TensorProto.FLOAT:
            return super().input(name, kind, shape)
        if name.startswith("past_key_values"):
            return super().input(name, HALF, shape)
        return super().op("Cast", f"/{name}/Cast", [super().input(name, kind, shape)], to=HALF)

    def output(self, name: str, shape: list) -> None:
        kept = self.is_half and name.startswith("present")
        self.outputs.append(helper.make_tensor_value_info(name, HALF if kept else TensorProto.FLOAT, shape))

    def constant(self, name: str, value: np.ndarray) -> str:
        narrow = self.is_half and value.dtype == np.float32
        return super().constant(name, value.astype(np.float16) if narrow else value)

    def half(self, name: str) -> str:
        return self.parameter(name) if self.is_half else super().half(name)

    def op(self, kind: str, path: str, inputs: list[str], outputs: list[str] | None = None, domain="", **attributes) -> str:
        if self.is_half and outputs in (["logits"], ["image_features"], ["inputs_embeds"]) and kind != "Cast":
            y = super().op(kind, path, inputs, [path + "/half"], domain, **attributes)
            return super().op("Cast", path + "/Cast", [y], outputs, to=TensorProto.FLOAT)
        return super().op(kind, path, inputs, outputs, domain, **attributes)

    def linear(self, path: str, name: str, x: str) -> str:
        out, inputs = self.state.shape(name + ".weight")
        if not self.blocks:
            weight = self.constant(name + ".weight_t", self.state[name + ".weight"].T)
            y = self.op("MatMul", path + "/MatMul", [x, weight])
        else:
            count = -(-inputs // BLOCK)
            random = self.state.random
            y = self.op(
                "MatMulNBits", path + "/MatMul_Q4",
                [
                    x,
                    self.constant(name + ".weight" + PACKED, random.integers(0, 256, (out, count, BLOCK // 2), np.uint8)),
                    self.constant(name + ".weight" + SCALES, random.uniform(0.5, 1.5, out * count).astype(np.float32) * np.float32(SPREAD / 4.6)),
                    self.constant(name + ".weight" + ZERO_POINTS, np.full(out * -(-count // 2), 0x88, np.uint8)),
                ],
                domain=MICROSOFT, K=inputs, N=out, bits=4, block_size=BLOCK,
            )
        if name + ".bias" not in self.state:
            return y
        return self.op("Add", path + "/Add", [y, self.parameter(name + ".bias")])

    def save(self, path: Path) -> None:
        super().save(path)
        if self.external:
            data = path.name + "_data"
            onnx.save(onnx.load(path), path, save_as_external_data=True, location=data, size_threshold=1024)


def tokenizer_of() -> PreTrainedTokenizerFast:
    model = json.loads(build_tokenizer().backend_tokenizer.to_str())["model"]
    learned = [token for token in model["vocab"] if token not in IDS]
    free = iter(sorted(set(range(VOCAB)) - set(IDS.values())))
    vocab = dict(IDS) | {token: next(free) for token in [*learned, *WORDS]}
    vocab |= {f"<unused_{i}>": i for i in free}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[tuple(merge) for merge in model["merges"]]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in IDS])
    tokenizer.add_tokens([AddedToken(t, normalized=False) for t in WORDS])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=START, eos_token=END, pad_token=PAD)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("size", choices=TEXT)
    parser.add_argument("out", type=Path)
    parser.add_argument("--precision", nargs="+", choices=["q4", "q4f16", "fp16"], default=["q4"])
    parser.add_argument("--external", action="store_true")
    parser.add_argument("--layers", type=int, metavar="N")
    args = parser.parse_args()
    config = config_of(args.size, args.layers)
    args.out.mkdir(parents=True, exist_ok=True)
    config.save_pretrained(args.out)
    save_processor(tokenizer_of(), args.out, 512, 64)
    with torch.device("meta"):
        meta = SmolVLMForConditionalGeneration(config)
    shapes = {name: tuple(value.shape) for name, value in meta.state_dict().items()}
    print(f"{sum(p.numel() for p in meta.parameters()):,} parameters")
    # Only its positions are asked for.
    seeing = SimpleNamespace(vision_model=SimpleNamespace(embeddings=SmolVLMVisionEmbeddings(config.vision_config)))
    model = SimpleNamespace(config=config, model=seeing)
    for precision in args.precision:
        blocks, half = precision.startswith("q4"), precision != "q4"
        for part, build in {
            "vision_encoder": lambda state, graph: vision_encoder(model, state, graph),
            "decoder_model_merged": lambda state, graph: decoder(config, state, graph),
        }.items():
            state = RandomState(shapes)
            graph = build(state, lambda name, s: ScaleGraph(name, s, blocks, half, args.external))
            graph.save(args.out / "onnx" / f"{part}_{precision}.onnx")
    embed_tokens(config, RandomState(shapes)).save(args.out / "onnx/embed_tokens_fp16.onnx")
    missing = [name for name in COPIED if not (args.out / name).exists()]
    if missing:
        raise FileNotFoundError(f"{args.out} lacks {missing}")
    for file in sorted(p for p in args.out.rglob("*") if p.is_file()):
        print(f"{file.stat().st_size:>13,}  {file.relative_to(args.out)}")


if __name__ == "__main__":
    main()
