"""A very small SmolVLM with random weights, exported to test/fixtures/tiny-smolvlm: what the tests run on.

    python tools/checkpoint/tiny.py
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, SmolVLMConfig, SmolVLMForConditionalGeneration

sys.path.insert(0, str(Path(__file__).parent))
from export import export  # noqa: E402
from processor import END, IMAGE, PAD, SPECIAL_TOKENS, START, save_processor  # noqa: E402

FIXTURE = Path(__file__).parents[2] / "test/fixtures/tiny-smolvlm"
# Its fixed lines are what the tokenizer learns to merge.
PROMPT_SOURCE = Path(__file__).parents[2] / "src/questions/prompt.ts"
IMAGE_SIZE, PATCH_SIZE, SCALE = 224, 14, 4
WORDS = [f"[[{letter}]]" for letter in "ABCD"] + ["<think>", "</think>", "<answer>", "</answer>"]


def build_tokenizer(special_tokens=SPECIAL_TOKENS, start=START, end=END, pad=PAD) -> PreTrainedTokenizerFast:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    corpus = re.findall(r"'([^'\n]{20,})'", PROMPT_SOURCE.read_text()) * 2
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in special_tokens])
    tokenizer.add_tokens([AddedToken(t, normalized=False) for t in WORDS])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token=start, eos_token=end, pad_token=pad)


def build_model(tokenizer: PreTrainedTokenizerFast) -> SmolVLMForConditionalGeneration:
    token_id = tokenizer.convert_tokens_to_ids
    config = SmolVLMConfig(
        vision_config={
            "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2,
            "image_size": IMAGE_SIZE, "patch_size": PATCH_SIZE,
        },
        text_config={
            "model_type": "llama", "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 2,
            "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 32, "vocab_size": len(tokenizer),
            "max_position_embeddings": 640, "rms_norm_eps": 1e-5,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0},
            "tie_word_embeddings": True,
            "bos_token_id": token_id(START), "eos_token_id": token_id(END), "pad_token_id": token_id(PAD),
        },
        scale_factor=SCALE, image_token_id=token_id(IMAGE), pad_token_id=token_id(PAD),
        bos_token_id=token_id(START), eos_token_id=token_id(END), tie_word_embeddings=True,
    )
    model = SmolVLMForConditionalGeneration(config).eval()
    with torch.no_grad():  # larger than the usual start, so that logits differ visibly and norms matter
        for name, weight in model.named_parameters():
            if "norm" in name and name.endswith("weight"):
                weight.uniform_(0.5, 1.5)
            else:
                weight.normal_(0, 0.02 if "patch_embedding" in name else 0.12)
    return model


def main() -> None:
    torch.manual_seed(0)
    tokenizer = build_tokenizer()
    shutil.rmtree(FIXTURE, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        build_model(tokenizer).save_pretrained(folder)
        save_processor(tokenizer, folder, IMAGE_SIZE, (IMAGE_SIZE // PATCH_SIZE // SCALE) ** 2)
        export(folder, FIXTURE)


if __name__ == "__main__":
    main()
