"""third_party.py measures shapes that our kernels are measured at, with the same masks, and each of its cases is simulated. It runs here
without PyTorch, whose modules are empty: only the lists of cases are asked for."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import types


def empty_torch():
    """Modules of PyTorch with the names that are looked up at import."""
    def module(name, **names):
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(names)
        return sys.modules[name]
    torch = module("torch", bfloat16="bf16")
    torch.nn = module("torch.nn")
    torch.nn.functional = module("torch.nn.functional")
    backends = types.SimpleNamespace(FLASH_ATTENTION=1, CUDNN_ATTENTION=2)
    torch.nn.attention = module("torch.nn.attention", SDPBackend=backends, sdpa_kernel=None)
    module("torch.nn.attention.flex_attention", BlockMask=None, flex_attention=None)


class Cases:
    """In place of the file of records."""

    def __init__(self):
        self.shapes, self.layouts, self.records = [], [], []

    def layout(self, layout, window, stride, tile, heads, name):
        """In place of third_party_windows.neighborhood."""
        pad = (1,) * (3 - len(layout))
        self.layouts.append((*(pad + tuple(axes) for axes in (layout, window, stride)), heads))
        self.records.append({"id": f"{name} {layout} {window} {stride}", "system": "FlexAttention GNA", "layout": layout,
                             "window": window, "stride": stride, "q_tile": tile, "kv_tile": tile, "heads": heads,
                             "head_dim": 128, "median_us": 1})

    def case(self, name, _make, graph=True, **facts):
        """What is recorded of a case, as a shape that ours can be compared with."""
        self.records.append({"id": name, "median_us": 1, **facts})
        assert graph in (False, True) and facts["dtype"] == "bf16" and facts["direction"] in ("forward", "backward")
        if facts["direction"] == "forward":
            self.shapes.append((facts["batch"], facts["heads_q"], facts["heads_kv"], facts["seq_q"],
                                facts["seq_kv"], facts["head_dim"], facts["mask"]))


def theirs(folder):
    """All cases but those of the suite micro."""
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(folder))
    empty_torch()
    import third_party
    import third_party_windows
    cases = Cases()
    third_party_windows.neighborhood = lambda records, *case: records.layout(*case)
    for name, suite in third_party.SUITES.items():
        if name != "micro":
            suite(cases)
    return cases


def simulated(einsight, records):
    """Whether every case has a simulation, as measured on an H200."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "third_party.json"
        file.write_text(json.dumps({"provenance": {"device": "NVIDIA H200", "sms": 132}, "cases": records}), encoding="utf-8")
        text = subprocess.run([einsight, "validate", "thirdparty", "--points", str(file), "--json", "-"], check=True,
                              capture_output=True, text=True).stdout
    points = json.loads(text)["suites"][0]["points"]
    without = [f"{point['id']}: {point['reason']}" for point in points if point["simulated"] is None]
    assert not without, "\n".join(without)
    assert len(points) >= len(records)


def ours(einsight):
    """The same of `measure`, out of the names of its cases."""
    suites = ["dense", "gqa", "decode", "neighborhood", "window", "sparse"]
    text = subprocess.run([einsight, "measure", *suites, "--dry-run", "--json", "-"], check=True,
                          capture_output=True, text=True).stdout
    shapes, layouts = set(), set()
    for case in json.loads(text)["cases"]:
        parts = re.fullmatch(r"\S+ b(\d+) hq(\d+) hkv(\d+) sq(\d+) skv(\d+) d(\d+)(?: dv\d+)?(.*) (bf16|fp16)", case["id"])
        assert parts, case["id"]
        *sizes, rest, _type = parts.groups()
        rest = re.sub(r" splits\d+$", "", rest)
        window = re.fullmatch(r" neighborhood (\S+) w(\S+) s(\S+)", rest)
        if window:
            layouts.add((*(tuple(map(int, axes.split("x"))) for axes in window.groups()), int(sizes[1])))
        else:
            shapes.add((*map(int, sizes), rest.strip() or "none"))
    return shapes, layouts


def main():
    """argv: the program, the folder of third_party.py."""
    einsight, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    cases = theirs(folder)
    known, known_layouts = ours(einsight)
    assert len(cases.shapes) > 100 and len(cases.layouts) > 20
    missing = [shape for shape in cases.shapes if shape not in known]
    missing += [layout for layout in cases.layouts if layout not in known_layouts]
    assert not missing, f"our kernels are not measured at {missing}"
    simulated(einsight, cases.records)


if __name__ == "__main__":
    main()
