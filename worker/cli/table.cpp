#include "cli/table.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace leadrelay::cli {

void table::print(std::ostream& to) const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_)
    for (std::size_t at = 0; at < row.size(); ++at) widths[at] = std::max(widths[at], count_code_points(row[at]));
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t at = 0; at < row.size(); ++at) {
      const std::string pad(widths[at] - count_code_points(row[at]), ' ');
      const bool right = std::ranges::find(right_, at) != right_.end();
      line += (at == 0 ? "" : "  ") + (right ? pad + row[at] : row[at] + pad);
    }
    to << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
}

std::string grouped(std::uint64_t number) {
  std::string out = std::to_string(number);
  for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
  return out;
}

}  // namespace leadrelay::cli
