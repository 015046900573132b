"""The files beside the weights: tokenizer, processors, chat template, generation settings, in SmolVLM's layout.

A square picture of `image_size` pixels passes through both processors (Python's SmolVLMImageProcessor and
transformers.js's SmolVLMImageProcessor) without resampling: `size.longest_edge` and
`max_image_size.longest_edge` equal `image_size`, and `do_image_splitting` is false.
"""

import json
from functools import cache
from pathlib import Path

import torch
from transformers import GenerationConfig, PreTrainedTokenizerFast
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

START = "<|im_start|>"
END = "<end_of_utterance>"
PAD = "<pad>"
FAKE = "<fake_token_around_image>"
IMAGE = "<image>"
GLOBAL = "<global-img>"
# In this order a tokenizer should add them; never sampled, left out of decoded text.
SPECIAL_TOKENS = [PAD, START, END, FAKE, IMAGE, GLOBAL]

# Output equals SmolVLM's: "<|im_start|>User: a<image>b<end_of_utterance>\nAssistant:".
CHAT_TEMPLATE = (
    "{{ '<|im_start|>' }}"
    "{% for message in messages %}"
    "{{ message['role'] | capitalize }}{{ ':' if message['content'][0]['type'] == 'image' else ': ' }}"
    "{% for part in message['content'] %}"
    "{{ '<image>' if part['type'] == 'image' else part['text'] }}"
    "{% endfor %}"
    "{{ '<end_of_utterance>\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)


def save_processor(tokenizer: PreTrainedTokenizerFast, out_dir: str | Path, image_size: int, image_tokens: int) -> None:
    """Writes every hub file but config.json and the weights.

    Call it after `model.save_pretrained(out_dir)`, whose generation_config.json it replaces.

    tokenizer: knows SPECIAL_TOKENS as single special tokens.
    image_tokens: (image_size / patch_size / scale_factor) squared.
    """
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    missing = [t for t in SPECIAL_TOKENS if t not in tokenizer.get_vocab()]
    if missing:
        raise ValueError(f"the tokenizer lacks {missing}: add processor.SPECIAL_TOKENS to it")
    tokenizer.backend_tokenizer.save(str(out / "tokenizer.json"))
    added = tokenizer.backend_tokenizer.get_added_tokens_decoder()
    _write(out / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "processor_class": "SmolVLMProcessor",
        "added_tokens_decoder": {
            str(i): {
                "content": t.content, "lstrip": t.lstrip, "normalized": t.normalized,
                "rstrip": t.rstrip, "single_word": t.single_word, "special": t.special,
            }
            for i, t in sorted(added.items())
        },
        "additional_special_tokens": [FAKE, IMAGE, END, GLOBAL],
        "bos_token": START, "eos_token": END, "pad_token": PAD,
        "clean_up_tokenization_spaces": False,
        "model_max_length": 2048,
        # transformers.js looks for the template here, Python in chat_template.jinja.
        "chat_template": CHAT_TEMPLATE,
    })
    (out / "chat_template.jinja").write_text(CHAT_TEMPLATE)
    _write(out / "preprocessor_config.json", {
        "image_processor_type": "SmolVLMImageProcessor",
        "processor_class": "SmolVLMProcessor",
        "do_convert_rgb": True,
        "do_image_splitting": False,
        "do_normalize": True, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
        "do_pad": True,
        "do_rescale": True, "rescale_factor": 1 / 255,
        "do_resize": True, "resample": 1,
        "size": {"longest_edge": image_size},
        "max_image_size": {"longest_edge": image_size},
    })
    _write(out / "processor_config.json", {"processor_class": "SmolVLMProcessor", "image_seq_len": image_tokens})
    token_id = tokenizer.convert_tokens_to_ids
    GenerationConfig(
        bos_token_id=token_id(START), eos_token_id=token_id(END), pad_token_id=token_id(PAD),
        suppress_tokens=[token_id(t) for t in SPECIAL_TOKENS if t != END],
    ).save_pretrained(out)


def processor_inputs(model_dir: str | Path, prompt: str, image) -> dict[str, torch.Tensor]:
    """What SmolVLMProcessor gives for one user turn, without its video parts (they need torchvision, num2words).

    prompt: text with one "<image>". image: PIL. Returns input_ids, attention_mask, pixel_values,
    pixel_attention_mask.
    """
    tokenizer, images, length = _load(Path(model_dir))
    before, after = prompt.split(IMAGE)
    content = [{"type": "text", "text": before}, {"type": "image"}, {"type": "text", "text": after}]
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": content}], add_generation_prompt=True, tokenize=False
    )
    text = text.replace(IMAGE, FAKE + GLOBAL + IMAGE * length + FAKE)
    encoded = tokenizer(text, return_tensors="pt", add_special_tokens=False)
    pixels = images([[image.convert("RGB")]], return_tensors="pt")
    return {
        "input_ids": encoded["input_ids"],
        "attention_mask": encoded["attention_mask"],
        "pixel_values": pixels["pixel_values"],
        "pixel_attention_mask": pixels["pixel_attention_mask"].bool(),
    }


@cache
def _load(model_dir: Path) -> tuple[PreTrainedTokenizerFast, SmolVLMImageProcessorPil, int]:
    tokenizer = PreTrainedTokenizerFast.from_pretrained(model_dir)
    images = SmolVLMImageProcessorPil.from_pretrained(model_dir)
    return tokenizer, images, json.loads((model_dir / "processor_config.json").read_text())["image_seq_len"]


def _write(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
