"""Hardware: which device, number format and threads a torch model runs with."""

import torch

from models.encoder.errors import EncoderError
from models.encoder.options import Device, Precision


def device_of(wanted: Device) -> torch.device:
    """The device to run on. Raises EncoderError when the one asked for is not there."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return torch.device(next(name for name, present in there.items() if present))
    if not there[wanted]:
        raise EncoderError(f"encoder.device is {wanted}, which torch does not find on this machine: set auto or cpu")
    return torch.device(wanted)


def dtype_of(wanted: Precision, device: torch.device) -> torch.dtype:
    """bf16 where the hardware multiplies it faster than f32: CUDA, and CPUs with AMX; emulated bf16 is slower."""
    if wanted == "auto":
        wanted = "bf16" if device.type == "cuda" or (device.type == "cpu" and _has_amx()) else "f32"
    return torch.bfloat16 if wanted == "bf16" else torch.float32


def cpu_threads(count: int) -> None:
    """Sets how many threads torch uses on the CPU; 0 leaves its choice."""
    if count:
        torch.set_num_threads(count)


def _has_amx() -> bool:
    return bool(torch.cpu.get_capabilities().get("amx_bf16", False))
