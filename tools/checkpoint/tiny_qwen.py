"""A very small Qwen2.5-VL with random weights in transformers.js' layout, and what Python answers with it.

    python tools/checkpoint/tiny_qwen.py

Writes test/fixtures/tiny-qwen2_5_vl and test/golden/qwen.json. Graphs have the inputs and outputs that
transformers.js feeds and reads: embed_tokens, vision_encoder (pixel_values, image_grid_thw -> image_features) and
decoder_model_merged (inputs_embeds, attention_mask, position_ids [3, B, S], past_key_values.* -> logits, present.*).
The vision tower is traced at one size of picture, 112 x 112, to which the processor scales all: its windows and
positions are constants of the graph. In real exports they are computed.

test/golden/qwen.json
  answers       [{"prompt" with one "<image>", "image": base64 of a PNG, 112 x 112, or null: grey of 127,
                "text" after the chat template, "prompt_ids": image tokens expanded,
                "ids": greedy, "logprobs": log p of each at temperature 1}]
"""

import base64
import io
import json
import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
from PIL import Image, ImageDraw
from transformers import DynamicCache, Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

sys.path.insert(0, str(Path(__file__).parent))
from tiny import build_tokenizer  # noqa: E402

ROOT = Path(__file__).parents[2]
FIXTURE, GOLDEN = ROOT / "test/fixtures/tiny-qwen2_5_vl", ROOT / "test/golden/qwen.json"
PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
VISION_START, VISION_END, IMAGE, VIDEO = "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"
SPECIAL = [PAD, START, END, VISION_START, VISION_END, IMAGE, VIDEO]
SIDE, PATCH, MERGE, LAYERS, HEADS, HEAD_DIM = 112, 14, 2, 2, 1, 32
TOKENS = 24
TOLERANCE = 1e-4

# Output equals Qwen2.5-VL's, its system prompt included.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}"
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
    "{% endif %}"
    "<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n"
    "{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endif %}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PROMPTS = [
    "Front view: <image>\nFrom the image: which position does the robot have now?\n[[A]] 0.25\n[[B]] 0.31",
    "<image>Where does the gripper go next?",
    "Which movement follows?\n<image>",
]


def build_model(tokenizer) -> Qwen2_5_VLForConditionalGeneration:
    token_id = tokenizer.convert_tokens_to_ids
    config = Qwen2_5_VLConfig(
        text_config={
            "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": LAYERS, "num_attention_heads": 2,
            "num_key_value_heads": HEADS, "vocab_size": len(tokenizer), "max_position_embeddings": 640,
            "rms_norm_eps": 1e-6, "tie_word_embeddings": True, "use_sliding_window": False,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [4, 6, 6]},
            "bos_token_id": token_id(START), "eos_token_id": token_id(END), "pad_token_id": token_id(PAD),
        },
        vision_config={
            "depth": 2, "hidden_size": 32, "intermediate_size": 64, "num_heads": 2, "out_hidden_size": 64,
            "patch_size": PATCH, "spatial_merge_size": MERGE, "temporal_patch_size": 2, "window_size": 56,
            "fullatt_block_indexes": [1],
        },
        image_token_id=token_id(IMAGE), video_token_id=token_id(VIDEO),
        vision_start_token_id=token_id(VISION_START), vision_end_token_id=token_id(VISION_END),
        tie_word_embeddings=True, eos_token_id=token_id(END), pad_token_id=token_id(PAD),
    )
    config._attn_implementation = "eager"
    model = Qwen2_5_VLForConditionalGeneration(config).eval()
    with torch.no_grad():  # larger than the usual start, so that logits differ visibly and norms matter
        for name, weight in model.named_parameters():
            if "norm" in name and name.endswith("weight"):
                weight.uniform_(0.5, 1.5)
            else:
                weight.normal_(0, 0.05 if "patch_embed" in name else 0.15)
    return model


class Vision(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.visual = model.model.visual
        self.grid = torch.tensor([[1, SIDE // PATCH, SIDE // PATCH]])

    def forward(self, pixel_values, image_grid_thw):
        features = self.visual(pixel_values, grid_thw=self.grid).pooler_output
        # The input stays in the graph, where transformers.js looks for it.
        return features + 0 * image_grid_thw.sum()


class Decoder(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.text, self.head = model.model.language_model, model.lm_head

    def forward(self, inputs_embeds, attention_mask, position_ids, *past):
        cache = DynamicCache()
        for layer in range(LAYERS):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        added, total = inputs_embeds.shape[1], attention_mask.shape[1]
        seen = torch.arange(total)[None] <= torch.arange(added)[:, None] + (total - added)
        allowed = seen[None, None] & attention_mask[:, None, None, :].bool()
        mask = torch.where(allowed, 0.0, torch.finfo(torch.float32).min)
        out = self.text(
            inputs_embeds=inputs_embeds, attention_mask={"full_attention": mask}, position_ids=position_ids,
            past_key_values=cache, use_cache=True,
        )
        present = [t for layer in cache.layers for t in (layer.keys, layer.values)]
        return self.head(out.last_hidden_state), *present


def export(model, inputs) -> None:
    onnx = FIXTURE / "onnx"
    onnx.mkdir(parents=True)
    common = {"dynamo": False, "opset_version": 17, "do_constant_folding": True}
    ids = inputs["input_ids"]
    torch.onnx.export(
        model.get_input_embeddings(), (ids,), onnx / "embed_tokens.onnx", **common,
        input_names=["input_ids"], output_names=["inputs_embeds"],
        dynamic_axes={name: {0: "batch_size", 1: "sequence_length"} for name in ("input_ids", "inputs_embeds")},
    )
    torch.onnx.export(
        Vision(model), (inputs["pixel_values"], inputs["image_grid_thw"]), onnx / "vision_encoder.onnx", **common,
        input_names=["pixel_values", "image_grid_thw"], output_names=["image_features"],
    )
    names = [f"{layer}.{part}" for layer in range(LAYERS) for part in ("key", "value")]
    past = [torch.randn(2, HEADS, 3, HEAD_DIM) for _ in names]
    embeds, mask = torch.randn(2, 5, 64), torch.ones(2, 8, dtype=torch.int64)
    positions = torch.arange(3, 8).expand(3, 2, 5).contiguous()
    cached = {0: "batch_size", 2: "past_sequence_length"}
    torch.onnx.export(
        Decoder(model), (embeds, mask, positions, *past), onnx / "decoder_model_merged.onnx", **common,
        input_names=["inputs_embeds", "attention_mask", "position_ids", *(f"past_key_values.{n}" for n in names)],
        output_names=["logits", *(f"present.{n}" for n in names)],
        dynamic_axes={
            "inputs_embeds": {0: "batch_size", 1: "sequence_length"},
            "attention_mask": {0: "batch_size", 1: "total_sequence_length"},
            "position_ids": {1: "batch_size", 2: "sequence_length"},
            "logits": {0: "batch_size", 1: "sequence_length"},
            **{f"past_key_values.{n}": cached for n in names},
            **{f"present.{n}": {0: "batch_size", 2: "total_sequence_length"} for n in names},
        },
    )


def save_small_files(model, tokenizer) -> Qwen2VLImageProcessorPil:
    processor = Qwen2VLImageProcessorPil(
        size={"shortest_edge": SIDE * SIDE, "longest_edge": SIDE * SIDE}, patch_size=PATCH, merge_size=MERGE,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.save_pretrained(FIXTURE, save_jinja_files=False)
    write("config.json", model.config.to_dict())
    write("generation_config.json", {
        "bos_token_id": tokenizer.bos_token_id, "eos_token_id": [tokenizer.eos_token_id, tokenizer.pad_token_id],
        "pad_token_id": tokenizer.pad_token_id,
        # As in Qwen2.5-VL's own file: the policy's settings rule, not these.
        "do_sample": True, "repetition_penalty": 1.05, "temperature": 0.000001,
    })
    # As Qwen2.5-VL's own file, which leaves do_resize and do_normalize to the class.
    write("preprocessor_config.json", {
        "image_processor_type": "Qwen2VLImageProcessor", "processor_class": "Qwen2_5_VLProcessor",
        "min_pixels": SIDE * SIDE, "max_pixels": SIDE * SIDE,
        "patch_size": PATCH, "merge_size": MERGE, "temporal_patch_size": 2,
        "image_mean": processor.image_mean, "image_std": processor.image_std,
    })
    return processor


def write(name: str, value) -> None:
    (FIXTURE / name).write_text(json.dumps(value, indent=1, default=str) + "\n")


def picture(shift: int) -> Image.Image:
    image = Image.new("RGB", (SIDE, SIDE), (196, 160, 120))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 111, 40), fill=(210, 220, 230))
    draw.ellipse((20 + shift, 60, 50 + shift, 90), fill=(200, 30, 40))
    return image


def model_inputs(tokenizer, processor, prompt: str, image: Image.Image):
    before, after = prompt.split("<image>")
    content = [{"type": "text", "text": before}, {"type": "image"}, {"type": "text", "text": after}]
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True,
    )
    pixels = processor(images=[image], return_tensors="pt")
    count = int(pixels["image_grid_thw"].prod()) // MERGE**2
    ids = tokenizer(text.replace(IMAGE, IMAGE * count), return_tensors="pt")["input_ids"]
    return text, {"input_ids": ids, **pixels}


def answer(model, tokenizer, processor, prompt: str, image: Image.Image | None) -> dict:
    text, inputs = model_inputs(tokenizer, processor, prompt, image or Image.new("RGB", (SIDE, SIDE), (127,) * 3))
    suppressed = [model.config.image_token_id, model.config.video_token_id]
    ends = {tokenizer.eos_token_id, tokenizer.pad_token_id}
    length = inputs["input_ids"].shape[1]
    kinds = (inputs["input_ids"] == model.config.image_token_id).long()
    positions, _ = model.model.get_rope_index(
        inputs["input_ids"], mm_token_type_ids=kinds, image_grid_thw=inputs["image_grid_thw"],
    )
    ids, logprobs = [], []
    with torch.no_grad():
        while len(ids) < TOKENS and not (ids and ids[-1] in ends):
            whole = torch.cat([inputs["input_ids"], torch.tensor([ids], dtype=torch.int64)], 1)
            later = positions.max() + 1 + torch.arange(whole.shape[1] - length)
            logits = model(
                input_ids=whole, pixel_values=inputs["pixel_values"], image_grid_thw=inputs["image_grid_thw"],
                position_ids=torch.cat([positions, later.expand(3, 1, -1)], 2), use_cache=False,
            ).logits[0, -1]
            allowed = logits.clone()
            allowed[suppressed] = -torch.inf
            ids.append(int(allowed.argmax()))
            logprobs.append(float(logits.log_softmax(-1)[ids[-1]]))
    png = None
    if image:
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        png = base64.b64encode(buffer.getvalue()).decode()
    return {
        "prompt": prompt, "image": png, "text": text, "prompt_ids": inputs["input_ids"][0].tolist(),
        "ids": ids, "logprobs": logprobs,
    }


def verify(model, inputs) -> None:
    def run(part, feeds):
        session = ort.InferenceSession(str(FIXTURE / f"onnx/{part}.onnx"))
        return session.run(None, {name: np.asarray(value) for name, value in feeds.items()})
    features = run("vision_encoder", {k: inputs[k] for k in ("pixel_values", "image_grid_thw")})[0]
    with torch.no_grad():
        expected = model.model.visual(inputs["pixel_values"], grid_thw=inputs["image_grid_thw"]).pooler_output
    off = float(np.abs(features - expected.numpy()).max())
    print(f"vision_encoder is off by at most {off:.1e}")
    if off > TOLERANCE:
        raise ValueError("the exported vision tower is not that of transformers")


def main() -> None:
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    tokenizer = build_tokenizer(SPECIAL, START, END, PAD)
    model = build_model(tokenizer)
    shutil.rmtree(FIXTURE, ignore_errors=True)
    FIXTURE.mkdir(parents=True)
    processor = save_small_files(model, tokenizer)
    _, inputs = model_inputs(tokenizer, processor, PROMPTS[0], picture(0))
    with torch.no_grad():
        export(model, inputs)
    verify(model, inputs)
    images = [picture(0), picture(40), None]
    answers = [answer(model, tokenizer, processor, *pair) for pair in zip(PROMPTS, images)]
    GOLDEN.write_text(json.dumps({"answers": answers}) + "\n")
    for entry in answers:
        print(len(entry["prompt_ids"]), entry["ids"], repr(tokenizer.decode(entry["ids"])))
    for file in sorted(p for p in FIXTURE.rglob("*") if p.is_file()):
        print(f"{file.stat().st_size:>10,}  {file.relative_to(FIXTURE)}")


if __name__ == "__main__":
    main()
