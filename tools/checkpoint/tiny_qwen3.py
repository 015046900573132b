"""A very small Qwen3-VL with random weights in transformers.js' layout, and what Python answers with it.

    python tools/checkpoint/tiny_qwen3.py

Writes test/fixtures/tiny-qwen3_vl and test/golden/qwen3.json. Inputs and outputs are those of the hub's export, which has
none for DeepStack: its vision tower gives image_features alone, and transformers.js hands the decoder nothing else. So
DeepStack is left out in Python too; how far that is from the whole model is printed. Traced at one size of picture, 96 x 96.
"""

import sys
import warnings
from pathlib import Path

import torch
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

sys.path.insert(0, str(Path(__file__).parent))
from tiny import build_tokenizer  # noqa: E402
from tiny_qwen import (  # noqa: E402
    END, IMAGE, PAD, SPECIAL, START, VIDEO, VISION_END, VISION_START, answer, export, model_inputs,
)
from tiny_vlm import PROMPTS, Fixture, picture, randomise  # noqa: E402

SIDE, PATCH, MERGE, HIDDEN = 96, 16, 2, 32

# Output equals Qwen3-VL's, which adds no system prompt.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def build_model(tokenizer) -> Qwen3VLForConditionalGeneration:
    token_id = tokenizer.convert_tokens_to_ids
    config = Qwen3VLConfig(
        text_config={
            "hidden_size": HIDDEN, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
            "num_key_value_heads": 1, "head_dim": 16, "vocab_size": len(tokenizer), "max_position_embeddings": 640,
            "rope_parameters": {
                "rope_type": "default", "rope_theta": 10000.0, "mrope_interleaved": True, "mrope_section": [4, 2, 2],
            },
            "bos_token_id": token_id(PAD), "eos_token_id": token_id(END), "pad_token_id": token_id(PAD),
        },
        vision_config={
            "depth": 2, "hidden_size": 16, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": HIDDEN,
            "patch_size": PATCH, "spatial_merge_size": MERGE, "temporal_patch_size": 2, "num_position_embeddings": 16,
            "deepstack_visual_indexes": [0],
        },
        image_token_id=token_id(IMAGE), video_token_id=token_id(VIDEO),
        vision_start_token_id=token_id(VISION_START), vision_end_token_id=token_id(VISION_END),
        tie_word_embeddings=True,
    )
    config._attn_implementation = "eager"
    model = Qwen3VLForConditionalGeneration(config).eval()
    randomise(model, "patch_embed", 0.25)
    return model


def leave_out_deepstack(model, inputs) -> None:
    def logits():
        kinds = (inputs["input_ids"] == model.config.image_token_id).long()
        return model(**inputs, mm_token_type_ids=kinds, use_cache=False).logits[0, -1]
    with_it = logits()
    model.model.language_model._deepstack_process = lambda hidden, *_: hidden
    off = float((logits() - with_it).abs().max())
    print(f"without DeepStack logits behind the prompt are off by up to {off:.2f}, their spread is {with_it.std():.2f}")


def save_small_files(fixture: Fixture, model, tokenizer) -> Qwen2VLImageProcessorPil:
    fixture.save_tokenizer(tokenizer, CHAT_TEMPLATE, own_file=True)
    fixture.write("config.json", model.config.to_dict())
    fixture.write("generation_config.json", {
        "bos_token_id": tokenizer.pad_token_id, "eos_token_id": [tokenizer.eos_token_id, tokenizer.pad_token_id],
        "pad_token_id": tokenizer.pad_token_id, "do_sample": True, "temperature": 0.7, "top_k": 20, "top_p": 0.8,
    })
    images = {
        "size": {"shortest_edge": SIDE * SIDE, "longest_edge": SIDE * SIDE},
        "patch_size": PATCH, "merge_size": MERGE, "temporal_patch_size": 2,
        "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "image_processor_type": "Qwen2VLImageProcessorFast",
    }
    # As in the hub's repository: the older file says less than the newer, of which transformers.js reads nothing.
    fixture.write("preprocessor_config.json", {**images, "processor_class": "Qwen3VLProcessor"})
    fixture.write("processor_config.json", {
        "processor_class": "Qwen3VLProcessor",
        "image_processor": {
            **images, "do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True,
            "resample": 3, "rescale_factor": 1 / 255,
        },
    })
    names = ("size", "patch_size", "merge_size", "image_mean", "image_std")
    return Qwen2VLImageProcessorPil(**{name: images[name] for name in names})


def main() -> None:
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    tokenizer = build_tokenizer(SPECIAL, START, END, PAD)
    model = build_model(tokenizer)
    fixture = Fixture("qwen3_vl", "qwen3")
    processor = save_small_files(fixture, model, tokenizer)
    _, inputs = model_inputs(tokenizer, processor, PROMPTS[0], picture(0, SIDE, SIDE))
    with torch.no_grad():
        leave_out_deepstack(model, inputs)
        export(fixture, model, inputs, lambda mask: mask)
    images = [picture(0, SIDE, SIDE), picture(40, SIDE, SIDE), None]
    answers = [answer(model, tokenizer, processor, *pair, SIDE) for pair in zip(PROMPTS, images)]
    fixture.finish(answers, tokenizer)


if __name__ == "__main__":
    main()
