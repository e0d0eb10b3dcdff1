#!/usr/bin/env python3
"""The figures of a whole kernel job: each beside what no program can beat, or beside a peer, in the same run.

    python figures.py LPNTK PEERS CHECKPOINT [--only NAME ...] [--json FILE] [--samples 60000] [--folder /var/tmp]

LPNTK is the program; PEERS the folder of bench_torch.py and bench_post.py; CHECKPOINT weights of the LeNet-5. Prints a
row of a table for each figure, and writes all numbers to FILE. Wants a quiet machine, 16 GB of disk for 60,000 samples,
torch and numpy for the peers, and the Debian package dataset-fashion-mnist.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from signals import peer_seconds, random_pictures

DATA = "/usr/share/datasets/fashion-mnist"


class Bench:
    def __init__(self, options):
        self.lpntk, self.peers = options.lpntk, pathlib.Path(options.peers).resolve()
        self.samples, self.threads = options.samples, options.threads
        self.lenet5 = ["--data", DATA, "--model", "lenet5", "--weights", options.checkpoint]
        self.lenet = ["--data", DATA, "--model", "lenet"]
        self.folder = pathlib.Path(options.folder)
        self.environment = dict(os.environ, TMPDIR=str(self.folder))

    def own(self, *command):
        """What a command of the program prints as JSON."""
        words = [self.lpntk, *map(str, command), "--json", "--quiet"]
        done = subprocess.run(words, capture_output=True, text=True, env=self.environment)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def kernel(self, *job, repeat=1, floor=True):
        return self.own("bench", "kernel", *job, "--threads", self.threads, "--repeat", repeat,
                        *(["--floor"] if floor else []))

    def peer(self, script, *options, cwd=None):
        """What a peer prints, a line of JSON for each thing that it measured."""
        environment = dict(os.environ, PEER_THREADS=str(self.threads), PEER_MAX_WAIT="5")
        words = [sys.executable, str(self.peers / script), *map(str, options)]
        done = subprocess.run(words, capture_output=True, text=True, check=True, env=environment, cwd=cwd or self.peers)
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def peer_kernel(self, model, count, chunk):
        """Seconds for all signals and their products: the better of vmap(grad) and the loop, the fastest product."""
        script = self.peers / "bench_torch.py"
        return {name: count * peer_seconds(script, model, count, size, self.threads)
                for name, size in (("vmap(grad)", chunk), ("loop", 0))}

    def run(self, folder, *job):
        self.own("kernel", *job, "--out", folder, "--threads", self.threads)


def beside_floor(figures, reach, signals=False):
    """The job beside the planned products at the machine's best rate, and a plain file of its size."""
    floor = figures["products_floor_seconds"] + (figures["signals_seconds"] if signals else 0)
    ratio = (figures["total_seconds"] - figures["plain_file_seconds"]) / floor
    text = (f"{figures['total_seconds']:.1f} s (signals {figures['signals_seconds']:.1f}, tiles "
            f"{figures['tiles_seconds']:.1f}); peak {figures['peak_memory'] / 1e9:.2f} GB, planned "
            f"{figures['planned_memory'] / 1e9:.2f}; cosine error {figures['largest_cosine_error']:.1e}")
    beside = (f"products {figures['products_floor_seconds']:.1f} s at {figures['best_flops'] / 1e9:.0f} GFLOP/s, file "
              f"{figures['plain_file_seconds']:.1f} s" + (", signals as measured" if signals else ""))
    return text, beside, f"{ratio:.2f}", reach


def lenet5(bench):
    """LeNet-5, full, top-50, f16 store"""
    figures = bench.kernel(*bench.lenet5, "--limit", bench.samples, "--store", "f16", "--memory", "4G")
    return figures, beside_floor(figures, "1.6")


def lenet(bench):
    """the paper's LeNet, full, top-50, f16 store"""
    figures = bench.kernel(*bench.lenet, "--limit", bench.samples, "--store", "f16", "--memory", "5600M")
    return figures, beside_floor(figures, "1.4")


def resnet18(bench):
    """ResNet-18 without batch norm, N = 2,000"""
    with tempfile.TemporaryDirectory(dir=bench.folder) as text:
        data = random_pictures(pathlib.Path(text), 2000)
        figures = bench.kernel(*data, "--model", "resnet18-nobn", "--memory", "18G")
    return figures, beside_floor(figures, "1.5", signals=True)


def against_torch(bench, name, job, model, count, chunk, reach):
    before = bench.kernel(*job, "--limit", count, "--memory", "8G", repeat=2, floor=False)
    peers = bench.peer_kernel(model, count, chunk)
    after = bench.kernel(*job, "--limit", count, "--memory", "8G", repeat=2, floor=False)
    own, best = min(before["total_seconds"], after["total_seconds"]), min(peers, key=peers.get)
    return ({"own_seconds": own, "peer_seconds": peers},
            (f"{own:.2f} s, stored", f"PyTorch ({best}) {peers[best]:.1f} s, in memory", f"{peers[best] / own:.1f}", reach))


def lenet5_torch(bench):
    """LeNet-5, N = 8,000, against PyTorch"""
    return against_torch(bench, "lenet5", bench.lenet5, "A", 8000, 128, "10")


def lenet_torch(bench):
    """the paper's LeNet, N = 2,000, against PyTorch"""
    return against_torch(bench, "lenet", bench.lenet, "B", 2000, 32, "12")


def flat(bench):
    """cost per pair, LeNet-5, f16 store"""
    counts = [n for n in (5000, 10000, 20000, 40000, 60000) if n <= bench.samples]
    figures = dict.fromkeys(counts, float("inf"))
    # In turns: what disturbs the machine for a while disturbs all sizes.
    for _ in range(3):
        for count in counts:
            one = bench.kernel(*bench.lenet5, "--limit", count, "--store", "f16", "--memory", "4G", floor=False,
                               repeat=3 if count <= 10000 else 1)
            figures[count] = min(figures[count], 1e9 * one["tiles_seconds"] / one["pairs"])
    text = ", ".join(f"{count:,}: {value:.1f}" for count, value in figures.items())
    return (figures, (f"ns a pair (tiles) at N = {text}", "the least of them",
                      f"{max(figures.values()) / min(figures.values()):.2f}", "1.10"))


def class_blocks(bench):
    """class blocks and all farthest-point orders"""
    job = [*bench.lenet5, "--limit", bench.samples, "--store", "f16", "--memory", "4G"]
    full = bench.kernel(*job, floor=False)
    blocks = bench.kernel(*job, "--blocks", "class", floor=False)
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        bench.run(f"{folder}/run", *job, "--blocks", "class")
        fpc = sum(bench.own("bench", "fpc", f"{folder}/run", "--class", label)["seconds"] for label in range(10))
    figures = {"full_seconds": full["total_seconds"], "blocks_seconds": blocks["total_seconds"],
               "blocks_signals_seconds": blocks["signals_seconds"], "blocks_tiles_seconds": blocks["tiles_seconds"],
               "full_tiles_seconds": full["tiles_seconds"], "fpc_seconds": fpc}
    return figures, (f"{blocks['total_seconds']:.1f} s (signals {blocks['signals_seconds']:.1f}, tiles "
                     f"{blocks['tiles_seconds']:.1f}), FPC of all classes, all heads {fpc:.2f} s",
                     f"full kernel {full['total_seconds']:.1f} s (signals {full['signals_seconds']:.1f}, tiles "
                     f"{full['tiles_seconds']:.1f})",
                     f"tiles {blocks['tiles_seconds'] / full['tiles_seconds']:.2f}", "0.10 plus seconds")


def fpc(bench):
    """FPC of a class of 6,000, all heads, on a ready kernel"""
    with tempfile.TemporaryDirectory(dir=bench.folder) as text:
        folder = pathlib.Path(text)
        bench.run(folder / "run", *bench.lenet5, "--store", "f32", "--memory", "4G", "--blocks", "class", "--limit", 60000)
        own = bench.own("bench", "fpc", folder / "run")
        shutil.copy(folder / "run" / f"kernel_class_{own['label']}.npy", folder / "k6000.npy")
        peer = bench.peer("bench_post.py", "--mode", "fpc", "--ratio", 0.5, "--kernel", folder / "k6000.npy", cwd=folder)
        again = bench.own("bench", "fpc", folder / "run")
    seconds = min(own["seconds"], again["seconds"])
    return ({"own_seconds": seconds, "peer": peer},
            (f"{seconds:.3f} s for {own['heads']:,} heads", f"NumPy {peer[0]['total_s']:.3f} s for {peer[0]['heads']:,}",
             f"{seconds / peer[0]['total_s']:.2f}", "1.00"))


def extend(bench):
    """60,000 from a finished run of 50,000"""
    job = [*bench.lenet5, "--store", "f16", "--memory", "4G"]
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        bench.run(f"{folder}/part", *job, "--limit", bench.samples * 5 // 6)
        grown = bench.own("kernel", *job, "--limit", bench.samples, "--extend", f"{folder}/part", "--out", f"{folder}/run",
                          "--threads", bench.threads)
    full = bench.kernel(*job, "--limit", bench.samples, floor=False)
    return ({"grown": grown, "full_seconds": full["total_seconds"]},
            (f"{grown['seconds']:.1f} s, peak {grown['peakMemory'] / 1e9:.2f} GB", f"anew {full['total_seconds']:.1f} s",
             f"{grown['seconds'] / full['total_seconds']:.2f}", ""))


def heads(bench):
    """farthest-point clusters of all classes from the signals, nothing stored, ratio 0.1"""
    job = [*bench.lenet5, "--limit", bench.samples, "--memory", "4G", "--threads", bench.threads]
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        start = time.monotonic()
        bench.own("heads", *job, "--ratio", 0.1, "--out", f"{folder}/heads.json")
        own = time.monotonic() - start
        start = time.monotonic()
        bench.own("kernel", *job, "--blocks", "class", "--store", "f16", "--out", f"{folder}/run")
        bench.own("clusters", f"{folder}/run", "--ratio", 0.1, "--out", f"{folder}/clusters.json")
        stored = time.monotonic() - start
    return ({"own_seconds": own, "stored_seconds": stored},
            (f"{own:.1f} s", f"class blocks stored, then clusters {stored:.1f} s", f"{own / stored:.2f}", ""))


def cross(bench):
    """cross kernel, 60,000 training x 10,000 test pictures, f16"""
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        figures = bench.own("cross", *bench.lenet5, "--limit", bench.samples, "--against", "test", "--store", "f16",
                            "--memory", "4G", "--threads", bench.threads, "--out", f"{folder}/cross")
    full = bench.kernel(*bench.lenet5, "--limit", bench.samples, "--store", "f16", "--memory", "4G", floor=False)
    entries = bench.samples * 10000
    per_pair, full_per_pair = 1e9 * figures["seconds"] / entries, 1e9 * full["total_seconds"] / full["pairs"]
    return ({"cross": figures, "full_seconds": full["total_seconds"]},
            (f"{figures['seconds']:.1f} s, {per_pair:.0f} ns a pair, peak {figures['peakMemory'] / 1e9:.2f} GB",
             f"full kernel {full_per_pair:.0f} ns a pair", f"{per_pair / full_per_pair:.2f}", ""))


def busy(bench):
    """beside one other busy process, LeNet-5, N = 16,384"""
    def seconds():
        return bench.kernel(*bench.lenet5, "--limit", 16384, "--store", "f16", "--memory", "4G", repeat=3,
                            floor=False)["total_seconds"]
    quiet = seconds()
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        disturbed = seconds()
    finally:
        other.kill()
        other.wait()
    quiet = min(quiet, seconds())
    return ({"quiet_seconds": quiet, "disturbed_seconds": disturbed},
            (f"{disturbed:.2f} s", f"quiet {quiet:.2f} s", f"{disturbed / quiet:.2f}", "1.6"))


def plans(bench):
    """plans of six networks: memory and time as they were, of what was planned"""
    def one(*job):
        with tempfile.TemporaryDirectory(dir=bench.folder) as text:
            bench.run(f"{text}/run", *job, "--memory", "8G")
            found = json.loads(pathlib.Path(f"{text}/run/manifest.json").read_text())["timings"]
        planned = found["prediction"]
        return {"memory": found["peak_memory"], "planned_memory": planned["memory_bytes"],
                "seconds": found["signals_seconds"] + found["tiles_seconds"],
                "planned_seconds": planned["signal_seconds"] + planned["contraction_seconds"]}
    with tempfile.TemporaryDirectory(dir=bench.folder) as text:
        data = random_pictures(pathlib.Path(text), 2000)
        jobs = {"lenet5, 20,000": [*bench.lenet5, "--limit", 20000, "--store", "f16"],
                "lenet, 10,000": [*bench.lenet, "--limit", 10000],
                "mlp, 20,000": ["--data", DATA, "--model", "mlp", "--limit", 20000],
                "convnet, 1,000": [*data, "--model", "convnet", "--limit", 1000],
                "resnet20, 2,000": [*data, "--model", "resnet20"],
                "resnet18-nobn, 400": [*data, "--model", "resnet18-nobn", "--limit", 400]}
        figures = {name: one(*job) for name, job in jobs.items()}
    text = "; ".join(f"{name}: {one['memory'] / 1e9:.2f} of {one['planned_memory'] / 1e9:.2f} GB, {one['seconds']:.1f} of "
                     f"{one['planned_seconds']:.1f} s" for name, one in figures.items())
    farthest = [max((one[what] / one[f"planned_{what}"] for one in figures.values()), key=lambda ratio: abs(ratio - 1))
                for what in ("memory", "seconds")]
    return figures, (text, "the plan", f"farthest {farthest[0]:.2f} and {farthest[1]:.2f}", "within 0.10 and 0.30 of 1")


def gemm(bench):
    """best rate of matrix products"""
    rates = bench.own("bench", "gemm", "--threads", bench.threads)["rates"]
    best = max((rate for rate in rates if rate["precision"] == "fp32"), key=lambda rate: rate["flops_all_threads"])
    own = next(rate for rate in rates if rate["backend"] == "mm" and rate["precision"] == "fp32")
    return rates, (f"{best['backend']} {best['flops_all_threads'] / 1e9:.0f} GFLOP/s",
                   f"libtorch {own['flops_all_threads'] / 1e9:.0f}",
                   f"{best['flops_all_threads'] / own['flops_all_threads']:.2f}", "")


def store(bench):
    """tiles into a run folder, f16"""
    figures = bench.own("bench", "store", "--rows", bench.samples, "--threads", bench.threads)
    return figures, (f"{figures['store_seconds']:.1f} s for {figures['bytes'] / 1e9:.1f} GB",
                     f"one plain file {figures['plain_file_seconds']:.1f} s",
                     f"{figures['store_seconds'] / figures['plain_file_seconds']:.2f}", "")


FIGURES = (gemm, store, lenet5, flat, class_blocks, fpc, heads, extend, cross, busy, lenet5_torch, lenet_torch, plans, resnet18,
           lenet)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("lpntk", "peers", "checkpoint"):
        arguments.add_argument(name)
    arguments.add_argument("--only", choices=[figure.__name__ for figure in FIGURES], nargs="+")
    arguments.add_argument("--json", type=pathlib.Path)
    arguments.add_argument("--samples", type=int, default=60000)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--folder", default="/var/tmp")
    options = arguments.parse_args()
    options.checkpoint = os.path.abspath(options.checkpoint)
    bench, numbers = Bench(options), {}
    print("| figure | this program | beside it | ratio | to reach |\n|---|---|---|---|---|")
    for figure in FIGURES:
        if options.only and figure.__name__ not in options.only:
            continue
        numbers[figure.__name__], (own, beside, ratio, reach) = figure(bench)
        print(f"| {figure.__doc__} | {own} | {beside} | {ratio} | {reach} |", flush=True)
        if options.json:
            options.json.write_text(json.dumps(numbers, indent=1))


if __name__ == "__main__":
    main()
