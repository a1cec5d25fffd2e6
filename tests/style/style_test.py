"""The style checks can fail, and fail for the right things."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from source_text import functions

HERE = pathlib.Path(__file__).parent


def run(script, *arguments):
    return subprocess.run([sys.executable, HERE / script, *arguments], capture_output=True, text=True, check=False)


class Functions(unittest.TestCase):
    def heads(self, text):
        return [(first, last) for first, last, _ in functions(text)]

    def test_free_function_spans_signature_to_closing_brace(self):
        self.assertEqual(self.heads("int a;\n\nint f(int x,\n      int y) {\n  return x;\n}\n"), [(3, 6)])

    def test_braces_in_literals_and_comments_do_not_count(self):
        self.assertEqual(self.heads('void f() {\n  g("}", \'}\', R"x(}\n)x");  // }\n  /* } */\n}\nvoid h() {}\n'), [(1, 5), (6, 6)])

    def test_digit_separator_opens_no_literal(self):
        self.assertEqual(self.heads("int f() {\n  return 1'000;\n}\nint g() { return 2'000; }\n"), [(1, 3), (4, 4)])

    def test_braces_of_member_initialisers_belong_to_the_constructor(self):
        self.assertEqual(self.heads("struct s {\n  s(int a)\n      : a_{a},\n        b_{2} {\n    run();\n  }\n};\n")[-1], (2, 6))

    def test_members_are_found_in_nested_scopes(self):
        text = "namespace a::b {\nclass c final : public d<int> {\n  int f() const override {\n    return 1;\n  }\n};\nenum class e { x, y };\n}\n"
        self.assertEqual(self.heads(text), [(3, 5)])

    def test_tables_are_not_functions(self):
        self.assertEqual(self.heads("constexpr std::array<int, 2> a{\n  1,\n  2};\nconst int b[] = {\n1};\n"), [])

    def test_function_that_returns_a_struct_is_a_function(self):
        self.assertEqual(self.heads("struct a f(int x) {\n  return {x};\n}\n"), [(1, 3)])

    def test_lambda_inside_counts_with_its_function(self):
        self.assertEqual(self.heads("void f() {\n  auto g = [] {\n    h();\n  };\n}\n"), [(1, 5)])


class Scripts(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.directory.name)
        self.addCleanup(self.directory.cleanup)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def test_function_of_71_lines_is_refused_and_70_pass(self):
        self.write("a.cpp", "void f() {\n" + "  g();\n" * 68 + "}\n")
        self.assertEqual(run("function_length.py", self.root).returncode, 0)
        self.write("a.cpp", "void f() {\n" + "  g();\n" * 69 + "}\n")
        result = run("function_length.py", self.root)
        self.assertEqual(result.returncode, 1)
        self.assertIn("a.cpp:1: 71 lines", result.stdout)

    def test_long_file_is_refused(self):
        self.write("a.hpp", "int a;\n" * 401)
        self.assertEqual(run("function_length.py", self.root).returncode, 1)

    def test_co_await_that_may_be_skipped_is_refused(self):
        for text in ("while (!done() && co_await next()) {}", "a = b || co_await c();", "co_return x ? co_await y() : z;"):
            self.write("a.cpp", "task<void> f() {\n" + text + "\n}\n")
            self.assertEqual(run("coroutine_traps.py", self.root).returncode, 1, text)

    def test_co_await_behind_a_condition_passes(self):
        for text in ("while (a && !b()) co_await c();", "if (a || b) d = co_await c(); // && co_await", "f(a && b, co_await c());"):
            self.write("a.cpp", "task<void> f() {\n" + text + "\n}\n")
            self.assertEqual(run("coroutine_traps.py", self.root).returncode, 0, text)

    def two_folders(self, source):
        self.write("low/CMakeLists.txt", "add_library(lr_low STATIC low.cpp)\n")
        self.write("high/CMakeLists.txt", "add_library(lr_high STATIC high.cpp)\ntarget_link_libraries(lr_high PUBLIC lr_low)\n")
        self.write("high/high.cpp", '#include "low/low.hpp"\n#include "high/own.hpp"\n#include <vector>\n')
        self.write("low/low.cpp", source)
        return run("dependency_direction.py", self.root)

    def test_include_along_the_link_lists_passes(self):
        self.assertEqual(self.two_folders('#include "low/low.hpp"\n').returncode, 0)

    def test_include_against_the_link_lists_is_refused(self):
        result = self.two_folders('#include "high/high.hpp"\n')
        self.assertEqual(result.returncode, 1)
        self.assertIn("low does not link a library of high/", result.stdout)

    def test_sockets_in_a_pure_folder_are_refused(self):
        self.assertIn("leadrelay_asio", self.two_folders("#include <boost/asio/post.hpp>\n").stdout)

    def test_circle_of_link_lists_is_refused(self):
        self.write("low/CMakeLists.txt", "")
        self.two_folders("")
        self.write("low/CMakeLists.txt", "add_library(lr_low STATIC low.cpp)\ntarget_link_libraries(lr_low PUBLIC lr_high)\n")
        self.assertIn("depends on itself", run("dependency_direction.py", self.root).stdout)


if __name__ == "__main__":
    unittest.main()
