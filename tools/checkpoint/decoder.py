"""Stages 2 and 3: the decoder learns to think and answer, in 4-bit weights from the start."""

import random
import time

import torch
from torch.nn.utils import parametrize
from transformers import DynamicCache

from muon import Muon
from thoughts import habit_of, respond

LETTER_WEIGHT = 4.0


class Prompts:
    """Token ids of chat prompts with the image tokens in place."""

    def __init__(self, tokenizer, image_tokens):
        self.tokenizer = tokenizer
        self.image = "<fake_token_around_image><global-img>" + "<image>" * image_tokens + "<fake_token_around_image>"
        self.image_id = tokenizer.convert_tokens_to_ids("<image>")
        self.end = tokenizer.convert_tokens_to_ids("<end_of_utterance>")
        self.known = {}
        self.letters = {tokenizer.convert_tokens_to_ids(f"[[{l}]]") for l in "ABCD"}

    def encode(self, prompt):
        if prompt not in self.known:
            self.known[prompt] = self.tokens(prompt)
        return self.known[prompt]

    def tokens(self, prompt):
        text = "<|im_start|>User: " + prompt.replace("<image>", self.image) + "<end_of_utterance>\nAssistant:"
        return self.tokenizer(text, add_special_tokens=False).input_ids

    def response(self, text):
        return self.tokenizer(text, add_special_tokens=False).input_ids + [self.end]


def embed(model, prompts, ids, feats):
    """ids [B, T] with image tokens, feats [B, tokens, hidden] -> [B, T, hidden]."""
    table = model.model.text_model.embed_tokens(ids)
    if feats is None:
        return table
    return table.masked_scatter((ids == prompts.image_id)[..., None].expand_as(table), feats.to(table.dtype))


def batch_loss(model, prompts, encoded, feats, responses, word_weight):
    """Mean cross-entropy over response tokens, the answer's letter weighted LETTER_WEIGHT. Padding stands right."""
    rows = [p + r for p, r in zip(encoded, responses)]
    length = max(map(len, rows))
    ids = torch.zeros(len(rows), length, dtype=torch.long)
    weight = torch.zeros(len(rows), length)
    for i, (p, r) in enumerate(zip(encoded, responses)):
        ids[i, : len(p) + len(r)] = torch.tensor(p + r)
        weight[i, len(p) : len(p) + len(r)] = torch.tensor(
            [LETTER_WEIGHT if t in prompts.letters else word_weight for t in r])
    hidden = model.model.text_model(inputs_embeds=embed(model, prompts, ids, feats), use_cache=False).last_hidden_state
    where = weight[:, 1:] > 0
    logits = model.lm_head(hidden[:, :-1][where])
    loss = torch.nn.functional.cross_entropy(logits, ids[:, 1:][where], reduction="none")
    return (loss * weight[:, 1:][where]).sum() / weight[:, 1:][where].sum()


def train_decoder(model, prompts, questions, wording, feats, recordings, shares, broken, minutes, lr, log, stage,
                  batch=32, seed=0, every=100, check=None, max_steps=None, word_weight=1.0, lean=0.0):
    """wording: prompt text of a question. shares, lean: see thoughts.habit_of.
    broken: share of responses outside the format.
    feats: None where the prompts hold no image. word_weight: of response tokens other than the letter."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    parameters = list(model.model.text_model.parameters())
    matrices = [p for p in model.model.text_model.layers.parameters() if p.ndim == 2]
    rest = [p for p in parameters if not any(p is m for m in matrices)]
    optimizers = [
        Muon(matrices, lr=lr),
        torch.optim.AdamW(rest, lr=lr, betas=(0.9, 0.98), weight_decay=0.0),
    ]
    start, step = time.time(), 0
    while (spent := time.time() - start) < minutes * 60 and (max_steps is None or step < max_steps):
        share = step / max_steps if max_steps else spent / (minutes * 60)
        for group in [g for o in optimizers for g in o.param_groups]:
            group["lr"] = lr * min(1, (step + 1) / 50) * min(1, 2 * (1 - share) + 0.02)
        chosen = rng.choices(range(len(questions)), k=batch)
        responses = []
        for i in chosen:
            q = questions[i]
            habit = habit_of(q, rng, shares, lean)
            responses.append(prompts.response(respond(q, recordings.object_at(q), rng, habit, broken)))
        rows = [recordings.row(questions[i]) for i in chosen]
        seen = None if feats is None else feats[rows]
        loss = batch_loss(model, prompts, [prompts.encode(wording(questions[i])) for i in chosen], seen, responses, word_weight)
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimizer in optimizers:
            optimizer.step()
        step += 1
        if step % 10 == 0:
            print(stage, step, round(spent), round(loss.item(), 3), flush=True)
        if step % every == 0:
            log(stage=stage, step=step, minutes=round(spent / 60, 2), loss=round(loss.item(), 4), **(check() if check else {}))
    return step


@torch.no_grad()
def generate(model, prompts, encoded, feats, temperature, seed=0, limit=96):
    """Responses of many prompts; prompts of one length go as one batch. temperature 0 is greedy."""
    with parametrize.cached():
        return generate_in(model, prompts, encoded, feats, temperature, seed, limit)


def generate_in(model, prompts, encoded, feats, temperature, seed, limit):
    generator = torch.Generator().manual_seed(seed)
    texts = [""] * len(encoded)
    lengths = {}
    for i, p in enumerate(encoded):
        lengths.setdefault(len(p), []).append(i)
    for members in lengths.values():
        for part in (members[i : i + 96] for i in range(0, len(members), 96)):
            ids = torch.tensor([encoded[i] for i in part])
            step_in = embed(model, prompts, ids, feats[part])
            cache, out = DynamicCache(), []
            ended = torch.zeros(len(part), dtype=torch.bool)
            for _ in range(limit):
                hidden = model.model.text_model(inputs_embeds=step_in, past_key_values=cache, use_cache=True).last_hidden_state
                logits = model.lm_head(hidden[:, -1])
                if temperature == 0:
                    token = logits.argmax(-1)
                else:
                    token = torch.multinomial((logits / temperature).softmax(-1), 1, generator=generator)[:, 0]
                out.append(torch.where(ended, torch.full_like(token, prompts.end), token))
                ended |= token == prompts.end
                if ended.all():
                    break
                step_in = model.model.text_model.embed_tokens(token)[:, None]
            for i, row in zip(part, torch.stack(out, 1).tolist()):
                row = row[: row.index(prompts.end)] if prompts.end in row else row
                texts[i] = prompts.tokenizer.decode(row, skip_special_tokens=True)
    return texts
