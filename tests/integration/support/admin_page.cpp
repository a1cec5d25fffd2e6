#include "support/admin_page.hpp"

#include <regex>
#include <sstream>
#include <stdexcept>

#include "support/http_client.hpp"

namespace leadrelay::integration {
namespace {

const std::regex sample_line(R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^}]*)\})? ([-+]?(?:[0-9.eE+-]+|Inf)|NaN)(?: -?[0-9]+)?)re");
const std::regex label(R"re(([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)",?)re");
const std::regex comment_line(
    R"re(# (?:HELP [a-zA-Z_:][a-zA-Z0-9_:]* .*|TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (?:counter|gauge|histogram|summary|untyped)))re");

std::map<std::string, std::string> parse_labels(const std::string& text) {
  std::map<std::string, std::string> labels;
  std::size_t read = 0;
  for (std::sregex_iterator each(text.begin(), text.end(), label), end; each != end; ++each) {
    labels[(*each)[1]] = (*each)[2];
    read += static_cast<std::size_t>(each->length());
  }
  if (read != text.size()) throw std::runtime_error("not labels: " + text);
  return labels;
}

}  // namespace

admin_page admin_page::read(const std::string& admin_url) {
  const http_answer answer = http_get(admin_url + "/metrics");
  if (answer.status != 200 || !answer.content_type.starts_with("text/plain")) throw std::runtime_error("/metrics: " + answer.content_type);
  return parse(answer.body);
}

admin_page admin_page::parse(const std::string& text) {
  admin_page page;
  page.text_ = text;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (line.empty() || std::regex_match(line, comment_line)) continue;
    if (!std::regex_match(line, match, sample_line)) throw std::runtime_error("not a line of a Prometheus text: " + line);
    page.samples_.push_back({match[1], parse_labels(match[2]), std::stod(match[3])});
  }
  return page;
}

double admin_page::sum(const std::string& name, const std::map<std::string, std::string>& labels) const {
  double total = 0;
  for (const metric_sample& sample : samples_) {
    bool wanted = sample.name == name;
    for (const auto& [key, value] : labels) wanted = wanted && sample.labels.contains(key) && sample.labels.at(key) == value;
    if (wanted) total += sample.value;
  }
  return total;
}

}  // namespace leadrelay::integration
