"""Golden files: JSON as it is sent, and everything else as hex, 32 bytes a line."""

from difflib import unified_diff
from pathlib import Path

from tests.golden.examples import EXAMPLES
from tests.golden.examples.example import Example

FOLDER = Path(__file__).parent


def kept_bytes(example: Example, folder: Path = FOLDER) -> bytes:
    """The example's bytes as they are kept."""
    text = (folder / example.file).read_text(encoding="utf-8")
    return text.removesuffix("\n").encode() if example.file.endswith(".json") else bytes.fromhex(text)


def changes(folder: Path = FOLDER) -> list[str]:
    """Lines of a diff from what is kept to what is written now; none when nothing changed."""
    lines: list[str] = []
    for example in EXAMPLES:
        path = folder / example.file
        kept = path.read_text(encoding="utf-8") if path.exists() else ""
        now = _text(example)
        lines += unified_diff(
            kept.splitlines(), now.splitlines(), f"kept/{example.file}", f"now/{example.file}", lineterm="", n=1
        )
    return lines


def write(folder: Path = FOLDER) -> None:
    """Keeps what is written now."""
    for example in EXAMPLES:
        (folder / example.file).write_text(_text(example), encoding="utf-8")


def _text(example: Example) -> str:
    data = example.encode(example.value)
    if example.file.endswith(".json"):
        return data.decode() + "\n"
    return "".join(data[start : start + 32].hex(" ", -4) + "\n" for start in range(0, len(data), 32))
