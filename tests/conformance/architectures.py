#!/usr/bin/env python3
"""The kernel of every classification network of torchvision and of some of timm against PyTorch in float64.

    python architectures.py LPNTK TABLE.md [--only NAME,NAME] [--results FOLDER]

For each architecture: random weights with settled batch norm statistics, exported by torch.export, the kernel of some
random pictures in float32 by the program LPNTK, and of the first four the same kernel by float64 autograd. The table says
how far their cosines are apart, which operations have no fast rule, and what a sample costs in both programs on the same
threads: signals and products, the best of several runs in one process.
Wants torch, torchvision, timm and numpy. Results are kept one file per network, so that a stopped run goes on.
"""
import argparse
import ctypes
import gc
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

CLASSES = 10
THREADS = 2
REPEATS = 2
LIMIT = 2e-5

# Where the usual 64 x 64 pictures are too small for a network, or bound to its weights.
SIZES = {"inception_v3": 112, "vit_b_16": 64, "vit_b_32": 64, "vit_l_16": 64, "vit_l_32": 64, "vit_h_14": 56,
         "maxvit_t": 224, "alexnet": 96, "googlenet": 96}
TIMM_SIZES = {"coatnet_nano_rw_224": 224, "maxxvit_rmlp_nano_rw_256": 256, "swin_tiny_patch4_window7_224": 224,
              "beit_base_patch16_224": 224, "xcit_nano_12_p16_224": 224, "mixer_s16_224": 224, "gmixer_12_224": 224,
              "resmlp_12_224": 224, "gmlp_s16_224": 224, "levit_128s": 224, "cait_xxs24_224": 224, "volo_d1_224": 224,
              "twins_svt_small": 224, "crossvit_tiny_240": 240, "tiny_vit_5m_224": 224, "eva02_tiny_patch14_224": 224,
              "deit_tiny_patch16_224": 224, "vit_tiny_patch16_224": 224, "pvt_v2_b0": 224, "convit_tiny": 224,
              "davit_tiny": 224, "halonet26t": 256, "botnet26t_256": 256, "lambda_resnet26t": 256}
TIMM = ["resnet10t", "seresnet50", "nf_resnet26", "nfnet_f0", "regnetx_002", "efficientnet_lite0",
        "mobilenetv3_small_050", "ghostnet_100", "hrnet_w18_small", "res2net50_26w_4s", "dla34", "xception41",
        "repvgg_a0", "fastvit_t8", "convnextv2_atto", "mobilevit_xxs", "edgenext_xx_small", "poolformer_s12",
        "focalnet_tiny_srf", "inception_next_atto", "vit_tiny_patch16_224", "deit_tiny_patch16_224",
        "swin_tiny_patch4_window7_224", "beit_base_patch16_224", "xcit_nano_12_p16_224", "coatnet_nano_rw_224",
        "mixer_s16_224", "resmlp_12_224", "gmlp_s16_224", "levit_128s", "cait_xxs24_224", "pvt_v2_b0",
        "eva02_tiny_patch14_224", "tiny_vit_5m_224"]


def names():
    from torchvision import models
    return [("torchvision", name) for name in models.list_models(module=models)] + [("timm", name) for name in TIMM]


def build(family, name):
    """The network with ten classes, and the side of its pictures."""
    if family == "timm":
        import timm
        side = TIMM_SIZES.get(name, 64)
        return timm.create_model(name, pretrained=False, num_classes=CLASSES), side
    from torchvision import models
    side = SIZES.get(name, 64)
    options = {"num_classes": CLASSES}
    if name.startswith("vit_"):
        options["image_size"] = side
    if name in ("googlenet", "inception_v3"):
        options |= {"init_weights": True, "aux_logits": False}
    return getattr(models, name)(**options), side


def settle(network, side):
    """Parameters that start as constants get some noise, or nothing flows; batch norm sees a few batches."""
    import torch
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.numel() > 1 and float(parameter.std()) == 0:
                parameter.add_(0.05 * torch.randn_like(parameter))
        norms = [m for m in network.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
        if norms:
            for norm in norms:
                norm.momentum = 0.5
            network.train()
            for _ in range(4):
                network(torch.randn(8, 3, side, side))
    return without_caches(network)


def without_caches(network):
    """Some networks (LeViT) keep what they derive from parameters, and with it autograd's history, from call to call."""
    return network.train().eval()


def samples_for(parameters):
    """As many as keep the signals near four gigabytes, and the same number for each thread."""
    size = int(min(32, max(2, 4e9 // (4 * parameters))))
    return size - size % 4 if size > 4 else size


def release():
    """Gives memory back to the system, also what a failed vmap holds in circles."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)


def peer_seconds(network, pictures, signs):
    """Seconds a sample: the better of vmap(grad) and one autograd call a sample, the Gram product included."""
    import torch
    from torch.func import functional_call, grad, vmap
    parameters = {key: value.detach() for key, value in network.named_parameters()}
    buffers = dict(network.named_buffers())

    def scalar(weights, x, s):
        return (functional_call(network, (weights, buffers), (x.unsqueeze(0),))[0] * s).sum()

    def chunked(size):
        def work():
            parts = [vmap(grad(scalar), (None, 0, 0))(parameters, x, s)
                     for x, s in zip(pictures.split(size), signs.split(size))]
            return [sum(a[key].flatten(1) @ b[key].flatten(1).T for key in a)
                    for i, a in enumerate(parts) for b in parts[i:]]
        return work

    def one_by_one():
        rows = []
        for x, s in zip(pictures[:few], signs):
            z = without_caches(network)(x.unsqueeze(0))[0]
            grads = torch.autograd.grad((z * s).sum(), list(network.parameters()), allow_unused=True)
            rows.append(torch.cat([g.reshape(-1) for g in grads if g is not None]))
        matrix = torch.stack(rows)
        return matrix @ matrix.T

    best = {}
    few = min(8, len(pictures))
    works = [(f"vmap(grad) of {size}", chunked(size), len(pictures)) for size in sorted({len(pictures), few})]
    for key, work, count in works + [("loop", one_by_one, few)]:
        try:
            times = []
            while len(times) < REPEATS:
                start = time.perf_counter()
                work()
                times.append((time.perf_counter() - start) / count)
                if times[0] > 2 * min((v for v in best.values() if not isinstance(v, str)), default=times[0]):
                    break
            best[key] = min(times)
        except Exception as problem:  # pylint: disable=broad-except
            best[key + " failed"] = str(problem).splitlines()[0][:80]
        release()
    return best


def reference(network, pictures, labels):
    """The kernel in float64, one row of signals at a time; each sample stands twice in its batch, because libtorch's
    batch norm is wrong for some batches of one."""
    import numpy as np
    import torch
    network = network.double()
    parameters = [p for p in network.parameters()]
    rows = []
    for x, y in zip(pictures.double(), labels):
        z = without_caches(network)(torch.stack([x, x]))[0]
        sign = -torch.ones_like(z)
        sign[y] = 1
        grads = torch.autograd.grad((sign * z).sum() / z.numel() ** 0.5, parameters, allow_unused=True)
        rows.append(grads)
    size = len(rows)
    kernel = np.zeros((size, size))
    for i in range(size):
        for j in range(i, size):
            kernel[i, j] = kernel[j, i] = sum(float((a * b).sum()) for a, b in zip(rows[i], rows[j]) if a is not None)
    return kernel


def own(command, folder, program, *options):
    """What a command of the program prints as JSON."""
    answer = subprocess.run([*command, "--data", folder / "data.npz", "--split", "train", "--preprocess", "none",
                             "--model", program, "--threads", str(THREADS), "--memory", "20G", "--json", "--quiet",
                             *options], capture_output=True, text=True)
    if answer.returncode != 0:
        words = answer.stderr.strip() or answer.stdout.strip() or f"ended with {answer.returncode}"
        raise RuntimeError(words[-400:])
    return json.loads(answer.stdout)


def own_kernel(lpntk, folder, program, precision):
    import numpy as np
    run = folder / "run"
    shutil.rmtree(run, ignore_errors=True)
    own([lpntk, "kernel"], folder, program, "--out", run, "--precision", precision)
    manifest = json.loads((run / "manifest.json").read_text())
    order = np.argsort(np.load(run / "samples.npy"))
    kernel = np.load(run / "kernel.npy").astype(np.float64)[np.ix_(order, order)]
    return kernel, manifest


def own_seconds(lpntk, folder, program):
    """Seconds a sample."""
    figures = own([lpntk, "bench", "kernel"], folder, program, "--repeat", str(REPEATS))
    return (figures["signals_seconds"] + figures["tiles_seconds"]) / figures["rows"]


def cosine_error(found, expected):
    import numpy as np
    def cosines(kernel):
        norms = np.sqrt(np.diagonal(kernel))
        return kernel / np.outer(norms, norms)
    return float(np.abs(cosines(found) - cosines(expected)).max())


def measure(lpntk, family, name):
    import numpy as np
    import torch
    torch.manual_seed(0)
    torch.set_num_threads(THREADS)
    network, side = build(family, name)
    settle(network, side)
    count = sum(p.numel() for p in network.parameters())
    size = samples_for(count)
    result = {"family": family, "name": name, "parameters": count, "side": side, "samples": size}
    pictures = torch.randn(size, 3, side, side)
    labels = [(CLASSES - 1 + 4 * i) % CLASSES for i in range(size)]
    with tempfile.TemporaryDirectory() as text:
        folder = pathlib.Path(text)
        program = folder / "network.pt2"
        exported = torch.export.export(network, (torch.randn(2, 3, side, side),),
                                       dynamic_shapes=({0: torch.export.Dim.DYNAMIC},))
        torch.export.save(exported, program)
        del exported
        np.savez(folder / "data.npz", images=pictures.numpy(), labels=np.array(labels, dtype=np.int64))
        kernel, manifest = own_kernel(lpntk, folder, program, "fp32")
        before = own_seconds(lpntk, folder, program)
        signs = -torch.ones(size, CLASSES)
        signs[range(size), labels] = 1
        result["peer"] = peer_seconds(network, pictures, signs)
        # The peer takes minutes, in which a shared machine changes its speed.
        result["seconds"] = min(before, own_seconds(lpntk, folder, program))
        few = min(size, 4)
        expected = reference(network, pictures[:few], labels[:few])
        result["error"] = cosine_error(kernel[:few, :few], expected)
        if result["error"] > LIMIT:
            exact = own_kernel(lpntk, folder, program, "fp64")[0]
            result["error_fp64"] = cosine_error(exact[:few, :few], expected)
    layers = manifest["plan"]["layers"]
    result["general"] = sorted({layer["operation"] for layer in layers if layer["way"] == "general"})
    result["capture"] = manifest["plan"]["capture"]
    return result


def row(result):
    if "refused" in result:
        return f"| {result['name']} | {result.get('family', '')} | | | refused: {result['refused']} | | | |"
    peers = [value for key, value in result.get("peer", {}).items() if not key.endswith("failed")]
    peer = f"{1e3 * min(peers):.0f}" if peers else "–"
    ratio = f"{min(peers) / result['seconds']:.1f}" if peers else "–"
    error = f"{result['error']:.1e}" + (f" (fp64 {result['error_fp64']:.0e})" if "error_fp64" in result else "")
    return (f"| {result['name']} | {result['family']} | {result['parameters'] / 1e6:.1f} | {result['side']} | {error} | "
            f"{', '.join(result['general']) or '–'} | {1e3 * result['seconds']:.0f} | {peer} | {ratio} |")


def table(results):
    lines = ["| network | from | parameters (M) | side | cosine error | operations by the general way | ms a sample | "
             "PyTorch, ms a sample | ratio |", "|---|---|---|---|---|---|---|---|---|"]
    lines += [row(result) for result in results]
    good = sum(1 for r in results if r.get("error", 1) <= LIMIT)
    return "\n".join(lines + ["", f"{good} of {len(results)} networks within {LIMIT:g}.", ""])


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("lpntk")
    arguments.add_argument("table", type=pathlib.Path)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--results", type=pathlib.Path, default=pathlib.Path("conformance-results"))
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    options = arguments.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    lpntk = str(pathlib.Path(options.lpntk).resolve())
    if options.one:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        # vmap(grad) of the large networks asks for more than there is; it is to fail, and not to end this program.
        resource.setrlimit(resource.RLIMIT_DATA, (int(0.8 * memory),) * 2)
        family, name = options.one.split("/")
        (options.results / f"{name}.json").write_text(json.dumps(measure(lpntk, family, name)))
        return
    chosen = [n for n in names() if not options.only or n[1] in options.only.split(",")]
    results = []
    for family, name in chosen:
        file = options.results / f"{name}.json"
        if not file.exists():
            child = subprocess.run([sys.executable, __file__, lpntk, options.table, "--results", options.results, "--one",
                                    f"{family}/{name}"], capture_output=True, text=True,
                                   env=dict(os.environ, OMP_NUM_THREADS=str(THREADS)))
            if not file.exists():
                reason = (child.stderr.strip().splitlines() or ["ended without a word"])[-1]
                file.write_text(json.dumps({"family": family, "name": name, "refused": reason[:300]}))
        results.append(json.loads(file.read_text()))
        print(row(results[-1]), flush=True)
    options.table.write_text(table(results))


if __name__ == "__main__":
    main()
