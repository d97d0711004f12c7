"""CLIP's towers under the parameter names of transformers, and its tokenizer for ASCII.

There is no distribution of this name, so diffusers takes transformers to be absent and imports
these names only.
"""

from .models.clip.modeling_clip import (  # noqa: F401
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    ImageProcessingMixin,
    PreTrainedModel,
    PreTrainedTokenizer,
)

__version__ = "0.0.0"
