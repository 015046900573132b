"""Gives an exported checkpoint back to Python transformers: the same function, 4-bit rounding included.

    python tools/checkpoint/from_onnx.py CHECKPOINT_DIR OUT_DIR

writes config.json and model.safetensors (dequantised) beside copies of the tokenizer and processor files;
`SmolVLMForConditionalGeneration.from_pretrained(OUT_DIR)` loads it.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from transformers import GenerationConfig, SmolVLMConfig, SmolVLMForConditionalGeneration

from graph import PACKED, SCALES, ZERO_POINTS
from quantise import Blocks, dequantise

FILES = ["vision_encoder_q4.onnx", "embed_tokens_q4.onnx", "decoder_model_merged_q4.onnx"]


def load_model(checkpoint: str | Path) -> SmolVLMForConditionalGeneration:
    """float32, in eval mode. Generation settings (end token, suppressed tokens) are read too."""
    checkpoint = Path(checkpoint)
    model = SmolVLMForConditionalGeneration(SmolVLMConfig.from_pretrained(checkpoint))
    expected = {name: parameter.shape for name, parameter in model.named_parameters()}
    state = {}
    for file in FILES:
        state |= _weights(onnx.load(checkpoint / "onnx" / file), expected)
    model.load_state_dict({name: torch.from_numpy(value) for name, value in state.items()}, strict=False)
    missing = set(expected) - set(state)
    if missing:
        raise ValueError(f"{checkpoint} lacks weights of {sorted(missing)[:3]}: was it written by export.py?")
    model.tie_weights()
    model.generation_config = GenerationConfig.from_pretrained(checkpoint)
    return model.eval()


def _weights(model: onnx.ModelProto, expected: dict[str, torch.Size]) -> dict[str, np.ndarray]:
    arrays = {i.name: i for i in model.graph.initializer}
    state = {}
    for name, shape in expected.items():
        if name in arrays:
            state[name] = numpy_helper.to_array(arrays[name]).astype(np.float32)
        elif name + PACKED in arrays:
            packed, scales, zeros = (
                numpy_helper.to_array(arrays[name + part]) for part in (PACKED, SCALES, ZERO_POINTS)
            )
            out, inputs = shape
            state[name] = dequantise(Blocks(packed, scales.reshape(out, -1), zeros.reshape(out, -1), inputs))
    return state


def main() -> None:
    source, out = Path(sys.argv[1]), Path(sys.argv[2])
    load_model(source).save_pretrained(out)
    for file in source.glob("*.json*"):
        if file.name not in ("config.json", "generation_config.json"):
            shutil.copy(file, out)
    if (source / "chat_template.jinja").exists():
        shutil.copy(source / "chat_template.jinja", out)


if __name__ == "__main__":
    main()
