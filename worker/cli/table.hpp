#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace leadrelay::cli {

/// Lines of columns, each as wide as its widest text, two spaces between; the first row is the head.
class table {
 public:
  /// `right` are the columns that stand at the right, as numbers do.
  table(std::vector<std::string> head, std::vector<std::size_t> right) : rows_{std::move(head)}, right_(std::move(right)) {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& to) const;

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> right_;
};

/// `1,234,567`
std::string grouped(std::uint64_t number);

}  // namespace leadrelay::cli
