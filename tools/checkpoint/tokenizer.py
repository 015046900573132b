"""The embedded checkpoint's tokenizer: byte-level BPE on the words of this domain, with single tokens for numbers
of two decimals (0.254 is "0.25" + "4"), for the prompt's fixed lines, and for the marks of options and answers."""

from collections import Counter

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from processor import SPECIAL_TOKENS
MARKS = ["<think>", "</think>", "<answer>", "</answer>", ", "]
LETTERS = "ABCD"
BEGINNINGS = ("Task: ", "Front view: ", "Current position of the robot: ")
HUNDREDTHS = range(-99, 200)


def number_tokens():
    """Value in metres by token, -0.99 to 1.99 in centimetres; -0.00 too, for -0.004."""
    values = {f"{h / 100:.2f}": h / 100 for h in HUNDREDTHS}
    values["-0.00"] = 0.0
    return values


def fixed_lines(prompts):
    """Whole lines that a twentieth of all prompts or more share; not those that differ behind their beginning."""
    counts = Counter(line for p in prompts for line in set(p.replace("<image>", "\n").split("\n")) if line)
    often = [l for l, n in counts.items() if n * 20 >= len(prompts) and not l.startswith(("[[", *BEGINNINGS))]
    return sorted(often)


def build_tokenizer(prompts, responses, merges=500):
    lines = fixed_lines(prompts)
    added = [*MARKS, *(f"[[{l}]]" for l in LETTERS), *(f"\n[[{l}]] " for l in LETTERS)]
    added += lines + [f"\n{l}" for l in [*lines, *BEGINNINGS]]
    added += list(number_tokens())
    added = list(dict.fromkeys(added))

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    raw.decoder = decoders.ByteLevel()
    texts = []
    for text in [*prompts, *responses]:
        for mark in sorted(added, key=len, reverse=True):
            text = text.replace(mark, "\x00")
        texts += [t for t in text.split("\x00") if t]
    trainer = trainers.BpeTrainer(
        vocab_size=len(SPECIAL_TOKENS) + 256 + merges,
        special_tokens=SPECIAL_TOKENS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator(texts, trainer)
    raw.add_tokens([AddedToken(t, normalized=False, special=False) for t in added])
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        bos_token="<|im_start|>",
        eos_token="<end_of_utterance>",
        pad_token="<pad>",
        additional_special_tokens=["<fake_token_around_image>", "<image>", "<global-img>", "<end_of_utterance>"],
        model_max_length=2048,
    )
