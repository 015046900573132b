"""A very small Qwen2.5-VL with random weights in transformers.js' layout, and what Python answers with it.

    python tools/checkpoint/tiny_qwen.py

Writes test/fixtures/tiny-qwen2_5_vl and test/golden/qwen.json. Graphs have the inputs and outputs that
transformers.js feeds and reads: embed_tokens, vision_encoder (pixel_values, image_grid_thw -> image_features) and
decoder_model_merged (inputs_embeds, attention_mask, position_ids [3, B, S], past_key_values.* -> logits, present.*).
The vision tower is traced at one size of picture, 112 x 112, to which the processor scales all: its windows and
positions are constants of the graph. In real exports they are computed.
"""

import sys
import warnings
from pathlib import Path

import torch
from PIL import Image
from transformers import DynamicCache, Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

sys.path.insert(0, str(Path(__file__).parent))
from tiny import build_tokenizer  # noqa: E402
from tiny_vlm import PROMPTS, Fixture, causal_mask, chat_text, greedy, grey, picture, png, randomise  # noqa: E402

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
VISION_START, VISION_END, IMAGE, VIDEO = "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"
SPECIAL = [PAD, START, END, VISION_START, VISION_END, IMAGE, VIDEO]
SIDE, PATCH, MERGE, LAYERS, HEADS = 112, 14, 2, 2, 1

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
    randomise(model, "patch_embed")
    return model


class Vision(torch.nn.Module):
    """Traced at one grid of patches."""

    def __init__(self, model, grid):
        super().__init__()
        self.visual, self.grid = model.model.visual, grid

    def forward(self, pixel_values, image_grid_thw):
        features = self.visual(pixel_values, grid_thw=self.grid).pooler_output
        # The input stays in the graph, where transformers.js looks for it.
        return features + 0 * image_grid_thw.sum()


class Decoder(torch.nn.Module):
    """@param masked how the architecture takes a mask that is added to scores."""

    def __init__(self, model, masked):
        super().__init__()
        self.text, self.head, self.masked = model.model.language_model, model.lm_head, masked

    def forward(self, inputs_embeds, attention_mask, position_ids, *past):
        cache = DynamicCache()
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        mask = causal_mask(attention_mask, inputs_embeds.shape[1])
        out = self.text(
            inputs_embeds=inputs_embeds, attention_mask=self.masked(mask), position_ids=position_ids,
            past_key_values=cache, use_cache=True,
        )
        present = [t for layer in cache.layers for t in (layer.keys, layer.values)]
        return self.head(out.last_hidden_state), *present


def export(fixture: Fixture, model, inputs, masked) -> None:
    fixture.export_embeddings(model.get_input_embeddings(), inputs["input_ids"])
    vision = {name: inputs[name] for name in ("pixel_values", "image_grid_thw")}
    fixture.export("vision_encoder", Vision(model, inputs["image_grid_thw"]), vision, ["image_features"])
    expected = model.model.visual(inputs["pixel_values"], grid_thw=inputs["image_grid_thw"]).pooler_output
    fixture.verify_vision(vision, expected)
    config = model.config.text_config
    heads, attention = config.num_key_value_heads, model.model.language_model.layers[0].self_attn
    past = {
        f"past_key_values.{layer}.{part}": torch.randn(2, heads, 3, attention.head_dim)
        for layer in range(config.num_hidden_layers) for part in ("key", "value")
    }
    fixture.export_decoder(Decoder(model, masked), config.hidden_size, past, (3, 2, 5))


def save_small_files(fixture: Fixture, model, tokenizer) -> Qwen2VLImageProcessorPil:
    processor = Qwen2VLImageProcessorPil(
        size={"shortest_edge": SIDE * SIDE, "longest_edge": SIDE * SIDE}, patch_size=PATCH, merge_size=MERGE,
    )
    fixture.save_tokenizer(tokenizer, CHAT_TEMPLATE)
    fixture.write("config.json", model.config.to_dict())
    fixture.write("generation_config.json", {
        "bos_token_id": tokenizer.bos_token_id, "eos_token_id": [tokenizer.eos_token_id, tokenizer.pad_token_id],
        "pad_token_id": tokenizer.pad_token_id,
        # As in Qwen2.5-VL's own file: the policy's settings rule, not these.
        "do_sample": True, "repetition_penalty": 1.05, "temperature": 0.000001,
    })
    # As Qwen2.5-VL's own file, which leaves do_resize and do_normalize to the class.
    fixture.write("preprocessor_config.json", {
        "image_processor_type": "Qwen2VLImageProcessor", "processor_class": "Qwen2_5_VLProcessor",
        "min_pixels": SIDE * SIDE, "max_pixels": SIDE * SIDE,
        "patch_size": PATCH, "merge_size": MERGE, "temporal_patch_size": 2,
        "image_mean": processor.image_mean, "image_std": processor.image_std,
    })
    return processor


def model_inputs(tokenizer, processor, prompt: str, image: Image.Image):
    text = chat_text(tokenizer, prompt)
    pixels = processor(images=[image], return_tensors="pt")
    count = int(pixels["image_grid_thw"].prod()) // processor.merge_size**2
    ids = tokenizer(text.replace(IMAGE, IMAGE * count), return_tensors="pt")["input_ids"]
    return text, {"input_ids": ids, **pixels}


def answer(model, tokenizer, processor, prompt: str, image: Image.Image | None, side: int = SIDE) -> dict:
    text, inputs = model_inputs(tokenizer, processor, prompt, image or grey(side))
    length = inputs["input_ids"].shape[1]
    kinds = (inputs["input_ids"] == model.config.image_token_id).long()
    positions, _ = model.model.get_rope_index(
        inputs["input_ids"], mm_token_type_ids=kinds, image_grid_thw=inputs["image_grid_thw"],
    )

    def logits_of(ids):
        whole = torch.cat([inputs["input_ids"], torch.tensor([ids], dtype=torch.int64)], 1)
        later = positions.max() + 1 + torch.arange(whole.shape[1] - length)
        return model(
            input_ids=whole, pixel_values=inputs["pixel_values"], image_grid_thw=inputs["image_grid_thw"],
            position_ids=torch.cat([positions, later.expand(3, 1, -1)], 2), use_cache=False,
        ).logits[0, -1]

    suppressed = [model.config.image_token_id, model.config.video_token_id]
    ends = {tokenizer.eos_token_id, tokenizer.pad_token_id}
    return {
        "prompt": prompt, "image": png(image), "text": text, "prompt_ids": inputs["input_ids"][0].tolist(),
        **greedy(logits_of, suppressed, ends),
    }


def main() -> None:
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    tokenizer = build_tokenizer(SPECIAL, START, END, PAD)
    model = build_model(tokenizer)
    fixture = Fixture("qwen2_5_vl", "qwen")
    processor = save_small_files(fixture, model, tokenizer)
    _, inputs = model_inputs(tokenizer, processor, PROMPTS[0], picture(0))
    with torch.no_grad():
        export(fixture, model, inputs, lambda mask: {"full_attention": mask})
    images = [picture(0), picture(40), None]
    fixture.finish([answer(model, tokenizer, processor, *pair) for pair in zip(PROMPTS, images)], tokenizer)


if __name__ == "__main__":
    main()
