"""FlexAttention over sequences: causal masks, one-sided windows and lists of tiles, as `einsight measure` has them. Part of third_party.py."""
import itertools

import torch

from third_party_timing import rotating
from third_party_windows import lists

TILE = 128
HEAD_DIM = 128


def band(tiles, window):
    """Tiles in which a query sees itself and the window-1 keys before it, and those without a mask."""
    query, key = torch.arange(tiles)[:, None] * TILE, torch.arange(tiles)[None, :] * TILE
    visited = (key <= query + TILE - 1) & (key + TILE - 1 > query - window)
    full = (key + TILE - 1 <= query) & (key > query + TILE - 1 - window)
    return visited, visited & full


def strided(tiles, stride):
    """Of row i the diagonal's tile and every stride-th one, from i on: all of them full."""
    row, tile = torch.arange(tiles)[:, None], torch.arange(tiles)[None, :]
    visited = (tile == row) | (tile % stride == row % stride)
    return visited, visited


def flex(records, b, hq, hkv, length, mask, tiles_of, mask_mod):
    """One case. tiles_of(tiles): which tiles are visited, and which of them are full. length: a multiple of 128."""
    from torch.nn.attention.flex_attention import BlockMask, flex_attention

    def make():
        torch._dynamo.reset()
        visited, full = tiles_of(length // TILE)
        blocks = BlockMask.from_kv_blocks(*lists(visited & ~full), *lists(full), BLOCK_SIZE=TILE, mask_mod=mask_mod)
        compiled = torch.compile(flex_attention, dynamic=False)
        sets = rotating([(b, hq, length, HEAD_DIM), (b, hkv, length, HEAD_DIM), (b, hkv, length, HEAD_DIM)])
        return lambda i: compiled(*sets[i % len(sets)], block_mask=blocks, enable_gqa=hq != hkv)

    records.case(f"flex b{b} hq{hq} hkv{hkv} sq{length} skv{length} d{HEAD_DIM} {mask}", make, system="FlexAttention",
                 batch=b, heads_q=hq, heads_kv=hkv, seq_q=length, seq_kv=length, head_dim=HEAD_DIM, mask=mask,
                 direction="forward", dtype="bf16")


def flex_causal(records, b, h, length):
    """A query sees itself and all keys before it."""
    flex(records, b, h, h, length, "causal", lambda tiles: band(tiles, length + 1),
         lambda _b, _h, query, key: key <= query)


def flex_window(records, b, h, length, window):
    """A query sees itself and the window-1 keys before it."""
    flex(records, b, h, h, length, f"window {window}", lambda tiles: band(tiles, window),
         lambda _b, _h, query, key: (key <= query) & (key > query - window))


def flex_list(records, b, h, length, stride):
    """A list of tiles for each tile of queries."""
    flex(records, b, h, h, length, f"list 1/{stride}", lambda tiles: strided(tiles, stride),
         lambda _b, _h, query, key: query >= 0)


def suite_flex(records):
    """Causal masks, windows and lists at some of the shapes of our kernels: every case is compiled first."""
    for length in (4096, 16384):
        flex_causal(records, 16384 // length, 16, length)
    for length, window in ((16384, 256), (16384, 4096), (65536, 1024)):
        flex_window(records, 1, 16, length, window)
    for length, stride in itertools.product((4096, 16384), (2, 8)):
        flex_list(records, 16384 // length, 16, length, stride)
