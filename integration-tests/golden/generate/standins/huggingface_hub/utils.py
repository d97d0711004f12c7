import importlib

errors = importlib.import_module("huggingface_hub.errors")


def validate_hf_hub_args(function):
    return function


def is_jinja_available():
    return False


def send_telemetry(*_, **__):
    return None


def __getattr__(name):
    return getattr(errors, name)
