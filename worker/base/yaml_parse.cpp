#include <sstream>
#include <utility>

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>

#include "base/yaml_reader.hpp"

namespace leadrelay::yaml {
namespace {

/// Where the documents of a text start.
struct document_starts final : YAML::EventHandler {
  std::vector<YAML::Mark> all;

  void OnDocumentStart(const YAML::Mark& mark) override { all.push_back(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

/// The first two: `YAML::LoadAll` never ends on a text such as `,x`, in which it finds one empty document after another.
std::vector<YAML::Mark> find_documents(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  document_starts found;
  while (found.all.size() < 2 && parser.HandleNextDocument(found)) {}
  return std::move(found.all);
}

}  // namespace

std::optional<YAML::Node> parse(const std::string& text, const std::string& file, issues& into) {
  try {
    const std::vector<YAML::Mark> documents = find_documents(text);
    if (documents.size() == 1) return YAML::Load(text);
    if (documents.empty()) {
      into.add(file, YAML::Mark(), "the file is empty");
    } else {
      into.add(file, documents[1], "a second document starts here, expected one");
    }
  } catch (const YAML::DeepRecursion& error) {  // its own message is "bad file"
    into.add(file, error.mark, "nested too deep, expected fewer than " + std::to_string(error.depth()) + " levels");
  } catch (const YAML::Exception& error) {
    into.add(file, error.mark, "not YAML: " + error.msg);
  }
  return std::nullopt;
}

}  // namespace leadrelay::yaml
