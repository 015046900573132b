"""A very small FastVLM with random weights in transformers.js' layout, and what Python answers with it.

    python tools/checkpoint/tiny_fastvlm.py

Writes test/fixtures/tiny-llava_qwen2 and test/golden/fastvlm.json. The hub's repository is llava_qwen2, Apple's own
layout of config.json; Python transformers calls the same architecture fast_vlm. The vision tower is timm's FastViT with
five narrow stages of one block, its convolutions merged as in the export; it wants timm and torchvision. As Apple's code
does where config.json says "pad", a picture that is not square is first put on a square of the mean colour.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from transformers import DynamicCache, FastVlmConfig, FastVlmForConditionalGeneration

sys.path.insert(0, str(Path(__file__).parent))
from tiny import build_tokenizer  # noqa: E402
from tiny_vlm import PROMPTS, Fixture, causal_mask, chat_text, greedy, grey, picture, png, randomise  # noqa: E402

PAD, START, END, IMAGE = "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<image>"
SIDE, PATCH, HIDDEN, LAYERS, HEADS, HEAD_DIM = 128, 64, 32, 2, 1, 16

# Output equals FastVLM's, which is Qwen2's: for text alone, its system prompt included.
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}"
    "{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def build_model(tokenizer) -> FastVlmForConditionalGeneration:
    token_id = tokenizer.convert_tokens_to_ids
    config = FastVlmConfig(
        text_config={
            "model_type": "qwen2", "hidden_size": HIDDEN, "intermediate_size": 64, "num_hidden_layers": LAYERS,
            "num_attention_heads": 2, "num_key_value_heads": HEADS, "vocab_size": len(tokenizer),
            "max_position_embeddings": 640, "tie_word_embeddings": True, "use_sliding_window": False,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
            "bos_token_id": token_id(PAD), "eos_token_id": token_id(END), "pad_token_id": token_id(PAD),
        },
        vision_config={
            "model_type": "timm_wrapper", "architecture": "fastvit_mci3", "do_pooling": True, "global_pool": "avg",
            "hidden_size": 64, "model_args": {
                "inference_mode": True, "layers": (1,) * 5, "embed_dims": (8, 8, 16, 32, 32), "mlp_ratios": (2,) * 5,
            },
        },
        image_token_index=token_id(IMAGE), tie_word_embeddings=True,
    )
    config._attn_implementation = "eager"
    model = FastVlmForConditionalGeneration(config).eval()
    randomise(model, "stem", 0.25)
    carry(model.model.vision_tower)
    return model


def carry(tower) -> None:
    """So many layers in a row would forget the picture: each gives about as much on as comes in."""
    with torch.no_grad():
        for name, weight in tower.named_parameters():
            if name.endswith("gamma") or ("norm" in name or "bn" in name) and name.endswith("weight"):
                weight.uniform_(0.5, 1.5)
            else:
                weight.normal_(0, 1.2 / weight[0].numel() ** 0.5 if weight.ndim > 1 else 0.1)


class Vision(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.tower, self.projector = model.model.vision_tower, model.model.multi_modal_projector

    def forward(self, pixel_values):
        return self.projector(self.tower(pixel_values).last_hidden_state.flatten(2).permute(0, 2, 1))


class Decoder(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.text, self.head = model.model.language_model, model.lm_head

    def forward(self, inputs_embeds, attention_mask, position_ids, *past):
        cache = DynamicCache()
        for layer in range(LAYERS):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        mask = causal_mask(attention_mask, inputs_embeds.shape[1])
        out = self.text(
            inputs_embeds=inputs_embeds, attention_mask={"full_attention": mask}, position_ids=position_ids,
            past_key_values=cache, use_cache=True,
        )
        return self.head(out.last_hidden_state), *(t for layer in cache.layers for t in (layer.keys, layer.values))


def export(fixture: Fixture, model, inputs) -> None:
    fixture.export_embeddings(model.get_input_embeddings(), inputs["input_ids"])
    vision = {"pixel_values": inputs["pixel_values"]}
    fixture.export("vision_encoder", Vision(model), vision, ["image_features"])
    fixture.verify_vision(vision, model.model.get_image_features(**vision).pooler_output)
    past = {
        f"past_key_values.{layer}.{part}": torch.randn(2, HEADS, 3, HEAD_DIM)
        for layer in range(LAYERS) for part in ("key", "value")
    }
    fixture.export_decoder(Decoder(model), HIDDEN, past, (2, 5))


def save_small_files(fixture: Fixture, model, tokenizer) -> None:
    fixture.save_tokenizer(tokenizer, CHAT_TEMPLATE)
    text = model.config.text_config
    names = (
        "bos_token_id", "eos_token_id", "hidden_act", "hidden_size", "intermediate_size", "max_position_embeddings",
        "num_attention_heads", "num_hidden_layers", "num_key_value_heads", "rms_norm_eps", "use_cache", "vocab_size",
    )
    fixture.write("config.json", {
        "architectures": ["LlavaQwen2ForCausalLM"], "model_type": "llava_qwen2", "image_aspect_ratio": "pad",
        "image_token_index": model.config.image_token_id, "mm_hidden_size": 64, "mm_projector_type": "mlp2x_gelu",
        "mm_vision_tower": "mobileclip_l_1024", "rope_theta": 10000.0, "tie_word_embeddings": True,
        **{name: getattr(text, name) for name in names},
    })
    fixture.write("generation_config.json", {
        "bos_token_id": tokenizer.pad_token_id, "eos_token_id": tokenizer.eos_token_id,
    })
    fixture.write("preprocessor_config.json", {
        "image_processor_type": "CLIPImageProcessor", "processor_class": "LlavaProcessor",
        "crop_size": {"height": SIDE, "width": SIDE}, "do_center_crop": True, "size": {"shortest_edge": SIDE},
        "do_resize": True, "resample": 3, "do_convert_rgb": True, "do_rescale": True, "rescale_factor": 1 / 255,
        "do_normalize": True, "image_mean": [0.0] * 3, "image_std": [1.0] * 3,
    })
    fixture.write("processor_config.json", {
        "image_token": IMAGE, "num_additional_image_tokens": 0, "patch_size": PATCH, "processor_class": "LlavaProcessor",
    })


def squared(image: Image.Image) -> Image.Image:
    side = max(image.size)
    square = Image.new("RGB", (side, side))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return square


def answer(model, tokenizer, prompt: str, image: Image.Image | None) -> tuple[dict, dict]:
    text = chat_text(tokenizer, prompt, IMAGE)
    ids = tokenizer(text.replace(IMAGE, IMAGE * (SIDE // PATCH) ** 2), return_tensors="pt")["input_ids"]
    pixels = torch.tensor(np.asarray(squared(image or grey(SIDE)))).permute(2, 0, 1)[None] / 255

    def logits_of(more):
        whole = torch.cat([ids, torch.tensor([more], dtype=torch.int64)], 1)
        return model(input_ids=whole, pixel_values=pixels, use_cache=False).logits[0, -1]

    said = greedy(logits_of, [model.config.image_token_id], {tokenizer.eos_token_id})
    entry = {"prompt": prompt, "image": png(image), "text": text, "prompt_ids": ids[0].tolist(), **said}
    return {"input_ids": ids, "pixel_values": pixels}, entry


def main() -> None:
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    tokenizer = build_tokenizer([PAD, START, END, IMAGE], START, END, PAD)
    model = build_model(tokenizer)
    fixture = Fixture("llava_qwen2", "fastvlm")
    save_small_files(fixture, model, tokenizer)
    images = [picture(0, SIDE, SIDE), picture(40, SIDE, 96), None]
    answered = [answer(model, tokenizer, *pair) for pair in zip(PROMPTS, images)]
    with torch.no_grad():
        export(fixture, model, answered[0][0])
    fixture.finish([entry for _, entry in answered], tokenizer)


if __name__ == "__main__":
    main()
