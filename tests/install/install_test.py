#!/usr/bin/env python3
"""Installs a build tree, moves it, and uses it from elsewhere.
Usage: install_test.py CMAKE BUILD SOURCE COMPILER FLAGS

* The installed program has the catalogue of the build tree, reads it from its own prefix, and answers the same.
* An outside program finds the package, builds, and simulates one point to the same cycle as the installed one.
* docs/library.md shows that outside program to the letter.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ALLOWED_SECONDS = 1800  # of one command: only to end one that hangs, also under sanitizers
POINT = ["run", "-w", "bert", "-a", "fusemax", "--set", "L=1K", "--json", "-"]


def output(command, folder):
    """What a command prints; an error with all that it said when it fails."""
    environment = {name: value for name, value in os.environ.items() if name != "EINSIGHT_CATALOGUE"}
    done = subprocess.run([str(word) for word in command], cwd=folder, env=environment, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=ALLOWED_SECONDS,
                          check=False)
    if done.returncode != 0:
        raise AssertionError(f"{command} exits {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Installed(unittest.TestCase):
    """One installation for all tests."""

    cmake, build, source, compiler, flags = (None,) * 5

    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory(prefix="einsight-install-")
        cls.folder = pathlib.Path(cls.scratch.name).resolve()
        output([cls.cmake, "--install", cls.build, "--prefix", cls.folder / "first"], cls.folder)
        cls.prefix = cls.folder / "moved"
        (cls.folder / "first").rename(cls.prefix)
        cls.program = cls.prefix / "bin" / "einsight"
        cls.result = json.loads(output([cls.program, *POINT], cls.folder))

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_the_catalogue_is_whole(self):
        for kind in ("workloads", "machines", "mappings", "suites"):
            command = ["list", kind, "--json", "-"]
            built = output([self.build / "einsight", *command], self.folder)
            self.assertEqual(output([self.program, *command], self.folder), built)

    def test_every_file_is_read_from_the_moved_prefix(self):
        inputs = self.result["provenance"]["inputs"]
        share = str(self.prefix / "share" / "einsight") + "/"
        self.assertGreaterEqual(len(inputs), 4)
        self.assertEqual([file for file in inputs if not file.startswith(share)], [])

    def test_published_numbers_are_found(self):
        command = ["validate", "fusemax", "--engine", "analytic", "--json", "-"]
        built = json.loads(output([self.build / "einsight", *command], self.folder))
        self.assertEqual(json.loads(output([self.program, *command], self.folder)), built)

    def test_an_outside_program_simulates_the_same_cycles(self):
        project = self.source / "tests" / "install" / "outside"
        outside = self.folder / "outside"
        output([self.cmake, "-S", project, "-B", outside, f"-DCMAKE_PREFIX_PATH={self.prefix}",
                f"-DCMAKE_CXX_COMPILER={self.compiler}", f"-DCMAKE_CXX_FLAGS={self.flags}"],
               self.folder)
        output([self.cmake, "--build", outside], self.folder)
        self.assertEqual(float(output([outside / "outside"], self.folder)), self.result["cycles"])

    def test_the_documentation_shows_the_outside_program(self):
        page = (self.source / "docs" / "library.md").read_text()
        for name in ("CMakeLists.txt", "main.cpp"):
            self.assertIn((self.source / "tests" / "install" / "outside" / name).read_text(), page)


if __name__ == "__main__":
    Installed.cmake, Installed.compiler, Installed.flags = sys.argv[1], sys.argv[4], sys.argv[5]
    Installed.build, Installed.source = (pathlib.Path(folder) for folder in sys.argv[2:4])
    unittest.main(argv=sys.argv[:1])
