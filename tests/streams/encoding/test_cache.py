"""The cache keeps vectors by version and text, across restarts and crashes, for one process at a time."""

import subprocess
import sys
from pathlib import Path

import pytest

from streams.encoding.cache import VectorCache
from streams.encoding.errors import CacheError

RED, BLUE = b"r" * 256, b"b" * 256


def in_another_process(folder: Path, then: str) -> subprocess.CompletedProcess[str]:
    script = (
        "import os, sys, pathlib\nfrom streams.encoding.cache import VectorCache\n"
        f"cache = VectorCache(pathlib.Path({str(folder)!r}), 'v1')\n{then}\n"
    )
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


def test_a_vector_is_found_by_its_text_again_after_closing(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "new" / "folder", "v1")
    cache.keep({"red": RED, "": BLUE})
    assert cache.find(["blue", "red", ""]) == {"red": RED, "": BLUE}
    cache.close()
    again = VectorCache(tmp_path / "new" / "folder", "v1")
    assert again.find(["red", "blue"]) == {"red": RED}
    assert len(again) == 2
    again.close()


def test_another_encoder_version_does_not_find_it(tmp_path: Path) -> None:
    first = VectorCache(tmp_path, "v1")
    first.keep({"red": RED})
    first.close()
    second = VectorCache(tmp_path, "v1.1")
    assert second.find(["red"]) == {}
    second.keep({"red": BLUE})
    second.close()
    first = VectorCache(tmp_path, "v1")
    assert first.find(["red"]) == {"red": RED}
    first.close()


def test_a_killed_process_loses_no_vector_that_it_kept(tmp_path: Path) -> None:
    died = in_another_process(tmp_path, "cache.keep({'red': b'r' * 256}); os.kill(os.getpid(), 9)")
    assert died.returncode == -9
    cache = VectorCache(tmp_path, "v1")
    assert cache.find(["red"]) == {"red": RED}
    cache.close()


def test_a_second_process_on_the_same_folder_is_told_what_to_change(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path, "v1")
    refused = in_another_process(tmp_path, "")
    assert refused.returncode == 1
    assert f"CacheError: the vector cache {tmp_path} is used by another encoder" in refused.stderr
    assert "PENCHANT_ENCODER__DATA" in refused.stderr
    cache.close()


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match="file cannot be opened"):
        VectorCache(tmp_path / "file", "v1")
