#include "support/misplaced_secrets.hpp"

namespace leadrelay::integration {
namespace {

/// A configuration with something more under `kafka` and in its account.
std::string with(const std::string& kafka, const std::string& account) {
  return "kafka: { bootstrap.servers: 127.0.0.1:1, group.id: g" + kafka +
         " }\ntopics: { lead_changes: [t], dead_letters: d }\n"
         "accounts: { acme: { provider: orwel, " +
         account + " } }\nadmin: { listen: 127.0.0.1:0 }\n";
}

}  // namespace

std::vector<misplaced_secret> misplaced_secrets(needles& secrets) {
  const std::string secret = secrets.add("misplaced secret", "misplaced-Qx81Zy77");
  const std::string good = "credential: { env: HOME }";
  std::vector<misplaced_secret> out;
  for (const char* property :
       {", sasl.password: ", ", sasl.passwrod: ", ", ssl.key.password: ", ", sasl.oauthbearer.client.secret: ",
        ", security.protocol: SASL_PLAINTEXT, sasl.mechanisms: PLAIN, sasl.username: us, sasl.password: ", ", ssl.key.pem: "})
    out.push_back({property, with(property + secret, good), true});
  for (const std::string& form : {secret, "[" + secret + "]", "\" " + secret + "\"", "{ value: " + secret + " }", "{ env: " + secret + " }",
                                  "{ env: X, file: " + secret + " }"})
    out.push_back({"credential: " + form.substr(0, form.find(secret)), with("", "credential: " + form)});
  for (const std::string& url : {"https://user:" + secret + "@api.example/", "https://api.example/?key=" + secret, secret})
    out.push_back({"base_url: " + url.substr(0, url.find(secret)), with("", good + ", base_url: \"" + url + "\"")});
  return out;
}

}  // namespace leadrelay::integration
