#include "process/dialer_maker.hpp"

#include <utility>

#include "http/dialer.hpp"

namespace leadrelay::process {

outcome<std::unique_ptr<http::connector>> dialer_maker::make(const config::account& of) {
  const auto to = parse_origin(of.plan.base_url());
  if (!to) return to.error();
  return make(*to, of.tls, of.largest_answer, "accounts." + of.name);
}

outcome<std::unique_ptr<http::connector>> dialer_maker::make(const origin& to, const config::tls_settings& files,
                                                             std::uint64_t largest_answer, const std::string& whose) {
  tls_context tls;
  if (to.is_tls()) {
    auto found = context_of({files.ca_file, files.certificate_file, files.key_file});
    if (!found) return problem{found.error().reason, whose + ".tls: " + found.error().detail};
    tls = *found;
  }
  return std::make_unique<http::dialer>(loop_, to, std::move(tls), http::answer_bounds{.body = largest_answer});
}

void dialer_maker::forget_files() {
  std::erase_if(contexts_, [](const auto& each) { return each.first != http::tls_files{}; });
}

outcome<dialer_maker::tls_context> dialer_maker::context_of(const http::tls_files& files) {
  if (const auto made = contexts_.find(files); made != contexts_.end()) return made->second;
  auto made = http::make_tls_context(files);
  if (made) contexts_.emplace(files, *made);
  return made;
}

}  // namespace leadrelay::process
