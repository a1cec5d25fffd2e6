#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

/// The canonical vocabulary of lead changes (proto/vocabulary.md), whatever a definition can say of it.
namespace leadrelay::providers {

struct canonical_name {
  std::string_view name;  ///< dotted where it is part of an object
  bool sensitive = false;
};

inline constexpr std::array canonical_names = {
    canonical_name{"first_name", true},
    canonical_name{"last_name", true},
    canonical_name{"email", true},
    canonical_name{"phone", true},
    canonical_name{"phone.number", true},
    canonical_name{"phone.extension", true},
    canonical_name{"phone.lookup", true},
    canonical_name{"phone.lookup.id", true},
    canonical_name{"phone.lookup.created_at", true},
    canonical_name{"phone.lookup.modified_at", true},
    canonical_name{"phone.lookup.number", true},
    canonical_name{"phone.lookup.is_valid", true},
    canonical_name{"phone.lookup.location", true},
    canonical_name{"phone.lookup.location.location", true},
    canonical_name{"phone.lookup.location.state", true},
    canonical_name{"phone.lookup.location.country_code", true},
    canonical_name{"address", true},
    canonical_name{"address.line1", true},
    canonical_name{"address.line2", true},
    canonical_name{"address.city", true},
    canonical_name{"address.state", true},
    canonical_name{"address.province", true},
    canonical_name{"address.region", true},
    canonical_name{"address.postal_code", true},
    canonical_name{"address.country", true},
    canonical_name{"address.additional_info", true},
    canonical_name{"postcode", true},
    canonical_name{"advert_address", true},
    canonical_name{"advert_postcode", true},
    canonical_name{"status"},
    canonical_name{"value"},
    canonical_name{"note", true},
    canonical_name{"loss_reason", true},
    canonical_name{"office_id"},
    canonical_name{"gdpr_checkbox"},
    canonical_name{"next_action_date"},
    canonical_name{"questionnaire", true},
    canonical_name{"meta", true},
    canonical_name{"utm_source"},
    canonical_name{"utm_medium"},
    canonical_name{"utm_campaign"},
    canonical_name{"utm_content"},
    canonical_name{"utm_term"},
    canonical_name{"utm_gclid", true},
    canonical_name{"resource_type"},
    canonical_name{"resource_id"},
    canonical_name{"sin", true},
    canonical_name{"prefix", true},
    canonical_name{"citizenship", true},
    canonical_name{"marital_status", true},
    canonical_name{"date_of_birth", true},
    canonical_name{"credit_score", true},
    canonical_name{"height", true},
    canonical_name{"weight", true},
    canonical_name{"income", true},
    canonical_name{"months_at_residence", true},
    canonical_name{"number_of_dependents", true},
    canonical_name{"is_homeowner", true},
    canonical_name{"has_bankruptcy", true},
    canonical_name{"has_medical_condition", true},
    canonical_name{"trusted_form_url", true},
    canonical_name{"referrer", true},
    canonical_name{"landing_page", true},
    canonical_name{"sub_id"},
    canonical_name{"pub_id"},
    canonical_name{"ip_address", true},
    canonical_name{"user_agent", true},
    canonical_name{"external_id"},
    canonical_name{"user_id"},
    canonical_name{"price"},
    canonical_name{"created_at"},
    canonical_name{"properties", true},
    canonical_name{"location", true},
    canonical_name{"summary", true},
    canonical_name{"company_id"},
};

inline const canonical_name* find_canonical(std::string_view name) noexcept {
  const auto found = std::ranges::find(canonical_names, name, &canonical_name::name);
  return found == canonical_names.end() ? nullptr : &*found;
}

}  // namespace leadrelay::providers
