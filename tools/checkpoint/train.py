"""Trains the embedded checkpoint's cold start on recordings of our simulator. See README.md for the commands.

    python train.py --recordings DIR --questions Q0.json [Q1.json ...] --work DIR --out HF_DIR

Stages: vision (positions by regression), selection (from a thought to the option, options alone in the prompt),
decoder (whole prompts, mostly grounded thoughts), habits (the mixture that GRPO is to sort out).
Each leaves its result in --work and is not run again while that file exists.
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch
from transformers import AutoTokenizer

from data import Recordings, hold_out, load_questions
from decoder import Prompts, generate, train_decoder
from judge import summarise
from from_onnx import load_model
from model import IMAGE_SIZE, IMAGE_TOKENS, build_model
from processor import save_processor
from qat import bake, train_quantised
from thoughts import HABITS, MOSTLY_GROUNDED, respond
from tokenizer import build_tokenizer
from vision import blind_features, features, train_vision

SELECTION_WORD_WEIGHT = 0.05


def options_only(prompt):
    return "\n" + "\n".join(line for line in prompt.split("\n") if line.startswith("[["))


def start_from(model, tokenizer, checkpoint):
    """Copies an earlier version's weights; embeddings of tokens that both vocabularies hold."""
    before = load_model(checkpoint)
    known = AutoTokenizer.from_pretrained(checkpoint).get_vocab()
    state = {k: v for k, v in before.state_dict().items() if not k.endswith(("embed_tokens.weight", "lm_head.weight"))}
    model.load_state_dict(state, strict=False)
    table, old = model.model.text_model.embed_tokens.weight.data, before.model.text_model.embed_tokens.weight.data
    shared = [(row, known[token]) for token, row in tokenizer.get_vocab().items() if token in known]
    for row, source in shared:
        table[row] = old[source]
    return len(shared)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", required=True)
    parser.add_argument("--questions", nargs="+", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--words", nargs="*", default=[], help="questions of other tasks, whose words the tokenizer is to hold")
    parser.add_argument("--start", help="an earlier version's checkpoint to start from")
    parser.add_argument("--vision-minutes", nargs="+", type=float, default=[22, 16], help="of each go; from the second on in 4-bit weights")
    parser.add_argument("--selection-minutes", type=float, default=3)
    parser.add_argument("--decoder-minutes", type=float, default=20)
    parser.add_argument("--habit-steps", type=int, default=400)
    parser.add_argument("--shares", nargs=3, type=float, default=(0.37, 0.38, 0.25), metavar=tuple(h.upper() for h in HABITS))
    parser.add_argument("--lean", type=float, default=0.12, help="see thoughts.habit_of")
    parser.add_argument("--broken", type=float, default=0.01, help="share of responses outside the format")
    args = parser.parse_args()
    work = Path(args.work)
    work.mkdir(parents=True, exist_ok=True)
    began = time.time()

    def log(**row):
        line = json.dumps({"t": round(time.time() - began), **row})
        print(line, flush=True)
        with open(work / "log.jsonl", "a") as file:
            file.write(line + "\n")

    questions = load_questions(args.questions)
    train, held = hold_out(questions, 0.08)
    held = list({q["id"]: q for q in held}.values())
    recordings = Recordings(args.recordings, questions)
    train_rows, held_rows = (torch.tensor(sorted({recordings.row(q) for q in part})) for part in (train, held))
    log(questions=len(train), held=len(held), pictures=len(train_rows), held_pictures=len(held_rows))

    rng = random.Random(0)
    sample = rng.sample(train, min(3000, len(train)))
    written = [respond(q, recordings.object_at(q), rng, habit) for q in sample for habit in HABITS]
    tokenizer = build_tokenizer([q["prompt"] for q in [*sample, *load_questions(args.words)]], written)
    model = build_model(tokenizer)
    kept = start_from(model, tokenizer, args.start) if args.start else 0
    log(vocabulary=len(tokenizer), parameters=sum(p.numel() for p in model.parameters()), tokens_kept=kept)

    stage = work / "vision.pt"
    if not stage.exists():
        for go, minutes in enumerate(args.vision_minutes):
            if go == 1:
                train_quantised(model.model.vision_model.encoder)
                train_quantised(model.model.connector)
            errors = train_vision(model, recordings, train_rows, held_rows, minutes, log, seed=go)
        bake(model.model.vision_model.encoder)
        bake(model.model.connector)
        log(stage="vision", done=True, **errors)
        torch.save([model.model.vision_model.state_dict(), model.model.connector.state_dict()], stage)
    seen, joined = torch.load(stage)
    model.model.vision_model.load_state_dict(seen)
    model.model.connector.load_state_dict(joined)
    stage = work / "features.pt"
    if not stage.exists():
        torch.save(features(model, recordings), stage)
    feats = torch.load(stage)

    prompts = Prompts(tokenizer, IMAGE_TOKENS)
    probe = rng.sample(held, min(360, len(held)))
    probe_encoded = [prompts.encode(q["prompt"]) for q in probe]
    probe_feats = feats[[recordings.row(q) for q in probe]]
    things = [recordings.object_at(q) for q in probe]
    model.eval()
    grey = blind_features(model).expand(len(probe), -1, -1)
    log(tokens=sum(map(len, probe_encoded)) / len(probe))

    def check():
        model.eval()
        found = {
            "greedy": summarise(probe, things, generate(model, prompts, probe_encoded, probe_feats, 0)),
            "sampled": summarise(probe, things, generate(model, prompts, probe_encoded, probe_feats, 1, seed=1)),
            "blind": summarise(probe, things, generate(model, prompts, probe_encoded, grey, 1, seed=1)),
        }
        model.train()
        return found

    def whole(question):
        return question["prompt"]

    layers = model.model.text_model.layers
    train_quantised(layers)
    stage = work / "selection.pt"
    if not stage.exists():
        train_decoder(model, prompts, train, lambda q: options_only(q["prompt"]), None, recordings, MOSTLY_GROUNDED, 0.0, args.selection_minutes, 2e-3, log,
                      "selection", batch=64, every=25, word_weight=SELECTION_WORD_WEIGHT)
        torch.save(model.model.text_model.state_dict(), stage)
    model.model.text_model.load_state_dict(torch.load(stage))
    stage = work / "decoder.pt"
    if not stage.exists():
        train_decoder(model, prompts, train, whole, feats, recordings, MOSTLY_GROUNDED, 0.0, args.decoder_minutes, 2e-3, log,
                      "decoder", check=check)
        torch.save(model.model.text_model.state_dict(), stage)
        log(stage="decoder", done=True, **check())
    model.model.text_model.load_state_dict(torch.load(stage))

    train_decoder(model, prompts, train, whole, feats, recordings, args.shares, args.broken, 60, 1e-3, log, "habits",
                  seed=1, every=100, check=check, max_steps=args.habit_steps, lean=args.lean)
    bake(layers)
    log(stage="habits", done=True, shares=args.shares, lean=args.lean, broken=args.broken, **check())
    model.save_pretrained(args.out)
    save_processor(tokenizer, args.out, IMAGE_SIZE, IMAGE_TOKENS)
    model.config.save_pretrained(args.out)


if __name__ == "__main__":
    main()
