"""Neighborhood attention through FlexAttention, tokens permuted so that tiles are contiguous. Part of third_party.py."""
import itertools
import math

import torch

from third_party_timing import DEVICE, TYPE


def window_start(i, length, window, stride):
    """Where the window of in-axis queries i begins: generalized neighborhood attention, not causal, dilation 1."""
    leader = torch.clamp((i // stride) * stride + stride // 2, max=length - 1)
    return torch.clamp(leader - window // 2, 0, length - window)


def tiles_per_axis(length, window, stride, tile, tiles):
    """Which tiles of keys a tile of queries visits along an axis, and which of them need no mask."""
    start = window_start(torch.arange(tiles * tile), length, window, stride).view(tiles, tile)
    first, last = start.min(1).values, start.max(1).values
    low, high = first // tile, (last + window + tile - 1) // tile
    full_low = (last + tile - 1) // tile          # inside every query's window ...
    full_high = torch.minimum((first + window) // tile, torch.full_like(first, length // tile))  # ... without padding
    visited = torch.zeros(tiles, tiles, dtype=torch.bool)
    full = torch.zeros(tiles, tiles, dtype=torch.bool)
    for i in range(tiles):
        visited[i, low[i]:high[i]] = True
        full[i, full_low[i]:max(full_low[i], full_high[i])] = True
    return visited, full & visited


def product(masks):
    """The mask of all axes from one per axis, the first axis slowest."""
    result = masks[0]
    for mask in masks[1:]:
        size = result.shape[0] * mask.shape[0]
        result = (result[:, None, :, None] & mask[None, :, None, :]).reshape(size, size)
    return result


def lists(mask):
    """Numbers and lists of tiles as a BlockMask wants them."""
    tiles = mask.shape[0]
    order = torch.argsort(mask.to(torch.int8), dim=1, descending=True, stable=True).to(torch.int32)
    return mask.sum(1).to(torch.int32).view(1, 1, -1).to(DEVICE), order.view(1, 1, tiles, tiles).to(DEVICE)


def neighborhood(records, layout, window, stride, tile, heads, name):
    """tile: tokens per axis of a square Q and KV tile with product 128; every axis of layout is padded to a multiple of it."""
    from torch.nn.attention.flex_attention import BlockMask, flex_attention
    grid = [math.ceil(length / t) for length, t in zip(layout, tile)]
    tiles, size = math.prod(grid), math.prod(tile)
    axes = [tiles_per_axis(*axis) for axis in zip(layout, window, stride, tile, grid)]
    visited, full = product([axis[0] for axis in axes]), product([axis[1] for axis in axes])

    def coordinates(index):
        block, inside, out = index // size, index % size, []
        for g, t in zip(reversed(grid), reversed(tile)):
            out.append((block % g) * t + inside % t)
            block = block // g
            inside = inside // t
        return out[::-1]

    def mask_mod(_batch, _head, query, key):
        keep = None
        for q, k, length, w, s in zip(coordinates(query), coordinates(key), layout, window, stride):
            start = window_start(q, length, w, s)
            inside = (k >= start) & (k < start + w)
            keep = inside if keep is None else keep & inside
        return keep

    def make():
        torch._dynamo.reset()
        mask = BlockMask.from_kv_blocks(*lists(visited & ~full), *lists(full), BLOCK_SIZE=128, mask_mod=mask_mod)
        flex = torch.compile(flex_attention, dynamic=False)
        q, k, v = (torch.randn(1, heads, tiles * size, 128, device=DEVICE, dtype=TYPE) for _ in range(3))
        return lambda i: flex(q, k, v, block_mask=mask)

    shape = ["x".join(map(str, axes)) for axes in (layout, window, stride)]
    records.case(f"flex-gna {name} {shape[0]} w{shape[1]} s{shape[2]} h{heads}", make,
                 flops=4 * heads * math.prod(layout) * math.prod(window) * 128, system="FlexAttention GNA", layout=layout,
                 window=window, stride=stride, q_tile=tile, kv_tile=tile, heads=heads, head_dim=128,
                 tiles_dense=tiles * tiles, tiles_visited=int(visited.sum()), tiles_full=int(full.sum()), dtype="bf16")


def suite_neighborhood(records):
    """The shapes of image and video models over windows and strides."""
    flux, cosmos, hunyuan = (256, 256), (16, 44, 80), (30, 48, 80)
    for w, s in (((80, 80), (1, 1)), ((80, 80), (16, 1)), ((80, 80), (16, 16)), ((256, 256), (1, 1)),
                 ((48, 48), (1, 1)), ((48, 48), (16, 8))):
        neighborhood(records, flux, w, s, (16, 8), 8, "FLUX")
    for w, s in (((16, 24, 16), (1, 1, 1)), ((16, 24, 16), (1, 8, 16)), ((16, 32, 48), (1, 1, 1)),
                 ((16, 32, 48), (1, 4, 8)), ((16, 44, 80), (1, 1, 1))):
        neighborhood(records, cosmos, w, s, (4, 4, 8), 8, "Cosmos")
    for w, s in (((18, 24, 24), (1, 1, 1)), ((18, 24, 24), (2, 8, 8)), ((18, 24, 24), (16, 8, 8)),
                 ((30, 40, 40), (1, 1, 1)), ((30, 48, 80), (1, 1, 1))):
        neighborhood(records, hunyuan, w, s, (2, 8, 8), 8, "Hunyuan")


def suite_window(records):
    """One axis, with a window a query and with a window a tile."""
    for n, w in itertools.product((16384, 65536), (256, 1024, 4096)):
        neighborhood(records, (n,), (w,), (1,), (128,), 16, "1-D")
        neighborhood(records, (n,), (w,), (256,), (128,), 16, "1-D blocked")
