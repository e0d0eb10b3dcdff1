#!/usr/bin/env python3
"""Exports the small networks of tests/conformance/pt2 with the installed torch: NAME-VERSION.pt2.

Their weights are drawn by NumPy, so every version of torch writes the same numbers. With --reference also writes
NAME.npz: inputs, labels, logits and the lpNTK, each sample's gradient by one float64 autograd call. With --families the
networks are small ones of timm's families instead, which one version of torch is enough for.

    python export_networks.py OUT [--reference] [--families]
"""
import argparse
import pathlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 10
SAMPLES = 6


class Cnn(nn.Module):
    """Convolutions with groups and without bias, batch norm, in-place activations, dropout."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 4, 5, stride=2, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True))
        self.body = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1, groups=2), nn.Hardswish(inplace=True), nn.MaxPool2d(2))
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(8 * 6 * 6, CLASSES)

    def forward(self, x):
        x = self.stem(x)
        x = self.body(x) + F.avg_pool2d(x, 2).repeat(1, 2, 1, 1)
        return self.head(self.drop(torch.flatten(x, 1)))


class Vit(nn.Module):
    """Patches, a class token, positions, attention with its in-projection, layer norm."""

    def __init__(self, width=16):
        super().__init__()
        self.patches = nn.Conv2d(1, width, 7, stride=7)
        self.token = nn.Parameter(torch.zeros(1, 1, width))
        self.position = nn.Parameter(torch.zeros(1, 17, width))
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(width) for _ in range(3))
        self.attention = nn.MultiheadAttention(width, 2, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.head = nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], dim=1) + self.position
        y = self.norm1(x)
        x = x + self.attention(y, y, y, need_weights=False)[0]
        x = x + self.mlp(self.norm2(x))
        return self.head(self.norm3(x)[:, 0])


class Odd(nn.Module):
    """What readers get wrong: tied weights, weights computed in the graph, constants, buffers that share memory, writes
    into views, a block without gradients, several outputs of which one holds the logits."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(1, 4, 3, stride=3, padding=1)
        self.normed = nn.utils.parametrizations.weight_norm(nn.Conv2d(4, 4, 1))
        self.slope = nn.PReLU(4)
        self.groups = nn.GroupNorm(2, 4)
        self.instance = nn.InstanceNorm2d(4, affine=True)
        self.up = nn.ConvTranspose2d(4, 2, 2, stride=2, groups=2)
        self.line = nn.Conv1d(2, 3, 3, padding="same")
        self.table = nn.Embedding(5, 10)
        self.tied_a = nn.Linear(10, 10, bias=False)
        self.tied_b = nn.Linear(10, 10)
        self.tied_b.weight = self.tied_a.weight
        self.mix = nn.Parameter(torch.zeros(3, 10))
        self.scale = nn.Parameter(torch.zeros(()))
        self.pair = nn.Bilinear(10, 10, 10)
        both = torch.zeros(2, 10)
        self.register_buffer("low", both[0])
        self.register_buffer("high", both[1])
        self.register_buffer("order", torch.tensor([4, 0, 2]), persistent=False)
        self.turned = nn.Linear(10, 10)

    def forward(self, x):
        x = self.instance(self.groups(self.slope(self.normed(self.first(x)))))
        x = self.up(x)
        x = self.line(x.flatten(2)).reshape(x.shape[0], 3, -1)
        x = F.adaptive_avg_pool1d(x, 10)
        y = x * torch.tensor([1.0, -0.5, 2.0]).reshape(3, 1)
        y[:, 1:2] = y[:, 0:1] * 0.25
        y = (y + self.table(self.order) * self.scale).masked_fill(y > 1e9, float("-inf"))
        with torch.no_grad():
            level = y.mean(dim=(1, 2), keepdim=True).sigmoid()
        y = torch.einsum("nci,cj->nij", y * level, self.mix).mean(1)
        y = self.tied_b(torch.tanh(self.tied_a(y))) + self.low - self.high
        y = self.pair(y, torch.roll(y, 1, dims=1)) + F.linear(y, self.turned.weight.t(), self.turned.bias)
        return {"features": x, "logits": y}


NETWORKS = {"cnn": Cnn, "vit": Vit, "odd": Odd}


def families():
    """Small networks of the kinds that people train; wants timm."""
    from timm.layers import SqueezeExcite
    from timm.models import (beit, convnext, densenet, eva, levit, metaformer, mlp_mixer, nfnet, regnet, resnet,
                             swin_transformer)
    from timm.models._efficientnet_blocks import DepthwiseSeparableConv, InvertedResidual

    small = {"in_chans": 1, "num_classes": CLASSES}

    def mobile():
        return nn.Sequential(nn.Conv2d(1, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.Hardswish(),
                             DepthwiseSeparableConv(8, 8, act_layer=nn.ReLU6),
                             InvertedResidual(8, 12, 5, stride=2, exp_ratio=2.0, act_layer=nn.Hardswish, se_layer=SqueezeExcite),
                             InvertedResidual(12, 12, 3, exp_ratio=2.0, act_layer=nn.SiLU),
                             nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(12, CLASSES))

    return {
        "mobile": mobile,
        "seresnet": lambda: resnet.ResNet(resnet.BasicBlock, (1, 1, 1, 1), channels=(8, 8, 12, 12), stem_width=8,
                                          stem_type="deep", avg_down=True, block_args={"attn_layer": "se"}, **small),
        "densenet": lambda: densenet.DenseNet(growth_rate=4, block_config=(2, 2), **small),
        "convnext": lambda: convnext.ConvNeXt(depths=(1, 1, 1, 1), dims=(8, 8, 12, 12), patch_size=1, ls_init_value=None,
                                              use_grn=True, **small),
        "swin": lambda: swin_transformer.SwinTransformer(img_size=28, patch_size=2, embed_dim=8, depths=(2, 1),
                                                         num_heads=(2, 4), window_size=7, **small),
        "regnet": lambda: regnet.RegNet(regnet.RegNetCfg(depth=4, w0=8, wa=8, wm=1.6, group_size=4, se_ratio=0.25,
                                                         stem_width=8), **small),
        "nfnet": lambda: nfnet.NormFreeNet(nfnet.NfCfg(depths=(1, 1), channels=(8, 16), stem_chs=8, ch_div=4,
                                                       attn_layer="se", attn_kwargs={"rd_ratio": 0.5}, skipinit=True), **small),
        "mixer": lambda: mlp_mixer.MlpMixer(img_size=28, patch_size=7, num_blocks=1, embed_dim=16, **small),
        "levit": lambda: nn.Sequential(nn.ZeroPad2d(2),
                                       levit.Levit(img_size=32, stem_type="s8", embed_dim=(16, 24), key_dim=4, depth=(1, 1),
                                                   num_heads=(2, 3), **small)),
        "eva": lambda: eva.Eva(img_size=28, patch_size=7, embed_dim=16, depth=1, num_heads=2, use_rot_pos_emb=True,
                               swiglu_mlp=True, scale_mlp=True, init_values=0.5, **small),
        "caformer": lambda: metaformer.MetaFormer(depths=(1, 1), dims=(8, 32),
                                                  token_mixers=[metaformer.SepConv, metaformer.Attention],
                                                  norm_layers=[metaformer.LayerNorm2dNoBias, metaformer.LayerNormNoBias],
                                                  res_scale_init_values=(None, 1.0), **small),
        "beit": lambda: beit.Beit(img_size=28, patch_size=7, embed_dim=16, depth=1, num_heads=2, use_abs_pos_emb=False,
                                  use_rel_pos_bias=True, init_values=0.5, **small),
    }


def draw(network, seed):
    """Every floating tensor from NumPy; variances positive."""
    generator = np.random.default_rng(seed)
    tied = set()
    for name, tensor in list(network.named_parameters()) + list(network.named_buffers()):
        if not tensor.is_floating_point() or id(tensor) in tied:
            continue
        tied.add(id(tensor))
        values = generator.standard_normal(tuple(tensor.shape)) * (0.5 if tensor.dim() < 2 else 0.3)
        if name.endswith("running_var") or name.endswith("original0") or "norm" in name and name.endswith("weight"):
            values = 1 + np.abs(values)
        with torch.no_grad():
            tensor.copy_(torch.from_numpy(np.asarray(values, dtype=np.float32)))


def logits_of(output):
    return output["logits"] if isinstance(output, dict) else output


def kernel(network, inputs, labels):
    """lpNTK in float64; each sample twice in its batch, because libtorch's batch norm is wrong for some batches of one."""
    network = network.double()
    parameters = list(network.parameters())
    rows = []
    for x, y in zip(inputs.double(), labels):
        network.train().eval()
        z = logits_of(network(torch.stack([x, x])))[0]
        sign = -torch.ones_like(z)
        sign[y] = 1
        gradients = torch.autograd.grad((sign * z).sum() / z.numel() ** 0.5, parameters, allow_unused=True)
        rows.append(torch.cat([g.reshape(-1) for g in gradients if g is not None]))
    signals = torch.stack(rows)
    return (signals @ signals.T).numpy()


def export(network, path):
    batch = torch.export.Dim("batch", min=2, max=4096)
    program = torch.export.export(network, (torch.zeros(2, 1, 28, 28),), dynamic_shapes=({0: batch},))
    for module in program.graph_module.modules():
        for node in module.graph.nodes if isinstance(module, torch.fx.GraphModule) else ():
            # Paths of the machine that exported; nobody reads them.
            for key in ("stack_trace", "from_node", "source_fn_stack"):
                node.meta.pop(key, None)
    torch.export.save(program, path)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=pathlib.Path)
    arguments.add_argument("--reference", action="store_true")
    arguments.add_argument("--families", action="store_true")
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    version = ".".join(torch.__version__.split("+")[0].split(".")[:2])
    generator = np.random.default_rng(7)
    inputs = torch.from_numpy(generator.standard_normal((SAMPLES, 1, 28, 28)).astype(np.float32))
    labels = generator.integers(0, CLASSES, SAMPLES)
    if options.reference:
        np.savez(options.out / "inputs.npz", inputs=inputs.numpy(), labels=labels)
    for seed, (name, make) in enumerate((families() if options.families else NETWORKS).items()):
        network = make()
        draw(network, seed)
        network.train().eval()  # what LeViT derives from its parameters is derived anew
        path = options.out / f"{name}-{version}.pt2"
        export(network, path)
        with torch.no_grad():
            logits = logits_of(network(inputs)).numpy()
        if options.reference:
            np.savez(options.out / f"{name}.npz", logits=logits, kernel=kernel(network, inputs, labels))
        else:
            expected = np.load(options.out / f"{name}.npz")["logits"]
            assert np.abs(logits - expected).max() < 1e-5, "another version of torch gives other logits"
        print(path.name, path.stat().st_size)


if __name__ == "__main__":
    main()
