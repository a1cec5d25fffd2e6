#include "support/telling_events.hpp"

#include <cstdio>
#include <utility>

#include "support/events.hpp"

namespace leadrelay::integration {
namespace {

std::string joined(const std::vector<std::string>& members) {
  std::string out;
  for (const std::string& each : members) out += (out.empty() ? "" : ",") + each;
  return "{" + out + "}";
}

std::string part(const std::string& name, const std::string& json) { return quoted(name) + ":" + json; }

}  // namespace

/// Letters and digits that no other value has.
std::string telling_events::word(const std::string& name) {
  char made[16];
  std::snprintf(made, sizeof made, "Kx%08xVy", ++made_ * 2654435761u);
  return needles_.add(name, made);
}

std::string telling_events::text(const std::string& name, const std::string& value) {
  return part(name.substr(name.rfind('.') + 1), quoted(needles_.add(name, value)));
}

/// With what JSON, URLs and HTML write otherwise.
std::string telling_events::text(const std::string& name) { return text(name, "Zoë \"" + word(name) + "\" O'N/<&+%"); }

std::string telling_events::address(const std::string& name) { return word(name) + "@needles.example"; }

std::string telling_events::number(const std::string& name) {
  return part(name, needles_.add(name, "7" + std::to_string(100'000'000 + ++made_ * 2'654'435 % 800'000'000)));
}

std::string telling_events::address_parts() {
  std::vector<std::string> out;
  for (const char* name : {"line1", "line2", "city", "state", "province", "region", "postal_code", "country", "additional_info"})
    out.push_back(text("address." + std::string(name)));
  return part("address", joined(out));
}

std::string telling_events::phone() {
  const std::string location = part("location", joined({text("lookup.location"), text("lookup.state"), text("lookup.country_code")}));
  return part("phone", joined({text("phone.number"), part("lookup", joined({text("lookup.id"), text("lookup.number"), location}))}));
}

std::string telling_events::fields(const std::string& provider) {
  const auto names = part("first_name", quoted("Zoë " + word("first_name"))) + "," + text("last_name");
  const std::string email = text("email", address("email"));
  if (provider == "perch")
    return joined({names, email, part("phone", joined({text("phone.number"), text("phone.extension")})), text("sin"), text("prefix"),
                   text("citizenship"), text("marital_status"), number("credit_score"), text("date_of_birth", "1931-07-23")});
  if (provider == "leadpro")
    return joined({names, part("address", quoted("1 " + word("address"))), text("postcode"), text("advert_address"),
                   text("advert_postcode"), part("meta", joined({text("meta")})), text("utm_gclid")});
  if (provider == "octanist") return joined({part("status", "\"lost\""), text("loss_reason"), text("note")});
  if (provider == "leadping")
    return joined({names, email, address_parts(), phone(), text("trusted_form_url"), text("referrer"), text("landing_page"),
                   text("ip_address"), text("user_agent"), number("height"), number("weight"), number("income"), number("credit_score"),
                   number("months_at_residence"), number("number_of_dependents"), text("date_of_birth", "1931-08-24")});
  if (provider == "acme") return joined({names, text("note")});
  return joined({part("properties", joined({text("properties"), part("deep", "[[" + joined({text("properties.deep")}) + "]]")})),
                 part("location", joined({text("location"), number("longitude")})), part("summary", joined({text("summary")}))});
}

kafka_record telling_events::event(const std::string& account, const std::string& parts) {
  const std::string number = std::to_string(++made_);
  const std::string email = needles_.add("lead.email", address("lead.email"));
  const std::string lead = joined({part("id", quoted(uuid_of(made_))), part("email", quoted(email)), text("lead.phone")});
  kafka_record out;
  out.key = email;
  out.value = joined({part("id", quoted("event-" + number)), part("account", quoted(account)), part("lead", lead), parts});
  return out;
}

kafka_record telling_events::change(const std::string& provider, const std::string& account) {
  const std::string snapshot = provider == "octanist" || provider == "acme" ? "{}" : fields(provider);
  return event(account, part("changes", fields(provider)) + "," + part("snapshot", snapshot));
}

std::vector<kafka_record> telling_events::native_change(const std::string& provider, const std::string& account) {
  if (provider == "perch")
    return {event(account,
                  part("native", joined({part("clientData", joined({text("employer"), part("list", "[" + quoted(word("list")) + "]")}))})) +
                      "," + part("snapshot", fields(provider)))};
  if (provider == "orwel") return {event(account, part("native", fields(provider)))};
  return {};
}

std::vector<kafka_record> telling_events::impossible_changes(const std::string& provider, const std::string& account) {
  std::vector<std::string> wrong;
  const auto whole = [&](const std::string& changed) {
    wrong.push_back(part("changes", changed) + "," + part("snapshot", fields(provider)));
  };
  if (provider == "perch") {
    whole(joined({text("date_of_birth")}));
    whole(joined({text("email")}));
    whole(joined({part("phone", quoted(word("phone")))}));
    wrong.push_back(part("changes", joined({text("sin")})));
  } else if (provider == "leadpro") {
    whole(joined({text("first_name", word("first_name") + std::string(60, 'x'))}));
    whole(joined({text("questionnaire")}));
    whole(joined({part("questionnaire", "[[" + quoted(word("questionnaire")) + "]]")}));
    whole(joined({part("meta", joined({number("meta")}))}));
    whole(joined({part("address", joined({number("line1")}))}));
  } else if (provider == "leadping") {
    whole(joined({text("income")}));
    whole(joined({text("credit_score")}));
    whole(joined({text("is_homeowner")}));
    whole(joined({part("address", "[" + quoted(word("address")) + "]")}));
    wrong.push_back(part("changes", joined({text("email")})));
  } else if (provider == "octanist") {
    whole(joined({text("loss_reason")}));
    whole(joined({part("note", joined({text("note")}))}));
    whole(joined({text("first_name")}));
  } else if (provider == "orwel") {
    whole(joined({text("properties")}));
    whole(joined({text("first_name")}));
    wrong.push_back(part("native", joined({text("firstname")})));
  }
  std::vector<kafka_record> out;
  for (const std::string& parts : wrong) out.push_back(event(account, parts));
  return out;
}

std::vector<kafka_record> telling_events::malformed(const std::string& account) {
  std::vector<kafka_record> out;
  const std::string good = *change("orwel", account).value;
  for (const std::size_t cut : {std::size_t{1}, good.size() / 3, good.size() / 2})
    out.push_back({"k", good.substr(0, good.size() - cut), {}});
  const std::string name = text("first_name");
  for (const std::string& bad : std::vector<std::string>{
           word("no JSON"), quoted(word("a text")), "{" + name, "{" + name + ",}", joined({name, name}), joined({name}),
           joined({part("id", "\"e\""), part("account", quoted(account)), part("lead", joined({name})), part("changes", joined({name}))}),
           joined({part("id", "\"e\""), part("account", quoted(account)), part("lead", "[" + quoted(word("list")) + "]"),
                   part("changes", "{}")}),
           joined({part("id", "\"e\""), part("account", quoted(account)), part("lead", joined({part("id", joined({name}))})),
                   part("changes", "{}")}),
           joined({part("id", "\"e\""), part("account", quoted(account)), part("lead", "{\"id\":\"l\"}"),
                   part("changes", quoted(word("changes")))}),
           joined({part("id", "\"e\""), part("account", quoted(account)), part("lead", "{\"id\":\"l\"}"),
                   part("snapshot", quoted(word("snapshot")))}),
           joined({part("id", "\"e\""), part("account", "{" + name + "}"), part("lead", "{\"id\":\"l\"}"), part("changes", "{}")}),
           joined({part("specversion", "\"1.0\""), part("data", "{" + name + "}")}),
           joined({part("specversion", "\"1.0\""), part("datacontenttype", "\"text/plain\""), part("data", quoted(word("data")))})})
    out.push_back({"k", bad, {}});
  out.push_back({"k", good + "\xff", {}});
  out.push_back({"k", "\x0a\x7f" + word("protobuf"), {{"content-type", "application/protobuf"}}});
  kafka_record stranger = change("orwel", "nobody");
  out.push_back(std::move(stranger));
  return out;
}

kafka_record telling_events::large(const std::string& account, std::size_t size) {
  return event(account,
               part("changes", joined({part("properties", joined({text("large"), part("more", quoted(std::string(size, 'x')))}))})));
}

}  // namespace leadrelay::integration
