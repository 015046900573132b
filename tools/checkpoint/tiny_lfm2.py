"""A very small LFM2-VL with random weights in transformers.js' layout, and what Python answers with it.

    python tools/checkpoint/tiny_lfm2.py

Writes test/fixtures/tiny-lfm2_vl and test/golden/lfm2.json. Inputs and outputs are those of the hub's exports:
vision_encoder (pixel_values [1, patches, 768], pixel_attention_mask, spatial_shapes -> image_features) and
decoder_model_merged (inputs_embeds, attention_mask, past_conv.N, past_key_values.N.* -> logits, present_conv.N,
present.N.*), without positions. The vision tower takes one picture of any size. Pictures are 128 x 96 and 96 x 128, so
that nothing is resampled; grey ones are scaled, which leaves them grey.
"""

import sys
import warnings
from pathlib import Path

import torch
from PIL import Image
from tokenizers import processors
from transformers import Lfm2VlConfig, Lfm2VlForConditionalGeneration, Lfm2VlImageProcessor, Lfm2VlProcessor
from transformers.models.lfm2.modeling_lfm2 import Lfm2ShortConv

sys.path.insert(0, str(Path(__file__).parent))
from tiny import build_tokenizer  # noqa: E402
from tiny_vlm import PROMPTS, Fixture, causal_mask, chat_text, greedy, grey, picture, png, randomise  # noqa: E402

PAD, BOS, END, START = "<|pad|>", "<|startoftext|>", "<|im_end|>", "<|im_start|>"
IMAGE, IMAGE_START, IMAGE_END, THUMBNAIL = "<image>", "<|image_start|>", "<|image_end|>", "<|img_thumbnail|>"
TILES = [f"<|img_row_{row}_col_{column}|>" for row in (1, 2) for column in (1, 2)]
SPECIAL = [PAD, BOS, END, START, IMAGE, IMAGE_START, IMAGE_END, THUMBNAIL, *TILES]
LAYER_TYPES = ["conv", "full_attention", "conv"]
HIDDEN, HEADS, HEAD_DIM, KERNEL = 32, 1, 16, 3

# Output equals LFM2-VL's.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
# A sixteenth of the true number of tokens. do_resize and size stand in the true file, and its class heeds neither.
IMAGES = {
    "do_image_splitting": True, "use_thumbnail": True, "min_tiles": 2, "max_tiles": 10, "tile_size": 128,
    "min_image_tokens": 4, "max_image_tokens": 16, "max_pixels_tolerance": 2.0,
    "downsample_factor": 2, "encoder_patch_size": 16, "do_resize": True, "size": {"height": 128, "width": 128},
    "resample": 2, "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True,
    "image_mean": [0.5] * 3, "image_std": [0.5] * 3, "do_pad": True,
}


def build_model(tokenizer) -> Lfm2VlForConditionalGeneration:
    token_id = tokenizer.convert_tokens_to_ids
    config = Lfm2VlConfig(
        text_config={
            "hidden_size": HIDDEN, "intermediate_size": 64, "num_hidden_layers": len(LAYER_TYPES),
            "num_attention_heads": 2, "num_key_value_heads": HEADS, "layer_types": LAYER_TYPES, "conv_L_cache": KERNEL,
            "block_auto_adjust_ff_dim": False, "vocab_size": len(tokenizer), "max_position_embeddings": 640,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
            "bos_token_id": token_id(BOS), "eos_token_id": token_id(END), "pad_token_id": token_id(PAD),
        },
        vision_config={
            "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
            "num_patches": 25, "patch_size": 16, "vision_use_head": False,
        },
        image_token_id=token_id(IMAGE), projector_hidden_size=32, projector_use_layernorm=False,
        tie_word_embeddings=True,
    )
    config._attn_implementation = "eager"
    model = Lfm2VlForConditionalGeneration(config).eval()
    randomise(model, "patch_embedding", 0.25)
    return model


def resized(table, height, width):
    """What interpolate does, bilinear with antialias: a triangle as wide as a step between the new positions."""
    def weights(size, side):
        step = side / size.float()
        centres = (torch.arange(size).float()[:, None] + 0.5) * step
        apart = (torch.arange(side).float()[None] + 0.5 - centres).abs() / torch.clamp(step, min=1)
        triangle = torch.clamp(1 - apart, min=0)
        return triangle / triangle.sum(1, keepdim=True)
    side, _, channels = table.shape
    rows = (weights(height, side) @ table.reshape(side, side * channels)).reshape(-1, side, channels)
    return torch.matmul(weights(width, side), rows).reshape(-1, channels)


class Vision(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.tower, self.projector = model.model.vision_tower, model.model.multi_modal_projector

    def forward(self, pixel_values, pixel_attention_mask, spatial_shapes):
        embeddings = self.tower.embeddings
        side = embeddings.position_embedding_size
        height, width = spatial_shapes[0, 0], spatial_shapes[0, 1]
        positions = resized(embeddings.position_embedding.weight.reshape(side, side, -1), height, width)
        at = torch.arange(pixel_values.shape[1])
        hidden = embeddings.patch_embedding(pixel_values) + positions[torch.where(at < height * width, at, 0)]
        mask = (1 - pixel_attention_mask[:, None, None, :].float()) * torch.finfo(torch.float32).min
        for layer in self.tower.encoder.layers:
            hidden = layer(hidden, mask)
        hidden = self.tower.post_layernorm(hidden)[:, : height * width]
        return self.projector(hidden.reshape(1, height, width, -1)).reshape(-1, HIDDEN)


class Past:
    """Keys and values of the layers, as attention takes and leaves them."""

    def __init__(self, before: dict):
        self.before, self.after = before, {}

    def update(self, keys, values, layer):
        self.after[layer] = [torch.cat(pair, 2) for pair in zip(self.before[layer], (keys, values))]
        return self.after[layer]


def convolved(conv: Lfm2ShortConv, hidden, state):
    """The state is the last inputs of the convolution: nothing before a prompt, which is what its padding is."""
    into, out, x = conv.in_proj(hidden).transpose(1, 2).chunk(3, 1)
    inputs = torch.cat([state, into * x], 2)
    mixed = torch.nn.functional.conv1d(inputs, conv.conv.weight, conv.conv.bias, groups=HIDDEN)
    y = out * mixed[:, :, -hidden.shape[1]:]
    return conv.out_proj(y.transpose(1, 2)), inputs[:, :, -KERNEL:]


class Decoder(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.text, self.head = model.model.language_model, model.lm_head

    def forward(self, inputs_embeds, attention_mask, *past):
        states, left = {}, list(past)
        for layer, kind in enumerate(LAYER_TYPES):
            states[layer] = left.pop(0) if kind == "conv" else (left.pop(0), left.pop(0))
        added, total = inputs_embeds.shape[1], attention_mask.shape[1]
        mask = causal_mask(attention_mask, added)
        rotary = self.text.rotary_emb(inputs_embeds, torch.arange(total)[None, total - added:])
        cache, hidden, present = Past(states), inputs_embeds, []
        for layer, block in enumerate(self.text.layers):
            normed = block.operator_norm(hidden)
            if block.is_attention_layer:
                mixed, _ = block.self_attn(normed, rotary, mask, past_key_values=cache)
                present += cache.after[layer]
            else:
                mixed, state = convolved(block.conv, normed, states[layer])
                present.append(state)
            hidden = hidden + mixed
            hidden = hidden + block.feed_forward(block.ffn_norm(hidden))
        return self.head(self.text.embedding_norm(hidden)), *present


def cache_of_two_rows() -> dict:
    past = {}
    for layer, kind in enumerate(LAYER_TYPES):
        if kind == "conv":
            past[f"past_conv.{layer}"] = torch.randn(2, HIDDEN, KERNEL)
        else:
            past |= {f"past_key_values.{layer}.{part}": torch.randn(2, HEADS, 3, HEAD_DIM) for part in ("key", "value")}
    return past


def export(fixture: Fixture, model, several: list[dict]) -> None:
    """@param several inputs of pictures of other sizes, by which the vision tower is checked."""
    fixture.export_embeddings(model.get_input_embeddings(), several[0]["input_ids"])
    axes = {
        "pixel_values": {1: "num_patches"}, "pixel_attention_mask": {1: "num_patches"},
        "image_features": {0: "num_image_tokens"},
    }
    names = ("pixel_values", "pixel_attention_mask", "spatial_shapes")
    pictures = [{name: inputs[name] for name in names} for inputs in several]
    for feeds in pictures:
        feeds["pixel_attention_mask"] = feeds["pixel_attention_mask"].long()
    fixture.export("vision_encoder", Vision(model), pictures[0], ["image_features"], axes)
    for feeds in pictures:
        fixture.verify_vision(feeds, torch.cat(model.model.get_image_features(**feeds).pooler_output))
    fixture.export_decoder(Decoder(model), HIDDEN, cache_of_two_rows(), None)


def save_small_files(fixture: Fixture, model, tokenizer) -> Lfm2VlProcessor:
    fixture.save_tokenizer(tokenizer, CHAT_TEMPLATE, own_file=True)
    fixture.write("config.json", model.config.to_dict())
    fixture.write("generation_config.json", {
        "bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    })
    fixture.write("preprocessor_config.json", {
        "image_processor_type": "Lfm2VlImageProcessorFast", "processor_class": "Lfm2VlProcessor", **IMAGES,
    })
    fixture.write("processor_config.json", {"processor_class": "Lfm2VlProcessor", "use_image_special_tokens": True})
    # A question's picture is seen as a whole.
    return Lfm2VlProcessor(Lfm2VlImageProcessor(**{**IMAGES, "do_image_splitting": False}), tokenizer)


def answer(model, processor, prompt: str, image: Image.Image | None) -> tuple[dict, dict]:
    tokenizer = processor.tokenizer
    text = chat_text(tokenizer, prompt)
    inputs = processor(images=[image or grey(256)], text=text, return_tensors="pt")
    ids = inputs["input_ids"]

    def logits_of(more):
        whole = torch.cat([ids, torch.tensor([more], dtype=torch.int64)], 1)
        seen = {name: inputs[name] for name in ("pixel_values", "pixel_attention_mask", "spatial_shapes")}
        return model(input_ids=whole, **seen, use_cache=False).logits[0, -1]

    said = greedy(logits_of, [model.config.image_token_id], {tokenizer.eos_token_id})
    return inputs, {"prompt": prompt, "image": png(image), "text": text, "prompt_ids": ids[0].tolist(), **said}


def main() -> None:
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    tokenizer = build_tokenizer(SPECIAL, BOS, END, PAD)
    # As the true one: with special tokens it would begin the prompt twice.
    tokenizer._tokenizer.post_processor = processors.Sequence([
        tokenizer._tokenizer.post_processor or processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single=f"{BOS} $A", special_tokens=[(BOS, tokenizer.bos_token_id)]),
    ])
    model = build_model(tokenizer)
    fixture = Fixture("lfm2_vl", "lfm2")
    processor = save_small_files(fixture, model, tokenizer)
    images = [picture(0, 128, 96), picture(40, 96, 128), None]
    answered = [answer(model, processor, *pair) for pair in zip(PROMPTS, images)]
    with torch.no_grad():
        export(fixture, model, [inputs for inputs, _ in answered])
    fixture.finish([entry for _, entry in answered], tokenizer)


if __name__ == "__main__":
    main()
