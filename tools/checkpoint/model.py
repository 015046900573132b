"""The embedded checkpoint's architecture: a small SmolVLM, untrained."""

import math

import torch
from transformers import SmolVLMConfig, SmolVLMForConditionalGeneration

from tokenizer import number_tokens

IMAGE_SIZE, PATCH_SIZE, SCALE_FACTOR = 224, 28, 2
IMAGE_TOKENS = (IMAGE_SIZE // PATCH_SIZE // SCALE_FACTOR) ** 2


def build_config(tokenizer):
    ids = {name: tokenizer.convert_tokens_to_ids(t) for name, t in
           dict(pad="<pad>", bos="<|im_start|>", eos="<end_of_utterance>", image="<image>").items()}
    return SmolVLMConfig(
        text_config=dict(
            model_type="llama", hidden_size=192, intermediate_size=512, num_hidden_layers=4, num_attention_heads=4,
            num_key_value_heads=2, head_dim=64, vocab_size=len(tokenizer), max_position_embeddings=2048,
            rms_norm_eps=1e-5, rope_theta=10000.0, tie_word_embeddings=True, pad_token_id=ids["pad"],
            bos_token_id=ids["bos"], eos_token_id=ids["eos"],
        ),
        vision_config=dict(
            hidden_size=192, intermediate_size=768, num_hidden_layers=5, num_attention_heads=3,
            image_size=IMAGE_SIZE, patch_size=PATCH_SIZE,
        ),
        image_token_id=ids["image"], scale_factor=SCALE_FACTOR, pad_token_id=ids["pad"], tie_word_embeddings=True,
        bos_token_id=ids["bos"], eos_token_id=ids["eos"],
    )


def build_model(tokenizer, seed=0):
    """Random weights; the number tokens' embeddings are sines and cosines of their value, so near numbers are near;
    the first head of each group asks with its own key weights, so it starts by looking for what is alike."""
    torch.manual_seed(seed)
    model = SmolVLMForConditionalGeneration(build_config(tokenizer))
    model.tie_weights()
    table = model.model.text_model.embed_tokens.weight.data
    width = table.shape[1]
    waves = torch.exp(torch.linspace(math.log(0.5), math.log(120.0), width // 2))
    for text, value in number_tokens().items():
        angle = value * waves
        table[tokenizer.convert_tokens_to_ids(text)] = torch.cat([angle.sin(), angle.cos()]) * 0.02 * math.sqrt(2)
    head = model.config.text_config.head_dim
    for layer in model.model.text_model.layers:
        attention = layer.self_attn
        group = attention.q_proj.weight.shape[0] // attention.k_proj.weight.shape[0]
        for k in range(attention.k_proj.weight.shape[0] // head):
            rows = slice(k * group * head, (k * group + 1) * head)
            attention.q_proj.weight.data[rows] = attention.k_proj.weight.data[k * head : (k + 1) * head]
    return model
