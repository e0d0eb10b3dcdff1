#!/usr/bin/env python3
"""NumPy alone reads every file that the program writes, and the numbers agree with each other.

    read_everything.py LPNTK DATA WEIGHTS FOLDER

Makes a small run and an exported subset with the program LPNTK, then reads them with nothing but NumPy and json.
Exit 77: NumPy or the data set is missing. Where PyTorch is at hand, load_subset.py is run with it as well.
"""
import csv
import json
import pathlib
import shutil
import subprocess
import sys

try:
    import numpy as np
except ImportError:
    print("skipped entirely: no NumPy")
    sys.exit(77)


def check(condition, what):
    if not condition:
        sys.exit(f"failed: {what}")


def run_folder(folder, n, classes):
    manifest = json.loads((folder / "manifest.json").read_text())
    check(manifest["state"] == "finished", "manifest state")
    arrays = {path.name: np.load(path, mmap_mode="r") for path in folder.glob("*.npy")}
    kernel = np.array(arrays["kernel.npy"], dtype=np.float64)
    labels, norms = arrays["labels.npy"], np.array(arrays["norms.npy"], dtype=np.float64)
    check(kernel.shape == (n, n), "kernel shape")
    check((kernel == kernel.T).all(), "kernel symmetric")
    check(np.allclose(np.sqrt(np.diagonal(kernel)), norms, rtol=1e-6), "norms are the root of the diagonal")
    order = np.lexsort((arrays["samples.npy"], labels))
    check((order == np.arange(n)).all(), "rows sorted by label, then index")
    check(np.linalg.eigvalsh(kernel).min() > -1e-5 * kernel.trace() / n, "kernel positive semi-definite")

    check(np.allclose(arrays["row_sum.npy"], kernel.sum(1), rtol=1e-5), "row sums")
    one_hot = np.eye(classes)[labels]
    class_sum = kernel @ one_hot
    scale = np.abs(class_sum).max()
    check(np.abs(arrays["class_sum.npy"] - class_sum).max() < 1e-5 * scale, "class sums")
    check(np.abs(arrays["class_pair.npy"] - one_hot.T @ class_sum).max() < 1e-5 * np.abs(one_hot.T @ class_sum).max(),
          "class pair sums")
    probabilities = arrays["probabilities.npy"]
    check(probabilities.shape == (n, classes) and np.allclose(probabilities.sum(1), 1, atol=1e-5), "probabilities")

    others = np.array(arrays["kernel.npy"], dtype=np.float32)
    np.fill_diagonal(others, -np.inf)
    k = arrays["top_index.npy"].shape[1]
    best = np.argsort(-others, axis=1, kind="stable")[:, :k]
    check((best == arrays["top_index.npy"]).all(), "most interchangeable neighbours")
    check((np.take_along_axis(others, best, 1) == arrays["top_value.npy"]).all(), "their values")
    np.fill_diagonal(others, np.inf)
    worst = np.argsort(others, axis=1, kind="stable")[:, :k]
    check((worst == arrays["bottom_index.npy"]).all(), "most contradictory neighbours")

    np.fill_diagonal(others, -np.inf)
    diagonal = np.array(np.diagonal(arrays["kernel.npy"]))
    largest = others.argmax(1)
    expected = np.where(others.max(1) > diagonal, largest, -1)
    check((expected == arrays["self_max.npy"]).all(), "self-maximum test")

    histogram = arrays["histogram.npy"]
    check(histogram.sum() == n * (n - 1) // 2, "histogram counts every pair")
    cosine = (kernel / np.outer(norms, norms))[np.triu_indices(n, 1)]
    check(abs(int(histogram[220:].sum()) - int((cosine >= 0.1).sum())) <= 2, "interchangeable pairs from the histogram")

    for path in (folder / "pyramid").glob("level_*.npy"):
        level = int(path.stem.split("_")[1])
        cells = np.load(path)
        check(cells.shape == (3, -(-n >> level), -(-n >> level)), f"{path.name} shape")
        block = (kernel / np.outer(norms, norms))[: 1 << level, : 1 << level]
        for place, figure in enumerate((block.mean(), block.min(), block.max())):
            check(abs(cells[place, 0, 0] - figure) < 2e-3, f"{path.name} statistic {place}")
    json.loads((folder / "audit.json").read_text())


def subset_folder(folder, total):
    keep = np.load(folder / "keep_indices.npy")
    pruned = np.load(folder / "pruned_indices.npy")
    mask = np.load(folder / "keep_mask.npy")
    scores = np.load(folder / "scores.npy")
    check(keep.dtype == np.int64 and (np.diff(keep) > 0).all(), "keep_indices ascending int64")
    check(mask.dtype == bool and mask.shape == (total,) and (np.flatnonzero(mask) == keep).all(), "keep_mask")
    check(not np.intersect1d(keep, pruned).size, "kept and pruned are apart")
    check(scores.dtype == np.float32 and scores.shape == (total,), "scores")
    with open(folder / "manifest.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    check([int(row["index"]) for row in rows if row["kept"] in ("1", "true", "True")] == keep.tolist(), "manifest.csv")
    recipe = json.loads((folder / "recipe.json").read_text())
    check(isinstance(recipe, dict) and recipe, "recipe.json")
    check((folder / "README.md").read_text().strip(), "README.md")
    return len(keep)


def main():
    lpntk, data, weights, work = sys.argv[1], sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4])
    if not pathlib.Path(data, "train-images-idx3-ubyte.gz").exists():
        print("skipped entirely: no Fashion-MNIST; install dataset-fashion-mnist")
        sys.exit(77)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)

    def command(*arguments):
        subprocess.run([lpntk, *map(str, arguments), "--quiet"], check=True)

    command("kernel", "--data", data, "--model", "lenet5", "--weights", weights, "--per-class", 110, "--top", 20,
            "--out", work / "run")
    run_folder(work / "run", 1100, 10)
    command("prune", work / "run", "--method", "heads", "--keep", 0.3, "--out", work / "subset")
    count = subset_folder(work / "subset", 60000)
    for form in ("npz", "idx", "imagefolder"):
        command("export", work / "subset", "--format", form, "--out", work / form)
        check(subset_folder(work / form, 60000) == count, f"{form} keeps the same samples")
    print(f"{count} of 1,100 samples kept; every file read")

    try:
        import torch  # noqa: F401
    except ImportError:
        print("no PyTorch here: load_subset.py not run")
        return
    for form in ("subset", "npz", "idx", "imagefolder"):
        subprocess.run([sys.executable, "load_subset.py"], cwd=work / form, check=True)


main()
