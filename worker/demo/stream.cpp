#include "demo/stream.hpp"

namespace leadrelay::demo {

stream::stream(std::uint64_t seed, int leads_of_a_provider) : random_(seed) {
  for (const sandbox::provider each : sandbox::all_providers)
    for (int number = 0; number < leads_of_a_provider; ++number) leads_.push_back(make_lead(each, number, random_));
}

demo_record stream::next() {
  demo_lead& lead = leads_[random_() % leads_.size()];
  std::string value = make_change(lead, random_(), random_);
  return {std::string(to_string(lead.provider)) + "/" + lead.id, std::move(value), std::nullopt};
}

std::vector<demo_record> stream::bad_records() const {
  const std::string long_name(51, 'x');
  const auto event = [](const std::string& account, const std::string& lead, const std::string& changes) {
    return R"({"id":"bad","account":")" + account + R"(","lead":)" + lead + R"(,"changes":)" + changes + "}";
  };
  return {
      {"bad-1", R"({"id":"cut short","account":"acme-pe)", reason::undecodable},
      {"bad-2", std::nullopt, reason::invalid_event},
      {"bad-3", R"({"id":"no-lead","account":"acme-perch","changes":{"status":"new"}})", reason::invalid_event},
      {"bad-4", event("acme-nobody", R"({"id":"1"})", R"({"status":"new"})"), reason::unknown_account},
      {"bad-5", event("acme-leadpro", R"({"id":"1"})", R"({"first_name":"Joe","last_name":"Bloggs","email":"joe@example.com"})"),
       reason::unmapped_field},
      {"bad-6", event("acme-perch", R"({"id":"1"})", R"({"email":"amya@example.com"})"), reason::missing_required},
      {"bad-7", event("acme-leadpro", R"({"id":"1"})", R"({"first_name":")" + long_name + R"(","last_name":"Bloggs"})"), reason::invalid_field},
      {"bad-8", event("acme-orwel", R"({"id":"not-a-uuid"})", R"({"summary":{"notes":"High priority lead"}})"), reason::invalid_field},
      {"bad-9", event("acme-octanist", R"({"id":"missing-1"})", R"({"status":"won"})"), reason::not_found},
      {"bad-10", event("acme-octanist", R"({"email":"several@example.com"})", R"({"status":"won"})"), reason::conflict},
      {"bad-11", event("acme-octanist", R"({"id":"1"})", R"({"status":"undecided"})"), reason::invalid_field},
      {"bad-12", "{\"id\":\"\xff\xfe\"}", reason::undecodable},
  };
}

std::string account_name(sandbox::provider of) { return "acme-" + std::string(to_string(of)); }

}  // namespace leadrelay::demo
