#include "support/certificates.hpp"

#include <stdexcept>
#include <vector>

#include "support/environment.hpp"
#include "support/process.hpp"

namespace leadrelay::integration {
namespace {

const std::string right_host = "DNS:localhost,IP:127.0.0.1,IP:::1";

void openssl(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "openssl");
  const command_result result = run_command(arguments);
  if (result.code != 0) throw std::runtime_error("openssl " + arguments[1] + ": " + result.error);
}

}  // namespace

certificates::certificates() {
  make_authority();
  make_self_signed();
  sign("good", right_host, "20200101000000Z", "20991231235959Z");
  sign("wrong-host", "DNS:elsewhere.example", "20200101000000Z", "20991231235959Z");
  sign("expired", right_host, "20200101000000Z", "20200201000000Z");
}

void certificates::make_authority() {
  openssl({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Leadrelay test authority", "-keyout",
           directory_.file("authority.key"), "-out", directory_.file("authority.pem")});
  write_file(directory_.file("index.txt"), "");
  write_file(directory_.file("serial"), "1000\n");
}

void certificates::make_self_signed() {
  openssl({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
           "subjectAltName=" + right_host, "-keyout", directory_.file("self-signed.key"), "-out", directory_.file("self-signed.pem")});
}

// `openssl ca` is the one command that takes an end in the past.
void certificates::sign(const std::string& name, const std::string& alternative_names, const std::string& begin, const std::string& end) {
  const std::string settings = directory_.file(name + ".cnf");
  write_file(settings, "[ca]\ndefault_ca = authority\n[authority]\ndatabase = " + directory_.file("index.txt") +
                           "\nserial = " + directory_.file("serial") + "\nnew_certs_dir = " + directory_.path() +
                           "\ncertificate = " + directory_.file("authority.pem") + "\nprivate_key = " + directory_.file("authority.key") +
                           "\ndefault_md = sha256\npolicy = any\nunique_subject = no\nx509_extensions = server\n" +
                           "[any]\ncommonName = supplied\n[server]\nbasicConstraints = CA:FALSE\nextendedKeyUsage = serverAuth\n" +
                           "subjectAltName = " + alternative_names + "\n");
  const std::string request = directory_.file(name + ".csr");
  openssl({"req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=" + name, "-keyout", files(name).key, "-out", request});
  openssl({"ca", "-batch", "-notext", "-config", settings, "-startdate", begin, "-enddate", end, "-in", request, "-out",
           files(name).certificate});
}

}  // namespace leadrelay::integration
