"""Random low-rank updates: written as files in each published form, and added to a network."""

import json

import torch
from safetensors.torch import save_file
from torch import nn

FORMS = ("diffusers", "processor", "peft", "trainer")
"""Diffusers' own, that of its older attention processors, a folder of peft, other trainers'."""

LAYERS = ("to_q", "to_k", "to_v", "to_out.0")


def add(rng, folder, prefix, network):
    """Adds updates of some layers of attention, and returns how a user names their file."""
    form = rng.choice(FORMS)
    layers = {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear) and name.endswith(LAYERS)
    }
    chosen = {name: layers[name] for name in layers if rng.random() < 0.6} or layers
    rank, alpha = rng.randint(1, 3), rng.choice([2.0, 3.0, 5.0])
    scale = rng.choice([1.0, 0.5, -0.7])
    generator = torch.Generator().manual_seed(rng.getrandbits(60))
    factor = 1.0 if form == "processor" else alpha / rank
    updates = {}
    for name, layer in chosen.items():
        down = torch.randn(rank, layer.in_features, generator=generator) * layer.in_features**-0.5
        up = torch.randn(layer.out_features, rank, generator=generator) * 0.3
        updates[name] = (down, up)
        with torch.no_grad():
            layer.weight += scale * factor * (up @ down)
    return {"file": write(form, folder, prefix, updates, rank, alpha), "form": form, "scale": scale}


def write(form, folder, prefix, updates, rank, alpha):
    tensors, notes = {}, {"format": "pt"}
    for name, (down, up) in updates.items():
        if form == "processor":
            attention, _, kind = name.removesuffix(".0").rpartition(".")
            at = f"{prefix}.{attention}.processor.{kind}_lora"
            tensors |= {f"{at}.down.weight": down, f"{at}.up.weight": up}
        elif form == "trainer":
            at = f"{prefix}.{name}"
            tensors |= {f"{at}.lora.down.weight": down, f"{at}.lora.up.weight": up}
            tensors[f"{at}.alpha"] = torch.tensor(alpha)
        else:
            at = f"base_model.model.{name}" if form == "peft" else f"{prefix}.{name}"
            tensors |= {f"{at}.lora_A.weight": down, f"{at}.lora_B.weight": up}
    if form == "peft":
        config = {"r": rank, "lora_alpha": alpha, "peft_type": "LORA", "bias": "none"}
        config |= {"target_modules": list(LAYERS), "use_rslora": False}
        (folder / "lora").mkdir()
        (folder / "lora/adapter_config.json").write_text(json.dumps(config))
        save_file(tensors, folder / "lora/adapter_model.safetensors", metadata=notes)
        return "lora"
    if form == "diffusers":
        settings = {f"{prefix}.r": rank, f"{prefix}.lora_alpha": alpha}
        notes["lora_adapter_metadata"] = json.dumps(settings)
    save_file(tensors, folder / "lora.safetensors", metadata=notes)
    return "lora.safetensors"
