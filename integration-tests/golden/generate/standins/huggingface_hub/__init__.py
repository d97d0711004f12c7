"""What diffusers imports of huggingface_hub: the names, of which none may be used."""

import importlib

__version__ = "0.0.0"
for module in ("constants", "errors", "file_download", "utils"):
    importlib.import_module(f".{module}", __name__)


class Absent:
    def __init__(self, *_, **__):
        raise RuntimeError("huggingface_hub: absent (expected: models on this disk only)")


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (Absent,), {})
