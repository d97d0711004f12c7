"""Random pipelines of each family, and how they are called.

Each function fills a folder, opens it by the pipeline's own `from_pretrained` and returns a `Case`.
No call chooses a sampler or makes a scheduler: those of the folder draw.
"""

import dataclasses
import importlib
from typing import Callable

import numpy as np
import torch
from components import Folder, divisors, prompt, randomize
from diffusers import (
    AutoencoderKL,
    DDIMPipeline,
    DDIMScheduler,
    DDPMPipeline,
    DDPMScheduler,
    DiTPipeline,
    DiTTransformer2DModel,
    PriorTransformer,
    UNet2DConditionModel,
    UNet2DModel,
    VQModel,
)
from diffusers.schedulers.scheduling_unclip import UnCLIPScheduler

kandinsky = importlib.import_module("diffusers.pipelines.kandinsky")
kandinsky.KandinskyPriorPipelineOutput = importlib.import_module(
    "diffusers.pipelines.kandinsky.pipeline_kandinsky_prior"
).KandinskyPriorPipelineOutput  # whose package has a dummy of it without transformers
KANDINSKY = "diffusers.pipelines.kandinsky2_2.pipeline_kandinsky2_2"
KandinskyV22Pipeline = importlib.import_module(KANDINSKY).KandinskyV22Pipeline
KandinskyV22PriorPipeline = importlib.import_module(f"{KANDINSKY}_prior").KandinskyV22PriorPipeline
UNCLIP = "diffusers.pipelines.deprecated.unclip"
UnCLIPPipeline = importlib.import_module(f"{UNCLIP}.pipeline_unclip").UnCLIPPipeline
pipelines = importlib.import_module("diffusers.pipelines")
pipelines.unclip = importlib.import_module(f"{UNCLIP}.text_proj")  # where folders look for it
UnCLIPTextProjModel = pipelines.unclip.UnCLIPTextProjModel


@dataclasses.dataclass
class Case:
    """A pipeline that can be drawn with any number of times.

    `call` draws pictures [N, H, W, C] in [0, 1]; `networks` are those that low-rank updates may
    change, by the prefixes of their names in such files.
    """

    description: dict
    schedulers: dict
    call: Callable[[], np.ndarray]
    networks: dict = dataclasses.field(default_factory=dict)


def opened(pipeline, path):
    pipe = pipeline.from_pretrained(str(path)).to(torch.float32)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def steps(rng, scheduler):
    """A few steps, or all where there are few, with timesteps that exist.

    An offset may lead beyond the last one, and the rounding of trailing timesteps below the first.
    """
    timesteps = scheduler.config.num_train_timesteps
    while True:
        few = rng.randint(2, min(timesteps, 9))
        number = timesteps if timesteps < 20 and rng.random() < 0.5 else few
        scheduler.set_timesteps(number)
        if 0 <= scheduler.timesteps.min() and scheduler.timesteps.max() < timesteps:
            return number


def scheduler(rng, kind, learns_variance):
    """A scheduler of any settings that both sides know."""
    schedule = rng.choice(["linear", "scaled_linear", "squaredcos_cap_v2"])
    settings = {
        "num_train_timesteps": rng.choice([rng.randint(11, 19), rng.randint(50, 400), 1000]),
        "beta_schedule": schedule,
        "beta_start": rng.choice([1e-4, 0.00085, 0.002]),
        "beta_end": rng.choice([0.02, 0.012, 0.05]),
        "clip_sample": rng.random() < 0.7,
        "clip_sample_range": rng.choice([1.0, 1.0, 0.7, 2.0]),
        "prediction_type": rng.choice(["epsilon", "sample", "v_prediction"]),
        "thresholding": rng.random() < 0.2,
        "dynamic_thresholding_ratio": rng.choice([0.995, 0.9]),
        "sample_max_value": rng.choice([1.0, 1.5]),
        "timestep_spacing": rng.choice(["leading", "leading", "trailing", "linspace"]),
        "steps_offset": rng.choice([0, 0, 1]),
    }
    if kind is DDIMScheduler:
        settings["set_alpha_to_one"] = rng.random() < 0.5
    else:
        fixed = rng.choice(["fixed_small", "fixed_small_log", "fixed_large"])
        settings["variance_type"] = "learned_range" if learns_variance else fixed
    return kind(**settings)


def levels(rng, least, most, largest=30):
    """The groups of the normalisations, and the channels of each level, which are even."""
    groups = rng.choice([1, 2, 3, 5])
    sizes = [groups * factor for factor in (2, 4, 6) if groups * factor <= largest]
    return groups, [rng.choice(sizes) for _ in range(rng.randint(least, most))]


def ddpm(rng, path):
    """DDPMPipeline and DDIMPipeline with either scheduler."""
    folder = Folder(path / "model", rng)
    groups, channels = levels(rng, 1, 3)
    factor = 2 ** (len(channels) - 1)
    grey = rng.choice([3, 3, 1])
    pipeline = rng.choice([DDPMPipeline, DDIMPipeline])
    kind = rng.choice([DDPMScheduler, DDIMScheduler])
    learns = pipeline is DDPMPipeline and kind is DDPMScheduler and rng.random() < 0.5
    made = scheduler(rng, kind, learns)
    side = [factor * rng.randint(3 if factor < 4 else 2, 13 // factor + 1) for _ in range(2)]
    shift = rng.random() < 0.4
    settings = {
        "sample_size": rng.choice([side, side, side[0]]),
        "in_channels": grey,
        "out_channels": 2 * grey if learns else grey,
        "center_input_sample": rng.random() < 0.2,
        "time_embedding_dim": rng.choice([None, None, 27]),
        "freq_shift": rng.choice([0, 1]),
        "flip_sin_to_cos": rng.random() < 0.5,
        "down_block_types": [rng.choice(["DownBlock2D", "AttnDownBlock2D"]) for _ in channels],
        "mid_block_type": rng.choice(["UNetMidBlock2D"] * 4 + [None]),
        "up_block_types": [rng.choice(["UpBlock2D", "AttnUpBlock2D"]) for _ in channels],
        "block_out_channels": channels,
        "layers_per_block": rng.randint(1, 2),
        "mid_block_scale_factor": rng.choice([1, 1, 1.4142135]),
        "downsample_padding": rng.choice([0, 1]),
        "downsample_type": rng.choice(["conv", "resnet"]),
        "upsample_type": rng.choice(["conv", "resnet"]),
        "dropout": rng.choice([0.0, 0.1]),
        "act_fn": "silu" if shift else rng.choice(["silu", "gelu"]),
        "attention_head_dim": rng.choice([None, *divisors(*channels)]),
        "norm_num_groups": groups,
        "attn_norm_num_groups": rng.choice([None, groups]),
        "norm_eps": rng.choice([1e-5, 1e-6]),
        "resnet_time_scale_shift": "scale_shift" if shift else "default",
        "add_attention": rng.random() < 0.8,
    }
    if rng.random() < 0.2:
        timesteps = made.config.num_train_timesteps
        settings |= {"time_embedding_type": "learned", "num_train_timesteps": timesteps}
    unet = UNet2DModel(**settings)
    randomize(unet, folder.generator)
    folder.network(unet, "unet")
    folder.scheduler(made)
    libraries = {"scheduler": ["diffusers", kind.__name__], "unet": ["diffusers", "UNet2DModel"]}
    folder.index(pipeline.__name__, libraries)
    pipe = opened(pipeline, folder.path)
    images, number = rng.randint(1, 2), steps(rng, pipe.scheduler)
    return Case(
        {"images": images, "stages": {"decoder": {"steps": number}}},
        {"decoder": pipe.scheduler},
        lambda: pipe(images, num_inference_steps=number, output_type="np").images,
    )


def dit(rng, path):
    """DiTPipeline, whose scheduler may be either one too."""
    folder = Folder(path / "model", rng)
    groups, channels = levels(rng, 1, 3)
    latent, patch = rng.choice([3, 4, 5]), rng.randint(1, 3)
    vae = AutoencoderKL(
        block_out_channels=channels,
        down_block_types=["DownEncoderBlock2D"] * len(channels),
        up_block_types=["UpDecoderBlock2D"] * len(channels),
        latent_channels=latent,
        layers_per_block=rng.randint(1, 2),
        norm_num_groups=groups,
        sample_size=36,
        scaling_factor=rng.choice([0.18215, 0.5, 1.3]),
    )
    heads, dim = rng.choice([(1, 12), (3, 4), (2, 6), (3, 8), (5, 4)])
    transformer = DiTTransformer2DModel(
        attention_head_dim=dim,
        in_channels=latent,
        num_attention_heads=heads,
        num_layers=rng.randint(1, 2),
        out_channels=latent * rng.choice([1, 2]),
        patch_size=patch,
        sample_size=patch * rng.randint(2, 4),
    )
    randomize(vae, folder.generator)
    randomize(transformer, folder.generator)
    first = transformer.transformer_blocks[0].norm1.emb.state_dict()
    for block in transformer.transformer_blocks:  # published blocks have copies of one embedding
        block.norm1.emb.load_state_dict(first)
    kind = rng.choice([DDIMScheduler, DDPMScheduler])
    made = scheduler(rng, kind, False)
    folder.network(vae, "vae")
    folder.network(transformer, "transformer")
    folder.scheduler(made)
    libraries = {
        "scheduler": ["diffusers", kind.__name__],
        "transformer": ["diffusers", "DiTTransformer2DModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    folder.index("DiTPipeline", libraries, id2label={"0": "tench", "1": "goldfish"})
    pipe = opened(DiTPipeline, folder.path)
    images, number, label = rng.randint(1, 2), steps(rng, pipe.scheduler), rng.randint(0, 999)
    scale = rng.choice([1.0, 1.5, 4.0])
    return Case(
        {
            "images": images,
            "label": label,
            "stages": {"decoder": {"steps": number, "guidance_scale": scale}},
        },
        {"decoder": pipe.scheduler},
        lambda: pipe(
            [label] * images, scale, num_inference_steps=number, output_type="np"
        ).images,
    )


def prior(folder, rng, embedding, length):
    heads, dim = rng.choice([(1, 10), (2, 6), (3, 4), (3, 6)])
    network = PriorTransformer(
        num_attention_heads=heads,
        attention_head_dim=dim,
        num_layers=rng.randint(1, 2),
        embedding_dim=embedding,
        num_embeddings=length,
        additional_embeddings=4,
    )
    randomize(network, folder.generator)
    with torch.no_grad():
        network.clip_std.abs_().add_(0.5)  # deviations
    folder.network(network, "prior")


def unclip_scheduler(rng, variance="fixed_small_log", prediction="epsilon"):
    return UnCLIPScheduler(
        num_train_timesteps=rng.choice([rng.randint(11, 19), rng.randint(50, 400), 1000]),
        variance_type=variance,
        clip_sample=rng.random() < 0.8,
        clip_sample_range=rng.choice([1.0, 2.0, 5.0]),
        prediction_type=rng.choice([prediction, "sample"]),
    )


def blocks(rng, settings, channels, cross):
    """The names of unCLIP's blocks; those of the upsamplers attend nowhere on their way."""
    attends = [cross and rng.random() < 0.6 for _ in channels]
    kinds = {False: "Resnet{}sampleBlock2D", True: "SimpleCrossAttn{}Block2D"}
    settings["down_block_types"] = [kinds[a].format("Down") for a in attends]
    settings["up_block_types"] = [kinds[a].format("Up") for a in reversed(attends)]
    settings["block_out_channels"] = channels
    settings["layers_per_block"] = rng.randint(1, 2)
    settings["resnet_time_scale_shift"] = rng.choice(["default", "scale_shift"])
    return settings


def conditional(rng, groups, channels, width, **settings):
    settings |= {
        "attention_head_dim": rng.choice(divisors(*channels)),
        "cross_attention_dim": width,
        "mid_block_type": "UNetMidBlock2DSimpleCrossAttn",
        "norm_num_groups": groups,
    }
    return UNet2DConditionModel(**blocks(rng, settings, channels, True))


def unclip(rng, path):
    """UnCLIPPipeline: prior, decoder and both upsamplers, from words."""
    folder = Folder(path / "model", rng)
    embedding, width, extra = rng.choice([12, 20, 28]), rng.choice([10, 18]), rng.choice([2, 3, 4])
    groups, channels = levels(rng, 2, 3, 12)
    factor = 2 ** (len(channels) - 1)
    side = factor * rng.randint(2, 10 // factor + 1)
    # Where the tokens are as many as the pixels of a level, diffusers does not pad the mask.
    pixels = {(side >> level) ** 2 for level in range(len(channels))}
    length = rng.choice([n for n in range(7, 24) if n + extra not in pixels])
    folder.text_tower(embedding, length)
    prior(folder, rng, embedding, length)
    decoder = conditional(
        rng,
        groups,
        channels,
        width,
        class_embed_type="identity",
        in_channels=3,
        out_channels=6,
        sample_size=side,
    )
    projection = UnCLIPTextProjModel(
        clip_extra_context_tokens=extra,
        clip_embeddings_dim=embedding,
        time_embed_dim=4 * channels[0],
        cross_attention_dim=width,
    )
    networks = {"decoder": decoder, "text_proj": projection}
    large = 4 * rng.randint(side // 4 + 1, side // 4 + 4)
    for name in ("super_res_first", "super_res_last"):
        groups, channels = levels(rng, 1, 3, 12)
        settings = {"in_channels": 6, "out_channels": 3, "sample_size": large}
        settings |= {"add_attention": False, "norm_num_groups": groups}
        networks[name] = UNet2DModel(**blocks(rng, settings, channels, False))
    for name, network in networks.items():
        randomize(network, folder.generator)
        folder.network(network, name)
    folder.scheduler(unclip_scheduler(rng, prediction="sample"), "prior_scheduler")
    folder.scheduler(unclip_scheduler(rng, "learned_range"), "decoder_scheduler")
    folder.scheduler(unclip_scheduler(rng), "super_res_scheduler")
    libraries = {
        "decoder": ["diffusers", "UNet2DConditionModel"],
        "decoder_scheduler": ["diffusers", "UnCLIPScheduler"],
        "prior": ["diffusers", "PriorTransformer"],
        "prior_scheduler": ["diffusers", "UnCLIPScheduler"],
        "super_res_first": ["diffusers", "UNet2DModel"],
        "super_res_last": ["diffusers", "UNet2DModel"],
        "super_res_scheduler": ["diffusers", "UnCLIPScheduler"],
        "text_encoder": ["transformers", "CLIPTextModelWithProjection"],
        "text_proj": ["unclip", "UnCLIPTextProjModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
    }
    folder.index("UnCLIPPipeline", libraries)
    pipe = opened(UnCLIPPipeline, folder.path)
    prompts = [prompt(rng) for _ in range(rng.randint(1, 2))]
    schedulers = {
        "prior": pipe.prior_scheduler,
        "decoder": pipe.decoder_scheduler,
        "super_res": pipe.super_res_scheduler,
    }
    stages = {stage: {"steps": steps(rng, schedulers[stage])} for stage in schedulers}
    stages["prior"]["guidance_scale"] = rng.choice([1.5, 4.0])
    stages["decoder"]["guidance_scale"] = rng.choice([1.5, 4.0, 8.0])
    return Case(
        {"images": len(prompts), "prompts": prompts, "stages": stages},
        schedulers,
        lambda: pipe(
            prompts,
            prior_num_inference_steps=stages["prior"]["steps"],
            decoder_num_inference_steps=stages["decoder"]["steps"],
            super_res_num_inference_steps=stages["super_res"]["steps"],
            prior_guidance_scale=stages["prior"]["guidance_scale"],
            decoder_guidance_scale=stages["decoder"]["guidance_scale"],
            output_type="np",
        ).images,
        {"prior": pipe.prior, "unet": pipe.decoder},
    )


def kandinsky22(rng, path):
    """KandinskyV22PriorPipeline and KandinskyV22Pipeline with either scheduler."""
    first, second = Folder(path / "prior", rng), Folder(path / "decoder", rng)
    embedding, length, width = rng.choice([12, 20, 28]), rng.randint(7, 23), rng.choice([10, 18])
    first.text_tower(embedding, length)
    first.vision_tower(embedding)
    prior(first, rng, embedding, length)
    first.scheduler(unclip_scheduler(rng, prediction="sample"))
    libraries = {
        "image_encoder": ["transformers", "CLIPVisionModelWithProjection"],
        "image_processor": ["transformers", "CLIPImageProcessor"],
        "prior": ["diffusers", "PriorTransformer"],
        "scheduler": ["diffusers", "UnCLIPScheduler"],
        "text_encoder": ["transformers", "CLIPTextModelWithProjection"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
    }
    first.index("KandinskyV22PriorPipeline", libraries)

    latent = rng.choice([3, 4, 5])
    groups, channels = levels(rng, 1, 3, 12)
    unet = conditional(
        rng,
        groups,
        channels,
        width,
        addition_embed_type="image",
        encoder_hid_dim=embedding,
        encoder_hid_dim_type="image_proj",
        in_channels=latent,
        out_channels=2 * latent,
        sample_size=2 ** (len(channels) - 1) * 3,
    )
    sizes = rng.choice([[32], [32, 32]])
    attends = [rng.choice(["Attn", ""]) for _ in sizes]
    movq = VQModel(
        block_out_channels=sizes,
        down_block_types=[f"{kind}DownEncoderBlock2D" for kind in attends],
        up_block_types=[f"{kind}UpDecoderBlock2D" for kind in reversed(attends)],
        latent_channels=latent,
        layers_per_block=1,
        norm_num_groups=rng.choice([4, 8]),
        norm_type="spatial",
        num_vq_embeddings=11,
        vq_embed_dim=latent,
    )
    for name, network in (("unet", unet), ("movq", movq)):
        randomize(network, second.generator)
    kind = rng.choice([DDPMScheduler, DDIMScheduler])
    made = scheduler(rng, kind, rng.random() < 0.5)
    second.network(unet, "unet")
    second.network(movq, "movq")
    second.scheduler(made)
    libraries = {"movq": ["diffusers", "VQModel"], "unet": ["diffusers", "UNet2DConditionModel"]}
    second.index("KandinskyV22Pipeline", libraries | {"scheduler": ["diffusers", kind.__name__]})

    priors = opened(KandinskyV22PriorPipeline, first.path)
    pipe = opened(KandinskyV22Pipeline, second.path)
    factor = 2 ** (len(sizes) - 1)
    unit = factor * max(factor, 2 ** (len(channels) - 1))
    size = [unit * rng.randint(2, max(3, 20 // unit)) for _ in range(2)]
    prompts = [prompt(rng) for _ in range(rng.randint(1, 2))]
    negative = rng.choice(["", "", prompt(rng)])
    schedulers = {"prior": priors.scheduler, "decoder": pipe.scheduler}
    stages = {stage: {"steps": steps(rng, schedulers[stage])} for stage in schedulers}
    for stage in stages.values():
        stage["guidance_scale"] = rng.choice([1.5, 4.0])

    def call():
        out = priors(
            prompts,
            negative_prompt=[negative] * len(prompts) if negative else None,
            num_inference_steps=stages["prior"]["steps"],
            guidance_scale=stages["prior"]["guidance_scale"],
        )
        return pipe(
            image_embeds=out.image_embeds,
            negative_image_embeds=out.negative_image_embeds,
            height=size[1],
            width=size[0],
            num_inference_steps=stages["decoder"]["steps"],
            guidance_scale=stages["decoder"]["guidance_scale"],
            output_type="np",
        ).images

    description = {"images": len(prompts), "model": "decoder", "prompts": prompts, "size": size}
    if negative:
        description["negative_prompt"] = negative
    networks = {"prior": priors.prior, "unet": pipe.unet}
    return Case(description | {"stages": stages}, schedulers, call, networks)


FAMILIES = {"ddpm": ddpm, "dit": dit, "unclip": unclip, "kandinsky": kandinsky22}
