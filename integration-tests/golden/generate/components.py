"""Random components of pipelines, written in the layout in which diffusers publishes them."""

import inspect
import json

import torch
from safetensors.torch import save_file
from transformers import (
    CLIPTextConfig,
    CLIPTextModelWithProjection,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
)

WORDS = "a red apple two blue horses on the snow an old wooden boat under green trees".split()


def divisors(*numbers):
    """Common divisors, except 1 where there is another one."""
    common = [d for d in range(1, min(numbers) + 1) if all(n % d == 0 for n in numbers)]
    return common[1:] or common


def randomize(module, generator):
    """Weights that keep the size of activations, and norms and biases that are seen."""
    with torch.no_grad():
        for name, value in module.named_parameters():
            noise = torch.randn(value.shape, generator=generator)
            if value.dim() == 1:
                value.copy_(name.endswith("weight") + 0.2 * noise)
            elif any("embedding" in part for part in name.split(".")[-2:]):
                value.copy_(0.5 * noise)
            else:
                value.copy_(noise * value[0].numel() ** -0.5)


def is_default(parameter, value):
    return parameter.default == (tuple(value) if isinstance(value, list) else value)


class Folder:
    """A folder of a pipeline in the making."""

    def __init__(self, path, rng):
        self.path = path
        self.rng = rng
        self.generator = torch.Generator().manual_seed(rng.getrandbits(60))

    def file(self, name, content):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1) + "\n")

    def index(self, pipeline, libraries, **more):
        self.file("model_index.json", {"_class_name": pipeline, **libraries, **more})

    def settings(self, component, name):
        """The settings of a component; fields with the class's defaults are often left out."""
        config = json.loads(component.to_json_string())
        if self.rng.random() < 0.5:
            usual = inspect.signature(type(component).__init__).parameters
            config = {
                key: value
                for key, value in config.items()
                if key.startswith("_") or not is_default(usual[key], value)
            }
        self.file(name, config)

    def scheduler(self, scheduler, name="scheduler"):
        self.settings(scheduler, f"{name}/scheduler_config.json")

    def network(self, module, name):
        self.settings(module, f"{name}/config.json")
        self.weights(module, f"{name}/diffusion_pytorch_model.safetensors")

    def weights(self, module, name):
        dtype = self.rng.choice([torch.float16, torch.bfloat16])
        tensors = {key: value.to(dtype) for key, value in module.state_dict().items()}
        save_file(tensors, self.path / name, metadata={"format": "pt"})

    def text_tower(self, width, length, ends=(2,)):
        """Writes a text tower and its tokenizer, and returns the tower.

        `width` is also that of its embeddings, `ends` are ids that its settings may name as the end
        besides the tokenizer's.
        """
        rng = self.rng
        vocabulary, end = tokenizer(self, length)
        settings = {
            "bos_token_id": end - 1,
            "eos_token_id": rng.choice([end, *ends]),
            "hidden_act": rng.choice(["gelu", "quick_gelu"]),
            "hidden_size": width,
            "intermediate_size": rng.randint(width, 3 * width),
            "layer_norm_eps": rng.choice([1e-5, 1e-6]),
            "max_position_embeddings": length,
            "num_attention_heads": rng.choice(divisors(width)),
            "num_hidden_layers": rng.randint(1, 3),
            "projection_dim": width,
            "vocab_size": vocabulary,
        }
        tower = CLIPTextModelWithProjection(CLIPTextConfig(**settings))
        return self.tower(tower, "text_encoder", settings, "clip_text_model")

    def vision_tower(self, embedding):
        rng = self.rng
        heads, patch = rng.randint(1, 3), rng.choice([3, 5, 7])
        width = heads * rng.choice([6, 10])
        settings = {
            "hidden_act": rng.choice(["gelu", "quick_gelu"]),
            "hidden_size": width,
            "image_size": patch * rng.randint(2, 4),
            "intermediate_size": rng.randint(width, 3 * width),
            "layer_norm_eps": 1e-5,
            "num_attention_heads": heads,
            "num_channels": 3,
            "num_hidden_layers": rng.randint(1, 3),
            "patch_size": patch,
            "projection_dim": embedding,
        }
        tower = CLIPVisionModelWithProjection(CLIPVisionConfig(**settings))
        tower = self.tower(tower, "image_encoder", settings, "clip_vision_model")
        side = settings["image_size"]
        processor = {"crop_size": side, "do_center_crop": True, "do_normalize": True}
        processor |= {"do_resize": True, "resample": 3, "size": side}
        processor["image_mean"] = [0.48145466, 0.4578275, 0.40821073]
        processor["image_std"] = [0.26862954, 0.26130258, 0.27577711]
        processor["feature_extractor_type"] = "CLIPFeatureExtractor"
        self.file("image_processor/preprocessor_config.json", processor)
        return tower

    def tower(self, tower, name, settings, kind):
        randomize(tower, self.generator)
        architecture = {"architectures": [type(tower).__name__], "model_type": kind}
        self.file(f"{name}/config.json", architecture | settings)
        self.weights(tower, f"{name}/model.safetensors")
        return type(tower).from_pretrained(str(self.path / name))


def tokenizer(folder, length):
    """Writes byte-level pairs of a few words; the size of the vocabulary, and the end's id."""
    letters = [c for c in map(chr, range(33, 127))]
    tokens = letters + [c + "</w>" for c in letters]
    merges = []
    for word in folder.rng.sample(WORDS, 6):
        parts = [*word[:-1], word[-1] + "</w>"]
        while len(parts) > 1 and folder.rng.random() < 0.8:
            if (parts[0], parts[1]) not in merges:
                merges.append((parts[0], parts[1]))
                tokens.append(parts[0] + parts[1])
            parts[:2] = [parts[0] + parts[1]]
    specials = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>"}
    tokens += specials.values()
    specials |= {"unk_token": "<|endoftext|>"}
    specials["pad_token"] = folder.rng.choice(["!", "<|endoftext|>"])
    settings = {"add_prefix_space": False, "do_lower_case": True, "model_max_length": length}
    settings |= specials | {"tokenizer_class": "CLIPTokenizer"}
    folder.file("tokenizer/vocab.json", {token: i for i, token in enumerate(tokens)})
    folder.file("tokenizer/special_tokens_map.json", specials)
    folder.file("tokenizer/tokenizer_config.json", settings)
    lines = ["#version: 0.2", *(" ".join(pair) for pair in merges)]
    (folder.path / "tokenizer/merges.txt").write_text("\n".join(lines) + "\n")
    return len(tokens), len(tokens) - 1


def prompt(rng):
    """Words in any order; at times none, or more than a text tower reads."""
    words = [rng.choice(WORDS) for _ in range(rng.choice([0, 2, 3, 4, 20]))]
    return " ".join(words) + rng.choice(["", "!", " 27", ", it's" ])
