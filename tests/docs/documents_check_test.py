#!/usr/bin/env python3
"""documents_test.py finds what is wrong: planted mistakes in documents of its own."""
import os
import pathlib
import tempfile
import unittest

import documents_test


class Planted(unittest.TestCase):
    """A root with one document, and a program that exits with its first argument."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("docs", "examples", "bin"):
            (self.root / name).mkdir()
        program = self.root / "bin" / "einsight"
        program.write_text("#!/bin/sh\necho said; exit $1\n")
        program.chmod(0o755)
        self.environment = dict(os.environ, PATH=f"{self.root / 'bin'}:{os.environ['PATH']}")

    def problems(self, text):
        """What is found in a document with this text."""
        path = self.root / "README.md"
        path.write_text(text)
        return list(documents_test.problems_of(path, self.root, self.environment))

    def test_an_unexpected_status_is_reported_with_its_line_and_output(self):
        self.assertEqual(self.problems("text\n```sh\neinsight 0\n$ einsight 2\n```\n"),
                         ["README.md:4: exits 2, not 0: einsight 2\nsaid\n"])

    def test_an_announced_status_is_expected(self):
        self.assertEqual(self.problems("```sh\neinsight 2   # exits 2\n```\n"), [])
        self.assertEqual(self.problems("```sh\neinsight 0   # exits 2\n```\n"),
                         ["README.md:2: exits 0, not 2: einsight 0   # exits 2\nsaid\n"])

    def test_continued_lines_are_one_command(self):
        self.assertEqual(self.problems("```sh\neinsight \\\n  3\neinsight 0\n```\n"),
                         ["README.md:2: exits 3, not 0: einsight   3\nsaid\n"])

    def test_other_commands_and_other_languages_are_not_run(self):
        self.assertEqual(self.problems("```sh\n./dev test\n```\n```text\neinsight 1\n```\n"), [])

    def test_a_yaml_block_must_be_the_example_that_it_names(self):
        (self.root / "examples" / "a.yaml").write_text("# examples/a.yaml\nx: 1\n")
        self.assertEqual(self.problems("```yaml\n# examples/a.yaml\nx: 1\n```\n"), [])
        self.assertEqual(self.problems("```yaml\n# examples/a.yaml\nx: 2\n```\n"),
                         ["README.md:1: differs from examples/a.yaml"])
        self.assertEqual(self.problems("```yaml\n# examples/b.yaml\n```\n"),
                         ["README.md:1: differs from examples/b.yaml"])

    def test_a_link_to_nowhere_is_reported(self):
        self.assertEqual(self.problems("[a](docs) [b](https://a.b/c)\n[c](docs/no.md#x)\n"),
                         ["README.md:2: link to docs/no.md, which does not exist"])


if __name__ == "__main__":
    unittest.main()
