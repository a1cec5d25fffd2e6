#include "providers/definition.hpp"

#include "providers/definition_parts.hpp"

namespace leadrelay::providers {

definition::definition(std::unique_ptr<const parts> parts) : parts_(std::move(parts)) {}
definition::~definition() = default;

const std::string& definition::name() const noexcept { return parts_->name; }
const std::string& definition::title() const noexcept { return parts_->title; }
const std::string& definition::base_url() const noexcept { return parts_->base_url; }
const std::string& definition::method() const noexcept { return parts_->method; }
const auth_scheme& definition::auth() const noexcept { return parts_->auth; }
const std::vector<std::pair<std::string, std::string>>& definition::headers() const noexcept { return parts_->headers; }
const std::vector<limit>& definition::limits() const noexcept { return parts_->limits; }

}  // namespace leadrelay::providers
