#!/usr/bin/env python3
"""Per-sample signals and their products by lpntk and by PyTorch, on the same threads, in turn.

    python signals.py LPNTK BENCH_TORCH.py [--threads 2] [--rounds 2]

LPNTK is the program; BENCH_TORCH.py measures torch.func's vmap(grad) and the one-sample autograd loop, each with the
fastest product of the signals. Prints a row per network: the best of several rounds of each, and the ratio.
Wants torch and numpy, and the Debian package dataset-fashion-mnist.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

# name, the peer's name for it, samples, the peer's chunks
NETWORKS = [("lenet", "B", 500, (32, 128)), ("resnet18-nobn", "C", 64, (8, 32)), ("lenet5", "A", 2000, (128, 512))]


def random_pictures(folder, count):
    """What the peer takes for ResNet-18: numbers of a normal distribution, 3 x 32 x 32."""
    rng = np.random.default_rng(0)
    images = rng.standard_normal((count, 3, 32, 32), dtype=np.float32)
    file = folder / "random.npz"
    np.savez(file, images=images, labels=np.arange(count, dtype=np.int64) % 10)
    return ["--data", file, "--preprocess", "none"]


def own_seconds(lpntk, name, data, count, threads):
    command = [lpntk, "bench", "kernel", *data, "--split", "train", "--limit", str(count), "--model", name, "--threads", str(threads),
               "--memory", "12G", "--json", "--quiet", "--repeat", "3"]
    figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return (figures["signals_seconds"] + figures["tiles_seconds"]) / count


def peer_seconds(script, model, count, chunk, threads):
    """Of vmap(grad) in chunks, or with chunk 0 of the loop; the Gram product at its fastest."""
    command = [sys.executable, script, "--mode", "grad", "--model", model, "--n", str(count), "--gram", "mkl,onednn,onednn_tri"]
    command += ["--chunk", str(chunk)] if chunk else ["--loop"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ, PEER_THREADS=str(threads), PEER_MAX_WAIT="5"),
                            cwd=pathlib.Path(script).parent)
    lines = [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]
    return min(line["total_s"] for line in lines if line["what"] == "gram") / count


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("lpntk")
    arguments.add_argument("bench_torch")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=2)
    options = arguments.parse_args()
    print("| network | samples | ms a sample | PyTorch, ms a sample | by | ratio |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as text:
        for name, model, count, chunks in NETWORKS:
            data = (random_pictures(pathlib.Path(text), count) if model == "C"
                    else ["--data", "/usr/share/datasets/fashion-mnist"])
            own, peers = [], {}
            for _ in range(options.rounds):
                own.append(own_seconds(options.lpntk, name, data, count, options.threads))
                for chunk in (*chunks, 0):
                    by = f"vmap(grad) of {chunk}" if chunk else "loop"
                    seconds = peer_seconds(options.bench_torch, model, count, chunk, options.threads)
                    peers[by] = min(seconds, peers.get(by, seconds))
            best = min(peers, key=peers.get)
            print(f"| {name} | {count} | {1e3 * min(own):.2f} | {1e3 * peers[best]:.2f} | {best} | {peers[best] / min(own):.1f} |",
                  flush=True)


if __name__ == "__main__":
    main()
