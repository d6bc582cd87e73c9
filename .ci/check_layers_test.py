#!/usr/bin/env python3
"""Plants forbidden includes in an empty tree and compares what check_layers.py says."""
import pathlib
import tempfile
import unittest

import check_layers


class CheckLayers(unittest.TestCase):
    def said_about(self, path, include):
        """What is said about a tree of one file with one include."""
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True)
            file.write_text(f"#pragma once\n#include {include}\n")
            return check_layers.check(pathlib.Path(folder))

    def test_a_lower_folder_may_not_see_a_higher_one(self):
        self.assertEqual(self.said_about("core/a.hpp", '"config/node.hpp"'),
                         ["core/a.hpp:2: error: core/ may not include config/node.hpp"])
        self.assertEqual(self.said_about("sim/a.cpp", '"mappings/b.hpp"'),
                         ["sim/a.cpp:2: error: sim/ may not include mappings/b.hpp"])
        self.assertEqual(self.said_about("report/a.cpp", '"sim/cycle/b.hpp"'),
                         ["report/a.cpp:2: error: report/ may not include sim/cycle/b.hpp"])
        self.assertEqual(self.said_about("core/a.cpp", '"tests/b.hpp"'),
                         ["core/a.cpp:2: error: core/ may not include tests/b.hpp"])
        self.assertEqual(self.said_about("validation/a.cpp", '"cli/b.hpp"'),
                         ["validation/a.cpp:2: error: validation/ may not include cli/b.hpp"])

    def test_mappings_see_only_the_schedule_of_sim(self):
        self.assertEqual(self.said_about("mappings/a.cpp", '"sim/schedule.hpp"'), [])
        self.assertEqual(self.said_about("mappings/a.cpp", '"sim/schedule/task.hpp"'), [])
        self.assertEqual(self.said_about("mappings/a.cpp", '"sim/engine.hpp"'),
                         ["mappings/a.cpp:2: error: mappings/ may not include sim/engine.hpp"])

    def test_heavy_headers_stay_in_sources_of_their_folder(self):
        self.assertEqual(self.said_about("config/a.cpp", "<yaml-cpp/yaml.h>"), [])
        self.assertEqual(self.said_about("sim/cycle/a.cpp", "<systemc>"), [])
        self.assertEqual(self.said_about("sim/a.cpp", "<systemc>"),
                         ["sim/a.cpp:2: error: <systemc> may stand only in sources and detail "
                          "headers of sim/cycle/, sim/pe/"])
        self.assertEqual(self.said_about("config/a.hpp", "<yaml-cpp/yaml.h>"),
                         ["config/a.hpp:2: error: <yaml-cpp/yaml.h> may stand only in sources and "
                          "detail headers of config/"])

    def test_what_is_allowed_is_silent(self):
        self.assertEqual(self.said_about("cli/a.cpp", '"validation/b.hpp"'), [])
        self.assertEqual(self.said_about("core/a.hpp", "<vector>"), [])


if __name__ == "__main__":
    unittest.main()
