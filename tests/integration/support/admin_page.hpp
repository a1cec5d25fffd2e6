#pragma once

#include <map>
#include <string>
#include <vector>

namespace leadrelay::integration {

/// One line of Prometheus' text format.
struct metric_sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

/// What `/metrics` says.
class admin_page {
 public:
  /// Asks the worker; throws where it does not answer or the answer is not Prometheus' text format (version 0.0.4).
  static admin_page read(const std::string& admin_url);

  static admin_page parse(const std::string& text);

  const std::vector<metric_sample>& samples() const noexcept { return samples_; }
  const std::string& text() const noexcept { return text_; }

  /// The sum of the samples of that name that have all these labels.
  double sum(const std::string& name, const std::map<std::string, std::string>& labels = {}) const;

 private:
  std::string text_;
  std::vector<metric_sample> samples_;
};

}  // namespace leadrelay::integration
