"""CLIP's towers and its tokenizer: the forward pass, and reading of published folders."""

import json
import pathlib
import re
from types import SimpleNamespace

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

ACTIVATIONS = {"gelu": F.gelu, "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x)}


class CLIPTextConfig(SimpleNamespace):
    pass


class CLIPVisionConfig(SimpleNamespace):
    pass


class CLIPTextModelOutput(SimpleNamespace):
    """`[0]` are the embeddings, `[1]` the states, as of the original."""

    def __getitem__(self, key):
        return getattr(self, key) if isinstance(key, str) else list(vars(self).values())[key]


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        width = config.hidden_size
        self.heads = config.num_attention_heads
        for name in ("q_proj", "k_proj", "v_proj", "out_proj"):
            setattr(self, name, nn.Linear(width, width))

    def forward(self, x, mask):
        def heads(y):
            return y.unflatten(-1, (self.heads, -1)).transpose(1, 2)

        q, k, v = heads(self.q_proj(x)), heads(self.k_proj(x)), heads(self.v_proj(x))
        scores = q @ k.mT * q.shape[-1] ** -0.5
        if mask is not None:
            scores = scores + mask
        return self.out_proj((scores.softmax(-1) @ v).transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.activation = ACTIVATIONS[config.hidden_act]
        self.fc1 = nn.Linear(config.hidden_size, config.intermediate_size)
        self.fc2 = nn.Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x):
        return self.fc2(self.activation(self.fc1(x)))


def norm(config):
    return nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)


class Layer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attn = Attention(config)
        self.layer_norm1 = norm(config)
        self.mlp = Mlp(config)
        self.layer_norm2 = norm(config)

    def forward(self, x, mask):
        x = x + self.self_attn(self.layer_norm1(x), mask)
        return x + self.mlp(self.layer_norm2(x))


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))

    def forward(self, x, mask=None):
        for layer in self.layers:
            x = layer(x, mask)
        return x


class TextEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.token_embedding = nn.Embedding(config.vocab_size, config.hidden_size)
        positions = config.max_position_embeddings
        self.position_embedding = nn.Embedding(positions, config.hidden_size)

    def forward(self, ids):
        return self.token_embedding(ids) + self.position_embedding.weight[: ids.shape[1]]


class TextTower(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.end = config.eos_token_id
        self.embeddings = TextEmbeddings(config)
        self.encoder = Encoder(config)
        self.final_layer_norm = norm(config)

    def forward(self, ids):
        later = torch.full((ids.shape[1], ids.shape[1]), -torch.inf).triu(1)
        states = self.final_layer_norm(self.encoder(self.embeddings(ids), later))
        # Files with the wrong end, 2, mean the largest id; otherwise it is the first end.
        ends = ids if self.end == 2 else (ids == self.end).int()
        return states, states[torch.arange(len(ids)), ends.argmax(-1)]


class VisionEmbeddings(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, patch = config.hidden_size, config.patch_size
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.patch_embedding = nn.Conv2d(config.num_channels, width, patch, patch, bias=False)
        self.position_embedding = nn.Embedding((config.image_size // patch) ** 2 + 1, width)

    def forward(self, pixels):
        patches = self.patch_embedding(pixels).flatten(2).mT
        own = self.class_embedding.expand(len(pixels), 1, -1)
        return torch.cat([own, patches], 1) + self.position_embedding.weight


class VisionTower(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.embeddings = VisionEmbeddings(config)
        self.pre_layrnorm = norm(config)  # spelled like this in published files
        self.encoder = Encoder(config)
        self.post_layernorm = norm(config)

    def forward(self, pixels):
        states = self.encoder(self.pre_layrnorm(self.embeddings(pixels)))
        return states, self.post_layernorm(states[:, 0])


class PreTrainedModel(nn.Module):
    @property
    def dtype(self):
        return next(self.parameters()).dtype

    @property
    def device(self):
        return next(self.parameters()).device

    @classmethod
    def from_pretrained(cls, folder, **_):
        folder = pathlib.Path(folder)
        config = json.loads((folder / "config.json").read_text())
        tower = cls(cls.config_class(**config))
        tower.load_state_dict(load_file(folder / "model.safetensors"))
        return tower.eval()


class CLIPTextModelWithProjection(PreTrainedModel):
    config_class = CLIPTextConfig

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.text_model = TextTower(config)
        self.text_projection = nn.Linear(config.hidden_size, config.projection_dim, bias=False)

    def forward(self, input_ids):
        states, end = self.text_model(input_ids)
        return CLIPTextModelOutput(
            text_embeds=self.text_projection(end), last_hidden_state=states
        )


class CLIPVisionModelWithProjection(PreTrainedModel):
    config_class = CLIPVisionConfig

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.vision_model = VisionTower(config)
        self.visual_projection = nn.Linear(config.hidden_size, config.projection_dim, bias=False)

    def forward(self, pixel_values):
        states, own = self.vision_model(pixel_values)
        return CLIPTextModelOutput(
            image_embeds=self.visual_projection(own), last_hidden_state=states
        )


class PreTrainedTokenizer:
    """Diffusers loads a component by the name of its base class."""


class CLIPTokenizer(PreTrainedTokenizer):
    """Byte-level pairs for texts in ASCII."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        settings = json.loads((folder / "tokenizer_config.json").read_text())
        self.vocabulary = json.loads((folder / "vocab.json").read_text())
        merges = (folder / "merges.txt").read_text().splitlines()[1:]
        self.ranks = {tuple(line.split()): rank for rank, line in enumerate(merges)}
        self.model_max_length = settings["model_max_length"]
        self.start, self.end, self.pad = (
            self.vocabulary[settings[name]] for name in ("bos_token", "eos_token", "pad_token")
        )

    @classmethod
    def from_pretrained(cls, folder, **_):
        return cls(folder)

    def ids(self, text):
        assert text.isascii(), text
        ids = [self.start]
        for word in re.findall(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+", text.lower()):
            parts = [*word[:-1], word[-1] + "</w>"]
            while True:
                pairs = [self.ranks.get(pair, len(self.ranks)) for pair in zip(parts, parts[1:])]
                if not pairs or min(pairs) == len(self.ranks):
                    break
                at = pairs.index(min(pairs))
                parts[at : at + 2] = [parts[at] + parts[at + 1]]
            ids += [self.vocabulary[part] for part in parts]
        return [*ids, self.end]

    def __call__(self, text, padding, max_length=None, truncation=False, return_tensors="pt"):
        rows = [self.ids(one) for one in ([text] if isinstance(text, str) else text)]
        if truncation:
            rows = [[*row[:-1][: max_length - 1], self.end] for row in rows]
        width = max_length if padding == "max_length" else max(map(len, rows))
        ids = torch.tensor([row + [self.pad] * (width - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        return SimpleNamespace(input_ids=ids, attention_mask=mask)

    def batch_decode(self, ids):
        return [str(row) for row in ids.tolist()]


class ImageProcessingMixin:
    """A base class likewise."""


class CLIPImageProcessor(ImageProcessingMixin):
    @classmethod
    def from_pretrained(cls, *_, **__):
        return cls()
