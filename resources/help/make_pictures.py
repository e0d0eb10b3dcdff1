"""Writes the pictures of the start page from a run folder and the IDX images it was made of; needs NumPy only.

    python3 make_pictures.py RUN IDX_FOLDER
"""
import gzip
import pathlib
import struct
import sys
import zlib

import numpy as np

here = pathlib.Path(__file__).parent
run, images = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
pixels = np.frombuffer(gzip.open(images / "train-images-idx3-ubyte.gz").read(), np.uint8, offset=16).reshape(-1, 28, 28)
samples, labels = np.load(run / "samples.npy"), np.load(run / "labels.npy")
norms = np.load(run / "norms.npy").astype(float)
cosine = np.load(run / "kernel.npy") / norms[:, None] / norms[None, :]


def write_png(name, rgb):
    height, width = rgb.shape[:2]
    colour = 2 if rgb.ndim == 3 else 0
    rows = b"".join(b"\0" + row.tobytes() for row in rgb)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    (here / name).write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def write_pair(name, pair):
    for letter, row in zip("ab", pair):
        write_png(f"{name}-{letter}.png", pixels[samples[row]])
    print(f"{name}: #{samples[pair[0]]} and #{samples[pair[1]]}, cosine {cosine[pair]:+.2f}")


def first(mask, score):
    """The pair with the largest score among those of the mask."""
    return np.unravel_index(np.argmax(np.where(mask, score, -np.inf)), mask.shape)


shirts = (labels == 0)[:, None] & (labels == 0)[None, :]
difference = np.abs(pixels[samples].astype(float)[:, None, ::4, ::4] - pixels[samples].astype(float)[None, :, ::4, ::4]).mean((2, 3))
write_pair("same", first(shirts & (np.abs(cosine - 0.9) < 0.005), difference))
write_pair("apart", first((labels == 3)[:, None] & (labels == 8)[None, :], -np.abs(cosine)))
write_pair("against", first(labels[:, None] < labels[None, :], -cosine))

side = 112
cells = np.array_split(np.arange(len(samples)), side)
mean = np.array([[cosine[np.ix_(a, b)].mean() for b in cells] for a in cells])
stops = np.array([[0x74, 0x31, 0x03], [0xAF, 0x4F, 0x0A], [0xD3, 0x81, 0x56], [0xED, 0xB8, 0x9D], [0xF4, 0xF4, 0xF2],
                  [0xA4, 0xC9, 0xF4], [0x61, 0x9D, 0xDF], [0x20, 0x71, 0xBF], [0x00, 0x48, 0x85]], float)
place = np.clip(mean / 0.8, -1, 1) * 4 + 4
low = np.minimum(place.astype(int), 7)
rgb = stops[low] + (place - low)[..., None] * (stops[low + 1] - stops[low])
write_png("kernel.png", rgb.round().astype(np.uint8))
